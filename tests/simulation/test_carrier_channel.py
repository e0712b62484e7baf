"""Both kinds of channel behave alike: order, closing with a reason, dropping, refusing."""

from __future__ import annotations

import asyncio
import http
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from simulation.channel import (
    Channel,
    ChannelClosed,
    ChannelRefused,
    ServerChannel,
    memory_pair,
    real_connector,
)
from simulation.clock import run_virtual

Pair = Callable[[], AbstractAsyncContextManager[tuple[Channel, Channel]]]


@asynccontextmanager
async def in_memory() -> AsyncIterator[tuple[Channel, Channel]]:
    yield memory_pair()


@asynccontextmanager
async def over_a_socket() -> AsyncIterator[tuple[Channel, Channel]]:
    accepted: asyncio.Queue[Channel] = asyncio.Queue(1)
    over = asyncio.Event()

    async def handle(connection: ServerConnection) -> None:
        accepted.put_nowait(ServerChannel(connection))
        await over.wait()

    async with serve(handle, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        client = await real_connector()(f"ws://127.0.0.1:{port}/", {"x-one": "1"})
        try:
            yield client, await accepted.get()
        finally:
            over.set()
            await client.close()


both = pytest.mark.parametrize(
    "joined", [in_memory, pytest.param(over_a_socket, marks=pytest.mark.sockets)]
)


async def closing_of(work: Awaitable[object]) -> tuple[int, str]:
    async with asyncio.timeout(5):
        with pytest.raises(ChannelClosed) as closed:
            await work
    return closed.value.code, closed.value.reason


@both
async def test_messages_arrive_in_order_and_before_the_close(joined: Pair) -> None:
    async with joined() as (near, far):
        await near.send("one")
        await near.send_bytes(b"two")
        await near.close(1011, "sorry")
        assert [await far.receive(), await far.receive()] == ["one", b"two"]
        assert await closing_of(far.receive()) == (1011, "sorry")
        assert (await closing_of(far.send("late")))[0] == 1011


@both
async def test_a_dropped_connection_is_seen_as_1006(joined: Pair) -> None:
    async with joined() as (near, far):
        near.abort()
        assert (await closing_of(far.receive()))[0] == 1006
        assert (await closing_of(near.send("late")))[0] == 1006


@both
async def test_closing_twice_changes_nothing(joined: Pair) -> None:
    async with joined() as (near, far):
        await near.close(1000, "first")
        await near.close(1011, "second")
        assert await closing_of(far.receive()) == (1000, "first")


def test_a_full_memory_channel_makes_its_sender_wait() -> None:
    async def story() -> None:
        near, far = memory_pair(limit=2)
        await near.send("1")
        await near.send("2")
        third = asyncio.create_task(near.send("3"))
        await asyncio.sleep(1)
        assert not third.done()
        assert await far.receive() == "1"
        await third
        fourth = asyncio.create_task(near.send("4"))
        await asyncio.sleep(1)
        far.abort()
        assert (await closing_of(fourth))[0] == 1006

    run_virtual(story())


@pytest.mark.sockets
async def test_a_refused_upgrade_tells_the_status() -> None:
    def refuse(connection: ServerConnection, _: Request) -> Response:
        return connection.respond(http.HTTPStatus.FORBIDDEN, "no")

    async def never(_: ServerConnection) -> None:
        raise AssertionError("the upgrade was accepted")

    async with serve(never, "127.0.0.1", 0, process_request=refuse) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        with pytest.raises(ChannelRefused) as refused:
            await real_connector()(f"ws://127.0.0.1:{port}/", {})
    assert refused.value.status == 403
    with pytest.raises(ChannelRefused) as nobody:
        await real_connector()(f"ws://127.0.0.1:{port}/", {})
    assert (nobody.value.status, nobody.value.timed_out) == (0, False)

"""The websockets without sockets behave like websockets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bridge.errors import AgentError
from bridge.ports import SocketListener, TextSocket
from simulation.channel import Channel, ChannelClosed, ChannelRefused, memory_pair
from simulation.clock import run_virtual
from vocero.in_memory import ChannelSocket, MemoryRoads


class Ear:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.heard: list[str | bytes] = []
        self.closed: list[tuple[int, str]] = []

    def text_received(self, text: str) -> None:
        self.heard.append(text)

    def binary_received(self, data: bytes) -> None:
        self.heard.append(data)

    def socket_closed(self, code: int, reason: str) -> None:
        self.closed.append((code, reason))


class Entrance:
    """Lets everybody in but those without a signature."""

    def __init__(self) -> None:
        self.ear = Ear()
        self.paths: list[str] = []

    def refuse_upgrade(self, path: str, signature: str | None) -> int | None:
        return None if signature == "good" else 403

    def media_connected(self, path: str, socket: TextSocket) -> SocketListener:
        self.paths.append(path)
        return self.ear


def _story(story: Callable[[asyncio.TaskGroup], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with asyncio.TaskGroup() as tasks:
            await story(tasks)

    run_virtual(whole())


def test_messages_go_both_ways_in_order_and_the_close_comes_last() -> None:
    async def story(tasks: asyncio.TaskGroup) -> None:
        ours, theirs = memory_pair()
        socket, ear = ChannelSocket(ours), Ear()
        carrying = tasks.create_task(socket.carry(ear))
        for word in ("one", "two", "three"):
            socket.send(word)
        assert socket.unsent_bytes == len("onetwothree")
        socket.close(1008, "enough")
        socket.send("too late")
        socket.close(1000, "twice")
        assert [await theirs.receive() for _ in range(3)] == ["one", "two", "three"]
        with pytest.raises(ChannelClosed) as closed:
            await theirs.receive()
        assert (closed.value.code, closed.value.reason) == (1008, "enough")
        await carrying
        assert socket.unsent_bytes == 0
        assert ear.closed == [(1008, "enough")]

    _story(story)


def test_a_far_end_that_does_not_read_is_seen_in_the_bytes_that_wait() -> None:
    async def story(tasks: asyncio.TaskGroup) -> None:
        ours, theirs = memory_pair(limit=2)
        socket, ear = ChannelSocket(ours), Ear()
        tasks.create_task(socket.carry(ear))
        for _ in range(10):
            socket.send("x" * 100)
        await asyncio.sleep(1)
        assert socket.unsent_bytes == 800
        theirs.abort()
        await asyncio.sleep(1)
        assert ear.closed == [(1006, "")]

    _story(story)


def test_the_carrier_gets_in_only_with_a_signature() -> None:
    async def story(tasks: asyncio.TaskGroup) -> None:
        entrance = Entrance()
        connect = MemoryRoads(tasks).to_entrance(lambda: entrance)
        for headers in ({}, {"X-Twilio-Signature": "bad"}):
            with pytest.raises(ChannelRefused) as refused:
                await connect("wss://vocero.example/media/one", headers)
            assert refused.value.status == 403
        channel = await connect("wss://vocero.example/media/one", {"X-Twilio-Signature": "good"})
        await channel.send("hello")
        await channel.send_bytes(b"\x00")
        await channel.close(1000)
        await asyncio.sleep(0)
        await asyncio.sleep(1)
        assert entrance.paths == ["/media/one"]
        assert entrance.ear.heard == ["hello", b"\x00"]
        assert entrance.ear.closed == [(1000, "")]

    _story(story)


class Parrot:
    """An agent that says everything once more, then closes."""

    async def converse(self, channel: Channel, url: str) -> None:
        said = await channel.receive()
        await channel.send(f"{url}: {said!r}")
        await channel.close(1000, "bye")


def test_the_agent_is_reached_and_an_empty_address_is_an_agent_error() -> None:
    async def story(tasks: asyncio.TaskGroup) -> None:
        roads, ear = MemoryRoads(tasks), Ear()
        with pytest.raises(AgentError):
            await roads.to_agent(Parrot(), "", lambda socket: ear)
        socket = await roads.to_agent(Parrot(), "ws://agent", lambda socket: ear)
        socket.send("hola")
        await asyncio.sleep(1)
        assert ear.heard == ["ws://agent: 'hola'"]
        assert ear.closed == [(1000, "bye")]

    _story(story)

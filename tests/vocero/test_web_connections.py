"""Web connections: all that come in one moment are answered, and one that was left is gone at once,
without patience and without a look for garbage."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
import uvloop
from hypercorn.asyncio.tcp_server import TCPServer
from hypercorn.protocol import ProtocolWrapper
from quart import Quart, websocket
from websockets.asyncio.client import connect

from bridge.ports import SocketListener, TextSocket
from tests.circles import all_gone, nobody_looks
from vocero import open_files
from vocero.front_door import FrontDoor

pytestmark = pytest.mark.sockets

CALLS = 600
ASKED = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


class Nobody:
    """No media socket is expected."""

    def refuse_upgrade(self, path: str, signature: str | None) -> int | None:
        return 404

    def media_connected(self, path: str, socket: TextSocket) -> SocketListener:
        raise AssertionError("nobody was let in")


def app() -> Quart:
    made = Quart("house")

    @made.get("/health")
    async def health() -> str:
        return "ok"

    @made.websocket("/ws")
    async def echo() -> None:
        await websocket.send(await websocket.receive())

    return made


async def asked_twice(port: int) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        for _ in range(2):
            assert (await http.get(f"http://127.0.0.1:{port}/health")).text == "ok"


async def a_websocket(port: int) -> None:
    async with connect(f"ws://127.0.0.1:{port}/ws") as client:
        await client.send("hello")
        assert await client.recv() == "hello"


async def broken_off(port: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhal")
    writer.transport.abort()


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
@pytest.mark.parametrize(
    "visit", [asked_twice, a_websocket, broken_off], ids=lambda visit: visit.__name__
)
def test_a_connection_that_was_left_is_gone(
    visit: Callable[[int], Awaitable[None]], loop: str
) -> None:
    async def main() -> None:
        door = FrontDoor(app(), Nobody())
        port = await door.start("127.0.0.1", 0)
        try:
            await visit(port)
            await all_gone(TCPServer, ProtocolWrapper)
        finally:
            await door.stop(1.0)

    factory = uvloop.new_event_loop if loop == "uvloop" else None
    with nobody_looks(), asyncio.Runner(loop_factory=factory) as runner:
        runner.run(main())


def longest_queue() -> int:
    """Of connections that wait to be accepted, where the system tells."""
    try:
        return int(Path("/proc/sys/net/core/somaxconn").read_text())
    except OSError:
        return 0


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_all_that_come_in_one_moment_are_answered(loop: str) -> None:
    if open_files.allow(4 * CALLS) < 4 * CALLS:
        pytest.skip(f"the system does not allow {4 * CALLS} open files")
    if longest_queue() < CALLS:
        pytest.skip(f"the system lets fewer than {CALLS} connections wait")

    async def answer(asking: socket.socket) -> bytes:
        reader, writer = await asyncio.open_connection(sock=asking)
        try:
            return await reader.readline()
        finally:
            writer.close()

    async def main() -> None:
        door = FrontDoor(app(), Nobody())
        port = await door.start("127.0.0.1", 0)
        # The callbacks of calls that ended together: before this loop has its next turn, so that
        # it finds all of them waiting.
        asking = [socket.create_connection(("127.0.0.1", port), timeout=8) for _ in range(CALLS)]
        for each in asking:
            each.sendall(ASKED)
            each.setblocking(False)
        async with asyncio.timeout(60):
            answers = await asyncio.gather(*map(answer, asking))
        assert answers == [b"HTTP/1.1 200 \r\n"] * CALLS
        await door.stop(1.0)

    factory = uvloop.new_event_loop if loop == "uvloop" else None
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(main())

"""A web connection that was left is gone at once: no patience with it, no look for garbage."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
import uvloop
from hypercorn.asyncio.tcp_server import TCPServer
from hypercorn.protocol import ProtocolWrapper
from quart import Quart, websocket
from websockets.asyncio.client import connect

from bridge.ports import SocketListener, TextSocket
from tests.circles import all_gone, nobody_looks
from vocero.front_door import FrontDoor

pytestmark = pytest.mark.sockets


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

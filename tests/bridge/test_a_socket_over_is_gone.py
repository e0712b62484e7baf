"""However a lean websocket ends, it is gone at once, without a look for garbage."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import uvloop

from bridge import lean_socket, lean_websocket
from bridge.lean_socket import LeanSocket
from bridge.lean_websocket import LeanServerSocket, WebSocketRefused
from bridge.open_websocket import open_websocket
from bridge.ports import SocketListener, TextSocket
from tests.circles import all_gone, nobody_looks
from vocero.benching.certificate import make_certificate, trust_in
from vocero.benching.wish import BenchFailed

pytestmark = pytest.mark.sockets


class Ear:
    """Knows its socket, as every listener does."""

    def __init__(self, socket: TextSocket) -> None:
        self.socket = socket

    def text_received(self, text: str) -> None:
        if text == "leave":
            self.socket.close()

    def binary_received(self, data: bytes) -> None:
        pass

    def socket_closed(self, code: int, reason: str) -> None:
        self.socket.close()


class House:
    """Lets in whatever does not come to be refused."""

    def refuse_upgrade(self, path: str, signature: str | None) -> int | None:
        return 403 if path == "/media/refuse" else None

    def media_connected(self, path: str, socket: TextSocket) -> SocketListener:
        return Ear(socket)

    def protocol(self) -> asyncio.Protocol:
        return LeanServerSocket(self, lambda _: None, lambda _: None).protocol


class Road:
    """Leads to the house."""

    def __init__(self, port: int, tls: ssl.SSLContext | None) -> None:
        self._port, self._tls = port, tls

    async def open(self, attempt_id: str = "a1") -> TextSocket:
        scheme = "ws" if self._tls is None else "wss"
        url = f"{scheme}://127.0.0.1:{self._port}/media/{attempt_id}"
        return await open_websocket(url, Ear, tls=self._tls)

    async def ask(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, ssl=self._tls)
        writer.write(request)
        answer = await reader.read()
        writer.close()
        return answer


async def we_close(road: Road) -> None:
    socket = await road.open()
    socket.send("hello")
    socket.close()


async def they_close(road: Road) -> None:
    (await road.open()).send("leave")


async def it_is_cut(road: Road) -> None:
    socket = await road.open()
    assert isinstance(socket, LeanSocket)
    socket.abort()


async def it_breaks_the_protocol(road: Road) -> None:
    (await road.open()).send("x" * (lean_websocket.SERVER_MAX_SIZE + 1))


async def it_is_refused(road: Road) -> None:
    with contextlib.suppress(WebSocketRefused):
        await road.open("refuse")


async def it_is_no_upgrade(road: Road) -> None:
    assert b" 426 " in await road.ask(b"GET /media/a1 HTTP/1.1\r\nHost: x\r\n\r\n")


async def it_is_no_request(road: Road) -> None:
    await road.ask(b"hello\r\n\r\n")


async def nobody_finishes_the_closing(road: Road) -> None:
    socket = await road.open()
    assert isinstance(socket, LeanSocket)
    assert socket._transport is not None
    socket._transport.pause_reading()
    socket.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        return make_certificate(tmp_path_factory.mktemp("tls"))
    except BenchFailed as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
@pytest.mark.parametrize("tls", [False, True], ids=["", "tls"])
@pytest.mark.parametrize(
    "story",
    [
        we_close,
        they_close,
        it_is_cut,
        it_breaks_the_protocol,
        it_is_refused,
        it_is_no_upgrade,
        it_is_no_request,
        nobody_finishes_the_closing,
    ],
    ids=lambda story: story.__name__,
)
def test_nothing_is_left_of_a_socket(
    story: Callable[[Road], Awaitable[None]],
    tls: bool,
    loop: str,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lean_socket, "CLOSE_S", 0.02)
    theirs, ours = None, None
    if tls:
        ours = trust_in(certificate)
        theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        theirs.load_cert_chain(certificate)

    async def main() -> None:
        house = House()
        starting = asyncio.get_running_loop().create_server(
            house.protocol, "127.0.0.1", 0, ssl=theirs
        )
        async with await starting as server:
            port = server.sockets[0].getsockname()[1]
            await story(Road(port, ours))
            await all_gone(LeanSocket, Ear)

    factory = uvloop.new_event_loop if loop == "uvloop" else None
    with nobody_looks(), asyncio.Runner(loop_factory=factory) as runner:
        runner.run(main())

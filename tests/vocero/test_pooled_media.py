"""Media sockets that come over a connection which has carried web requests before."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

import pytest
import uvloop
from quart import Quart
from websockets.frames import Frame, Opcode

from bridge.ports import TextSocket
from vocero import asgi_media
from vocero.asgi_media import AsgiMedia
from vocero.front_door import FrontDoor

pytestmark = pytest.mark.sockets

Run = Callable[[Coroutine[object, object, None]], None]
UPGRADE = (
    b"GET /media/a1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
    b"X-Twilio-Signature: sig\r\n\r\n"
)
HEALTH = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    def run_bounded(main: Coroutine[object, object, None]) -> None:
        async def bounded() -> None:
            async with asyncio.timeout(8):
                await main

        factory = uvloop.new_event_loop if request.param == "uvloop" else None
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(bounded())

    return run_bounded


class Ear:
    """Keeps what a listener is told, in order."""

    def __init__(self, socket: TextSocket) -> None:
        self.socket = socket
        self.heard: list[object] = []
        self.over = asyncio.Event()
        self.more = asyncio.Event()

    def text_received(self, text: str) -> None:
        self.heard.append(text)
        self.more.set()

    def binary_received(self, data: bytes) -> None:
        self.heard.append(data)
        self.more.set()

    def socket_closed(self, code: int, reason: str) -> None:
        assert not self.over.is_set()
        self.over.set()


class Hall:
    """A MediaEntrance that lets in whoever comes to /media/a1."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self.ears: asyncio.Queue[Ear] = asyncio.Queue()

    def refuse_upgrade(self, path: str, signature: str | None) -> int | None:
        self.asked.append((path, signature))
        return None if path == "/media/a1" else 404

    def media_connected(self, path: str, socket: TextSocket) -> Ear:
        ear = Ear(socket)
        self.ears.put_nowait(ear)
        return ear


@asynccontextmanager
async def served() -> AsyncIterator[tuple[int, Hall]]:
    app, hall = Quart("web"), Hall()

    @app.get("/health")
    async def health() -> str:
        return "ok"

    door = FrontDoor(app, hall)
    try:
        yield await door.start("127.0.0.1", 0), hall
    finally:
        await door.stop(0.5)


@asynccontextmanager
async def raw(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def response(reader: asyncio.StreamReader) -> bytes:
    """The status and body of one response with a content-length."""
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    ]
    body = await reader.readexactly(lengths[0] if lengths else 0)
    return head.split(b" ")[1] + b" " + body


def text(words: bytes) -> bytes:
    return Frame(Opcode.TEXT, words).serialize(mask=True)


def test_an_upgrade_on_a_connection_that_the_web_server_has(run: Run) -> None:
    """What a pooling proxy does. The last frame comes right before the end of the connection."""

    async def main() -> None:
        async with served() as (port, hall):
            async with raw(port) as (reader, writer):
                writer.write(HEALTH)
                assert await response(reader) == b"200 ok"
                writer.write(UPGRADE)
                assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
                ear = await hall.ears.get()
                assert hall.asked == [("/media/a1", "sig")]
                for number in range(300):
                    writer.write(text(b"m%d" % number))
                writer.write(Frame(Opcode.BINARY, b"").serialize(mask=True))
                writer.write(text(b"stop"))
                await writer.drain()
                writer.close()
                await ear.over.wait()
                assert ear.heard == [f"m{number}" for number in range(300)] + [b"", "stop"]

    run(main())


def test_our_words_and_our_close_on_such_a_connection(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asgi_media, "CLOSE_S", 0.02)

    async def main() -> None:
        async with served() as (port, hall):
            for answers in (True, False):
                async with raw(port) as (reader, writer):
                    writer.write(HEALTH)
                    await response(reader)
                    writer.write(UPGRADE)
                    await reader.readuntil(b"\r\n\r\n")
                    ear = await hall.ears.get()
                    ear.socket.send("ñ")
                    assert ear.socket.unsent_bytes == 1
                    assert await reader.readexactly(4) == b"\x81\x02\xc3\xb1"
                    ear.socket.close(1008, "not expected")
                    ear.socket.send("too late")
                    ear.socket.close(1000)
                    close = await reader.readexactly(16)
                    assert close == b"\x88\x0e\x03\xf0not expected"
                    if answers:
                        writer.write(Frame(Opcode.CLOSE, close[2:]).serialize(mask=True))
                    await ear.over.wait()
                    assert await reader.read() == b""

    run(main())


def test_a_refusal_on_such_a_connection(run: Run) -> None:
    async def main() -> None:
        async with served() as (port, hall), raw(port) as (reader, writer):
            writer.write(HEALTH)
            await response(reader)
            writer.write(UPGRADE.replace(b"/media/a1", b"/media/a1?token=x"))
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 404 ") and b"\r\nx-vocero: media\r\n" in head
            assert await reader.readexactly(10) == b"Not Found\n"
            assert hall.asked == [("/media/a1?token=x", "sig")]
            assert hall.ears.empty()

    run(main())


async def test_a_server_that_cannot_answer_in_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bare ASGI: no raw path, no answers of our own, a far end that stops reading."""
    sent: list[dict[str, object]] = []
    inbox: asyncio.Queue[dict[str, object]] = asyncio.Queue()
    stuck = asyncio.Event()

    async def send(message: dict[str, object]) -> None:
        sent.append(message)
        if message["type"] == "websocket.send":
            stuck.set()
            await asyncio.Event().wait()

    async def app(scope: object, receive: object, send: object) -> None:
        raise AssertionError("not for the app")

    hall = Hall()
    media = AsgiMedia(app, hall)
    scope = {"type": "websocket", "path": "/media/other", "headers": []}
    inbox.put_nowait({"type": "websocket.connect"})
    await media(scope, inbox.get, send)
    assert sent == [{"type": "websocket.close"}]

    monkeypatch.setattr(asgi_media, "MAX_UNSENT", 10)
    monkeypatch.setattr(asgi_media, "CLOSE_S", 0.01)
    inbox.put_nowait({"type": "websocket.connect"})
    serving = asyncio.create_task(media({**scope, "path": "/media/a1"}, inbox.get, send))
    ear = await hall.ears.get()
    ear.socket.send("first")
    await stuck.wait()
    ear.socket.send("too much to wait")
    ear.socket.send("closed by now")
    await serving  # although neither reading nor writing comes to an end
    assert ear.over.is_set()
    inbox.put_nowait({"type": "websocket.disconnect"})
    await media(scope, inbox.get, send)


def test_nothing_stays_open(run: Run) -> None:
    async def main() -> None:
        async with served():
            pass
        before = len(os.listdir("/proc/self/fd"))
        async with served() as (port, hall):
            for _ in range(20):
                async with raw(port) as (reader, writer):
                    writer.write(HEALTH)
                    await response(reader)
                    writer.write(UPGRADE)
                    ear = await hall.ears.get()
                await ear.over.wait()
                async with raw(port) as (reader, writer):
                    writer.write(UPGRADE)
                    ear = await hall.ears.get()
                await ear.over.wait()
        await asyncio.sleep(0)  # what was aborted last is closed in the next round of the loop
        assert len(os.listdir("/proc/self/fd")) <= before

    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("open files are counted in /proc")
    run(main())

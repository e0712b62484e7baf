"""The lean websocket as a server, for another implementation and for raw bytes, on both loops."""

from __future__ import annotations

import asyncio
import socket as sockets
import struct
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

import pytest
import uvloop
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode

from bridge import lean_socket, lean_websocket
from bridge.lean_websocket import LeanServerSocket
from bridge.ports import TextSocket

pytestmark = pytest.mark.sockets

Run = Callable[[Coroutine[object, object, None]], None]
UPGRADE = (
    b"GET /media/a1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
)


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
        self.heard: asyncio.Queue[object] = asyncio.Queue()

    def text_received(self, text: str) -> None:
        self.heard.put_nowait(text)

    def binary_received(self, data: bytes) -> None:
        self.heard.put_nowait(data)

    def socket_closed(self, code: int, reason: str) -> None:
        self.heard.put_nowait((code, reason))

    async def rest(self) -> list[object]:
        """Everything up to the end of the socket."""
        heard: list[object] = []
        while not heard or not isinstance(heard[-1], tuple):
            heard.append(await self.heard.get())
        return heard


class Hall:
    """A MediaEntrance that lets in whom it is told to."""

    def __init__(self, refusal: int | None = None) -> None:
        self.refusal = refusal
        self.asked: list[tuple[str, str | None]] = []
        self.ears: asyncio.Queue[Ear] = asyncio.Queue()
        self.settled = 0
        self.gone = asyncio.Event()

    def refuse_upgrade(self, path: str, signature: str | None) -> int | None:
        self.asked.append((path, signature))
        return self.refusal

    def media_connected(self, path: str, socket: TextSocket) -> Ear:
        ear = Ear(socket)
        self.ears.put_nowait(ear)
        return ear

    def protocol(self) -> asyncio.Protocol:
        def settled(_: LeanServerSocket) -> None:
            self.settled += 1

        return LeanServerSocket(self, settled, lambda _: self.gone.set()).protocol


@asynccontextmanager
async def listening(hall: Hall) -> AsyncIterator[int]:
    server = await asyncio.get_running_loop().create_server(hall.protocol, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@asynccontextmanager
async def raw(
    port: int, request: bytes
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        yield reader, writer
    finally:
        writer.transport.abort()


def frame(opcode: Opcode, data: bytes, fin: bool = True, mask: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=mask)


def media_url(port: int) -> str:
    return f"ws://127.0.0.1:{port}/media/a1"


def test_both_ways_in_order_and_a_clean_end(run: Run) -> None:
    async def main() -> None:
        hall = Hall()
        async with listening(hall) as port:
            async with connect(
                media_url(port), additional_headers={"X-Twilio-Signature": "sig"}
            ) as client:
                ear = await hall.ears.get()
                for number in range(100):
                    await client.send(f"m{number}")
                await client.send("")
                await client.send(b"")
                await client.send("ñ" * 32 * 1024)  # exactly the limit
                await (await client.ping(b"there?"))
                ear.socket.send("one")
                ear.socket.send("ñandú")
                assert [await client.recv(), await client.recv()] == ["one", "ñandú"]
                await client.close(1000, "bye")
            heard = await ear.rest()
            await hall.gone.wait()
        assert hall.asked == [("/media/a1", "sig")]
        assert hall.settled == 1
        assert heard == [f"m{n}" for n in range(100)] + ["", b"", "ñ" * 32 * 1024, (1000, "bye")]
        assert ear.heard.empty()

    run(main())


def test_whatever_way_the_bytes_are_cut(run: Run) -> None:
    async def main() -> None:
        hall = Hall()
        word = "ñandú".encode()
        stream = (
            frame(Opcode.TEXT, word[:1], fin=False)  # in the middle of a character
            + frame(Opcode.PING, b"p")
            + frame(Opcode.CONT, b"", fin=False)
            + frame(Opcode.CONT, word[1:])
            + frame(Opcode.BINARY, b"\x00", fin=False)
            + frame(Opcode.CONT, b"\xff")
            + frame(Opcode.TEXT, b"stop")
            + frame(Opcode.CLOSE, b"")
        )
        expected = ["ñandú", b"\x00\xff", "stop", (1005, "")]
        async with listening(hall) as port:
            # All in the segment of the request, then byte by byte.
            async with raw(port, UPGRADE + b"\r\n" + stream) as (reader, _):
                assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
                assert await (await hall.ears.get()).rest() == expected
                assert await reader.read() == (
                    frame(Opcode.PONG, b"p", mask=False) + frame(Opcode.CLOSE, b"", mask=False)
                )
            async with raw(port, b"") as (reader, writer):
                for byte in UPGRADE + b"\r\n" + stream:
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(0)
                assert await (await hall.ears.get()).rest() == expected

    run(main())


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (frame(Opcode.TEXT, b"x" * (64 * 1024 + 1)), 1009),
        (frame(Opcode.TEXT, b"x" * 40_000, fin=False) + frame(Opcode.CONT, b"x" * 40_000), 1009),
        (frame(Opcode.TEXT, b"\xff\xfe"), 1007),
        (frame(Opcode.TEXT, b"\xc3", fin=False) + frame(Opcode.CONT, b"\x28"), 1007),
        (frame(Opcode.TEXT, b"x", mask=False), 1002),
        (frame(Opcode.CONT, b"x"), 1002),
        (b"\x83\x80\x00\x00\x00\x00", 1002),
        (b"\xf1\x80\x00\x00\x00\x00", 1002),
        (frame(Opcode.PING, b"x").replace(b"\x89", b"\x09", 1), 1002),
        (frame(Opcode.CLOSE, struct.pack("!H", 999)), 1002),
    ],
    ids=range(10),  # masks are random, and a test has one name in all processes
)
def test_a_breach_of_the_protocol_closes_with_its_code(run: Run, sent: bytes, code: int) -> None:
    async def main() -> None:
        hall = Hall()
        async with listening(hall) as port:
            request = UPGRADE + b"\r\n" + frame(Opcode.TEXT, b"before")
            async with raw(port, request + sent + frame(Opcode.TEXT, b"after")) as (reader, _):
                await reader.readuntil(b"\r\n\r\n")
                answer = await reader.read()
                assert answer[0] == 0x88
                assert struct.unpack("!H", answer[2:4]) == (code,)
                ear = await hall.ears.get()
                before, end = await ear.rest()
                assert before == "before" and isinstance(end, tuple) and end[0] == 1006
            await hall.gone.wait()
            assert ear.heard.empty()

    run(main())


def test_a_socket_that_breaks_off(run: Run) -> None:
    async def main() -> None:
        hall = Hall()
        async with listening(hall) as port:
            async with raw(port, UPGRADE + b"\r\n" + frame(Opcode.TEXT, b"x")) as (reader, _):
                await reader.readuntil(b"\r\n\r\n")
                ear = await hall.ears.get()
                assert await ear.heard.get() == "x"
            assert await ear.rest() == [(1006, "connection lost")]
            async with raw(port, UPGRADE + b"\r\n" + frame(Opcode.TEXT, b"x")[:3]) as (_, writer):
                ear = await hall.ears.get()
                writer.write_eof()
                assert [type(end) for end in await ear.rest()] == [tuple]

    run(main())


def test_our_close_waits_for_the_far_end_but_not_for_ever(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        hall = Hall()
        async with listening(hall) as port:
            async with connect(media_url(port)) as client:
                ear = await hall.ears.get()
                ear.socket.close(1013, "ñ" * 200)
                ear.socket.close(1000)
                ear.socket.send("too late")
                with pytest.raises(ConnectionClosed):
                    await client.recv()
                assert (client.close_code, client.close_reason) == (1013, "ñ" * 61)
                assert (await ear.rest())[-1] == (1013, "ñ" * 61)
            monkeypatch.setattr(lean_socket, "CLOSE_S", 0.02)
            hall.gone.clear()
            async with raw(port, UPGRADE + b"\r\n"):
                ear = await hall.ears.get()
                ear.socket.close()
                assert await ear.rest() == [(1006, "connection lost")]
                await hall.gone.wait()
                assert ear.socket.unsent_bytes == 0

    run(main())


@pytest.mark.parametrize("status", [403, 404, 503])
def test_refused_before_the_upgrade(run: Run, status: int) -> None:
    async def main() -> None:
        hall = Hall(refusal=status)
        async with listening(hall) as port:
            with pytest.raises(InvalidStatus) as refused:
                await connect(media_url(port))
            assert refused.value.response.status_code == status
            assert refused.value.response.body is not None
            assert refused.value.response.body.count(b"\n") == 1
            await hall.gone.wait()
        assert hall.ears.empty()
        assert hall.settled == 0

    run(main())


def test_two_signatures_are_none(run: Run) -> None:
    async def main() -> None:
        hall = Hall()
        headers = b"X-Twilio-Signature: a\r\nX-Twilio-Signature: b\r\n\r\n"
        async with listening(hall) as port, raw(port, UPGRADE + headers):
            await hall.ears.get()
        assert hall.asked == [("/media/a1", None)]

    run(main())


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /media/a HTTP/1.1\r\nHost: x\r\n\r\n", [b"426"]),
        (UPGRADE.replace(b"GET", b"PUT") + b"\r\n", [b"405"]),
        (UPGRADE.replace(b"AAAA==", b"") + b"\r\n", [b"400"]),
        (UPGRADE.replace(b": 13", b": 12") + b"\r\n", [b"400"]),
        (UPGRADE + b"X: " + b"y" * 9000 + b"\r\n\r\n", [b"431"]),
        (UPGRADE + b"X: y\r\n" * 300 + b"\r\n", [b"431"]),
        (b"GET /media/" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n", [b"414"]),
        (b"GET nonsense\r\n\r\n", []),
        (b"GET /media/\xff HTTP/1.1\r\n\r\n", []),
    ],
)
def test_a_request_that_is_no_upgrade(run: Run, request_: bytes, status: list[bytes]) -> None:
    async def main() -> None:
        hall = Hall()
        async with listening(hall) as port:
            async with raw(port, request_) as (reader, _):
                assert (await reader.read()).split(b" ")[1:2] == status
            await hall.gone.wait()
        assert hall.asked == []

    run(main())


def test_a_request_that_never_ends(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lean_websocket, "HANDSHAKE_S", 0.02)

    async def main() -> None:
        hall = Hall()
        async with listening(hall) as port, raw(port, UPGRADE) as (reader, _):
            assert await reader.read() == b""
            await hall.gone.wait()

    run(main())


def test_a_far_end_that_reads_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lean_socket, "MAX_UNSENT", 100_000)

    async def main() -> None:
        hall = Hall()
        async with listening(hall) as port:
            with sockets.socket() as deaf:
                deaf.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
                deaf.setblocking(False)
                await (loop := asyncio.get_running_loop()).sock_connect(deaf, ("127.0.0.1", port))
                await loop.sock_sendall(deaf, UPGRADE + b"\r\n")
                ear = await hall.ears.get()
                assert ear.socket.unsent_bytes == 0
                while ear.socket.unsent_bytes < 10_000:
                    ear.socket.send("x" * 10_000)
                pings = frame(Opcode.PING, b"x" * 125) * 100
                with pytest.raises(OSError):
                    while True:
                        await loop.sock_sendall(deaf, pings)
                assert await ear.rest() == [(1006, "connection lost")]

    run(main())

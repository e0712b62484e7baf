"""One port for media sockets and the web, on both event loops, with a real Quart app behind it."""

from __future__ import annotations

import asyncio
import socket as sockets
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

import httpx
import pytest
import uvloop
from quart import Quart, request, websocket
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bridge.ports import TextSocket
from vocero import asgi_media, front_door
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


class House:
    """The door, the hall and an app that tells what happened to it."""

    def __init__(self) -> None:
        self.hall = Hall()
        self.app = Quart("house")
        self.happened: list[str] = []
        self.stuck = asyncio.Event()
        self.door = FrontDoor(self.app, self.hall)
        self.port = 0
        self._routes()

    def _routes(self) -> None:
        @self.app.before_serving
        async def starting() -> None:
            self.happened.append("started")

        @self.app.after_serving
        async def stopping() -> None:
            self.happened.append("stopped")

        @self.app.get("/health")
        async def health() -> str:
            return "ok"

        @self.app.post("/form")
        async def form() -> str:
            return repr(sorted((await request.form).items(multi=True)))

        @self.app.get("/stuck")
        async def stuck() -> str:
            self.stuck.set()
            await asyncio.Event().wait()
            return ""

        @self.app.websocket("/operator")
        async def operator() -> None:
            while True:
                await websocket.send(await websocket.receive())

    def url(self, path: str, scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.port}{path}"


@asynccontextmanager
async def open_house() -> AsyncIterator[House]:
    house = House()
    house.port = await house.door.start("127.0.0.1", 0)
    try:
        yield house
    finally:
        await house.door.stop(0.5)
        assert house.happened == ["started", "stopped"]


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


async def media(house: House) -> tuple[ClientConnection, Ear]:
    client = await connect(house.url("/media/a1", "ws"))
    return client, await house.hall.ears.get()


def test_the_web_and_media_on_one_port(run: Run) -> None:
    async def main() -> None:
        async with open_house() as house:
            client, ear = await media(house)
            async with httpx.AsyncClient(trust_env=False) as http:
                assert (await http.get(house.url("/health"))).text == "ok"
                answer = await http.post(house.url("/form"), data={"a": ["1", "2"], "b": "ñ"})
                assert answer.text == "[('a', '1'), ('a', '2'), ('b', 'ñ')]"
                big = await http.post(house.url("/form"), data={"x": "y" * 200_000})
                assert len(big.text) > 200_000
                assert (await http.get(house.url("/nothing"))).status_code == 404
            for number in range(200):
                await client.send(f"m{number}")
            await client.send("stop")
            ear.socket.send("back")
            assert await client.recv() == "back"
            await client.close()
            await ear.over.wait()
            assert ear.heard == [f"m{number}" for number in range(200)] + ["stop"]
            async with connect(house.url("/operator", "ws")) as operator:
                await operator.send("hola")
                assert await operator.recv() == "hola"
            with pytest.raises(InvalidStatus, match="404") as refused:
                await connect(house.url("/media/other", "ws"))
            assert refused.value.response.headers["X-Vocero"] == "media"

    run(main())


@pytest.mark.parametrize("request_", [HEALTH, UPGRADE], ids=["web", "media"])
def test_a_request_byte_by_byte(run: Run, request_: bytes) -> None:
    async def main() -> None:
        async with open_house() as house, raw(house.port) as (reader, writer):
            sock = writer.get_extra_info("socket")
            sock.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_NODELAY, 1)
            for byte in request_:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0)
            status = (await reader.readline()).split(b" ")[1]
            assert status == (b"200" if request_ is HEALTH else b"101")

    run(main())


def test_stopping_with_everything_open(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front_door, "UNDECIDED_S", 60.0)
    monkeypatch.setattr(asgi_media, "CLOSE_S", 0.05)

    async def main() -> None:
        async with open_house() as house:
            client, ear = await media(house)
            async with (
                raw(house.port) as (idle, idle_writer),
                raw(house.port) as (undecided, _),
                raw(house.port) as (stuck, stuck_writer),
                raw(house.port) as (pooled, pooled_writer),
                connect(house.url("/operator", "ws")) as operator,
            ):
                idle_writer.write(HEALTH)
                await response(idle)
                pooled_writer.write(HEALTH)
                await response(pooled)
                pooled_writer.write(UPGRADE)
                await pooled.readuntil(b"\r\n\r\n")
                pooled_ear = await house.hall.ears.get()
                stuck_writer.write(HEALTH.replace(b"health", b"stuck"))
                await house.stuck.wait()
                async with asyncio.timeout(4):
                    await house.door.stop(0.1)
                with pytest.raises(ConnectionClosed):
                    await client.recv()
                assert client.close_code == 1001
                await ear.over.wait()
                await pooled_ear.over.wait()
                for reader in (idle, undecided, stuck):
                    assert await read_to_the_end(reader) == b""
                with pytest.raises(ConnectionClosed):
                    await operator.recv()
                with pytest.raises(OSError):
                    await asyncio.open_connection("127.0.0.1", house.port)
            assert house.happened == ["started", "stopped"]

    run(main())


async def read_to_the_end(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


def test_a_media_socket_that_does_not_answer_our_close_does_not_hold_us(run: Run) -> None:
    async def main() -> None:
        async with open_house() as house, raw(house.port) as (reader, writer):
            writer.write(UPGRADE)
            await reader.readuntil(b"\r\n\r\n")
            ear = await house.hall.ears.get()
            await house.door.stop(0.05)
            await ear.over.wait()

    run(main())


def test_whoever_says_nothing_is_cut(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front_door, "UNDECIDED_S", 0.02)
    monkeypatch.setattr(front_door, "KEEP_ALIVE_S", 0.02)

    async def main() -> None:
        async with open_house() as house:
            for start in (b"", b"GET /med", b"GET /hea", b"POST /form HTTP/1.1\r\nX: y\r\n"):
                async with raw(house.port) as (reader, writer):
                    writer.write(start)
                    assert await read_to_the_end(reader) == b""

    run(main())


def test_strangers_make_room_for_newcomers(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front_door, "MAX_UNDECIDED", 2)

    async def main() -> None:
        async with open_house() as house:
            async with (
                raw(house.port) as (first, first_writer),
                raw(house.port) as (second, second_writer),
            ):
                first_writer.write(UPGRADE[:40])  # a media request that does not go on
                second_writer.write(b"GET")
                async with raw(house.port) as (third, third_writer):
                    ends = [asyncio.create_task(read_to_the_end(each)) for each in (first, second)]
                    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
                    third_writer.write(HEALTH)
                    assert await response(third) == b"200 ok"
                client, _ = await media(house)
                await client.close()

    run(main())


def test_the_web_has_its_own_limit(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front_door, "MAX_WEB", 1)

    async def main() -> None:
        async with open_house() as house:
            async with raw(house.port) as (first, first_writer):
                first_writer.write(HEALTH)
                await response(first)
                async with raw(house.port) as (second, second_writer):
                    second_writer.write(HEALTH)
                    assert await read_to_the_end(second) == b""
                client, _ = await media(house)
                await client.close()
                first_writer.write(HEALTH)
                assert await response(first) == b"200 ok"

    run(main())


def test_an_app_that_cannot_start(run: Run) -> None:
    async def main() -> None:
        house = House()

        @house.app.before_serving
        async def broken() -> None:
            raise RuntimeError("no database")

        with pytest.raises(Exception, match="no database"):
            await house.door.start("127.0.0.1", 0)
        await house.door.stop(0.1)

    run(main())


def test_an_address_that_is_taken(run: Run) -> None:
    async def main() -> None:
        async with open_house() as house:
            other = House()
            with pytest.raises(OSError):
                await other.door.start("127.0.0.1", house.port)
            assert other.happened == []
            await other.door.stop(0.1)

    run(main())

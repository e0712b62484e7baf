"""The lean websocket as a client, with another implementation as the server, on both loops."""

from __future__ import annotations

import asyncio
import shutil
import socket as sockets
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvloop
from websockets.asyncio.server import ServerConnection, serve

from bridge.lean_websocket import WebSocketRefused
from bridge.open_websocket import open_websocket
from bridge.ports import TextSocket

pytestmark = pytest.mark.sockets

Run = Callable[[Coroutine[object, object, None]], None]


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


def listener(ears: list[Ear]) -> Callable[[TextSocket], Ear]:
    """Makes an Ear for the socket and leaves it in the list."""

    def listen(socket: TextSocket) -> Ear:
        ears.append(Ear(socket))
        return ears[-1]

    return listen


def test_what_is_said_at_once_is_heard(run: Run) -> None:
    async def main() -> None:
        got: asyncio.Queue[object] = asyncio.Queue()

        async def far_end(far: ServerConnection) -> None:
            await far.send("greeting")
            assert far.request is not None
            got.put_nowait(far.request.headers["X-Extra"])
            got.put_nowait(await far.recv())
            await far.send("x" * 1_500_000)
            await far.send("\U0001f600")
            await far.close(1008, "no such variable")

        ears: list[Ear] = []

        def listen(socket: TextSocket) -> Ear:
            socket.send("opening")
            return listener(ears)(socket)

        async with serve(far_end, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            url = f"ws://127.0.0.1:{port}/v1?agent_id=a"
            socket = await open_websocket(url, listen, headers=[("X-Extra", "1")])
            assert ears[0].socket is socket
            assert await got.get() == "1"
            assert await got.get() == "opening"
            heard = await ears[0].rest()
        assert heard == ["greeting", "x" * 1_500_000, "\U0001f600", (1008, "no such variable")]
        assert ears[0].heard.empty()

    run(main())


def test_hanging_up_ourselves(run: Run) -> None:
    async def main() -> None:
        ends: asyncio.Queue[tuple[int | None, str | None]] = asyncio.Queue()

        async def far_end(far: ServerConnection) -> None:
            await far.wait_closed()
            ends.put_nowait((far.close_code, far.close_reason))

        async with serve(far_end, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            ears: list[Ear] = []
            socket = await open_websocket(f"ws://127.0.0.1:{port}", listener(ears))
            socket.close(1000, "call ended")
            assert await ends.get() == (1000, "call ended")
            assert await ears[0].rest() == [(1000, "call ended")]

    run(main())


@asynccontextmanager
async def answering(
    answer: bytes | None, connected: asyncio.Event | None = None
) -> AsyncIterator[str]:
    """A server that answers these bytes to whatever comes, or nothing."""
    held: list[asyncio.StreamWriter] = []

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)
        await reader.read(1)
        if connected is not None:
            connected.set()
        if answer is not None:
            writer.write(answer)
            writer.close()

    server = await asyncio.start_server(serve_one, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        yield f"ws://127.0.0.1:{port}/v1?conversation_signature=s3cret"
    finally:
        server.close()
        for writer in held:
            writer.transport.abort()


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", 403, "HTTP 403"),
        (b"HTTP/1.1 302 Found\r\nLocation: ws://x/\r\nContent-Length: 0\r\n\r\n", 302, "HTTP 302"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", 200, "HTTP 200"),
        (
            (
                b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                b"Sec-WebSocket-Accept: wrong\r\n\r\n"
            ),
            None,
            "not answer like a websocket",
        ),
        (b"SSH-2.0-OpenSSH\r\n\r\n", None, "not answer like a websocket"),
        (b"", None, "handshake|websocket"),
    ],
)
def test_a_server_that_refuses(run: Run, answer: bytes, status: int | None, words: str) -> None:
    async def main() -> None:
        async with answering(answer) as url:
            with pytest.raises(WebSocketRefused, match=words) as refused:
                await open_websocket(url, Ear)
            assert refused.value.status == status
            assert "s3cret" not in repr(refused.value)

    run(main())


def test_a_server_that_does_not_answer(run: Run) -> None:
    async def main() -> None:
        connected = asyncio.Event()
        async with answering(None, connected) as url:
            with pytest.raises(WebSocketRefused, match=r"127\.0\.0\.1 did not open") as refused:
                await open_websocket(url, Ear, open_timeout_s=0.05)
            assert "s3cret" not in repr(refused.value)
            connected.clear()
            opening = asyncio.create_task(open_websocket(url, Ear))
            await connected.wait()
            opening.cancel()
            with pytest.raises(asyncio.CancelledError):
                await opening

    run(main())


@pytest.mark.parametrize("url", ["http://x/?s3cret", "ws://", "ws://x:s3cret/", "ws://[s3cret"])
def test_addresses_that_are_none(run: Run, url: str) -> None:
    async def main() -> None:
        with pytest.raises(WebSocketRefused) as refused:
            await open_websocket(url, Ear)
        assert "s3cret" not in repr(refused.value)

    run(main())


def test_nobody_there(run: Run) -> None:
    async def main() -> None:
        with sockets.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = f"ws://127.0.0.1:{free.getsockname()[1]}/?s3cret"
            with pytest.raises(WebSocketRefused, match="cannot be reached") as refused:
                await open_websocket(url, Ear)
        assert "s3cret" not in repr(refused.value)

    run(main())


def test_a_listener_that_cannot_be_made(run: Run) -> None:
    async def main() -> None:
        async def far_end(far: ServerConnection) -> None:
            await far.wait_closed()

        def broken(_: TextSocket) -> Ear:
            raise LookupError("ours")

        async with serve(far_end, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(LookupError, match="ours"):
                await open_websocket(f"ws://127.0.0.1:{port}", broken)

    run(main())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("the program openssl is missing: no certificate for the TLS tests")
    pem = tmp_path_factory.mktemp("tls") / "localhost.pem"
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", str(pem.with_suffix(".key")), "-out", str(pem)),
        ],
        check=True,
        capture_output=True,
        timeout=30,
    )
    return pem


def test_tls_is_verified(run: Run, certificate: Path) -> None:
    async def main() -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))

        async def far_end(far: ServerConnection) -> None:
            async for message in far:
                await far.send(message)

        async with serve(far_end, "127.0.0.1", 0, ssl=context) as server:
            port = server.sockets[0].getsockname()[1]
            url = f"wss://localhost:{port}/?s3cret"
            with pytest.raises(WebSocketRefused, match="certificate") as refused:
                await open_websocket(url, Ear)
            assert "s3cret" not in repr(refused.value)

            trusting = ssl.create_default_context(cafile=certificate)
            ears: list[Ear] = []
            socket = await open_websocket(url, listener(ears), tls=trusting)
            assert socket.unsent_bytes == 0
            sent = 0
            while socket.unsent_bytes == 0:  # until the kernel takes no more
                socket.send("x" * 1_000_000)
                sent += 1
            for _ in range(sent):
                assert len(str(await ears[0].heard.get())) == 1_000_000
            assert socket.unsent_bytes == 0
            socket.close(1000, "bye")
            assert await ears[0].rest() == [(1000, "bye")]

    run(main())

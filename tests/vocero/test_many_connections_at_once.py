"""All callbacks of many calls that end in one moment: every one of them is answered."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
import uvloop
from quart import Quart

from bridge.ports import SocketListener, TextSocket
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


def longest_queue() -> int:
    """Of connections that wait to be accepted, where the system tells."""
    try:
        return int(Path("/proc/sys/net/core/somaxconn").read_text())
    except OSError:
        return 0


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_all_are_answered(loop: str) -> None:
    if open_files.allow(4 * CALLS) < 4 * CALLS:
        pytest.skip(f"the system does not allow {4 * CALLS} open files")
    if longest_queue() < CALLS:
        pytest.skip(f"the system lets fewer than {CALLS} connections wait")
    app = Quart("house")

    @app.get("/health")
    async def health() -> str:
        return "ok"

    async def answer(asking: socket.socket) -> bytes:
        reader, writer = await asyncio.open_connection(sock=asking)
        try:
            return await reader.readline()
        finally:
            writer.close()

    async def main() -> None:
        door = FrontDoor(app, Nobody())
        port = await door.start("127.0.0.1", 0)
        # Before this loop has its next turn, so that it finds all of them waiting.
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

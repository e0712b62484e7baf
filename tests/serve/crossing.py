"""Where the public address leads when there are several workers: each connection goes to the next.

What any proxy does that knows nothing of calls: sticky nothing. Who does not take a connection is
passed over.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Crossing:
    """Passes connections on to ports of 127.0.0.1, in turn."""

    def __init__(self) -> None:
        self.ports: list[int] = []
        """Where the workers listen; may change at any time."""
        self.visits: Counter[int] = Counter()
        self.only: int | None = None
        """For a moment everything goes to this one."""
        self._turn = 0
        self._travellers: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def open(self, port: int) -> AsyncIterator[None]:
        """Takes connections at this port of 127.0.0.1."""
        server = await asyncio.start_server(self._arrived, "127.0.0.1", port, backlog=1000)
        try:
            yield
        finally:
            server.close()
            for traveller in tuple(self._travellers):
                traveller.cancel()
            await asyncio.gather(*self._travellers, return_exceptions=True)

    def _arrived(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        traveller = asyncio.get_running_loop().create_task(self._travel(reader, writer))
        self._travellers.add(traveller)
        traveller.add_done_callback(self._travellers.discard)

    async def _travel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await self._next()
        except OSError:
            writer.transport.abort()
            return
        try:
            async with asyncio.TaskGroup() as ways:
                ways.create_task(_pass_on(reader, far_writer))
                ways.create_task(_pass_on(far_reader, writer))
        finally:
            for end in (writer, far_writer):
                end.transport.abort()

    async def _next(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        for _ in range(max(1, len(self.ports))):
            self._turn += 1
            port = self.only or self.ports[self._turn % len(self.ports)]
            with contextlib.suppress(ConnectionRefusedError):
                both = await asyncio.open_connection("127.0.0.1", port)
                self.visits[port] += 1
                return both
        raise ConnectionRefusedError("no worker takes connections")


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()

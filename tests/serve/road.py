"""A stretch of network that can be blocked."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class Road:
    """What leads to the carrier's API: passes everything on, until it is blocked."""

    def __init__(self) -> None:
        self._free = asyncio.Event()
        self._free.set()
        self._to = ("", 0)
        self._travellers: set[asyncio.Task[None]] = set()

    def block(self) -> None:
        """From now on bytes get stuck, in silence."""
        self._free.clear()

    def unblock(self) -> None:
        """They arrive again."""
        self._free.set()

    @asynccontextmanager
    async def leading(self, url: str) -> AsyncIterator[str]:
        """The address where the road to `url` begins."""
        parts = urlsplit(url)
        self._to = (parts.hostname or "", parts.port or 0)
        server = await asyncio.start_server(self._arrived, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
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
        far_reader, far_writer = await asyncio.open_connection(*self._to)
        try:
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._pass_on(reader, far_writer))
                ways.create_task(self._pass_on(far_reader, writer))
        finally:
            for end in (writer, far_writer):
                end.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await self._free.wait()
                writer.write(data)
                await writer.drain()
        writer.close()

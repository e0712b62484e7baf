"""The way to the server, for tests that cut it: on 127.0.0.1, to the server's own socket."""

from __future__ import annotations

import asyncio
import contextlib
from enum import StrEnum
from pathlib import Path


class AtCommit(StrEnum):
    """What happens to the next COMMIT."""

    LOST = "lost"
    """It never arrives, and both ends see that the connection is gone."""
    STUCK = "stuck"
    """It never arrives, and the server waits for it."""
    UNANSWERED = "unanswered"
    """It is carried out, and its answer is lost."""


class Wire:
    """Passes everything on, until it is told otherwise."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._listener: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self._at_commit: AtCommit | None = None
        self._committing: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.was_cut = asyncio.Event()

    def address(self, url: str) -> str:
        """That of the same database, by this way."""
        start, _, name = url.partition("@/")
        return f"{start}@127.0.0.1:{self.port}/{name.partition('?')[0]}"

    async def connect(self) -> None:
        """Takes connections, on the same port as before."""
        self._listener = await asyncio.start_server(self._lead, "127.0.0.1", self.port)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Nobody is there any more."""
        if self._listener is not None:
            self._listener.close()
            self._cut(self._ends)
            await self._listener.wait_closed()
            self._listener = None

    def silence(self) -> None:
        """Connections stay, and nothing comes through."""
        self._flows.clear()

    def speak(self, *, to_all: bool = True) -> None:
        """What was held up arrives; or only what comes by new connections."""
        if not to_all:
            self._flows = asyncio.Event()
        self._flows.set()

    def at_next_commit(self, what: AtCommit) -> None:
        """Once; `was_cut` tells when."""
        self._at_commit = what
        self.was_cut.clear()

    async def _lead(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        back, server = await asyncio.open_unix_connection(self._socket)
        both = {client, server}
        self._ends |= both
        flows = self._flows
        there = asyncio.create_task(self._pass(reader, server, client, flows))
        try:
            await self._pass(back, client, client, flows)
        finally:
            if not (self._committing & both):
                self._cut(both)
            there.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await there

    async def _pass(
        self,
        source: asyncio.StreamReader,
        to: asyncio.StreamWriter,
        client: asyncio.StreamWriter,
        flows: asyncio.Event,
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65_536):
                await flows.wait()
                if to is client:
                    if client in self._committing:
                        self._committing.discard(client)
                        self._cut({client})
                        return
                elif b"COMMIT" in data and self._at_commit is not None:
                    what, self._at_commit = self._at_commit, None
                    self.was_cut.set()
                    match what:
                        case AtCommit.LOST:
                            self._cut({client, to})
                            return
                        case AtCommit.STUCK:
                            self._cut({client})
                            return
                        case AtCommit.UNANSWERED:
                            self._committing.add(client)
                to.write(data)
                await to.drain()

    def _cut(self, ends: set[asyncio.StreamWriter]) -> None:
        for end in tuple(ends):
            end.transport.abort()
            self._ends.discard(end)

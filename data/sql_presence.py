"""Who serves from the database: a lock on the server, or a file beside the one of SQLite."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from data.lock_file import held_file
from data.presence import Taken
from data.server_presence import held_on_server
from data.sql_part import SqlPart


class SqlPresence(SqlPart):
    """`data.presence.Presence`."""

    def be_the_only_one(self, taken: Taken) -> AbstractAsyncContextManager[None]:
        return self._held(shared=False, taken=taken)

    def be_one_of_many(self, taken: Taken) -> AbstractAsyncContextManager[None]:
        return self._held(shared=True, taken=taken)

    def _held(self, *, shared: bool, taken: Taken) -> AbstractAsyncContextManager[None]:
        server = self._database.server
        if server is None:
            return held_file(self._database.file, shared=shared)
        return held_on_server(server, shared=shared, taken=taken)

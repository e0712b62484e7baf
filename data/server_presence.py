"""Who serves from a database on PostgreSQL: an advisory lock of the session, on a connection of its
own. One that is alone has it for itself, those that share have it together.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import URL

from data.advisory_locks import lock_number
from data.holding import PATIENCE_S, in_the_way, own_name
from data.kept_connection import kept_connection
from data.presence import Taken
from data.store import StoreError

_EVERY_S = 0.2
_MEND = "set REDIS_URL on all of them, or stop the other one"
_OTHERS = """
SELECT pid, coalesce(application_name, '') AS name
FROM pg_locks LEFT JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND pid <> pg_backend_pid()
AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND classid::bigint = $1 AND objid::bigint = $2 ORDER BY backend_start
"""
_MOST_NAMED = 3


def held_on_server(url: URL, *, shared: bool, taken: Taken) -> AbstractAsyncContextManager[None]:
    """Until the block ends. Raises StoreError on entering."""
    # Two processes may have the same number on machines of the same name, as in containers.
    name = f"vocero, {own_name()} #{secrets.token_hex(4)}"
    return kept_connection(url, name, _Hold(name, shared, taken).take)


@dataclass(slots=True)
class _Hold:
    name: str
    """By which the server shows our connection."""
    shared: bool
    taken: Taken
    told: bool = False
    """That somebody else has it."""

    async def take(self, connection: Any, again: bool) -> None:
        until = time.monotonic() + PATIENCE_S
        while not await self._tried(connection):
            others = await self._others(connection)
            if not others or (not again and time.monotonic() < until):
                await asyncio.sleep(_EVERY_S)
                continue
            words = in_the_way(", ".join(others[:_MOST_NAMED]), _MEND)
            if again and not self.told:
                self.told = True
                asyncio.get_running_loop().call_soon(self.taken, words)
            raise StoreError(words)
        self.told = False

    async def _tried(self, connection: Any) -> bool:
        how = "pg_try_advisory_lock_shared" if self.shared else "pg_try_advisory_lock"
        return bool(await connection.fetchval(f"SELECT {how}({lock_number('presence')})"))

    async def _others(self, connection: Any) -> list[str]:
        number = lock_number("presence") % 2**64
        found = await connection.fetch(_OTHERS, number >> 32, number % 2**32)
        others = []
        for row in found:
            if row["name"] == self.name:
                # Our own connection of before: the server has not noticed that it is cut off.
                await connection.execute(f"SELECT pg_terminate_backend({int(row['pid'])})")
            else:
                others.append(_shown(row["name"]))
        return others


def _shown(name: str) -> str:
    """The server tells the names of others' sessions only to those who may know."""
    return name.removeprefix("vocero, ").partition(" #")[0] or "it does not say where"

"""PostgreSQL as the store's database: its address, its connections and their limits in time.

Every wait has an end: for a connection, for a lock, for a statement, and for a transaction as a
whole. The server keeps the same limits itself, so that a worker that stands still, or whose machine
is gone, holds no lock for long.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from data.store import StoreError

CONNECTIONS = 8
"""Per worker; what is over the number waits."""
OLDEST_SERVER = 13
_FREE_CONNECTION_S = 10.0
_CLOSE_S = 3.0
_RENEWED_AFTER_S = 1800
"""Firewalls forget connections that are old."""
_PARAMETERS = frozenset({"host", "port", "ssl", "passfile", "target_session_attrs"})
"""What an address may say after the question mark."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long something is waited for, in seconds."""

    connect_s: float
    lock_s: float
    statement_s: float
    idle_s: float
    """A transaction in which nothing happens."""
    whole_s: float
    """A transaction from the wait for a connection to its end."""


USUAL = Patience(connect_s=5.0, lock_s=5.0, statement_s=8.0, idle_s=15.0, whole_s=12.0)
FOR_WHOLE_TABLES = Patience(
    connect_s=5.0, lock_s=30.0, statement_s=900.0, idle_s=900.0, whole_s=1800.0
)


def checked_address(url: URL) -> URL:
    """As the driver wants it. Raises StoreError for what it would not understand."""
    query = dict(url.query)
    # The word that everybody else uses, and that hosts put into the addresses they hand out.
    if "sslmode" in query:
        query["ssl"] = query.pop("sslmode")
    unknown = sorted(query.keys() - _PARAMETERS)
    if unknown:
        raise StoreError(
            f"DATABASE_URL has parameters that Vocero does not know: {', '.join(unknown)}; "
            f"leave them out (there are {', '.join(sorted(_PARAMETERS))} and sslmode)"
        )
    return url.set(query=query)


def make_engine(url: URL, patience: Patience, *, pooled: bool = True) -> AsyncEngine:
    """Connects when it is first used. Raises ImportError, SQLAlchemyError."""
    pool: dict[str, Any] = {"poolclass": NullPool}
    if pooled:
        pool = {
            "pool_size": CONNECTIONS,
            "max_overflow": 0,
            "pool_timeout": _FREE_CONNECTION_S,
            "pool_recycle": _RENEWED_AFTER_S,
        }
    return create_async_engine(
        url,
        # Errors end up in logs, and the parameters are what people wrote and their numbers.
        hide_parameters=True,
        connect_args=_how(patience, "vocero"),
        **pool,
    )


async def connect_apart(url: URL, name: str) -> Any:
    """A connection of asyncpg's own, of no engine: to be held for long, under that name (at most
    63 bytes) in the server's lists. Raises asyncpg's errors and OSError.
    """
    _, address = url.get_dialect()().create_connect_args(url)
    connection = await asyncpg.connect(**address, **_how(USUAL, name))
    # So that the server, too, notices a machine that is gone, and lets go what it held.
    await connection.execute(
        "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3"
    )
    return connection


def _how(patience: Patience, name: str) -> dict[str, Any]:
    return {
        "timeout": patience.connect_s,
        "command_timeout": patience.statement_s,
        "server_settings": {
            "application_name": name,
            # What the store counts on, whatever the server's own setting is.
            "default_transaction_isolation": "read committed",
            "lock_timeout": _milliseconds(patience.lock_s),
            "statement_timeout": _milliseconds(patience.statement_s),
            "idle_in_transaction_session_timeout": _milliseconds(patience.idle_s),
            # Every statement of ours is short: compiling it costs more than it saves.
            "jit": "off",
        },
    }


class Connections:
    """Knows which connections of an engine are no good, before somebody gets one of them."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._open: set[Any] = set()
        self._silent_since = 0.0
        event.listen(engine.sync_engine, "connect", self._connected)
        event.listen(engine.sync_engine, "checkout", self._handed_out)

    def gone_silent(self) -> None:
        """One has not answered in time: the others of that age would not answer either."""
        self._silent_since = time.monotonic()

    async def close(self) -> None:
        """All of them, also those that do not answer any more."""
        try:
            async with asyncio.timeout(_CLOSE_S):
                await self._engine.dispose()
        except (TimeoutError, OSError):
            pass
        for connection in self._open:
            if not connection.is_closed():
                connection.terminate()
        self._open.clear()

    def _connected(self, connection: Any, record: Any) -> None:
        record.info["made_at"] = time.monotonic()
        self._open = {each for each in self._open if not each.is_closed()}
        self._open.add(connection.driver_connection)

    def _handed_out(self, connection: Any, record: Any, _proxy: object) -> None:
        # Asked of ourselves and not of the server: that would be a round trip each time.
        if connection.driver_connection.is_closed() or record.info["made_at"] < self._silent_since:
            raise DisconnectionError("the connection is gone")


async def check_server(connection: AsyncConnection) -> None:
    """Raises StoreError for a server or a database that cannot do what the store needs."""
    number = int(await _shown(connection, "server_version_num")) // 10_000
    if number < OLDEST_SERVER:
        raise StoreError(
            f"DATABASE_URL: the server is PostgreSQL {number}; "
            f"Vocero needs {OLDEST_SERVER} or later"
        )
    encoding = await _shown(connection, "server_encoding")
    if encoding != "UTF8":
        raise StoreError(
            f"DATABASE_URL: the database was made with the encoding {encoding}, which cannot hold "
            "every sign that people write; make one with ENCODING 'UTF8' TEMPLATE template0"
        )


async def _shown(connection: AsyncConnection, setting: str) -> str:
    return str((await connection.exec_driver_sql(f"SHOW {setting}")).scalar())


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))

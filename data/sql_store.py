"""The store in a database: SQLite by default, PostgreSQL by URL."""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary

from data.database import Database
from data.schema import bring_up_to_date, is_current
from data.sql_calls import SqlCalls
from data.sql_erasing import SqlErasing
from data.sql_forgetting import SqlForgetting
from data.sql_leases import SqlLeases
from data.sql_messages import SqlMessages
from data.sql_operators import SqlOperators
from data.sql_past_calls import SqlPastCalls
from data.sql_presence import SqlPresence
from data.sql_retention import SqlRetention
from data.sql_sendings import SqlSendings
from data.sql_sharing import SqlSharing
from data.sql_turns import SqlTurns

_locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


def _one_at_a_time() -> asyncio.Lock:
    """Migrations talk to Alembic's globals, and `run_sync` gives way to other tasks in between:
    two stores that one process opens at the same time would mix their migrations up.
    """
    return _locks.setdefault(asyncio.get_running_loop(), asyncio.Lock())


class SqlStore(
    SqlMessages,
    SqlTurns,
    SqlCalls,
    SqlPastCalls,
    SqlOperators,
    SqlErasing,
    SqlForgetting,
    SqlRetention,
    SqlLeases,
    SqlSharing,
    SqlPresence,
    SqlSendings,
):
    """`data.shared_store.SharedStore` on a database. Open it before use and close it in the end."""

    def __init__(self, url: str) -> None:
        """`url` as SQLAlchemy writes it, with an async driver. Nothing is touched yet."""
        super().__init__(Database(url))

    async def open(self) -> None:
        """Make the tables, or bring those that are there up to date. Raises StoreError."""
        await self._database.open()
        try:
            # Reading first: who only wants to look does not wait for who writes.
            async with self._database.transaction(write=False) as connection:
                current = await connection.run_sync(is_current)
            if not current:
                async with _one_at_a_time(), self._database.migration() as connection:
                    await connection.run_sync(bring_up_to_date)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Give every connection back. Safe to call twice."""
        await self._database.close()

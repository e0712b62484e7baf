"""What became of a COMMIT that was not answered: PostgreSQL remembers, so nobody has to guess.

Taken for a failure, a call would be ordered in the books and never placed; taken for a success, a
message that we answered for would not be there.
"""

from __future__ import annotations

import asyncio

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_LEARNED_WITHIN_S = 8.0
_PAUSES_S = (0.05, 0.2, 0.5, 1.0)
_SHORT = 2**32
"""The server's list of transactions under way has only the lower half of their numbers."""


async def transaction_number(connection: AsyncConnection) -> int:
    """Of the write transaction that has begun: what `was_committed` asks for."""
    number = (await connection.exec_driver_sql("SELECT pg_current_xact_id()::text")).scalar()
    return int(str(number))


async def was_committed(engine: AsyncEngine, number: int) -> bool | None:
    """None when the server cannot be asked within a few seconds."""
    try:
        async with asyncio.timeout(_LEARNED_WITHIN_S):
            tries = 0
            while True:
                try:
                    fate = await _ask(engine, number)
                except (SQLAlchemyError, OSError):
                    fate = "unknown"
                if fate in ("committed", "aborted"):
                    return fate == "committed"
                await asyncio.sleep(_PAUSES_S[min(tries, len(_PAUSES_S) - 1)])
                tries += 1
    except TimeoutError:
        return None


async def _ask(engine: AsyncEngine, number: int) -> str | None:
    async with engine.connect() as connection:
        fate = (
            await connection.exec_driver_sql(f"SELECT pg_xact_status('{number}'::xid8)")
        ).scalar()
        if fate == "in progress":
            # The server has not noticed that we are not there any more, and still waits for us.
            await connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                f" WHERE usename = current_user AND backend_xid::text = '{number % _SHORT}'"
            )
    return None if fate is None else str(fate)

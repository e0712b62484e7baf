"""Locks that are about a thing and not about a row: who writes about it goes one after the other.

SQLite lets one writer in at a time anyway, so there they are nothing. On PostgreSQL they are
advisory locks, held until the transaction ends.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

_SERVER = "postgresql"


async def hold_customer(connection: AsyncConnection, customer: str) -> None:
    """Alone with what is kept about this customer. Taken before any row of theirs is locked.

    Without it a message could come in between the two looks of somebody who parks another one,
    and a customer's messages could be numbered in another order than they become visible in.
    """
    if connection.dialect.name == _SERVER:
        await connection.exec_driver_sql(_statement(f"customer:{customer}"))


def hold_migrations(connection: Connection) -> None:
    """Alone with the tables: of several workers that start at once, one migrates."""
    if connection.dialect.name == _SERVER:
        # However long the other one takes; a table that somebody uses is not waited for so long.
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
        connection.exec_driver_sql(_statement("migrations"))
        connection.exec_driver_sql("SET LOCAL lock_timeout = '30s'")


def _statement(name: str) -> str:
    return f"SELECT pg_advisory_xact_lock({lock_number(name)})"


def lock_number(name: str) -> int:
    """The same in every worker: 64 bits. Two names that share one only wait for each other."""
    digest = hashlib.blake2b(f"vocero {name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)

"""What the parts of the store in a database share."""

from __future__ import annotations

import asyncio
import functools
import random
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Row, Select, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from data.database import Database, Undone

_PAUSES_S = (0.02, 0.1, 0.4)
"""Before a transaction is tried again; about, so that two do not meet again and again."""

_Part = TypeVar("_Part", bound="SqlPart")
_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")


class SqlPart:
    """A few methods of `data.store.Store` on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def _rows(self, query: Select[Any], **given: object) -> list[Row[Any]]:
        """One statement; `given` for what it leaves open (bindparam).

        What is asked again and again is made once, as a constant: to make it and to find out that
        it is the same as before takes longer than to ask it.
        """
        return await _read(self, query, given)


def repeated(
    method: Callable[Concatenate[_Part, _Given], Coroutine[Any, Any, _Answer]],
) -> Callable[Concatenate[_Part, _Given], Coroutine[Any, Any, _Answer]]:
    """For a method that is one transaction: bad luck (`Undone`) is tried again, a few times."""

    @functools.wraps(method)
    async def patient(self: _Part, /, *args: _Given.args, **kwargs: _Given.kwargs) -> _Answer:
        for pause_s in _PAUSES_S:
            try:
                return await method(self, *args, **kwargs)
            except Undone:
                await asyncio.sleep(pause_s * random.uniform(0.5, 1.5))
        return await method(self, *args, **kwargs)

    return patient


@repeated
async def _read(part: SqlPart, query: Select[Any], given: dict[str, object]) -> list[Row[Any]]:
    async with part._database.statement() as connection:
        return list((await connection.execute(query, given)).all())


def insert_into(connection: AsyncConnection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that knows ON CONFLICT, which both say alike."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)

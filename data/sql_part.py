"""What the parts of the store in a database share."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select

from data.database import Database


class SqlPart:
    """A few methods of `data.store.Store` on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def _rows(self, query: Select[Any]) -> list[Row[Any]]:
        async with self._database.transaction(write=False) as connection:
            return list((await connection.execute(query)).all())

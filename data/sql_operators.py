"""The audit log in the database: what operators did."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Select, insert, select

from data.sql_part import SqlPart, repeated
from data.store import LONGEST_PAGE, AuditEntry
from data.tables import operator_acts

_ACT_COLUMNS = [
    operator_acts.c.at,
    operator_acts.c.operator,
    operator_acts.c.act,
    operator_acts.c.attempt_id,
    operator_acts.c.detail,
    operator_acts.c.id.label("number"),
]


class SqlOperators(SqlPart):
    """Acts are only ever added."""

    @repeated
    async def note_act(self, entry: AuditEntry) -> AuditEntry:
        kept = entry.bounded()
        async with self._database.transaction(write=True) as connection:
            number = await connection.scalar(
                insert(operator_acts)
                .values(
                    at=kept.at,
                    operator=kept.operator,
                    act=kept.act,
                    attempt_id=kept.attempt_id,
                    detail=kept.detail,
                )
                .returning(operator_acts.c.id)
            )
        return replace(kept, number=int(number or 0))

    async def acts(
        self, *, attempt_id: str | None = None, before: int | None = None, limit: int = 100
    ) -> list[AuditEntry]:
        rows = await self._rows(acts_query(attempt_id, before, limit))
        return [AuditEntry(**row._mapping) for row in rows]


def acts_query(attempt_id: str | None, before: int | None, limit: int) -> Select[Any]:
    """The newest acts."""
    query = select(*_ACT_COLUMNS)
    if attempt_id is not None:
        query = query.where(operator_acts.c.attempt_id == attempt_id)
    if before is not None:
        query = query.where(operator_acts.c.id < before)
    return query.order_by(operator_acts.c.id.desc()).limit(max(0, min(limit, LONGEST_PAGE)))

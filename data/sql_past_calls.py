"""Calls in the database as they are looked at: lists, one call, a search, the figures of a day."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select

from data.answer_times import times_from_text
from data.call import CallResult, OutcomeStatus
from data.record_json import quote_from_json, report_from_json
from data.search_text import wanted_words
from data.sql_calls import ATTEMPT_COLUMNS, attempt_of
from data.sql_messages import OUTGOING_COLUMNS, outgoing
from data.sql_part import SqlPart
from data.store import (
    LONGEST_PAGE,
    MOST_FIGURES,
    CallFigures,
    CallFilter,
    CallRecord,
    OutgoingMessage,
)
from data.tables import attempts, messages_out

_CALL_COLUMNS = [
    *ATTEMPT_COLUMNS,
    attempts.c.report_json,
    attempts.c.result_json,
    attempts.c.ended_at,
    attempts.c.quote_json,
]
_FIGURES_AT_ONCE = 250
"""Rows that are read in one go, while live calls wait for the event loop."""
_there = attempts.c.erased == 0


class SqlPastCalls(SqlPart):
    """What is known of calls, whoever asks."""

    async def calls(self, limit: int = 50) -> list[CallRecord]:
        rows = await self._rows(
            select(*_CALL_COLUMNS).where(_there).order_by(attempts.c.id.desc()).limit(limit)
        )
        return await self._records(rows)

    async def call(self, attempt_id: str) -> CallRecord | None:
        if not attempt_id:
            return None
        exact = await self._rows(
            select(*_CALL_COLUMNS).where(
                _there, (attempts.c.attempt_id == attempt_id) | (attempts.c.call_sid == attempt_id)
            )
        )
        if not exact:
            like = await self._rows(
                select(*_CALL_COLUMNS).where(
                    _there, attempts.c.attempt_id.startswith(attempt_id, autoescape=True)
                )
            )
            # SQLite's LIKE does not tell upper from lower case; ids do.
            exact = [row for row in like if row.attempt_id.startswith(attempt_id)]
        return (await self._records(exact))[0] if len(exact) == 1 else None

    async def find_calls(
        self, wanted: CallFilter, *, before: str | None = None, limit: int = 50
    ) -> list[CallRecord]:
        query = calls_query(wanted, limit)
        if before is not None:
            # An erased call still has its place in the order.
            place = await self._rows(
                select(attempts.c.created_at, attempts.c.id).where(attempts.c.attempt_id == before)
            )
            if not place:
                return []
            query = query.where(_older_than(place[0]))
        return await self._records(await self._rows(query))

    async def call_figures(self, since: float, until: float) -> list[CallFigures]:
        figures: list[CallFigures] = []
        last: Row[Any] | None = None
        while len(figures) < MOST_FIGURES:
            at_once = min(_FIGURES_AT_ONCE, MOST_FIGURES - len(figures))
            rows = await self._rows(figures_query(since, until, at_once, last))
            figures += map(_figures, rows)
            if len(rows) < at_once:
                break
            last = rows[-1]
        return figures

    async def _records(self, rows: list[Row[Any]]) -> list[CallRecord]:
        told: dict[str, list[OutgoingMessage]] = {}
        if rows:
            for row in await self._rows(
                select(*OUTGOING_COLUMNS, messages_out.c.attempt_id)
                .where(messages_out.c.attempt_id.in_([row.attempt_id for row in rows]))
                .order_by(messages_out.c.id)
            ):
                told.setdefault(row.attempt_id, []).append(outgoing(row))
        records = []
        for row in rows:
            records.append(_record(row, tuple(told.get(row.attempt_id, ()))))
            # A whole transcript was read: live calls must not wait for fifty of them.
            await asyncio.sleep(0)
        return records


def calls_query(wanted: CallFilter, limit: int) -> Select[Any]:
    """The newest calls that are wanted."""
    query = select(*_CALL_COLUMNS).where(_there, *map(_occurs, wanted_words(wanted.text)))
    if wanted.statuses:
        statuses = sorted(status.value for status in wanted.statuses)
        query = query.where(attempts.c.status.in_(statuses))
    if wanted.since is not None:
        query = query.where(attempts.c.created_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(attempts.c.created_at < wanted.until)
    return query.order_by(attempts.c.created_at.desc(), attempts.c.id.desc()).limit(
        max(0, min(limit, LONGEST_PAGE))
    )


def figures_query(
    since: float, until: float, limit: int, last: Row[Any] | None = None
) -> Select[Any]:
    """What a day counts, erased calls too; those after `last`, a row of the same query."""
    query = select(
        attempts.c.created_at,
        attempts.c.status,
        attempts.c.talked_s,
        attempts.c.answer_ms,
        attempts.c.id,
    ).where(attempts.c.created_at >= since, attempts.c.created_at < until)
    if last is not None:
        query = query.where(
            or_(
                attempts.c.created_at > last.created_at,
                and_(attempts.c.created_at == last.created_at, attempts.c.id > last.id),
            )
        )
    return query.order_by(attempts.c.created_at, attempts.c.id).limit(limit)


def _occurs(writings: tuple[str, ...]) -> ColumnElement[bool]:
    # Escaped: a percent sign that somebody searches for is no wildcard.
    return or_(*(attempts.c.search_text.contains(each, autoescape=True) for each in writings))


def _older_than(place: Row[Any]) -> ColumnElement[bool]:
    return or_(
        attempts.c.created_at < place.created_at,
        and_(attempts.c.created_at == place.created_at, attempts.c.id < place.id),
    )


def _figures(row: Row[Any]) -> CallFigures:
    return CallFigures(
        created_at=row.created_at,
        status=OutcomeStatus(row.status) if row.status is not None else None,
        talked_s=row.talked_s or 0.0,
        answer_ms=times_from_text(row.answer_ms),
    )


def _record(row: Row[Any], told: tuple[OutgoingMessage, ...]) -> CallRecord:
    return CallRecord(
        attempt=attempt_of(row),
        report=report_from_json(row.report_json) if row.report_json else None,
        result=CallResult.model_validate_json(row.result_json) if row.result_json else None,
        ended_at=row.ended_at,
        quote=quote_from_json(row.quote_json) if row.quote_json else None,
        outgoing=told,
    )

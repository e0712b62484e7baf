"""Calls in the database: attempts, what is known of live ones, and how they ended."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from data.call import (
    CallReport,
    CallResult,
    EntryKind,
    OutcomeStatus,
    Quote,
    Speaker,
    TimelineEntry,
)
from data.record_json import quote_from_json, quote_to_json, report_from_json, report_to_json
from data.sql_messages import OUTGOING_COLUMNS, outgoing
from data.sql_part import SqlPart
from data.sql_turns import write_turn
from data.store import Attempt, CallRecord, OutgoingMessage, Turn
from data.tables import attempts, call_lines, messages_out

_ATTEMPT_COLUMNS = [
    attempts.c[name]
    for name in (
        "attempt_id errand_id customer to_number business_name errand_json "
        "created_at call_sid state"
    ).split()
]
_CALL_COLUMNS = [
    *_ATTEMPT_COLUMNS,
    attempts.c.report_json,
    attempts.c.result_json,
    attempts.c.ended_at,
    attempts.c.quote_json,
]


class SqlCalls(SqlPart):
    """Attempts and calls."""

    # --- attempts -----------------------------------------------------------------------------
    async def bind_call(self, attempt_id: str, call_sid: str) -> None:
        own = attempts.c.attempt_id == attempt_id
        async with self._database.transaction(write=True) as connection:
            await connection.execute(
                update(attempts).where(own, attempts.c.call_sid == "").values(call_sid=call_sid)
            )
            await connection.execute(
                update(attempts).where(own, attempts.c.state == "ordered").values(state="dialed")
            )

    async def attempt(self, attempt_id: str) -> Attempt | None:
        rows = await self._rows(
            select(*_ATTEMPT_COLUMNS).where(attempts.c.attempt_id == attempt_id)
        )
        return _attempt(rows[0]) if rows else None

    async def open_attempts(self) -> list[Attempt]:
        rows = await self._rows(
            select(*_ATTEMPT_COLUMNS).where(attempts.c.state != "ended").order_by(attempts.c.id)
        )
        return [_attempt(row) for row in rows]

    async def count_attempts(
        self, since: float, *, customer: str | None = None, to_number: str | None = None
    ) -> int:
        query = select(func.count()).select_from(attempts).where(attempts.c.created_at >= since)
        if customer is not None:
            query = query.where(attempts.c.customer == customer)
        if to_number is not None:
            query = query.where(attempts.c.to_number == to_number)
        return int((await self._rows(query))[0][0])

    async def errand_booked(self, errand_id: str) -> bool:
        rows = await self._rows(
            select(attempts.c.result_json).where(
                attempts.c.errand_id == errand_id, attempts.c.result_json.is_not(None)
            )
        )
        return any(
            CallResult.model_validate_json(row.result_json).status is OutcomeStatus.BOOKED
            for row in rows
        )

    async def minutes_talked(self, since: float) -> int:
        rows = await self._rows(
            select(attempts.c.talked_s).where(
                attempts.c.created_at >= since, attempts.c.talked_s.is_not(None)
            )
        )
        # Rounded here: what a database makes of ceil() differs.
        return sum(math.ceil(row.talked_s / 60) for row in rows)

    # --- live calls ---------------------------------------------------------------------------
    async def keep_report(self, attempt_id: str, result: CallResult) -> CallResult:
        own = attempts.c.attempt_id == attempt_id
        async with self._database.transaction(write=True) as connection:
            await connection.execute(
                update(attempts)
                .where(own, attempts.c.reported_json.is_(None))
                .values(reported_json=result.model_dump_json())
            )
            kept = await connection.scalar(select(attempts.c.reported_json).where(own))
        return result if kept is None else CallResult.model_validate_json(kept)

    async def reported(self, attempt_id: str) -> CallResult | None:
        rows = await self._rows(
            select(attempts.c.reported_json).where(attempts.c.attempt_id == attempt_id)
        )
        kept = rows[0].reported_json if rows else None
        return None if kept is None else CallResult.model_validate_json(kept)

    async def keep_lines(self, attempt_id: str, entries: Sequence[TimelineEntry]) -> None:
        if not entries:
            return
        rows = [
            {
                "attempt_id": attempt_id,
                "at_s": entry.at_s,
                "kind": entry.kind.value,
                "text": entry.text,
                "speaker": entry.speaker.value if entry.speaker else None,
            }
            for entry in entries
        ]
        async with self._database.transaction(write=True) as connection:
            # Locked where rows can be: an end that comes in between must find every line.
            live = await connection.scalar(
                select(attempts.c.id)
                .where(attempts.c.attempt_id == attempt_id, attempts.c.state != "ended")
                .with_for_update()
            )
            if live is not None:
                await connection.execute(insert(call_lines), rows)

    async def lines(self, attempt_id: str) -> tuple[TimelineEntry, ...]:
        rows = await self._rows(
            select(call_lines.c.at_s, call_lines.c.kind, call_lines.c.text, call_lines.c.speaker)
            .where(call_lines.c.attempt_id == attempt_id)
            .order_by(call_lines.c.id)
        )
        return tuple(
            TimelineEntry(
                row.at_s,
                EntryKind(row.kind),
                row.text,
                Speaker(row.speaker) if row.speaker is not None else None,
            )
            for row in rows
        )

    async def end_attempt(
        self,
        report: CallReport,
        result: CallResult,
        turn: Turn,
        ended_at: float,
        quote: Quote | None = None,
    ) -> bool:
        values: dict[str, Any] = {
            "state": "ended",
            "report_json": report_to_json(report),
            "result_json": result.model_dump_json(),
            "ended_at": ended_at,
            "talked_s": report.paid_s,
            "quote_json": quote_to_json(quote) if quote else None,
        }
        own = attempts.c.attempt_id == report.attempt_id
        async with self._database.transaction(write=True) as connection:
            ended = await connection.scalar(
                update(attempts)
                .where(own, attempts.c.state != "ended")
                .values(**values)
                .returning(attempts.c.attempt_id)
            )
            if ended is None:
                return False
            if report.call_sid:
                await connection.execute(
                    update(attempts)
                    .where(own, attempts.c.call_sid == "")
                    .values(call_sid=report.call_sid)
                )
            await connection.execute(
                delete(call_lines).where(call_lines.c.attempt_id == report.attempt_id)
            )
            await write_turn(connection, turn, about=report.attempt_id)
        return True

    # --- calls to look at ---------------------------------------------------------------------
    async def calls(self, limit: int = 50) -> list[CallRecord]:
        rows = await self._rows(select(*_CALL_COLUMNS).order_by(attempts.c.id.desc()).limit(limit))
        return await self._records(rows)

    async def call(self, attempt_id: str) -> CallRecord | None:
        if not attempt_id:
            return None
        exact = await self._rows(
            select(*_CALL_COLUMNS).where(
                (attempts.c.attempt_id == attempt_id) | (attempts.c.call_sid == attempt_id)
            )
        )
        if not exact:
            like = await self._rows(
                select(*_CALL_COLUMNS).where(
                    attempts.c.attempt_id.startswith(attempt_id, autoescape=True)
                )
            )
            # SQLite's LIKE does not tell upper from lower case; ids do.
            exact = [row for row in like if row.attempt_id.startswith(attempt_id)]
        return (await self._records(exact))[0] if len(exact) == 1 else None

    async def _records(self, rows: list[Row[Any]]) -> list[CallRecord]:
        told: dict[str, list[OutgoingMessage]] = {}
        if rows:
            for row in await self._rows(
                select(*OUTGOING_COLUMNS, messages_out.c.attempt_id)
                .where(messages_out.c.attempt_id.in_([row.attempt_id for row in rows]))
                .order_by(messages_out.c.id)
            ):
                told.setdefault(row.attempt_id, []).append(outgoing(row))
        return [
            CallRecord(
                attempt=_attempt(row),
                report=report_from_json(row.report_json) if row.report_json else None,
                result=CallResult.model_validate_json(row.result_json) if row.result_json else None,
                ended_at=row.ended_at,
                quote=quote_from_json(row.quote_json) if row.quote_json else None,
                outgoing=tuple(told.get(row.attempt_id, ())),
            )
            for row in rows
        ]


def _attempt(row: Row[Any]) -> Attempt:
    return Attempt(**{column.name: row._mapping[column] for column in _ATTEMPT_COLUMNS})

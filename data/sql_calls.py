"""Calls in the database: attempts, what is known of live ones, and how they ended."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from data import search_text
from data.advisory_locks import hold_customer
from data.answer_times import answer_times, times_to_text
from data.call import (
    CallReport,
    CallResult,
    EntryKind,
    OutcomeStatus,
    Quote,
    Speaker,
    TimelineEntry,
)
from data.leases import Claim, Lease
from data.record_json import quote_to_json, report_to_json
from data.sql_fences import LET_GO, check
from data.sql_part import SqlPart, repeated
from data.sql_turns import write_turn
from data.store import Attempt, Turn
from data.tables import attempts, call_lines, call_notices

ATTEMPT_COLUMNS = [
    attempts.c[name]
    for name in (
        "attempt_id errand_id customer to_number business_name errand_json "
        "created_at call_sid state"
    ).split()
]


class SqlCalls(SqlPart):
    """Attempts and calls."""

    # --- attempts -----------------------------------------------------------------------------
    @repeated
    async def bind_call(self, attempt_id: str, call_sid: str) -> None:
        own = attempts.c.attempt_id == attempt_id
        async with self._database.transaction(write=True) as connection:
            await connection.execute(
                update(attempts)
                .where(own, attempts.c.call_sid == "", attempts.c.erased == 0)
                .values(call_sid=call_sid)
            )
            await connection.execute(
                update(attempts).where(own, attempts.c.state == "ordered").values(state="dialed")
            )

    async def attempt(self, attempt_id: str) -> Attempt | None:
        rows = await self._rows(select(*ATTEMPT_COLUMNS).where(attempts.c.attempt_id == attempt_id))
        return attempt_of(rows[0]) if rows else None

    async def open_attempts(self) -> list[Attempt]:
        rows = await self._rows(
            select(*ATTEMPT_COLUMNS).where(attempts.c.state != "ended").order_by(attempts.c.id)
        )
        return [attempt_of(row) for row in rows]

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
        booked = (
            select(func.count())
            .select_from(attempts)
            .where(
                attempts.c.errand_id == errand_id, attempts.c.status == OutcomeStatus.BOOKED.value
            )
        )
        return bool((await self._rows(booked))[0][0])

    async def minutes_talked(self, since: float) -> int:
        rows = await self._rows(
            select(attempts.c.talked_s).where(
                attempts.c.created_at >= since, attempts.c.talked_s.is_not(None)
            )
        )
        # Rounded here: what a database makes of ceil() differs.
        return sum(math.ceil(row.talked_s / 60) for row in rows)

    # --- live calls ---------------------------------------------------------------------------
    @repeated
    async def keep_report(self, attempt_id: str, result: CallResult) -> CallResult:
        own = attempts.c.attempt_id == attempt_id
        async with self._database.transaction(write=True) as connection:
            await connection.execute(
                update(attempts)
                .where(own, attempts.c.reported_json.is_(None), attempts.c.erased == 0)
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

    @repeated
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

    @repeated
    async def end_attempt(
        self,
        report: CallReport,
        result: CallResult,
        turn: Turn,
        ended_at: float,
        quote: Quote | None = None,
        *,
        under: Sequence[Lease] = (),
        claim: Claim | None = None,
    ) -> bool:
        values: dict[str, Any] = {
            "state": "ended",
            "report_json": report_to_json(report),
            "result_json": result.model_dump_json(),
            "ended_at": ended_at,
            "talked_s": report.paid_s,
            "quote_json": quote_to_json(quote) if quote else None,
            "status": result.status.value,
            "answer_ms": times_to_text(answer_times(report.timeline)),
            "search_text": attempts.c.search_text + search_text.of_end(report, result),
            **LET_GO,
        }
        own = attempts.c.attempt_id == report.attempt_id
        async with self._database.transaction(write=True) as connection:
            await hold_customer(connection, turn.customer)
            await check(connection, *under)
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
            for live in (call_lines, call_notices):
                await connection.execute(delete(live).where(live.c.attempt_id == report.attempt_id))
            await write_turn(connection, turn, about=report.attempt_id, claim=claim)
        return True


def attempt_of(row: Row[Any]) -> Attempt:
    """Of a row that has ATTEMPT_COLUMNS."""
    return Attempt(**{column.name: row._mapping[column] for column in ATTEMPT_COLUMNS})

"""Calls that are erased from the database: what goes, and the bare row that stays."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Update, and_, delete, select, update

from data.call_messages import ASKED_AS, messages_beside
from data.sql_messages import EMPTIED
from data.sql_part import SqlPart, repeated
from data.tables import attempts, blocked_numbers, call_lines, call_notices, messages_out

BLANKED: dict[str, Any] = {
    "customer": "",
    "to_number": "",
    "business_name": "",
    "errand_json": "{}",
    # With it the carrier tells the numbers.
    "call_sid": "",
    "report_json": None,
    "result_json": None,
    "reported_json": None,
    "quote_json": None,
    "search_text": "",
    "erased": 1,
}
"""What becomes of the row of an erased call."""


class SqlErasing(SqlPart):
    """One transaction: a call is there with all its parts, or it is gone with all of them."""

    @repeated
    async def erase_call(self, attempt_id: str) -> bool:
        async with self._database.transaction(write=True) as connection:
            found = (
                await connection.execute(
                    select(attempts.c.customer, attempts.c.created_at, attempts.c.ended_at)
                    .where(
                        attempts.c.attempt_id == attempt_id,
                        attempts.c.state == "ended",
                        attempts.c.erased == 0,
                    )
                    .with_for_update()
                )
            ).first()
            if found is None:
                return False
            await connection.execute(
                update(attempts).where(attempts.c.attempt_id == attempt_id).values(**BLANKED)
            )
            for live in (call_lines, call_notices):
                await connection.execute(delete(live).where(live.c.attempt_id == attempt_id))
            await connection.execute(
                update(blocked_numbers)
                .where(blocked_numbers.c.attempt_id == attempt_id)
                .values(attempt_id="", words="")
            )
            # What is just being sent is waited for: it counts as sent then, and goes as well.
            await connection.execute(
                select(messages_out.c.id)
                .where(messages_out.c.attempt_id == attempt_id)
                .with_for_update()
            )
            for statement in emptying(attempt_id, found.customer, found.created_at, found.ended_at):
                await connection.execute(statement)
        return True


def emptying(attempt_id: str, customer: str, created_at: float, ended_at: float) -> list[Update]:
    """Empties the call's messages, but for results that are still to be sent."""
    # One statement each, so that each of them has its index.
    return [
        update(messages_out).where(each).values(**EMPTIED)
        for each in (
            and_(messages_out.c.attempt_id == attempt_id, ~_result_to_send()),
            messages_out.c.message_id.in_(messages_beside(attempt_id)),
            # Questions bear an id of their own; they are known by when they were asked.
            and_(
                messages_out.c.state.in_(("waiting", "sent", "parked", "given_up")),
                messages_out.c.customer == customer,
                messages_out.c.message_id.startswith(ASKED_AS, autoescape=True),
                messages_out.c.due_at >= created_at,
                messages_out.c.due_at <= ended_at,
            ),
        )
    ]


def _result_to_send() -> ColumnElement[bool]:
    return and_(
        messages_out.c.state.in_(("waiting", "parked")),
        messages_out.c.media_url == "",
        messages_out.c.stale_at.is_(None),
    )

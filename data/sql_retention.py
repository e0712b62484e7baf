"""Words that have grown old, taken out of the database in small pieces.

Each piece is one short write, so that live calls, which write down what is said, do not wait. What
is done already is known by its looks, not by a column of its own: a timeline without a speaker has
no words.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, and_, delete, exists, or_, select, update

from data import search_text
from data.call import CallResult
from data.forgetting import result_without_words, without_words
from data.record_json import report_from_json, report_to_json
from data.sql_calls import ATTEMPT_COLUMNS, attempt_of
from data.sql_part import SqlPart, repeated
from data.tables import (
    attempts,
    blocked_numbers,
    conversations,
    leases,
    messages_in,
    messages_out,
    planned_calls,
)

_SETTLED = ("sent", "given_up", "parked", "erased")
_WITH_WORDS = or_(
    attempts.c.report_json.contains('"speaker":"', autoescape=True),
    attempts.c.quote_json.is_not(None),
    attempts.c.reported_json.is_not(None),
    attempts.c.result_json.contains('"notes":"', autoescape=True),
    attempts.c.result_json.contains('"instructions":"', autoescape=True),
    attempts.c.result_json.contains('"professional_name":"', autoescape=True),
)
_EMPTY_MESSAGE: dict[str, Any] = {
    "body": "",
    "profile_name": "",
    "button_payload": "",
    "latitude": None,
    "longitude": None,
    "media_type": "",
    "media_url": "",
}
_MESSAGE_WITH_WORDS = or_(
    *(
        messages_in.c[name] != ""
        for name in ("body", "profile_name", "button_payload", "media_url")
    ),
    messages_in.c.latitude.is_not(None),
)


class SqlRetention(SqlPart):
    """What `Forgetting` promises about old words."""

    @repeated
    async def drop_transcripts(self, before: float, limit: int = 50) -> int:
        rows = await self._rows(
            select(*ATTEMPT_COLUMNS, attempts.c.report_json, attempts.c.result_json)
            .where(
                attempts.c.state == "ended",
                attempts.c.erased == 0,
                attempts.c.created_at < before,
                _WITH_WORDS,
            )
            .order_by(attempts.c.id)
            .limit(limit)
        )
        # In a thread: whole transcripts are read, and live calls must not wait for that.
        left = await asyncio.to_thread(lambda: [(row.attempt_id, _wordless(row)) for row in rows])
        async with self._database.transaction(write=True) as connection:
            for attempt_id, values in left:
                await connection.execute(
                    update(attempts)
                    # Unless it was erased meanwhile.
                    .where(attempts.c.attempt_id == attempt_id, attempts.c.erased == 0)
                    .values(**values)
                )
            await connection.execute(
                update(blocked_numbers)
                .where(blocked_numbers.c.asked_at < before, blocked_numbers.c.words != "")
                .values(words="")
            )
        return len(left)

    @repeated
    async def drop_messages(self, before: float, limit: int = 200) -> int:
        heard = (
            select(messages_in.c.id)
            .where(
                messages_in.c.handled == 1, messages_in.c.received_at < before, _MESSAGE_WITH_WORDS
            )
            .limit(limit)
        )
        told = (
            select(messages_out.c.id)
            .where(messages_out.c.state.in_(_SETTLED), messages_out.c.due_at < before)
            .limit(limit)
        )
        async with self._database.transaction(write=True) as connection:
            emptied = await connection.execute(
                update(messages_in)
                .where(messages_in.c.id.in_(heard))
                .values(**_EMPTY_MESSAGE)
                .returning(messages_in.c.id)
            )
            both = len(emptied.all())
            gone = await connection.execute(
                delete(messages_out).where(messages_out.c.id.in_(told)).returning(messages_out.c.id)
            )
            both += len(gone.all())
        return both

    @repeated
    async def drop_conversations(self, before: float, limit: int = 200) -> int:
        idle = select(conversations.c.customer).where(*_nothing_since(before)).limit(limit)
        async with self._database.transaction(write=True) as connection:
            gone = await connection.execute(
                delete(conversations)
                .where(conversations.c.customer.in_(idle))
                .returning(conversations.c.customer)
            )
            talks = len(gone.all())
            # What a worker left that died: the names are customers' addresses.
            await connection.execute(delete(leases).where(leases.c.lease_until < before))
        return talks

    async def calls_over(self, attempt_ids: Sequence[str]) -> Mapping[str, float]:
        rows = await self._rows(
            select(attempts.c.attempt_id, attempts.c.ended_at, attempts.c.erased).where(
                attempts.c.attempt_id.in_(attempt_ids), attempts.c.state == "ended"
            )
        )
        return {row.attempt_id: 0.0 if row.erased else row.ended_at or 0.0 for row in rows}


def _nothing_since(before: float) -> tuple[Any, ...]:
    whose = conversations.c.customer
    return (
        ~exists().where(messages_in.c.customer == whose, messages_in.c.received_at >= before),
        ~exists().where(messages_in.c.customer == whose, messages_in.c.handled == 0),
        ~exists().where(
            messages_out.c.customer == whose, messages_out.c.state.in_(("waiting", "parked"))
        ),
        ~exists().where(planned_calls.c.customer == whose),
        ~exists().where(
            and_(
                attempts.c.customer == whose,
                or_(attempts.c.state != "ended", attempts.c.created_at >= before),
            )
        ),
    )


def _wordless(row: Row[Any]) -> dict[str, Any]:
    """The columns of a call without its words; what cannot be read goes as a whole."""
    report = result = None
    with contextlib.suppress(ValueError):
        report = report_to_json(without_words(report_from_json(row.report_json or "")))
    with contextlib.suppress(ValueError):
        kept = CallResult.model_validate_json(row.result_json or "")
        result = result_without_words(kept).model_dump_json()
    return {
        "report_json": report,
        "result_json": result,
        "reported_json": None,
        "quote_json": None,
        "search_text": search_text.of_order(attempt_of(row)),
    }

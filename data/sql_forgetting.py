"""What the database knows of one customer, and how it forgets all of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.advisory_locks import hold_customer
from data.forgetting import Traces
from data.leases import desk_of
from data.sql_erasing import BLANKED
from data.sql_part import SqlPart, repeated
from data.tables import (
    attempts,
    blocked_numbers,
    call_lines,
    call_notices,
    conversations,
    leases,
    messages_in,
    messages_out,
    operator_acts,
    planned_calls,
)

_WHOLE_ROWS = (messages_in, messages_out, conversations, planned_calls)
"""Of these tables the customer's rows go; of their calls bare ones stay."""


class SqlForgetting(SqlPart):
    """One customer at a time; one transaction each."""

    async def known_customers(self) -> frozenset[str]:
        every = union(*(select(each.c.customer) for each in (*_WHOLE_ROWS, attempts))).subquery()
        rows = await self._rows(select(every.c.customer).where(every.c.customer != ""))
        return frozenset(str(row.customer) for row in rows)

    @repeated
    async def traces(self, customer: str) -> Traces:
        async with self._database.transaction(write=False) as connection:
            counts = [
                await _count(connection, each, each.c.customer == customer) for each in _WHOLE_ROWS
            ]
            unheard = await _count(
                connection, messages_in, messages_in.c.customer == customer, _unhandled
            )
            acts = await _count(
                connection,
                operator_acts,
                operator_acts.c.attempt_id.in_(_their_calls(customer)),
                operator_acts.c.detail != "",
            )
            calls = await connection.execute(
                select(
                    attempts.c.attempt_id,
                    attempts.c.call_sid,
                    attempts.c.state,
                    attempts.c.ended_at,
                    attempts.c.report_json,
                )
                .where(attempts.c.customer == customer)
                .order_by(attempts.c.id)
            )
            rows = calls.all()
            clips = await connection.scalars(
                select(messages_out.c.media_url).where(
                    messages_out.c.customer == customer, messages_out.c.media_url != ""
                )
            )
            addresses = tuple(clips.all())
        written, told, talks, planned = counts
        return Traces(
            written=written,
            unheard=unheard,
            told=told,
            conversations=talks,
            planned=planned,
            calls=tuple(row.attempt_id for row in rows if row.state == "ended"),
            open_calls={row.attempt_id: row.call_sid for row in rows if row.state != "ended"},
            last_ended_at=max((row.ended_at or 0.0 for row in rows), default=0.0),
            acts=acts,
            clips=addresses,
            elsewhere=tuple(_ids_elsewhere(rows)),
        )

    @repeated
    async def forget_customer(self, customer: str) -> bool:
        if not customer:  # which erased calls have
            return True
        theirs = _their_calls(customer)
        async with self._database.transaction(write=True) as connection:
            # What is just being written about them comes before it, or after it.
            await hold_customer(connection, customer)
            if await _count(
                connection, attempts, attempts.c.customer == customer, attempts.c.state != "ended"
            ):
                return False
            for statement in (
                delete(call_lines).where(call_lines.c.attempt_id.in_(theirs)),
                delete(call_notices).where(call_notices.c.attempt_id.in_(theirs)),
                # Its name is their address. Who has it just now commits nothing more about them.
                delete(leases).where(leases.c.name == desk_of(customer)),
                update(blocked_numbers)
                .where(blocked_numbers.c.attempt_id.in_(theirs))
                .values(attempt_id="", words=""),
                update(operator_acts)
                .where(operator_acts.c.attempt_id.in_(theirs), operator_acts.c.detail != "")
                .values(detail=""),
                *(delete(each).where(each.c.customer == customer) for each in _WHOLE_ROWS),
                # Last: by the customer the calls were found. Not one that was ordered meanwhile.
                update(attempts)
                .where(attempts.c.customer == customer, attempts.c.state == "ended")
                .values(**BLANKED),
            ):
                await connection.execute(statement)
        return True

    async def scrub(self, *, whole: bool) -> bool:
        return await self._database.scrub(whole=whole)


_unhandled = messages_in.c.handled == 0


def _their_calls(customer: str) -> Any:
    return select(attempts.c.attempt_id).where(attempts.c.customer == customer)


async def _count(connection: AsyncConnection, table: Table, *wanted: ColumnElement[bool]) -> int:
    found = await connection.scalar(select(func.count()).select_from(table).where(*wanted))
    return int(found or 0)


def _ids_elsewhere(rows: Iterable[Any]) -> list[str]:
    ids = []
    for row in rows:
        ids.append(row.call_sid)
        try:
            ids.append(json.loads(row.report_json or "{}").get("conversation_id", ""))
        except (ValueError, AttributeError):
            continue  # another program's report: it cannot be told
    return [each for each in ids if isinstance(each, str) and each]

"""Conversations in the database: turns committed as a whole, planned calls, blocked numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from data import search_text
from data.advisory_locks import hold_customer
from data.database_errors import brief
from data.leases import Claim, Lease
from data.sql_fences import LET_GO, check, claimed
from data.sql_part import SqlPart, insert_into, repeated
from data.store import OutgoingMessage, PlannedCall, StoreError, Turn
from data.tables import (
    attempts,
    blocked_numbers,
    conversations,
    messages_in,
    messages_out,
    planned_calls,
)

PLAN_COLUMNS = [planned_calls.c[name] for name in ("plan_id", "customer", "errand_json", "due_at")]
_NEXT_PLAN = select(func.min(planned_calls.c.due_at))


class SqlTurns(SqlPart):
    """Conversations and what they keep for later."""

    async def conversation(self, customer: str) -> str | None:
        rows = await self._rows(
            select(conversations.c.state_json).where(conversations.c.customer == customer)
        )
        return str(rows[0].state_json) if rows else None

    @repeated
    async def commit_turn(
        self, turn: Turn, *, under: Sequence[Lease] = (), claim: Claim | None = None
    ) -> None:
        try:
            async with self._database.transaction(write=True) as connection:
                await hold_customer(connection, turn.customer)
                await check(connection, *under)
                await write_turn(connection, turn, about="", claim=claim)
        except IntegrityError as error:
            raise StoreError(f"this turn was committed before ({brief(error)})") from None

    async def due_plans(self, now: float, limit: int = 50) -> list[PlannedCall]:
        rows = await self._rows(
            select(*PLAN_COLUMNS)
            .where(planned_calls.c.due_at <= now)
            .order_by(planned_calls.c.due_at, planned_calls.c.id)
            .limit(limit)
        )
        return [PlannedCall(**row._mapping) for row in rows]

    async def next_plan(self) -> float | None:
        rows = await self._rows(_NEXT_PLAN)
        due = rows[0][0]
        return None if due is None else float(due)

    async def blocked_numbers(self) -> frozenset[str]:
        rows = await self._rows(select(blocked_numbers.c.number))
        return frozenset(str(row.number) for row in rows)


async def write_turn(
    connection: AsyncConnection, turn: Turn, *, about: str, claim: Claim | None = None
) -> None:
    """All of a turn within the caller's transaction, which holds the customer; its messages are
    about that attempt. The attempt that it orders belongs to who claims it, from the start.
    """
    if turn.conversation_json is not None:
        await _keep_conversation(connection, turn.customer, turn.conversation_json)
    if turn.handled:
        await connection.execute(
            update(messages_in).where(messages_in.c.message_sid.in_(turn.handled)).values(handled=1)
        )
    if turn.attempt is not None:
        found_by = search_text.of_order(turn.attempt)
        await connection.execute(
            insert(attempts).values(**asdict(turn.attempt), search_text=found_by, **claimed(claim))
        )
    if turn.done_plans:
        await connection.execute(
            delete(planned_calls).where(planned_calls.c.plan_id.in_(turn.done_plans))
        )
    if turn.plan is not None:
        await _keep_plan(connection, turn.plan)
    if turn.blocked is not None:
        # The first one stays.
        await connection.execute(
            insert_into(connection, blocked_numbers)
            .values(**asdict(turn.blocked))
            .on_conflict_do_nothing(index_elements=[blocked_numbers.c.number])
        )
    for message in turn.outgoing:
        await _keep_promise(connection, message, about)


async def _keep_conversation(connection: AsyncConnection, customer: str, state_json: str) -> None:
    await connection.execute(
        insert_into(connection, conversations)
        .values(customer=customer, state_json=state_json)
        .on_conflict_do_update(
            index_elements=[conversations.c.customer], set_={"state_json": state_json}
        )
    )


async def _keep_plan(connection: AsyncConnection, plan: PlannedCall) -> None:
    values: dict[str, Any] = asdict(plan)
    await connection.execute(
        insert_into(connection, planned_calls)
        .values(**values)
        # Put off: whoever looked after it has let it go.
        .on_conflict_do_update(index_elements=[planned_calls.c.plan_id], set_={**values, **LET_GO})
    )


async def _keep_promise(connection: AsyncConnection, message: OutgoingMessage, about: str) -> None:
    """Once: the same promise again changes nothing."""
    await connection.execute(
        insert_into(connection, messages_out)
        .values(
            **asdict(message),
            attempt_id=about,
            state="waiting",
            message_sid="",
            error="",
            tries=0,
            delivery="",
        )
        .on_conflict_do_nothing(index_elements=[messages_out.c.message_id])
    )

"""Conversations in the database: turns committed as a whole, planned calls, blocked numbers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Insert, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from data import search_text
from data.database import brief
from data.sql_part import SqlPart
from data.store import OutgoingMessage, PlannedCall, StoreError, Turn
from data.tables import (
    attempts,
    blocked_numbers,
    conversations,
    messages_in,
    messages_out,
    planned_calls,
)

_PLAN_COLUMNS = [planned_calls.c[name] for name in ("plan_id", "customer", "errand_json", "due_at")]


class SqlTurns(SqlPart):
    """Conversations and what they keep for later."""

    async def conversation(self, customer: str) -> str | None:
        rows = await self._rows(
            select(conversations.c.state_json).where(conversations.c.customer == customer)
        )
        return str(rows[0].state_json) if rows else None

    async def commit_turn(self, turn: Turn) -> None:
        try:
            async with self._database.transaction(write=True) as connection:
                await write_turn(connection, turn, about="")
        except IntegrityError as error:
            raise StoreError(f"this turn was committed before ({brief(error)})") from None

    async def due_plans(self, now: float, limit: int = 50) -> list[PlannedCall]:
        rows = await self._rows(
            select(*_PLAN_COLUMNS)
            .where(planned_calls.c.due_at <= now)
            .order_by(planned_calls.c.due_at, planned_calls.c.id)
            .limit(limit)
        )
        return [PlannedCall(**row._mapping) for row in rows]

    async def next_plan(self) -> float | None:
        rows = await self._rows(select(func.min(planned_calls.c.due_at)))
        due = rows[0][0]
        return None if due is None else float(due)

    async def blocked_numbers(self) -> frozenset[str]:
        rows = await self._rows(select(blocked_numbers.c.number))
        return frozenset(str(row.number) for row in rows)


async def write_turn(connection: AsyncConnection, turn: Turn, *, about: str) -> None:
    """All of a turn within the caller's transaction; its messages are about that attempt."""
    if turn.conversation_json is not None:
        await _keep_conversation(connection, turn.customer, turn.conversation_json)
    if turn.handled:
        await connection.execute(
            update(messages_in).where(messages_in.c.message_sid.in_(turn.handled)).values(handled=1)
        )
    if turn.attempt is not None:
        found_by = search_text.of_order(turn.attempt)
        await connection.execute(
            insert(attempts).values(**asdict(turn.attempt), search_text=found_by)
        )
    if turn.done_plans:
        await connection.execute(
            delete(planned_calls).where(planned_calls.c.plan_id.in_(turn.done_plans))
        )
    if turn.plan is not None:
        await _keep_plan(connection, turn.plan)
    if turn.blocked is not None:
        await _insert_once(connection, insert(blocked_numbers).values(**asdict(turn.blocked)))
    for message in turn.outgoing:
        await _keep_promise(connection, message, about)


async def _keep_conversation(connection: AsyncConnection, customer: str, state_json: str) -> None:
    known = await connection.scalar(
        update(conversations)
        .where(conversations.c.customer == customer)
        .values(state_json=state_json)
        .returning(conversations.c.customer)
    )
    if known is None:
        await connection.execute(
            insert(conversations).values(customer=customer, state_json=state_json)
        )


async def _keep_plan(connection: AsyncConnection, plan: PlannedCall) -> None:
    values: dict[str, Any] = asdict(plan)
    known = await connection.scalar(
        update(planned_calls)
        .where(planned_calls.c.plan_id == plan.plan_id)
        .values(**values)
        .returning(planned_calls.c.plan_id)
    )
    if known is None:
        await connection.execute(insert(planned_calls).values(**values))


async def _keep_promise(connection: AsyncConnection, message: OutgoingMessage, about: str) -> None:
    known = await connection.scalar(
        select(messages_out.c.id).where(messages_out.c.message_id == message.message_id)
    )
    if known is None:
        await connection.execute(
            insert(messages_out).values(
                **asdict(message),
                attempt_id=about,
                state="waiting",
                message_sid="",
                error="",
                tries=0,
                delivery="",
            )
        )


async def _insert_once(connection: AsyncConnection, statement: Insert) -> None:
    """The first one stays. A savepoint, so that the turn goes on when it is there already."""
    try:
        async with connection.begin_nested():
            await connection.execute(statement)
    except IntegrityError:
        return

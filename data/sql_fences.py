"""Fences in the database: a write under a lease is refused when somebody else has taken it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.leases import FIRST_FENCE, Claim, Held, Lease, LeaseLost
from data.tables import attempts, leases, messages_out, planned_calls

PLACES: dict[Held, tuple[Table, Column[str]]] = {
    Held.ATTEMPT: (attempts, attempts.c.attempt_id),
    Held.MESSAGE: (messages_out, messages_out.c.message_id),
    Held.PLAN: (planned_calls, planned_calls.c.plan_id),
    Held.NAME: (leases, leases.c.name),
}
"""Where each kind of lease is kept, and by what."""
LET_GO: dict[str, Any] = {"owner": "", "lease_until": 0.0}
"""Nobody's again. The fence stays: it only ever rises."""


def claimed(claim: Claim | None) -> dict[str, Any]:
    """Columns of a new row that belongs to somebody from the start."""
    if claim is None:
        return {}
    return {"owner": claim.owner, "lease_until": claim.until, "fence": FIRST_FENCE}


def is_held(lease: Lease) -> ColumnElement[bool]:
    """Whether the row is still this lease's. One that ran out is, until somebody takes it."""
    table, key = PLACES[lease.on]
    return and_(key == lease.key, table.c.owner == lease.owner, table.c.fence == lease.fence)


def in_order(held: Iterable[Lease]) -> list[Lease]:
    """Always the same one, so that two who lock several do not lock each other out."""
    return sorted(held, key=lambda lease: (lease.on, lease.key))


async def check(connection: AsyncConnection, *under: Lease | None) -> None:
    """Raises LeaseLost. What is held cannot be taken until the transaction ends."""
    for lease in in_order(each for each in under if each is not None):
        table, _ = PLACES[lease.on]
        held = await connection.scalar(
            select(table.c.fence).where(is_held(lease)).with_for_update()
        )
        if held is None:
            raise LeaseLost(lease)

"""Leases in the database: work is taken, kept and given back. For several workers on one database.

Whoever takes locks the rows; the others pass them over (SKIP LOCKED) instead of waiting. SQLite has
one writer, so there is nothing to pass over there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Row,
    Select,
    Table,
    bindparam,
    case,
    delete,
    literal,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from data.leases import Claim, Held, Lease
from data.sql_calls import ATTEMPT_COLUMNS, attempt_of
from data.sql_fences import LET_GO, PLACES, in_order, is_held
from data.sql_messages import OUTGOING_COLUMNS, oldest_unsent, outgoing
from data.sql_part import SqlPart, insert_into, repeated
from data.sql_turns import PLAN_COLUMNS
from data.store import Attempt, OutgoingMessage, PlannedCall
from data.tables import attempts, leases, messages_out, planned_calls
from data.text_columns import storable

_SOME_ATTEMPT = (
    select(attempts.c.id)
    .where(attempts.c.state != "ended", attempts.c.lease_until <= bindparam("now"))
    .limit(1)
)


class SqlLeases(SqlPart):
    """The leases of `data.shared_store.SharedStore`."""

    async def take_attempts(self, claim: Claim, limit: int = 50) -> list[tuple[Attempt, Lease]]:
        # Every worker looks every few seconds, and mostly there is nothing: not a write.
        if not await self._rows(_SOME_ATTEMPT, now=claim.now):
            return []
        wanted = (
            select(attempts.c.id)
            .where(attempts.c.state != "ended", attempts.c.lease_until <= claim.now)
            .order_by(attempts.c.id)
        )
        rows = await self._take(Held.ATTEMPT, wanted.limit(limit), ATTEMPT_COLUMNS, claim)
        return [(attempt_of(row), lease) for row, lease in rows]

    async def take_messages(
        self, claim: Claim, limit: int = 50
    ) -> list[tuple[OutgoingMessage, Lease]]:
        wanted = (
            select(messages_out.c.id)
            .where(
                messages_out.c.id.in_(oldest_unsent()),
                # Once more, for the row as it is when it is locked.
                messages_out.c.state == "waiting",
                messages_out.c.due_at <= claim.now,
                messages_out.c.lease_until <= claim.now,
            )
            .order_by(messages_out.c.due_at, messages_out.c.id)
        )
        rows = await self._take(Held.MESSAGE, wanted.limit(limit), OUTGOING_COLUMNS, claim)
        return [(outgoing(row), lease) for row, lease in rows]

    async def take_plans(self, claim: Claim, limit: int = 50) -> list[tuple[PlannedCall, Lease]]:
        wanted = (
            select(planned_calls.c.id)
            .where(planned_calls.c.due_at <= claim.now, planned_calls.c.lease_until <= claim.now)
            .order_by(planned_calls.c.due_at, planned_calls.c.id)
        )
        rows = await self._take(Held.PLAN, wanted.limit(limit), PLAN_COLUMNS, claim)
        columns = [column.name for column in PLAN_COLUMNS]
        return [
            (PlannedCall(**{name: row._mapping[name] for name in columns}), lease)
            for row, lease in rows
        ]

    @repeated
    async def take(self, name: str, claim: Claim) -> Lease | None:
        # Not from one: a name that was given back and comes again must not let an old owner in.
        least = literal(int(claim.now * 1000), BigInteger)
        ours = {"owner": claim.owner, "lease_until": claim.until}
        risen = leases.c.fence + 1
        async with self._database.transaction(write=True) as connection:
            # One statement: whoever comes second at this instant finds it taken.
            fence = await connection.scalar(
                insert_into(connection, leases)
                .values(name=name, fence=least, **ours)
                .on_conflict_do_update(
                    index_elements=[leases.c.name],
                    set_={**ours, "fence": case((risen > least, risen), else_=least)},
                    where=leases.c.lease_until <= claim.now,
                )
                .returning(leases.c.fence)
            )
        if fence is None:
            return None
        return Lease(Held.NAME, name, claim.owner, int(fence), claim.until)

    @repeated
    async def renew(self, held: Iterable[Lease], until: float) -> list[Lease]:
        kept = []
        async with self._database.transaction(write=True) as connection:
            for on, some in groupby(in_order(held), key=lambda lease: lease.on):
                kept += await _renewed(connection, on, list(some), until)
        return kept

    @repeated
    async def release(self, held: Iterable[Lease]) -> None:
        async with self._database.transaction(write=True) as connection:
            for lease in in_order(held):
                table, _ = PLACES[lease.on]
                if lease.on is Held.NAME:
                    # There is nothing to it but the name, and that may be a customer's address.
                    await connection.execute(delete(table).where(is_held(lease)))
                else:
                    await connection.execute(update(table).where(is_held(lease)).values(**LET_GO))

    @repeated
    async def _take(
        self, on: Held, wanted: Select[Any], columns: list[Column[Any]], claim: Claim
    ) -> list[tuple[Row[Any], Lease]]:
        table, key = PLACES[on]
        async with self._database.transaction(write=True) as connection:
            ids = await _locked(connection, table, wanted)
            if not ids:
                return []
            taken = (
                await connection.execute(
                    update(table)
                    .where(table.c.id.in_(ids))
                    .values(owner=claim.owner, lease_until=claim.until, fence=table.c.fence + 1)
                    .returning(*columns, table.c.fence, table.c.id)
                )
            ).all()
        return [
            (row, Lease(on, str(row._mapping[key]), claim.owner, int(row.fence), claim.until))
            for row in sorted(taken, key=lambda row: ids.index(row.id))
        ]


async def _locked(connection: AsyncConnection, table: Table, wanted: Select[Any]) -> list[int]:
    free = wanted.with_for_update(skip_locked=True, of=table)
    return [int(each) for each in (await connection.execute(free)).scalars()]


async def _renewed(
    connection: AsyncConnection, on: Held, some: list[Lease], until: float
) -> list[Lease]:
    """Those of one kind that are still held, however many in the same two statements."""
    table, key = PLACES[on]
    whose = (key, table.c.owner, table.c.fence)
    wanted = {(storable(lease.key), lease.owner, lease.fence): lease for lease in some}
    if len(some) == 1:
        good = is_held(some[0])
    else:
        # In the order of `in_order`, whatever the database's own is: see there.
        collation = "BINARY" if connection.dialect.name == "sqlite" else "C"
        held = tuple_(*whose).in_(list(wanted))
        locked = select(key).where(held).order_by(key.collate(collation)).with_for_update()
        good = key.in_((await connection.execute(locked)).scalars().all())
    renewed = await connection.execute(
        update(table).where(good).values(lease_until=until).returning(*whose)
    )
    kept = {(str(name), str(owner), int(fence)) for name, owner, fence in renewed}
    return [replace(lease, until=until) for each, lease in wanted.items() if each in kept]

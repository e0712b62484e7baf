"""Messages in the database: what customers wrote, and what was promised to them.

A promise is waiting, sent, parked or given up; that of an erased call is emptied as soon as it
waits no more, and then nothing changes it. The head of a customer's queue is the waiting one
with the smallest id, so what waits again comes back in its old place.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, Select, Update, case, exists, func, select, update

from data.advisory_locks import hold_customer
from data.jobs_waiting import JobsWaiting
from data.leases import Lease
from data.sql_fences import LET_GO, check
from data.sql_part import SqlPart, insert_into, repeated
from data.store import IncomingMessage, OutgoingMessage
from data.tables import (
    DELIVERY_RANK,
    NOT_DELIVERED,
    attempts,
    messages_in,
    messages_out,
    planned_calls,
)

_MESSAGE_COLUMNS = [
    messages_in.c[name]
    for name in (
        "message_sid customer body received_at profile_name button_payload "
        "latitude longitude media_type media_url"
    ).split()
]
_WAITING = (
    select(*_MESSAGE_COLUMNS)
    .where(messages_in.c.handled == 0)
    .order_by(messages_in.c.received_at, messages_in.c.id)
)
OUTGOING_COLUMNS = [
    messages_out.c[name] for name in "message_id customer body due_at media_url stale_at".split()
]
_BACK_IN_THE_QUEUE = {"message_sid": "", "delivery": ""}
"""What the carrier still says of the old sending is not about the next one."""
EMPTIED = {
    "state": "erased",
    "customer": "",
    "body": "",
    "media_url": "",
    "message_sid": "",
    "error": "",
}
"""What becomes of a message of an erased call: its id stays, so that it is not made again."""


def outgoing(row: Row[Any]) -> OutgoingMessage:
    """Of a row that has OUTGOING_COLUMNS."""
    return OutgoingMessage(**{column.name: row._mapping[column] for column in OUTGOING_COLUMNS})


class SqlMessages(SqlPart):
    """Messages in and out."""

    # --- in -----------------------------------------------------------------------------------
    @repeated
    async def take_message(self, message: IncomingMessage) -> bool:
        async with self._database.transaction(write=True, urgent=True) as connection:
            await hold_customer(connection, message.customer)
            taken = await connection.scalar(
                insert_into(connection, messages_in)
                .values(**asdict(message), handled=0)
                .on_conflict_do_nothing(index_elements=[messages_in.c.message_sid])
                .returning(messages_in.c.id)
            )
            if taken is None:
                return False
            await connection.execute(
                update(messages_out)
                .where(
                    messages_out.c.state == "parked",
                    messages_out.c.customer == message.customer,
                )
                .values(state="waiting", due_at=message.received_at)
            )
        return True

    async def waiting_messages(self, customer: str | None = None) -> list[IncomingMessage]:
        query = _WAITING
        if customer is not None:
            query = query.where(messages_in.c.customer == customer)
        return [IncomingMessage(**row._mapping) for row in await self._rows(query)]

    # --- out ----------------------------------------------------------------------------------
    async def due_messages(self, now: float, limit: int = 50) -> list[OutgoingMessage]:
        heads = oldest_unsent()
        rows = await self._rows(
            select(*OUTGOING_COLUMNS)
            .where(messages_out.c.id.in_(heads), messages_out.c.due_at <= now)
            .order_by(messages_out.c.due_at, messages_out.c.id)
            .limit(limit)
        )
        return [outgoing(row) for row in rows]

    async def next_due(self) -> float | None:
        rows = await self._rows(_NEXT_DUE)
        due = rows[0][0]
        return None if due is None else float(due)

    async def jobs_waiting(self) -> JobsWaiting:
        counted = select(func.count())
        waiting = messages_out.c.state == "waiting"
        parts = (
            counted.select_from(messages_in).where(messages_in.c.handled == 0),
            counted.select_from(messages_out).where(waiting),
            counted.select_from(messages_out).where(messages_out.c.state == "parked"),
            counted.select_from(planned_calls),
            select(func.min(messages_out.c.due_at)).where(waiting),
        )
        rows = await self._rows(select(*(part.scalar_subquery() for part in parts)))
        coming, going, parked, planned, due = tuple(rows[0])
        return JobsWaiting(coming, going, parked, planned, due)

    async def message_sent(
        self, message_id: str, message_sid: str, *, under: Lease | None = None, note: str = ""
    ) -> None:
        await self._change_message(
            message_id,
            {
                "state": "sent",
                "message_sid": message_sid,
                "error": note,
                "tries": messages_out.c.tries + 1,
            },
            last=True,
            under=under,
        )

    async def message_postponed(
        self, message_id: str, due_at: float, error: str, *, under: Lease | None = None
    ) -> None:
        await self._change_message(
            message_id,
            {"due_at": due_at, "error": error, "tries": messages_out.c.tries + 1},
            under=under,
        )

    async def message_given_up(
        self, message_id: str, error: str, *, under: Lease | None = None
    ) -> None:
        await self._change_message(
            message_id,
            {"state": "given_up", "error": error, "tries": messages_out.c.tries + 1},
            last=True,
            under=under,
        )

    @repeated
    async def message_parked(
        self, message_id: str, error: str, *, under: Lease | None = None
    ) -> None:
        own = messages_out.c.message_id == message_id
        last_words = (
            select(func.max(messages_in.c.received_at))
            .where(messages_in.c.customer == messages_out.c.customer)
            .scalar_subquery()
        )
        waited = messages_out.c.state == "waiting"
        async with self._database.transaction(write=True) as connection:
            customer = await connection.scalar(select(messages_out.c.customer).where(own))
            if customer is None:
                return
            # Else they could write just now, and neither of us two would see the other.
            await hold_customer(connection, customer)
            await check(connection, under)
            await connection.execute(
                update(messages_out)
                .where(own, messages_out.c.state.in_(("waiting", "sent")))
                .values(
                    state="parked",
                    error=error,
                    tries=case((waited, messages_out.c.tries + 1), else_=messages_out.c.tries),
                    **_BACK_IN_THE_QUEUE,
                    **LET_GO,
                )
            )
            # The customer may have written since it was sent, before the carrier refused it.
            await connection.execute(
                update(messages_out)
                .where(own, messages_out.c.state == "parked", messages_out.c.due_at < last_words)
                .values(state="waiting", due_at=last_words)
            )

    async def message_again(self, message_id: str, due_at: float, error: str) -> None:
        await self._change_message(
            message_id,
            {"state": "waiting", "due_at": due_at, "error": error, **_BACK_IN_THE_QUEUE},
            state="sent",
        )

    @repeated
    async def delivery_reported(
        self, message_sid: str, status: str, error_code: str
    ) -> tuple[OutgoingMessage, int] | None:
        rank = DELIVERY_RANK.get(status)
        if rank is None or not message_sid:
            return None
        behind = [known for known, known_rank in DELIVERY_RANK.items() if known_rank < rank]
        values: dict[str, Any] = {"delivery": status}
        if error_code:
            values["error"] = error_code
        async with self._database.transaction(write=True) as connection:
            changed = await connection.execute(
                update(messages_out)
                .where(
                    messages_out.c.message_sid == message_sid,
                    messages_out.c.delivery.in_(behind),
                )
                .values(**values)
                .returning(*OUTGOING_COLUMNS, messages_out.c.state, messages_out.c.tries)
            )
            row = changed.first()
        if row is None or status not in NOT_DELIVERED or row.state != "sent":
            return None
        return outgoing(row), int(row.tries)

    @repeated
    async def _change_message(
        self,
        message_id: str,
        values: dict[str, Any],
        *,
        state: str = "waiting",
        last: bool = False,
        under: Lease | None = None,
    ) -> None:
        """Nothing changes for a message that is not in that state. After the `last` change of a
        message it is not needed any more.
        """
        async with self._database.transaction(write=True) as connection:
            await check(connection, under)
            await connection.execute(
                update(messages_out)
                .where(messages_out.c.message_id == message_id, messages_out.c.state == state)
                .values(**values, **LET_GO)
            )
            if last:
                await connection.execute(_empty_if_erased(message_id))


def _empty_if_erased(message_id: str) -> Update:
    """It had to be kept until now, although the call that it is about is erased."""
    erased = exists().where(
        attempts.c.attempt_id == messages_out.c.attempt_id, attempts.c.erased == 1
    )
    return (
        update(messages_out)
        .where(
            messages_out.c.message_id == message_id,
            messages_out.c.state.in_(("sent", "given_up")),
            erased,
        )
        .values(**EMPTIED)
    )


def oldest_unsent() -> Select[Any]:
    """Ids of the head of each customer's queue: what comes later waits its turn."""
    return (
        select(func.min(messages_out.c.id))
        .where(messages_out.c.state == "waiting")
        .group_by(messages_out.c.customer)
    )


_NEXT_DUE = select(func.min(messages_out.c.due_at)).where(messages_out.c.id.in_(oldest_unsent()))

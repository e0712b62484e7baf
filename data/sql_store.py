"""The store in a database: SQLite by default, any other async SQLAlchemy database by URL."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, Select, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from data.call import CallReport, CallResult
from data.database import Database, brief
from data.record_json import report_from_json, report_to_json
from data.store import (
    Attempt,
    CallRecord,
    IncomingMessage,
    OutgoingMessage,
    StoreError,
    Turn,
)
from data.tables import (
    DELIVERY_RANK,
    SCHEMA_VERSION,
    attempts,
    conversations,
    messages_in,
    messages_out,
    metadata,
    schema_info,
)

_MESSAGE_COLUMNS = [
    messages_in.c[name]
    for name in (
        "message_sid customer body received_at profile_name button_payload "
        "latitude longitude media_type media_url"
    ).split()
]
_ATTEMPT_COLUMNS = [
    attempts.c[name]
    for name in (
        "attempt_id errand_id customer to_number business_name errand_json "
        "created_at call_sid state"
    ).split()
]
_OUTGOING_COLUMNS = [messages_out.c[name] for name in ("message_id", "customer", "body", "due_at")]
_CALL_COLUMNS = [
    *_ATTEMPT_COLUMNS,
    attempts.c.report_json,
    attempts.c.result_json,
    attempts.c.ended_at,
]


class SqlStore:
    """`data.store.Store` on a database. Open it before use and close it in the end."""

    def __init__(self, url: str) -> None:
        """`url` as SQLAlchemy writes it, with an async driver. Nothing is touched yet."""
        self._database = Database(url)

    # --- life ---------------------------------------------------------------------------------
    async def open(self) -> None:
        """Create what is missing and check the rest. Raises StoreError."""
        await self._database.open()
        try:
            async with self._database.transaction(write=True) as connection:
                await connection.run_sync(metadata.create_all)
                found = await connection.scalar(select(schema_info.c.version))
                if found is None:
                    await connection.execute(
                        insert(schema_info).values(only=1, version=SCHEMA_VERSION)
                    )
                elif found != SCHEMA_VERSION:
                    raise StoreError(
                        f"the database has schema {found}, this program writes schema "
                        f"{SCHEMA_VERSION}; run the matching version of Vocero or point "
                        "DATABASE_URL to another database"
                    )
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Give every connection back. Safe to call twice."""
        await self._database.close()

    # --- messages in --------------------------------------------------------------------------
    async def take_message(self, message: IncomingMessage) -> bool:
        try:
            async with self._database.transaction(write=True, urgent=True) as connection:
                await connection.execute(insert(messages_in).values(**asdict(message), handled=0))
        except IntegrityError:
            return False
        return True

    async def waiting_messages(self, customer: str | None = None) -> list[IncomingMessage]:
        query = select(*_MESSAGE_COLUMNS).where(messages_in.c.handled == 0)
        if customer is not None:
            query = query.where(messages_in.c.customer == customer)
        query = query.order_by(messages_in.c.received_at, messages_in.c.id)
        return [IncomingMessage(**row._mapping) for row in await self._rows(query)]

    # --- conversations and turns --------------------------------------------------------------
    async def conversation(self, customer: str) -> str | None:
        rows = await self._rows(
            select(conversations.c.state_json).where(conversations.c.customer == customer)
        )
        return str(rows[0].state_json) if rows else None

    async def commit_turn(self, turn: Turn) -> None:
        try:
            async with self._database.transaction(write=True) as connection:
                await _write_turn(connection, turn, about="")
        except IntegrityError as error:
            raise StoreError(f"this turn was committed before ({brief(error)})") from None

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

    async def end_attempt(
        self, report: CallReport, result: CallResult, turn: Turn, ended_at: float
    ) -> bool:
        values: dict[str, Any] = {
            "state": "ended",
            "report_json": report_to_json(report),
            "result_json": result.model_dump_json(),
            "ended_at": ended_at,
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
            await _write_turn(connection, turn, about=report.attempt_id)
        return True

    # --- messages out -------------------------------------------------------------------------
    async def due_messages(self, now: float, limit: int = 50) -> list[OutgoingMessage]:
        heads = _oldest_unsent()
        rows = await self._rows(
            select(*_OUTGOING_COLUMNS)
            .where(messages_out.c.id.in_(heads), messages_out.c.due_at <= now)
            .order_by(messages_out.c.due_at, messages_out.c.id)
            .limit(limit)
        )
        return [_outgoing(row) for row in rows]

    async def next_due(self) -> float | None:
        rows = await self._rows(
            select(func.min(messages_out.c.due_at)).where(messages_out.c.id.in_(_oldest_unsent()))
        )
        due = rows[0][0]
        return None if due is None else float(due)

    async def message_sent(self, message_id: str, message_sid: str) -> None:
        await self._change_message(
            message_id,
            {
                "state": "sent",
                "message_sid": message_sid,
                "error": "",
                "tries": messages_out.c.tries + 1,
            },
        )

    async def message_postponed(self, message_id: str, due_at: float, error: str) -> None:
        await self._change_message(
            message_id, {"due_at": due_at, "error": error, "tries": messages_out.c.tries + 1}
        )

    async def message_given_up(self, message_id: str, error: str) -> None:
        await self._change_message(
            message_id,
            {"state": "given_up", "error": error, "tries": messages_out.c.tries + 1},
        )

    async def delivery_reported(self, message_sid: str, status: str, error_code: str) -> None:
        rank = DELIVERY_RANK.get(status)
        if rank is None or not message_sid:
            return
        behind = [known for known, known_rank in DELIVERY_RANK.items() if known_rank < rank]
        values: dict[str, Any] = {"delivery": status}
        if error_code:
            values["error"] = error_code
        async with self._database.transaction(write=True) as connection:
            await connection.execute(
                update(messages_out)
                .where(
                    messages_out.c.message_sid == message_sid,
                    messages_out.c.delivery.in_(behind),
                )
                .values(**values)
            )

    # --- calls --------------------------------------------------------------------------------
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

    # --- within -------------------------------------------------------------------------------
    async def _records(self, rows: list[Row[Any]]) -> list[CallRecord]:
        told: dict[str, list[OutgoingMessage]] = {}
        if rows:
            for row in await self._rows(
                select(*_OUTGOING_COLUMNS, messages_out.c.attempt_id)
                .where(messages_out.c.attempt_id.in_([row.attempt_id for row in rows]))
                .order_by(messages_out.c.id)
            ):
                told.setdefault(row.attempt_id, []).append(_outgoing(row))
        return [
            CallRecord(
                attempt=_attempt(row),
                report=report_from_json(row.report_json) if row.report_json else None,
                result=CallResult.model_validate_json(row.result_json) if row.result_json else None,
                ended_at=row.ended_at,
                outgoing=tuple(told.get(row.attempt_id, ())),
            )
            for row in rows
        ]

    async def _change_message(self, message_id: str, values: dict[str, Any]) -> None:
        async with self._database.transaction(write=True) as connection:
            await connection.execute(
                update(messages_out)
                .where(messages_out.c.message_id == message_id, messages_out.c.state == "waiting")
                .values(**values)
            )

    async def _rows(self, query: Select[Any]) -> list[Row[Any]]:
        async with self._database.transaction(write=False) as connection:
            return list((await connection.execute(query)).all())


def _attempt(row: Row[Any]) -> Attempt:
    return Attempt(**{column.name: row._mapping[column] for column in _ATTEMPT_COLUMNS})


def _outgoing(row: Row[Any]) -> OutgoingMessage:
    return OutgoingMessage(row.message_id, row.customer, row.body, row.due_at)


def _oldest_unsent() -> Select[Any]:
    """Ids of the head of each customer's queue: what comes later waits its turn."""
    return (
        select(func.min(messages_out.c.id))
        .where(messages_out.c.state == "waiting")
        .group_by(messages_out.c.customer)
    )


async def _write_turn(connection: AsyncConnection, turn: Turn, *, about: str) -> None:
    if turn.conversation_json is not None:
        known = await connection.scalar(
            update(conversations)
            .where(conversations.c.customer == turn.customer)
            .values(state_json=turn.conversation_json)
            .returning(conversations.c.customer)
        )
        if known is None:
            await connection.execute(
                insert(conversations).values(
                    customer=turn.customer, state_json=turn.conversation_json
                )
            )
    if turn.handled:
        await connection.execute(
            update(messages_in).where(messages_in.c.message_sid.in_(turn.handled)).values(handled=1)
        )
    if turn.attempt is not None:
        await connection.execute(insert(attempts).values(**asdict(turn.attempt)))
    for message in turn.outgoing:
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

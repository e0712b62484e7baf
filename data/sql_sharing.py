"""Calls that change hands between workers: who keeps one, what was told about it, and the bell.

On PostgreSQL a ring is a NOTIFY. On SQLite, where there is one worker, only this store hears it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from sqlalchemy import bindparam, func, insert, select, update

from data.bells import LocalBells, worded
from data.database import Database
from data.leases import Claim, Held, Lease
from data.postgresql_bells import CHANNEL, server_bells
from data.shared_store import Notice, checked_notice
from data.sql_calls import ATTEMPT_COLUMNS, attempt_of
from data.sql_part import SqlPart, repeated
from data.store import Attempt
from data.tables import attempts, call_notices

_NOTICES = (
    select(call_notices.c.id, call_notices.c.body)
    .where(call_notices.c.attempt_id == bindparam("about"))
    .order_by(call_notices.c.id)
)


class SqlSharing(SqlPart):
    """What `data.shared_store.SharedStore` adds besides leases."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._local_bells = LocalBells()

    # --- calls that change hands ----------------------------------------------------------------
    @repeated
    async def take_stream(
        self, attempt_id: str, call_sid: str, claim: Claim
    ) -> tuple[Attempt, Lease] | None:
        async with self._database.transaction(write=True, urgent=True) as connection:
            # One statement: who comes second waits for the row, and then looks at it anew.
            taken = (
                await connection.execute(
                    update(attempts)
                    .where(
                        attempts.c.attempt_id == attempt_id,
                        attempts.c.state != "ended",
                        attempts.c.streamed_at.is_(None),
                        attempts.c.call_sid.in_(("", call_sid)),
                    )
                    .values(
                        call_sid=call_sid,
                        state="dialed",
                        streamed_at=claim.now,
                        owner=claim.owner,
                        lease_until=claim.until,
                        fence=attempts.c.fence + 1,
                    )
                    .returning(*ATTEMPT_COLUMNS, attempts.c.fence)
                )
            ).first()
        if taken is None:
            return None
        lease = Lease(Held.ATTEMPT, attempt_id, claim.owner, int(taken.fence), claim.until)
        return attempt_of(taken), lease

    async def keeper(self, attempt_id: str, now: float) -> str:
        rows = await self._rows(
            select(attempts.c.owner).where(
                attempts.c.attempt_id == attempt_id,
                attempts.c.state != "ended",
                attempts.c.lease_until > now,
            )
        )
        return str(rows[0].owner) if rows else ""

    # --- notices --------------------------------------------------------------------------------
    @repeated
    async def keep_notice(self, attempt_id: str, body: str) -> Notice | None:
        checked_notice(body)
        async with self._database.transaction(write=True, urgent=True) as connection:
            # Locked where rows can be: after its end nothing is kept of what was told.
            live = await connection.scalar(
                select(attempts.c.id)
                .where(attempts.c.attempt_id == attempt_id, attempts.c.state != "ended")
                .with_for_update()
            )
            if live is None:
                return None
            number = await connection.scalar(
                insert(call_notices)
                .values(attempt_id=attempt_id, body=body)
                .returning(call_notices.c.id)
            )
            if self._database.server is not None:
                await connection.execute(select(func.pg_notify(CHANNEL, worded(attempt_id))))
        if self._database.server is None:
            self._local_bells.ring(attempt_id)
        return Notice(int(number or 0), attempt_id, body)

    async def notices(self, attempt_id: str) -> list[Notice]:
        rows = await self._rows(_NOTICES, about=attempt_id)
        return [Notice(int(row.id), attempt_id, str(row.body)) for row in rows]

    # --- bells ----------------------------------------------------------------------------------
    async def ring(self, about: str) -> None:
        if self._database.server is None:
            self._local_bells.ring(about)
            return
        await self._rows(select(func.pg_notify(CHANNEL, worded(about))))

    def bells(self, heard: Callable[[str], None]) -> AbstractAsyncContextManager[None]:
        """On a server it takes a connection of its own. Behind PgBouncer in another mode than
        "session" nothing is ever heard: who waits for a bell looks now and then without it.
        """
        server = self._database.server
        if server is None:
            return self._local_bells.heard_by(heard)
        return server_bells(server, heard)

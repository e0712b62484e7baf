"""Writes to the store what became of a message, however long that takes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypedDict

from data.leases import Lease, LeaseLost
from data.store import Store, StoreError
from messaging.claims import Hold
from messaging.retrying import Move, Verdict, noted

log = logging.getLogger(__name__)

_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0
"""Between two attempts to write to the store."""
_LAST_MARK_S = 8.0
"""While closing, a store that cannot be written to is waited for no longer than about this."""


class _Under(TypedDict, total=False):
    under: Lease


class Marking:
    """Every mark of an outbox. A message that is held is marked under its lease, which ends with
    it: raises LeaseLost when somebody else sees to the message by now.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.closing = False
        """A store that is broken is not waited for any more."""

    async def sent(self, message_id: str, sid: str, hold: Hold | None, *, template: bool) -> None:
        """The carrier took it, `template`: as one."""
        if hold is None:
            await self._mark(lambda: self._store.message_sent(message_id, sid))
            return
        lease, note = hold.lease, noted(template=template)
        await self._mark(lambda: self._store.message_sent(message_id, sid, under=lease, note=note))

    async def settled(
        self, message_id: str, verdict: Verdict, hold: Hold | None, *, template: bool
    ) -> None:
        """It was not sent. `template`: it is to go out as one later."""
        why, under = verdict.why, _under(hold)
        if verdict.move is Move.LATER:
            # What this worker remembers the others can only read there.
            note = why if hold is None else noted(why, template=template)
            await self._mark(
                lambda: self._store.message_postponed(message_id, verdict.due_at, note, **under)
            )
        elif verdict.move is Move.PARK:
            await self._mark(lambda: self._store.message_parked(message_id, why, **under))
        else:
            await self._mark(lambda: self._store.message_given_up(message_id, why, **under))

    async def not_delivered(self, message_id: str, verdict: Verdict, note: str) -> None:
        """It counted as sent. Raises StoreError."""
        try:
            async with asyncio.timeout(_LAST_MARK_S):
                if verdict.move is Move.PARK:
                    await self._mark(lambda: self._store.message_parked(message_id, verdict.why))
                else:
                    await self._mark(
                        lambda: self._store.message_again(message_id, verdict.due_at, note)
                    )
        except TimeoutError:
            raise StoreError("a message that was not delivered could not be put back") from None

    async def _mark(self, write: Callable[[], Awaitable[None]]) -> None:
        """For as long as it takes: what happened would happen again else."""
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                return await write()
            except LeaseLost:
                raise
            except Exception as failure:
                # Whatever the database driver raises: an unmarked message would be sent twice.
                log.error("the outbox cannot write to the store: %s", type(failure).__name__)
            if self.closing and pause_s > _LAST_MARK_S:
                return None
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)


def _under(hold: Hold | None) -> _Under:
    return {} if hold is None else {"under": hold.lease}

"""Which messages this worker sends, where several workers share one store.

A lease lasts 15 s and is renewed every 5 s while its message is on its way. So what a dead worker
left is free within 15 s, although sending may take 30 s and a store that cannot be written to may
keep a mark waiting for longer: a lease as long as the longest of these would keep a customer
waiting for that long after every death.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from data.leases import FIRST_FENCE, Claim, Lease, LeaseLost
from data.sendings import PastTries
from data.shared_store import SharedStore
from data.store import OutgoingMessage, StoreError

log = logging.getLogger(__name__)

LEASE_S = 15.0
_PART = 1 / 3
"""Of a lease: it is renewed that often, and a request to the carrier begins only while so much of
it is left."""
_ANSWER_S = 4.0
"""How long the store may take to renew."""


class Claims(Protocol):
    """One worker's share of what is promised (`StoreClaims` fits). Everything may raise StoreError.

    A lease is given up by writing under it what became of its message.
    """

    @property
    def lease_s(self) -> float:
        """How long a lease is good, from when it was taken or renewed."""

    async def take(self, limit: int) -> list[tuple[OutgoingMessage, Lease]]:
        """Promises that are due and that nobody is sending, this worker's from now on; per customer
        only the oldest unsent one.
        """

    async def renew(self, held: Iterable[Lease]) -> list[Lease]:
        """Those that are still this worker's, with their new end."""

    async def past_tries(self, message_id: str) -> PastTries:
        """What the store knows of a promise that was taken before."""

    async def sent_note(self, message_sid: str) -> str | None:
        """The note of the message that was sent under this sid; None when the store knows none."""


class StoreClaims:
    """Claims straight to the store (fits `Claims`)."""

    def __init__(
        self,
        store: SharedStore,
        owner: str,
        now: Callable[[], float],
        lease_s: float = LEASE_S,
    ) -> None:
        """`owner` names this worker, another one after each start; `now` in seconds since the
        epoch.
        """
        self.lease_s = lease_s
        self._store = store
        self._owner = owner
        self._now = now

    async def take(self, limit: int) -> list[tuple[OutgoingMessage, Lease]]:
        now = self._now()
        return await self._store.take_messages(Claim(self._owner, now, now + self.lease_s), limit)

    async def renew(self, held: Iterable[Lease]) -> list[Lease]:
        return await self._store.renew(held, self._now() + self.lease_s)

    async def past_tries(self, message_id: str) -> PastTries:
        return await self._store.past_tries(message_id)

    async def sent_note(self, message_sid: str) -> str | None:
        return await self._store.sent_note(message_sid)


@dataclass(slots=True, eq=False)
class Hold:
    """A message that this worker is sending."""

    lease: Lease
    lost: bool = False

    @property
    def taken_before(self) -> bool:
        """Somebody, a worker that died perhaps, had it earlier."""
        return self.lease.fence > FIRST_FENCE


class Holds:
    """The leases on all that is on its way."""

    def __init__(self, claims: Claims, now: Callable[[], float]) -> None:
        """`now` in seconds since the epoch."""
        self.claims = claims
        self._now = now
        self._held: set[Hold] = set()

    async def take(self, limit: int) -> list[tuple[OutgoingMessage, Hold]]:
        """Each is renewed until it is `over`. Raises StoreError."""
        taken = [(message, Hold(lease)) for message, lease in await self.claims.take(limit)]
        self._held.update(hold for _, hold in taken)
        return taken

    def over(self, hold: Hold) -> None:
        """It is renewed no more."""
        self._held.discard(hold)

    async def check(self, hold: Hold) -> None:
        """Returns when the lease is good for a while. Raises LeaseLost and StoreError.

        A worker that stood still for a while must not send what another one has sent meanwhile.
        """
        if not hold.lost and hold.lease.until - self._now() < self.claims.lease_s * _PART:
            await self._renew([hold])
        if hold.lost:
            raise LeaseLost(hold.lease)

    async def keep(self) -> None:
        """Renews, until it is cancelled."""
        while True:
            await asyncio.sleep(self.claims.lease_s * _PART)
            if not self._held:
                continue
            try:
                await self._renew(list(self._held))
            except Exception as failure:
                # Whatever the database driver raises: the next time may be in time yet.
                log.error("leases on messages cannot be renewed: %s", type(failure).__name__)

    async def _renew(self, holds: list[Hold]) -> None:
        try:
            async with asyncio.timeout(_ANSWER_S):
                kept = await self.claims.renew([hold.lease for hold in holds])
        except TimeoutError:
            raise StoreError("the store does not answer in time") from None
        good = {(lease.key, lease.fence): lease for lease in kept}
        for hold in holds:
            renewed = good.get((hold.lease.key, hold.lease.fence))
            if renewed is None:
                hold.lost = True
            else:
                hold.lease = renewed

"""One of several workers on one store: its leases, kept by renewing them, given back at the end.

What a worker holds is written down with its name and runs out by itself, so what a dead one left
is anybody's after `LEASE_S`. A store that was away for longer costs nothing as long as nobody else
took it meanwhile: a lease counts until somebody takes it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Iterable
from itertools import chain, repeat

from data.call_context import call_context
from data.leases import Claim, Held, Lease, desk_of
from data.shared_store import SharedStore
from data.store import Attempt, PlannedCall, StoreError
from orchestration.desks import Desks

log = logging.getLogger(__name__)

LEASE_S = 15.0
RENEW_EVERY_S = 5.0
_IN_TROUBLE_S = 1.0
"""How soon leases are renewed again when the store did not work, or did not know one of them."""
_STORE_S = 5.0
"""How long the store may take over leases; it is asked again anyway."""
_SOON = (0.05,) * 20
_LATER_S = 0.2
"""Between two tries for a lease that somebody has: short, and longer when it lasts."""
_DIALLING = "dialling"
_NEVER_GIVEN = 0
"""A fence number below all that are."""

_Place = tuple[Held, str]


def new_owner() -> str:
    """A worker's name: another one after each start."""
    return f"worker-{secrets.token_hex(8)}"


class SharedWork:
    """`sharing.Sharing` over a store that others work on too.

    Use as an async context manager around everything that works with it: entering begins to renew,
    leaving gives back whatever is still held.
    """

    several = True

    def __init__(self, store: SharedStore, now: Callable[[], float], owner: str = "") -> None:
        """`now` in seconds since the epoch; `owner` at most 64 characters."""
        self.owner = owner or new_owner()
        self.lost: Callable[[str], None] = lambda attempt_id: None
        """Told of every attempt that is another worker's by now. Quick, never waits."""
        self._store = store
        self._now = now
        self._desks = Desks()
        self._one_dials = asyncio.Lock()
        self._held: dict[_Place, Lease] = {}
        self._missed: set[_Place] = set()
        """Not renewed when that was tried last."""
        self._renewed_at = float("-inf")
        """When that worked last, on the event loop's clock."""
        self._renewing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> SharedWork:
        self._renewed_at = asyncio.get_running_loop().time()
        self._renewing = asyncio.create_task(self._renew_for_ever(), name="renewing leases")
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.wait({self._renewing})
        held = list(self._held.values())
        self._held.clear()
        if held:
            await self._release(held)

    @property
    def held(self) -> tuple[Lease, ...]:
        """Everything that this worker looks after, as far as it knows."""
        return tuple(self._held.values())

    # --- one at a time --------------------------------------------------------------------------
    @contextlib.asynccontextmanager
    async def desk(self, customer: str) -> AsyncIterator[tuple[Lease, ...]]:
        """Among this worker's own first come, first served; among workers whoever tries first."""
        async with self._desks.at(customer), self._named(desk_of(customer)) as lease:
            yield (lease,)

    @contextlib.asynccontextmanager
    async def dialling(self) -> AsyncIterator[tuple[Lease, ...]]:
        """As `desk`."""
        async with self._one_dials, self._named(_DIALLING) as lease:
            yield (lease,)

    @contextlib.asynccontextmanager
    async def _named(self, name: str) -> AsyncIterator[Lease]:
        lease = await self._taken(name)
        self._keep(lease)
        try:
            yield lease
        finally:
            await self.give_back(lease)

    async def _taken(self, name: str) -> Lease:
        pauses = chain(_SOON, repeat(_LATER_S))
        while True:
            lease = await self._store.take(name, self.claim())
            if lease is not None:
                return lease
            await asyncio.sleep(next(pauses))

    # --- calls ----------------------------------------------------------------------------------
    def claim(self) -> Claim:
        """From this moment on."""
        now = self._now()
        return Claim(self.owner, now, now + LEASE_S)

    def placed(self, attempt_id: str) -> None:
        """Kept from now on."""
        self._keep(Lease.of_new_attempt(attempt_id, self.claim()))

    def adopted(self, lease: Lease) -> None:
        """Kept from now on."""
        self._keep(lease)

    def under(self, attempt_id: str) -> tuple[Lease, ...]:
        """Exactly one lease."""
        nobodys = Lease(Held.ATTEMPT, attempt_id, self.owner, _NEVER_GIVEN, 0.0)
        return (self._held.get((Held.ATTEMPT, attempt_id), nobodys),)

    def over(self, attempt_id: str) -> None:
        """Not renewed any more: what has no end yet is taken by somebody once it runs out."""
        self._held.pop((Held.ATTEMPT, attempt_id), None)

    async def keeps(self, attempt_id: str) -> bool:
        """Asked of the store; a lease that ran out and that nobody has taken is renewed."""
        lease = self._held.get((Held.ATTEMPT, attempt_id))
        return lease is not None and bool(await self._store.renew([lease], self._now() + LEASE_S))

    async def kept_elsewhere(self, attempt_id: str) -> bool:
        """Only with a lease that has not run out."""
        return await self._store.keeper(attempt_id, self._now()) not in ("", self.owner)

    async def moved(self, attempt_id: str) -> None:
        """A bell says that this call is another worker's; if so, that is told (`lost`) at once."""
        lease = self._held.get((Held.ATTEMPT, attempt_id))
        if lease is None:
            return
        try:
            elsewhere = await self.kept_elsewhere(attempt_id)
        except StoreError as error:
            log.error("whose call it is cannot be asked: %s", error)  # renewing will tell
            return
        if elsewhere:
            self._lose(lease)

    def refused(self, lease: Lease) -> None:
        """Told (`lost`) at once, if it is a call's."""
        self._lose(lease)

    async def ring_for(self, customer: str) -> None:
        """Rings "customer <address>"."""
        try:
            await self._store.ring(f"customer {customer}")
        except StoreError as error:
            log.warning("a bell was not rung, somebody will look without it: %s", error)

    # --- what others left -----------------------------------------------------------------------
    async def take_attempts(self) -> list[Attempt]:
        """None while its own could not be renewed: those would be among them."""
        if not self._all_renewed():
            return []
        taken = await self._store.take_attempts(self.claim())
        for _, lease in taken:
            self._keep(lease)
        return [attempt for attempt, _ in taken]

    async def take_plans(self) -> list[tuple[PlannedCall, Lease]]:
        """Kept until they are given back. None while its own could not be renewed, as above."""
        if not self._all_renewed():
            return []
        taken = await self._store.take_plans(self.claim())
        for _, lease in taken:
            self._keep(lease)
        return taken

    async def give_back(self, lease: Lease) -> None:
        """Nothing happens where it is not held any more."""
        if self._held.get((lease.on, lease.key)) is lease:
            del self._held[lease.on, lease.key]
            await self._release([lease])

    async def _release(self, held: Iterable[Lease]) -> None:
        try:
            async with asyncio.timeout(_STORE_S):
                await self._store.release(held)
        except (StoreError, TimeoutError) as error:
            log.warning("leases have to run out by themselves: %s", error or "no answer")

    # --- renewing -------------------------------------------------------------------------------
    def _keep(self, lease: Lease) -> None:
        self._held[lease.on, lease.key] = lease

    async def _renew_for_ever(self) -> None:
        pause_s = RENEW_EVERY_S
        while True:
            await asyncio.sleep(pause_s)
            try:
                async with asyncio.timeout(_STORE_S):
                    await self._renew()
                pause_s = _IN_TROUBLE_S if self._missed else RENEW_EVERY_S
            except (StoreError, TimeoutError) as error:
                log.error("leases could not be renewed: %s", error or "no answer")
                pause_s = _IN_TROUBLE_S
            except Exception as error:
                # Without leases this worker's work is taken from it, call by call.
                log.exception("leases could not be renewed (%s)", type(error).__name__)
                pause_s = _IN_TROUBLE_S

    def _all_renewed(self) -> bool:
        """Whether nothing that this worker still has can be free to be taken."""
        return asyncio.get_running_loop().time() - self._renewed_at < 2 * RENEW_EVERY_S

    async def _renew(self) -> None:
        held = dict(self._held)
        began = asyncio.get_running_loop().time()
        kept = await self._store.renew(held.values(), self._now() + LEASE_S) if held else []
        self._renewed_at = began
        renewed = {(lease.on, lease.key) for lease in kept}
        missed = {
            place
            for place, lease in held.items()
            if place not in renewed and self._held.get(place) is lease
        }
        # A call that ends just now has no lease in the store and does not know it yet: look twice.
        for place in missed & self._missed:
            self._lose(held[place])
        self._missed = missed - self._missed

    def _lose(self, lease: Lease) -> None:
        if self._held.get((lease.on, lease.key)) != lease:
            return
        del self._held[lease.on, lease.key]
        if lease.on is not Held.ATTEMPT:
            log.warning("this worker was too slow: a %s lease is another one's", lease.on)
            return
        with call_context(lease.key):
            log.info("this call is another worker's by now")
            try:
                self.lost(lease.key)
            except Exception as error:
                # The others' leases have to be renewed all the same.
                log.exception("letting go of a call failed (%s)", type(error).__name__)

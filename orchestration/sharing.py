"""How the workers on one store keep out of one another's way, and one that has it for itself.

A worker is one `vocero serve`. What several of them need is `shared_work.SharedWork`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypedDict

from data.leases import Claim, Lease
from data.store import Attempt, PlannedCall
from orchestration.desks import Desks


class Leased(TypedDict, total=False):
    """What `Store.commit_turn` and `Store.end_attempt` are told about leases."""

    under: Sequence[Lease]
    claim: Claim


def leased(under: Sequence[Lease], claim: Claim | None = None) -> Leased:
    """Nothing for a worker that is alone: its store need not know of leases."""
    told = Leased()
    if under:
        told["under"] = under
    if claim is not None:
        told["claim"] = claim
    return told


class Sharing(Protocol):
    """Who does what. What is committed under a lease is refused (`data.leases.LeaseLost`) when the
    work is somebody else's by now: then it is dropped, and never an error to the customer.
    """

    @property
    def several(self) -> bool:
        """Whether there are other workers, who do what this one leaves undone."""

    # --- one at a time --------------------------------------------------------------------------
    def desk(self, customer: str) -> AbstractAsyncContextManager[tuple[Lease, ...]]:
        """Alone with this customer's conversation; what to commit under. Raises StoreError."""

    def dialling(self) -> AbstractAsyncContextManager[tuple[Lease, ...]]:
        """Alone with the limits of a day; what to commit under. After the desk, never before it.
        Raises StoreError.
        """

    # --- calls ----------------------------------------------------------------------------------
    def claim(self) -> Claim | None:
        """For an attempt that is about to be committed; None: there is nobody else."""

    def placed(self, attempt_id: str) -> None:
        """An attempt was committed with `claim`: it is this worker's from now on."""

    def adopted(self, lease: Lease) -> None:
        """The lease on an attempt that was taken otherwise; one from before is worth nothing."""

    def under(self, attempt_id: str) -> tuple[Lease, ...]:
        """What to commit under that concerns this call. Where it is not this worker's, that is
        something that is always refused.
        """

    def over(self, attempt_id: str) -> None:
        """It has its end, or is left to others: its lease is not kept any longer."""

    async def keeps(self, attempt_id: str) -> bool:
        """Whether this worker looks after the call at this moment. Raises StoreError."""

    async def kept_elsewhere(self, attempt_id: str) -> bool:
        """Whether another worker does. Raises StoreError."""

    def refused(self, lease: Lease) -> None:
        """Something was refused because of it: it is another worker's."""

    async def ring_for(self, customer: str) -> None:
        """Whoever keeps this customer's call is to look at their messages. A hint, never fails."""

    # --- what others left -----------------------------------------------------------------------
    async def take_attempts(self) -> list[Attempt]:
        """Calls that nobody looks after; they are this worker's now. Raises StoreError."""

    async def take_plans(self) -> list[tuple[PlannedCall, Lease]]:
        """Planned calls whose time has come, until `give_back`. Raises StoreError."""

    async def give_back(self, lease: Lease) -> None:
        """Anybody may take it."""


class Alone:
    """Nobody else works on this store: locks in this process are enough."""

    several = False

    def __init__(self) -> None:
        self._desks = Desks()
        self._one_dials = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def desk(self, customer: str) -> AsyncIterator[tuple[Lease, ...]]:
        """First come, first served."""
        async with self._desks.at(customer):
            yield ()

    @contextlib.asynccontextmanager
    async def dialling(self) -> AsyncIterator[tuple[Lease, ...]]:
        """First come, first served."""
        async with self._one_dials:
            yield ()

    def claim(self) -> Claim | None:
        """Nobody else could want it."""
        return None

    def placed(self, attempt_id: str) -> None:
        """Whose else should it be."""

    def adopted(self, lease: Lease) -> None:
        """There is nobody to take it from."""

    def under(self, attempt_id: str) -> tuple[Lease, ...]:
        """Nothing is ever refused."""
        return ()

    def over(self, attempt_id: str) -> None:
        """Nothing was kept."""

    async def keeps(self, attempt_id: str) -> bool:
        """Who else should."""
        return True

    async def kept_elsewhere(self, attempt_id: str) -> bool:
        """There is no elsewhere."""
        return False

    def refused(self, lease: Lease) -> None:
        """It never is."""

    async def ring_for(self, customer: str) -> None:
        """Nobody would hear it."""

    async def take_attempts(self) -> list[Attempt]:
        """What a process left that died is taken up at the next start, by `Concierge.recover`."""
        return []

    async def take_plans(self) -> list[tuple[PlannedCall, Lease]]:
        """Those that are due need not be taken from anybody."""
        return []

    async def give_back(self, lease: Lease) -> None:
        """Nothing was taken."""

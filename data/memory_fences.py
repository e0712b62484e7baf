"""Fences in memory: a write under a lease is refused when somebody else has taken it."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from data.leases import Claim, Held, Lease, LeaseLost
from data.memory_state import Holder, MemoryState


class MemoryFences(MemoryState):
    """Who holds what. As in `data.sql_fences`, the number only ever rises."""

    __slots__ = ()

    def _refuse_late(self, *under: Lease | None) -> None:
        """Raises LeaseLost."""
        for lease in under:
            if lease is not None and not self._is_held(lease):
                raise LeaseLost(lease)

    def _is_held(self, lease: Lease) -> bool:
        """One that ran out is, until somebody takes it."""
        holder = self._holder(lease.on, lease.key)
        return (holder.owner, holder.fence) == (lease.owner, lease.fence) and self._is_there(lease)

    def _is_free(self, on: Held, key: str, now: float) -> bool:
        return self._holder(on, key).until <= now

    def _grant(self, on: Held, key: str, claim: Claim, *, least: int = 0) -> Lease:
        fence = max(self._holder(on, key).fence + 1, least)
        self._holders[on, key] = Holder(claim.owner, claim.until, fence)
        return Lease(on, key, claim.owner, fence, claim.until)

    def _let_go(self, on: Held, key: str) -> None:
        """Nobody's again."""
        if (on, key) in self._holders:
            self._holders[on, key] = replace(self._holders[on, key], owner="", until=0.0)

    def _holder(self, on: Held, key: str) -> Holder:
        return self._holders.get((on, key), Holder())

    def _is_there(self, lease: Lease) -> bool:
        places: dict[Held, Container[str]] = {
            Held.ATTEMPT: self._attempts,
            Held.MESSAGE: self._outgoing,
            Held.PLAN: self._plans,
        }
        return lease.key in places.get(lease.on, (lease.key,))

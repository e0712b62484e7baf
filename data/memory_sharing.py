"""What several workers need, in memory: leases, calls that change hands, notices, bells.

The workers are tasks of one process, on one store: this is how they are tried in virtual time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from data.leases import Claim, Held, Lease
from data.memory_fences import MemoryFences
from data.shared_store import Notice, checked_notice
from data.store import Attempt, OutgoingMessage, PlannedCall


class MemorySharing(MemoryFences):
    """`data.shared_store.SharedStore`, without what `Store` has."""

    __slots__ = ()

    # --- leases -------------------------------------------------------------------------------
    async def take_attempts(self, claim: Claim, limit: int = 50) -> list[tuple[Attempt, Lease]]:
        free = [
            each
            for each in self._attempts.values()
            if each.state != "ended" and self._is_free(Held.ATTEMPT, each.attempt_id, claim.now)
        ]
        return [
            (each, self._grant(Held.ATTEMPT, each.attempt_id, claim))
            for each in free[: max(0, limit)]
        ]

    async def take_messages(
        self, claim: Claim, limit: int = 50
    ) -> list[tuple[OutgoingMessage, Lease]]:
        free = [
            each
            for each in self._heads()
            if each.due_at <= claim.now and self._is_free(Held.MESSAGE, each.message_id, claim.now)
        ]
        free.sort(key=lambda each: each.due_at)
        return [
            (each, self._grant(Held.MESSAGE, each.message_id, claim))
            for each in free[: max(0, limit)]
        ]

    async def take_plans(self, claim: Claim, limit: int = 50) -> list[tuple[PlannedCall, Lease]]:
        free = [
            each
            for each in self._plans.values()
            if each.due_at <= claim.now and self._is_free(Held.PLAN, each.plan_id, claim.now)
        ]
        free.sort(key=lambda each: each.due_at)
        return [
            (each, self._grant(Held.PLAN, each.plan_id, claim)) for each in free[: max(0, limit)]
        ]

    async def take(self, name: str, claim: Claim) -> Lease | None:
        if not self._is_free(Held.NAME, name, claim.now):
            return None
        return self._grant(Held.NAME, name, claim, least=int(claim.now * 1000))

    async def renew(self, held: Iterable[Lease], until: float) -> list[Lease]:
        kept = [replace(lease, until=until) for lease in held if self._is_held(lease)]
        for lease in kept:
            key = (lease.on, lease.key)
            self._holders[key] = replace(self._holders[key], until=until)
        return kept

    async def release(self, held: Iterable[Lease]) -> None:
        for lease in held:
            if self._is_held(lease):
                self._let_go(lease.on, lease.key)

    # --- calls that change hands ----------------------------------------------------------------
    async def take_stream(
        self, attempt_id: str, call_sid: str, claim: Claim
    ) -> tuple[Attempt, Lease] | None:
        attempt = self._attempts.get(attempt_id)
        if (
            attempt is None
            or attempt.state == "ended"
            or attempt_id in self._streamed
            or attempt.call_sid not in ("", call_sid)
        ):
            return None
        attempt = replace(attempt, call_sid=call_sid, state="dialed")
        self._attempts[attempt_id] = attempt
        self._streamed.add(attempt_id)
        return attempt, self._grant(Held.ATTEMPT, attempt_id, claim)

    async def keeper(self, attempt_id: str, now: float) -> str:
        attempt = self._attempts.get(attempt_id)
        holder = self._holder(Held.ATTEMPT, attempt_id)
        if attempt is None or attempt.state == "ended" or holder.until <= now:
            return ""
        return holder.owner

    # --- notices and bells ----------------------------------------------------------------------
    async def keep_notice(self, attempt_id: str, body: str) -> Notice | None:
        checked_notice(body)
        attempt = self._attempts.get(attempt_id)
        if attempt is None or attempt.state == "ended":
            return None
        self._last_notice += 1
        notice = Notice(self._last_notice, attempt_id, body)
        self._notices.setdefault(attempt_id, []).append(notice)
        self._bells.ring(attempt_id)
        return notice

    async def notices(self, attempt_id: str) -> list[Notice]:
        return list(self._notices.get(attempt_id, ()))

    async def ring(self, about: str) -> None:
        self._bells.ring(about)

    def bells(self, heard: Callable[[str], None]) -> AbstractAsyncContextManager[None]:
        return self._bells.heard_by(heard)

"""The store without a file or a thread: the same rules, for virtual time and tests.

Nothing in it ever waits, so every method is one step on the event loop, as a transaction is.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from data.call import CallReport, CallResult, OutcomeStatus, Quote, TimelineEntry
from data.leases import Claim, Held, Lease
from data.memory_forgetting import MemoryForgetting
from data.memory_messages import MemoryMessages
from data.memory_past_calls import MemoryPastCalls
from data.memory_sharing import MemorySharing
from data.memory_state import End, Kept
from data.presence import Taken
from data.store import Attempt, PlannedCall, StoreError, Turn


class MemoryStore(MemorySharing, MemoryMessages, MemoryPastCalls, MemoryForgetting):
    """`data.shared_store.SharedStore` in this process's memory."""

    __slots__ = ()

    async def open(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing to do: what was kept stays readable."""

    def be_the_only_one(self, taken: Taken) -> AbstractAsyncContextManager[None]:
        """Nobody else can be there."""
        return contextlib.nullcontext()

    def be_one_of_many(self, taken: Taken) -> AbstractAsyncContextManager[None]:
        """The others are in this process."""
        return contextlib.nullcontext()

    async def conversation(self, customer: str) -> str | None:
        return self._conversations.get(customer)

    async def commit_turn(
        self, turn: Turn, *, under: Sequence[Lease] = (), claim: Claim | None = None
    ) -> None:
        self._refuse_late(*under)
        self._check(turn)
        self._write(turn, about="", claim=claim)

    async def bind_call(self, attempt_id: str, call_sid: str) -> None:
        attempt = self._attempts.get(attempt_id)
        if attempt is not None and attempt_id not in self._erased:
            self._attempts[attempt_id] = replace(
                attempt,
                call_sid=attempt.call_sid or call_sid,
                state="dialed" if attempt.state == "ordered" else attempt.state,
            )

    async def attempt(self, attempt_id: str) -> Attempt | None:
        return self._attempts.get(attempt_id)

    async def open_attempts(self) -> list[Attempt]:
        return [attempt for attempt in self._attempts.values() if attempt.state != "ended"]

    async def count_attempts(
        self, since: float, *, customer: str | None = None, to_number: str | None = None
    ) -> int:
        return sum(
            attempt.created_at >= since
            and customer in (None, attempt.customer)
            and to_number in (None, attempt.to_number)
            for attempt in self._attempts.values()
        )

    async def keep_report(self, attempt_id: str, result: CallResult) -> CallResult:
        if attempt_id not in self._attempts or attempt_id in self._erased:
            return result
        return self._reported.setdefault(attempt_id, result)

    async def reported(self, attempt_id: str) -> CallResult | None:
        return self._reported.get(attempt_id)

    async def keep_lines(self, attempt_id: str, entries: Sequence[TimelineEntry]) -> None:
        attempt = self._attempts.get(attempt_id)
        if attempt is not None and attempt.state != "ended":
            self._lines.setdefault(attempt_id, []).extend(entries)

    async def lines(self, attempt_id: str) -> tuple[TimelineEntry, ...]:
        return tuple(self._lines.get(attempt_id, ()))

    async def errand_booked(self, errand_id: str) -> bool:
        return any(
            end.result.status is OutcomeStatus.BOOKED
            and self._attempts[attempt_id].errand_id == errand_id
            for attempt_id, end in self._ends.items()
        )

    async def minutes_talked(self, since: float) -> int:
        return sum(
            math.ceil(end.report.paid_s / 60)
            for attempt_id, end in self._ends.items()
            if self._attempts[attempt_id].created_at >= since
        )

    async def blocked_numbers(self) -> frozenset[str]:
        return frozenset(self._blocked)

    async def end_attempt(
        self,
        report: CallReport,
        result: CallResult,
        turn: Turn,
        ended_at: float,
        quote: Quote | None = None,
        *,
        under: Sequence[Lease] = (),
        claim: Claim | None = None,
    ) -> bool:
        self._refuse_late(*under)
        attempt = self._attempts.get(report.attempt_id)
        if attempt is None or attempt.state == "ended":
            return False
        self._check(turn)
        self._attempts[report.attempt_id] = replace(
            attempt, state="ended", call_sid=attempt.call_sid or report.call_sid
        )
        self._ends[report.attempt_id] = End(report, result, ended_at, quote)
        self._lines.pop(report.attempt_id, None)
        self._notices.pop(report.attempt_id, None)
        self._let_go(Held.ATTEMPT, report.attempt_id)
        self._write(turn, about=report.attempt_id, claim=claim)
        return True

    async def due_plans(self, now: float, limit: int = 50) -> list[PlannedCall]:
        due = [plan for plan in self._plans.values() if plan.due_at <= now]
        return sorted(due, key=lambda plan: plan.due_at)[:limit]

    async def next_plan(self) -> float | None:
        return min((plan.due_at for plan in self._plans.values()), default=None)

    def _check(self, turn: Turn) -> None:
        if turn.attempt is not None and turn.attempt.attempt_id in self._attempts:
            raise StoreError("this turn was committed before (attempt_id is known)")

    def _write(self, turn: Turn, *, about: str, claim: Claim | None) -> None:
        if turn.conversation_json is not None:
            self._conversations[turn.customer] = turn.conversation_json
        self._handled.update(sid for sid in turn.handled if sid in self._messages)
        if turn.attempt is not None:
            self._attempts[turn.attempt.attempt_id] = turn.attempt
            if claim is not None:
                self._grant(Held.ATTEMPT, turn.attempt.attempt_id, claim)
        for plan_id in turn.done_plans:
            self._plans.pop(plan_id, None)
            self._let_go(Held.PLAN, plan_id)
        if turn.plan is not None:
            self._plans[turn.plan.plan_id] = turn.plan
            # Put off: whoever looked after it has let it go.
            self._let_go(Held.PLAN, turn.plan.plan_id)
        if turn.blocked is not None:
            self._blocked.setdefault(turn.blocked.number, turn.blocked)
        for message in turn.outgoing:
            self._outgoing.setdefault(message.message_id, Kept(message, about))

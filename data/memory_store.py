"""The store without a file or a thread: the same rules, for virtual time and tests.

Nothing in it ever waits, so every method is one step on the event loop, as a transaction is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from data.call import CallReport, CallResult, OutcomeStatus, Quote, TimelineEntry
from data.store import (
    Attempt,
    BlockedNumber,
    CallRecord,
    IncomingMessage,
    OutgoingMessage,
    PlannedCall,
    StoreError,
    Turn,
)
from data.tables import DELIVERY_RANK, NOT_DELIVERED


@dataclass(slots=True)
class _Kept:
    message: OutgoingMessage
    about: str
    state: str = "waiting"
    message_sid: str = ""
    error: str = ""
    tries: int = 0
    delivery: str = ""

    def wait_again(self, due_at: float) -> None:
        self.state, self.message = "waiting", replace(self.message, due_at=due_at)


@dataclass(slots=True)
class _End:
    report: CallReport
    result: CallResult
    ended_at: float
    quote: Quote | None


@dataclass(slots=True)
class MemoryStore:
    """`data.store.Store` in this process's memory."""

    _messages: dict[str, IncomingMessage] = field(default_factory=dict)
    _handled: set[str] = field(default_factory=set)
    _conversations: dict[str, str] = field(default_factory=dict)
    _attempts: dict[str, Attempt] = field(default_factory=dict)
    _ends: dict[str, _End] = field(default_factory=dict)
    _outgoing: dict[str, _Kept] = field(default_factory=dict)
    _reported: dict[str, CallResult] = field(default_factory=dict)
    _lines: dict[str, list[TimelineEntry]] = field(default_factory=dict)
    _plans: dict[str, PlannedCall] = field(default_factory=dict)
    _blocked: dict[str, BlockedNumber] = field(default_factory=dict)

    async def open(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing to do: what was kept stays readable."""

    async def take_message(self, message: IncomingMessage) -> bool:
        if message.message_sid in self._messages:
            return False
        self._messages[message.message_sid] = message
        for kept in self._outgoing.values():
            if kept.state == "parked" and kept.message.customer == message.customer:
                kept.wait_again(message.received_at)
        return True

    async def waiting_messages(self, customer: str | None = None) -> list[IncomingMessage]:
        waiting = [
            message
            for message in self._messages.values()
            if message.message_sid not in self._handled and customer in (None, message.customer)
        ]
        return sorted(waiting, key=lambda message: message.received_at)

    async def conversation(self, customer: str) -> str | None:
        return self._conversations.get(customer)

    async def commit_turn(self, turn: Turn) -> None:
        self._check(turn)
        self._write(turn, about="")

    async def bind_call(self, attempt_id: str, call_sid: str) -> None:
        attempt = self._attempts.get(attempt_id)
        if attempt is not None:
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
        if attempt_id not in self._attempts:
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
    ) -> bool:
        attempt = self._attempts.get(report.attempt_id)
        if attempt is None or attempt.state == "ended":
            return False
        self._check(turn)
        self._attempts[report.attempt_id] = replace(
            attempt, state="ended", call_sid=attempt.call_sid or report.call_sid
        )
        self._ends[report.attempt_id] = _End(report, result, ended_at, quote)
        self._lines.pop(report.attempt_id, None)
        self._write(turn, about=report.attempt_id)
        return True

    async def due_plans(self, now: float, limit: int = 50) -> list[PlannedCall]:
        due = [plan for plan in self._plans.values() if plan.due_at <= now]
        return sorted(due, key=lambda plan: plan.due_at)[:limit]

    async def next_plan(self) -> float | None:
        return min((plan.due_at for plan in self._plans.values()), default=None)

    async def due_messages(self, now: float, limit: int = 50) -> list[OutgoingMessage]:
        due = [message for message in self._heads() if message.due_at <= now]
        return sorted(due, key=lambda message: message.due_at)[:limit]

    async def next_due(self) -> float | None:
        return min((message.due_at for message in self._heads()), default=None)

    async def message_sent(self, message_id: str, message_sid: str) -> None:
        kept = self._promise(message_id, "waiting")
        if kept is not None:
            kept.state, kept.message_sid, kept.error = "sent", message_sid, ""
            kept.tries += 1

    async def message_postponed(self, message_id: str, due_at: float, error: str) -> None:
        kept = self._promise(message_id, "waiting")
        if kept is not None:
            kept.wait_again(due_at)
            kept.error = error
            kept.tries += 1

    async def message_given_up(self, message_id: str, error: str) -> None:
        kept = self._promise(message_id, "waiting")
        if kept is not None:
            kept.state, kept.error = "given_up", error
            kept.tries += 1

    async def message_parked(self, message_id: str, error: str) -> None:
        kept = self._promise(message_id, "waiting", "sent")
        if kept is None:
            return
        kept.tries += kept.state == "waiting"
        kept.state, kept.error, kept.message_sid, kept.delivery = "parked", error, "", ""
        last_words = max(
            (
                message.received_at
                for message in self._messages.values()
                if message.customer == kept.message.customer
            ),
            default=kept.message.due_at,
        )
        # The customer may have written since it was sent, before the carrier refused it.
        if kept.message.due_at < last_words:
            kept.wait_again(last_words)

    async def message_again(self, message_id: str, due_at: float, error: str) -> None:
        kept = self._promise(message_id, "sent")
        if kept is not None:
            kept.wait_again(due_at)
            kept.error, kept.message_sid, kept.delivery = error, "", ""

    async def delivery_reported(
        self, message_sid: str, status: str, error_code: str
    ) -> tuple[OutgoingMessage, int] | None:
        rank = DELIVERY_RANK.get(status)
        if rank is None or not message_sid:
            return None
        for kept in self._outgoing.values():
            if kept.message_sid == message_sid and DELIVERY_RANK[kept.delivery] < rank:
                kept.delivery, kept.error = status, error_code or kept.error
                if status in NOT_DELIVERED and kept.state == "sent":
                    return kept.message, kept.tries
        return None

    async def calls(self, limit: int = 50) -> list[CallRecord]:
        return [self._record(attempt) for attempt in reversed(self._attempts.values())][:limit]

    async def call(self, attempt_id: str) -> CallRecord | None:
        if not attempt_id:
            return None
        found = [
            attempt
            for attempt in self._attempts.values()
            if attempt_id in (attempt.attempt_id, attempt.call_sid)
        ] or [
            attempt
            for attempt in self._attempts.values()
            if attempt.attempt_id.startswith(attempt_id)
        ]
        return self._record(found[0]) if len(found) == 1 else None

    def _check(self, turn: Turn) -> None:
        if turn.attempt is not None and turn.attempt.attempt_id in self._attempts:
            raise StoreError("this turn was committed before (attempt_id is known)")

    def _write(self, turn: Turn, *, about: str) -> None:
        if turn.conversation_json is not None:
            self._conversations[turn.customer] = turn.conversation_json
        self._handled.update(sid for sid in turn.handled if sid in self._messages)
        if turn.attempt is not None:
            self._attempts[turn.attempt.attempt_id] = turn.attempt
        for plan_id in turn.done_plans:
            self._plans.pop(plan_id, None)
        if turn.plan is not None:
            self._plans[turn.plan.plan_id] = turn.plan
        if turn.blocked is not None:
            self._blocked.setdefault(turn.blocked.number, turn.blocked)
        for message in turn.outgoing:
            self._outgoing.setdefault(message.message_id, _Kept(message, about))

    def _heads(self) -> list[OutgoingMessage]:
        heads: dict[str, OutgoingMessage] = {}
        for kept in self._outgoing.values():
            if kept.state == "waiting":
                heads.setdefault(kept.message.customer, kept.message)
        return list(heads.values())

    def _promise(self, message_id: str, *states: str) -> _Kept | None:
        """That promise, if it is in one of these states."""
        kept = self._outgoing.get(message_id)
        return kept if kept is not None and kept.state in states else None

    def _record(self, attempt: Attempt) -> CallRecord:
        end = self._ends.get(attempt.attempt_id)
        return CallRecord(
            attempt=attempt,
            report=end.report if end else None,
            result=end.result if end else None,
            ended_at=end.ended_at if end else None,
            quote=end.quote if end else None,
            outgoing=tuple(
                kept.message for kept in self._outgoing.values() if kept.about == attempt.attempt_id
            ),
        )

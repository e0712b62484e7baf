"""Messages in memory: what customers wrote, and what was promised to them."""

from __future__ import annotations

from data.jobs_waiting import JobsWaiting
from data.leases import Held, Lease
from data.memory_fences import MemoryFences
from data.memory_state import Kept
from data.sendings import MOST_KNOWN, PastTries
from data.store import IncomingMessage, OutgoingMessage
from data.tables import DELIVERY_RANK, NOT_DELIVERED


class MemoryMessages(MemoryFences):
    """Messages in and out."""

    __slots__ = ()

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

    async def due_messages(self, now: float, limit: int = 50) -> list[OutgoingMessage]:
        due = [message for message in self._heads() if message.due_at <= now]
        return sorted(due, key=lambda message: message.due_at)[:limit]

    async def next_due(self) -> float | None:
        return min((message.due_at for message in self._heads()), default=None)

    async def jobs_waiting(self) -> JobsWaiting:
        states = [kept.state for kept in self._outgoing.values()]
        due = [k.message.due_at for k in self._outgoing.values() if k.state == "waiting"]
        return JobsWaiting(
            messages_in=len(await self.waiting_messages()),
            messages_out=states.count("waiting"),
            messages_parked=states.count("parked"),
            planned_calls=len(self._plans),
            oldest_due_at=min(due, default=None),
        )

    async def message_sent(
        self, message_id: str, message_sid: str, *, under: Lease | None = None, note: str = ""
    ) -> None:
        kept = self._to_change(message_id, "waiting", under=under)
        if kept is not None:
            kept.state, kept.message_sid, kept.error = "sent", message_sid, note
            kept.tries += 1
            self._empty_if_erased(kept)

    async def message_postponed(
        self, message_id: str, due_at: float, error: str, *, under: Lease | None = None
    ) -> None:
        kept = self._to_change(message_id, "waiting", under=under)
        if kept is not None:
            kept.wait_again(due_at)
            kept.error = error
            kept.tries += 1

    async def message_given_up(
        self, message_id: str, error: str, *, under: Lease | None = None
    ) -> None:
        kept = self._to_change(message_id, "waiting", under=under)
        if kept is not None:
            kept.state, kept.error = "given_up", error
            kept.tries += 1
            self._empty_if_erased(kept)

    async def message_parked(
        self, message_id: str, error: str, *, under: Lease | None = None
    ) -> None:
        kept = self._to_change(message_id, "waiting", "sent", under=under)
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
        kept = self._to_change(message_id, "sent")
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

    async def past_tries(self, message_id: str) -> PastTries:
        own = self._outgoing.get(message_id)
        if own is None:
            return PastTries(0, "", frozenset())
        sids = [
            kept.message_sid
            for kept in self._outgoing.values()
            if kept.state == "sent" and kept.message.customer == own.message.customer
        ]
        return PastTries(own.tries, own.error, frozenset(sids[-MOST_KNOWN:]))

    async def sent_note(self, message_sid: str) -> str | None:
        for kept in self._outgoing.values():
            if message_sid and kept.message_sid == message_sid:
                return kept.error
        return None

    def _to_change(self, message_id: str, *states: str, under: Lease | None = None) -> Kept | None:
        """That promise, if it is in one of these states; nobody's from now on. Raises LeaseLost."""
        self._refuse_late(under)
        kept = self._outgoing.get(message_id)
        if kept is None or kept.state not in states:
            return None
        self._let_go(Held.MESSAGE, message_id)
        return kept

    def _empty_if_erased(self, kept: Kept) -> None:
        """It had to be kept until now, although the call that it is about is erased."""
        if kept.about in self._erased:
            kept.empty()

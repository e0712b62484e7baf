"""Forgetting in memory: a customer as a whole, or what has grown old."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from data.call import CallResult
from data.forgetting import WORDLESS, Traces, result_without_words, without_words
from data.leases import Held, desk_of
from data.memory_state import End, MemoryState
from data.store import Attempt, IncomingMessage


class MemoryForgetting(MemoryState):
    """`data.forgetting.Forgetting`."""

    __slots__ = ()

    async def known_customers(self) -> frozenset[str]:
        kept = (each.message.customer for each in self._outgoing.values())
        rest = (
            each.customer
            for every in (self._messages, self._attempts, self._plans)
            for each in every.values()
        )
        return frozenset(filter(None, (*kept, *rest, *self._conversations)))

    async def traces(self, customer: str) -> Traces:
        written = [each for each in self._messages.values() if each.customer == customer]
        told = [
            each.message for each in self._outgoing.values() if each.message.customer == customer
        ]
        theirs = list(self._of(customer))
        ids = {each.attempt_id for each in theirs}
        ends = [self._ends[name] for name in ids if name in self._ends]
        return Traces(
            written=len(written),
            unheard=sum(each.message_sid not in self._handled for each in written),
            told=len(told),
            conversations=customer in self._conversations,
            planned=sum(each.customer == customer for each in self._plans.values()),
            calls=tuple(each.attempt_id for each in theirs if each.state == "ended"),
            open_calls={each.attempt_id: each.call_sid for each in theirs if each.state != "ended"},
            last_ended_at=max((each.ended_at for each in ends), default=0.0),
            acts=sum(act.attempt_id in ids and act.detail != "" for act in self._acts),
            clips=tuple(each.media_url for each in told if each.media_url),
            elsewhere=tuple(
                filter(
                    None,
                    (
                        *(each.call_sid for each in theirs),
                        *(each.report.conversation_id for each in ends),
                    ),
                )
            ),
        )

    async def forget_customer(self, customer: str) -> bool:
        if not customer:
            return True
        theirs = list(self._of(customer))
        if any(each.state != "ended" for each in theirs):
            return False
        ids = {each.attempt_id for each in theirs}
        for sid in [sid for sid, each in self._messages.items() if each.customer == customer]:
            del self._messages[sid]
            self._handled.discard(sid)
        for name in [
            name for name, each in self._outgoing.items() if each.message.customer == customer
        ]:
            del self._outgoing[name]
        for name in [name for name, each in self._plans.items() if each.customer == customer]:
            del self._plans[name]
        self._conversations.pop(customer, None)
        self._holders.pop((Held.NAME, desk_of(customer)), None)
        self._acts[:] = [
            replace(act, detail="") if act.attempt_id in ids else act for act in self._acts
        ]
        for each in theirs:
            self._lay_bare(each, self._ends[each.attempt_id])
        return True

    # --- what has grown old -------------------------------------------------------------------
    async def drop_transcripts(self, before: float, limit: int = 50) -> int:
        old = [
            (name, end)
            for name, end in self._ends.items()
            if name not in self._erased
            and self._attempts[name].created_at < before
            and (_has_words(end) or name in self._reported)
        ][:limit]
        for name, end in old:
            self._ends[name] = End(
                without_words(end.report), result_without_words(end.result), end.ended_at, None
            )
            self._reported.pop(name, None)
        for blocked in list(self._blocked.values()):
            if blocked.asked_at < before:
                self._blocked[blocked.number] = replace(blocked, words="")
        return len(old)

    async def drop_messages(self, before: float, limit: int = 200) -> int:
        heard = [
            each
            for sid, each in self._messages.items()
            if sid in self._handled and each.received_at < before and each != _emptied(each)
        ][:limit]
        for each in heard:
            self._messages[each.message_sid] = _emptied(each)
        told = [
            name
            for name, kept in self._outgoing.items()
            if kept.state != "waiting" and kept.message.due_at < before
        ][:limit]
        for name in told:
            del self._outgoing[name]
        return len(heard) + len(told)

    async def drop_conversations(self, before: float, limit: int = 200) -> int:
        idle = [each for each in self._conversations if not self._busy(each, before)][:limit]
        for customer in idle:
            del self._conversations[customer]
        for on, name in [key for key, each in self._holders.items() if each.until < before]:
            if on is Held.NAME:
                del self._holders[on, name]
        return len(idle)

    async def calls_over(self, attempt_ids: Sequence[str]) -> Mapping[str, float]:
        return {
            name: 0.0 if name in self._erased else self._ends[name].ended_at
            for name in attempt_ids
            if name in self._ends
        }

    async def scrub(self, *, whole: bool) -> bool:
        """There are no files."""
        return True

    def _of(self, customer: str) -> Iterator[Attempt]:
        return (each for each in self._attempts.values() if each.customer == customer)

    def _busy(self, customer: str, before: float) -> bool:
        return (
            any(
                each.received_at >= before or sid not in self._handled
                for sid, each in self._messages.items()
                if each.customer == customer
            )
            or any(
                kept.message.customer == customer and kept.state in ("waiting", "parked")
                for kept in self._outgoing.values()
            )
            or any(each.customer == customer for each in self._plans.values())
            or any(
                each.state != "ended" or each.created_at >= before for each in self._of(customer)
            )
        )


def _has_words(end: End) -> bool:
    bare = CallResult(status=end.result.status, date=end.result.date, time=end.result.time)
    return (
        end.quote is not None
        or end.result != bare
        or any(each.kind not in WORDLESS for each in end.report.timeline)
    )


def _emptied(message: IncomingMessage) -> IncomingMessage:
    """Its id and its sender are left."""
    return IncomingMessage(
        message.message_sid, message.customer, body="", received_at=message.received_at
    )

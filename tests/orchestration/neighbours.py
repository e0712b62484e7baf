"""Simulated neighbours of a concierge: simple, and what they do is up to the test."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, fields

from data.call import BookingReading, CallOrder, CallResult, TimelineEntry
from data.errand import CallPlan, ParsedMessage
from data.reply import Reply, VoiceTrouble
from data.store import IncomingMessage
from messaging import rules
from orchestration.ports import CarrierCall, LookupFailed, ReadingContext
from simulation.clock import START

NOON = 1_795_618_800.0
"""2026-11-25 12:00 in Buenos Aires, when every test begins."""


def now() -> float:
    return NOON + asyncio.get_running_loop().time() - START


@dataclass
class RulesReader:
    """Reads by rules; a text in `slow` takes that many seconds, one in `breaks` raises."""

    slow: dict[str, float] = field(default_factory=dict)
    breaks: set[str] = field(default_factory=set)
    contexts: list[ReadingContext] = field(default_factory=list)
    plans: dict[str, CallPlan] = field(default_factory=dict)
    """What a text says about the order of calls; other texts say nothing of it."""

    async def understand(self, text: str, context: ReadingContext) -> ParsedMessage:
        self.contexts.append(context)
        await asyncio.sleep(self.slow.get(text, 0.0))
        if text in self.breaks:
            raise RuntimeError("a fault in the reader")
        return rules.read(text, context)

    def plan(self, text: str, context: ReadingContext) -> CallPlan:
        return self.plans.get(text, CallPlan())

    def stands_alone(self, text: str, context: ReadingContext) -> bool:
        return rules.is_an_answer(text, context)

    def language(self, text: str, before: str) -> str:
        return "en" if text.startswith(("book", "yes")) else before


@dataclass
class SimulatedEars:
    """Hears the words by the recording's address; others are empty."""

    words: dict[str, str | VoiceTrouble] = field(default_factory=dict)
    takes_s: float = 0.0

    async def hear(self, message: IncomingMessage, language: str) -> str | VoiceTrouble:
        await asyncio.sleep(self.takes_s)
        return self.words.get(message.media_url, VoiceTrouble.EMPTY)


@dataclass
class SimulatedSecondReader:
    """Reads what it is told to read; by itself, like a Vocero without a model, nothing."""

    reading: BookingReading | None = None
    takes_s: float = 0.0
    broken: bool = False
    claims: list[CallResult] = field(default_factory=list)

    async def read_booking(
        self, said: Sequence[TimelineEntry], claim: CallResult, business_name: str, today: str
    ) -> BookingReading | None:
        self.claims.append(claim)
        await asyncio.sleep(self.takes_s)
        if self.broken:
            raise RuntimeError("a fault in the second reader")
        return self.reading


@dataclass
class PlainWords:
    """Says which reply it is, and its fields."""

    broken: bool = False

    def words(self, reply: Reply, language: str) -> str:
        if self.broken:
            raise RuntimeError("a fault in the phrases")
        said = [f"{each.name}={getattr(reply, each.name)}" for each in fields(reply)]
        return " ".join([type(reply).__name__, language, *said])


@dataclass
class SimulatedPhone:
    """Takes orders; how the calls go is up to the test."""

    orders: list[CallOrder] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    room: bool = True
    full: Exception | None = None
    dies: bool = False
    """The process is gone when the phone is asked."""
    draining: bool = False
    deaf: bool = False
    rung: asyncio.Event = field(default_factory=asyncio.Event)

    def place(self, order: CallOrder) -> None:
        if self.dies:
            raise asyncio.CancelledError
        if self.full is not None:
            raise self.full
        self.orders.append(order)
        self.rung.set()

    def cancel(self, attempt_id: str) -> bool:
        self.cancelled.append(attempt_id)
        return any(order.attempt_id == attempt_id for order in self.orders)

    def tell_agent(self, attempt_id: str, text: str) -> bool:
        self.told.append((attempt_id, text))
        return not self.deaf

    def has_room(self) -> bool:
        return self.room


@dataclass
class SimulatedCarrier:
    """What the carrier knows of calls after a restart."""

    calls: dict[str, CarrierCall] = field(default_factory=dict)
    """By call sid or number."""
    known_after_s: float = 0.0
    down: bool = False
    ended: list[str] = field(default_factory=list)
    asked: int = 0

    async def by_sid(self, call_sid: str) -> CarrierCall | None:
        return self._known(call_sid)

    async def by_number(self, to_number: str, since: float) -> CarrierCall | None:
        return self._known(to_number)

    async def end(self, call_sid: str) -> None:
        self.ended.append(call_sid)
        if self.down or call_sid == "CAstuck":
            raise LookupFailed("503")

    def _known(self, key: str) -> CarrierCall | None:
        self.asked += 1
        if self.down:
            raise LookupFailed("503")
        return self.calls.get(key) if now() - NOON >= self.known_after_s else None


@dataclass
class Bell:
    """Counts how often the outbox was woken."""

    rung: int = 0

    def wake(self) -> None:
        self.rung += 1

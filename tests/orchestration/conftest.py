"""A concierge among simulated neighbours, on a clock that jumps."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, fields

import httpx
import pytest

from data.call import (
    CallEnding,
    CallOrder,
    CallReport,
    EndCause,
    EntryKind,
    Speaker,
    TimelineEntry,
)
from data.errand import ParsedMessage
from data.memory_store import MemoryStore
from data.reply import ChoicesOffered, ConfirmationAsked, Reply
from data.store import Attempt, IncomingMessage, Store, Turn
from messaging import rules
from orchestration.agent_tools import AgentTools
from orchestration.concierge import Concierge
from orchestration.conversation_state import Search
from orchestration.needs import Needs, Settings
from orchestration.places import PlaceFinder
from orchestration.policy import Policy
from orchestration.ports import CarrierCall, LookupFailed, ReadingContext
from simulation.clock import START
from tests.orchestration.chat import ANA, TILOS, Chat, Intent

NOON = 1_795_618_800.0
"""2026-11-25 12:00 in Buenos Aires, when every test begins."""
ZONE = "America/Argentina/Buenos_Aires"
LU = "whatsapp:+5491150000001"


def now() -> float:
    return NOON + asyncio.get_running_loop().time() - START


@dataclass
class RulesReader:
    """Reads by rules; a text in `slow` takes that many seconds, one in `breaks` raises."""

    slow: dict[str, float] = field(default_factory=dict)
    breaks: set[str] = field(default_factory=set)
    contexts: list[ReadingContext] = field(default_factory=list)

    async def understand(self, text: str, context: ReadingContext) -> ParsedMessage:
        self.contexts.append(context)
        await asyncio.sleep(self.slow.get(text, 0.0))
        if text in self.breaks:
            raise RuntimeError("a fault in the reader")
        return rules.read(text, context)

    def language(self, text: str, before: str) -> str:
        return "en" if text.startswith(("book", "yes")) else before


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
    draining: bool = False
    deaf: bool = False
    rung: asyncio.Event = field(default_factory=asyncio.Event)

    def place(self, order: CallOrder) -> None:
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


@dataclass
class World:
    """Everything around one concierge."""

    store: Store = field(default_factory=MemoryStore)
    reader: RulesReader = field(default_factory=RulesReader)
    phrasing: PlainWords = field(default_factory=PlainWords)
    phone: SimulatedPhone = field(default_factory=SimulatedPhone)
    carrier: SimulatedCarrier = field(default_factory=SimulatedCarrier)
    outbox: Bell = field(default_factory=Bell)
    policy: Policy = field(default_factory=lambda: Policy(frozenset({"AR"})))
    settings: Settings = field(default_factory=Settings)
    tools: AgentTools = field(default_factory=lambda: AgentTools(now, ZONE))
    written: int = 0

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[Concierge]:
        """A concierge at work."""
        async with httpx.AsyncClient() as client, Concierge(self.needs(client)) as concierge:
            yield concierge

    def needs(self, client: httpx.AsyncClient) -> Needs:
        return Needs(
            store=self.store,
            reader=self.reader,
            phrasing=self.phrasing,
            places=PlaceFinder(client, now=now),
            phone=self.phone,
            outbox=self.outbox,
            lookup=self.carrier,
            tools=self.tools,
            policy=self.policy,
            now=now,
            settings=self.settings,
        )

    async def write(
        self, concierge: Concierge | None, *texts: str, customer: str = LU, settle_s: float = 0.01
    ) -> None:
        """The customer writes these at once; the clock goes on a little."""
        for text in texts:
            self.written += 1
            sid = f"SM{self.written:032x}"
            await self.store.take_message(IncomingMessage(sid, customer, text, now(), "Lu"))
        if concierge is not None:
            concierge.message_arrived(customer)
        await asyncio.sleep(settle_s)

    async def read(self, customer: str = LU) -> list[str]:
        """What the customer was promised since they read last."""
        texts = []
        while due := [
            each for each in await self.store.due_messages(now()) if each.customer == customer
        ]:
            texts.append(due[0].body)
            await self.store.message_sent(due[0].message_id, "SMx")
        return texts

    async def to_a_call(self, concierge: Concierge, customer: str = LU) -> str:
        """The customer has Peluquería Ana called; its attempt id."""
        await self.write(concierge, "turno en Peluquería Ana mañana a las 5", customer=customer)
        await self.write(concierge, "1", customer=customer)
        await self.write(concierge, "sí", customer=customer)
        await self.read(customer)
        return self.phone.orders[-1].attempt_id

    def talk(self, *lines: str) -> tuple[TimelineEntry, ...]:
        """A transcript: "A:" the agent, "B:" the business."""
        speakers = {"A": Speaker.AGENT, "B": Speaker.BUSINESS}
        return tuple(
            TimelineEntry(float(at), EntryKind.SAID, line[2:].strip(), speakers[line[0]])
            for at, line in enumerate(lines)
        )

    def report(
        self,
        attempt_id: str,
        cause: EndCause = EndCause.AGENT_FINISHED,
        lines: Sequence[str] = (),
    ) -> CallReport:
        return CallReport(attempt_id, CallEnding(cause), timeline=self.talk(*lines))

    async def leave_open(self, name: str, call_sid: str = "", customer: str = LU) -> Attempt:
        """An attempt of a process that died."""
        attempt = Attempt(name, "e", customer, "+541140000101", "Ana", "{}", NOON)
        await self.store.commit_turn(Turn(customer, attempt=attempt))
        if call_sid:
            await self.store.bind_call(name, call_sid)
        return attempt


@pytest.fixture
def world() -> World:
    return World()


AGREED = (
    "A: ¿Me reserva un turno mañana a las cinco de la tarde?",
    "B: Listo, mañana a las cinco de la tarde, anotado.",
)


@pytest.fixture
def agreed() -> tuple[str, ...]:
    """The words of a call in which the slot was agreed."""
    return AGREED


@pytest.fixture
def chat() -> Chat:
    return Chat()


@pytest.fixture
def listed(chat: Chat) -> Chat:
    """Looking at a list of two."""
    chat.hear(
        Intent.SEARCH_AND_CALL, service="corte", where="Palermo", day="mañana", time="a las 5"
    )
    assert chat.steps == (Search("corte", "Palermo"),)
    (offered,) = chat.found(ANA, TILOS, demo=True)
    assert offered == ChoicesOffered("corte", (ANA, TILOS), True)
    return chat


@pytest.fixture
def asked(listed: Chat) -> Chat:
    """Asked whether Ana is to be called."""
    (reply,) = listed.hear(Intent.CONFIRM, option=1)
    assert isinstance(reply, ConfirmationAsked)
    assert (reply.business_name, reply.phone) == (ANA.name, ANA.phone)
    assert (reply.preferences.date, reply.preferences.time_from) == ("2026-11-26", "17:00")
    return listed


@pytest.fixture
def calling(asked: Chat) -> Chat:
    """Ana is being called."""
    assert asked.hear(Intent.CONFIRM) == []
    return asked

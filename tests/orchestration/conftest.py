"""A concierge among simulated neighbours, on a clock that jumps."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

import httpx
import pytest

from data.call import CallEnding, CallReport, EndCause, EntryKind, Speaker, TimelineEntry
from data.memory_store import MemoryStore
from data.reply import ChoicesOffered, ConfirmationAsked
from data.store import Attempt, IncomingMessage, Store, Turn
from orchestration.agent_tools import AgentTools
from orchestration.concierge import Concierge
from orchestration.conversation_state import Search
from orchestration.needs import Needs, Settings
from orchestration.places import PlaceFinder
from orchestration.policy import Policy
from tests.orchestration.chat import ANA, TILOS, Chat, Intent
from tests.orchestration.neighbours import (
    NOON,
    Bell,
    PlainWords,
    RulesReader,
    SimulatedCarrier,
    SimulatedEars,
    SimulatedPhone,
    SimulatedSecondReader,
    now,
)

ZONE = "America/Argentina/Buenos_Aires"
LU = "whatsapp:+5491150000001"


@dataclass
class World:
    """Everything around one concierge."""

    store: Store = field(default_factory=MemoryStore)
    reader: RulesReader = field(default_factory=RulesReader)
    ears: SimulatedEars = field(default_factory=SimulatedEars)
    second_reader: SimulatedSecondReader = field(default_factory=SimulatedSecondReader)
    phrasing: PlainWords = field(default_factory=PlainWords)
    phone: SimulatedPhone = field(default_factory=SimulatedPhone)
    carrier: SimulatedCarrier = field(default_factory=SimulatedCarrier)
    outbox: Bell = field(default_factory=Bell)
    policy: Policy = field(default_factory=lambda: Policy(frozenset({"AR"})))
    settings: Settings = field(default_factory=Settings)
    typed_for: list[str] = field(default_factory=list)
    """The messages for which a typing indicator was shown, by sid."""
    show_typing: Callable[[str], None] | None = None
    written: int = 0
    tools: AgentTools = field(init=False)
    """Of the concierge that was opened last: what they remember dies with the process."""

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[Concierge]:
        """A concierge at work."""
        async with httpx.AsyncClient() as client, Concierge(self.needs(client)) as concierge:
            yield concierge

    def needs(self, client: httpx.AsyncClient) -> Needs:
        self.tools = AgentTools(now, ZONE, self.store)
        return Needs(
            store=self.store,
            reader=self.reader,
            ears=self.ears,
            second_reader=self.second_reader,
            phrasing=self.phrasing,
            places=PlaceFinder(client, now=now),
            phone=self.phone,
            outbox=self.outbox,
            lookup=self.carrier,
            tools=self.tools,
            policy=self.policy,
            now=now,
            settings=self.settings,
            show_typing=self.show_typing or self.typed_for.append,
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

    async def speak(self, concierge: Concierge, recording: str, customer: str = LU) -> None:
        """The customer sends a voice note; what is in it is up to `ears`."""
        self.written += 1
        await self.store.take_message(
            IncomingMessage(
                f"MM{self.written:032x}",
                customer,
                "",
                now(),
                "Lu",
                media_type="audio/ogg",
                media_url=recording,
            )
        )
        concierge.message_arrived(customer)
        await asyncio.sleep(0.01)

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

    def noted(self, concierge: Concierge, attempt_id: str, *lines: str) -> None:
        """Said in a live call: "A:" by the agent, "B:" by the business; "=talking" is a phase."""
        for line in lines:
            entry = TimelineEntry(1.0, EntryKind.PHASE, line[1:])
            if not line.startswith("="):
                (entry,) = self.talk(line)
            concierge.call_noted(attempt_id, entry)

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
    assert isinstance(offered, ChoicesOffered)
    assert (offered.service, offered.places, offered.from_demo_data) == (
        "corte",
        (ANA, TILOS),
        True,
    )
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

"""The process dies before or after every single commit: nobody is dialled twice, all is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from data.call import CallReport, CallResult, EndCause, Quote
from data.errand import CallPlan, ConversationStatus
from data.leases import Claim, Lease
from data.memory_store import MemoryStore
from data.store import IncomingMessage, Turn
from orchestration.conversation_state import conversation_from_json
from orchestration.ports import CarrierCall
from simulation.clock import run_virtual
from tests.orchestration.neighbours import now

if TYPE_CHECKING:
    from orchestration.concierge import Concierge
    from tests.orchestration.conftest import World

LU = "whatsapp:+5491150000001"
ANA, TILOS = "+541140000101", "+541140000102"
BOOKED = {"status": "booked", "date": "2026-11-26", "time": "17:00"}
AGREED = (
    "A: ¿Me reserva un turno mañana a las cinco de la tarde?",
    "B: Listo, mañana a las cinco de la tarde, anotado.",
)
MOST_COMMITS = 12


@dataclass
class MortalStore(MemoryStore):
    """Lets the process die at its nth commit; what is asked of it afterwards is never answered."""

    dies_at: int = 0
    """Counted from 1; 0 for never."""
    kept: bool = True
    """Whether that commit still counts."""
    commits: int = 0
    dead: asyncio.Event = field(default_factory=asyncio.Event)

    async def commit_turn(
        self, turn: Turn, *, under: Sequence[Lease] = (), claim: Claim | None = None
    ) -> None:
        if await self._survives():
            await super().commit_turn(turn, under=under, claim=claim)
            await self._answer()

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
        told = False
        if await self._survives():
            told = await super().end_attempt(
                report, result, turn, ended_at, quote, under=under, claim=claim
            )
            await self._answer()
        return told

    async def keep_report(self, attempt_id: str, result: CallResult) -> CallResult:
        if await self._survives():
            result = await super().keep_report(attempt_id, result)
            await self._answer()
        return result

    async def _survives(self) -> bool:
        self.commits += 1
        if self.dead.is_set() or (self.commits == self.dies_at and not self.kept):
            await self._die()
        return True

    async def _answer(self) -> None:
        if self.commits == self.dies_at:
            await self._die()

    async def _die(self) -> None:
        self.dead.set()
        await asyncio.sleep(1e9)

    def revive(self) -> None:
        self.dead.clear()
        self.dies_at = 0


async def say(world: World, concierge: Concierge, text: str) -> None:
    world.written += 1
    sid = f"SM{world.written:032x}"
    await world.store.take_message(IncomingMessage(sid, LU, text, now(), "Lu"))
    concierge.message_arrived(LU)
    await asyncio.sleep(2)


async def call(world: World, concierge: Concierge, number: str, cause: EndCause) -> None:
    """The bridge's side of a call to this number, if one was placed."""
    orders = [order for order in world.phone.orders if order.to_number == number]
    if not orders:
        return
    attempt_id = orders[0].attempt_id
    lines: tuple[str, ...] = ()
    if cause is EndCause.AGENT_FINISHED:
        lines = AGREED
        world.noted(concierge, attempt_id, "=talking", *lines)
        await asyncio.sleep(1)
        await world.tools.answer_tool(attempt_id, "report_result", BOOKED)
    await concierge.call_finished(world.report(attempt_id, cause, lines))


async def ladder(world: World, concierge: Concierge) -> None:
    world.reader.plans["1"] = CallPlan(order=(1, 2), go_on=True)
    await say(world, concierge, "necesito una peluquería mañana a las 5")
    await say(world, concierge, "1")
    await say(world, concierge, "sí")
    await call(world, concierge, ANA, EndCause.NO_ANSWER)
    await asyncio.sleep(5)
    await call(world, concierge, TILOS, EndCause.AGENT_FINISHED)


async def planned(world: World, concierge: Concierge) -> None:
    await say(world, concierge, "llamá al 11 4000-0101")
    await say(world, concierge, "sí")
    await asyncio.sleep(3600)
    await call(world, concierge, ANA, EndCause.AGENT_FINISHED)


Story = Callable[["World", "Concierge"], Coroutine[None, None, None]]


@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("dies_at", range(1, MOST_COMMITS + 1))
@pytest.mark.parametrize("tell", [ladder, planned])
def test_nobody_is_dialled_twice_and_every_call_has_its_result(
    world: World, tell: Story, dies_at: int, kept: bool
) -> None:
    async def lives() -> None:
        store = MortalStore(dies_at=dies_at, kept=kept)
        world.store = store
        if tell is planned:
            world.policy = replace(world.policy, calling_hours=("13:00", "20:00"))
        async with world.open() as concierge:
            await concierge.recover()
            life = asyncio.create_task(tell(world, concierge))
            death = asyncio.create_task(store.dead.wait())
            await asyncio.wait({life, death}, return_when=asyncio.FIRST_COMPLETED)
            world.phone.dies = store.dead.is_set()
            for task in (life, death):
                task.cancel()
            await asyncio.gather(life, death, return_exceptions=True)
        store.revive()
        world.phone.dies = False
        for order in world.phone.orders:
            world.carrier.calls[order.to_number] = CarrierCall("CA1", "completed")
        async with world.open() as concierge:
            await concierge.recover()
            await asyncio.sleep(7200)
            while left := await store.open_attempts():
                for attempt in left:
                    await concierge.call_finished(world.report(attempt.attempt_id, EndCause.BUSY))
                await asyncio.sleep(60)
        await check(world)

    run_virtual(lives())


async def check(world: World) -> None:
    dialled = [order.to_number for order in world.phone.orders]
    assert len(dialled) == len(set(dialled)), "nobody is dialled twice"
    records = await world.store.calls()
    assert {order.attempt_id for order in world.phone.orders} <= {
        record.attempt.attempt_id for record in records
    }
    assert await world.store.open_attempts() == [], "every call has its end"
    assert await world.store.waiting_messages() == [], "every message is answered"
    assert await world.store.next_plan() is None
    results = [text for text in await world.read() if text.startswith("ResultTold")]
    assert len(results) == len(records), "every attempt has its result, once"
    booked = [text for text in results if "OutcomeStatus.BOOKED" in text]
    assert len(booked) <= 1
    state = conversation_from_json(await world.store.conversation(LU))
    assert state.status is not ConversationStatus.CALLING and not state.plans


def test_the_stories_have_fewer_commits_than_were_tried(world: World) -> None:
    async def lives() -> None:
        store = MortalStore()
        world.store = store
        async with world.open() as concierge:
            await ladder(world, concierge)
            assert [order.to_number for order in world.phone.orders] == [ANA, TILOS]
        assert 6 < store.commits <= MOST_COMMITS
        await check(world)

    run_virtual(lives())

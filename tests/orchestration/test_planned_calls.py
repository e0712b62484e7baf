"""Confirmed calls that wait for their time: kept, placed once, dropped when they are unwanted."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from data.call import EndCause
from data.store import StoreError, Turn
from orchestration import conversation
from orchestration.conversation_state import Conversation, PlanContext
from simulation.clock import run_virtual

if TYPE_CHECKING:
    from orchestration.concierge import Concierge
    from tests.orchestration.conftest import World

MAX = "whatsapp:+5491150000002"
ANA = "+541140000101"
HOUR = 3600.0


def names(texts: list[str]) -> list[str]:
    return [text.split()[0] for text in texts]


@pytest.fixture
def early(world: World) -> World:
    """It is noon and businesses are called from one o'clock on."""
    world.policy = replace(world.policy, calling_hours=("13:00", "20:00"))
    return world


async def plan(world: World, concierge: Concierge | None) -> None:
    """The customer has said yes to a call at one o'clock."""
    await world.write(concierge, "llamá al 11 4000-0101")
    await world.write(concierge, "sí")
    asked, kept = await world.read()
    assert asked.startswith("ConfirmationAsked") and "call_at=13:00" in asked
    assert kept.startswith("CallPlanned") and "call_at=13:00" in kept
    assert world.phone.orders == []


def test_it_is_placed_when_its_time_has_come_and_once(early: World) -> None:
    async def story() -> None:
        async with early.open() as concierge:
            await concierge.recover()
            await plan(early, concierge)
            await asyncio.sleep(HOUR - 5)
            assert early.phone.orders == []
            await asyncio.sleep(5)
            (order,) = early.phone.orders
            assert order.to_number == ANA
            assert await early.store.next_plan() is None
            await asyncio.sleep(10)
            assert names(await early.read()) == ["CallStarted"]
            await concierge.call_finished(early.report(order.attempt_id, EndCause.BUSY))
            assert names(await early.read()) == ["ResultTold"]
            await asyncio.sleep(24 * HOUR)
            assert len(early.phone.orders) == 1

    run_virtual(story())


@pytest.mark.parametrize("down_for_s", [60.0, HOUR, 3 * HOUR])
def test_it_outlives_the_process_and_is_placed_once(early: World, down_for_s: float) -> None:
    async def story() -> None:
        async with early.open() as concierge:
            await concierge.recover()
            await plan(early, concierge)
        await asyncio.sleep(down_for_s)
        async with early.open() as concierge:
            await concierge.recover()
            await asyncio.sleep(max(0.0, HOUR - down_for_s) + 1)
            assert [order.to_number for order in early.phone.orders] == [ANA]
            (attempt,) = await early.store.open_attempts()
            await concierge.call_finished(early.report(attempt.attempt_id, EndCause.BUSY))
            early.phone.orders.clear()
        async with early.open() as concierge:
            await concierge.recover()
            await asyncio.sleep(24 * HOUR)
            assert early.phone.orders == []

    run_virtual(story())


def test_it_is_dropped_when_the_customer_cancels(early: World) -> None:
    async def story() -> None:
        async with early.open() as concierge:
            await concierge.recover()
            await plan(early, concierge)
            await early.write(concierge, "cancelar")
            assert names(await early.read()) == ["Cancelled"]
            assert await early.store.next_plan() is None
            await asyncio.sleep(24 * HOUR)
            assert early.phone.orders == []

    run_virtual(story())


def test_a_cancellation_in_its_last_moment_wins_or_ends_the_call(early: World) -> None:
    """Both want the customer's desk at once; whoever comes first, nothing is called for nothing."""

    async def story() -> None:
        async with early.open() as concierge:
            await concierge.recover()
            await plan(early, concierge)
            await asyncio.sleep(HOUR - 0.0205)
            for _ in range(8):
                await early.write(concierge, "cancelar", settle_s=0.005)
            cancelled = {order.attempt_id for order in early.phone.orders}
            assert cancelled <= set(early.phone.cancelled)
            assert await early.store.next_plan() is None

    run_virtual(story())


def test_another_call_at_that_time_is_not_disturbed(early: World) -> None:
    async def story() -> None:
        async with early.open() as concierge:
            await concierge.recover()
            await plan(early, concierge)
            early.policy = replace(early.policy, calling_hours=("00:00", "24:00"))
        async with early.open() as concierge:
            await concierge.recover()
            await early.write(concierge, "llamá al 11 4000-0102")
            await early.write(concierge, "sí")
            assert len(early.phone.orders) == 1
            await asyncio.sleep(HOUR + 10)
            assert len(early.phone.orders) == 1
            busy = early.phone.orders[0].attempt_id
            await concierge.call_finished(early.report(busy, EndCause.CANCELLED))
            await asyncio.sleep(90)
            assert [order.to_number[-3:] for order in early.phone.orders] == ["102", "101"]

    run_virtual(story())


def test_what_stands_in_its_way_is_told_once(early: World) -> None:
    async def story() -> None:
        early.policy = replace(early.policy, calls_per_customer_per_day=0)
        async with early.open() as concierge:
            await concierge.recover()
            await plan(early, concierge)
            await asyncio.sleep(24 * HOUR)
            (told,) = await early.read()
            assert told.startswith("OverLimit es limit=customer_day")
            assert early.phone.orders == [] and await early.store.next_plan() is None

    run_virtual(story())


def test_busy_lines_are_waited_for(early: World) -> None:
    async def story() -> None:
        async with early.open() as concierge:
            await concierge.recover()
            await plan(early, concierge)
            early.phone.room = False
            await asyncio.sleep(HOUR + 300)
            assert early.phone.orders == [] and await early.read() == []
            early.phone.room = True
            await asyncio.sleep(30)
            assert len(early.phone.orders) == 1

    run_virtual(story())


def test_lines_that_stay_busy_are_told(early: World) -> None:
    async def story() -> None:
        async with early.open() as concierge:
            await concierge.recover()
            await plan(early, concierge)
            early.phone.room = False
            await asyncio.sleep(2 * HOUR)
            (told,) = await early.read()
            assert told.startswith("OverLimit es limit=calls")
            assert await early.store.next_plan() is None

    run_virtual(story())


def test_a_process_that_is_about_to_stop_leaves_it_to_the_next(early: World) -> None:
    async def story() -> None:
        async with early.open() as concierge:
            await concierge.recover()
            await plan(early, concierge)
            early.phone.draining = True
            await asyncio.sleep(HOUR + 100)
            assert early.phone.orders == [] and await early.read() == []
        early.phone.draining = False
        async with early.open() as concierge:
            await concierge.recover()
            await asyncio.sleep(1)
            assert len(early.phone.orders) == 1

    run_virtual(story())


def test_killed_between_its_commit_and_the_call_nobody_is_dialled(early: World) -> None:
    async def story() -> None:
        async with early.open() as concierge:
            await concierge.recover()
            await plan(early, concierge)
            early.phone.dies = True
            await asyncio.sleep(HOUR + 1)
            assert len(await early.store.open_attempts()) == 1
            assert await early.store.next_plan() is None
        early.phone.dies = False
        async with early.open() as concierge:
            await concierge.recover()
            await asyncio.sleep(HOUR)
            assert early.phone.orders == []
            (told,) = await early.read()
            assert "interrupted" in told

    run_virtual(story())


def test_killed_before_its_commit_it_is_still_planned(
    early: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        commit = early.store.commit_turn

        async def dies(turn: Turn) -> None:
            if turn.attempt is not None:
                await asyncio.sleep(24 * HOUR)
            await commit(turn)

        async with early.open() as concierge:
            await concierge.recover()
            await plan(early, concierge)
            with monkeypatch.context() as patch:
                patch.setattr(type(early.store), "commit_turn", lambda _, turn: dies(turn))
                await asyncio.sleep(HOUR + 1)
            assert early.phone.orders == [] and await early.store.open_attempts() == []
        async with early.open() as concierge:
            await concierge.recover()
            await asyncio.sleep(1)
            assert [order.to_number for order in early.phone.orders] == [ANA]

    run_virtual(story())


def test_two_processes_with_one_store_place_it_once(early: World) -> None:
    async def story() -> None:
        async with early.open() as one, early.open() as other:
            await plan(early, one)
            await one.recover()
            await other.recover()
            await asyncio.sleep(HOUR + 60)
            assert len(early.phone.orders) == 1
            assert len(await early.store.open_attempts()) == 1

    run_virtual(story())


def test_a_store_in_trouble_delays_it(early: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async def locked(*_: object) -> None:
            raise StoreError("database is locked")

        async with early.open() as concierge:
            await concierge.recover()
            await plan(early, concierge)
            for method in ("commit_turn", "due_plans"):
                with monkeypatch.context() as patch:
                    patch.setattr(type(early.store), method, locked)
                    await asyncio.sleep(HOUR + 30)
                    assert early.phone.orders == []
            await asyncio.sleep(60)
            assert len(early.phone.orders) == 1

    run_virtual(story())


def test_a_fault_of_ours_is_told_and_harms_no_other_plan(
    early: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        plan_due = conversation.plan_due
        seen: list[str] = []

        def broken(state: Conversation, plan_id: str, context: PlanContext) -> conversation.Outcome:
            if not seen or plan_id in seen:
                seen.append(plan_id)
                raise RuntimeError("a fault in the rules")
            return plan_due(state, plan_id, context)

        async with early.open() as concierge:
            await concierge.recover()
            await plan(early, concierge)
            await early.write(concierge, "llamá al 11 4000-0102", customer=MAX)
            await early.write(concierge, "sí", customer=MAX)
            await early.read(MAX)
            monkeypatch.setattr(conversation, "plan_due", broken)
            await asyncio.sleep(HOUR + 60)
            told = [*await early.read(), *await early.read(MAX)]
            assert sorted(names(told)) == ["CallStarted", "OverLimit"]
            assert len(early.phone.orders) == 1 and len(seen) == 1
            assert await early.store.next_plan() is None

    run_virtual(story())


def test_many_plans_at_one_moment_are_all_carried_out(early: World) -> None:
    async def story() -> None:
        customers = [f"whatsapp:+54911500010{n:02d}" for n in range(60)]
        async with early.open() as concierge:
            await concierge.recover()
            for n, customer in enumerate(customers):
                await early.write(concierge, f"llamá al 11 4000-02{n:02d}", customer=customer)
                await early.write(concierge, "sí", customer=customer)
            await asyncio.sleep(HOUR + 30)
            assert len({order.to_number for order in early.phone.orders}) == len(customers)
            assert len(early.phone.orders) == len(customers)

    run_virtual(story())

"""What a dead process left is taken up: told once, within 20 s, and nobody is dialled twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from data.call import CallOrder
from data.errand import CallPlan, Errand, Preferences
from data.place import PlaceInfo
from data.sql_store import SqlStore
from data.store import StoreError, Turn
from orchestration.conversation_state import Conversation, Moment, Plan
from orchestration.needs import Settings
from orchestration.outgoing import planned_call
from orchestration.ports import CarrierCall
from simulation.clock import run_virtual
from tests.orchestration.neighbours import now

if TYPE_CHECKING:
    from pathlib import Path

    from tests.orchestration.conftest import World

LU = "whatsapp:+5491150000001"
MAX = "whatsapp:+5491150000002"
NUMBER = "+541140000101"


def test_messages_that_nobody_answered_are_taken_up(world: World) -> None:
    async def story() -> None:
        await world.write(None, "hola")
        await world.write(None, "llamá al 11 4000-0101", customer=MAX)
        async with world.open() as concierge:
            await concierge.recover()
            await asyncio.sleep(0.1)
            assert [text.split()[0] for text in await world.read()] == ["HelpGiven"]
            assert [text.split()[0] for text in await world.read(MAX)] == ["ConfirmationAsked"]

    run_virtual(story())


@pytest.mark.parametrize(
    ("call_sid", "carrier_says", "outcome", "ended"),
    [
        ("CA1", "in-progress", "interrupted", True),
        ("CA1", "ringing", "interrupted", True),
        ("CA1", "completed", "interrupted", False),
        ("CA1", "busy", "busy", False),
        ("CA1", "no-answer", "no_answer", False),
        ("CA1", "failed", "failed", False),
        ("CA1", None, "interrupted", False),
        ("", "queued", "interrupted", True),
        ("", None, "interrupted", False),
    ],
)
def test_an_open_attempt_is_reconciled_and_told_once(
    world: World, call_sid: str, carrier_says: str | None, outcome: str, ended: bool
) -> None:
    async def story() -> None:
        await world.leave_open("left", call_sid)
        if carrier_says:
            found = CarrierCall("CA1", carrier_says)
            world.carrier.calls = {"CA1": found, NUMBER: found}
        for _ in range(2):
            async with world.open() as concierge:
                began = asyncio.get_running_loop().time()
                await concierge.recover()
                assert asyncio.get_running_loop().time() - began < 20
        (told,) = await world.read()
        assert told.startswith("ResultTold") and f"status=<OutcomeStatus.{outcome.upper()}" in told
        assert (world.carrier.ended == ["CA1"]) is ended
        assert world.phone.orders == []
        assert await world.store.open_attempts() == []
        record = await world.store.call("left")
        assert record is not None
        assert record.attempt.call_sid == (call_sid or ("CA1" if carrier_says else ""))

    run_virtual(story())


def test_a_call_that_appears_late_in_the_list_is_still_ended(world: World) -> None:
    async def story() -> None:
        await world.leave_open("left")
        world.carrier.calls = {NUMBER: CarrierCall("CA9", "in-progress")}
        world.carrier.known_after_s = 9.0
        async with world.open() as concierge:
            await concierge.recover()
        assert world.carrier.ended == ["CA9"]
        assert len(await world.read()) == 1

    run_virtual(story())


def test_a_carrier_that_does_not_answer_delays_nobody_for_long(world: World) -> None:
    async def story() -> None:
        world.carrier.down = True
        for number in range(30):
            customer = f"whatsapp:+54911500001{number:02d}"
            await world.leave_open(f"left-{number}", "CA1" if number % 2 else "", customer)
        async with world.open() as concierge:
            began = asyncio.get_running_loop().time()
            await concierge.recover()
            assert asyncio.get_running_loop().time() - began < 20
        assert await world.store.open_attempts() == []
        assert len(await world.store.due_messages(1e12)) == 30
        for attempt_id in ("left-0", "left-1"):
            record = await world.store.call(attempt_id)
            assert record is not None and record.report is not None
            assert "could not be asked" in record.report.ending.detail

    run_virtual(story())


def test_a_call_that_cannot_be_ended_is_told_all_the_same(world: World) -> None:
    async def story() -> None:
        await world.leave_open("left", "CAstuck")
        world.carrier.calls = {"CAstuck": CarrierCall("CAstuck", "in-progress")}
        async with world.open() as concierge:
            await concierge.recover()
        assert len(await world.read()) == 1

    run_virtual(story())


def test_one_attempt_in_trouble_does_not_keep_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        await world.leave_open("bad", "CA1")
        await world.leave_open("good", "CA2", MAX)
        attempt = world.store.attempt

        async def moody(name: str) -> object:
            if name == "bad":
                raise StoreError("database is locked")
            return await attempt(name)

        with monkeypatch.context() as patch:
            patch.setattr(type(world.store), "attempt", lambda _, name: moody(name))
            async with world.open() as concierge:
                await concierge.recover()
        assert [each.attempt_id for each in await world.store.open_attempts()] == ["bad"]
        assert len(await world.read(MAX)) == 1

    run_virtual(story())


def test_stopping_in_the_middle_of_a_turn_loses_nothing(world: World) -> None:
    async def story() -> None:
        world.reader.slow["llamá al 11 4000-0101"] = 5.0
        async with world.open() as concierge:
            await world.write(concierge, "llamá al 11 4000-0101", settle_s=1.0)
        assert await world.read() == []
        async with world.open() as concierge:
            await concierge.recover()
            await asyncio.sleep(6)
            assert [text.split()[0] for text in await world.read()] == ["ConfirmationAsked"]

    run_virtual(story())


@pytest.mark.parametrize(("carrier_says", "next_called"), [("no-answer", 1), ("in-progress", 0)])
def test_what_was_agreed_beforehand_goes_on_after_a_restart_and_once(
    world: World, carrier_says: str, next_called: int
) -> None:
    async def story() -> None:
        world.reader.plans["1"] = CallPlan(order=(1, 2), go_on=True)
        async with world.open() as concierge:
            await world.write(concierge, "necesito una peluquería mañana a las 5")
            await world.write(concierge, "1")
            await world.write(concierge, "sí")
            (order,) = world.phone.orders
            await world.store.bind_call(order.attempt_id, "CA1")
        world.phone.orders.clear()
        world.carrier.calls = {"CA1": CarrierCall("CA1", carrier_says)}
        async with world.open() as concierge:
            await asyncio.gather(concierge.recover(), concierge.recover())
            assert len(world.phone.orders) == next_called
            assert len(await world.store.open_attempts()) == next_called

    run_virtual(story())


def test_a_slow_model_does_not_make_the_cut_off_wait(world: World, agreed: tuple[str, ...]) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            attempt_id = await world.to_a_call(concierge)
            world.noted(concierge, attempt_id, *agreed)
            report = {"status": "booked", "date": "2026-11-26", "time": "17:00"}
            await world.tools.answer_tool(attempt_id, "report_result", report)
            await asyncio.sleep(1)
        world.second_reader.takes_s = 60.0
        async with world.open() as concierge:
            began = asyncio.get_running_loop().time()
            await concierge.recover()
            assert asyncio.get_running_loop().time() - began < 20
        assert "OutcomeStatus.BOOKED" in (await world.read())[-1]

    run_virtual(story())


async def test_the_same_story_on_a_database_file(world: World, tmp_path: Path) -> None:
    """Killed between the durable attempt and its end; everything comes from the file."""
    url = f"sqlite+aiosqlite:///{tmp_path}/vocero.db"
    # In real time it may be any hour of the day.
    world.policy = replace(world.policy, calling_hours=("00:00", "24:00"))
    world.store = SqlStore(url)
    await world.store.open()
    async with world.open() as concierge:
        await world.write(concierge, "llamá al 11 4000-0101")
        assert (await said(world)).startswith("ConfirmationAsked")
        await world.write(concierge, "sí")
        attempt_id = (await rung(world)).attempt_id
        world.noted(concierge, attempt_id, "=talking", "B: Hola, un momento.")
        await asyncio.sleep(0.7)
    await world.store.close()

    world.store = SqlStore(url)
    await world.store.open()
    world.carrier.calls = {NUMBER: CarrierCall("CA1", "completed")}
    async with world.open() as concierge:
        await concierge.recover()
        told = await said(world)
        assert "interrupted" in told and f"next_phone={NUMBER}" in told
        assert len(world.phone.orders) == 1
        record = await world.store.call(attempt_id)
        assert record is not None and record.report is not None
        assert [entry.text for entry in record.report.said()] == ["Hola, un momento."]
        await world.write(concierge, "sí")
        assert (await rung(world)).to_number == NUMBER
    assert len(world.phone.orders) == 2
    await world.store.close()


async def test_a_planned_call_on_a_database_file(world: World, tmp_path: Path) -> None:
    """Planned by one process, placed by the next, once."""
    world.settings = Settings(look_up_for_s=0.1)
    url = f"sqlite+aiosqlite:///{tmp_path}/vocero.db"
    world.policy = replace(world.policy, calling_hours=("00:00", "24:00"))
    world.store = SqlStore(url)
    await world.store.open()
    place = PlaceInfo(id="1", name="Ana", phone=NUMBER)
    errand = Errand("e", LU, "Lu", "es", place, "corte", "", Preferences())
    plan = Plan("a plan", errand, Moment(now() + 0.5, "later"))
    state = Conversation(plans=(plan,))
    kept = planned_call(plan, LU)
    await world.store.commit_turn(Turn(LU, state.model_dump_json(), plan=kept))
    await world.store.close()

    world.store = SqlStore(url)
    await world.store.open()
    for _ in range(2):
        async with world.open() as concierge:
            await concierge.recover()
            async with asyncio.timeout(10):
                await world.phone.rung.wait()
            (order,) = world.phone.orders
            attempt = await world.store.attempt(order.attempt_id)
            assert attempt is not None and attempt.to_number == NUMBER
            assert await world.store.next_plan() is None
    assert len(world.phone.orders) == 1
    await world.store.close()


async def rung(world: World) -> CallOrder:
    """The next call that is placed, in real time."""
    async with asyncio.timeout(10):
        await world.phone.rung.wait()
    world.phone.rung.clear()
    return world.phone.orders[-1]


async def said(world: World) -> str:
    """The next message to the customer, in real time."""
    async with asyncio.timeout(10):
        while True:
            if texts := await world.read():
                return texts[-1]
            await asyncio.sleep(0.001)

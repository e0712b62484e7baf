"""Calls of workers that die, are paused, or lose the store: taken over, and told once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from data.call import EndCause
from data.errand import CallPlan
from data.leases import desk_of
from orchestration.policy import Policy
from orchestration.ports import CarrierCall
from simulation.clock import run_virtual
from tests.orchestration.conftest import AGREED, LU
from tests.orchestration.workers import ANA, TILOS, Office, until_held

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX = "whatsapp:+5491150000002"


def results(texts: Sequence[str]) -> list[str]:
    return [text for text in texts if text.startswith("ResultTold")]


@pytest.mark.parametrize("call_sid", ["CA1", ""])
@pytest.mark.parametrize("carrier_says", ["in-progress", "completed", "ringing", None])
@pytest.mark.parametrize("after_s", [0.5, 6.9, 61.3])
def test_the_call_of_a_killed_worker_is_reconciled_by_another(
    call_sid: str, carrier_says: str | None, after_s: float
) -> None:
    async def story() -> None:
        office = Office()
        one = office.workers[0]
        async with office.open():
            attempt_id = await office.to_a_call(one)
            if call_sid:
                await office.store.bind_call(attempt_id, call_sid)
            await asyncio.sleep(after_s)
            if carrier_says is not None:
                found = CarrierCall("CA1", carrier_says)
                office.carrier.calls = {"CA1": found, ANA: found}
            one.kill()
            await asyncio.sleep(30)
            assert await office.store.open_attempts() == []
            assert len(results(await office.read())) == 1
            await asyncio.sleep(60)
            assert await office.read() == []
        live = carrier_says in ("in-progress", "ringing")
        assert office.carrier.ended == (["CA1"] if live else [])
        assert office.dialled == [ANA]

    run_virtual(story())


def test_what_was_said_until_a_worker_died_is_told() -> None:
    async def story() -> None:
        office = Office()
        one = office.workers[0]
        async with office.open():
            attempt_id = await office.to_a_call(one)
            await office.store.bind_call(attempt_id, "CA1")
            one.noted(one.concierge, attempt_id, "=talking", *AGREED)
            booked = {"status": "booked", "date": "2026-11-26", "time": "17:00"}
            await one.tools.answer_tool(attempt_id, "report_result", booked)
            one.kill()
            await asyncio.sleep(30)
            (told,) = results(await office.read())
            assert "OutcomeStatus.BOOKED" in told

    run_virtual(story())


def test_twenty_calls_of_a_killed_worker_are_each_told_once() -> None:
    async def story() -> None:
        office = Office(policy=Policy(frozenset({"AR"}), calls_per_business_per_day=99))
        one = office.workers[0]
        customers = [f"whatsapp:+54911500001{number:02d}" for number in range(20)]
        async with office.open():
            for number, customer in enumerate(customers):
                await office.write(
                    f"llamá al 11 4000-01{number:02d}", "sí", to=one, customer=customer
                )
            assert len(one.phone.orders) == 20
            one.kill()
            await asyncio.sleep(40)
            for customer in customers:
                assert len(results(await office.read(customer))) == 1
            assert await office.store.open_attempts() == []

    run_virtual(story())


def test_what_was_agreed_beforehand_goes_on_at_another_worker_once() -> None:
    async def story() -> None:
        office = Office()
        one = office.workers[0]
        one.reader.plans["1"] = CallPlan(order=(1, 2), go_on=True)
        office.carrier.calls = {"CA1": CarrierCall("CA1", "no-answer")}
        async with office.open():
            await office.write("necesito una peluquería mañana a las 5", "1", "sí", to=one)
            (order,) = one.phone.orders
            await office.store.bind_call(order.attempt_id, "CA1")
            one.kill()
            await asyncio.sleep(30)
            assert office.dialled == [ANA, TILOS]
            (heir,) = [worker for worker in office.workers[1:] if worker.phone.orders]
            # It is the heir's call: nobody takes it, and its result is told.
            await asyncio.sleep(60)
            assert len(results(await office.read())) == 1
            following = heir.phone.orders[0].attempt_id
            await heir.concierge.call_finished(heir.report(following, EndCause.BUSY))
            (told,) = results(await office.read())
            assert "OutcomeStatus.BUSY" in told
            assert await office.store.open_attempts() == []

    run_virtual(story())


def test_a_worker_that_comes_back_has_lost_its_call() -> None:
    """It was only paused: its call was reconciled, and its own report counts for nothing."""

    async def story() -> None:
        office = Office()
        one = office.workers[0]
        async with office.open():
            attempt_id = await office.to_a_call(one)
            one.link.open.clear()
            await asyncio.sleep(60)
            (told,) = results(await office.read())
            assert "interrupted" in told
            assert one.has(attempt_id)
            one.link.open.set()
            await asyncio.sleep(8)
            assert not one.has(attempt_id), "its phone has let go of it"
            await one.concierge.call_finished(one.report(attempt_id, EndCause.BUSY))
            await asyncio.sleep(10)
            assert await office.read() == []

    run_virtual(story())


def test_a_report_in_the_hands_of_a_worker_that_was_too_slow_is_dropped(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The lease is lost between the look at the attempt and the commit."""

    async def story() -> None:
        office = Office()
        one = office.workers[0]
        async with office.open():
            attempt_id = await office.to_a_call(one)
            one.second_reader.takes_s = 9.0
            booked = {"status": "booked", "date": "2026-11-26", "time": "17:00"}
            await one.tools.answer_tool(attempt_id, "report_result", booked)
            finished = asyncio.create_task(
                one.concierge.call_finished(one.report(attempt_id, lines=AGREED))
            )
            await asyncio.sleep(1)
            one.link.open.clear()
            await asyncio.sleep(60)
            assert len(results(await office.read())) == 1
            one.link.open.set()
            await finished
            await asyncio.sleep(60)
            assert await office.read() == []
            assert len(await office.store.calls()) == 1

    run_virtual(story())
    dropped = [r.message for r in caplog.records if "a report is dropped" in r.message]
    assert len(dropped) == 1
    assert not any(record.exc_info for record in caplog.records)


def test_a_result_whose_turn_was_lost_but_not_its_call_is_told_all_the_same() -> None:
    async def story() -> None:
        office = Office()
        one, two, _ = office.workers
        async with office.open():
            attempt_id = await office.to_a_call(one)
            report = one.report(attempt_id, EndCause.BUSY)
            finished = asyncio.create_task(one.concierge.call_finished(report))
            desk = await until_held(one, desk_of(LU))
            await office.store.release([desk])
            async with two.work.desk(LU):
                await asyncio.sleep(1)
            await finished
            (told,) = results(await office.read())
            assert "OutcomeStatus.BUSY" in told

    run_virtual(story())


@pytest.mark.parametrize("away_s", [16.0, 20.3, 47.9, 60.6])
@pytest.mark.parametrize("seed", range(3))
def test_a_database_that_was_away_costs_no_call(away_s: float, seed: int) -> None:
    async def story() -> None:
        office = Office(seed=seed)
        async with office.open():
            attempts = [
                await office.to_a_call(office.workers[0]),
                await office.to_a_call_to("11 4000-0103", office.workers[1], MAX),
            ]
            for worker in office.workers:
                worker.link.away = True
            await asyncio.sleep(away_s)
            for worker in office.workers:
                worker.link.away = False
            await asyncio.sleep(60)
            assert [a.attempt_id for a in await office.store.open_attempts()] == attempts
            assert office.carrier.asked == 0
            for worker, attempt_id in zip(office.workers, attempts, strict=False):
                assert worker.has(attempt_id)
                await worker.concierge.call_finished(worker.report(attempt_id, EndCause.BUSY))
            assert len(results(await office.read())) == len(results(await office.read(MAX))) == 1

    run_virtual(story())

"""Calls that several workers could place: placed once, and within the limits."""

from __future__ import annotations

import asyncio

import pytest

from data.call import EndCause
from data.leases import Held
from orchestration.policy import Policy
from simulation.clock import run_virtual
from tests.orchestration.conftest import LU
from tests.orchestration.workers import ANA, TILOS, Office, names, until_held

MAX, EVA = "whatsapp:+5491150000002", "whatsapp:+5491150000003"
HOUR = 3600.0
LATER = Policy(frozenset({"AR"}), calling_hours=("13:00", "20:00"))
"""It is noon: calls wait for one o'clock."""


@pytest.mark.parametrize("seed", range(4))
def test_a_planned_call_is_placed_once_among_three(seed: int) -> None:
    async def story() -> None:
        office = Office(seed=seed, policy=LATER)
        async with office.open():
            await office.write("llamá al 11 4000-0101", "sí")
            assert names(await office.read()) == ["ConfirmationAsked", "CallPlanned"]
            await asyncio.sleep(HOUR + 1)
            assert office.dialled == [ANA]
            await asyncio.sleep(60)
            assert office.dialled == [ANA]
            (worker,) = [each for each in office.workers if each.phone.orders]
            attempt_id = worker.phone.orders[0].attempt_id
            await worker.concierge.call_finished(worker.report(attempt_id, EndCause.BUSY))
            assert names(await office.read()) == ["CallStarted", "ResultTold"]
            assert await office.store.next_plan() is None

    run_virtual(story())


def test_a_planned_call_survives_the_worker_that_has_taken_it() -> None:
    async def story() -> None:
        office = Office(policy=LATER)
        async with office.open():
            await office.write("llamá al 11 4000-0101", "sí", to=office.workers[0])
            await asyncio.sleep(HOUR - 10)
            await until_taken(office)
            await asyncio.sleep(25)
            assert office.dialled == [ANA]
            assert await office.store.next_plan() is None

    run_virtual(story())


async def until_taken(office: Office) -> None:
    """Kills whoever takes the plan, before it can do anything about it."""
    for _ in range(40_000):
        for worker in office.workers:
            if any(lease.on is Held.PLAN for lease in worker.work.held):
                worker.kill()
                return
        await asyncio.sleep(0.0005)
    raise AssertionError("nobody took the plan")


def test_a_plan_that_the_customer_cancels_elsewhere_is_not_called() -> None:
    async def story() -> None:
        office = Office(policy=LATER)
        one, two, _ = office.workers
        async with office.open():
            await office.write("llamá al 11 4000-0101", "sí", to=one)
            await office.write("cancelar", to=two)
            await asyncio.sleep(2 * HOUR)
            assert office.dialled == []
            assert names(await office.read())[-1] == "Cancelled"

    run_virtual(story())


@pytest.mark.parametrize("seed", range(5))
def test_one_line_per_business_holds_across_three_workers(seed: int) -> None:
    async def story() -> None:
        office = Office(seed=seed)
        customers = (LU, MAX, EVA)
        async with office.open():
            for worker, customer in zip(office.workers, customers, strict=True):
                await office.write("llamá al 11 4000-0101", to=worker, customer=customer)
            for worker, customer in zip(office.workers, customers, strict=True):
                await office.post("sí", worker, customer)
            await asyncio.sleep(2)
            assert office.dialled == [ANA]
            told = [names(await office.read(customer))[1:] for customer in customers]
            assert sorted(told) == [[], ["OverLimit"], ["OverLimit"]]

    run_virtual(story())


@pytest.mark.parametrize("seed", range(5))
def test_the_money_of_a_day_holds_across_three_workers(seed: int) -> None:
    """It is enough for two calls, and three are ordered at once, to different businesses."""

    async def story() -> None:
        policy = Policy(frozenset({"AR"}), spend_per_day=10.0, price_per_minute=1.0)
        office = Office(seed=seed, policy=policy)
        customers = (LU, MAX, EVA)
        async with office.open():
            for number, (worker, customer) in enumerate(
                zip(office.workers, customers, strict=True)
            ):
                text = f"llamá al 11 4000-010{number}"
                await office.write(text, to=worker, customer=customer)
            for worker, customer in zip(office.workers, customers, strict=True):
                await office.post("sí", worker, customer)
            await asyncio.sleep(2)
            assert len(office.dialled) == 2
            for worker in office.workers:
                for order in list(worker.phone.orders):
                    await worker.concierge.call_finished(worker.report(order.attempt_id))

    run_virtual(story())


def test_who_was_too_slow_at_the_limits_of_the_day_does_not_dial_past_another() -> None:
    async def story() -> None:
        office = Office()
        one, two, _ = office.workers
        async with office.open():
            await office.write("llamá al 11 4000-0101", to=one)
            await office.post("sí", one)
            limits = await until_held(one, "dialling")
            await office.store.release([limits])
            async with two.work.dialling():
                await asyncio.sleep(1)
                assert office.dialled == []
            await asyncio.sleep(9)
            assert office.dialled == [ANA], "its turn is made later, once"
            assert names(await office.read()) == ["ConfirmationAsked", "CallStarted"]

    run_virtual(story())


def test_a_worker_that_dies_while_it_dials_holds_nobody_up_for_long() -> None:
    """It had the limits of the day to itself."""

    async def story() -> None:
        office = Office()
        one, two, _ = office.workers
        async with office.open():
            await office.write("llamá al 11 4000-0101", to=one)
            await office.write("llamá al 11 4000-0102", to=two, customer=MAX)
            await office.post("sí", one)
            await until_held(one, "dialling")
            one.kill()
            await office.post("sí", two, MAX)
            await asyncio.sleep(16)
            assert two.phone.orders[0].to_number == TILOS
            await asyncio.sleep(30)
            assert await office.store.waiting_messages() == []
            assert len(office.dialled) == 2, "the other's confirmation was not lost either"

    run_virtual(story())

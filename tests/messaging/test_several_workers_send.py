"""Several workers on one store in virtual time: none lost, none twice, in order, whoever dies."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

import pytest

from data.memory_store import MemoryStore
from data.store import OutgoingMessage
from simulation.clock import run_virtual
from tests.messaging.workers_stage import Town, Worker, town

CUSTOMERS = [f"whatsapp:+54911555502{number:02}" for number in range(60)]
EACH = 5

Trouble = Callable[[Town], Awaitable[None]]


def texts_for(customer: str) -> list[str]:
    """What one customer is promised. The second and the fourth say the same."""
    return [
        "sigo llamando" if number in (1, 3) else f"{customer}: {number}" for number in range(EACH)
    ]


async def promise_all(stage: Town) -> None:
    """Within a minute, at random moments, from random workers."""
    queues = {customer: list(enumerate(texts_for(customer))) for customer in CUSTOMERS}
    waiting = [customer for customer in CUSTOMERS for _ in range(EACH)]
    stage.random.shuffle(waiting)
    for customer in waiting:
        number, text = queues[customer].pop(0)
        message = OutgoingMessage(f"{customer}/{number}", customer, text, stage.now())
        await stage.promise(message, wake=stage.random.choice(stage.able))
        await asyncio.sleep(stage.random.uniform(0.0, 0.4))


async def all_sent(stage: Town) -> float:
    """When there was nothing left to send, at most some minutes later."""
    async with asyncio.timeout(600.0):
        while await stage.store.next_due() is not None:  # noqa: ASYNC110 - in virtual time
            await asyncio.sleep(0.1)
    return stage.now()


def play(trouble: Trouble, seed: int) -> None:
    """300 promises to 60 customers by three workers while something goes wrong."""

    async def main() -> None:
        async with town(MemoryStore(), 3, seed=seed) as stage:
            promising = asyncio.create_task(promise_all(stage))
            await trouble(stage)
            await promising
            await all_sent(stage)
            await asyncio.sleep(60.0)
            wrong = {
                customer: stage.said_to(customer)
                for customer in CUSTOMERS
                if stage.said_to(customer) != texts_for(customer)
            }
            assert wrong == {}
            assert len(stage.twilio.chat) == EACH * len(CUSTOMERS)

    run_virtual(main())


async def brought_to_a_stop(worker: Worker, method: str, *, done: bool) -> None:
    worker.stop_at(method, done=done)
    async with asyncio.timeout(60.0):
        await worker.stopped.wait()


def test_three_send_beside_one_another() -> None:
    async def none(stage: Town) -> None:
        await asyncio.sleep(30.0)

    play(none, seed=1)


STOPS = {
    "before the carrier got it": ("send", False),
    "after the carrier took it": ("send", True),
    "before it could be marked": ("message_sent", False),
    "when it was marked": ("message_sent", True),
    "while it takes": ("take_messages", True),
}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("stop", STOPS)
def test_one_is_killed(stop: str, seed: int) -> None:
    async def kill(stage: Town) -> None:
        await asyncio.sleep(Random(seed).uniform(2.0, 25.0))
        method, done = STOPS[stop]
        await brought_to_a_stop(stage.workers[seed % 3], method, done=done)

    play(kill, seed)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("stop", sorted(set(STOPS) - {"before the carrier got it"}))
def test_one_stands_still_for_longer_than_its_leases(stop: str, seed: int) -> None:
    """Between its last look at the lease and the request to the carrier nothing helps."""

    async def pause(stage: Town) -> None:
        method, done = STOPS[stop]
        for _ in range(2):
            worker = stage.random.choice(stage.able)
            await asyncio.sleep(Random(seed).uniform(1.0, 10.0))
            await brought_to_a_stop(worker, method, done=done)
            await asyncio.sleep(25.0)
            worker.stopped.clear()
            worker.go_on()

    play(pause, seed)


def test_what_a_dead_worker_left_is_sent_soon() -> None:
    async def main() -> None:
        async with town(MemoryStore(), 3) as stage:
            for done in (False, True):
                await stage.promise(
                    OutgoingMessage(f"result {done}", CUSTOMERS[0], f"result {done}", stage.now()),
                    OutgoingMessage(f"next {done}", CUSTOMERS[0], f"next {done}", stage.now()),
                )
                victim = stage.able[0]
                stage.able[0].outbox.wake()
                await brought_to_a_stop(victim, "send", done=done)
                died_at = stage.now()
                assert await all_sent(stage) - died_at < 22.0
            assert stage.said == ["result False", "next False", "result True", "next True"]

    run_virtual(main())


def test_nobody_is_woken_and_it_is_sent_all_the_same() -> None:
    async def main() -> None:
        async with town(MemoryStore(), 3) as stage:
            await asyncio.sleep(10.0)
            await stage.promise(OutgoingMessage("a", CUSTOMERS[0], "hola", stage.now()))
            await asyncio.sleep(4.0)
            assert stage.said == ["hola"]

    run_virtual(main())


def test_a_carrier_that_takes_its_time_keeps_its_message() -> None:
    """Its lease is renewed: nobody else sends what is on its way."""

    async def main() -> None:
        async with town(MemoryStore(), 3, seed=4) as stage:
            stage.road.slow_s = 28.0
            for customer in CUSTOMERS[:20]:
                await stage.promise(
                    OutgoingMessage(customer, customer, "lento", stage.now()),
                    wake=stage.random.choice(stage.workers),
                )
            await all_sent(stage)
            assert stage.said == ["lento"] * 20

    run_virtual(main())


def test_a_worker_that_ends_leaves_the_rest_to_the_others() -> None:
    async def main() -> None:
        async with town(MemoryStore(), 2) as stage:
            for customer in CUSTOMERS:
                await stage.promise(OutgoingMessage(customer, customer, "hola", stage.now()))
            stage.workers[0].outbox.wake()
            await asyncio.sleep(0.3)
            left = stage.workers.pop(0)
            left.outbox.close()
            await left.running
            assert len(stage.said) < len(CUSTOMERS)
            began = stage.now()
            assert await all_sent(stage) - began < 15.0
            assert sorted(each.to for each in stage.twilio.chat) == CUSTOMERS

    run_virtual(main())

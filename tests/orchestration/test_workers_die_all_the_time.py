"""Workers that are killed one after the other: nothing is lost, and nothing is done twice."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from data.call import EndCause
from orchestration.policy import Policy
from simulation.clock import run_virtual
from tests.orchestration.workers import Office, Worker, names

CUSTOMERS = 30
KILL_EVERY_S = 10.0


async def answers(office: Office, text: str, customer: str, until: str) -> list[str]:
    """The customer writes, and waits for that answer."""
    await office.post(text, office.chance.choice(office.workers), customer)
    told: list[str] = []
    for _ in range(400):
        told += names(await office.read(customer))
        if until in told:
            return told
        await asyncio.sleep(0.25)
    raise AssertionError(f"no {until} for {text!r}: {told}")


async def customer_s_day(office: Office, nth: int) -> None:
    customer = f"whatsapp:+549115000{nth:04d}"
    await asyncio.sleep(nth * 1.3)
    assert await answers(office, "hola", customer, "HelpGiven") == ["HelpGiven"]
    asked = await answers(office, f"llamá al 11 4000-{nth:04d}", customer, "ConfirmationAsked")
    assert asked == ["ConfirmationAsked"]
    told = await answers(office, "sí", customer, "ResultTold")
    assert Counter(told)["ResultTold"] == 1 and Counter(told)["CallStarted"] <= 1
    await asyncio.sleep(5)
    assert await office.read(customer) == []
    # Whether the call was proposed once more depends on how it ended.
    last = await answers(office, "llamá al 11 4000-9999", customer, "ConfirmationAsked")
    assert last == ["ConfirmationAsked"]


async def calls_end(office: Office, worker: Worker) -> None:
    """The bridge's side: calls ring for a while and are not answered."""
    ended: set[str] = set()
    while not worker.link.dead:
        await asyncio.sleep(office.chance.uniform(2, 6))
        for order in list(worker.phone.orders):
            if order.attempt_id not in ended and not worker.link.dead:
                ended.add(order.attempt_id)
                report = worker.report(order.attempt_id, EndCause.NO_ANSWER)
                await worker.concierge.call_finished(report)


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_lost_and_nothing_is_done_twice(seed: int) -> None:
    async def story() -> None:
        office = Office(seed=seed, policy=Policy(frozenset({"AR"})))
        for worker in office.workers:
            worker.reader.slow["hola"] = 2.0
        async with office.open():
            bridges = [asyncio.create_task(calls_end(office, each)) for each in office.workers]
            day = asyncio.gather(*(customer_s_day(office, nth) for nth in range(CUSTOMERS)))
            while not day.done():
                await asyncio.wait({day}, timeout=KILL_EVERY_S)
                office.kill(office.chance.choice(office.workers))
                bridges.append(asyncio.create_task(calls_end(office, await office.hire())))
            await day
            await asyncio.sleep(30)
            for bridge in bridges:
                bridge.cancel()
            dialled = Counter(office.dialled)
            assert max(dialled.values()) == 1, "nobody is dialled twice"
            assert await office.store.waiting_messages() == []
            assert await office.store.open_attempts() == []
            records = await office.store.calls(limit=500)
            assert len(records) == CUSTOMERS
            assert set(dialled) <= {record.attempt.to_number for record in records}

    run_virtual(story())

"""A customer's messages land on any of three workers, and are one conversation."""

from __future__ import annotations

import asyncio

import pytest

from simulation.clock import run_virtual
from tests.orchestration.conftest import LU, World
from tests.orchestration.workers import ANA, Office, ReaderWhoCounts, names

TEXTS = (
    "hola",
    "necesito una peluquería",
    "gracias",
    "1",
    "no",
    "turno en Peluquería Ana",
    "1",
    "mañana a las 5",
    "no",
    "llamá al 11 4000-0101",
    "no",
    "hola qué tal",
    "necesito un plomero",
    "ninguna",
    "turno en Peluquería Ana mañana a las 5",
    "1",
    "sí",
    "decile que es con Ana",
    "cancelar",
    "gracias",
)


async def heard_by_one(gap_s: float) -> list[str]:
    """What a Vocero that is alone answers."""
    world = World()
    async with world.open() as concierge:
        for text in TEXTS:
            await world.write(concierge, text, settle_s=gap_s)
        return await world.read()


@pytest.mark.parametrize("seed", range(3))
def test_twenty_messages_over_three_workers_are_one_conversation(seed: int) -> None:
    async def story() -> None:
        office = Office(seed=seed)
        async with office.open():
            for text in TEXTS:
                await office.post(text)
                await asyncio.sleep(2)
            said = await office.read()
        assert await office.store.waiting_messages() == []
        assert sorted(office.texts_read) == sorted(TEXTS)
        assert office.dialled == [ANA]
        assert names(said) == names(await heard_by_one(2.0))

    run_virtual(story())


@pytest.mark.parametrize("gap_s", [0.0, 0.07, 0.4])
@pytest.mark.parametrize("seed", range(5))
def test_a_burst_over_three_workers_is_heard_once_and_in_order(gap_s: float, seed: int) -> None:
    async def story() -> None:
        office = Office(seed=seed)
        for number, worker in enumerate(office.workers):
            worker.reader.slow = dict.fromkeys(TEXTS[::3], 0.3 + 0.2 * number)
        async with office.open():
            for text in TEXTS:
                await office.post(text, office.chance.choice(office.workers))
                await asyncio.sleep(gap_s)
            await asyncio.sleep(30)
            assert await office.store.waiting_messages() == []
            assert sorted(office.texts_read) == sorted(TEXTS)
            # Still one conversation, at whichever worker it goes on.
            await office.read()
            for text in ("cancelar", "turno en Peluquería Ana mañana a las 5", "1"):
                await office.write(text)
                await asyncio.sleep(2)
            asked = {"AlreadyCalling", "PassedOn"} if office.dialled else {"ConfirmationAsked"}
            assert names(await office.read())[-1] in asked
            assert len(office.dialled) <= 1

    run_virtual(story())


def test_a_turn_that_takes_longer_than_a_lease_is_not_taken_away() -> None:
    async def story() -> None:
        office = Office()
        one, two, _ = office.workers
        one.reader.slow["llamá al 11 4000-0101"] = 50.0
        async with office.open():
            await office.post("llamá al 11 4000-0101", one)
            await asyncio.sleep(20)
            await office.post("sí", two)
            await asyncio.sleep(29)
            assert await office.read() == [] and office.texts_read == ["llamá al 11 4000-0101"]
            await asyncio.sleep(3)
            # Written before the question was put: it is not an answer to it.
            assert set(names(await office.read())) == {"ConfirmationAsked"}
            assert office.texts_read == ["llamá al 11 4000-0101", "sí"]
            await office.write("sí")
            assert office.dialled == [ANA]

    run_virtual(story())


def test_a_paused_worker_cannot_commit_its_turn(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        office = Office()
        one, two, _ = office.workers
        one.reader.slow["llamá al 11 4000-0101"] = 1.0
        async with office.open():
            await office.post("llamá al 11 4000-0101", one)
            await asyncio.sleep(0.5)
            one.link.open.clear()
            await asyncio.sleep(30)
            assert names(await office.read()) == ["ConfirmationAsked"]
            await office.write("no", to=two)
            assert names(await office.read()) == ["Cancelled"]
            one.link.open.set()
            await asyncio.sleep(30)
            assert await office.read() == [], "nothing twice, and no apology"
            assert await office.store.waiting_messages() == []
            await office.write("llamá al 11 4000-0102", to=one)
            assert names(await office.read()) == ["ConfirmationAsked"]

    run_virtual(story())
    told = [r.getMessage() for r in caplog.records if "left to another worker" in r.message]
    assert told == ["whatsapp:+54911500***01 is left to another worker (name)"]
    assert not any(record.exc_info for record in caplog.records)
    assert LU not in caplog.text


def test_messages_of_a_worker_that_died_are_handled_by_another() -> None:
    async def story() -> None:
        office = Office()
        one = office.workers[0]
        one.reader.slow["hola"] = 1.0
        async with office.open():
            await office.post("hola", one)
            await office.post("hola", one, customer="whatsapp:+5491150000002")
            await asyncio.sleep(0.5)
            one.kill()
            await asyncio.sleep(19)
            assert names(await office.read()) == ["HelpGiven"]
            assert names(await office.read("whatsapp:+5491150000002")) == ["HelpGiven"]

    run_virtual(story())


def test_dead_desks_do_not_keep_others_from_being_heard() -> None:
    """A worker dies in the middle of many turns; who writes now is answered meanwhile."""

    async def story() -> None:
        office = Office(2)
        one, two = office.workers
        one.reader.slow["hola"] = 60.0
        async with office.open():
            for number in range(32):
                await office.post("hola", one, customer=f"whatsapp:+54911500001{number:02d}")
            await asyncio.sleep(1)
            one.kill()
            await asyncio.sleep(9)
            await office.write("hola", to=two)
            assert names(await office.read()) == ["HelpGiven"]
            await asyncio.sleep(15)
            assert await office.store.waiting_messages() == []
            assert two.reader.read.count("hola") == 33

    run_virtual(story())


def test_what_is_held_is_given_back_at_the_end() -> None:
    async def story() -> None:
        office = Office()
        one = office.workers[0]
        one.reader.slow["hola"] = 60.0
        async with office.open():
            await office.post("hola", one)
            await asyncio.sleep(1)
            await one.stop()
            await asyncio.sleep(8.1)  # not the lease is waited for, only the next look
            assert names(await office.read()) == ["HelpGiven"]
            assert office.texts_read == ["hola", "hola"], "cut off in one, whole in another"

    run_virtual(story())


def test_a_vocero_that_is_alone_asks_its_store_for_nothing_more() -> None:
    """Nothing of leases, and no argument about them."""

    async def story() -> None:
        office = Office(1)
        world = World(store=office.workers[0].store, reader=ReaderWhoCounts())
        async with world.open() as concierge:
            await concierge.recover()
            for text in ("llamá al 11 4000-0101", "sí"):
                await world.write(concierge, text, settle_s=1.0)
            await asyncio.sleep(60)
            await concierge.call_finished(world.report(world.phone.orders[0].attempt_id))
        new = {"take", "renew", "release", "keeper", "ring", "take_attempts", "take_plans"}
        assert new.isdisjoint(office.workers[0].link.asked)

    run_virtual(story())

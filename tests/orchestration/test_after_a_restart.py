"""What a dead process left is taken up: told once, within 20 s, and nobody is dialled twice."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from data.sql_store import SqlStore
from data.store import StoreError
from orchestration.ports import CarrierCall
from simulation.clock import run_virtual

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


async def test_the_same_story_on_a_database_file(world: World, tmp_path: Path) -> None:
    """Killed between the durable attempt and its end; everything comes from the file."""
    url = f"sqlite+aiosqlite:///{tmp_path}/vocero.db"
    world.store = SqlStore(url)
    await world.store.open()
    async with world.open() as concierge:
        for text, reply in (
            ("turno en Peluquería Ana mañana a las 5", "ChoicesOffered"),
            ("1", "ConfirmationAsked"),
        ):
            await world.write(concierge, text)
            assert (await said(world)).startswith(reply)
        await world.write(concierge, "sí")
        async with asyncio.timeout(10):
            await world.phone.rung.wait()
    await world.store.close()

    world.store = SqlStore(url)
    await world.store.open()
    world.carrier.calls = {NUMBER: CarrierCall("CA1", "completed")}
    async with world.open() as concierge:
        await concierge.recover()
        told = await said(world)
        assert "interrupted" in told and "Peluquería Ana" in told
        await world.write(concierge, "sí")
        assert (await said(world)).startswith("ConfirmationAsked")
    assert len(world.phone.orders) == 1
    await world.store.close()


async def said(world: World) -> str:
    """The next message to the customer, in real time."""
    async with asyncio.timeout(10):
        while True:
            if texts := await world.read():
                return texts[-1]
            await asyncio.sleep(0.001)

"""What a call came to: told once, with what follows, and booked only when all agree."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from data.call import BookingReading, EndCause
from data.store import StoreError
from simulation.clock import run_virtual

if TYPE_CHECKING:
    from orchestration.concierge import Concierge
    from tests.orchestration.conftest import World

BOOKED = {"status": "booked", "date": "2026-11-26", "time": "17:00"}


async def to_a_report(world: World, concierge: Concierge) -> str:
    """The agent has reported a booking; the attempt's id."""
    attempt_id = await world.to_a_call(concierge)
    reply = await world.tools.answer_tool(attempt_id, "report_result", BOOKED)
    assert not reply.is_error
    return attempt_id


@pytest.mark.parametrize(
    ("cause", "status", "next_step"),
    [
        (EndCause.BUSY, "busy", "call_again"),
        (EndCause.NO_ANSWER, "no_answer", "call_again"),
        (EndCause.VOICEMAIL, "voicemail", "call_again"),
        (EndCause.DIAL_FAILED, "failed", "call_again"),
        (EndCause.CANCELLED, "cancelled", "none"),
        (EndCause.SHUTDOWN, "interrupted", "call_again"),
        (EndCause.AGENT_LOST, "failed", "call_again"),
        (EndCause.CARRIER_LOST, "failed", "call_again"),
        (EndCause.TOO_LONG, "failed", "call_again"),
        (EndCause.BUSINESS_HUNG_UP, "failed", "call_again"),
    ],
)
def test_every_ending_is_told_with_what_follows_and_a_yes_calls_that_number(
    world: World, cause: EndCause, status: str, next_step: str
) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            await world.write(concierge, "llamá al 11 4000-0101")
            await world.write(concierge, "sí")
            await world.read()
            attempt_id = world.phone.orders[0].attempt_id
            await concierge.call_finished(world.report(attempt_id, cause))
            (told,) = await world.read()
            assert f"OutcomeStatus.{status.upper()}" in told
            assert f"next_step={next_step}" in told
            await world.write(concierge, "sí")
            assert len(world.phone.orders) == (2 if next_step == "call_again" else 1)
            assert len({order.to_number for order in world.phone.orders}) == 1

    run_virtual(story())


def test_a_booking_is_told_with_words_link_and_moment(
    world: World, agreed: tuple[str, ...]
) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            attempt_id = await to_a_report(world, concierge)
            await concierge.call_finished(world.report(attempt_id, lines=agreed))
            (told,) = await world.read()
            assert "OutcomeStatus.BOOKED" in told and "anotado" in told
            assert "calendar_url=https://" in told
            record = await world.store.call(attempt_id)
            assert record is not None and record.quote is not None
            assert "anotado" in record.quote.text and record.quote.at_s == 1.0

    run_virtual(story())


def test_a_second_reader_that_disagrees_is_believed(world: World, agreed: tuple[str, ...]) -> None:
    async def story() -> None:
        world.second_reader.reading = BookingReading(False, ())
        async with world.open() as concierge:
            attempt_id = await to_a_report(world, concierge)
            await concierge.call_finished(world.report(attempt_id, lines=agreed))
            (told,) = await world.read()
            assert "OutcomeStatus.UNCONFIRMED" in told and "calendar_url= asked" in told
            assert "next_step=call_again" in told
            (claim,) = world.second_reader.claims
            assert (claim.date, claim.time) == ("2026-11-26", "17:00")

    run_virtual(story())


@pytest.mark.parametrize("trouble", ["none", "slow", "broken"])
def test_without_a_second_reading_the_code_decides_in_time(
    world: World, agreed: tuple[str, ...], trouble: str
) -> None:
    async def story() -> None:
        world.second_reader.takes_s = 600.0 if trouble == "slow" else 0.0
        world.second_reader.broken = trouble == "broken"
        async with world.open() as concierge:
            attempt_id = await to_a_report(world, concierge)
            began = asyncio.get_running_loop().time()
            await concierge.call_finished(world.report(attempt_id, lines=agreed))
            assert asyncio.get_running_loop().time() - began <= 10.0
            (told,) = await world.read()
            assert "OutcomeStatus.BOOKED" in told

    run_virtual(story())


def test_customers_can_write_while_a_transcript_is_read_again(
    world: World, agreed: tuple[str, ...]
) -> None:
    async def story() -> None:
        world.second_reader.takes_s = 9.0
        async with world.open() as concierge:
            attempt_id = await to_a_report(world, concierge)
            ending = asyncio.create_task(
                concierge.call_finished(world.report(attempt_id, lines=agreed))
            )
            await asyncio.sleep(1)
            await world.write(concierge, "y?")
            assert len(await world.read()) == 1
            await ending
            assert "OutcomeStatus.BOOKED" in (await world.read())[0]

    run_virtual(story())


def test_nothing_is_read_again_that_is_no_booking(world: World) -> None:
    async def story() -> None:
        world.second_reader.reading = BookingReading(True, ("Listo",))
        async with world.open() as concierge:
            attempt_id = await to_a_report(world, concierge)
            lines = ("A: ¿Mañana a las cinco?", "B: No, mañana no tenemos nada.")
            await concierge.call_finished(world.report(attempt_id, lines=lines))
            (told,) = await world.read()
            assert "OutcomeStatus.BOOKED" not in told
            assert world.second_reader.claims == []

    run_virtual(story())


def test_a_business_that_does_not_want_to_be_called_is_not_called_again(world: World) -> None:
    lines = ("B: No llamen más a este número, por favor.",)

    async def story() -> None:
        async with world.open() as concierge:
            await world.write(concierge, "llamá al 11 4000-0101")
            await world.write(concierge, "sí")
            await world.read()
            attempt_id = world.phone.orders[0].attempt_id
            report = world.report(attempt_id, EndCause.BUSINESS_HUNG_UP, lines)
            await concierge.call_finished(report)
            (told,) = await world.read()
            assert "next_step=none" in told
            assert await world.store.blocked_numbers() == {"+541140000101"}
        async with world.open() as concierge:
            await world.write(concierge, "llamá al 11 4000-0101")
            (told,) = await world.read()
            assert told.startswith("NumberRefused") and "blocked" in told
            await world.write(concierge, "sí")
            assert len(world.phone.orders) == 1

    run_virtual(story())


def test_the_operator_learns_of_an_agent_that_does_not_say_what_it_is(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            attempt_id = await world.to_a_call(concierge)
            lines = ("A: Hola, soy Lucía y quiero un turno.", "B: No tenemos nada.")
            await concierge.call_finished(world.report(attempt_id, lines=lines))

    run_virtual(story())
    assert "did not say that it is an AI" in caplog.text
    assert "Lucía" not in caplog.text and "+5411" not in caplog.text


def test_a_report_from_before_a_restart_of_the_tools_is_found_in_the_store(
    world: World, agreed: tuple[str, ...]
) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            attempt_id = await to_a_report(world, concierge)
            world.tools.end(attempt_id)
            await concierge.call_finished(world.report(attempt_id, lines=agreed))
            assert "OutcomeStatus.BOOKED" in (await world.read())[0]

    run_virtual(story())


def test_a_store_that_cannot_tell_the_report_is_asked_again(
    world: World, agreed: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async def locked(*_: object) -> None:
            raise StoreError("database is locked")

        async with world.open() as concierge:
            attempt_id = await to_a_report(world, concierge)
            world.tools.end(attempt_id)
            report = world.report(attempt_id, lines=agreed)
            with monkeypatch.context() as patch:
                patch.setattr(type(world.store), "reported", locked)
                with pytest.raises(StoreError):
                    await concierge.call_finished(report)
            assert await world.read() == []
            await concierge.call_finished(report)
            assert "OutcomeStatus.BOOKED" in (await world.read())[0]

    run_virtual(story())

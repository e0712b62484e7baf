"""A customer's messages become a call, and the call one true result. In virtual time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from data.call import EndCause, EntryKind, TimelineEntry
from orchestration.needs import Settings
from simulation.clock import run_virtual

if TYPE_CHECKING:
    from tests.orchestration.conftest import World

LU = "whatsapp:+5491150000001"
MAX = "whatsapp:+5491150000002"
ANA = "+541140000101"


def names(texts: list[str]) -> list[str]:
    return [text.split()[0] for text in texts]


def test_from_wish_to_booking(world: World, agreed: tuple[str, ...]) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            await world.write(concierge, "turno en Peluquería Ana mañana a las 5")
            (offered,) = await world.read()
            assert offered.startswith("ChoicesOffered es") and "from_demo_data=True" in offered
            await world.write(concierge, "1")
            (asked,) = await world.read()
            assert asked.startswith("ConfirmationAsked") and ANA in asked
            assert world.phone.orders == []
            await world.write(concierge, "sí")
            assert await world.read() == []
            (order,) = world.phone.orders
            assert order.to_number == ANA
            assert order.variables["date"] == "2026-11-26"
            assert order.secret_numbers == ("+5491150000001",)
            attempt = await world.store.attempt(order.attempt_id)
            assert attempt is not None and attempt.to_number == ANA
            reply = await world.tools.answer_tool(
                order.attempt_id,
                "report_result",
                {"status": "booked", "date": "2026-11-26", "time": "17:00"},
            )
            assert not reply.is_error
            await concierge.call_finished(world.report(order.attempt_id, lines=agreed))
            (told,) = await world.read()
            assert told.startswith("ResultTold") and "booked" in told and "Listo, mañana" in told
            await world.write(concierge, "cancelar")
            assert await world.read() == ["NothingToCancel es business_name=Peluquería Ana"]
            record = await world.store.call(order.attempt_id)
            assert record is not None and record.result is not None
            assert record.result.status == "booked"
            assert await world.store.open_attempts() == []

    run_virtual(story())


def test_the_result_is_told_once_however_often_the_call_ends(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            attempt_id = await world.to_a_call(concierge)
            report = world.report(attempt_id, EndCause.BUSY)
            await asyncio.gather(*(concierge.call_finished(report) for _ in range(5)))
            await concierge.call_finished(world.report(attempt_id, EndCause.NO_ANSWER))
            await concierge.call_finished(world.report("unknown"))
            (told,) = await world.read()
            assert "busy" in told

    run_virtual(story())


@pytest.mark.parametrize(
    ("talks_after", "ends_after", "expected"),
    [
        (None, 2.9, []),
        (1.0, 2.9, []),
        (1.0, 20.0, ["CallAnswered"]),
        (5.0, 20.0, ["CallStarted", "CallAnswered"]),
        (None, 20.0, ["CallStarted"]),
    ],
)
def test_progress_is_told_late_and_never_after_the_end(
    world: World, talks_after: float | None, ends_after: float, expected: list[str]
) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            attempt_id = await world.to_a_call(concierge)
            began = asyncio.get_running_loop().time()

            async def at(moment: float) -> None:
                await asyncio.sleep(began + moment - asyncio.get_running_loop().time())

            def phase(text: str) -> None:
                concierge.call_noted(attempt_id, TimelineEntry(0.0, EntryKind.PHASE, text))

            phase("ringing")
            concierge.call_noted("unknown", TimelineEntry(0.0, EntryKind.PHASE, "talking"))
            if talks_after is not None and talks_after < 2.8:
                await at(talks_after)
                phase("talking")
            await at(2.8)
            assert await world.read() == []
            if talks_after is not None and talks_after > 2.8:
                await at(talks_after)
                phase("talking")
            await at(ends_after)
            phase("closing")
            await asyncio.sleep(5)
            for note in await world.store.due_messages(1e12):
                assert note.stale_at == pytest.approx(note.due_at + 60.0)
            assert names(await world.read()) == expected
            await concierge.call_finished(world.report(attempt_id, EndCause.NO_ANSWER))
            await asyncio.sleep(60)
            assert names(await world.read()) == ["ResultTold"]

    run_virtual(story())


def test_what_is_written_during_the_call_reaches_the_agent(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            attempt_id = await world.to_a_call(concierge)
            await world.write(concierge, "preguntá si hay estacionamiento")
            assert world.phone.told == [(attempt_id, "preguntá si hay estacionamiento")]
            assert names(await world.read()) == ["PassedOn"]
            world.phone.deaf = True
            await world.write(concierge, "y si aceptan tarjeta")
            assert names(await world.read()) == ["AlreadyCalling"]
            await world.write(concierge, "cancelar")
            assert world.phone.cancelled == [attempt_id]
            assert names(await world.read()) == ["CancelUnderway"]
            await concierge.call_finished(world.report(attempt_id, EndCause.CANCELLED))
            (told,) = await world.read()
            assert "cancelled" in told
            await world.write(concierge, "cancelar")
            assert names(await world.read()) == ["NothingToCancel"]

    run_virtual(story())


def test_after_a_cancellation_nothing_more_is_said_about_progress(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            attempt_id = await world.to_a_call(concierge)
            await world.write(concierge, "cancelar")
            assert names(await world.read()) == ["CancelUnderway"]
            concierge.call_noted(attempt_id, TimelineEntry(1.0, EntryKind.PHASE, "talking"))
            await asyncio.sleep(10)
            assert await world.read() == []

    run_virtual(story())


def test_a_cancellation_after_the_end_is_survived(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            await world.to_a_call(concierge)
            world.phone.orders.clear()
            await world.write(concierge, "cancelar")
            assert names(await world.read()) == ["CancelUnderway"]

    run_virtual(story())


def test_twenty_messages_at_once_get_one_answer(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            small_talk = [text for n in range(9) for text in (f"hola {n}", "¿estás?")]
            await world.write(concierge, *small_talk, "turno en Peluquería Ana", "mañana a las 5")
            (told,) = await world.read()
            assert told.startswith("ChoicesOffered") and await world.store.waiting_messages() == []

    run_virtual(story())


def test_customers_see_that_an_answer_is_coming(world: World) -> None:
    async def story() -> None:
        world.settings = Settings(allowed_customers=frozenset({"+5491150000001"}))
        async with world.open() as concierge:
            world.reader.slow["hola"] = 5.0
            await world.write(concierge, "buenas", "hola")
            assert world.typed_for == [f"SM{2:032x}"]
            await world.write(concierge, "hola", customer=MAX)
            assert len(world.typed_for) == 1, "who is not answered sees nothing"

    run_virtual(story())


def test_a_fault_in_the_typing_indicator_costs_no_answer(world: World) -> None:
    async def story() -> None:
        def broken(_: str) -> None:
            raise RuntimeError("a fault in the indicator")

        world.show_typing = broken
        async with world.open() as concierge:
            await world.write(concierge, "hola")
            assert names(await world.read()) == ["HelpGiven"]

    run_virtual(story())


def test_a_voice_note_is_heard_and_dials_nothing_by_itself(world: World) -> None:
    async def story() -> None:
        world.ears.words = {"wish": "llamá al 11 4000-0101", "yes": "sí"}
        async with world.open() as concierge:
            await world.speak(concierge, "wish")
            assert names(await world.read()) == ["VoiceHeard", "ConfirmationAsked"]
            await world.speak(concierge, "yes")
            heard, asked = await world.read()
            assert heard.startswith("VoiceHeard") and "in_writing=True" in asked
            await world.speak(concierge, "unknown")
            assert names(await world.read()) == ["VoiceNotHeard"]
            assert world.phone.orders == []
            await world.write(concierge, "sí")
            assert len(world.phone.orders) == 1

    run_virtual(story())


def test_a_mexican_customer_on_the_list_is_heard_in_both_writings(world: World) -> None:
    async def story() -> None:
        world.settings = Settings(allowed_customers=frozenset({"+525550000101"}))
        async with world.open() as concierge:
            lupe = "whatsapp:+5215550000101"
            await world.write(concierge, "hola", customer=lupe)
            assert names(await world.read(lupe)) == ["HelpGiven"]

    run_virtual(story())


def test_a_later_no_wins_over_a_yes_before_anything_is_dialled(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            await world.write(concierge, "llamá al 11 4000-0101")
            await world.read()
            await world.write(concierge, "sí", "preguntá si hay wifi", "no, cancelá")
            assert world.phone.orders == [] and world.phone.cancelled == []
            assert names(await world.read())[-1] == "Cancelled"
            assert await world.store.open_attempts() == []

    run_virtual(story())


def test_a_yes_written_while_the_question_was_being_made_does_not_count(world: World) -> None:
    async def story() -> None:
        world.reader.slow["llamá al 11 4000-0101"] = 5.0
        async with world.open() as concierge:
            await world.write(concierge, "llamá al 11 4000-0101", settle_s=1.0)
            await world.write(concierge, "sí", settle_s=10.0)
            assert world.phone.orders == []
            assert names(await world.read()) == ["ConfirmationAsked", "ConfirmationAsked"]

    run_virtual(story())


def test_customers_do_not_wait_for_one_another(world: World) -> None:
    async def story() -> None:
        world.reader.slow["hola"] = 8.0
        async with world.open() as concierge:
            await world.write(concierge, "hola")
            await world.write(concierge, "llamá al 11 4000-0101", customer=MAX)
            assert names(await world.read(MAX)) == ["ConfirmationAsked"]
            assert await world.read() == []
            await asyncio.sleep(8)
            assert names(await world.read()) == ["HelpGiven"]

    run_virtual(story())


def test_a_fault_in_one_message_is_said_once_and_harms_nobody(world: World) -> None:
    async def story() -> None:
        world.reader.breaks.add("boom")
        async with world.open() as concierge:
            await world.write(concierge, "boom", "boom", "llamá al 11 4000-0101")
            assert names(await world.read()) == ["ConfirmationAsked"]
            await world.write(concierge, "boom")
            assert await world.read() == ["NotUnderstood es by_our_fault=True"]
            assert await world.store.waiting_messages() == []
            await world.write(concierge, "hola", customer=MAX)
            assert names(await world.read(MAX)) == ["HelpGiven"]

    run_virtual(story())


def test_broken_words_do_not_make_a_message_come_back_for_ever(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            world.phrasing.broken = True
            await world.write(concierge, "hola")
            assert await world.store.waiting_messages() == []
            world.phrasing.broken = False
            await world.write(concierge, "hola")
            assert names(await world.read()) == ["HelpGiven"]

    run_virtual(story())


def test_what_is_not_text_is_asked_for_in_text(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            await world.write(concierge, "  ")
            assert names(await world.read()) == ["TextPlease"]

    run_virtual(story())


def test_only_customers_on_the_list_are_heard(world: World) -> None:
    async def story() -> None:
        world.settings = Settings(allowed_customers=frozenset({"+5491150000002"}))
        async with world.open() as concierge:
            await world.write(concierge, "hola")
            await world.write(concierge, "hola", customer=MAX)
            assert await world.read() == []
            assert names(await world.read(MAX)) == ["HelpGiven"]
            assert await world.store.waiting_messages() == []

    run_virtual(story())


def test_the_language_follows_the_customer(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            await world.write(concierge, "book me a haircut tomorrow at five at Peluquería Ana")
            (offered,) = await world.read()
            assert offered.startswith("ChoicesOffered en")
            await world.write(concierge, "1")
            (asked,) = await world.read()
            assert asked.startswith("ConfirmationAsked en")
            await world.write(concierge, "yes")
            assert world.phone.orders[0].variables["language"] == "es"

    run_virtual(story())

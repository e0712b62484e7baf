"""A call whose sound comes to another worker than the one that placed it goes on there."""

from __future__ import annotations

import asyncio
import json

import pytest

from data.call import CallOrder, EndCause
from orchestration.ports import CarrierCall
from simulation.clock import run_virtual
from tests.orchestration.conftest import AGREED
from tests.orchestration.neighbours import now
from tests.orchestration.workers import ANA, Office, Worker, names

QUESTION = "¿Con Ana o con Carla?"
CANCELLED = "The customer has cancelled"


async def moved(office: Office, one: Worker, two: Worker) -> str:
    """A call that `one` has placed and that is on at `two`; its attempt id."""
    attempt_id = await office.to_a_call(one)
    await asyncio.sleep(8)
    (order,) = one.phone.orders
    adopted = await two.take_stream(attempt_id)
    assert isinstance(adopted, CallOrder)
    assert (adopted.attempt_id, adopted.to_number) == (attempt_id, ANA)
    assert adopted.secret_numbers == order.secret_numbers
    assert adopted.variables.keys() == order.variables.keys()
    assert adopted.variables["business_name"] == "Peluquería Ana"
    await asyncio.sleep(0.2)
    assert two.has(attempt_id) and not one.has(attempt_id), "it was let go of, at once"
    return attempt_id


def test_it_is_told_on_once_and_has_one_result() -> None:
    async def story() -> None:
        office = Office()
        one, two, _ = office.workers
        async with office.open():
            attempt_id = await moved(office, one, two)
            assert names(await office.read()) == ["CallStarted"]
            two.noted(two.concierge, attempt_id, "=talking")
            # What a worker without the call is told of it counts for nothing.
            one.noted(one.concierge, attempt_id, "=talking")
            await asyncio.sleep(30)
            assert names(await office.read()) == ["CallAnswered"]
            two.noted(two.concierge, attempt_id, *AGREED)
            booked = {"status": "booked", "date": "2026-11-26", "time": "17:00"}
            kept = await two.tools.answer_tool(attempt_id, "report_result", booked)
            assert json.loads(kept.result)["success"] is True
            refused = await one.tools.answer_tool(attempt_id, "report_result", booked)
            assert json.loads(refused.result)["success"] is False
            await one.concierge.call_finished(one.report(attempt_id, EndCause.CARRIER_LOST))
            assert await office.read() == []
            await two.concierge.call_finished(two.report(attempt_id, lines=AGREED))
            (told,) = await office.read()
            assert told.startswith("ResultTold") and "OutcomeStatus.BOOKED" in told
            assert await office.store.open_attempts() == []

    run_virtual(story())


def test_who_answers_before_the_first_note_is_told_of_that_alone() -> None:
    async def story() -> None:
        office = Office()
        one, two, _ = office.workers
        async with office.open():
            attempt_id = await office.to_a_call(one)
            await asyncio.sleep(1)
            assert await two.take_stream(attempt_id) is not None
            two.noted(two.concierge, attempt_id, "=talking")
            await asyncio.sleep(0.8)
            assert await office.read() == [], "not within three seconds"
            await asyncio.sleep(10)
            assert names(await office.read()) == ["CallAnswered"]

    run_virtual(story())


def test_that_it_is_being_called_is_not_told_when_it_has_come_to_another_worker() -> None:
    """Its sound is there: the business has answered, and will say something soon."""

    async def story() -> None:
        office = Office()
        one, two, _ = office.workers
        async with office.open():
            attempt_id = await office.to_a_call(one)
            assert await two.take_stream(attempt_id) is not None
            await asyncio.sleep(9)
            assert await office.read() == []
            two.noted(two.concierge, attempt_id, "=talking")
            await asyncio.sleep(1)
            assert names(await office.read()) == ["CallAnswered"]

    run_virtual(story())


def test_a_call_whose_sound_comes_where_it_was_placed_stays() -> None:
    async def story() -> None:
        office = Office()
        one, two, _ = office.workers
        async with office.open():
            attempt_id = await office.to_a_call(one)
            await asyncio.sleep(1)
            assert await one.take_stream(attempt_id) is not None
            assert await two.take_stream(attempt_id) is None, "once in a call"
            await asyncio.sleep(60)
            one.noted(one.concierge, attempt_id, "=talking")
            await asyncio.sleep(1)
            assert one.has(attempt_id)
            assert names(await office.read()) == ["CallStarted", "CallAnswered"]
            await one.concierge.call_finished(one.report(attempt_id, EndCause.BUSINESS_HUNG_UP))
            assert names(await office.read()) == ["ResultTold"]

    run_virtual(story())


def test_a_question_is_answered_wherever_the_answer_arrives() -> None:
    async def story() -> None:
        office = Office()
        one, two, three = office.workers
        async with office.open():
            attempt_id = await moved(office, one, two)
            two.noted(two.concierge, attempt_id, "=talking")
            await asyncio.sleep(1)
            await office.read()
            asked = asyncio.create_task(
                two.tools.answer_tool(attempt_id, "ask_customer", {"question": QUESTION})
            )
            await asyncio.sleep(1)
            assert names(await office.read()) == ["BusinessAsks"]
            await office.write("con Carla", to=three)
            assert json.loads((await asked).result) == {"answered": True, "answer": "con Carla"}
            assert names(await office.read()) == ["AnswerGiven"]
            assert three.reader.read == [] and two.reader.read == ["con Carla"]

    run_virtual(story())


@pytest.mark.parametrize("to", [0, 1, 2])
def test_what_the_customer_writes_reaches_the_agent_and_ends_the_call(to: int) -> None:
    async def story() -> None:
        office = Office()
        one, two, _ = office.workers
        async with office.open():
            attempt_id = await moved(office, one, two)
            await office.write("decile que soy alérgica al tinte", to=office.workers[to])
            assert two.phone.told == [(attempt_id, "decile que soy alérgica al tinte")]
            await office.write("cancelar", to=office.workers[to])
            assert two.phone.cancelled == [attempt_id]
            slot = await two.tools.answer_tool(attempt_id, "validate_slot", {"date": "mañana"})
            assert CANCELLED in slot.result
            assert names(await office.read())[-2:] == ["PassedOn", "CancelUnderway"]
            await two.concierge.call_finished(two.report(attempt_id, EndCause.CANCELLED))
            assert names(await office.read()) == ["ResultTold"]

    run_virtual(story())


def test_a_cancellation_that_came_too_late_where_the_call_was_is_carried_out_where_it_is() -> None:
    async def story() -> None:
        office = Office()
        one, two, _ = office.workers
        async with office.open():
            attempt_id = await office.to_a_call(one)
            await office.write("cancelar", to=one)
            assert names(await office.read()) == ["CancelUnderway"]
            # Its line was answered before it could be cut.
            assert await two.take_stream(attempt_id) is not None
            await asyncio.sleep(0.2)
            assert two.phone.cancelled == [attempt_id]
            slot = await two.tools.answer_tool(attempt_id, "validate_slot", {"date": "mañana"})
            assert CANCELLED in slot.result

    run_virtual(story())


@pytest.mark.parametrize("one_is_deaf", [False, True])
def test_a_turn_in_which_the_call_moves_away_is_made_where_the_call_is(
    one_is_deaf: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """A cancellation is being understood while the sound comes to another worker."""

    async def story() -> None:
        office = Office()
        one, two, _ = office.workers
        one.reader.slow["cancelar"] = 1.0
        one.deaf = one_is_deaf
        async with office.open():
            attempt_id = await office.to_a_call(one)
            await office.post("cancelar", one)
            await asyncio.sleep(0.5)
            assert await two.take_stream(attempt_id) is not None
            await asyncio.sleep(1)
            assert not one.has(attempt_id) and one.reader.read.count("cancelar") == 1
            assert two.phone.cancelled == [attempt_id]
            assert names(await office.read()) == ["CancelUnderway"]
            await asyncio.sleep(30)
            assert await office.store.waiting_messages() == []
            assert await office.read() == []

    run_virtual(story())
    assert not any(record.exc_info for record in caplog.records)


def test_messages_for_a_keeper_that_died_are_handled_by_another() -> None:
    async def story() -> None:
        office = Office()
        one, two, three = office.workers
        async with office.open():
            await moved(office, one, two)
            await office.read()
            two.kill()
            await office.write("cancelar", to=three)
            assert await office.read() == [], "it is left to who keeps the call, for now"
            await asyncio.sleep(30)
            told = names(await office.read())
            assert sorted(told) == ["CancelUnderway", "ResultTold"]
            assert await office.store.waiting_messages() == []
            assert await office.store.open_attempts() == []

    run_virtual(story())


def test_a_bell_that_nobody_hears_delays_a_message_and_loses_nothing() -> None:
    async def story() -> None:
        office = Office()
        one, two, three = office.workers
        async with office.open():
            attempt_id = await moved(office, one, two)
            two.deaf = True
            await office.post("decile que soy alérgica al tinte", three)
            await asyncio.sleep(9)
            assert two.phone.told == [(attempt_id, "decile que soy alérgica al tinte")]
            assert three.reader.read == []

    run_virtual(story())


def test_the_worker_that_adopted_it_dies_too() -> None:
    async def story() -> None:
        office = Office()
        one, two, _ = office.workers
        async with office.open():
            attempt_id = await moved(office, one, two)
            two.noted(two.concierge, attempt_id, "=talking", *AGREED)
            await asyncio.sleep(1)
            two.kill()
            await asyncio.sleep(30)
            told = [text for text in await office.read() if text.startswith("ResultTold")]
            assert len(told) == 1 and "OutcomeStatus.BOOKED" in told[0], "its words were kept"

    run_virtual(story())


def test_a_call_that_is_being_reconciled_and_is_answered_after_all_goes_on() -> None:
    """Its worker died while it rang; the sound comes while another worker looks it up."""

    async def story() -> None:
        office = Office()
        one, two, three = office.workers
        async with office.open():
            attempt_id = await office.to_a_call(one)
            one.kill()
            for _ in range(100):
                await asyncio.sleep(0.25)
                if office.carrier.asked:
                    break
            keeper = await office.store.keeper(attempt_id, now())
            office.carrier.calls = {ANA: CarrierCall("CA1", "in-progress")}
            adopter = three if keeper == two.name else two
            assert await adopter.take_stream(attempt_id) is not None
            await asyncio.sleep(30)
            assert office.carrier.ended == []
            assert [a.attempt_id for a in await office.store.open_attempts()] == [attempt_id]
            await adopter.concierge.call_finished(
                adopter.report(attempt_id, EndCause.BUSINESS_HUNG_UP)
            )
            told = [text for text in await office.read() if text.startswith("ResultTold")]
            assert len(told) == 1

    run_virtual(story())

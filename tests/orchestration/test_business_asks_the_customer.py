"""The business wants to know something: the customer is asked, in time, late or in vain."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from data.call import EndCause
from data.store import StoreError
from orchestration.needs import Settings
from orchestration.open_questions import MOST_PER_CALL, OpenQuestions
from simulation.clock import run_virtual

if TYPE_CHECKING:
    from orchestration.concierge import Concierge
    from tests.orchestration.conftest import World

QUESTION = "¿Con Ana o con Carla?"


def names(texts: list[str]) -> list[str]:
    return [text.split()[0] for text in texts]


def clock() -> float:
    return asyncio.get_running_loop().time()


def asking(
    concierge: Concierge, attempt_id: str, question: str = QUESTION
) -> asyncio.Task[str | None]:
    options = ("Ana", "Carla")
    return asyncio.create_task(concierge.ask(attempt_id, question, options), name="asking")


def test_an_answer_in_time_reaches_the_business(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            attempt_id = await world.to_a_call(concierge)
            asked = asking(concierge, attempt_id)
            await asyncio.sleep(0.1)
            (told,) = await world.read()
            assert told.startswith("BusinessAsks es business_name=Peluquería Ana")
            assert QUESTION in told and "within_s=20" in told
            await asyncio.sleep(8)
            await world.read()
            await world.write(concierge, "con Carla")
            assert "Carla" in (await asked or "")
            assert names(await world.read()) == ["AnswerGiven"]
            await world.write(concierge, "preguntá si hay wifi")
            assert world.phone.told == [(attempt_id, "preguntá si hay wifi")]

    run_virtual(story())


def test_it_goes_through_the_agent_s_tool(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            attempt_id = await world.to_a_call(concierge)
            tool = asyncio.create_task(
                world.tools.answer_tool(
                    attempt_id, "ask_customer", {"question": QUESTION, "options": ["Ana", "Carla"]}
                )
            )
            await asyncio.sleep(1)
            await world.write(concierge, "2")
            answer = json.loads((await tool).result)
            assert answer["answered"] is True and "Carla" in answer["answer"]

    run_virtual(story())


def test_without_an_answer_the_business_does_not_wait_for_ever(world: World) -> None:
    async def story() -> None:
        world.settings = Settings(answer_within_s=12.0)
        async with world.open() as concierge:
            attempt_id = await world.to_a_call(concierge)
            began = clock()
            assert await asking(concierge, attempt_id) is None
            assert clock() - began == pytest.approx(12.0)
            # Late: the agent in the call is told all the same, once.
            await world.read()
            await world.write(concierge, "con Carla")
            assert names(await world.read()) == ["AnswerLate"]
            ((told_in, text),) = world.phone.told
            assert told_in == attempt_id and "con Carla" in text and QUESTION in text
            await world.write(concierge, "gracias igual, preguntá por el precio")
            assert len(world.phone.told) == 2

    run_virtual(story())


def test_a_question_is_not_worth_sending_once_its_time_is_over(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            attempt_id = await world.to_a_call(concierge)
            asking(concierge, attempt_id)
            await asyncio.sleep(0.1)
            (question,) = await world.store.due_messages(1e12)
            assert question.stale_at == pytest.approx(question.due_at + 20.0)

    run_virtual(story())


@pytest.mark.parametrize("phase", ["=closing", "=ended"])
def test_the_end_of_the_call_ends_the_waiting_at_once(world: World, phase: str) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            attempt_id = await world.to_a_call(concierge)
            asked = asking(concierge, attempt_id)
            await asyncio.sleep(2)
            began = clock()
            world.noted(concierge, attempt_id, phase)
            assert await asked is None
            assert clock() - began == 0.0
            assert await asking(concierge, attempt_id, "¿Y el apellido?") is None
            await world.read()
            await world.write(concierge, "con Carla")
            assert "AnswerGiven" not in names(await world.read())
            await concierge.call_finished(world.report(attempt_id, EndCause.BUSINESS_HUNG_UP))
            assert await asking(concierge, attempt_id) is None

    run_virtual(story())


def test_leaving_ends_the_waiting(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            attempt_id = await world.to_a_call(concierge)
            asked = asking(concierge, attempt_id)
            await asyncio.sleep(1)
        assert await asked is None

    run_virtual(story())


def test_one_at_a_time_and_a_few_per_call(world: World) -> None:
    async def story() -> None:
        world.settings = Settings(answer_within_s=1.0)
        async with world.open() as concierge:
            attempt_id = await world.to_a_call(concierge)
            first = asking(concierge, attempt_id)
            await asyncio.sleep(0.1)
            assert await asking(concierge, attempt_id, "¿Y de color?") is None
            assert await first is None
            for n in range(MOST_PER_CALL + 2):
                await asking(concierge, attempt_id, f"¿Y la pregunta {n}?")
            questions = [text for text in await world.read() if text.startswith("BusinessAsks")]
            assert len(questions) == MOST_PER_CALL
            assert await asking(concierge, "no such call") is None

    run_virtual(story())


def test_a_new_question_takes_the_place_of_one_that_nobody_answered(world: World) -> None:
    async def story() -> None:
        world.settings = Settings(answer_within_s=5.0)
        async with world.open() as concierge:
            attempt_id = await world.to_a_call(concierge)
            assert await asking(concierge, attempt_id) is None
            second = asking(concierge, attempt_id, "¿A qué nombre?")
            await asyncio.sleep(1)
            await world.write(concierge, "a nombre de Lu")
            assert await second == "a nombre de Lu"

    run_virtual(story())


def test_a_cancellation_is_no_answer(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            attempt_id = await world.to_a_call(concierge)
            asked = asking(concierge, attempt_id)
            await asyncio.sleep(1)
            await world.write(concierge, "cancelar")
            assert world.phone.cancelled == [attempt_id]
            world.noted(concierge, attempt_id, "=closing")
            assert await asked is None

    run_virtual(story())


def test_a_store_in_trouble_is_no_answer_and_no_open_question(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async def locked(*_: object) -> None:
            raise StoreError("database is locked")

        async with world.open() as concierge:
            attempt_id = await world.to_a_call(concierge)
            with monkeypatch.context() as patch:
                patch.setattr(type(world.store), "commit_turn", locked)
                assert await asking(concierge, attempt_id) is None
            await world.write(concierge, "preguntá si hay wifi")
            assert world.phone.told == [(attempt_id, "preguntá si hay wifi")]

    run_virtual(story())


def test_what_a_business_says_is_cut_and_cleaned(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            attempt_id = await world.to_a_call(concierge)
            options = tuple(f"opción {n} " + "y" * 500 for n in range(50))
            asked = asyncio.create_task(
                concierge.ask(attempt_id, "x\x00\u202e" + "z" * 5_000, options)
            )
            await asyncio.sleep(0.1)
            (told,) = await world.read()
            assert len(told) < 1_000 and "\x00" not in told and "\u202e" not in told
            asked.cancel()

    run_virtual(story())


async def test_a_message_from_before_the_question_is_no_answer_to_it() -> None:
    questions = OpenQuestions()
    questions.ask("q", QUESTION, (), asked_at=100.0)
    assert questions.current(written_at=99.0) is None
    later = questions.current(written_at=100.5)
    assert later is not None and not later.late
    assert not questions.answer("another", "sí")


async def test_an_answer_in_the_last_moment_is_not_lost() -> None:
    """It comes in the very turn of the loop in which the waiting ends."""
    questions = OpenQuestions()
    questions.ask("q", QUESTION, (), asked_at=0.0)
    waiting = asyncio.create_task(questions.wait("q", 0.01))
    await asyncio.sleep(0)
    answered: list[bool] = []
    asyncio.get_running_loop().call_later(
        0.01, lambda: answered.append(questions.answer("q", "con Carla"))
    )
    answer = await waiting
    await asyncio.sleep(0.02)
    assert (answer == "con Carla") is answered[0]

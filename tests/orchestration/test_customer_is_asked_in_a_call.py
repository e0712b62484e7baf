"""The business wants to know something: the customer is asked, and the agent gets an answer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from data.memory_store import MemoryStore
from orchestration.agent_tools import MOST_QUESTIONS, AgentTools
from simulation.clock import run_virtual
from tests.orchestration.agent_at_work import Customer, tools_of_a_call, use


@pytest.fixture
def customer() -> Customer:
    return Customer()


@pytest.fixture
def tools(customer: Customer) -> AgentTools:
    return tools_of_a_call(MemoryStore(), customer)


async def test_the_customers_answer_is_passed_on(tools: AgentTools, customer: Customer) -> None:
    customer.answer = " para\u0007 dos \n personas"
    answer, error = await use(
        tools, "ask_customer", question=" ¿Para\ncuántos? ", options=["2", " ", "4\t"], call_id="x"
    )
    assert answer == {"answered": True, "answer": "para dos personas"} and not error
    assert customer.asked == [("attempt-1", "¿Para cuántos?", ("2", "4"))]


@pytest.mark.parametrize("options", ["2, 4 ; 6", "2|4|6", ["2", "4", "6"]])
async def test_options_may_come_as_one_text(
    tools: AgentTools, customer: Customer, options: object
) -> None:
    await use(tools, "ask_customer", question="¿Cuántos?", options=options)
    await use(tools, "ask_customer", question="¿Cuándo?", options=None)
    assert [asked[2] for asked in customer.asked] == [("2", "4", "6"), ()]


@pytest.mark.parametrize("silent", [Customer(answer=None), Customer(answer=" "), None])
async def test_without_an_answer_the_agent_is_told_what_was_allowed(
    tools: AgentTools, silent: Customer | None
) -> None:
    tools.customer_line = silent
    answer, error = await use(tools, "ask_customer", question="¿A las 6?")
    assert answer["answered"] is False and not error
    assert "Day: 2026-11-26. Time: 17:00." in answer["answer"]
    assert "call back" in answer["answer"]


async def test_a_line_that_breaks_is_no_answer(tools: AgentTools, customer: Customer) -> None:
    customer.breaks = True
    answer, error = await use(tools, "ask_customer", question="?")
    assert answer["answered"] is False and not error


def test_a_line_that_never_comes_back_is_left(caplog: pytest.LogCaptureFixture) -> None:
    customer = Customer(takes_s=3600.0)

    async def ask() -> tuple[dict[str, Any], float]:
        tools = tools_of_a_call(MemoryStore(), customer)
        began = asyncio.get_running_loop().time()
        answer, _ = await use(tools, "ask_customer", question="¿Secreto?")
        return answer, asyncio.get_running_loop().time() - began

    answer, took = run_virtual(ask())
    assert answer["answered"] is False
    assert 20.0 < took < 25.0
    assert customer.left == 1
    assert "Secreto" not in caplog.text


async def test_three_questions_and_no_more(tools: AgentTools, customer: Customer) -> None:
    for _ in range(MOST_QUESTIONS):
        answer, _ = await use(tools, "ask_customer", question="?")
        assert answer["answered"] is True
    answer, error = await use(tools, "ask_customer", question="?")
    assert answer["answered"] is False and not error
    assert "asked enough" in answer["answer"] and "2026-11-26" in answer["answer"]
    assert len(customer.asked) == MOST_QUESTIONS


def test_one_question_at_a_time_and_other_tools_beside_it() -> None:
    customer = Customer(takes_s=5.0)

    async def run() -> None:
        tools = tools_of_a_call(MemoryStore(), customer)
        async with asyncio.TaskGroup() as both:
            first = both.create_task(use(tools, "ask_customer", question="¿A las 6?"))
            await asyncio.sleep(1.0)
            second, _ = await use(tools, "ask_customer", question="¿A las 7?")
            assert second["answered"] is False and "wait" in second["answer"]
            slot, _ = await use(tools, "validate_slot", date="mañana", time="17:00")
            assert slot["valid"] is True
            assert not first.done()
        assert first.result()[0]["answered"] is True
        assert len(customer.asked) == 1

    run_virtual(run())


def test_a_question_whose_call_ended_leaves_nothing_behind() -> None:
    customer = Customer(takes_s=10.0)

    async def run() -> None:
        tools = tools_of_a_call(MemoryStore(), customer)
        asking = asyncio.create_task(use(tools, "ask_customer", question="?"))
        await asyncio.sleep(1.0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert customer.left == 1
        customer.takes_s = 0.0
        answer, _ = await use(tools, "ask_customer", question="?")
        assert answer["answered"] is True

    run_virtual(run())

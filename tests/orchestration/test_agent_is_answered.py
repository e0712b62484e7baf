"""What the agent's tools answer during a call, and what they keep."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.call import CallResult, OutcomeStatus
from data.memory_store import MemoryStore
from data.store import Attempt, StoreError, Turn
from orchestration.agent_tools import AgentTools, ToolReply
from simulation.clock import run_virtual
from tests.orchestration.agent_at_work import ERRAND, Customer, tools_of_a_call, use


class FullStore(MemoryStore):
    """Cannot keep reports."""

    async def keep_report(self, attempt_id: str, result: CallResult) -> CallResult:
        raise StoreError("the disk is full")


class SlowStore(MemoryStore):
    """Does not come back."""

    async def keep_report(self, attempt_id: str, result: CallResult) -> CallResult:
        await asyncio.sleep(3600.0)
        return result


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def tools(store: MemoryStore) -> AgentTools:
    return tools_of_a_call(store)


@pytest.fixture
def customer(tools: AgentTools) -> Customer:
    line = Customer()
    tools.customer_line = line
    return line


async def test_a_slot_that_fits_and_one_that_does_not(tools: AgentTools) -> None:
    answer, error = await use(tools, "validate_slot", date="mañana", time="17:00", call_id="x")
    assert answer["valid"] is True and "alternatives" not in answer and not error
    answer, error = await use(tools, "validate_slot", date="mañana", time="18:00")
    assert answer["valid"] is False and not error
    assert answer["alternatives"] == ["2026-11-26 17:00"]
    answer, error = await use(tools, "validate_slot", date=None, time="cinco de la tarde")
    assert answer["valid"] is True


@pytest.mark.parametrize(
    ("name", "parameters", "field", "says"),
    [
        ("validate_slot", {"date": 5, "time": "17:00"}, "valid", "date"),
        ("validate_slot", {"time": "x" * 81}, "valid", "80"),
        ("report_result", {}, "success", "status"),
        ("report_result", {"status": "hooray"}, "success", "booked"),
        ("report_result", {"status": "interrupted"}, "success", "status"),
        ("report_result", {"status": "failed", "notes": "x" * 501}, "success", "notes"),
        ("report_result", {"status": "booked"}, "success", "date and time"),
        ("dial", {"to": "+541140000102"}, "success", "no tool"),
        ("dial", {}, "success", "validate_slot, report_result, ask_customer and press_keys"),
        ("ask_customer", {}, "answered", "question"),
        ("ask_customer", {"question": ""}, "answered", "question"),
        ("ask_customer", {"question": "\u0007\u200b"}, "answered", "question"),
        ("ask_customer", {"question": 5}, "answered", "question"),
        ("ask_customer", {"question": "x" * 301}, "answered", "300"),
        ("ask_customer", {"question": "?", "options": ["x"] * 6}, "answered", "options"),
        ("ask_customer", {"question": "?", "options": ["x" * 81]}, "answered", "80"),
        ("ask_customer", {"question": "?", "options": [1]}, "answered", "options"),
        ("ask_customer", {"question": "?", "options": {"a": 1}}, "answered", "options"),
    ],
)
async def test_wrong_use_is_explained(
    tools: AgentTools,
    customer: Customer,
    name: str,
    parameters: dict[str, object],
    field: str,
    says: str,
) -> None:
    answer, error = await use(tools, name, **parameters)
    assert error and answer[field] is False
    told = answer["answer" if field == "answered" else "message"]
    assert says in told
    assert "xxxxx" not in told
    assert tools.reported("attempt-1") is None
    assert customer.asked == []


async def test_the_first_report_stands(tools: AgentTools) -> None:
    booked = {"status": "booked", "date": "2026-11-26", "time": "17:00", "notes": " a\u0007b "}
    for _ in range(2):
        answer, error = await use(tools, "report_result", **booked)
        assert answer["success"] is True and not error
    answer, error = await use(tools, "report_result", status="failed")
    assert answer["success"] is False and not error
    assert "booked" in answer["message"] and "first" in answer["message"]
    kept = tools.reported("attempt-1")
    assert kept is not None
    assert (kept.status, kept.notes) == (OutcomeStatus.BOOKED, "a b")


async def test_a_call_that_is_over_or_unknown(tools: AgentTools) -> None:
    tools.end("attempt-1")
    answer, error = await use(tools, "report_result", status="failed")
    assert error and answer["success"] is False
    assert tools.reported("attempt-1") is None
    answer, error = await use(tools, "ask_customer", question="?")
    assert error and answer["answered"] is False


# --- slots -----------------------------------------------------------------------------------
async def test_a_wish_is_put_once_in_a_call(tools: AgentTools) -> None:
    wish = replace(ERRAND, preferences=replace(ERRAND.preferences, time_is_wish=True))
    for attempt_id in ("attempt-1", "attempt-2"):
        tools.begin(attempt_id, wish)
        answers = [
            json.loads(
                (
                    await tools.answer_tool(
                        attempt_id, "validate_slot", {"date": "mañana", "time": time}
                    )
                ).result
            )
            for time in ("18:00", "18:00", "19:00")
        ]
        assert [answer["valid"] for answer in answers] == [False, True, True]
        assert answers[0]["alternatives"] == ["2026-11-26 17:00"]
        assert "ask whether that is possible" in answers[0]["message"]


async def test_the_professional_counts(tools: AgentTools) -> None:
    only_ana = replace(ERRAND.preferences, professional="Ana", professional_is_must=True)
    tools.begin("attempt-1", replace(ERRAND, preferences=only_ana))
    slot = {"date": "2026-11-26", "time": "17:00"}
    answer, _ = await use(tools, "validate_slot", **slot, professional_name="Laura")
    assert answer["valid"] is False and "Ana" in answer["message"]
    answer, _ = await use(tools, "validate_slot", **slot, professional_name="ana")
    assert answer["valid"] is True


# --- reports ---------------------------------------------------------------------------------
BOOKED = {"status": "booked", "date": "2026-11-26", "time": "17:00"}


async def test_a_report_is_durable_before_it_is_answered(
    tools: AgentTools, store: MemoryStore
) -> None:
    attempt = Attempt("attempt-1", "e", "c", "+541140000101", "Ana", "{}", 1.0)
    await store.commit_turn(Turn("c", attempt=attempt))
    await use(tools, "report_result", **BOOKED)
    await use(tools, "report_result", status="failed")
    kept = await store.reported("attempt-1")
    assert kept is not None and kept == tools.reported("attempt-1")
    assert kept.status is OutcomeStatus.BOOKED


@pytest.mark.parametrize("troubled", [FullStore, SlowStore])
def test_a_report_survives_a_store_in_trouble(troubled: type[MemoryStore]) -> None:
    async def report() -> tuple[dict[str, Any], CallResult | None]:
        tools = tools_of_a_call(troubled())
        answer, error = await use(tools, "report_result", **BOOKED)
        assert not error
        return answer, tools.reported("attempt-1")

    answer, kept = run_virtual(report())
    assert answer["success"] is True
    assert kept is not None and kept.status is OutcomeStatus.BOOKED


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["validate_slot", "report_result", "ask_customer"]) | st.text(max_size=50),
    st.dictionaries(
        st.sampled_from(
            "question options date time status professional_name notes instructions".split()
        )
        | st.text(max_size=5),
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=100)
        | st.lists(st.text(max_size=10), max_size=7)
        | st.sampled_from(["booked", "2026-11-26", "17:00", "9999-99-99", "25:61"]),
        max_size=6,
    ),
)
def test_whatever_an_agent_sends_gets_one_readable_answer(
    name: str, parameters: dict[str, object]
) -> None:
    async def ask() -> ToolReply:
        tools = tools_of_a_call(MemoryStore(), Customer())
        return await tools.answer_tool("attempt-1", name, parameters)

    answer = json.loads(run_virtual(ask()).result)
    verdicts = {"valid", "success", "answered"} & answer.keys()
    assert len(verdicts) == 1 and isinstance(answer[verdicts.pop()], bool)

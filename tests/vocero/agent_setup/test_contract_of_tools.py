"""The agent is told of exactly the parameters that the call answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, Field

from bridge.tool_desk import BadKeys, PressKeys, keys_to_press
from data.errand import Errand, Preferences
from data.memory_store import MemoryStore
from data.place import PlaceInfo
from orchestration.agent_tools import AgentTools
from orchestration.tool_parameters import ReportResult, ValidateSlot
from simulation.agent_rest_rules import tool_faults
from vocero.agent_setup.agent_tools import CLIENT_TOOLS, ClientTool
from vocero.agent_setup.tool_schema import tool_parameters

NAMED = {tool.name: tool for tool in CLIENT_TOOLS}
README = Path(__file__).parents[3] / "README.md"


def parameters(name: str) -> dict[str, Any]:
    found: dict[str, Any] = NAMED[name].config()["parameters"]
    return found


@pytest.mark.parametrize("tool", CLIENT_TOOLS, ids=lambda tool: tool.name)
def test_elevenlabs_takes_every_tool(tool: ClientTool) -> None:
    assert tool_faults({"tool_config": tool.config()}) == []


@pytest.mark.parametrize("tool", CLIENT_TOOLS, ids=lambda tool: tool.name)
def test_the_agent_waits_for_every_answer(tool: ClientTool) -> None:
    config = tool.config()
    assert config["expects_response"] is True
    assert config["tool_error_handling_mode"] == "passthrough"
    assert config["response_timeout_secs"] >= (30 if tool.name == "ask_customer" else 15)


def test_names_and_needs_are_those_of_the_contract() -> None:
    needed = {name: (set(p["properties"]), set(p["required"])) for name, p in _all().items()}
    assert needed == {
        "validate_slot": ({"date", "time", "professional_name"}, {"date", "time"}),
        "report_result": (
            {"status", "date", "time", "professional_name", "notes", "instructions"},
            {"status"},
        ),
        "ask_customer": ({"question", "options"}, {"question"}),
        "press_keys": ({"digits"}, {"digits"}),
    }


def _all() -> dict[str, dict[str, Any]]:
    return {name: parameters(name) for name in NAMED}


def test_lists_and_choices_reach_the_agent() -> None:
    options = parameters("ask_customer")["properties"]["options"]
    assert (options["type"], options["items"]["type"]) == ("array", "string")
    assert "At most 5" in options["description"]
    status = parameters("report_result")["properties"]["status"]
    assert {"booked", "no_availability", "callback_needed", "voicemail"} <= set(status["enum"])
    assert "busy" not in status["enum"], "that is ours to know"
    assert (
        "At most 300 characters"
        in parameters("ask_customer")["properties"]["question"]["description"]
    )


async def test_a_call_answers_every_one_of_them() -> None:
    place = PlaceInfo(id="1", name="Ana", phone="+541140000101")
    errand = Errand(
        "e", "whatsapp:+5491150000001", "Lucía", "es", place, "corte", "", Preferences()
    )
    tools = AgentTools(lambda: 1_795_618_800.0, "UTC", MemoryStore())
    tools.begin("attempt", errand)
    assert "There is no tool" in (await tools.answer_tool("attempt", "sing", {})).result
    for name in set(NAMED) - {"press_keys"}:
        reply = await tools.answer_tool("attempt", name, {})
        assert "There is no tool" not in reply.result
    assert NAMED["press_keys"].parameters is PressKeys, "answered by the bridge"


def test_what_the_schema_allows_is_answered() -> None:
    assert ValidateSlot.model_validate({"date": "2026-11-27", "time": ""}).time == ""
    assert ValidateSlot.model_validate({"time": "a las cinco"}).date is None, "asked, not demanded"
    for status in parameters("report_result")["properties"]["status"]["enum"]:
        assert ReportResult.model_validate({"status": status}).status == status
    assert keys_to_press({"digits": "1 #w", "more": 1})[0] == "1 #w"
    for bad in ({}, {"digits": 5}, {"digits": "\ud800"}, {"digits": "E"}):
        with pytest.raises(BadKeys, match="digits must be"):
            keys_to_press(bad)


class Undescribed(BaseModel):
    day: str


class TwoKinds(BaseModel):
    day: str | int = Field(description="A day.")


@pytest.mark.parametrize("model", [Undescribed, TwoKinds])
def test_what_elevenlabs_cannot_be_told_is_found_here(model: type[BaseModel]) -> None:
    with pytest.raises(TypeError, match="day"):
        tool_parameters(model)


def test_the_readme_names_the_same_tools() -> None:
    text = README.read_text(encoding="utf-8")
    for name, schema in _all().items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{name}`"))
        assert all(f"`{each}`" in row for each in schema["properties"]), row
    assert json.dumps(_all()), "it is JSON"

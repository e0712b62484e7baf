"""What the agent is told before the call, and what its tools answer during it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from data.call import OutcomeStatus
from data.errand import Errand, Preferences
from data.place import PlaceInfo
from orchestration.agent_tools import AgentTools
from orchestration.briefing import VARIABLES, brief, spoken_clock, spoken_day, spoken_hours

NOON = 1_795_618_800.0
"""2026-11-25 12:00 in Buenos Aires."""
ZONE = "America/Argentina/Buenos_Aires"
ERRAND = Errand(
    errand_id="e",
    customer="whatsapp:+5491150000001",
    customer_name="Lu\u0000cía\n",
    language="en",
    business=PlaceInfo(id="1", name="Peluquería Ana", phone="+541140000101"),
    service="corte",
    request="con Ana",
    preferences=Preferences("mañana", "a las 5", "2026-11-26", "17:00", "17:00"),
)


def test_every_variable_is_always_there() -> None:
    bare = Errand(
        errand_id="e",
        customer="",
        customer_name="",
        language="",
        business=PlaceInfo(id="1", name=""),
        service="",
        request="",
        preferences=Preferences(),
    )
    for errand in (ERRAND, bare):
        briefed = brief(errand, "attempt-1", NOON, default_zone=ZONE)
        assert set(briefed) == set(VARIABLES)
        assert all(isinstance(value, str) for value in briefed.values())
    assert briefed["date_spoken"] == briefed["time"] == briefed["business_name"] == ""


def test_the_briefing_is_in_the_language_and_on_the_clock_of_the_business() -> None:
    briefed = brief(ERRAND, "attempt-1", NOON, default_zone=ZONE, callback="+541150009999")
    assert briefed == {
        "call_id": "attempt-1",
        "business_name": "Peluquería Ana",
        "business_phone": "+541140000101",
        "customer_name": "Lu cía",
        "service": "corte",
        "request": "con Ana",
        "date": "2026-11-26",
        "date_spoken": "jueves 26 de noviembre",
        "time": "17:00",
        "time_spoken": "a las cinco de la tarde",
        "language": "es",
        "today": "2026-11-25",
        "now": "12:00",
        "weekday": "miércoles",
        "timezone": ZONE,
        "callback": "+541150009999",
    }
    london = ERRAND.business.model_copy(
        update={"phone": "+442079460101", "timezone": "Europe/London"}
    )
    abroad = brief(replace(ERRAND, business=london), "a", NOON, default_zone=ZONE)
    assert (abroad["language"], abroad["now"]) == ("en", "15:00")
    assert abroad["date_spoken"] == "Thursday, November 26"
    assert abroad["time_spoken"] == "at five in the afternoon"


def test_what_could_not_be_resolved_is_passed_on_as_heard() -> None:
    vague = replace(ERRAND, preferences=Preferences("cuando puedan", "tempranito"))
    briefed = brief(vague, "a", NOON, default_zone=ZONE)
    assert (briefed["date"], briefed["date_spoken"]) == ("", "cuando puedan")
    assert (briefed["time"], briefed["time_spoken"]) == ("", "tempranito")


@pytest.mark.parametrize(
    ("text", "spanish", "english"),
    [
        ("17:30", "las cinco y media de la tarde", "half past five in the afternoon"),
        ("13:15", "la una y cuarto de la tarde", "a quarter past one in the afternoon"),
        ("12:00", "las doce del mediodía", "noon"),
        ("09:10", "las nueve y 10 de la mañana", "10 past nine in the morning"),
        ("21:00", "las nueve de la noche", "nine in the evening"),
        ("05:00", "las cinco de la madrugada", "five in the morning"),
    ],
)
def test_spoken_clock(text: str, spanish: str, english: str) -> None:
    assert spoken_clock(text, "es") == spanish
    assert spoken_clock(text, "en") == english


def test_spoken_ranges_and_days() -> None:
    assert spoken_hours("17:00", "19:00", "es") == (
        "entre las cinco de la tarde y las siete de la tarde"
    )
    assert spoken_hours("18:00", "", "es") == "a partir de las seis de la tarde"
    assert spoken_hours("", "11:00", "en") == "before eleven in the morning"
    assert spoken_hours("", "", "en") == ""
    assert spoken_day("2026-11-27", "en") == "Friday, November 27"


@pytest.fixture
def tools() -> AgentTools:
    announced = AgentTools(lambda: NOON, ZONE)
    announced.begin("attempt-1", ERRAND)
    return announced


async def use(tools: AgentTools, name: str, **parameters: object) -> tuple[dict[str, Any], bool]:
    reply = await tools.answer_tool("attempt-1", name, parameters)
    return json.loads(reply.result), reply.is_error


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
        ("ask_customer", {"question": "?"}, "success", "no tool"),
    ],
)
async def test_wrong_use_is_explained(
    tools: AgentTools, name: str, parameters: dict[str, object], field: str, says: str
) -> None:
    answer, error = await use(tools, name, **parameters)
    assert error and answer[field] is False
    assert says in answer["message"]
    assert "xxxxx" not in answer["message"]
    assert tools.reported("attempt-1") is None


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

"""Every scene can be played: its clips exist, its numbers are valid, its parts fit together."""

from __future__ import annotations

import phonenumbers
import pytest

from data.call import OutcomeStatus
from simulation.meanings import meaning_of, plain
from simulation.scenes import SCENES
from simulation.script import (
    AwaitReply,
    BreakOff,
    EndCall,
    Hear,
    ListenFor,
    ListenOut,
    Pickup,
    Say,
    Scene,
    Speak,
    UseTool,
    Write,
)
from simulation.speech import clips

scenes = pytest.mark.parametrize("scene", SCENES.values(), ids=lambda scene: scene.name)


def test_they_are_all_there_in_order() -> None:
    assert list(SCENES) == [
        "booked",
        "no_availability",
        "search_and_pick",
        "busy",
        "no_answer",
        "voicemail",
        "interrupted",
        "agent_lost",
        "goodbye",
        "slow_tool",
        "customer_cancels",
        "asks_customer",
        "next_place",
        "booked_english",
    ]


@scenes
def test_the_ending_is_an_outcome_and_the_clips_exist(scene: Scene) -> None:
    assert OutcomeStatus(scene.ends_as)
    named = [step.clip for step in scene.business if isinstance(step, Speak)]
    named += [step.clip for step in scene.agent if isinstance(step, Hear | Say)]
    named += [scene.voicemail_greeting] if scene.voicemail_greeting else []
    assert not set(named) - set(clips())
    assert {clips()[name].language for name in named} <= {scene.language}
    assert bool(scene.voicemail_greeting) == (scene.pickup is Pickup.MACHINE)


@scenes
def test_the_numbers_are_valid_and_the_model_reads_them_from_the_message(scene: Scene) -> None:
    text = next(step.text for step in scene.customer if isinstance(step, Write))
    meaning = meaning_of(text)
    assert meaning["intent"] in {"call_number", "search_and_call"}
    searches = scene.name in {"search_and_pick", "next_place"}
    assert (meaning["intent"] == "search_and_call") == searches
    matches = list(phonenumbers.PhoneNumberMatcher(text, "AR"))
    assert len(matches) == (meaning["intent"] == "call_number")
    for match in matches:
        e164 = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        assert phonenumbers.is_valid_number(match.number)
        assert meaning["phone_number"] == e164


@scenes
def test_the_customer_writes_waits_and_says_yes_once(scene: Scene) -> None:
    steps = scene.customer
    assert isinstance(steps[0], Write) and not isinstance(steps[-1], Write)
    yes = [step for step in steps if isinstance(step, Write) and plain(step.text) in {"si", "yes"}]
    assert len(yes) == 1
    assert isinstance(steps[steps.index(yes[0]) - 1], AwaitReply)


@scenes
def test_the_agent_hears_what_the_business_says_in_that_order(scene: Scene) -> None:
    said = [step.clip for step in scene.business if isinstance(step, Speak)]
    said = [scene.voicemail_greeting] if scene.voicemail_greeting else said
    assert [step.clip for step in scene.agent if isinstance(step, Hear)] == said


@scenes
def test_whoever_waits_for_the_agent_has_an_agent_that_speaks(scene: Scene) -> None:
    listens = [step for step in scene.business if isinstance(step, ListenOut | ListenFor)]
    speaks = [step for step in scene.agent if isinstance(step, Say)]
    # One more wait than turns is the business that stays on the line for a goodbye.
    assert len(listens) <= len(speaks) + 1
    for step in scene.business:
        if isinstance(step, ListenFor):
            assert step.heard_ms < max(clips()[each.clip].ms for each in speaks) - 1000


@scenes
def test_a_booking_is_checked_reported_and_spoken_by_the_business(scene: Scene) -> None:
    tools = [step for step in scene.agent if isinstance(step, UseTool)]
    reports = [step.parameters for step in tools if step.name == "report_result"]
    if scene.ends_as != "booked":
        assert not [report for report in reports if report["status"] == "booked"]
        return
    assert [step.name for step in tools][-2:] == ["validate_slot", "report_result"]
    (report,) = reports
    assert report["status"] == "booked" and report["date"] == "{tomorrow}"
    assert tools[-2].parameters["time"] == report["time"]
    hour = int(str(report["time"])[:2]) % 12
    spoken = [clips()[step.clip].text for step in scene.business if isinstance(step, Speak)]
    names = {3: "three", 4: "cuatro", 5: "cinco", 6: "seis", 9: "nueve", 11: "once"}
    day = "tomorrow" if scene.language == "en" else "mañana"
    assert any(day in text.lower() and names[hour] in text for text in spoken)
    assert isinstance(scene.agent[-1], EndCall)


@scenes
def test_a_conversation_is_short_enough_to_watch(scene: Scene) -> None:
    talk = sum(clips()[step.clip].ms for step in scene.business if isinstance(step, Speak))
    talk += sum(clips()[step.clip].ms for step in scene.agent if isinstance(step, Say))
    assert talk < 28_000


def test_the_scenes_that_are_about_something_contain_it() -> None:
    late = [step for step in SCENES["interrupted"].agent if isinstance(step, Say)]
    assert any(step.late_frames for step in late)
    assert isinstance(SCENES["agent_lost"].agent[-1], BreakOff)
    *_, goodbye, _ = SCENES["goodbye"].agent
    assert isinstance(goodbye, Say) and clips()[goodbye.clip].ms > 6000
    assert SCENES["slow_tool"].tool_delay_ms > 1000

"""Damaged recordings: one clear error that names the file and the line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.commands import RunTool
from bridge.events import (
    AgentAudio,
    AgentReady,
    BusinessAudio,
    CancelAsked,
    Dialed,
    DialFailed,
    Event,
    PhoneProgress,
    PhoneStatus,
    ToolAnswered,
    ToolCalled,
)
from bridge.recording import (
    COMMAND_TYPES,
    EVENT_TYPES,
    RecordedCall,
    RecordingError,
    command_from_json,
    command_to_json,
    event_from_json,
    event_to_json,
)
from data.call import Blame, CallEnding, EndCause

Damage = Callable[[str], str]


def line_of(text: str, number: int) -> str:
    return text.split("\n")[number - 1]


@pytest.mark.parametrize(
    ("name", "damage", "says"),
    [
        ("carrier.jsonl", lambda text: text[:-30], "line 355: not whole JSON"),
        ("agent.jsonl", lambda text: text.replace("\n", "\n\n", 1), "line 2: not whole JSON"),
        ("events.jsonl", lambda text: "[]\n" + text, "line 1: not a JSON object"),
        ("events.jsonl", lambda text: "[" * 100_000, "line 1: not whole JSON"),
        ("agent.jsonl", lambda text: text.split("\n", 1)[1], "is missing"),
        ("carrier.jsonl", lambda text: line_of(text, 1) + "\n" + text, "line 2: n must be"),
        ("carrier.jsonl", lambda text: text.replace('"n": 8,', '"n": "8",'), "line 1: n must be"),
        ("carrier.jsonl", lambda text: text.replace('"n": 8,', '"n": 1,'), "n 1 is there twice"),
        ("agent.jsonl", lambda text: text.replace('"t": 2.', '"t": NaN, "x": 2.', 1), "line 1: t"),
        ("agent.jsonl", lambda text: text.replace('"agent"', '"me"', 1), 'line 1: needs "from"'),
        ("events.jsonl", lambda text: text.replace("Dialed", "Dialled"), "line 1: no known type"),
        ("events.jsonl", lambda text: text.replace('"call_sid"', '"sid"'), "Dialed has no sid"),
        ("events.jsonl", lambda text: text.replace('"ringing"', '"ringin"'), "status cannot be"),
        ("events.jsonl", lambda text: text.replace('"event"', '"x"', 1), '"what" must'),
        ("call.json", lambda text: text[:50], "call.json: not whole JSON"),
        ("call.json", lambda text: text.replace('"format": 2', '"format": 3'), "formats 1 and 2"),
        ("call.json", lambda text: text.replace('"lead_ms"', '"lead"'), "another version"),
        ("call.json", lambda text: text.replace('"lead_ms": 200', '"lead_ms": -1'), "positive"),
        ("call.json", lambda text: text.replace('"lead_ms": 200', '"lead_ms": "x"'), "wrong type"),
        ("call.json", lambda text: text.replace('"entries": ', '"entries": 1'), "counted"),
        ("call.json", lambda text: text.replace("{", '{"begins_at": -1,', 1), "begins_at must be"),
        ("call.json", lambda text: text.replace("{", '{"begins_at": NaN,', 1), "begins_at must be"),
        ("call.json", lambda text: text.replace("{", '{"begins_at": "1",', 1), "begins_at must be"),
        ("outcome.json", lambda text: "", "outcome.json: not whole JSON"),
    ],
)  # fmt: skip
def test_the_error_names_the_place(folder: Path, name: str, damage: Damage, says: str) -> None:
    path = folder / name
    before = path.read_text("utf-8")
    after = damage(before)
    assert after != before
    path.write_text(after, encoding="utf-8")
    with pytest.raises(RecordingError) as caught:
        RecordedCall.load(folder)
    assert says in str(caught.value)
    assert str(folder) in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("name", ["call.json", "carrier.jsonl", "events.jsonl", "outcome.json"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(RecordingError, match=f"{name}: is missing"):
        RecordedCall.load(folder)


def test_a_file_that_is_not_text_is_named(folder: Path) -> None:
    (folder / "agent.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(RecordingError, match=r"agent\.jsonl: cannot be read"):
        RecordedCall.load(folder)


def test_the_last_lines_cannot_vanish_unnoticed(folder: Path) -> None:
    path = folder / "events.jsonl"
    texts = path.read_text("utf-8").split("\n")
    path.write_text("\n".join(texts[:-2]) + "\n", encoding="utf-8")
    with pytest.raises(RecordingError, match="counted"):
        RecordedCall.load(folder)


@pytest.mark.parametrize(
    "event",
    [
        Dialed("CA1"),
        DialFailed(CallEnding(EndCause.DIAL_FAILED, Blame.CARRIER, "21211")),
        PhoneProgress(PhoneStatus.NO_ANSWER, 480),
        PhoneProgress(PhoneStatus.BUSY),
        BusinessAudio(bytes(range(256)), 155, 1),
        AgentReady("conv", "ulaw_8000", "pcm_16000"),
        AgentAudio(7, b""),
        ToolCalled("t", "validate_slot", {"a": [1, None, True], "b": {"c": 1.5}}),
        ToolAnswered("t", "false", True),
        CancelAsked(),
    ],
)
def test_events_survive_the_way_through_json(event: Event) -> None:
    assert event_from_json(json.loads(json.dumps(event_to_json(event)))) == event


def test_every_event_and_command_has_a_name_of_its_own() -> None:
    assert len(EVENT_TYPES) == 37
    assert len(COMMAND_TYPES) == 15
    command = RunTool("t", "ask_customer", {"question": "¿a las 5?"})
    assert command_from_json(command_to_json(command)) == command


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_anything_else_is_refused_with_words(value: object) -> None:
    for wrong in (value, {"type": value}, {"type": "AgentAudio", "event_id": value, "sound": "AA"}):
        with pytest.raises(ValueError, match=r".") as caught:
            event_from_json(wrong)
        assert str(caught.value)

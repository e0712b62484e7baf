"""Replaying a recorded call: identical every time, and every change is found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bridge import elevenlabs_wire
from bridge.commands import Command, TellAgent
from bridge.events import AnswerAsked, CustomerSaid, Dialed
from bridge.recorder import CallRecorder
from bridge.recording import AGENT, CALL, CARRIER, EVENTS, RecordedCall
from bridge.replay import replay
from bridge.session import CallSession
from bridge.timings import CallTimings
from data.call import Blame, CallEnding, CallReport, EndCause


@pytest.mark.parametrize(
    ("agent_format", "times"), [("ulaw_8000", 100), ("pcm_16000", 20), ("pcm_44100", 5)]
)
async def test_every_replay_is_identical(
    drive: Callable[..., Any], tmp_path: Path, agent_format: str, times: int
) -> None:
    call = drive(agent_format=agent_format)
    recorded = RecordedCall.load(await call.save(tmp_path))
    reports = [replay(recorded) for _ in range(times)]
    first = reports[0]
    assert first.passed, "\n".join(first.lines())
    assert first.ending == call.ending
    assert all(report == first for report in reports)
    sent = b"".join(sound for _, sound in call.played if sound is not None)
    assert first.to_business.sha256 == hashlib.sha256(sent).hexdigest()
    assert first.to_business.byte_count == len(sent)


async def test_an_incomplete_recording_is_compared_as_far_as_it_goes(
    drive: Callable[..., Any], tmp_path: Path
) -> None:
    # Cut at many places: between inputs and in the middle of what followed one.
    for step, max_bytes in enumerate(range(2_000, 40_000, 1_373)):
        folder = await drive(max_bytes=max_bytes).save(tmp_path / str(step))
        report = replay(RecordedCall.load(folder))
        assert report.passed, "\n".join(report.lines())
        assert not report.complete
        assert any("not complete" in line for line in report.lines())


def edit(folder: Path, name: str, change: Callable[[dict[str, Any]], bool]) -> int:
    """Change the first line that `change` accepts; its n."""
    texts = (folder / name).read_text("utf-8").split("\n")
    for index, text in enumerate(texts):
        line = json.loads(text)
        if change(line):
            texts[index] = json.dumps(line)
            (folder / name).write_text("\n".join(texts), encoding="utf-8")
            return int(line["n"])
    raise AssertionError("no such line")


def test_a_changed_output_is_found_where_it_is(folder: Path) -> None:
    def other_sound(line: dict[str, Any]) -> bool:
        if line["from"] != "vocero" or "media" not in line["text"]:
            return False
        line["text"] = line["text"].replace('"payload":"', '"payload":"AAAA')
        return True

    n = edit(folder, CARRIER, other_sound)
    report = replay(RecordedCall.load(folder))
    assert [difference.n for difference in report.differences] == [n]
    assert "Play of 483 bytes" in report.differences[0].expected
    assert "Play of 480 bytes" in report.differences[0].got
    assert not report.passed


def test_a_changed_input_is_found_by_what_follows(folder: Path) -> None:
    def other_id(line: dict[str, Any]) -> bool:
        if '"ping"' not in line["text"]:
            return False
        line["text"] = '{"type":"ping","ping_event":{"event_id":777}}'
        return True

    n = edit(folder, AGENT, other_id)
    (difference,) = replay(RecordedCall.load(folder)).differences
    assert difference.n == n + 1
    assert "777" in difference.got


def test_a_changed_command_is_found(folder: Path) -> None:
    def other_ending(line: dict[str, Any]) -> bool:
        if line["what"] != "command" or line["value"]["type"] != "Finish":
            return False
        line["value"]["ending"]["cause"] = "busy"
        return True

    n = edit(folder, EVENTS, other_ending)
    (difference,) = replay(RecordedCall.load(folder)).differences
    assert (difference.n, "busy" in difference.expected, "agent_finished" in difference.got) == (
        n,
        True,
        True,
    )
    assert str(difference).startswith(f"n {n} at ")


def test_other_timings_are_found(folder: Path) -> None:
    about = json.loads((folder / CALL).read_text("utf-8"))
    about["timings"]["lead_ms"] = 400
    (folder / CALL).write_text(json.dumps(about), encoding="utf-8")
    report = replay(RecordedCall.load(folder))
    assert report.difference_count > 5
    assert len(report.differences) <= 20


def test_an_ending_that_is_missing_is_found(folder: Path) -> None:
    def no_deadlines(line: dict[str, Any]) -> bool:
        if line["what"] != "event" or line["value"]["type"] != "AgentClosed":
            return False
        line["value"] = {"type": "CancelAsked"}
        return True

    edit(folder, EVENTS, no_deadlines)
    report = replay(RecordedCall.load(folder))
    assert not report.passed
    assert any("expected" in line for line in report.lines())


def test_a_message_that_no_wire_understands_is_skipped_and_counted(folder: Path) -> None:
    def garbage(line: dict[str, Any]) -> bool:
        if '"ping"' not in line["text"]:
            return False
        line["text"] = "{"
        return True

    edit(folder, AGENT, garbage)
    report = replay(RecordedCall.load(folder))
    assert report.bad_frames == 1
    assert [d.got for d in report.differences] == ["nothing"]


async def test_masked_numbers_in_shortened_texts_are_no_difference(tmp_path: Path) -> None:
    timings = CallTimings()
    session = CallSession(timings)
    recorder = CallRecorder("a", timings)
    ready = {
        "type": "conversation_initiation_metadata",
        "conversation_initiation_metadata_event": {
            "conversation_id": "c",
            "agent_output_audio_format": "ulaw_8000",
            "user_input_audio_format": "ulaw_8000",
        },
    }
    said = CustomerSaid("mi número es +5491155512301, " + "y algo más que decir, " * 300)
    for t, event in ((0.1, Dialed("CA1")), (0.2, AnswerAsked()), (0.3, None), (0.4, said)):
        if event is None:
            recorder.agent_said(t, json.dumps(ready))
            commands = session.receive(elevenlabs_wire.decode(json.dumps(ready)), t)
        else:
            recorder.happened(t, event)
            commands = session.receive(event, t)
        for command in commands:
            if isinstance(command, TellAgent):
                recorder.vocero_said_to_agent(t, elevenlabs_wire.encode(command))
            else:
                recorder.ordered(t, command)
    assert any(isinstance(command, TellAgent) for command in commands)
    report = CallReport("a", CallEnding(EndCause.SHUTDOWN, Blame.OURS))
    folder = await recorder.save(tmp_path, report)
    replayed = replay(RecordedCall.load(folder))
    assert replayed.passed, "\n".join(replayed.lines())
    assert "5512301" not in (folder / AGENT).read_text("utf-8")


async def test_a_machine_that_fails_is_a_finding_and_no_crash(
    recorded: RecordedCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(self: CallSession, event: object, now: float) -> tuple[Command, ...]:
        raise AssertionError("a defect")

    monkeypatch.setattr(CallSession, "receive", fails)
    report = replay(recorded)
    assert report.broken == ("n 1: the call machine failed: AssertionError: a defect",)
    assert not report.passed
    assert any("FAILED" in line for line in report.lines())
    assert any("broken: n 1" in line for line in report.lines())

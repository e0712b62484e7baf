"""Every scene, from the first message to the result, through the real composition."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from audio.formats import parse_format
from bridge.recording import LINE_FILES, RecordedCall, WireText
from simulation.scenes import BOOKED, INTERRUPTED, SCENES

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.call import CallReport
    from simulation.script import Scene
    from tests.calls.conftest import Stage

TALKED = sorted(
    SCENES.keys() - {"busy", "no_answer", "voicemail", "customer_cancels", "next_place"}
)
"""In virtual time the customer cancels before a word is said; `next_place` has two calls."""
UNBROKEN = sorted(set(TALKED) - {"interrupted", "agent_lost"})
"""Scenes in which all that the agent says is heard."""


@pytest.mark.parametrize("name", SCENES)
def test_the_scene_ends_as_it_says(
    name: str, stage: Stage, underruns_of: Callable[[CallReport], int]
) -> None:
    scene = SCENES[name]
    played, outcome = stage.rehearse(scene)
    assert played.complaints == []
    assert played.ended_well, played.result
    calls = 2 if name == "next_place" else 1
    assert outcome.posts["POST order"] == len(outcome.calls) == len(outcome.records) == calls
    assert outcome.told_once(), outcome.texts
    assert not outcome.alerts
    if name in TALKED:
        assert underruns_of(outcome.report) == 0
        assert outcome.call.line.underruns() == 0


@pytest.mark.parametrize("name", TALKED)
def test_what_arrives_is_what_was_sent_byte_for_byte(name: str, stage: Stage) -> None:
    played, outcome = stage.rehearse(SCENES[name])
    (conversation,) = outcome.conversations
    line = outcome.call.line
    assert conversation.heard, "the agent heard nothing"
    assert bytes(line.said).startswith(conversation.heard)
    if name in UNBROKEN:
        spoken = b"".join(piece.sound for piece in conversation.spoken)
        assert b"".join(sound for _, sound in line.arrivals) == spoken
    measured = played.measured
    assert measured is not None and measured.same_format
    assert measured.up.count > 100
    lost = (measured.up_lost, measured.up_foreign, measured.down_lost, measured.down_foreign)
    assert lost == (0, 0, 0, 0)


@pytest.mark.parametrize("voice", ["pcm_16000", "pcm_24000", "pcm_44100"])
@pytest.mark.parametrize("scene", [BOOKED, INTERRUPTED], ids=lambda scene: str(scene.name))
def test_it_ends_the_same_when_the_agent_speaks_another_format(
    scene: Scene, voice: str, stage: Stage, underruns_of: Callable[[CallReport], int]
) -> None:
    played, outcome = stage.rehearse(scene, voice=voice)
    assert played.ended_well, played.complaints
    assert outcome.told_once()
    assert underruns_of(outcome.report) == 0
    (conversation,) = outcome.conversations
    assert conversation.interruptions or scene is BOOKED
    voice_format = parse_format(voice)
    sent_ms = len(outcome.call.line.said) / 8
    heard_ms = voice_format.milliseconds(len(conversation.heard))
    assert sent_ms - 3000 < heard_ms <= sent_ms
    if scene is BOOKED:
        spoken_ms = voice_format.milliseconds(sum(len(each.sound) for each in conversation.spoken))
        arrived_ms = sum(len(sound) for _, sound in outcome.call.line.arrivals) / 8
        # The last frame of each of the three turns is filled up.
        assert 0 <= arrived_ms - spoken_ms < 3 * 20


def test_late_sound_of_an_interrupted_turn_is_never_heard(stage: Stage) -> None:
    _, outcome = stage.rehearse(INTERRUPTED)
    (conversation,) = outcome.conversations
    late = [piece.sound for piece in conversation.spoken if piece.late]
    arrived = b"".join(sound for _, sound in outcome.call.line.arrivals)
    assert len(late) == 2
    assert all(sound not in arrived for sound in late)
    assert len(outcome.call.line.clears) == 1
    assert any(entry.kind == "corrected" for entry in outcome.report.timeline)


@pytest.mark.parametrize("name", ["booked", "interrupted", "customer_cancels"])
def test_two_runs_with_equal_seeds_are_the_same(name: str, stage: Stage, tmp_path: Path) -> None:
    folders = []
    for run in ("one", "other"):
        _, outcome = stage.rehearse(SCENES[name], tmp_path / run, record=True)
        folders.append(tmp_path / run / "recordings" / outcome.record.attempt.attempt_id)
    one, other = (_without_ids(RecordedCall.load(folder)) for folder in folders)
    assert len(one) > (10 if name == "customer_cancels" else 500)
    assert one == other
    assert (folders[0] / "sound.wav").read_bytes() == (folders[1] / "sound.wav").read_bytes()


def test_a_recording_holds_all_that_the_contract_lists(stage: Stage, tmp_path: Path) -> None:
    _, outcome = stage.rehearse(BOOKED, record=True)
    folder = tmp_path / "recordings" / outcome.record.attempt.attempt_id
    names = {path.name for path in folder.iterdir()}
    assert names == {"call.json", "outcome.json", "sound.wav", *LINE_FILES}
    recorded = RecordedCall.load(folder)
    said = [entry for entry in recorded.entries if isinstance(entry, WireText)]
    opening = next(entry for entry in said if entry.side == "agent")
    assert opening.ours and "conversation_initiation_client_data" in opening.text
    whole = "".join(path.read_text() for path in folder.glob("*.json*"))
    assert "40001701" not in whole and "5491140009001" not in whole
    assert recorded.about["started_at"] == outcome.record.attempt.created_at


def _without_ids(recorded: RecordedCall) -> list[str]:
    attempt_id = str(recorded.about["attempt_id"])
    return [repr(entry).replace(attempt_id, "ATTEMPT") for entry in recorded.entries]

"""The committed recordings, again: identical byte for byte, and unharmed by every chaos."""

from __future__ import annotations

import json
import re
import wave
from io import BytesIO
from pathlib import Path

import pytest

from bridge.chaos import CHAOS
from bridge.recording import LINE_FILES, OUTCOME, SOUND, RecordedCall, WireText
from bridge.replay import replay

RECORDINGS = Path(__file__).parents[2] / "data" / "recordings"
FOLDERS = sorted(path for path in RECORDINGS.iterdir() if path.is_dir())
MOST_BYTES = 700_000


def test_there_are_recordings_and_they_stay_small() -> None:
    assert {folder.name for folder in FOLDERS} >= {"busy", "cut_short"}
    files = [file for file in RECORDINGS.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < MOST_BYTES


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.name))
def test_the_replay_is_identical(folder: Path) -> None:
    recorded = RecordedCall.load(folder)
    report = replay(recorded)
    assert report.passed, "\n".join(report.lines())
    assert report.complete and not report.bad_frames
    outcome = json.loads((folder / OUTCOME).read_text())
    assert report.ending is not None
    assert report.ending.cause == outcome["ending"]["cause"]


@pytest.mark.parametrize("chaos", CHAOS)
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.name))
def test_every_chaos_is_survived(folder: Path, chaos: str) -> None:
    recorded = RecordedCall.load(folder)
    for seed in range(1, 6):
        report = replay(recorded, chaos, seed)
        assert report.passed, "\n".join(report.lines())
        assert report.ending is not None


def test_a_changed_byte_of_sound_is_noticed(tmp_path: Path) -> None:
    source = RECORDINGS / "cut_short"
    copy = tmp_path / "cut_short"
    copy.mkdir()
    for file in source.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    lines = (copy / "carrier.jsonl").read_text().splitlines()
    at, line = next(
        (n, line)
        for n, line in enumerate(lines)
        if '"from": "carrier"' in line and '\\"media\\"' in line and n > 50
    )
    swapped = re.sub(r'(payload\\":\\")(.)', lambda m: m[1] + ("A" if m[2] != "A" else "B"), line)
    assert swapped != line
    lines[at] = swapped
    (copy / "carrier.jsonl").write_text("\n".join(lines) + "\n")
    report = replay(RecordedCall.load(copy))
    assert not report.passed
    assert report.difference_count == 1


def test_the_talked_one_holds_what_makes_calls_hard() -> None:
    recorded = RecordedCall.load(RECORDINGS / "cut_short")
    ours = [entry.text for entry in recorded.entries if isinstance(entry, WireText) and entry.ours]
    for sign in ('"event":"clear"', '"event":"mark"', '"type":"pong"', "client_tool_result"):
        assert any(sign in text for text in ours), sign
    with wave.open(BytesIO((RECORDINGS / "cut_short" / SOUND).read_bytes())) as sound:
        assert (sound.getnchannels(), sound.getframerate()) == (2, 8000)
        assert sound.getnframes() > 3 * 8000


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.name))
def test_nothing_private_is_in_them(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {"call.json", OUTCOME, SOUND, *LINE_FILES}
    for file in (*LINE_FILES, OUTCOME, "call.json"):
        text = (folder / file).read_text()
        assert not re.search(r"\+?54\s?9?\s?11\s?4\d{3}", text), file
        assert "conversation_signature" not in text
        assert not re.search(r'token\\":\\"(?!\*\*\*)', text)

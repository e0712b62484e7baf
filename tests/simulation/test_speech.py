"""The recorded speech is whole, is speech, and says what its line says."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from audio.formats import ULAW_8000
from audio.levels import SilenceWatch, loudness_dbfs
from simulation.lines import LINES, VOICES
from simulation.speech import SPEECH, SpeechDamaged, clips, load


def test_every_line_was_rendered_as_it_is_written_now() -> None:
    written = {(line.name, line.text, line.language) for line in LINES}
    assert {(clip.name, clip.text, clip.language) for clip in clips().values()} == written
    voices = {line.name: VOICES[line.voice].espeak for line in LINES}
    manifest = json.loads((SPEECH / "manifest.json").read_text(encoding="utf-8"))
    assert {each["name"]: each["voice"] for each in manifest} == voices
    assert all(each["milliseconds"] == clips()[each["name"]].ms for each in manifest)


@pytest.mark.parametrize("name", [line.name for line in LINES])
def test_a_clip_is_speech_at_telephone_level_without_long_pauses(name: str) -> None:
    clip = clips()[name]
    assert len(clip.mulaw) % 160 == 0
    assert -23.5 < loudness_dbfs(clip.mulaw, ULAW_8000) < -18
    watch = SilenceWatch()
    quiet = []
    for start in range(0, len(clip.mulaw), 160):
        watch.push(clip.mulaw[start : start + 160])
        if watch.heard_ms:
            quiet.append(watch.quiet_ms)
    # Half a second of quiet means that the speaker has finished.
    assert max(quiet) < 400
    assert watch.heard_ms > 0.6 * clip.ms
    assert 8 < len(clip.text) * 1000 / clip.ms < 27  # characters per second, as people speak


def test_neighbours_in_a_conversation_have_different_voices() -> None:
    agent = {VOICES[line.voice].espeak for line in LINES if line.voice.startswith("agent")}
    others = {VOICES[line.voice].espeak for line in LINES if not line.voice.startswith("agent")}
    assert not agent & others
    order = sorted(VOICES)
    assert all(VOICES[one] != VOICES[other] for one, other in pairwise(order))


def test_the_whole_is_small() -> None:
    assert sum(path.stat().st_size for path in SPEECH.iterdir()) < 1_500_000


def test_a_damaged_or_missing_clip_is_noticed(tmp_path: Path) -> None:
    copy = tmp_path / "speech"
    shutil.copytree(SPEECH, copy)
    damaged = copy / "ana_greets.ulaw"
    sound = bytearray(damaged.read_bytes())
    sound[1000] ^= 1
    damaged.write_bytes(sound)
    with pytest.raises(SpeechDamaged, match="ana_greets"):
        load(copy)
    damaged.unlink()
    with pytest.raises(SpeechDamaged):
        load(copy)

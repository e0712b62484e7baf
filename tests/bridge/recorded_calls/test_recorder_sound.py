"""sound.wav: business left by the carrier's timestamps, agent right where it was heard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from audio import mulaw
from audio.wav import read_wav
from bridge.events import BusinessAudio
from bridge.recorded_sound import SoundTrack
from bridge.recording import SOUND


def decoded(track: bytes | bytearray) -> bytes:
    return bytes(mulaw.decode(bytes(track)))


async def test_both_voices_are_where_they_were_heard(
    drive: Callable[..., Any], tmp_path: Path
) -> None:
    call = drive()
    folder = await call.save(tmp_path)
    sound = read_wav(folder / SOUND)
    assert sound.rate == 8000
    left, right = sound.channels
    # The first frame has the timestamp 80 ms; frames after the call's end were never heard.
    heard = decoded(call.business)
    assert left[: 2 * 640] == decoded(b"\xff" * 640)
    assert left[2 * 640 : 2 * 8 * 3000] == heard[: 2 * (8 * 3000 - 640)]
    # The first words of the agent came out at 2.6 s of the call, 0.4 s after the stream's start,
    # and were cut off at 4.1 s.
    first = decoded(call.agent_sent[1])
    start, cut = 2 * round(0.4 * 8000), 2 * round(1.9 * 8000)
    assert right[:start] == decoded(b"\xff" * (start // 2))
    assert right[start:cut] == first[: cut - start]
    second = decoded(call.agent_sent[2])
    at = 2 * round(2.4 * 8000)
    assert right[cut:at] == decoded(b"\xff" * ((at - cut) // 2))
    assert right[at : at + len(second)] == second
    goodbye = decoded(call.agent_sent[3])
    at = 2 * round(3.8 * 8000)
    assert right[at : at + len(goodbye)] == goodbye


def test_a_burst_is_laid_end_to_end_and_a_pause_stays_a_pause() -> None:
    track = SoundTrack(began=10.0, ended=20.0)
    for piece in (b"\x01" * 800, b"\x02" * 800):
        track.play(piece, 11.0)
    track.play(b"\x03" * 80, 12.0)
    right = track.timeline.track("right")
    assert right[8000:9600] == b"\x01" * 800 + b"\x02" * 800
    assert set(right[9600:16000]) == {0xFF}
    assert right[16000:] == b"\x03" * 80


def test_what_was_cleared_was_not_heard() -> None:
    track = SoundTrack(began=0.0, ended=9.0)
    track.play(b"\x01" * 8000, 1.0)
    track.silence(1.5)
    track.play(b"\x02" * 800, 1.6)
    track.silence(5.0)
    right = track.timeline.track("right")
    assert right[8000:12000] == b"\x01" * 4000
    assert set(right[12000:12800]) == {0xFF}
    assert right[12800:] == b"\x02" * 800


def test_a_mad_timestamp_does_not_make_a_mad_file() -> None:
    track = SoundTrack(began=0.0, ended=5.0)
    track.business(BusinessAudio(b"\x01" * 160, 10**14, 1))
    track.business(BusinessAudio(b"\x01" * 160, 1000, 2))
    assert track.timeline.milliseconds == 1020


def test_the_jitter_of_the_timestamps_tears_nothing() -> None:
    track = SoundTrack(began=0.0, ended=9.0)
    jitter = (0, 2, -2, 1, -1, 2, 0, -2)
    spoken = b"".join(bytes([number]) * 160 for number in range(1, 9))
    for number, late_ms in enumerate(jitter):
        frame = spoken[160 * number : 160 * (number + 1)]
        track.business(BusinessAudio(frame, 80 + 20 * number + late_ms, number + 1))
    # A frame that never came is a gap of its own length.
    track.business(BusinessAudio(b"\x09" * 160, 80 + 20 * 9, 10))
    left = track.timeline.track("left")
    assert left[640 : 640 + 1280] == spoken
    assert set(left[1920:2080]) == {0xFF}
    assert left[2080:2240] == b"\x09" * 160

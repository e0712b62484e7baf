"""A clip holds exactly the asked-for moment of a recording, both voices, and can be played."""

from __future__ import annotations

import io
import os
import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from audio.clip import MAX_S, NoClip, cut_clip, encode_opus, mixed_stretch

RATE = 8000
Track = npt.NDArray[np.float64]


def tone(hertz: float, from_s: float, until_s: float, length_s: float, peak: float) -> Track:
    """A tone in silence."""
    times = np.arange(round(length_s * RATE)) / RATE
    sounding = (times >= from_s) & (times < until_s)
    return np.where(sounding, peak * np.sin(2 * np.pi * hertz * times), 0.0)


def written(path: Path, *channels: Track, rate: int = RATE) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.stack(channels, 1) * 32767).astype("<i2").tobytes())
    return path


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """20 s: the business (left) sounds at 440 Hz from 4 to 6 s, the agent at 1000 Hz from 7 to 8 s,
    and somebody at 2500 Hz from 12 s on, who is no part of any moment below."""
    left = tone(440, 4, 6, 20, 0.4) + tone(2500, 12, 20, 20, 0.4)
    return written(tmp_path / "sound.wav", left, tone(1000, 7, 8, 20, 0.4))


def decoded(clip: bytes) -> Track:
    info = soundfile.info(io.BytesIO(clip))
    assert (info.format, info.subtype, info.channels) == ("OGG", "OPUS", 1)
    samples, _ = soundfile.read(io.BytesIO(clip))
    return np.asarray(samples, np.float64)


def loudness(samples: Track, hertz: float) -> float:
    """How much of this tone is in it, 1 for a full-scale sine."""
    times = np.arange(len(samples)) / RATE
    return float(2 * np.abs(np.mean(samples * np.exp(-2j * np.pi * hertz * times))))


def test_the_right_moment_with_both_voices_and_nothing_else(recording: Path) -> None:
    clip = cut_clip(recording, 3.0, 9.0)
    assert len(clip) < 40_000
    sound = decoded(clip)
    assert len(sound) == pytest.approx(6.0 * RATE, abs=160)
    # Where the business speaks (1 to 3 s of the clip), where the agent does, and in between.
    business, between, agent = (
        sound[int(from_s * RATE) : int(until_s * RATE)]
        for from_s, until_s in ((1.1, 2.9), (3.2, 3.8), (4.1, 4.9))
    )
    assert loudness(business, 440) == pytest.approx(0.4, rel=0.15)
    assert loudness(agent, 1000) == pytest.approx(0.4, rel=0.15)
    for part, foreign in ((business, 1000), (agent, 440), (business, 2500), (agent, 2500)):
        assert loudness(part, foreign) < 0.01
    assert np.sqrt(np.mean(between**2)) < 0.01


def test_what_is_heard_is_the_source_in_time(recording: Path) -> None:
    mixed, rate = mixed_stretch(recording, 3.0, 9.0)
    sound = decoded(encode_opus(mixed, rate))[: len(mixed)]
    source = mixed[: len(sound)].astype(np.float64)
    products = np.fft.irfft(np.fft.rfft(sound) * np.conj(np.fft.rfft(source)), len(sound))
    best = int(np.argmax(products))
    assert min(best, len(sound) - best) <= 40, "shifted by more than 5 ms"
    alike = products[best] / np.sqrt(np.sum(sound**2) * np.sum(source**2))
    assert alike > 0.95


def test_the_cut_is_trimmed_to_the_file(recording: Path) -> None:
    assert len(mixed_stretch(recording, -3.0, 6.0)[0]) == 6 * RATE
    assert len(mixed_stretch(recording, 15.0, 24.0)[0]) == 5 * RATE


def test_two_at_once_do_not_overdrive(tmp_path: Path) -> None:
    loud = tone(440, 0, 3, 3, 0.9)
    mixed, _ = mixed_stretch(written(tmp_path / "both.wav", loud, loud), 0.0, 3.0)
    assert float(np.abs(mixed).max()) <= 0.91
    # Softer as a whole, not bent: no overtones.
    assert loudness(mixed.astype(np.float64)[400:-400], 1320) < 0.001


def test_it_begins_and_ends_without_a_click(tmp_path: Path) -> None:
    steady = np.full(3 * RATE, 0.5)
    mixed, _ = mixed_stretch(written(tmp_path / "steady.wav", steady, steady * 0), 1.0, 2.0)
    assert mixed[0] == mixed[-1] == 0.0
    assert float(np.abs(np.diff(mixed)).max()) < 0.01


@pytest.mark.parametrize(
    ("from_s", "until_s"),
    [
        (-9.0, -0.5),
        (20.0, 29.0),
        (19.8, 28.8),
        (1e12, 1e12 + 9),
        (5.0, 5.0),
        (6.0, 5.0),
        (0.0, MAX_S + 1),
        (8.5, 11.5),
        (float("nan"), 5.0),
    ],
    ids=str,
)
def test_no_clip_where_nothing_is_heard(from_s: float, until_s: float, recording: Path) -> None:
    with pytest.raises(NoClip):
        cut_clip(recording, from_s, until_s)


def test_a_damaged_recording_is_named_and_never_breaks(tmp_path: Path, recording: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        cut_clip(tmp_path / "none.wav", 0.0, 9.0)
    whole = recording.read_bytes()
    damaged = tmp_path / "damaged.wav"
    cuts = (b"", whole[:20], whole[:44], os.urandom(4000), b"RIFF" + whole[4:12] + b"\xff" * 4000)
    for bytes_ in cuts:
        damaged.write_bytes(bytes_)
        with pytest.raises(NoClip):
            cut_clip(damaged, 0.0, 9.0)
    # The header promises more than there is: what is there is used.
    damaged.write_bytes(whole[: 44 + 7 * RATE * 4 + 3])
    assert len(mixed_stretch(damaged, 3.0, 9.0)[0]) == 4 * RATE


def test_a_rate_that_opus_does_not_know_is_named(tmp_path: Path) -> None:
    odd = written(tmp_path / "odd.wav", tone(440, 0, 3, 3, 0.5), rate=11_025)
    with pytest.raises(NoClip, match="Opus"):
        cut_clip(odd, 0.0, 2.0)

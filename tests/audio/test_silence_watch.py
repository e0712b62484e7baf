"""Loudness, and telling speech from quiet by counting sound."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio import mulaw
from audio.formats import ULAW_8000, parse_format
from audio.levels import QUIETEST_DBFS, SilenceWatch, loudness_dbfs

PCM_16 = parse_format("pcm_16000")


def sine(amplitude: float, milliseconds: int) -> bytes:
    """A 500 Hz tone as mu-law; its RMS is 3 dB below its amplitude."""
    turns = 2 * np.pi * 500 * np.arange(milliseconds * 8) / 8000
    return mulaw.encode(np.rint(amplitude * np.sin(turns)).astype("<i2").tobytes())


def line_silence(milliseconds: int) -> bytes:
    """What a silent line carries: the four codes around zero, at random."""
    return bytes(random.Random(1).choices(b"\xff\x7f\xfe\x7e", k=milliseconds * 8))


SPEECH = sine(8000, 1000)
FAINT = sine(270, 1000)  # -44.7 dBFS: between the two thresholds


def test_loudness_is_rms_against_full_scale() -> None:
    turns = 2 * np.pi * np.arange(1600) / 16
    full = np.rint(32767 * np.sin(turns)).astype("<i2").tobytes()
    assert loudness_dbfs(full, PCM_16) == pytest.approx(-3.01, abs=0.01)
    assert loudness_dbfs(sine(3276.7, 200), ULAW_8000) == pytest.approx(-23.01, abs=0.1)
    square = np.tile(np.array([-32768, 32767], "<i2"), 100).tobytes()
    assert loudness_dbfs(square, PCM_16) == pytest.approx(0, abs=0.01)


def test_nothing_at_all_is_the_quietest() -> None:
    assert loudness_dbfs(b"", PCM_16) == loudness_dbfs(b"", ULAW_8000) == QUIETEST_DBFS
    assert loudness_dbfs(bytes(640), PCM_16) == QUIETEST_DBFS
    assert loudness_dbfs(b"\xff\x7f", ULAW_8000) == QUIETEST_DBFS


def test_half_a_sample_is_left_out() -> None:
    assert loudness_dbfs(b"\x00\x40\x7f", PCM_16) == pytest.approx(-6.02, abs=0.01)


def test_the_lines_own_silence_is_quiet_for_as_long_as_it_lasts() -> None:
    assert loudness_dbfs(line_silence(1000), ULAW_8000) < -70
    watch = SilenceWatch()
    watch.push(line_silence(5000))
    assert (watch.speaking, watch.heard_ms, watch.quiet_ms) == (False, 0, 5000)


def test_speech_is_counted_from_its_first_frame() -> None:
    watch = SilenceWatch()
    watch.push(line_silence(200))
    watch.push(SPEECH[:320])
    assert (watch.speaking, watch.heard_ms, watch.quiet_ms) == (False, 0, 240)
    watch.push(SPEECH[320:480])
    assert (watch.speaking, watch.heard_ms, watch.quiet_ms) == (True, 60, 0)
    watch.push(SPEECH[480:])
    assert (watch.speaking, watch.heard_ms, watch.quiet_ms) == (True, 1000, 0)


def test_a_click_is_no_speech() -> None:
    watch = SilenceWatch()
    for _ in range(20):
        watch.push(SPEECH[:160] + line_silence(20))
    assert (watch.speaking, watch.heard_ms, watch.quiet_ms) == (False, 0, 800)


def test_a_breath_is_no_end_and_is_not_counted_as_speech() -> None:
    watch = SilenceWatch()
    watch.push(SPEECH + line_silence(280))
    assert (watch.speaking, watch.heard_ms, watch.quiet_ms) == (True, 1000, 280)
    watch.push(SPEECH)
    assert (watch.speaking, watch.heard_ms, watch.quiet_ms) == (True, 2000, 0)


def test_the_end_is_noticed_after_the_release_and_counted_from_the_last_word() -> None:
    watch = SilenceWatch()
    watch.push(SPEECH + line_silence(300))
    assert (watch.speaking, watch.heard_ms, watch.quiet_ms) == (False, 1000, 300)
    watch.push(line_silence(700))
    assert (watch.speaking, watch.heard_ms, watch.quiet_ms) == (False, 1000, 1000)


def test_faint_sound_continues_speech_but_does_not_begin_it() -> None:
    watch = SilenceWatch()
    watch.push(FAINT)
    assert (watch.speaking, watch.quiet_ms) == (False, 1000)
    watch.push(SPEECH + FAINT)
    assert (watch.speaking, watch.heard_ms, watch.quiet_ms) == (True, 2000, 0)


def test_without_an_onset_the_first_loud_frame_counts() -> None:
    watch = SilenceWatch(onset_ms=0, release_ms=20)
    watch.push(line_silence(20))
    assert not watch.speaking
    watch.push(SPEECH[:160])
    assert (watch.speaking, watch.heard_ms) == (True, 20)
    watch.push(line_silence(20))
    assert not watch.speaking


@given(st.lists(st.integers(0, 2000), max_size=15))
def test_how_the_sound_was_cut_does_not_matter(sizes: list[int]) -> None:
    sound = (line_silence(100) + SPEECH[:2400] + line_silence(400) + FAINT + SPEECH) * 2
    sound = sound[: sum(sizes)]
    whole, cut = SilenceWatch(), SilenceWatch()
    whole.push(sound)
    at = 0
    for size in sizes:
        cut.push(sound[at : at + size])
        at += size
    assert (cut.speaking, cut.heard_ms, cut.quiet_ms) == (
        whole.speaking,
        whole.heard_ms,
        whole.quiet_ms,
    )


def test_thresholds_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(ValueError, match="louder than speech"):
        SilenceWatch(speech_dbfs=-50, quiet_dbfs=-40)

"""Keypad tones as a phone menu hears them: by Goertzel, with the limits of ITU-T Q.24."""

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio import mulaw
from audio.formats import ULAW_8000
from audio.levels import loudness_dbfs
from audio.tones import MAX_DIGITS, keypad_tones

LOW = (697, 770, 852, 941)
HIGH = (1209, 1336, 1477, 1633)
KEYS = {
    (697, 1209): "1",
    (697, 1336): "2",
    (697, 1477): "3",
    (697, 1633): "A",
    (770, 1209): "4",
    (770, 1336): "5",
    (770, 1477): "6",
    (770, 1633): "B",
    (852, 1209): "7",
    (852, 1336): "8",
    (852, 1477): "9",
    (852, 1633): "C",
    (941, 1209): "*",
    (941, 1336): "0",
    (941, 1477): "#",
    (941, 1633): "D",
}


def goertzel(samples: list[int], hertz: float) -> float:
    """Power at one frequency, as DTMF receivers compute it."""
    turn = 2 * math.cos(2 * math.pi * hertz / 8000)
    last = before = 0.0
    for sample in samples:
        last, before = sample + turn * last - before, last
    return (last * last + before * before - turn * last * before) / (len(samples) / 2) ** 2


def samples_of(sound: bytes) -> npt.NDArray[np.int16]:
    return np.frombuffer(mulaw.decode(sound), "<i2")


def heard_keys(sound: bytes) -> str:
    """A receiver: windows of 20 ms; a key is new when silence or another key came before it."""
    keys, last = "", ""
    samples = samples_of(sound)
    for at in range(0, len(samples) - 159, 160):
        window = samples[at : at + 160].tolist()
        low = sorted((goertzel(window, hertz), hertz) for hertz in LOW)
        high = sorted((goertzel(window, hertz), hertz) for hertz in HIGH)
        clear = all(
            best[0] > 1000**2 and best[0] > 10 * other[0] for *_, other, best in (low, high)
        )
        now = KEYS[low[-1][1], high[-1][1]] if clear else ""
        if now and now != last:
            keys += now
        last = now
    return keys


def test_every_key_is_understood() -> None:
    assert heard_keys(keypad_tones("0123456789*#ABCD")) == "0123456789*#ABCD"


@given(st.text("0123456789*#ABCD", max_size=6), st.integers(60, 200), st.integers(60, 150))
def test_digits_of_any_length_and_repetition_are_understood(
    digits: str, tone_ms: int, gap_ms: int
) -> None:
    assert heard_keys(keypad_tones(digits, tone_ms, gap_ms)) == digits


def test_lengths_are_what_was_asked_for() -> None:
    assert len(keypad_tones("12#")) == ULAW_8000.bytes_for(3 * (120 + 80))
    assert len(keypad_tones("1", tone_ms=50, gap_ms=40)) == ULAW_8000.bytes_for(90)
    assert keypad_tones("w") == mulaw.silence(500)
    assert keypad_tones("W") == mulaw.silence(1000)
    assert keypad_tones("1wW2") == (keypad_tones("1") + mulaw.silence(1500) + keypad_tones("2"))
    assert keypad_tones("") == b""


@pytest.mark.parametrize("key", "0123456789*#ABCD")
def test_the_pair_is_at_minus_10_dbfs_and_clean(key: str) -> None:
    tone = keypad_tones(key)[: ULAW_8000.bytes_for(120)]
    middle = tone[80:880]
    assert loudness_dbfs(middle, ULAW_8000) == pytest.approx(-10, abs=0.3)
    samples = samples_of(middle).astype(np.float64)
    low, high = next(pair for pair, name in KEYS.items() if name == key)
    turns = 2 * np.pi * np.arange(len(samples)) / 8000
    basis = np.stack(
        [wave(turns * hertz) for hertz in (low, high) for wave in (np.sin, np.cos)], axis=1
    )
    parts = np.linalg.lstsq(basis, samples, rcond=None)[0]
    rest = samples - basis @ parts
    assert 10 * math.log10(np.mean(samples**2) / np.mean(rest**2)) > 33, "mu-law's own noise"
    twist = math.hypot(*parts[2:]) / math.hypot(*parts[:2])
    assert abs(20 * math.log10(twist)) < 0.2


def test_tones_fade_in_and_out_so_that_nothing_clicks() -> None:
    samples = samples_of(keypad_tones("5")).astype(np.int64)[: 120 * 8]
    assert np.max(np.abs(samples[:8])) < 2000
    assert np.max(np.abs(samples[-8:])) < 2000
    assert np.max(np.abs(samples)) < 21000


@pytest.mark.parametrize("digits", ["1a", "5 5", "1,2", "+34", "p", "²", "1\n"])
def test_what_is_no_key_is_refused(digits: str) -> None:
    with pytest.raises(ValueError, match="no such key"):
        keypad_tones(digits)


def test_more_keys_than_any_menu_asks_for_are_refused() -> None:
    keypad_tones("1" * MAX_DIGITS)
    with pytest.raises(ValueError, match="at most"):
        keypad_tones("W" * (MAX_DIGITS + 1))


@pytest.mark.parametrize(("tone_ms", "gap_ms"), [(39, 80), (120, 39), (1001, 80), (120, 1001)])
def test_lengths_no_receiver_is_made_for_are_refused(tone_ms: int, gap_ms: int) -> None:
    with pytest.raises(ValueError, match="40-1000 ms"):
        keypad_tones("1", tone_ms, gap_ms)

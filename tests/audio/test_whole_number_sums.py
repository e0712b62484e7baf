"""Every sample that comes out, against the same sum in whole numbers: no floats, no BLAS."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from random import Random

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio import mulaw
from audio.formats import ALL_FORMATS, ULAW_8000, AudioFormat, parse_format
from audio.resample import Resampler, polyphase_filter
from audio.transcode import Transcoder

RATES = (8000, 16000, 22050, 24000, 44100, 48000)
EVERY_PAIR = [(source, target) for source in RATES for target in RATES if source != target]
WHOLE_RATIOS = [(a, b) for a, b in EVERY_PAIR if a % b == 0 or b % a == 0]
UNIT = 1 << 24
"""Coefficients are multiples of 1 / UNIT."""

Whole = npt.NDArray[np.int64]


def units(source: int, target: int) -> Whole:
    return np.rint(polyphase_filter(source, target).phases * UNIT).astype(np.int64)


def sums(samples: npt.NDArray[np.int16], source: int, target: int) -> Whole:
    """Every output times `UNIT`, before rounding."""
    made, rows = polyphase_filter(source, target), units(source, target)
    heard = np.concatenate((np.zeros(made.taps - 1, np.int64), samples))
    count = -(-len(samples) * made.up // made.down)
    outputs = np.arange(count) * made.down
    windows = np.lib.stride_tricks.sliding_window_view(heard, made.taps)
    products = windows[outputs // made.up] * rows[outputs % made.up]
    return np.asarray(products.sum(axis=1), np.int64)


def rounded(exact: Whole) -> bytes:
    """Half to even, then into 16 bits."""
    floor, rest = exact // UNIT, exact % UNIT
    up = (rest > UNIT // 2) | ((rest == UNIT // 2) & (floor % 2 == 1))
    return bytes(np.clip(floor + up, -32768, 32767).astype("<i2").tobytes())


def cut(sound: bytes, sizes: list[int]) -> list[bytes]:
    """Pieces of these sizes in turn, until all of it is given out."""
    pieces: list[bytes] = []
    at = 0
    while at < len(sound):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(sound[at : at + size])
        at += size
    return pieces


@pytest.mark.parametrize(("source", "target"), EVERY_PAIR)
@pytest.mark.parametrize("peak", [40, 9000, 32767])
def test_every_sample_is_the_whole_number_sum_rounded_once(
    source: int, target: int, peak: int
) -> None:
    """Quiet, loud, and so loud that much of it saturates; in the pieces a call has, and in others.

    The loudest is runs of full scale, which the filter overshoots.
    """
    random = np.random.default_rng(peak)
    noise = random.integers(-peak, peak, source // 2, endpoint=True)
    runs = np.repeat(random.choice([-peak - 1, peak], source // 8), 4)
    samples = np.concatenate((noise, runs)).astype("<i2")
    expected = rounded(sums(samples, source, target))
    if peak == 32767:
        assert {-32768, 32767} <= set(np.frombuffer(expected, "<i2").tolist())
    for sizes in ([source // 50], [source // 10], [source // 20, 1, source // 50, 3, source // 9]):
        resampler = Resampler(source, target)
        pieces = cut(samples.tobytes(), [2 * size for size in sizes])
        assert b"".join(map(resampler.convert, pieces)) == expected


def ties(source: int, target: int, row: int) -> npt.NDArray[np.int16]:
    """Sound in which outputs of this row fall exactly between two numbers, odd ones and even ones.

    Two samples make one: for the first of them any that makes the second one fit into 16 bits.
    """
    made = polyphase_filter(source, target)
    coefficients = [int(unit) for unit in units(source, target)[row]]
    # The largest two with different values (the filter is symmetrical), one of them odd.
    by_size = sorted(range(made.taps), key=lambda at: -abs(coefficients[at]))
    odd = next(at for at in by_size if coefficients[at] % 2)
    other = next(at for at in by_size if coefficients[at] != coefficients[odd])
    inverse = pow(coefficients[odd], -1, UNIT)
    found = []
    for first in range(-32768, 32768):
        second = (UNIT // 2 - first * coefficients[other]) * inverse % UNIT
        second -= UNIT if second >= UNIT // 2 else 0
        if -32768 <= second <= 32767:
            found.append((first, second))
    assert len(found) > 20
    spaced = 2 * made.taps // made.down * made.down
    samples = np.zeros(spaced * (len(found) + 1), "<i2")
    for number, (first, second) in enumerate(found, 1):
        # The row's newest input is at a multiple of M, less what the row itself is behind.
        newest = spaced * number + row * made.down // made.up
        samples[newest - made.taps + 1 + other] = first
        samples[newest - made.taps + 1 + odd] = second
    return samples


@pytest.mark.parametrize(("source", "target"), WHOLE_RATIOS)
def test_what_is_between_two_numbers_goes_to_the_even_one(source: int, target: int) -> None:
    row = len(units(source, target)) - 1
    samples = ties(source, target, row)
    exact = sums(samples, source, target)
    between = exact[exact % UNIT == UNIT // 2] // UNIT
    assert (between % 2 == 0).sum() > 5
    assert (between % 2 == 1).sum() > 5
    assert between.min() < 0 < between.max()
    for size in (source // 50, source // 10, 77):
        resampler = Resampler(source, target)
        pieces = cut(samples.tobytes(), [2 * size])
        assert b"".join(map(resampler.convert, pieces)) == rounded(exact)


@pytest.mark.parametrize("target", ALL_FORMATS[2:], ids=lambda target: target.name)
def test_every_code_of_the_telephone_at_every_rate(target: AudioFormat) -> None:
    codes = bytes(range(256))
    sound = codes + codes[::-1] + bytes(Random(3).sample(codes, 256)) * 8
    samples = np.frombuffer(mulaw.decode(sound), "<i2")
    expected = rounded(sums(samples, 8000, target.rate))
    for size in (160, 800, 99):
        transcoder = Transcoder(ULAW_8000, target)
        assert b"".join(map(transcoder.convert, cut(sound, [size]))) == expected


@settings(deadline=None)
@given(
    st.sampled_from(EVERY_PAIR),
    st.lists(st.sampled_from([20, 20, 100, 50, 7.3, 0.4]), min_size=1, max_size=6),
    st.integers(0, 2**32),
)
def test_however_it_is_cut_and_however_loud(
    pair: tuple[int, int], cuts_ms: list[float], seed: int
) -> None:
    source, target = pair
    random = np.random.default_rng(seed)
    loud = random.integers(-32768, 32768, source // 4)
    samples = (loud * random.choice([0.01, 1], source // 4)).astype("<i2")
    resampler = Resampler(source, target)
    pieces = cut(samples.tobytes(), [2 * int(source * ms / 1000) for ms in cuts_ms])
    assert b"".join(map(resampler.convert, pieces)) == rounded(sums(samples, source, target))


@pytest.mark.parametrize(("source", "target"), WHOLE_RATIOS)
def test_no_float_on_the_way_needs_more_bits_than_it_has(source: int, target: int) -> None:
    """With what lifts the sums into float32's whole numbers; and they stay among those."""
    most = 32768 * int(np.abs(units(source, target)).sum(axis=1).max())
    lift = 3 << 22
    assert lift * UNIT + most < 2**53
    assert most < (1 << 22) * UNIT


def test_calls_in_turn_do_not_hear_each_other() -> None:
    """They share the memory in which they are converted."""
    wide = parse_format("pcm_16000")
    sounds = [Random(call).randbytes(160 * 50) for call in range(3)]
    expected = [Transcoder(ULAW_8000, wide).convert(sound) for sound in sounds]
    calls = [Transcoder(ULAW_8000, wide) for _ in sounds]
    made = [b""] * len(sounds)
    for at in range(0, len(sounds[0]), 160):
        for number, (call, sound) in enumerate(zip(calls, sounds, strict=True)):
            made[number] += call.convert(sound[at : at + 160])
    assert made == expected


def test_calls_in_several_threads_do_not_hear_each_other() -> None:
    wide = parse_format("pcm_16000")
    sounds = [Random(call).randbytes(3200 * 200) for call in range(4)]
    expected = [Transcoder(wide, ULAW_8000).convert(sound) for sound in sounds]

    def convert(sound: bytes) -> bytes:
        transcoder = Transcoder(wide, ULAW_8000)
        return b"".join(map(transcoder.convert, cut(sound, [3200])))

    with ThreadPoolExecutor(len(sounds)) as threads:
        assert list(threads.map(convert, sounds)) == expected

"""How many samples come out: exactly ceil(N * L / M), for an hour, however the sound was cut."""

from fractions import Fraction
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.resample import Resampler

RATES = (8000, 16000, 22050, 24000, 44100, 48000)
EVERY_PAIR = [(source, target) for source in RATES for target in RATES if source != target]


@pytest.mark.parametrize(("source", "target"), EVERY_PAIR)
def test_an_hour_in_is_an_hour_out(source: int, target: int) -> None:
    assert Resampler(source, target).outputs_after(source * 3600) == target * 3600


@given(st.sampled_from(EVERY_PAIR), st.integers(0, 48000 * 3600))
def test_the_rule_is_the_ceiling_of_the_ratio(pair: tuple[int, int], inputs: int) -> None:
    source, target = pair
    assert Resampler(source, target).outputs_after(inputs) == ceil(
        Fraction(target, source) * inputs
    )


@given(st.sampled_from(EVERY_PAIR), st.lists(st.integers(0, 700), max_size=12))
def test_after_every_chunk_the_count_is_the_rule(pair: tuple[int, int], sizes: list[int]) -> None:
    resampler = Resampler(*pair)
    taken = made = 0
    for size in sizes:
        taken += size
        made += len(resampler.push(np.zeros(size, np.int16)))
        assert made == resampler.outputs_after(taken)


def test_an_hour_of_22050_hz_really_processed_does_not_drift() -> None:
    """Each second of a 100 Hz tone must look like the second before, for 3600 of them."""
    resampler = Resampler(22050, 8000)
    second = np.rint(20000 * np.sin(2 * np.pi * 100 * np.arange(22050) / 22050)).astype(np.int16)
    resampler.push(second)
    expected = resampler.push(second)
    made = 2 * 8000
    for _ in range(3598):
        out = resampler.push(second)
        made += len(out)
        assert np.array_equal(out, expected)
    assert made == 3600 * 8000


@pytest.mark.parametrize(("source", "target"), EVERY_PAIR)
def test_after_reset_it_is_as_new(source: int, target: int) -> None:
    noise = np.random.default_rng(3).integers(-9000, 9000, 1001, dtype=np.int16)
    fresh = Resampler(source, target).push(noise)
    used = Resampler(source, target)
    used.push(noise[:777])
    used.reset()
    assert np.array_equal(used.push(noise), fresh)


@pytest.mark.parametrize(("source", "target"), EVERY_PAIR)
def test_flush_gives_the_whole_tail_and_resets(source: int, target: int) -> None:
    noise = np.random.default_rng(4).integers(-9000, 9000, 1001, dtype=np.int16)
    whole = Resampler(source, target).push(np.concatenate((noise, np.zeros(2000, np.int16))))
    resampler = Resampler(source, target)
    head = resampler.push(noise)
    tail = resampler.flush()
    assert np.array_equal(np.concatenate((head, tail)), whole[: len(head) + len(tail)])
    assert not whole[len(head) + len(tail) :].any(), "nothing is left behind in the filter"
    assert len(tail) / target <= 2 * resampler.delay_ms / 1000 + 1 / target + 1 / source
    assert np.array_equal(resampler.push(noise), head)


def test_an_unused_filter_has_no_tail() -> None:
    assert len(Resampler(8000, 16000).flush()) == 0

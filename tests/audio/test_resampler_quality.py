"""What the resampler does to sound: tones stay, aliases and images go, the delay is known."""

import math

import numpy as np
import numpy.typing as npt
import pytest

from audio.resample import Resampler, Samples, polyphase_filter

RATES = (16000, 22050, 24000, 44100, 48000)
ALL_RATES = (8000, *RATES)
TO_8_KHZ = [(rate, 8000) for rate in RATES]
FROM_8_KHZ = [(8000, rate) for rate in RATES]
EVERY_PAIR = [(source, target) for source in ALL_RATES for target in ALL_RATES if source != target]

Floats = npt.NDArray[np.float64]


def tone(rate: int, hertz: float, seconds: float = 0.5, amplitude: float = 16384) -> Samples:
    turns = 2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate
    return np.rint(amplitude * np.sin(turns)).astype(np.int16)


def settled(samples: Samples, rate: int) -> Floats:
    """Without the first 50 ms, in which the filter fills up."""
    return samples[rate // 20 :].astype(np.float64)


def without_tone(samples: Floats, rate: int, hertz: float) -> tuple[Floats, Floats]:
    """(the tone as best fitted, all the rest)."""
    turns = 2 * np.pi * hertz * np.arange(len(samples)) / rate
    basis = np.stack([np.sin(turns), np.cos(turns)], axis=1)
    fit = basis @ np.linalg.lstsq(basis, samples, rcond=None)[0]
    return fit, samples - fit


def decibels(signal: Floats, against: float) -> float:
    return 10 * math.log10(float(np.mean(signal**2)) / against + 1e-15)


@pytest.mark.parametrize(("source", "target"), TO_8_KHZ + FROM_8_KHZ)
@pytest.mark.parametrize("hertz", [300, 1000, 3000, 3400])
def test_tones_of_speech_keep_80_db_above_everything_else(
    source: int, target: int, hertz: int
) -> None:
    out = settled(Resampler(source, target).push(tone(source, hertz)), target)
    kept, rest = without_tone(out, target, hertz)
    assert decibels(kept, float(np.mean(rest**2))) >= 80
    assert decibels(kept, 16384**2 / 2) == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize(("source", "target"), TO_8_KHZ)
def test_what_8_khz_cannot_hold_is_at_least_70_db_down(source: int, target: int) -> None:
    for hertz in (4600, 4650, 4800, 5000, 5600, 7000, *range(8000, source // 2, 1900)):
        out = settled(Resampler(source, target).push(tone(source, hertz)), target)
        assert decibels(out, 16384**2 / 2) <= -70, hertz


@pytest.mark.parametrize(("source", "target"), FROM_8_KHZ)
def test_images_of_speech_are_at_least_70_db_down(source: int, target: int) -> None:
    for hertz in (100, 700, 2000, 3000, 3300, 3400):
        out = settled(Resampler(source, target).push(tone(source, hertz)), target)
        assert decibels(without_tone(out, target, hertz)[1], 16384**2 / 2) <= -70, hertz


@pytest.mark.parametrize(("source", "target"), TO_8_KHZ + FROM_8_KHZ)
@pytest.mark.parametrize("hertz", [400, 1000, 2900])
def test_every_frequency_is_delayed_by_what_is_promised(
    source: int, target: int, hertz: int
) -> None:
    resampler = Resampler(source, target)
    assert resampler.delay_ms == 2.5
    out = settled(resampler.push(tone(source, hertz)), target)
    turns = 2 * np.pi * hertz * (np.arange(len(out)) + target // 20) / target
    late = turns - 2 * np.pi * hertz * resampler.delay_ms / 1000
    assert np.max(np.abs(out - 16384 * np.sin(late))) < 40


@pytest.mark.parametrize(("source", "target"), TO_8_KHZ + FROM_8_KHZ)
def test_an_impulse_arrives_after_the_delay(source: int, target: int) -> None:
    impulse = np.zeros(source // 10, np.int16)
    impulse[source // 20] = 30000
    out = Resampler(source, target).push(impulse).astype(np.float64)
    arrived = float(np.sum(np.arange(len(out)) * out) / np.sum(out)) / target
    assert arrived == pytest.approx(0.05 + 0.0025, abs=0.0001)


@pytest.mark.parametrize(("source", "target"), EVERY_PAIR)
@pytest.mark.parametrize("value", [32767, -32768, 1])
def test_a_constant_stays_that_constant(source: int, target: int, value: int) -> None:
    out = Resampler(source, target).push(np.full(source // 20, value, np.int16))
    assert set(out[target // 100 :].tolist()) == {value}


@pytest.mark.parametrize(("source", "target"), EVERY_PAIR)
def test_full_scale_noise_saturates_and_never_wraps(source: int, target: int) -> None:
    """The loudest input there is, against the same input at an eighth, where nothing clips."""
    signs = np.random.default_rng(5).choice([-1, 1], 3000)
    loud = Resampler(source, target).push((32767 * signs).astype(np.int16))
    faint = Resampler(source, target).push((4096 * signs).astype(np.int16))
    expected = np.clip(faint * (32767 / 4096), -32768, 32767)
    assert np.max(np.abs(loud - expected)) <= 5
    assert np.max(loud) == 32767
    assert np.min(loud) == -32768


@pytest.mark.parametrize(("source", "target"), EVERY_PAIR)
def test_equals_the_textbook_way_sample_by_sample(source: int, target: int) -> None:
    """Zero-stuffing, one long convolution, and keeping each Mth sample, all in one go."""
    noise = np.random.default_rng(7).integers(-9000, 9000, 700, dtype=np.int16)
    made = polyphase_filter(source, target)
    stuffed = np.zeros(len(noise) * made.up)
    stuffed[:: made.up] = noise
    taps_in_order = made.phases[:, ::-1].T.reshape(-1)
    textbook = np.convolve(stuffed, taps_in_order)[: len(stuffed)][:: made.down]
    out = Resampler(source, target).push(noise)
    assert len(out) == len(textbook)
    assert np.max(np.abs(out - textbook)) <= 0.5 + 1e-6


@pytest.mark.parametrize(("source", "target"), EVERY_PAIR)
def test_sums_are_exact_in_any_order(source: int, target: int) -> None:
    """Why chunking, BLAS and the processor cannot change a byte: no sum can round."""
    made = polyphase_filter(source, target)
    units = made.phases * 2**24
    assert np.array_equal(units, np.rint(units))
    assert np.all(units.sum(axis=1) == 2**24)
    assert 32768 * np.abs(units).sum(axis=1).max() < 2**53


def test_a_conversion_that_is_none_is_refused() -> None:
    for source, target in ((8000, 8000), (0, 8000), (8000, -1)):
        with pytest.raises(ValueError, match="cannot resample"):
            Resampler(source, target)

"""Whose voice it is that was heard: one sound looked for in another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audio import mulaw

RATE = 8000
STRETCH, HOP = 2400, 1600
"""0.3 s, some syllables; taken every 0.2 s."""
PACES = (1.0, 1.012, 1.025, 1.04, 1.05)
QUIETEST = 1e-3
"""Where less than this part of the loudest stretch sounds, nothing is compared."""

Samples = NDArray[np.float64]


def from_mulaw(sound: bytes) -> Samples:
    """µ-law at 8 kHz as samples between -1 and 1."""
    return np.frombuffer(mulaw.decode(sound), "<i2").astype(np.float64) / 32768


def at_phone_rate(samples: Samples, rate: int) -> Samples:
    """What a browser played, at 8 kHz: enough to compare by, after what is above 4 kHz is gone."""
    if rate == RATE:
        return samples
    wanted = int(len(samples) * RATE / rate)
    spectrum = np.fft.rfft(samples)
    spectrum[int(len(spectrum) * RATE / rate) :] = 0
    smooth = np.fft.irfft(spectrum, len(samples))
    return np.interp(np.arange(wanted) * rate / RATE, np.arange(len(smooth)), smooth)


def likeness(heard: Samples, said: Samples) -> float:
    """How much of `heard` is in `said`, wave by wave: 0 to 1.

    The louder half of its stretches are looked for one by one; for each the best fitting place
    counts, and of all the best third: where a browser has skipped some sound, a stretch fits
    nowhere. 1 is the same sound whatever its loudness, other speech reaches about 0.45. A browser
    that makes up time plays a little faster: that is undone.
    """
    starts = range(0, len(heard) - STRETCH + 1, HOP)
    cut = [heard[start : start + STRETCH] for start in starts]
    loudest_first = sorted(cut, key=lambda stretch: -float(stretch @ stretch))
    found = [
        max(_best_fit(_slower(stretch, pace), said) for pace in PACES)
        for stretch in loudest_first[: max(1, len(cut) // 2)]
    ]
    return float(np.mean(sorted(found)[-max(1, len(found) // 3) :])) if found else 0.0


def _slower(stretch: Samples, pace: float) -> Samples:
    """What was played `pace` times too fast, as it was."""
    if pace == 1:
        return stretch
    times = np.arange(0, len(stretch) - 1, 1 / pace)
    return np.asarray(np.interp(times, np.arange(len(stretch)), stretch), np.float64)


def _best_fit(stretch: Samples, said: Samples) -> float:
    if len(said) < len(stretch):
        return 0.0
    size = 1 << (len(said) + len(stretch)).bit_length()
    spectrum = np.fft.rfft(said, size) * np.conj(np.fft.rfft(stretch, size))
    alike = np.abs(np.fft.irfft(spectrum, size)[: len(said) - len(stretch) + 1])
    energy = np.concatenate(([0.0], np.cumsum(said**2)))
    there = energy[len(stretch) :] - energy[: len(said) - len(stretch) + 1]
    enough = there > QUIETEST * there.max()
    norm = np.sqrt(np.maximum(there, 1e-9) * max(float(stretch @ stretch), 1e-9))
    return float((alike / norm)[enough].max(initial=0.0))

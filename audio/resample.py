"""Streaming sample-rate conversion: a polyphase FIR filter that remembers between chunks.

A change of rate is a ratio L/M in lowest terms (22050 -> 8000 is 160/441). Output k is one dot
product of the newest `taps` inputs with row (k * M) mod L of the coefficient table.

**Chunking can never change a byte.** Sums in floating point depend on their order, and BLAS picks
the order by shape and by processor. Here there is nothing to pick: samples are integers and
coefficients are whole multiples of 2**-24, so every product and every partial sum is a float64
without any rounding error (at most 41 of its 53 bits are used), and every order gives the same
sum. Only the last step rounds, once.

**Counts are exact:** after N samples in, ceil(N * L / M) samples are out, however they were cut.

The prototype is a Kaiser-windowed sinc, 20 samples of the lower rate long on each side: the delay
is exactly 2.5 ms when one side is 8 kHz. Flat to 3.4 kHz, gone from 4.6 kHz on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Samples: TypeAlias = npt.NDArray[np.int16]
_Floats: TypeAlias = npt.NDArray[np.float64]

DELAY_SAMPLES: Final = 20
"""The filter's delay, in samples of the lower rate."""

_STOPBAND_DB: Final = 85.0
_COEFFICIENT_UNIT: Final = 2.0**-24
_BLOCK: Final = 8192
"""Inputs worked on at once: bounds the memory of a burst, changes nothing in the output."""

_FLOAT_BYTES: Final = 8
_TABLE_ROWS: Final = 160
"""The coefficient table of a fractional ratio holds whole periods, at least this many rows."""


@dataclass(frozen=True, slots=True)
class PolyphaseFilter:
    """The fixed part of a conversion, shared by all calls that need it."""

    up: int
    """L."""
    down: int
    """M."""
    taps: int
    """How many inputs make one output."""
    phases: _Floats
    """(L, taps): row p serves outputs that fall p/L of a sample behind an input; newest last."""
    table: _Floats
    """Fractional ratios only: `phases` in the order in which outputs use them, whole periods."""
    starts: npt.NDArray[np.int64]
    """For each row of `table`, the newest input it needs, counted from the start of the table."""


def _prototype(up: int, down: int) -> _Floats:
    """The low-pass filter at the rate both sides share, symmetrical, as designed on paper."""
    spacing = max(up, down)
    half = DELAY_SAMPLES * spacing
    at = np.arange(-half, half + 1)
    beta = 0.1102 * (_STOPBAND_DB - 8.7)
    ideal: _Floats = np.sinc(at / spacing) * np.kaiser(2 * half + 1, beta)
    return ideal


def _phases(up: int, down: int) -> _Floats:
    """The prototype dealt out to L rows of whole multiples of 2**-24, each adding up to 1.

    With every row at exactly 1, a constant comes out as the same constant: no ripple of the
    ratio's period, and full scale stays full scale.
    """
    prototype = _prototype(up, down)
    taps = math.ceil(len(prototype) / up)
    padded = np.zeros(taps * up)
    padded[: len(prototype)] = prototype
    rows = padded.reshape(taps, up).T[:, ::-1]
    units = np.rint(rows / rows.sum(axis=1, keepdims=True) / _COEFFICIENT_UNIT)
    missing = round(1 / _COEFFICIENT_UNIT) - units.sum(axis=1)
    units[np.arange(up), units.argmax(axis=1)] += missing
    return np.ascontiguousarray(units * _COEFFICIENT_UNIT)


@lru_cache(maxsize=64)
def polyphase_filter(source_rate: int, target_rate: int) -> PolyphaseFilter:
    """Made once per pair of rates."""
    shared = math.gcd(source_rate, target_rate)
    up, down = target_rate // shared, source_rate // shared
    phases = _phases(up, down)
    periods = 0 if 1 in (up, down) else math.ceil(_TABLE_ROWS / up)
    positions = np.arange(periods * up, dtype=np.int64) * down
    table = phases[positions % up]
    starts = positions // up
    for array in (phases, table, starts):
        array.setflags(write=False)
    return PolyphaseFilter(up, down, phases.shape[1], phases, table, starts)


class Resampler:
    """One direction of one call. Not to be shared between streams: it remembers.

    Raises ValueError when both rates are the same (there is nothing to do) or one is not positive.
    """

    __slots__ = ("_filter", "_past", "_taken", "delay_ms")

    def __init__(self, source_rate: int, target_rate: int) -> None:
        if source_rate == target_rate or min(source_rate, target_rate) <= 0:
            raise ValueError(f"cannot resample from {source_rate} Hz to {target_rate} Hz")
        self._filter: Final = polyphase_filter(source_rate, target_rate)
        self.delay_ms: Final = 1000 * DELAY_SAMPLES / min(source_rate, target_rate)
        """Milliseconds by which the filter delays every frequency alike."""
        self.reset()

    @property
    def memory(self) -> int:
        """How many past inputs an output still needs; so many zeros empty the filter."""
        return self._filter.taps - 1

    def reset(self) -> None:
        """Forget all sound, as if newly made."""
        self._past: _Floats = np.zeros(self.memory)
        self._taken = 0

    def outputs_after(self, inputs: int) -> int:
        """How many samples have come out once `inputs` went in since the last reset."""
        return -(-inputs * self._filter.up // self._filter.down)

    def push(self, samples: Samples) -> Samples:
        """Convert any number of samples; what is out of 16-bit range afterwards saturates."""
        if len(samples) <= _BLOCK:
            return self._push_block(samples)
        blocks = range(0, len(samples), _BLOCK)
        return np.concatenate([self._push_block(samples[at : at + _BLOCK]) for at in blocks])

    def flush(self) -> Samples:
        """What is still in the filter: the sound's last milliseconds, fading to zero. Resets."""
        if self._taken == 0:
            return np.zeros(0, np.int16)
        tail = self.push(np.zeros(self.memory, np.int16))
        self.reset()
        return tail

    def _push_block(self, samples: Samples) -> Samples:
        heard: _Floats = np.concatenate((self._past, samples))
        before, self._taken = self._taken, self._taken + len(samples)
        self._past = heard[len(samples) :].copy()
        first, end = self.outputs_after(before), self.outputs_after(self._taken)
        if first == end:
            return np.zeros(0, np.int16)
        exact = self._convolve(heard, before, first, end)
        np.rint(exact, out=exact)
        np.maximum(exact, -32768.0, out=exact)
        np.minimum(exact, 32767.0, out=exact)
        return exact.astype(np.int16)

    def _convolve(self, heard: _Floats, before: int, first: int, end: int) -> _Floats:
        """Outputs `first` to `end`; the input numbered `before` is the first new one in `heard`.

        The windows are views laid over `heard` (numpy checks that they stay inside), so whole
        ratios copy nothing.
        """
        up, down, taps = self._filter.up, self._filter.down, self._filter.taps
        phases, step = self._filter.phases, _FLOAT_BYTES
        if up == 1:
            offset = (first * down - before) * step
            windows = _view(heard, (end - first, taps), (down * step, step), offset)
            exact: _Floats = np.vecdot(windows, phases[0])
            return exact
        if down == 1:
            windows = _view(heard, (len(heard) - taps + 1, 1, taps), (step, 0, step), 0)
            exact = np.vecdot(windows, phases)
            return exact.reshape(-1)
        return self._convolve_fraction(heard, before, first, end)

    def _convolve_fraction(self, heard: _Floats, before: int, first: int, end: int) -> _Floats:
        table, starts = self._filter.table, self._filter.starts
        rows, taps, step = len(table), self._filter.taps, _FLOAT_BYTES
        windows = _view(heard, (len(heard) - taps + 1, taps), (step, step), 0)
        exact = np.empty(end - first)
        done = first
        while done < end:
            turn, row = divmod(done, rows)
            count = min(rows - row, end - done)
            shift = turn * rows * self._filter.down // self._filter.up - before
            used = slice(row, row + count)
            chosen = windows[starts[used] + shift]
            np.vecdot(chosen, table[used], out=exact[done - first :][:count])
            done += count
        return exact


def _view(heard: _Floats, shape: tuple[int, ...], strides: tuple[int, ...], offset: int) -> _Floats:
    return np.ndarray(shape, np.float64, heard, offset, strides)

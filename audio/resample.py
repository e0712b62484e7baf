"""Streaming sample-rate conversion: a polyphase FIR filter that remembers between chunks.

A change of rate is a ratio L/M in lowest terms (22050 -> 8000 is 160/441). Output k is one dot
product of the newest `taps` inputs with row (k * M) mod L of the coefficient table.

**Chunking can never change a byte.** Sums in floating point depend on their order, and BLAS picks
the order by shape and by processor. Here there is nothing to pick: samples are integers and
coefficients are whole multiples of 2**-24, so every product and every partial sum is a float64
without any rounding error (at most 41 of its 53 bits are used), and every order gives the same
sum. Only the last step rounds, once.

Whole ratios (8 <-> 16 kHz) are worked on in pieces of fixed lengths (see `audio.desk`), and a piece
in groups of outputs: one matrix with the coefficients in each column, shifted to where that
output's inputs are. Most of it is zeros, and still a matrix product is three times as fast as one
dot product for each output. What is shorter than a piece is filled up: no output needs what comes
after it.

**Counts are exact:** after N samples in, ceil(N * L / M) samples are out, however they were cut.

The prototype is a Kaiser-windowed sinc, 20 samples of the lower rate long on each side: the delay
is exactly 2.5 ms when one side is 8 kHz. Flat to 3.4 kHz, gone from 4.6 kHz on.
"""

from __future__ import annotations

import audioop
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from audio.desk import Desks, desks_for

Samples: TypeAlias = npt.NDArray[np.int16]
_Floats: TypeAlias = npt.NDArray[np.float64]

DELAY_SAMPLES: Final = 20
"""The filter's delay, in samples of the lower rate."""

_STOPBAND_DB: Final = 85.0
_COEFFICIENT_UNIT: Final = 2.0**-24
_BLOCK_BYTES: Final = 2 * 8192
"""Inputs worked on at once where there are no desks: bounds the memory of a burst, changes nothing
in the output."""

_SAMPLE: Final = np.dtype("<i2")
_LOWEST: Final = np.array(-32768.0)
_HIGHEST: Final = np.array(32767.0)
_ulaw2lin = audioop.ulaw2lin

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
    desks: dict[int, Desks]
    """Whole ratios only: by the bytes of the pieces they are for, shortest first."""


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
    desks = desks_for(phases, down, source_rate) if 1 in (up, down) else {}
    return PolyphaseFilter(up, down, phases.shape[1], phases, table, starts, desks)


class Resampler:
    """One direction of one call. Not to be shared between streams: it remembers.

    Raises ValueError when both rates are the same (there is nothing to do) or one is not positive.
    """

    __slots__ = ("_decodes", "_desks", "_down", "_filter", "_past", "_taken", "delay_ms")

    def __init__(self, source_rate: int, target_rate: int, *, from_mulaw: bool = False) -> None:
        """`from_mulaw`: `convert` takes mu-law and not PCM."""
        if source_rate == target_rate or min(source_rate, target_rate) <= 0:
            raise ValueError(f"cannot resample from {source_rate} Hz to {target_rate} Hz")
        made: Final = polyphase_filter(source_rate, target_rate)
        self._filter: Final = made
        self.delay_ms: Final = 1000 * DELAY_SAMPLES / min(source_rate, target_rate)
        """Milliseconds by which the filter delays every frequency alike."""
        self._decodes: Final = from_mulaw
        self._desks: Final = made.desks
        self._down: Final = made.down
        self._past = bytes(self.memory * _SAMPLE.itemsize)
        """The newest `memory` inputs, as little-endian PCM."""
        self._taken = 0

    @property
    def memory(self) -> int:
        """How many past inputs an output still needs; so many zeros empty the filter."""
        return self._filter.taps - 1

    def reset(self) -> None:
        """Forget all sound, as if newly made."""
        self._past = bytes(len(self._past))
        self._taken = 0

    def outputs_after(self, inputs: int) -> int:
        """How many samples have come out once `inputs` went in since the last reset."""
        return -(-inputs * self._filter.up // self._filter.down)

    def convert(self, sound: bytes) -> bytes:
        """The next whole samples, any number, to little-endian PCM; out of 16-bit range saturates.

        Quickest for 20 and 100 ms.
        """
        # Not by way of `mulaw.decode`: one call less for every frame.
        pcm = _ulaw2lin(sound, 2) if self._decodes else sound
        desks = self._desks.get(len(pcm))
        if desks is None or self._taken % self._down:
            return self._convert_any(pcm)
        heard = self._past + pcm
        self._past = heard[len(pcm) :]
        self._taken += len(pcm) // 2
        return desks.convert(heard)

    def push(self, samples: Samples) -> Samples:
        """`convert` for samples; what it gives back cannot be written to."""
        return np.frombuffer(self._convert_any(samples.astype(_SAMPLE).tobytes()), _SAMPLE)

    def flush(self) -> Samples:
        """What is still in the filter: the sound's last milliseconds, fading to zero. Resets."""
        if self._taken == 0:
            return np.zeros(0, np.int16)
        tail = self.push(np.zeros(self.memory, np.int16))
        self.reset()
        return tail

    def _convert_any(self, pcm: bytes) -> bytes:
        longest = max(self._desks, default=_BLOCK_BYTES)
        if len(pcm) <= longest:
            return self._convert_piece(pcm)
        pieces = [pcm[at : at + longest] for at in range(0, len(pcm), longest)]
        return b"".join(map(self._convert_piece, pieces))

    def _convert_piece(self, pcm: bytes) -> bytes:
        """`pcm`: no longer than what the longest piece has, or than `_BLOCK_BYTES`."""
        heard = self._past + pcm
        self._past = heard[len(pcm) :]
        before, self._taken = self._taken, self._taken + len(pcm) // _SAMPLE.itemsize
        first, end = self.outputs_after(before), self.outputs_after(self._taken)
        for size, desks in self._desks.items():
            if len(pcm) <= size:
                oldest = first * self._down // self._filter.up - before
                needed = heard[oldest * _SAMPLE.itemsize :].ljust(desks.heard_bytes, b"\0")
                return desks.convert(needed)[: (end - first) * _SAMPLE.itemsize]
        exact = np.empty(end - first)
        floats = np.frombuffer(heard, _SAMPLE).astype(np.float64)
        self._convolve_fraction(floats, before, first, exact)
        _saturate(exact)
        return exact.astype(_SAMPLE).tobytes()

    def _convolve_fraction(self, heard: _Floats, before: int, first: int, exact: _Floats) -> None:
        """Fills `exact` from output `first` on. `heard`: the past and the new inputs, before which
        `before` came."""
        table, starts = self._filter.table, self._filter.starts
        rows, taps = len(table), self._filter.taps
        size = heard.itemsize
        windows = np.ndarray((len(heard) - taps + 1, taps), np.float64, heard, 0, (size, size))
        done = 0
        while done < len(exact):
            turn, row = divmod(first + done, rows)
            count = min(rows - row, len(exact) - done)
            shift = turn * rows * self._filter.down // self._filter.up - before
            used = slice(row, row + count)
            chosen = windows[starts[used] + shift]
            np.vecdot(chosen, table[used], out=exact[done:][:count])
            done += count


def _saturate(exact: _Floats) -> None:
    np.rint(exact, out=exact)
    np.maximum(exact, _LOWEST, out=exact)
    np.minimum(exact, _HIGHEST, out=exact)

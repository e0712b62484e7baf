"""Streaming sample-rate conversion: a polyphase FIR filter that remembers between chunks.

A change of rate is a ratio L/M in lowest terms (22050 -> 8000 is 160/441). Output k is one dot
product of the newest `taps` inputs with row (k * M) mod L of the coefficient table.

**Chunking can never change a byte.** Sums in floating point depend on their order, and BLAS picks
the order by shape and by processor. Here there is nothing to pick: samples are integers and
coefficients are whole multiples of 2**-24, so every product and every partial sum is a float64
without any rounding error (at most 41 of its 53 bits are used), and every order gives the same
sum. Only the last step rounds, once.

Whole ratios (8 <-> 16 kHz) are worked on in groups of outputs: one matrix with the coefficients in
each column, shifted to where that output's inputs are. Most of it is zeros, and still a matrix
product is three times as fast as one dot product for each output.

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
_MOST_PRODUCTS: Final = 1 << 18
"""Numbers multiplied in one matrix product: a BLAS starts no threads for so few (OpenBLAS from
there on), and a live call would feel threads."""
_GROUP: Final = 16
"""Samples of the lower rate in a group; the quickest of 4 to 64."""
_FRAMES_PER_S: Final = 50

_SAMPLE: Final = np.dtype("<i2")
_LOWEST: Final = np.array(-32768.0)
_HIGHEST: Final = np.array(32767.0)
_rint, _maximum, _minimum = np.rint, np.maximum, np.minimum
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
    group: _Floats
    """Whole ratios only: column k makes output k of a group from the row of inputs it needs."""

    @property
    def block(self) -> int:
        """`_BLOCK`, or fewer inputs for `_MOST_PRODUCTS`."""
        if not self.group.size:
            return _BLOCK
        return min(_BLOCK, _MOST_PRODUCTS // int(self.group.size) * self.group_inputs)

    @property
    def group_inputs(self) -> int:
        """How many inputs lie between the first ones of two groups."""
        return int(self.group.shape[1]) * self.down // self.up


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


def _group(phases: _Floats, down: int) -> _Floats:
    up, taps = phases.shape
    outputs = _GROUP * up
    oldest = [output * down // up for output in range(outputs)]
    group = np.zeros((oldest[-1] + taps, outputs))
    for output, at in enumerate(oldest):
        group[at : at + taps, output] = phases[output * down % up]
    return group


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
    group = _group(phases, down) if 1 in (up, down) else np.zeros((0, 0))
    for array in (phases, table, starts, group):
        array.setflags(write=False)
    return PolyphaseFilter(up, down, phases.shape[1], phases, table, starts, group)


class Resampler:
    """One direction of one call. Not to be shared between streams: it remembers.

    Raises ValueError when both rates are the same (there is nothing to do) or one is not positive.
    """

    __slots__ = ("_desk", "_filter", "_frame_bytes", "_past", "_taken", "delay_ms")

    def __init__(self, source_rate: int, target_rate: int) -> None:
        if source_rate == target_rate or min(source_rate, target_rate) <= 0:
            raise ValueError(f"cannot resample from {source_rate} Hz to {target_rate} Hz")
        made: Final = polyphase_filter(source_rate, target_rate)
        self._filter: Final = made
        self.delay_ms: Final = 1000 * DELAY_SAMPLES / min(source_rate, target_rate)
        """Milliseconds by which the filter delays every frequency alike."""
        frame = source_rate // _FRAMES_PER_S
        in_groups = made.group.size > 0 and frame % made.group_inputs == 0
        self._frame_bytes: Final = frame * _SAMPLE.itemsize if in_groups else -1
        self._desk: _Desk | None = None
        self._past: _Floats = np.zeros(self.memory)
        self._taken = 0

    @property
    def memory(self) -> int:
        """How many past inputs an output still needs; so many zeros empty the filter."""
        return self._filter.taps - 1

    def reset(self) -> None:
        """Forget all sound, as if newly made."""
        self._past.fill(0.0)
        self._taken = 0

    def outputs_after(self, inputs: int) -> int:
        """How many samples have come out once `inputs` went in since the last reset."""
        return -(-inputs * self._filter.up // self._filter.down)

    def convert(self, pcm: bytes) -> bytes:
        """`push` for whole samples as little-endian bytes; quickest for frames of 20 ms."""
        if len(pcm) == self._frame_bytes and self._taken % self._filter.down == 0:
            return self._convert_frame(pcm)
        return self.push(np.frombuffer(pcm, _SAMPLE)).astype(_SAMPLE, copy=False).tobytes()

    def push(self, samples: Samples) -> Samples:
        """Convert any number of samples; what is out of 16-bit range afterwards saturates."""
        most = self._filter.block
        if len(samples) <= most:
            return self._push_block(samples)
        blocks = range(0, len(samples), most)
        return np.concatenate([self._push_block(samples[at : at + most]) for at in blocks])

    def flush(self) -> Samples:
        """What is still in the filter: the sound's last milliseconds, fading to zero. Resets."""
        if self._taken == 0:
            return np.zeros(0, np.int16)
        tail = self.push(np.zeros(self.memory, np.int16))
        self.reset()
        return tail

    def _convert_frame(self, pcm: bytes) -> bytes:
        desk = self._desk
        if desk is None:
            desk = self._desk = _Desk(self._filter, len(pcm), self._past)
            self._past = desk.past
        # Filled in place by assignment: `np.copyto` does the same by way of Python.
        desk.raw[:] = pcm
        desk.new[...] = desk.given
        np.matmul(desk.windows, desk.group, desk.grouped)
        exact = desk.exact
        _saturate(exact)
        desk.rounded[...] = exact
        desk.past[...] = desk.next_past
        self._taken += desk.inputs
        return desk.rounded.tobytes()

    def _push_block(self, samples: Samples) -> Samples:
        heard: _Floats = np.concatenate((self._past, samples))
        before, self._taken = self._taken, self._taken + len(samples)
        self._past[:] = heard[len(samples) :]
        first, end = self.outputs_after(before), self.outputs_after(self._taken)
        exact = np.empty(end - first)
        if self._filter.group.size:
            oldest = first * self._filter.down // self._filter.up - before
            self._convolve_groups(heard, oldest, exact)
        else:
            self._convolve_fraction(heard, before, first, exact)
        _saturate(exact)
        return exact.astype(np.int16)

    def _convolve_groups(self, heard: _Floats, at: int, exact: _Floats) -> None:
        """Fills `exact`; its first output needs `heard` from `at` on."""
        group = self._filter.group
        needs, makes = group.shape
        whole = len(exact) // makes
        if whole:
            step = self._filter.group_inputs
            windows = _view(heard, (whole, needs), step, at)
            np.matmul(windows, group, out=exact[: whole * makes].reshape(whole, makes))
            at += whole * step
        rest = exact[whole * makes :]
        if len(rest):
            needs = (len(rest) - 1) * self._filter.down // self._filter.up + self._filter.taps
            np.matmul(heard[at : at + needs], group[:needs, : len(rest)], out=rest)

    def _convolve_fraction(self, heard: _Floats, before: int, first: int, exact: _Floats) -> None:
        """Fills `exact` from output `first` on; `before` inputs came before the new ones."""
        table, starts = self._filter.table, self._filter.starts
        rows, taps = len(table), self._filter.taps
        windows = _view(heard, (len(heard) - taps + 1, taps), 1, 0)
        done = 0
        while done < len(exact):
            turn, row = divmod(first + done, rows)
            count = min(rows - row, len(exact) - done)
            shift = turn * rows * self._filter.down // self._filter.up - before
            used = slice(row, row + count)
            chosen = windows[starts[used] + shift]
            np.vecdot(chosen, table[used], out=exact[done:][:count])
            done += count


class _Desk:
    """What a frame of 20 ms is worked on with, laid out once: a frame allocates only its result."""

    __slots__ = (
        *("exact", "given", "group", "grouped", "inputs", "new", "next_past", "past", "raw"),
        *("rounded", "windows"),
    )

    def __init__(self, made: PolyphaseFilter, frame_bytes: int, past: _Floats) -> None:
        self.raw = bytearray(frame_bytes)
        self.given: Samples = np.frombuffer(self.raw, _SAMPLE)
        self.inputs = inputs = len(self.given)
        memory = len(past)
        heard = np.concatenate((past, np.zeros(inputs)))
        self.past, self.new, self.next_past = heard[:memory], heard[memory:], heard[inputs:]
        self.group = made.group
        needs, makes = made.group.shape
        groups = inputs // made.group_inputs
        self.windows = _view(heard, (groups, needs), made.group_inputs, 0)
        self.grouped: _Floats = np.empty((groups, makes))
        self.exact: _Floats = self.grouped.reshape(-1)
        self.rounded = np.empty(len(self.exact), _SAMPLE)


def _saturate(exact: _Floats) -> None:
    _rint(exact, exact)
    _maximum(exact, _LOWEST, out=exact)
    _minimum(exact, _HIGHEST, out=exact)


def _view(heard: _Floats, shape: tuple[int, int], step: int, at: int) -> _Floats:
    """Rows laid over `heard`, each `step` samples behind the one before; nothing is copied."""
    size = heard.itemsize
    return np.ndarray(shape, np.float64, heard, at * size, (step * size, size))

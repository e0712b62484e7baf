"""Pieces of one length through a filter of a whole ratio, with everything laid out beforehand.

A frame of 20 ms is so little sound that it costs what is asked of numpy, not what is computed; and
between two frames of a call other calls have had the processor's caches. So little is asked here,
always of the same few routines, in memory that stays where it is and that all calls share.

**Rounding is a change of type.** The matrix product adds `_LIFT` to every sum, and numbers from
2**23 to 2**24 have no fractions as float32. So writing the sums as float32 rounds them, once, half
to even, and the lower 16 bits of each are the sample. The sums stay exact: with `_LIFT` they need
at most 48 of a float64's 53 bits.

**At twice the rate every other output is an input**, some samples later: its row of coefficients
is a one among zeros. Those are copied and not computed. They go into the upper halves of the
float32s, where nothing but the bits of `_LIFT` is, and so the outputs stand side by side.
"""

from __future__ import annotations

import audioop
import math
from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

_Floats: TypeAlias = npt.NDArray[np.float64]
_Samples: TypeAlias = npt.NDArray[np.int16]

_SAMPLE: Final = np.dtype("<i2")
_LIFTED: Final = np.dtype("<f4")

_PIECES_PER_S: Final = (50, 10)
"""A telephone's frame, and what is converted at once of an agent's speech."""
_GROUP: Final = 16
"""Samples of the lower rate for which there is one matrix; the quickest of 4 to 80."""
_MOST_PRODUCTS: Final = 1 << 18
"""Numbers multiplied in one matrix product: a BLAS starts no threads for so few (OpenBLAS from
there on), and a live call would feel threads."""

_LIFT: Final = 1.5 * 2.0**23
_LOWEST: Final = np.array(_LIFT - 32768, _LIFTED)
_HIGHEST: Final = np.array(_LIFT + 32767, _LIFTED)
# A float32's bits read as an integer grow with it.
_LOWEST_BITS: Final = int(_LOWEST.view("<i4"))
_HIGHEST_BITS: Final = int(_HIGHEST.view("<i4"))
_minmax, _maximum, _minimum = audioop.minmax, np.maximum, np.minimum


class Desks:
    """Converts pieces of one length. Nothing is remembered from one to the next: any call's, and
    any thread's."""

    __slots__ = ("_down", "_free", "_groups", "_phases", "heard_bytes", "piece_bytes")

    def __init__(self, phases: _Floats, down: int, groups: int) -> None:
        """`phases`: see `PolyphaseFilter`; up or down is 1. `groups`: how many make a piece."""
        self._phases: Final = phases
        self._down: Final = down
        self._groups: Final = groups
        self._free: Final[list[_Desk]] = []
        """As many as were ever in use at once."""
        self.piece_bytes: Final = groups * _GROUP * down * _SAMPLE.itemsize
        self.heard_bytes: Final = self.piece_bytes + (phases.shape[1] - 1) * _SAMPLE.itemsize

    def convert(self, heard: bytes) -> bytes:
        """A piece's outputs. `heard`: the piece, behind the inputs that its first output needs."""
        try:
            desk = self._free.pop()  # No two threads get the same.
        except IndexError:
            desk = _Desk(self._phases, self._down, self._groups, self.heard_bytes)
        # Filled in place by assignment: `np.copyto` does the same by way of Python.
        desk.given[:] = heard
        desk.rows[...] = desk.windows
        desk.dot(desk.matrix, desk.sums)
        desk.lifted[...] = desk.sums
        lowest, highest = _minmax(desk.lifted_raw, 4)
        if lowest < _LOWEST_BITS or highest > _HIGHEST_BITS:
            _maximum(desk.lifted, _LOWEST, out=desk.lifted)
            _minimum(desk.lifted, _HIGHEST, out=desk.lifted)
        if desk.copied is not None:
            desk.upper_halves[...] = desk.copied
        outputs = desk.outputs.tobytes()
        self._free.append(desk)
        return outputs


class _Desk:
    """What one piece at a time is worked on with."""

    __slots__ = (
        *("copied", "dot", "given", "lifted", "lifted_raw", "matrix", "outputs", "rows", "sums"),
        *("upper_halves", "windows"),
    )

    def __init__(self, phases: _Floats, down: int, groups: int, heard_bytes: int) -> None:
        doubles = (len(phases), down) == (2, 1)
        self.matrix: Final = _matrix(phases, down, doubles)
        needs, makes = len(self.matrix) - 1, self.matrix.shape[1]
        self.given: Final = bytearray(heard_bytes)
        # What every group needs overlaps with the next one's; BLAS wants it side by side.
        strides = (_GROUP * down * _SAMPLE.itemsize, _SAMPLE.itemsize)
        self.windows: Final = np.ndarray((groups, needs), _SAMPLE, self.given, 0, strides)
        rows = np.ones((groups, needs + 1))
        self.rows: Final = rows[:, :needs]
        # The method goes straight to BLAS; for a frame, getting there by `np.matmul` costs as much
        # as the product.
        self.dot: Final[Callable[[_Floats, _Floats], object]] = rows.dot
        self.sums: Final = np.empty((groups, makes))
        # With one number more in front, for the first copy: it is before the first sum.
        raw = bytearray((1 + groups * makes) * _LIFTED.itemsize)
        self.lifted_raw: Final = memoryview(raw)[_LIFTED.itemsize :]
        self.lifted: Final = np.frombuffer(self.lifted_raw, _LIFTED).reshape(groups, makes)
        halves: _Samples = np.frombuffer(raw, _SAMPLE)
        self.upper_halves: Final = halves[1:-1:2]
        self.outputs: Final = halves[1:-1] if doubles else halves[2::2]
        self.copied: _Samples | None = None
        if doubles:
            first = int(phases[0].argmax())
            self.copied = np.frombuffer(self.given, _SAMPLE)[first : first + groups * _GROUP]


def _matrix(phases: _Floats, down: int, doubles: bool) -> _Floats:
    """Each column makes one output of a group, lifted, from a row of what the group needs and a
    one; no column for what is copied."""
    up, taps = phases.shape
    outputs = [each for each in range(_GROUP * up) if not doubles or each % 2]
    oldest = [each * down // up for each in outputs]
    matrix = np.zeros((oldest[-1] + taps + 1, len(outputs)))
    for column, (each, at) in enumerate(zip(outputs, oldest, strict=True)):
        matrix[at : at + taps, column] = phases[each * down % up]
    matrix[-1] = _LIFT
    return matrix


def desks_for(phases: _Floats, down: int, source_rate: int) -> dict[int, Desks]:
    """By the bytes of a piece, shortest first: for the usual pieces, or as near as may be."""
    up, taps = phases.shape
    inputs = _GROUP * down
    most = _MOST_PRODUCTS // ((inputs + taps) * _GROUP * up)
    lengths = [math.ceil(source_rate / (per_s * inputs)) for per_s in _PIECES_PER_S]
    all_desks = [Desks(phases, down, max(1, min(groups, most))) for groups in lengths]
    return {desks.piece_bytes: desks for desks in all_desks}

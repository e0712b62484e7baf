"""100 ms of a call as both sides hear it, ready to be sent to a browser."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from audio.formats import ULAW_8000
from audio.levels import QUIETEST_DBFS, loudness_dbfs

PIECE_SAMPLES = 800
PIECE_MS = 100
OPERATOR_SPEAKS = 1
"""Bit 0 of the flags."""
_HEAD = struct.Struct("<IIHBB")


@dataclass(frozen=True, slots=True)
class SoundPiece:
    """Both legs, µ-law at 8 kHz, 800 bytes each."""

    number: int
    """From 0 since somebody began to listen."""
    from_ms: int
    """Milliseconds since the call was ordered, of the first sample."""
    left: bytes
    """The business."""
    right: bytes
    """The agent or an operator, as the business hears it."""
    operator: bool = False
    """Whether an operator has the call."""
    _packed: list[bytes] = field(default_factory=list, init=False, repr=False, compare=False)
    _levels: list[tuple[int, int]] = field(
        default_factory=list, init=False, repr=False, compare=False
    )

    def packed(self) -> bytes:
        """As the browser gets it, made once: little endian u32 number, u32 from_ms, u16 samples,
        u8 flags (bit 0: an operator has the call), u8 0; then left, then right."""
        if not self._packed:
            flags = OPERATOR_SPEAKS if self.operator else 0
            head = _HEAD.pack(self.number, self.from_ms, len(self.left), flags, 0)
            self._packed.append(head + self.left + self.right)
        return self._packed[0]

    def levels(self) -> tuple[int, int]:
        """How loud left and right are in dBFS, -96 to 0, made once."""
        if not self._levels:
            self._levels.append((_level(self.left), _level(self.right)))
        return self._levels[0]


def _level(sound: bytes) -> int:
    return min(0, max(round(QUIETEST_DBFS), round(loudness_dbfs(sound, ULAW_8000))))

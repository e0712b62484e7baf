"""Keypad tones (DTMF, ITU-T Q.23) as mu-law at 8 kHz, for phone menus."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from audio import mulaw
from audio.formats import ULAW_8000

KEYPAD: Final = ("123A", "456B", "789C", "*0#D")
LOW_HZ: Final = (697, 770, 852, 941)
"""One tone per row of `KEYPAD`."""
HIGH_HZ: Final = (1209, 1336, 1477, 1633)
"""One tone per column of `KEYPAD`."""

LEVEL_DBFS: Final = -10.0
"""RMS of both tones together against 16-bit full scale; the pair peaks at -4 dBFS."""

MAX_DIGITS: Final = 64
"""Keys and pauses in one go: longer than any phone menu asks for, and a bound on what is built."""

_SHORTEST_MS: Final = 40  # ITU-T Q.24: receivers may miss a shorter tone or pause
_LONGEST_MS: Final = 1000
_RAMP_MS: Final = 5
_PAUSE_MS: Final = {"w": 500, "W": 1000}
_FREQUENCIES: Final = {
    key: (LOW_HZ[row], HIGH_HZ[column])
    for row, keys in enumerate(KEYPAD)
    for column, key in enumerate(keys)
}


def keypad_tones(digits: str, tone_ms: int = 120, gap_ms: int = 80) -> bytes:
    """The sound of pressing `digits`: 0-9 * # A-D, and the pauses w (0.5 s) and W (1 s).

    Every tone is followed by its gap, the last one too, so two results may be played back to back.
    ValueError for any other character, more than `MAX_DIGITS` of them, or lengths outside
    40-1000 ms.
    """
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"{len(digits)} keys at once; at most {MAX_DIGITS}")
    for length in (tone_ms, gap_ms):
        if not _SHORTEST_MS <= length <= _LONGEST_MS:
            raise ValueError(f"tones and gaps last {_SHORTEST_MS}-{_LONGEST_MS} ms, not {length}")
    gap = mulaw.silence(gap_ms)
    pieces: list[bytes] = []
    for key in digits:
        if key in _PAUSE_MS:
            pieces.append(mulaw.silence(_PAUSE_MS[key]))
        elif key in _FREQUENCIES:
            pieces += (_tone(key, tone_ms), gap)
        else:
            raise ValueError(f"no such key on a telephone: {key!r}; allowed: 0-9 * # A-D w W")
    return b"".join(pieces)


@lru_cache(maxsize=64)
def _tone(key: str, tone_ms: int) -> bytes:
    """Both tones of a key, faded in and out so that neither edge clicks."""
    count = ULAW_8000.bytes_for(tone_ms)
    seconds = np.arange(count) / ULAW_8000.rate
    amplitude = 32768 * 10 ** (LEVEL_DBFS / 20)
    pair = sum(np.sin(2 * np.pi * hertz * seconds) for hertz in _FREQUENCIES[key])
    ramp = ULAW_8000.bytes_for(_RAMP_MS)
    edge = np.sin(np.pi / 2 * (np.arange(ramp) + 0.5) / ramp) ** 2
    envelope = np.ones(count)
    envelope[:ramp] = edge
    envelope[count - ramp :] = edge[::-1]
    return mulaw.encode(np.rint(amplitude * envelope * pair).astype("<i2").tobytes())

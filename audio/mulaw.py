"""G.711 mu-law: one byte per sample at 8 kHz <-> signed 16-bit little endian PCM.

Equal to the classic (Sun) rule everywhere. ITU-T's reference encoder differs on exactly 508
negative samples, all on decision levels, which no ear can tell. Code 0x7F (negative zero) decodes
to 0 and comes back as 0xFF: a detour through PCM keeps 255 of the 256 codes, so sound that needs
no decoding should not be decoded.
"""

from __future__ import annotations

import audioop
from typing import Final

from audio.formats import ULAW_8000

SILENCE_BYTE: Final = 0xFF
"""Positive zero. On the wire silence is any mix of 0xFF, 0x7F, 0xFE and 0x7E (0, -0, +8, -8)."""

_SAMPLE_BYTES: Final = 2


def encode(pcm: bytes) -> bytes:
    """PCM to mu-law, half the size; ValueError when the last sample is cut in two."""
    if len(pcm) % _SAMPLE_BYTES:
        raise ValueError(f"16-bit PCM cannot have an odd size: {len(pcm)} bytes")
    return audioop.lin2ulaw(pcm, _SAMPLE_BYTES)


def decode(mulaw: bytes) -> bytes:
    """Mu-law to PCM, twice the size. Every byte is a valid code."""
    return audioop.ulaw2lin(mulaw, _SAMPLE_BYTES)


def silence(milliseconds: float) -> bytes:
    """That much mu-law silence at 8 kHz."""
    return bytes([SILENCE_BYTE]) * ULAW_8000.bytes_for(milliseconds)

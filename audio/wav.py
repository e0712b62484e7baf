"""Recordings on disk: stereo WAV, 8 kHz, 16-bit, the business left and the agent right."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt

from audio import mulaw
from audio.formats import ULAW_8000

MAX_BYTES: Final = 256 * 1024 * 1024
"""The most sound that `read_wav` takes into memory: two hours of stereo at 8 kHz."""

_BLOCK: Final = 65_536


@dataclass(frozen=True, slots=True)
class Recording:
    """A WAV file in memory."""

    rate: int
    """Samples per second (Hertz)."""
    channels: tuple[bytes, ...]
    """16-bit little endian PCM, one entry per channel, all of one length; left comes first."""

    @property
    def milliseconds(self) -> float:
        return len(self.channels[0]) * 1000 / (2 * self.rate)


def write_stereo(target: Path | BinaryIO, left: bytes, right: bytes) -> None:
    """Write two mu-law 8 kHz tracks; the shorter one ends in silence.

    A file that was opened by somebody else stays open. OSError when it cannot be written.
    """
    if isinstance(target, Path):
        with target.open("wb") as opened:
            write_stereo(opened, left, right)
        return
    length = max(len(left), len(right))
    with wave.open(target, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(ULAW_8000.rate)
        file.setnframes(length)
        for at in range(0, length, _BLOCK):
            count = min(_BLOCK, length - at)
            both = np.empty((count, 2), "<i2")
            both[:, 0] = _decoded(left[at : at + count], count)
            both[:, 1] = _decoded(right[at : at + count], count)
            file.writeframesraw(both.tobytes())


def _decoded(track: bytes, count: int) -> npt.NDArray[np.int16]:
    padded = track.ljust(count, bytes([mulaw.SILENCE_BYTE]))
    return np.frombuffer(mulaw.decode(padded), "<i2")


def read_wav(source: Path | BinaryIO) -> Recording:
    """Read a 16-bit PCM WAV of any rate and number of channels.

    ValueError when it is something else, broken, or larger than `MAX_BYTES`; OSError when the file
    cannot be read.
    """
    if isinstance(source, Path):
        with source.open("rb") as opened:
            return read_wav(opened)
    try:
        with wave.open(source, "rb") as file:
            width, count = file.getsampwidth(), file.getnchannels()
            if width != 2:
                raise ValueError(f"only 16-bit WAV can be read, not {8 * width}-bit")
            if file.getnframes() * count * width > MAX_BYTES:
                raise ValueError(f"more than {MAX_BYTES} bytes of sound")
            if file.getframerate() <= 0:
                raise ValueError("a WAV without a sample rate")
            rate, sound = file.getframerate(), file.readframes(file.getnframes())
    except (wave.Error, EOFError, RuntimeError) as error:
        raise ValueError(f"not a WAV that can be read: {error}") from error
    whole = len(sound) - len(sound) % (count * width)
    samples = np.frombuffer(sound[:whole], "<i2").reshape(-1, count)
    return Recording(rate, tuple(samples[:, channel].tobytes() for channel in range(count)))

"""A moment of a recorded call as a small sound file that telephones play: mono, OGG/Opus."""

from __future__ import annotations

import io
import wave
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import soundfile

MAX_S: Final = 60.0
"""The longest moment that is cut out: a clip is heard, not stored."""
_LEAST_S: Final = 0.5
_FADE_S: Final = 0.02
"""A cut in the middle of a sound would click."""
_INAUDIBLE: Final = 100.0
"""Below this peak, of 32768, nothing but the line's hiss is in it."""
_LOUDEST: Final = 0.9
"""Of full scale: Opus overshoots a little."""

Samples = npt.NDArray[np.float32]
"""Mono, full scale is 1."""


class NoClip(ValueError):
    """There is nothing to cut out; str() says why."""


def cut_clip(recording: Path, from_s: float, until_s: float) -> bytes:
    """The stretch between two times of a 16-bit WAV file, all channels mixed, as OGG/Opus.

    What lies outside of the file is left out. Raises NoClip when that leaves nothing that can be
    heard, or the file is no such WAV; OSError when it cannot be read. Blocks for some 20 ms.
    """
    samples, rate = mixed_stretch(recording, from_s, until_s)
    return encode_opus(samples, rate)


def mixed_stretch(recording: Path, from_s: float, until_s: float) -> tuple[Samples, int]:
    """The samples of that stretch and their rate in Hertz; raises as `cut_clip`.

    Only the stretch is read, however long the file is.
    """
    if not 0 < until_s - from_s <= MAX_S:
        raise NoClip(f"a clip lasts between nothing and {MAX_S:g} s")
    try:
        with recording.open("rb") as opened, wave.open(opened, "rb") as file:
            rate, width, count = file.getframerate(), file.getsampwidth(), file.getnchannels()
            if width != 2 or rate <= 0:
                raise NoClip("only 16-bit WAV can be cut")
            first = max(0, round(from_s * rate))
            last = min(file.getnframes(), round(until_s * rate))
            file.setpos(min(first, file.getnframes()))
            sound = file.readframes(max(0, last - first))
    except (wave.Error, EOFError, RuntimeError) as error:  # the last one: sizes that are not true
        raise NoClip(f"not a WAV that can be read: {error}") from error
    whole = len(sound) - len(sound) % (count * width)
    channels = np.frombuffer(sound[:whole], "<i2").reshape(-1, count).astype(np.float32)
    if len(channels) < _LEAST_S * rate:
        raise NoClip("the recording holds next to nothing of that moment")
    peak = float(np.abs(channels).max(initial=0.0))
    if peak < _INAUDIBLE:
        raise NoClip("nothing can be heard in that moment")
    return _mix(channels / np.float32(32768.0), rate), rate


def _mix(channels: Samples, rate: int) -> Samples:
    # Added, not averaged: the two hardly ever speak at once. When they do, all of it gets softer.
    mixed: Samples = channels.sum(axis=1, dtype=np.float32)
    peak = float(np.abs(mixed).max())
    if peak > _LOUDEST:
        mixed *= np.float32(_LOUDEST / peak)
    ramp = np.linspace(0.0, 1.0, round(_FADE_S * rate), dtype=np.float32)
    mixed[: ramp.size] *= ramp
    mixed[-ramp.size :] *= ramp[::-1]
    return mixed


def encode_opus(samples: Samples, rate: int) -> bytes:
    """An OGG/Opus file, which is what WhatsApp plays as a voice note. Raises NoClip.

    `rate`: 8000, 12000, 16000, 24000 or 48000 Hertz.
    """
    file = io.BytesIO()
    try:
        soundfile.write(file, samples, rate, format="OGG", subtype="OPUS")
    except soundfile.SoundFileError as error:
        raise NoClip(f"Opus does not take it: {error}") from error
    return file.getvalue()

"""How loud sound is, and how long it has been quiet, counted in sound and never by a clock."""

from __future__ import annotations

import audioop
import math
from typing import Final

from audio import mulaw
from audio.formats import FRAME_MS, ULAW_8000, AudioFormat
from audio.framing import Framer

QUIETEST_DBFS: Final = -96.0
"""What nothing at all measures."""

_FULL_SCALE: Final = 32768


def loudness_dbfs(sound: bytes, audio_format: AudioFormat) -> float:
    """RMS against 16-bit full scale in decibels: a full-scale sine is -3, silence -96.

    Half a PCM sample at the end is left out.
    """
    if audio_format.encoding == "ulaw":
        return _rms_to_dbfs(audioop.rms(mulaw.decode(sound), 2))
    return _rms_to_dbfs(audioop.rms(sound[: len(sound) & ~1], 2))


def _rms_to_dbfs(rms: int) -> float:
    return 20 * math.log10(rms / _FULL_SCALE) if rms else QUIETEST_DBFS


def _dbfs_to_rms(dbfs: float) -> float:
    return _FULL_SCALE * 10 ** (dbfs / 20)


class SilenceWatch:
    """Tells speech from quiet on a mu-law 8 kHz line, in steps of 20 ms however sound is cut.

    Speech begins after `onset_ms` on end at `speech_dbfs` or louder (a click is no speech), goes on
    while it stays above `quiet_dbfs`, and is over after `release_ms` below (a breath is no end).
    The line's own silence, a random mix of the four codes around zero, measures below -70 dBFS.
    """

    __slots__ = (
        "_framer",
        "_onset",
        "_onset_ms",
        "_quiet_rms",
        "_release_ms",
        "_speech_rms",
        "heard_ms",
        "quiet_ms",
        "speaking",
    )

    def __init__(
        self,
        speech_dbfs: float = -40.0,
        quiet_dbfs: float = -46.0,
        onset_ms: int = 60,
        release_ms: int = 300,
    ) -> None:
        if quiet_dbfs > speech_dbfs:
            raise ValueError(f"quiet ({quiet_dbfs} dBFS) cannot be louder than speech")
        self._speech_rms = _dbfs_to_rms(speech_dbfs)
        self._quiet_rms = _dbfs_to_rms(quiet_dbfs)
        self._onset_ms = onset_ms
        self._release_ms = release_ms
        self._framer = Framer(ULAW_8000.frame_bytes)
        self._onset = 0
        self.heard_ms = 0
        """Milliseconds of speech in all."""
        self.quiet_ms = 0
        """Milliseconds since the last speech, or since the beginning; 0 in the midst of it."""
        self.speaking = False
        """Whether somebody speaks, short breaths included."""

    def push(self, sound: bytes) -> None:
        """The next mu-law bytes of the line, of any number."""
        for frame in self._framer.push(sound):
            self._weigh(audioop.rms(mulaw.decode(frame), 2))

    def _weigh(self, rms: int) -> None:
        if self.speaking and rms >= self._quiet_rms:
            self.heard_ms += FRAME_MS
            self.quiet_ms = 0
            return
        self.quiet_ms += FRAME_MS
        if self.speaking:
            self.speaking = self.quiet_ms < self._release_ms
            return
        self._onset = self._onset + FRAME_MS if rms >= self._speech_rms else 0
        if self._onset and self._onset >= self._onset_ms:
            self.heard_ms += self._onset
            self.quiet_ms = self._onset = 0
            self.speaking = True

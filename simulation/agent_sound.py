"""The agent's ear and voice: what it was sent, when, and what it sends of a clip."""

from __future__ import annotations

import random
from dataclasses import dataclass

from audio.formats import ULAW_8000, AudioFormat
from audio.levels import SilenceWatch
from audio.transcode import Transcoder
from simulation.speech import Clip

SHORTEST_PIECE_MS = 100
LONGEST_PIECE_MS = 2500
"""Pieces of 0.1 to 2.5 s are what has been seen of the real one."""

_WORD_MS = 160
"""Less than this is a click or a breath, not something said."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One chunk of sound that came in."""

    at_s: float
    """On the event loop's clock."""
    size: int
    """Bytes."""


class Ear:
    """Hears what was sent. Time is counted in sound, so a stream that stalls stops it."""

    def __init__(self, hears: AudioFormat) -> None:
        self.format = hears
        self.sound = bytearray()
        """Everything that came, as it came."""
        self.arrivals: list[Arrival] = []
        self._watch = SilenceWatch()
        self._to_mulaw = Transcoder(hears, ULAW_8000)
        self._taken_ms = 0

    def hear(self, sound: bytes, at_s: float) -> None:
        """The next chunk."""
        self.sound += sound
        self.arrivals.append(Arrival(at_s, len(sound)))
        self._watch.push(self._to_mulaw.convert(sound))

    @property
    def speech_ms(self) -> int:
        """How much speech there was in all."""
        return self._watch.heard_ms

    def heard_out(self, quiet_ms: int) -> bool:
        """Whether something was said since `take` and then nothing for `quiet_ms`."""
        said_ms = self._watch.heard_ms - self._taken_ms
        return said_ms >= _WORD_MS and self._watch.quiet_ms >= quiet_ms

    def take(self) -> None:
        """What was heard so far has been understood; the next utterance begins."""
        self._taken_ms = self._watch.heard_ms


def pieces_of(clip: Clip, speaks: AudioFormat, rng: random.Random) -> list[bytes]:
    """The clip in the agent's format, cut into pieces of random length (whole samples)."""
    transcoder = Transcoder(ULAW_8000, speaks)
    sound = transcoder.convert(clip.mulaw) + transcoder.flush()
    pieces: list[bytes] = []
    at = 0
    while at < len(sound):
        size = speaks.bytes_for(rng.uniform(SHORTEST_PIECE_MS, LONGEST_PIECE_MS))
        if len(sound) - at - size < speaks.bytes_for(SHORTEST_PIECE_MS):
            size = len(sound) - at
        pieces.append(sound[at : at + size])
        at += size
    return pieces


def said_until(text: str, share: float) -> str:
    """The words of a turn that fit in this share of it, as the server corrects itself."""
    words = text.split()
    said = words[: int(len(words) * max(0.0, min(1.0, share)))]
    return " ".join(said) + "..." if said else "..."

"""What the carrier does with the sound that it is sent: buffer, play at real pace, echo marks.

Pure: time is an argument, in seconds of any clock. One sample of G.711 mu-law is one byte; 8 of
them are heard per millisecond, whatever arrives.
Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages (media, mark, clear)
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

SAMPLES_PER_S = 8000
FRAME_MS = 20
FRAME_BYTES = 160
SILENCE = 0xFF
BUFFER_LIMIT = 10 * 60 * SAMPLES_PER_S
"""Bytes: ten minutes; Twilio discards what is over it (warning 31931)."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Playback ran dry between two pieces of sound."""

    at_sample: int
    """Samples since the stream started."""
    ms: float


class Playback:
    """One stream's playback buffer, and everything that came out of it."""

    def __init__(self, started: float) -> None:
        self._started = started
        self._buffer = bytearray()
        self._played = 0
        self._marks: deque[tuple[int, str]] = deque()
        self._dry_since: int | None = None
        self.heard = bytearray()
        """Every sample since the start, with silence where nothing played."""
        self.gaps: list[Gap] = []
        """Silences between sound and sound; a `clear` in between makes it none."""

    @property
    def buffered_ms(self) -> float:
        """What is held and not yet played."""
        return len(self._buffer) * 1000 / SAMPLES_PER_S

    @property
    def buffered_bytes(self) -> int:
        """What is held and not yet played."""
        return len(self._buffer)

    def advance(self, now: float) -> tuple[str, ...]:
        """Plays up to `now`; returns the marks that were reached, in order."""
        due = round((now - self._started) * SAMPLES_PER_S) - len(self.heard)
        if due > 0:
            take = min(due, len(self._buffer))
            self.heard += self._buffer[:take]
            del self._buffer[:take]
            self._played += take
            if take and not self._buffer:
                self._dry_since = len(self.heard)
            self.heard += bytes((SILENCE,)) * (due - take)
        return self._reached()

    def push(self, sound: bytes, now: float) -> tuple[tuple[str, ...], bool]:
        """Sound that arrived: the marks reached before it; whether some was over the limit."""
        reached = self.advance(now)
        room = BUFFER_LIMIT - len(self._buffer)
        if sound and self._dry_since is not None:
            silence = len(self.heard) - self._dry_since
            if silence > 0:
                self.gaps.append(Gap(self._dry_since, silence * 1000 / SAMPLES_PER_S))
            self._dry_since = None
        self._buffer += sound[:room]
        return reached, len(sound) > room

    def mark(self, name: str, now: float) -> tuple[str, ...]:
        """A mark that arrived; it is reached at once when nothing is buffered."""
        reached = self.advance(now)
        self._marks.append((self._played + len(self._buffer), name))
        return reached + self._reached()

    def clear(self, now: float) -> tuple[str, ...]:
        """Drops what is buffered; every pending mark is echoed at once."""
        reached = self.advance(now)
        self._buffer.clear()
        self._dry_since = None
        flushed = tuple(name for _, name in self._marks)
        self._marks.clear()
        return reached + flushed

    def next_mark_at(self) -> float | None:
        """When `advance` will reach the next mark, if nothing changes."""
        if not self._marks:
            return None
        ahead = self._marks[0][0] - self._played
        return self._started + (len(self.heard) + ahead) / SAMPLES_PER_S

    def underruns(self, within_ms: float = 250.0) -> int:
        """How often sound broke off and went on so soon that it was one utterance."""
        return sum(1 for gap in self.gaps if gap.ms <= within_ms)

    def _reached(self) -> tuple[str, ...]:
        names = []
        while self._marks and self._marks[0][0] <= self._played:
            names.append(self._marks.popleft()[1])
        return tuple(names)

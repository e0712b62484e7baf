"""A call's two voices while they sound, cut into pieces a moment after they were heard.

Pure: time is an argument, seconds since the call was ordered. The business is placed by the
carrier's timestamps, and these against our clock by how late its frames come: a frame's end is
where it arrives, give or take the network. What goes to the business is placed by the playhead.
"""

from __future__ import annotations

from collections import deque

from audio.mulaw import SILENCE_BYTE
from bridge.sound_piece import PIECE_SAMPLES, SoundPiece
from bridge.sound_places import BYTES_PER_MS, BYTES_PER_S, FrameJoint, Playhead

CUT_AFTER = 20 * BYTES_PER_MS
"""Samples after a piece's end at which it is cut: the last frame in it has come by then."""
MARGIN = 10 * BYTES_PER_MS
"""A frame's end is placed that far after its arrival, for those that come later than it."""
MOST_SPREAD = 40 * BYTES_PER_MS
"""How much further after its arrival it is placed on a line whose frames come unevenly."""
LEAST_SHIFT = 10 * BYTES_PER_MS
LEAST_SHIFT_BACK = 30 * BYTES_PER_MS
MOST_OFF = 10 * BYTES_PER_S
"""A frame whose timestamp is that far from its arrival is left out; after MOST_STRANGE of them
the carrier's clock is believed anew."""
MOST_STRANGE = 10
FIRST_LOOK_S = 0.2
LOOK_S = 1.0
"""How long frames are watched before their place is corrected."""
MOST_WATCHED = 200
MOST_BEHIND = BYTES_PER_S
"""When so much was not cut (the process slept), older sound is skipped."""


class _Strip:
    """Sound from an edge on, silence where nothing was placed."""

    def __init__(self) -> None:
        self._sound = bytearray()
        self.edge = 0
        """The first sample that was not taken."""

    def place(self, at: int, sound: bytes) -> None:
        """Newer sound stays; what lies before the edge is lost."""
        if at < self.edge:
            sound, at = sound[self.edge - at :], self.edge
        start = at - self.edge
        sound = sound[: max(0, MOST_OFF + MOST_BEHIND - start)]
        if sound:
            self._sound.extend(bytes([SILENCE_BYTE]) * (start - len(self._sound)))
            self._sound[start : start + len(sound)] = sound

    def truncate(self, at: int) -> None:
        """Nothing from here on."""
        del self._sound[max(0, at - self.edge) :]

    def take(self, size: int) -> bytes:
        """The next samples."""
        sound = bytes(self._sound[:size]).ljust(size, bytes([SILENCE_BYTE]))
        del self._sound[:size]
        self.edge += size
        return sound


class _Alignment:
    """How the carrier's time lies against ours, in samples."""

    def __init__(self) -> None:
        self._offset: int | None = None
        self._lateness: deque[int] = deque(maxlen=MOST_WATCHED)
        self._watched_from = 0.0
        self._watch_s = FIRST_LOOK_S
        self._strange = 0

    def place(self, at: int, size: int, arrived: int, now: float) -> int | None:
        """Where a frame of the carrier's sample `at` goes; None: nowhere."""
        if self._offset is None:
            self._offset = arrived + MARGIN - at - size
            self._watch(now)
        late = arrived + MARGIN - (at + self._offset + size)
        if abs(late) > MOST_OFF:
            self._strange += 1
            if self._strange >= MOST_STRANGE:
                self._strange, self._offset, self._watch_s = 0, None, FIRST_LOOK_S
            return None
        self._strange = 0
        self._lateness.append(late)
        if now - self._watched_from >= self._watch_s:
            self._correct(now)
        return at + self._offset

    def _watch(self, now: float) -> None:
        self._lateness.clear()
        self._watched_from = now

    def _correct(self, now: float) -> None:
        """Frames that all come late are lost, and frames that all come early make us late."""
        assert self._offset is not None, "there was a frame"
        lateness = sorted(self._lateness)
        shift = min(lateness[len(lateness) * 9 // 10], lateness[0] + MOST_SPREAD)
        if shift > LEAST_SHIFT or shift < -LEAST_SHIFT_BACK:
            self._offset += shift
        self._watch_s = LOOK_S
        self._watch(now)


class LiveMix:
    """Begins when somebody listens; `cut` gives what is due, in order and without gaps."""

    def __init__(self, began: float, held: bytes = b"") -> None:
        """`held`: what the carrier holds of the agent's sound at this moment (µ-law, 8 kHz)."""
        self.operator_speaks = False
        """Goes into the pieces that are cut from now on."""
        self._origin_ms = round(began * 1000)
        self._left = _Strip()
        self._right = _Strip()
        self._frames = FrameJoint()
        self._alignment = _Alignment()
        self._playhead = Playhead(began)
        self._number = 0
        self.play(held, began)

    def business(self, sound: bytes, at_ms: int, now: float) -> None:
        """A frame of the business with the carrier's timestamp."""
        at = self._frames.place(at_ms, len(sound))
        place = self._alignment.place(at, len(sound), self._sample(now), now)
        if place is not None:
            self._left.place(place, sound)

    def play(self, sound: bytes, now: float) -> None:
        """Sound that was sent to the business now."""
        self._right.place(self._sample(self._playhead.play(len(sound), now)), sound)

    def clear(self, now: float) -> None:
        """What was sent and is not heard yet never will be."""
        if self._playhead.stop(now):
            self._right.truncate(self._sample(now))

    def next_cut(self) -> float:
        """When the next piece is due."""
        samples = self._left.edge + PIECE_SAMPLES + CUT_AFTER
        return self._origin_ms / 1000 + samples / BYTES_PER_S

    def cut(self, now: float) -> tuple[SoundPiece, ...]:
        """The pieces that are due. Of a second and more the newest second."""
        until = self._sample(now) - CUT_AFTER
        too_old = until - self._left.edge - MOST_BEHIND - PIECE_SAMPLES
        if too_old > 0:
            skipped = -(-too_old // PIECE_SAMPLES) * PIECE_SAMPLES
            self._left.take(skipped)
            self._right.take(skipped)
        pieces = []
        while self._left.edge + PIECE_SAMPLES <= until:
            pieces.append(self._piece())
        return tuple(pieces)

    def finish(self, now: float) -> tuple[SoundPiece, ...]:
        """The stream is over: the rest, filled up with silence."""
        self.clear(now)
        pieces = [*self.cut(now)]
        while self._left.edge < self._sample(now):
            pieces.append(self._piece())
        return tuple(pieces)

    def _piece(self) -> SoundPiece:
        from_ms = self._origin_ms + self._left.edge // BYTES_PER_MS
        left, right = self._left.take(PIECE_SAMPLES), self._right.take(PIECE_SAMPLES)
        self._number += 1
        return SoundPiece(self._number - 1, from_ms, left, right, self.operator_speaks)

    def _sample(self, t: float) -> int:
        return round((t - self._origin_ms / 1000) * BYTES_PER_S)

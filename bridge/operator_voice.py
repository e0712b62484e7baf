"""An operator's microphone on its way into the playback ledger: steady, and never far behind."""

from __future__ import annotations

from typing import Final

from bridge.playback import BYTES_PER_S, PIECE_BYTES, Playback

GATHER_S: Final = 0.06
"""How long the first sound after a pause waits, so that what comes a little late tears nothing."""
MOST_BEHIND_BYTES: Final = 3200
"""400 ms: what is older when it could be played is dropped, for people talk at real time."""


class OperatorVoice:
    """Keeps what the carrier is not ready for. Sound is µ-law at 8 kHz."""

    def __init__(self, playback: Playback) -> None:
        self.dropped_bytes = 0
        """Sound that came too fast or while something else was being played."""
        self._playback = playback
        self._waiting = bytearray()
        self._start_at = 0.0

    def speak(self, sound: bytes, now: float) -> None:
        """Sound from the microphone; the oldest gives way when too much waits."""
        if not self._waiting and self._playback.silent(now):
            self._start_at = now + GATHER_S
        self._waiting += sound
        held = round(self._playback.unplayed_s(now) * BYTES_PER_S)
        excess = len(self._waiting) - max(MOST_BEHIND_BYTES - held, PIECE_BYTES)
        if excess > 0:
            del self._waiting[:excess]
            self.dropped_bytes += excess

    def pass_on(self, now: float) -> None:
        """Put into the ledger what its next release takes."""
        if not self._waiting or now < self._start_at:
            return
        room_s = now - self._playback.wants_at(now)
        room = int(room_s * BYTES_PER_S) + PIECE_BYTES - self._playback.waiting_bytes
        if room > 0:
            self._playback.admit_tones(bytes(self._waiting[:room]))
            del self._waiting[:room]

    def due(self, now: float) -> float | None:
        """When there is something to pass on; None while nothing waits."""
        if not self._waiting:
            return None
        return max(self._start_at, self._playback.wants_at(now))

    def flush(self) -> None:
        """The operator is done: the rest is to be heard, too."""
        self._playback.admit_tones(bytes(self._waiting))
        self._waiting.clear()

    def forget(self) -> None:
        """Give up on what waits."""
        self._waiting.clear()

"""Where each voice's sound belongs in a call: by the carrier's timestamps, or by the playhead."""

from __future__ import annotations

BYTES_PER_S = 8000
BYTES_PER_MS = 8
JITTER_BYTES = 80
"""10 ms: half a frame. The carrier's timestamps are off by 2 ms either way; a lost frame is 20."""


class FrameJoint:
    """Places the business's frames. What follows within the timestamps' jitter follows at once:
    taken literally, it would tear every frame from the next.
    """

    def __init__(self) -> None:
        self._until = -1_000_000
        """The byte after the last frame; long ago before the first."""

    def place(self, at_ms: int, size: int) -> int:
        """The frame's first sample, counted from the carrier's time 0."""
        at = at_ms * BYTES_PER_MS
        if abs(at - self._until) <= JITTER_BYTES:
            at = self._until
        self._until = at + size
        return at


class Playhead:
    """Places what was sent to the business where a carrier that plays at once and without gaps
    would play it: each piece at the later of its sending and the end of the piece before.
    """

    def __init__(self, began: float) -> None:
        self._ends_at = began

    def play(self, size: int, t: float) -> float:
        """When so much sound that was sent now begins to be heard."""
        at = max(self._ends_at, t)
        self._ends_at = at + size / BYTES_PER_S
        return at

    def stop(self, t: float) -> bool:
        """Nothing that was sent is heard from now on; whether something was left."""
        if t >= self._ends_at:
            return False
        self._ends_at = t
        return True

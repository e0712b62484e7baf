"""A call's two voices on one time line, positioned by sample, ready to be written as stereo."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Final, Literal, TypeAlias

from audio import mulaw, wav
from audio.formats import ULAW_8000

Channel: TypeAlias = Literal["left", "right"]
"""left: the business; right: the agent."""

DEFAULT_MAX_MS: Final = 30 * 60 * 1000


class StereoTimeline:
    """Two mu-law 8 kHz tracks that begin together, with silence where nothing was placed.

    Bounded: sound at or after `max_ms` is left out and counted in `left_out`. Costs 8 KB of memory
    per second and channel of the time reached so far.
    """

    __slots__ = ("_limit", "_tracks", "left_out")

    def __init__(self, max_ms: float = DEFAULT_MAX_MS) -> None:
        self._limit = ULAW_8000.bytes_for(max_ms)
        self._tracks: dict[Channel, bytearray] = {"left": bytearray(), "right": bytearray()}
        self.left_out = 0
        """Samples that came too late to fit."""

    @property
    def samples(self) -> int:
        """Length of the longer track."""
        return max(len(track) for track in self._tracks.values())

    @property
    def milliseconds(self) -> float:
        return ULAW_8000.milliseconds(self.samples)

    def place(self, channel: Channel, at_sample: int, sound: bytes) -> None:
        """Put mu-law bytes at a position; where sound was placed before, the newer one stays.

        ValueError for a negative position.
        """
        if at_sample < 0:
            raise ValueError(f"a recording has no position {at_sample}")
        kept = sound[: max(0, self._limit - at_sample)]
        self.left_out += len(sound) - len(kept)
        if not kept:
            return
        track = self._tracks[channel]
        gap = at_sample - len(track)
        if gap > 0:
            track.extend(bytes([mulaw.SILENCE_BYTE]) * gap)
        track[at_sample : at_sample + len(kept)] = kept

    def truncate(self, channel: Channel, at_sample: int) -> None:
        """Forget what one track holds from a position on: sound that was never heard.

        ValueError for a negative position.
        """
        if at_sample < 0:
            raise ValueError(f"a recording has no position {at_sample}")
        del self._tracks[channel][at_sample:]

    def track(self, channel: Channel) -> bytes:
        """One track as mu-law, up to the last sound placed on it."""
        return bytes(self._tracks[channel])

    def write_wav(self, target: Path | BinaryIO) -> None:
        """Write both tracks as stereo; see `wav.write_stereo`."""
        wav.write_stereo(target, self.track("left"), self.track("right"))

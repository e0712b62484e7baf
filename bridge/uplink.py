"""The way from the business to the agent: duplicates out, early sound kept, formats matched."""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from collections import deque
from typing import Final

from audio.formats import ULAW_8000, AudioFormat
from audio.mulaw import silence
from audio.transcode import Transcoder
from bridge.commands import SendToAgent
from bridge.events import BusinessAudio

_BYTES_PER_S: Final = 8000
_MESSAGE_BYTES: Final = 2000
"""250 ms of µ-law: the longest chunk of kept sound that is sent to the agent at once."""


class Uplink:
    """One call's sound on its way to the agent. What comes in is µ-law at 8 kHz."""

    def __init__(self, keep_s: float) -> None:
        """`keep_s`: how many seconds of sound are kept while the agent is not ready."""
        self.skipped = 0
        """Pieces that came twice or after a later one."""
        self.missing = 0
        """Pieces that never came, by the carrier's numbering."""
        self.dropped_early = 0
        """Kept pieces that were given up, oldest first."""
        self._most_kept = int(keep_s * _BYTES_PER_S)
        self._kept: deque[bytes] = deque()
        self._kept_bytes = 0
        self._last_chunk = 0
        self._transcoder: Transcoder | None = None
        self._as_it_comes = False

    def is_new(self, event: BusinessAudio) -> bool:
        """Whether this piece comes after all others; unnumbered pieces always do."""
        chunk, last = event.chunk, self._last_chunk
        if chunk <= 0:
            return True
        if chunk <= last:
            self.skipped += 1
            return False
        if last:
            self.missing += chunk - last - 1
        self._last_chunk = chunk
        return True

    def keep(self, sound: bytes) -> None:
        """Keep sound for an agent that is not ready yet, the newest seconds of it."""
        self._kept.append(sound)
        self._kept_bytes += len(sound)
        while self._kept_bytes > self._most_kept:
            self._kept_bytes -= len(self._kept.popleft())
            self.dropped_early += 1

    def announce(self, hears: AudioFormat) -> list[bytes]:
        """The agent hears this format; what was kept for it, in sendable chunks."""
        self._transcoder = Transcoder(ULAW_8000, hears)
        self._as_it_comes = self._transcoder.is_identity
        kept = b"".join(self._kept)
        self._kept.clear()
        self._kept_bytes = 0
        starts = range(0, len(kept), _MESSAGE_BYTES)
        return [self.convert(kept[start : start + _MESSAGE_BYTES]) for start in starts]

    def straight_on(self, event: BusinessAudio) -> str | None:
        """`is_new` and `pass_on` in one, for the many: base64 for the agent, empty while the filter
        keeps all of it. None: this is not simply the next piece. Only after `announce`."""
        if event.chunk != self._last_chunk + 1:
            return None
        self._last_chunk += 1
        if self._as_it_comes:
            return event.base64
        assert self._transcoder is not None, "the agent's format is not known yet"
        sound = self._transcoder.convert(a2b_base64(event.base64))
        return b2a_base64(sound, newline=False).decode("ascii") if sound else ""

    def pass_on(self, event: BusinessAudio) -> SendToAgent | None:
        """A piece for the agent, undecoded if it hears what the carrier sends; None while the
        filter keeps all of it. Only after `announce`."""
        transcoder = self._transcoder
        assert transcoder is not None, "the agent's format is not known yet"
        if transcoder.is_identity:
            return SendToAgent(None, event.base64) if event.base64 else None
        sound = transcoder.convert(event.sound)
        return SendToAgent(sound) if sound else None

    def convert(self, sound: bytes) -> bytes:
        """The sound as the agent wants it; only after `announce`."""
        assert self._transcoder is not None, "the agent's format is not known yet"
        return self._transcoder.convert(sound)

    def silence(self, seconds: float) -> bytes:
        """Silence in the agent's format; only after `announce`."""
        return self.convert(silence(seconds * 1000))

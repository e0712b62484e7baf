"""The way from the agent into the playback ledger: late sound out, formats matched."""

from __future__ import annotations

from audio.formats import ULAW_8000, AudioFormat
from audio.transcode import Transcoder
from bridge.playback import Playback


class Downlink:
    """One call's sound from the agent. What goes into the ledger is µ-law at 8 kHz."""

    def __init__(self, playback: Playback) -> None:
        self._playback = playback
        self._transcoder: Transcoder | None = None
        self._last_id: int | None = None

    def announce(self, speaks: AudioFormat) -> None:
        """The agent speaks this format."""
        self._transcoder = Transcoder(speaks, ULAW_8000)

    def admit(self, event_id: int, sound: bytes, now: float) -> bool:
        """Take in the agent's sound; False when it is refused. Only after `announce`."""
        assert self._transcoder is not None, "the agent's format is not known yet"
        if not self._playback.accepts(event_id):
            # Not into the filter either: it would be heard in front of the next utterance.
            return self._playback.admit(event_id, b"")
        if event_id != self._last_id and self._playback.silent(now):
            # Ids may number pieces, so a new id alone does not end an utterance; a new id after
            # everything has been heard does.
            self.flush()
        self._last_id = event_id
        return self._playback.admit(event_id, self._transcoder.convert(sound))

    def flush(self) -> None:
        """The utterance is complete: let what the filter still holds be heard."""
        if self._transcoder is not None and self._last_id is not None:
            self._playback.admit(self._last_id, self._transcoder.flush())

    def interrupted(self, event_id: int) -> None:
        """Sound up to this id is not wanted; later sound keeps its stream."""
        if self._last_id is not None and self._last_id <= event_id:
            self._last_id = None
            if self._transcoder is not None:
                self._transcoder.reset()

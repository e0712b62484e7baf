"""The way from the agent into the playback ledger: late sound out, formats matched.

An agent sends seconds at once. What needs converting waits as it came and is converted shortly
before it is due, so that a burst holds up neither its own first frame nor any other call.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from audio.formats import ULAW_8000, AudioFormat
from audio.transcode import Transcoder
from bridge.playback import Playback, PlaybackCommand

_SLICE_MS: Final = 100
"""Converted in one go: long enough to cost little per frame, short enough not to be felt."""


@dataclass(slots=True)
class _Later:
    """What the ledger gets once it is due."""

    event_id: int | None
    """None for keypad tones."""
    sound: bytes
    """Whole samples as the agent speaks; tones are µ-law already."""
    at: int = 0
    """The first byte that the ledger does not have."""
    ends_utterance: bool = False
    """Has no sound of its own: what the filter still holds is to be heard."""


class Downlink:
    """One call's sound from the agent. What goes into the ledger is µ-law at 8 kHz."""

    def __init__(self, playback: Playback) -> None:
        self._playback = playback
        self._transcoder: Transcoder | None = None
        self._half_sample = b""
        self._last_id: int | None = None
        self._later: deque[_Later] = deque()
        self._later_speech = 0
        """Bytes of the agent's format in `_later`."""
        self._later_tones = 0

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
        if self._transcoder.is_identity:
            return self._playback.admit(event_id, sound)
        return self._keep(_Later(event_id, self._whole_samples(sound)))

    def admit_tones(self, mulaw: bytes) -> bool:
        """Take in keypad tones, heard after all that came before them; False when too much."""
        if not self._later:
            return self._playback.admit_tones(mulaw)
        return self._keep(_Later(None, mulaw))

    def flush(self) -> None:
        """The utterance is complete: let what the filter still holds be heard."""
        self._half_sample = b""
        if self._last_id is not None:
            self._later.append(_Later(self._last_id, b"", ends_utterance=True))
            self.top_up()

    def top_up(self) -> None:
        """Convert what the next release may take: the ledger is never empty before this is."""
        while self._later and self._playback.waiting_bytes <= self._playback.most_at_once:
            self._hand_over(self._later[0])

    def interrupt(self, event_id: int, now: float) -> Sequence[PlaybackCommand]:
        """Sound up to this id is not wanted; later sound keeps its stream."""
        commands = self._playback.interrupt(event_id, now)
        later, self._later = self._later, deque[_Later]()
        for each in later:
            if each.event_id is None or each.event_id > event_id:
                self._later.append(each)
            else:
                self._give_up(each)
        if self._last_id is not None and self._last_id <= event_id:
            self._last_id = None
            self._half_sample = b""
            self._reset_filter()
        elif len(self._later) < len(later):
            # What comes next does not follow what was converted last.
            self._reset_filter()
        self.top_up()
        return commands

    def forget(self, now: float) -> None:
        """Give up on everything unheard: the line or the agent is gone."""
        for each in self._later:
            self._give_up(each)
        self._later.clear()
        self._playback.forget(now)

    def _keep(self, later: _Later) -> bool:
        if not self._playback.has_room(self._ms(later)):
            return False
        self._later.append(later)
        self._count(later.event_id, len(later.sound))
        self.top_up()
        return True

    def _hand_over(self, first: _Later) -> None:
        """The next slice of the first in the row."""
        assert self._transcoder is not None, "only announced sound is kept"
        if first.ends_utterance:
            sound, mulaw = b"", self._transcoder.flush()
        elif first.event_id is None:
            sound = mulaw = first.sound
        else:
            end = first.at + self._transcoder.source.bytes_for(_SLICE_MS)
            sound = first.sound[first.at : end]
            mulaw = self._transcoder.convert(sound)
        first.at += len(sound)
        if first.at == len(first.sound):
            self._later.popleft()
        self._count(first.event_id, -len(sound))
        if first.event_id is None:
            self._playback.admit_tones(mulaw)
        else:
            self._playback.admit(first.event_id, mulaw)

    def _give_up(self, later: _Later) -> None:
        self._playback.cleared_behind(self._ms(later))
        self._count(later.event_id, later.at - len(later.sound))

    def _count(self, event_id: int | None, more: int) -> None:
        if event_id is None:
            self._later_tones += more
        else:
            self._later_speech += more
        tones_ms = ULAW_8000.milliseconds(self._later_tones)
        self._playback.behind_ms = tones_ms + self._speech_ms(self._later_speech)

    def _ms(self, later: _Later) -> float:
        size = len(later.sound) - later.at
        return ULAW_8000.milliseconds(size) if later.event_id is None else self._speech_ms(size)

    def _speech_ms(self, size: int) -> float:
        assert self._transcoder is not None, "only announced sound is kept"
        return self._transcoder.source.milliseconds(size)

    def _whole_samples(self, sound: bytes) -> bytes:
        # Here and not in the transcoder: what an interruption takes out may not shift the rest.
        if self._half_sample:
            sound, self._half_sample = self._half_sample + sound, b""
        if len(sound) % 2:
            sound, self._half_sample = sound[:-1], sound[-1:]
        return sound

    def _reset_filter(self) -> None:
        if self._transcoder is not None:
            self._transcoder.reset()

"""The ledger of what the business was sent and has heard of the agent.

The agent's sound comes in bursts; the carrier plays at real time and can only be told to forget
everything at once. So unheard sound waits here, and the carrier holds a short lead. Time is an
argument: the virtual playhead says when what was sent will have been heard.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bridge.commands import ClearPlayback, MarkPlayback, Play
from bridge.playback_figures import PlaybackFigures

BYTES_PER_S: Final = 8000
"""µ-law at 8 kHz."""
PIECE_BYTES: Final = 480
"""60 ms: the smallest piece that is whole in base64, too."""
MARK_EVERY_BYTES: Final = 4000
MOST_UNHEARD_BYTES: Final = 10 * 60 * BYTES_PER_S
"""Twilio discards what it holds beyond ten minutes (warning 31931)."""
MOST_PENDING_MARKS: Final = 1024

PlaybackCommand = Play | MarkPlayback | ClearPlayback


@dataclass(slots=True)
class _Stretch:
    """Sound of one event id in a row; None for keypad tones, which nothing interrupts."""

    event_id: int | None
    sound: bytearray


@dataclass(slots=True)
class _Piece:
    """What one Play carried, or what is left unheard of it."""

    event_id: int | None
    sound: bytes


@dataclass(slots=True)
class _Mark:
    """A mark that was sent and has not come back."""

    position: int
    """Bytes sent before it since the stream began."""
    expected_at: float
    """When the virtual playhead reaches it."""


class Playback:
    """Admits the agent's sound, releases it at the pace of hearing, forgets it on interruption."""

    def __init__(self, lead_ms: int = 200, mark_patience_s: float = 10.0) -> None:
        """`lead_ms`: how far the carrier is kept ahead. `mark_patience_s`: how long after the
        estimated end a missing mark still counts as unheard sound."""
        self._lead_s = lead_ms / 1000
        self._mark_patience_s = mark_patience_s
        self._waiting: deque[_Stretch] = deque()
        self._waiting_bytes = 0
        self.behind_ms = 0.0
        """Sound that will be admitted after what waits, once it is converted. Whoever sets this
        keeps more waiting than a release takes as long as it is not 0."""
        self._sent: deque[_Piece] = deque()
        self._sent_unheard = 0
        self._position = 0
        self._opened = False
        self._dry_at = 0.0
        self.due_at = math.inf
        """Before this a release would do nothing."""
        self._owing = False
        self.newest_sent = -1
        """The highest event id of which something was sent."""
        self._interrupted: int | None = None
        self._marks: dict[str, _Mark] = {}
        self._generation = 0
        self._mark_number = 0
        self._unmarked = 0
        self._base_lateness: float | None = None
        self._shifted = 0.0
        self._heard_bytes = 0
        self._cleared_bytes = 0
        self._underruns = 0
        self._refused = 0
        self._dropped = 0

    def open(self, now: float) -> None:
        """The stream has started: sound may be released from now on."""
        self._opened = True
        self._dry_at = now
        self._reckon()

    def accepts(self, event_id: int) -> bool:
        """Whether sound of this id may still be heard."""
        return self._interrupted is None or event_id > self._interrupted

    def admit(self, event_id: int, mulaw: bytes) -> bool:
        """Take in the agent's sound; False when it was refused or is too much."""
        if not self.accepts(event_id):
            self._refused += 1
            return False
        return self._append(event_id, mulaw)

    def admit_tones(self, mulaw: bytes) -> bool:
        """Take in keypad tones, which an interruption spares; False when it is too much."""
        return self._append(None, mulaw)

    def _append(self, event_id: int | None, mulaw: bytes) -> bool:
        if self._waiting_bytes + self._sent_unheard + len(mulaw) > MOST_UNHEARD_BYTES:
            self._dropped += 1
            return False
        if not mulaw:
            return True
        if self._waiting and self._waiting[-1].event_id == event_id:
            self._waiting[-1].sound += mulaw
        else:
            self._waiting.append(_Stretch(event_id, bytearray(mulaw)))
        self._waiting_bytes += len(mulaw)
        self._reckon()
        return True

    @property
    def waiting_bytes(self) -> int:
        """Sound in the ledger that has not been sent yet."""
        return self._waiting_bytes

    @property
    def most_at_once(self) -> int:
        """Bytes that one release takes at most: the lead and what a whole piece is over it."""
        return int(self._lead_s * BYTES_PER_S) + PIECE_BYTES

    def has_room(self, milliseconds: float) -> bool:
        """Whether so much more would not be too much; counts what is refused."""
        unsent = self._waiting_bytes + self._sent_unheard
        if unsent + (self.behind_ms + milliseconds) * BYTES_PER_S / 1000 > MOST_UNHEARD_BYTES:
            self._dropped += 1
            return False
        return True

    def cleared_behind(self, milliseconds: float) -> None:
        """So much of what was behind is not wanted any more."""
        self._cleared_bytes += round(milliseconds * BYTES_PER_S / 1000)

    def deadline(self) -> float | None:
        """When the next release is due; None while there is nothing to release."""
        return None if self.due_at == math.inf else self._dry_at - self._lead_s

    def release(self, now: float) -> Sequence[PlaybackCommand]:
        """What the carrier should be sent now: pieces up to the lead, and marks."""
        if now < self.due_at:
            self._owing = bool(self._waiting)
            return ()
        if now > self._dry_at:
            if self._owing:
                self._underruns += 1
            self._advance(now)
            self._dry_at = now
            self._shifted = 0.0
        commands: list[PlaybackCommand] = []
        while self._waiting and now >= self._dry_at - self._lead_s:
            commands.append(self._next_piece())
            if self._unmarked >= MARK_EVERY_BYTES:
                commands.append(self._next_mark())
        if not self._waiting and self._unmarked:
            commands.append(self._next_mark())
        self._owing = bool(self._waiting)
        self._advance(now)
        self._reckon()
        return commands

    def _reckon(self) -> None:
        """Find out anew when a release is due: the ledger has changed."""
        # A last mark waits for nothing.
        due_at = self._dry_at - self._lead_s if self._waiting else -math.inf
        self.due_at = due_at if self._opened and (self._waiting or self._unmarked) else math.inf

    def _next_piece(self) -> Play:
        stretch = self._waiting[0]
        sound = bytes(stretch.sound[:PIECE_BYTES])
        del stretch.sound[:PIECE_BYTES]
        if not stretch.sound:
            self._waiting.popleft()
        self._waiting_bytes -= len(sound)
        self._sent.append(_Piece(stretch.event_id, sound))
        if stretch.event_id is not None and stretch.event_id > self.newest_sent:
            self.newest_sent = stretch.event_id
        self._sent_unheard += len(sound)
        self._position += len(sound)
        self._unmarked += len(sound)
        self._dry_at += len(sound) / BYTES_PER_S
        return Play(sound)

    def _next_mark(self) -> MarkPlayback:
        self._mark_number += 1
        name = f"g{self._generation}:{self._mark_number}"
        if len(self._marks) >= MOST_PENDING_MARKS:
            del self._marks[next(iter(self._marks))]
        self._marks[name] = _Mark(self._position, self._dry_at)
        self._unmarked = 0
        return MarkPlayback(name)

    def _advance(self, now: float) -> None:
        """Drop what the playhead has passed."""
        unheard = max(0, round((self._dry_at - now) * BYTES_PER_S))
        heard = max(0, self._sent_unheard - unheard)
        self._sent_unheard -= heard
        self._heard_bytes += heard
        while heard:
            piece = self._sent[0]
            if len(piece.sound) > heard:
                piece.sound = piece.sound[heard:]
                return
            heard -= len(piece.sound)
            self._sent.popleft()

    def mark_reached(self, name: str, now: float) -> None:
        """A mark came back. Unknown names and marks that a clear flushed mean nothing."""
        mark = self._marks.pop(name, None)
        if mark is None:
            return
        for other in [other for other, its in self._marks.items() if its.position < mark.position]:
            del self._marks[other]
        self._advance(now)
        lateness = now - mark.expected_at
        if lateness < 0:
            # Played before we thought possible: what was sent later is all that can be left.
            latest = now + (self._position - mark.position) / BYTES_PER_S
            self._shift(min(0.0, latest - self._dry_at))
            self._advance(now)
            self._shifted = 0.0
            self._base_lateness = None
            return
        if self._base_lateness is None:
            self._base_lateness = lateness
            return
        # The smallest lateness is the way there and back; more of it is the carrier playing late.
        # A wrong guess eats into the lead, so at most half of it, and it is taken back.
        excess = lateness - self._base_lateness
        if excess > 0:
            step = min(excess, self._lead_s / 2 - self._shifted)
        else:
            step = -min(-excess, self._shifted)
            self._base_lateness += excess - step
        self._shift(step)
        self._shifted += step

    def _shift(self, seconds: float) -> None:
        self._dry_at += seconds
        for mark in self._marks.values():
            mark.expected_at += seconds
        self._reckon()

    def interrupt(self, event_id: int, now: float) -> Sequence[PlaybackCommand]:
        """Nothing with an id up to this one may be heard any more; later sound and tones stay.

        The kept part of what has to be cleared waits again, from where hearing stopped: a clear
        reaches the carrier as late as the sound did, so the playhead is right about it.
        """
        if self._interrupted is None or event_id > self._interrupted:
            self._interrupted = event_id
        self._advance(now)
        self._waiting = deque(its for its in self._waiting if self._survives(its.event_id))
        kept = [piece for piece in self._sent if self._survives(piece.event_id)]
        must_clear = len(kept) < len(self._sent)
        if must_clear:
            for piece in reversed(kept):
                self._waiting.appendleft(_Stretch(piece.event_id, bytearray(piece.sound)))
            self._flushed(now)
        left = sum(len(its.sound) for its in self._waiting)
        before = self._waiting_bytes + (self._sent_unheard if must_clear else 0)
        self._cleared_bytes += before - left
        self._waiting_bytes = left
        if must_clear:
            self._sent_unheard = 0
        self._owing = self._owing and bool(self._waiting)
        self._reckon()
        return (ClearPlayback(),) if must_clear else ()

    def _survives(self, event_id: int | None) -> bool:
        return event_id is None or self.accepts(event_id)

    def _flushed(self, now: float) -> None:
        """The carrier holds nothing any more; its pending marks will come back unplayed."""
        self._sent.clear()
        self._marks.clear()
        self._generation += 1
        self._unmarked = 0
        self._dry_at = now
        self._shifted = 0.0

    def forget(self, now: float) -> None:
        """Give up on everything unheard: the line or the agent is gone."""
        self._advance(now)
        self._cleared_bytes += self._waiting_bytes + self._sent_unheard
        self._waiting.clear()
        self._waiting_bytes = self._sent_unheard = 0
        self._owing = False
        self._flushed(now)
        self._reckon()

    def silent(self, now: float) -> bool:
        """Whether nothing waits and the playhead has passed everything that was sent."""
        return not self._waiting and now >= self._dry_at

    def unplayed_s(self, now: float) -> float:
        """Seconds of sound that the carrier holds now, by our estimate."""
        return max(0.0, self._dry_at - now)

    def wants_at(self, now: float) -> float:
        """When the carrier may be sent more; in the past when it is short of sound."""
        return max(self._dry_at, now) - self._lead_s

    def held(self, now: float) -> bytes:
        """The sound that the carrier holds now, by our estimate."""
        self._advance(now)
        return b"".join(piece.sound for piece in self._sent)

    def drained(self, now: float) -> bool:
        """Whether everything has been heard: all marks are back, or are so late that they
        will not come."""
        if self._waiting or self._unmarked:
            return False
        return not self._marks or now >= self._dry_at + self._mark_patience_s

    def heard_by(self, now: float) -> float:
        """When everything in the ledger will have been heard, even if marks get lost."""
        unsent_s = self._waiting_bytes / BYTES_PER_S + self.behind_ms / 1000
        ends_at = max(self._dry_at, now) + unsent_s
        return ends_at + self._mark_patience_s

    def figures(self, now: float) -> PlaybackFigures:
        """How the playback has been doing up to now."""
        self._advance(now)
        per_ms = BYTES_PER_S / 1000
        return PlaybackFigures(
            sent_ms=self._position / per_ms,
            heard_ms=self._heard_bytes / per_ms,
            cleared_ms=self._cleared_bytes / per_ms,
            lead_ms=self._sent_unheard / per_ms,
            waiting_ms=self._waiting_bytes / per_ms + self.behind_ms,
            underruns=self._underruns,
            refused_pieces=self._refused,
            dropped_pieces=self._dropped,
        )

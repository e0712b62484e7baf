"""Follows the sound of one call both ways: what was said, what arrived of it, and when.

Pure: time is an argument. With µ-law both ways every byte is recognized. A format that has to be
converted cannot be: then sound is counted, and what a filter may hold back is allowed for.
"""

from __future__ import annotations

import random
from base64 import b64decode, b64encode
from binascii import Error as BadBase64
from collections import deque
from dataclasses import dataclass

from audio.formats import FRAME_MS, ULAW_8000, AudioFormat
from simulation.far_ends.figures import Bytes, Figures

FRAME = ULAW_8000.frame_bytes
FRAMES = 1021
"""Different frames that there are: twenty seconds until one is heard again."""
NEARBY = 100
"""Frames before or after the expected one that are still taken for this call's own."""
STALE_S = 0.1
"""Sound of the business that is older than this when it arrives is late."""
FILTER_MS = 10.0
"""What a resampler may hold back until more comes."""


class Frames:
    """The frames that all businesses speak, each call from another one on."""

    def __init__(self, seed: int = 1) -> None:
        dice = random.Random(seed)
        self.sounds = [noise(dice, FRAME) for _ in range(FRAMES)]
        self.coded = [b64encode(sound) for sound in self.sounds]
        self.places = {sound: place for place, sound in enumerate(self.sounds)}


class UpTrack:
    """The business's sound on its way to the agent."""

    def __init__(self, number: int, form: AudioFormat, frames: Frames, figures: Figures) -> None:
        """`number`: of the call; `form`: what the agent hears."""
        self._first = number * 211 % FRAMES
        self._frames = frames
        self._figures = figures
        self._bytes: Bytes = figures.up
        self._exact = form == ULAW_8000
        self._frame_bytes = form.frame_bytes
        self._slack = form.bytes_for(FILTER_MS)
        self._sent = 0
        self._heard = 0
        """The next frame that is expected."""
        self._sent_at: deque[float] = deque()
        """Of the frames from the expected one on."""
        self._missing: set[int] = set()
        self._arrived = 0
        """Bytes, where sound is converted."""

    def send(self, at: float) -> bytes:
        """The next frame, in base64."""
        coded = self._frames.coded[(self._first + self._sent) % FRAMES]
        self._sent += 1
        self._sent_at.append(at)
        self._bytes.sent += self._frame_bytes
        return coded

    def hear(self, coded: bytes, at: float) -> None:
        """What the agent got, in base64."""
        if self._exact and coded == self._frames.coded[(self._first + self._heard) % FRAMES]:
            self._bytes.arrived += FRAME
            self._take(at)
            return
        try:
            sound = b64decode(coded, validate=True)
        except BadBase64:
            self._bytes.foreign += len(coded)
            return
        self._bytes.arrived += len(sound)
        if self._exact:
            for begin in range(0, len(sound), FRAME):
                self._recognize(sound[begin : begin + FRAME], at)
        else:
            self._count(len(sound), at)

    @property
    def outstanding(self) -> bool:
        """Whether something that was sent has not arrived."""
        return bool(self._sent_at)

    def settle(self) -> None:
        """Nothing more will come: what is missing now is lost."""
        if self._exact:
            self._bytes.lost += (len(self._sent_at) + len(self._missing)) * FRAME
            return
        missing = self._sent * self._frame_bytes - self._arrived
        self._bytes.lost += max(0, missing - self._slack)
        self._bytes.foreign += max(0, -missing - self._slack)

    def _take(self, at: float) -> None:
        if not self._sent_at:
            # Frames repeat: what comes before it was sent only looks like the next one.
            self._bytes.foreign += FRAME
            return
        age = at - self._sent_at.popleft()
        self._heard += 1
        self._figures.window.up.append(age)
        if age > STALE_S:
            self._bytes.late += self._frame_bytes

    def _recognize(self, frame: bytes, at: float) -> None:
        place = self._frames.places.get(frame)
        ahead = -1 if place is None else (place - self._first - self._heard) % FRAMES
        if 0 <= ahead < min(NEARBY, len(self._sent_at)):
            for _ in range(ahead):
                self._sent_at.popleft()
                self._missing.add(self._heard)
                self._heard += 1
            self._take(at)
        elif ahead >= FRAMES - NEARBY:
            number = self._heard + ahead - FRAMES
            if number in self._missing:
                self._missing.remove(number)
                self._bytes.late += FRAME
            else:
                self._bytes.duplicated += FRAME
        else:
            self._bytes.foreign += len(frame)

    def _count(self, size: int, at: float) -> None:
        self._arrived += size
        enough = self._arrived + self._slack
        while self._sent_at and enough >= (self._heard + 1) * self._frame_bytes:
            self._take(at)


@dataclass(slots=True)
class _Piece:
    begins: int
    """Its first byte of the utterance, as the carrier hears it."""
    at: float


class DownTrack:
    """The agent's sound on its way to the business, and the carrier that plays it."""

    def __init__(self, form: AudioFormat, figures: Figures) -> None:
        """`form`: what the agent speaks."""
        self.plays_until = 0.0
        """When the carrier will have played everything that it was sent."""
        self._form = form
        self._figures = figures
        self._bytes: Bytes = figures.down
        self._exact = form == ULAW_8000
        self._slack = 0 if self._exact else ULAW_8000.bytes_for(FILTER_MS)
        self._said = self._said_before = b""
        self._offered = 0
        """Bytes of this utterance that the carrier can have by now."""
        self._arrived = 0
        self._in_real_time = False
        self._pieces: deque[_Piece] = deque()
        self._piece_at = 0.0
        self._cut_at: float | None = None
        self._cleared = False

    def begin(self, sound: bytes, *, in_real_time: bool) -> None:
        """A new utterance; what the one before still lacks is lost."""
        self.settle()
        self._said_before, self._said = self._said, sound
        self._offered = self._arrived = 0
        self._in_real_time = in_real_time
        self._pieces.clear()
        self._cut_at, self._cleared = None, False

    def send(self, size: int, at: float) -> None:
        """So many more bytes of the utterance leave the agent."""
        self._pieces.append(_Piece(self._offered, at))
        heard = round(self._form.milliseconds(size) * ULAW_8000.rate / 1000)
        self._offered += heard
        self._bytes.sent += heard

    def hear(self, sound: bytes, at: float) -> None:
        """What the carrier got."""
        size = len(sound)
        self._bytes.arrived += size
        if self._cleared:
            self._bytes.late += size
        elif self._belongs(sound):
            self._stamp(size, at)
            self._arrived += size
        self.plays_until = max(at, self.plays_until) + size / ULAW_8000.rate

    def cut(self, at: float) -> None:
        """The business interrupts what it hears."""
        self._cut_at = at
        self._figures.interruptions += 1

    def clear(self, at: float) -> None:
        """The carrier is told to forget what it has not played."""
        self.plays_until = at
        if self._cut_at is not None and not self._cleared:
            self._figures.window.barge_in.append(at - self._cut_at)
            self._figures.clears += 1
            self._cleared = True

    def line_gone(self) -> None:
        """Nobody listens any more: nothing that does not come is missed."""
        if self._cut_at is not None and not self._cleared:
            self._figures.interruptions -= 1
        self._said = b""
        self._offered = self._arrived = 0

    @property
    def outstanding(self) -> bool:
        """Whether something of the utterance should still be heard."""
        return self._cut_at is None and self._offered - self._arrived > self._slack

    def settle(self) -> None:
        """Nothing more of this utterance is wanted."""
        if self._cut_at is None:
            missing = self._offered - self._arrived
            self._bytes.lost += max(0, missing - self._slack)
            self._bytes.foreign += max(0, -missing - self._slack)
        self._offered = self._arrived = 0

    def _belongs(self, sound: bytes) -> bool:
        if not self._exact or self._said.startswith(sound, self._arrived):
            return True
        found = self._said.find(sound)
        if found > self._arrived:
            self._bytes.lost += found - self._arrived
            self._arrived = found
            return True
        if found >= 0:
            self._bytes.duplicated += len(sound)
        elif sound in self._said_before:
            self._bytes.late += len(sound)
        else:
            self._bytes.foreign += len(sound)
        return False

    def _stamp(self, size: int, at: float) -> None:
        pieces, window = self._pieces, self._figures.window
        while pieces and self._arrived + self._slack >= pieces[0].begins:
            piece = pieces.popleft()
            self._piece_at = piece.at
            if piece.begins == 0:
                window.first_audio.append(at - piece.at)
            if self._in_real_time:
                window.down.append(at - piece.at)
        if self._arrived and at > self.plays_until and self._piece_at < self.plays_until:
            self._figures.underruns += 1
            self._bytes.late += size


def noise(dice: random.Random, size: int) -> bytes:
    """Sound without two alike stretches. Of µ-law's two zeros only one is in it: a bridge that
    decodes and encodes again turns the other into it, and has changed nothing.
    """
    return dice.randbytes(size).replace(b"\x7f", b"\xff")


def turn_bytes(form: AudioFormat, seconds: float) -> int:
    """Bytes of so much speech, in whole frames."""
    return max(1, round(seconds * 1000 / FRAME_MS)) * form.frame_bytes

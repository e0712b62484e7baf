"""The carrier's media socket: strangers until a `start` with our token, then one call's ears."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final, Protocol

from bridge import twilio_wire
from bridge.commands import ClearPlayback, MarkPlayback, Play
from bridge.errors import BadFrame
from bridge.events import BusinessAudio, CarrierEvent, CarrierLost, StreamStopped
from bridge.ports import TextSocket

START_WITHIN_S: Final = 5.0
"""A socket that has not said a valid `start` by then is closed."""
MAX_BAD_FRAMES: Final = 50
FRAMES_PER_S = 100
"""The carrier sends 50; twice that is a flood."""
FRAMES_AT_ONCE: Final = 1500
"""What may come in one burst: 30 s of sound after a stall of the network."""
MAX_UNSENT_BYTES: Final = 1 << 20
"""A carrier that does not read that much is gone."""
MAX_HELD: Final = 150
"""Messages that wait while it is not known whose they are: 3 s of sound."""
MAX_HELD_CHARS: Final = 128 * 1024
"""The same in characters, of which a message of the carrier has about 400."""

POLICY_VIOLATION: Final = 1008
TRY_AGAIN_LATER: Final = 1013


class CarrierLeg(Protocol):
    """The call, as its media socket sees it."""

    def carrier_said(self, text: str, event: CarrierEvent) -> None:
        """A message of the carrier, and what it means."""

    def carrier_skipped(self, text: str) -> None:
        """A message of the carrier that means nothing to the call; the recording wants it."""

    def receive(self, event: CarrierLost) -> None:
        """The socket is gone although nobody ended the stream."""


class Answer(Enum):
    """What a reception may say besides yes and no."""

    LATER = auto()
    """`CarrierSocket.decided` will be called."""


LATER: Final = Answer.LATER


class Reception(Protocol):
    """Decides whether a stream belongs to a call."""

    def stream_opened(
        self, attempt_id: str, opened: twilio_wire.StreamOpened, socket: CarrierSocket
    ) -> CarrierLeg | Answer | None:
        """The call that this stream belongs to, None to refuse it, or LATER."""

    def socket_left(self, socket: CarrierSocket) -> None:
        """A socket is no longer pending: it found its call, was refused or went away."""

    def bad_frame(self, side: str) -> None:
        """One unusable message was skipped."""


@dataclass(slots=True)
class _Held:
    """What a stream says while it is not known whose it is."""

    start: str
    opened: twilio_wire.StreamOpened
    said: list[tuple[str, CarrierEvent | None]] = field(default_factory=list)
    """None: a message that means nothing to a call."""
    room: int = MAX_HELD_CHARS
    lost: CarrierLost | None = None
    """How its socket went meanwhile, if not in order."""


class CarrierSocket:
    """Listens to one media socket and speaks for one call on it."""

    def __init__(self, socket: TextSocket, attempt_id: str, reception: Reception) -> None:
        self._socket = socket
        self._attempt_id = attempt_id
        self._reception = reception
        self._loop = asyncio.get_running_loop()
        self._leg: CarrierLeg | None = None
        self._stream_sid = ""
        self._greeting = ""
        self._held: _Held | None = None
        """While it is being found out whose stream this is."""
        self._over = False
        self._bad_frames = 0
        self._allowance = float(FRAMES_AT_ONCE)
        self._allowance_at = self._loop.time()
        self._start_timer = self._loop.call_later(START_WITHIN_S, self._no_start)

    # --- SocketListener ---------------------------------------------------------------------
    def text_received(self, text: str) -> None:
        """Decode one message; a bad one is counted and skipped."""
        if self._over:
            return
        self._allowance -= 1
        if self._allowance < 0 and not self._more_allowed():
            return
        try:
            message = twilio_wire.decode(text)
        except BadFrame as bad:
            self._skip(text)
            self._bad(str(bad))
            return
        if type(message) is BusinessAudio and self._leg is not None:
            self._leg.carrier_said(text, message)
        else:
            self._rarely_received(message, text)

    def binary_received(self, data: bytes) -> None:
        """The carrier never sends binary messages."""
        if not self._over:
            self._bad("a binary message")

    def socket_closed(self, code: int, reason: str) -> None:
        """The socket is gone; without a `stop` before it the carrier was lost."""
        self._lose(f"the carrier's media socket closed with code {code} and without a stop")

    # --- what a reception that said LATER tells -------------------------------------------------
    @property
    def waits(self) -> bool:
        """Whether it was not told yet whose stream it is."""
        return self._held is not None

    @property
    def gone(self) -> bool:
        """Nothing comes any more, for whatever reason."""
        return self._over

    def decided(self, leg: CarrierLeg | None, why_not: str = "not expected") -> None:
        """Whose stream it is. What it said meanwhile is said now, and that it is gone if it is."""
        held, self._held = self._held, None
        assert held is not None, "decided once, after LATER"
        if leg is None:
            if not self._over:
                self._refuse(why_not)
            return
        self._belongs(leg, held.opened, held.start)
        for text, event in held.said:
            if event is None:
                leg.carrier_skipped(text)
            else:
                leg.carrier_said(text, event)
        if held.lost is not None:
            leg.receive(held.lost)

    # --- what the call orders ---------------------------------------------------------------
    def perform(self, command: Play | MarkPlayback | ClearPlayback) -> str:
        """Send one command; returns the text that was sent."""
        text = twilio_wire.encode(command, self._stream_sid)
        self._socket.send(text)
        if self._socket.unsent_bytes > MAX_UNSENT_BYTES:
            self._socket.close(TRY_AGAIN_LATER, "not reading")
            self._lose("the carrier stopped reading its media socket")
        return text

    def close(self) -> None:
        """Close in order; the carrier goes on with the verb after <Connect>."""
        self._leave()
        self._socket.close(1000, "")

    # --- inside -------------------------------------------------------------------------------
    def _rarely_received(self, message: twilio_wire.Message, text: str) -> None:
        if isinstance(message, twilio_wire.StreamOpened):
            if self._leg is not None or self._held is not None:
                self._bad("a second start")
            else:
                self._opened(message, text)
        elif isinstance(message, twilio_wire.Connected | twilio_wire.Unknown):
            self._skip(text)
        elif self._held is not None:
            self._hold(self._held, text, message)
        elif self._leg is None:
            self._bad("before start")
        else:
            if isinstance(message, StreamStopped):
                self._over = True
            self._leg.carrier_said(text, message)

    def _opened(self, opened: twilio_wire.StreamOpened, text: str) -> None:
        if (opened.encoding, opened.sample_rate, opened.channels) != ("audio/x-mulaw", 8000, 1):
            self._refuse("only audio/x-mulaw, 8000 Hz, mono is spoken here")
            return
        self._stream_sid = opened.stream_sid
        leg = self._reception.stream_opened(self._attempt_id, opened, self)
        if leg is None:
            self._refuse("not expected")
        elif leg is LATER:
            self._start_timer.cancel()
            self._held = _Held(text, opened)
        else:
            self._belongs(leg, opened, text)

    def _belongs(self, leg: CarrierLeg, opened: twilio_wire.StreamOpened, start: str) -> None:
        self._leg = leg
        self._start_timer.cancel()
        self._reception.socket_left(self)
        if self._greeting:
            leg.carrier_skipped(self._greeting)
        leg.carrier_said(start, twilio_wire.started(opened))

    def _hold(self, held: _Held, text: str, event: CarrierEvent | None) -> None:
        held.room -= len(text)
        if held.room < 0 or len(held.said) >= MAX_HELD:
            self._socket.close(TRY_AGAIN_LATER, "its call was not found in time")
            self._lose("the carrier's sound had to wait too long for its call")
            return
        held.said.append((text, event))
        if isinstance(event, StreamStopped):
            self._over = True

    def _skip(self, text: str) -> None:
        if self._leg is not None:
            self._leg.carrier_skipped(text)
        elif self._held is not None:
            self._hold(self._held, text, None)
        elif not self._greeting:
            self._greeting = text  # the `connected` that comes before anybody knows whose it is

    def _no_start(self) -> None:
        self._refuse("no start in time")

    def _refuse(self, why: str) -> None:
        self._leave()
        self._socket.close(POLICY_VIOLATION, why)

    def _leave(self) -> None:
        self._over = True
        self._start_timer.cancel()
        self._reception.socket_left(self)

    def _lose(self, detail: str) -> None:
        if self._over:
            self._leave()
            return
        self._leave()
        if self._leg is not None:
            self._leg.receive(CarrierLost(detail))
        elif self._held is not None:
            self._held.lost = CarrierLost(detail)

    def _bad(self, why: str) -> None:
        self._reception.bad_frame("carrier")
        self._bad_frames += 1
        if self._bad_frames >= MAX_BAD_FRAMES:
            self._socket.close(POLICY_VIOLATION, "too many bad frames")
            self._lose(f"the carrier sent {self._bad_frames} bad frames, the last one: {why}")

    def _more_allowed(self) -> bool:
        # The clock is asked only once what was allowed is used up, not for every frame. At the
        # usual pace a burst may so be anything from FRAMES_AT_ONCE to twice as much.
        now = self._loop.time()
        earned = (now - self._allowance_at) * FRAMES_PER_S
        self._allowance_at = now
        self._allowance = min(self._allowance + earned, FRAMES_AT_ONCE - 1)
        if self._allowance >= 0:
            return True
        self._allowance += 1
        self._bad("a flood of frames")
        return False

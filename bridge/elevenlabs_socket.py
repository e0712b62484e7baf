"""The agent's socket: opened once per call, then the call's brain and voice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from bridge import elevenlabs_wire
from bridge.commands import AnswerTool, Pong, SendToAgent, TellAgent
from bridge.errors import BadFrame
from bridge.events import AgentClosed, AgentEvent, AgentLost
from bridge.ports import TextSocket
from data.call import Variable

MAX_BAD_FRAMES: Final = 50
UPLINK_SECONDS: Final = 5.0
"""Sound is dropped rather than kept when that much of it already waits to be sent. After a stall
of the carrier's network seconds of sound come at once: those are words that nobody repeats."""
FRAMES_PER_S: Final = 50
LEAST_UPLINK_BYTES: Final = 12_000


class AgentLeg(Protocol):
    """The call, as its agent's socket sees it."""

    def agent_said(self, text: str, event: AgentEvent) -> None:
        """A message of the agent, and what it means."""

    def receive(self, event: AgentClosed | AgentLost) -> None:
        """The conversation is over."""

    def agent_skipped(self, text: str) -> None:
        """An unusable message, counted and skipped; the recording wants it."""


class AgentSocket:
    """Listens to the agent's socket and speaks for one call on it."""

    def __init__(self, socket: TextSocket, leg: AgentLeg) -> None:
        self._socket = socket
        self._leg = leg
        self._over = False
        self._bad_frames = 0
        self.frames_dropped = 0
        """Pieces of the business's sound that were dropped because the agent did not read."""

    # --- SocketListener ---------------------------------------------------------------------
    def text_received(self, text: str) -> None:
        """Decode one message; a bad one is counted and skipped."""
        if self._over:
            return
        try:
            event = elevenlabs_wire.decode(text)
        except BadFrame as bad:
            self._bad(str(bad), text)
            return
        self._leg.agent_said(text, event)

    def binary_received(self, data: bytes) -> None:
        """The agent never sends binary messages."""
        if not self._over:
            self._bad("a binary message", "")

    def socket_closed(self, code: int, reason: str) -> None:
        """The conversation is over: in order (1000) or not."""
        if not self._over:
            self._over = True
            self._leg.receive(elevenlabs_wire.closed(code, reason))

    # --- what the call orders ---------------------------------------------------------------
    def send_opening(self, variables: Mapping[str, Variable]) -> str:
        """Send the first message of the conversation; returns the text."""
        text = elevenlabs_wire.opening(variables)
        self._socket.send(text)
        return text

    def perform(self, command: SendToAgent | Pong | AnswerTool | TellAgent) -> str | None:
        """Send one command; returns the text, or None when sound was dropped for want of room."""
        if isinstance(command, SendToAgent):
            return self.pass_on(command.base64)
        text = elevenlabs_wire.encode(command)
        self._socket.send(text)
        return text

    def pass_on(self, base64: str) -> str | None:
        """`perform` for sound of the business, without a command around it."""
        text = elevenlabs_wire.sound_message(base64)
        unsent = self._socket.unsent_bytes
        if unsent > LEAST_UPLINK_BYTES and unsent > len(text) * FRAMES_PER_S * UPLINK_SECONDS:
            self.frames_dropped += 1
            return None
        self._socket.send(text)
        return text

    def close(self) -> None:
        """End the conversation in order."""
        self._over = True
        self._socket.close(1000, "call ended")

    def _bad(self, why: str, text: str) -> None:
        self._leg.agent_skipped(text)
        self._bad_frames += 1
        if self._bad_frames >= MAX_BAD_FRAMES:
            self._over = True
            self._socket.close(1008, "too many bad frames")
            self._leg.receive(
                AgentLost(f"the agent sent {self._bad_frames} bad frames, the last one: {why}")
            )

"""What the bridge needs from the rest of Vocero, and what a socket must offer it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from data.call import CallReport, TimelineEntry


class TextSocket(Protocol):
    """An open websocket, lent to a call. Every method is quick and never waits."""

    @property
    def unsent_bytes(self) -> int:
        """How much of what was sent still waits in our process."""

    def send(self, text: str) -> None:
        """Send one text message; does nothing once the socket is closing."""

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Start the closing handshake; the socket is cut if the far end does not finish it."""


class SocketListener(Protocol):
    """Who is told what happens on a websocket. Called on the event loop, must not block."""

    def text_received(self, text: str) -> None:
        """A whole text message."""

    def binary_received(self, data: bytes) -> None:
        """A whole binary message (neither vendor sends any)."""

    def socket_closed(self, code: int, reason: str) -> None:
        """Told exactly once, last. 1006: gone without a close frame."""


@dataclass(frozen=True, slots=True)
class ToolReply:
    """A tool's answer as the agent will read it."""

    result: str
    is_error: bool = False


class CallTools(Protocol):
    """Answers the agent's tool calls; each runs in its own task under the bridge's deadline."""

    async def answer_tool(
        self, attempt_id: str, name: str, parameters: Mapping[str, object]
    ) -> ToolReply:
        """The reply for the agent. Unknown names and bad parameters are replies, not exceptions."""


class CallObserver(Protocol):
    """Is told what happens in calls."""

    def call_noted(self, attempt_id: str, entry: TimelineEntry) -> None:
        """A new timeline entry. Called on the media path: must be quick and never wait."""

    async def call_finished(self, report: CallReport) -> None:
        """The call is over. May raise; then it is told again, until it was taken once."""


REFUSED_HERE = ("X-Vocero", "media")
"""A header of every upgrade that our own door refuses: tells it from a proxy's refusal."""


class MediaEntrance(Protocol):
    """Where the carrier's media sockets come in (the switchboard fits)."""

    def refuse_upgrade(self, path: str, signature: str | None) -> int | None:
        """The HTTP status to refuse this upgrade with, or None to accept it.

        `path` is the raw request path ("/media/…"), `signature` the x-twilio-signature header.
        """

    def media_connected(self, path: str, socket: TextSocket) -> SocketListener:
        """An accepted socket; nothing it says is believed before its `start` was checked."""

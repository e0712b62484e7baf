"""What the bridge needs from the rest of Vocero, and what a socket must offer it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bridge.events import Event
from data.call import CallOrder, CallReport, TimelineEntry


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


@dataclass(frozen=True, slots=True)
class TakenCall:
    """A call whose sound has arrived here, and that this worker keeps from now on."""

    order: CallOrder
    ordered_ago_s: float
    """How long ago it was ordered, by whichever worker: the call's clock goes on from there."""


class Elsewhere(Protocol):
    """The other workers, who ring for calls whose sound arrives here, and the other way round.

    Everything that is awaited may raise, and is cancelled when it takes longer than is said.
    """

    def token(self, attempt_id: str, call_sid: str) -> str:
        """What a stream of this call must show; the same at every worker, not to be guessed."""

    async def take_stream(self, attempt_id: str, call_sid: str) -> TakenCall | None:
        """Keep this call from now on; once in a call, so None refuses the stream. Also when the
        call has been here all the time. 5 s; after a failure `let_go` follows.
        """

    async def notices(self, attempt_id: str) -> list[tuple[int, Event]]:
        """What webhooks have told of this call so far, each with its number; only what names the
        same call of the carrier. 1 s.
        """

    async def may_hang_up(self, attempt_id: str) -> bool:
        """Whether this worker keeps the call still. 3 s."""

    def let_go(self, attempt_id: str) -> None:
        """This worker has no such call, and if it had one, then it has ended it without a word:
        another worker keeps it, or must. Must be quick and never wait.
        """


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

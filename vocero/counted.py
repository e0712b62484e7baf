"""The neighbours, with their failures counted by what was asked of them and how it failed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from bridge.chores import AgentDoor, Dialer, OpenSocket
from bridge.errors import AgentError, CarrierError
from bridge.events import PhoneStatus
from bridge.ports import SocketListener, TextSocket
from data.call import CallOrder
from messaging.outbox import Sender
from messaging.whatsapp import SendFailed
from vocero.metrics import Metrics

T = TypeVar("T")
KEYS_REFUSED = frozenset({401, 403})
TOO_MANY = 429
TOO_MANY_AT_TWILIO = 20429


class CountedDialer:
    """The carrier's REST side (bridge.chores.Dialer)."""

    def __init__(self, dialer: Dialer, metrics: Metrics) -> None:
        self._dialer = dialer
        self._metrics = metrics

    async def dial(self, order: CallOrder) -> str:
        """Passed on. Raises CarrierError."""
        return await self._counted("dial", self._dialer.dial(order))

    async def hang_up(self, call_sid: str) -> None:
        """Passed on. Raises CarrierError."""
        await self._counted("hang_up", self._dialer.hang_up(call_sid))

    async def status(self, call_sid: str) -> PhoneStatus:
        """Passed on. Raises CarrierError."""
        return await self._counted("status", self._dialer.status(call_sid))

    async def find(self, to_number: str, since: float) -> tuple[str, PhoneStatus] | None:
        """Passed on. Raises CarrierError."""
        return await self._counted("find", self._dialer.find(to_number, since))

    async def _counted(self, order: str, answer: Awaitable[T]) -> T:
        try:
            return await answer
        except CarrierError as error:
            kind = kind_of(error.status, unanswered=error.indefinite)
            self._metrics.errors.add("carrier", order, kind)
            raise


class CountedDoor:
    """Where the agent's conversations are opened (bridge.chores.AgentDoor)."""

    def __init__(self, door: AgentDoor, metrics: Metrics) -> None:
        self._door = door
        self._metrics = metrics

    async def signed_url(self) -> str:
        """Passed on. Raises AgentError."""
        try:
            return await self._door.signed_url()
        except AgentError as error:
            self._metrics.errors.add("agent", "sign", kind_of(error.status))
            raise


def counted_sockets(open_socket: OpenSocket, metrics: Metrics) -> OpenSocket:
    """The same way to the agent's websocket."""

    async def opened(url: str, listen: Callable[[TextSocket], SocketListener]) -> TextSocket:
        try:
            return await open_socket(url, listen)
        except AgentError as error:
            metrics.errors.add("agent", "connect", kind_of(error.status))
            raise

    return opened


class CountedSender:
    """Counts what becomes of messages on their way (messaging.outbox.Sender)."""

    def __init__(self, sender: Sender, metrics: Metrics) -> None:
        self._sender = sender
        self._metrics = metrics

    @property
    def has_template(self) -> bool:
        """Passed on."""
        return self._sender.has_template

    async def send(self, to: str, body: str, media_url: str = "") -> str:
        """Passes the message on. Raises SendFailed."""
        return await self._counted(self._sender.send(to, body, media_url))

    async def send_template(self, to: str, body: str) -> str:
        """Passes the message on. Raises SendFailed."""
        return await self._counted(self._sender.send_template(to, body))

    async def _counted(self, sending: Awaitable[str]) -> str:
        try:
            sid = await sending
        except SendFailed as failure:
            self._metrics.messages_out.add("postponed" if failure.retry else "given_up")
            self._metrics.errors.add("carrier", "message", _kind_of_sending(failure))
            raise
        self._metrics.messages_out.add("sent")
        return sid

    async def find_sent(self, to: str, body: str, since: float, known: frozenset[str]) -> str:
        """Passes the question on. Raises SendFailed."""
        return await self._sender.find_sent(to, body, since, known)


def kind_of(status: int | None, *, unanswered: bool = False) -> str:
    """How an HTTP request failed. `status`: of the answer, or None when there was none."""
    if status is None:
        return "unanswered" if unanswered else "unreachable"
    if status in KEYS_REFUSED:
        return "forbidden"
    if status == TOO_MANY:
        return "limit"
    return "failing" if status >= 500 else "refused"


def _kind_of_sending(failure: SendFailed) -> str:
    if failure.unclear:
        return "unanswered"
    if failure.code == TOO_MANY_AT_TWILIO:
        return "limit"
    return "failing" if failure.retry else "refused"

"""Where the carrier's media sockets come in: who is let in, and whose stream it is."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import Protocol

from bridge.handover import Handover
from bridge.line import Line
from bridge.ports import SocketListener, TextSocket
from bridge.twilio_socket import LATER, Answer, CarrierLeg, CarrierSocket
from bridge.twilio_wire import StreamOpened

MEDIA_PREFIX = "/media/"
MAX_PENDING_PER_ATTEMPT = 4
MAX_PENDING = 128
"""Sockets that have not said a valid start; beyond that new ones are told to try again."""


class UpgradeCheck(Protocol):
    """Whether an upgrade was signed by the carrier (bridge.twilio_signature fits)."""

    def upgrade_is_genuine(self, path: str, signature: str | None) -> bool: ...


class MediaDoor:
    """A MediaEntrance, and the Reception of the sockets that it let in."""

    def __init__(
        self,
        upgrade_check: UpgradeCheck,
        lines: Mapping[str, Line],
        frame_bad: Callable[[str], None],
        handover: Handover | None,
    ) -> None:
        """`lines`: the live calls by attempt id. `handover`: when there are other workers."""
        self._upgrade_check = upgrade_check
        self._lines = lines
        self._frame_bad = frame_bad
        self._handover = handover
        self._pending: dict[CarrierSocket, str] = {}

    # --- MediaEntrance ----------------------------------------------------------------------------
    def refuse_upgrade(self, path: str, signature: str | None) -> int | None:
        """403 unsigned, 404 no such call, 503 too many strangers at the door; None is welcome."""
        if not self._upgrade_check.upgrade_is_genuine(path, signature):
            return 403
        attempt_id = _attempt_of(path)
        line = self._lines.get(attempt_id)
        if line.token_used if line is not None else self._handover is None:
            return 404
        if len(self._pending) >= MAX_PENDING:
            return 503
        if sum(1 for known in self._pending.values() if known == attempt_id) >= (
            MAX_PENDING_PER_ATTEMPT
        ):
            return 503
        return None

    def media_connected(self, path: str, socket: TextSocket) -> SocketListener:
        """An accepted socket, still a stranger."""
        attempt_id = _attempt_of(path)
        listener = CarrierSocket(socket, attempt_id, self)
        self._pending[listener] = attempt_id
        return listener

    # --- Reception --------------------------------------------------------------------------------
    def stream_opened(
        self, attempt_id: str, opened: StreamOpened, socket: CarrierSocket
    ) -> CarrierLeg | Answer | None:
        """The call of this stream if its token is right and fresh, else None.

        With other workers about the right token gets LATER: one of them may have the call.
        """
        line = self._lines.get(attempt_id)
        if line is not None and line.token_used:
            return None
        if not self._token_fits(line, attempt_id, opened):
            return None
        if line is not None and line.call.call_sid and opened.call_sid != line.call.call_sid:
            return None
        if self._handover is not None:
            return LATER if self._handover.begin(attempt_id, opened, socket) else None
        if line is None or not line.call.join_stream(socket):
            return None
        line.token_used = True
        return line.call

    def _token_fits(self, line: Line | None, attempt_id: str, opened: StreamOpened) -> bool:
        if self._handover is not None:
            token = self._handover.token(attempt_id, opened.call_sid)
        else:
            token = "" if line is None else line.token
        offered = opened.parameters.get("token", "")
        return token != "" and hmac.compare_digest(offered.encode(), token.encode())

    def socket_left(self, socket: CarrierSocket) -> None:
        """No longer pending."""
        self._pending.pop(socket, None)

    def bad_frame(self, side: str) -> None:
        """One unusable message was skipped."""
        self._frame_bad(side)


def _attempt_of(path: str) -> str:
    return path.partition("?")[0].removeprefix(MEDIA_PREFIX).rstrip("/")

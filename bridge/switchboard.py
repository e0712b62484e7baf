"""Every live call: places it, finds the call that a webhook or socket belongs to, sets limits.

A call is owned here, by a task of the switchboard; sockets are only lent to it.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Protocol

from bridge.call import Call
from bridge.chores import CallNeeds
from bridge.errors import NoRoom
from bridge.events import (
    AnswerAsked,
    CancelAsked,
    CustomerSaid,
    Dialed,
    MachineDetected,
    PhoneProgress,
    ShutdownAsked,
)
from bridge.live_calls import ENDING_PHASES, LiveCalls
from bridge.ports import SocketListener, TextSocket
from bridge.recorder import CallRecorder
from bridge.twilio_socket import CarrierLeg, CarrierSocket
from bridge.twilio_wire import StreamOpened
from data.call import Blame, CallEnding, CallOrder, CallReport, EndCause
from data.call_context import call_context, rest_is_for_call

log = logging.getLogger(__name__)

MEDIA_PREFIX = "/media/"
MAX_PENDING_PER_ATTEMPT = 4
MAX_PENDING = 128
"""Sockets that have not said a valid start; beyond that new ones are told to try again."""
REPORT_DELAYS_S = (0.5, 1, 2, 4, 8, 15, 30, 60)
"""Pauses before handing over a finished call is tried again; the last one for as long as it takes.
What is known of the call is here alone, so only the end of the process gives up on it."""
FORCED_END_S = 5.0


class UpgradeCheck(Protocol):
    """Whether an upgrade was signed by the carrier (bridge.twilio_signature fits)."""

    def upgrade_is_genuine(self, path: str, signature: str | None) -> bool: ...


@dataclass(slots=True)
class _Line:
    call: Call
    token: str = ""
    token_used: bool = False


class Switchboard(LiveCalls):
    """Owns the calls. Use as an async context manager: leaving it ends whatever is left."""

    def __init__(
        self,
        needs: CallNeeds,
        upgrade_check: UpgradeCheck,
        *,
        max_calls: int,
        new_recorder: Callable[[CallOrder], CallRecorder] | None = None,
        save_recording: Callable[[CallRecorder, CallReport], Awaitable[None]] | None = None,
        busy: Callable[[], str] = lambda: "",
    ) -> None:
        """`busy` says why a further call would make the live ones suffer, or nothing."""
        super().__init__()
        self.draining = False
        self._needs = needs
        self._upgrade_check = upgrade_check
        self._max_calls = max_calls
        self._new_recorder = new_recorder
        self._save_recording = save_recording
        self._busy = busy
        self._lines: dict[str, _Line] = {}
        self._pending: dict[CarrierSocket, str] = {}
        self._tasks = asyncio.TaskGroup()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._leaving = asyncio.Event()

    async def __aenter__(self) -> Switchboard:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        self.draining = True
        self._leaving.set()
        self._order_shutdown()
        await self._tasks.__aexit__(None, None, None)

    # --- for the orchestration ------------------------------------------------------------------
    @property
    def live_calls(self) -> int:
        """How many calls are between the order and their report."""
        return len(self._lines)

    def has_room(self) -> bool:
        """Whether another call may be placed now."""
        return not self._no_room()

    def _no_room(self) -> str:
        if self.draining:
            return "Vocero is about to restart"
        if len(self._lines) >= self._max_calls:
            return f"all {self._max_calls} lines are in use"
        return self._busy() if self._lines else ""  # without other calls nobody can suffer

    def place(self, order: CallOrder) -> None:
        """Start a call whose attempt is durable. Raises NoRoom."""
        if why := self._no_room():
            raise NoRoom(why)
        if order.attempt_id in self._lines:
            raise NoRoom("this attempt is being called already")
        recorder = self._new_recorder(order) if self._new_recorder is not None else None
        line = _Line(Call(order, self._needs, recorder))
        line.call.listeners.measure(self.on_piece)
        self._lines[order.attempt_id] = line
        self._quiet.clear()
        self._tasks.create_task(self._hold(line), name="call")

    def cancel(self, attempt_id: str) -> bool:
        """End this call: at once while it rings, politely while people talk."""
        line = self._lines.get(attempt_id)
        if line is None:
            return False
        line.call.receive(CancelAsked())
        return True

    def tell_agent(self, attempt_id: str, text: str) -> bool:
        """Give the agent what the customer wrote."""
        line = self._lines.get(attempt_id)
        if line is None or line.call.session.phase in ENDING_PHASES:
            return False
        line.call.receive(CustomerSaid(text))
        return True

    # --- for the operators: see LiveCalls ---------------------------------------------------------
    def _held(self) -> Iterable[Call]:
        return (line.call for line in self._lines.values())

    def _call(self, attempt_id: str) -> Call | None:
        line = self._lines.get(attempt_id)
        return None if line is None else line.call

    # --- for the webhooks -----------------------------------------------------------------------
    def answer(self, attempt_id: str, call_sid: str) -> str | None:
        """The answered call asks for its TwiML: the stream's token, or None for unknown calls."""
        line = self._line_of(attempt_id, call_sid)
        if line is None or line.token_used:
            return None
        if not line.token:
            line.token = secrets.token_urlsafe(24)
        line.call.receive(AnswerAsked())
        return line.token

    def phone_said(
        self, attempt_id: str, call_sid: str, event: PhoneProgress | MachineDetected
    ) -> bool:
        """A callback of the carrier; False when no such call is live."""
        line = self._line_of(attempt_id, call_sid)
        if line is None:
            return False
        line.call.receive(event)
        return True

    def _line_of(self, attempt_id: str, call_sid: str) -> _Line | None:
        line = self._lines.get(attempt_id)
        if line is None:
            return None
        known = line.call.call_sid
        if not known and call_sid:
            # The webhook can be faster than the answer to our own request, or all there is of it.
            line.call.receive(Dialed(call_sid))
        elif call_sid != known:
            with call_context(attempt_id):
                log.warning("a callback names another call than its attempt has")
            return None
        return line

    # --- MediaEntrance ----------------------------------------------------------------------------
    def refuse_upgrade(self, path: str, signature: str | None) -> int | None:
        """403 unsigned, 404 no such call, 503 too many strangers at the door; None is welcome."""
        if not self._upgrade_check.upgrade_is_genuine(path, signature):
            return 403
        attempt_id = self._attempt_of(path)
        line = self._lines.get(attempt_id)
        if line is None or line.token_used:
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
        attempt_id = self._attempt_of(path)
        listener = CarrierSocket(socket, attempt_id, self)
        self._pending[listener] = attempt_id
        return listener

    @staticmethod
    def _attempt_of(path: str) -> str:
        return path.partition("?")[0].removeprefix(MEDIA_PREFIX).rstrip("/")

    # --- Reception --------------------------------------------------------------------------------
    def stream_opened(
        self, attempt_id: str, opened: StreamOpened, socket: CarrierSocket
    ) -> CarrierLeg | None:
        """The call of this stream if its token is right and fresh, else None."""
        line = self._lines.get(attempt_id)
        offered = opened.parameters.get("token", "")
        if line is None or not line.token or line.token_used:
            return None
        if not hmac.compare_digest(offered.encode(), line.token.encode()):
            return None
        if line.call.call_sid and opened.call_sid != line.call.call_sid:
            return None
        if not line.call.join_stream(socket):
            return None
        line.token_used = True
        return line.call

    def socket_left(self, socket: CarrierSocket) -> None:
        """No longer pending."""
        self._pending.pop(socket, None)

    def bad_frame(self, side: str) -> None:
        """One unusable message was skipped."""
        self._needs.frame_bad(side)

    # --- endings ----------------------------------------------------------------------------------
    async def drain(self, within_s: float) -> bool:
        """No new calls; wait for the live ones, then end the rest. True when none was cut short."""
        self.draining = True
        try:
            async with asyncio.timeout(within_s):
                await self._quiet.wait()
        except TimeoutError:
            cut = len(self._lines)
            log.warning("draining took longer than %s s: ending %d calls", within_s, cut)
            self._order_shutdown()
            try:
                async with asyncio.timeout(FORCED_END_S):
                    await self._quiet.wait()
            except TimeoutError:
                log.warning("%d calls did not end in time", len(self._lines))
            return False
        return True

    def _order_shutdown(self) -> None:
        for line in tuple(self._lines.values()):
            line.call.receive(ShutdownAsked())

    async def _hold(self, line: _Line) -> None:
        attempt_id = line.call.order.attempt_id
        rest_is_for_call(attempt_id)
        try:
            report = await self._run(line.call)
            await self._hand_over(report)
            if line.call.recorder is not None and self._save_recording is not None:
                await self._keep_recording(line.call.recorder, report)
        finally:
            del self._lines[attempt_id]
            if not self._lines:
                self._quiet.set()

    @staticmethod
    async def _run(call: Call) -> CallReport:
        try:
            return await call.run()
        except Exception as error:
            # A defect in one call must neither end the others nor leave its own customer waiting.
            log.exception("a call failed")
            detail = f"a defect of Vocero ended the call ({type(error).__name__})"
            ending = CallEnding(EndCause.SHUTDOWN, Blame.OURS, detail)
            return CallReport(call.order.attempt_id, ending, call_sid=call.call_sid)

    async def _keep_recording(self, recorder: CallRecorder, report: CallReport) -> None:
        assert self._save_recording is not None
        try:
            await self._save_recording(recorder, report)
        except Exception as error:
            # A full disk, a locked database, a defect: it costs the recording and nothing else.
            log.error("a recording could not be written: %s: %s", type(error).__name__, error)

    async def _hand_over(self, report: CallReport) -> None:
        for delay in chain(REPORT_DELAYS_S, repeat(REPORT_DELAYS_S[-1])):
            try:
                await self._needs.observer.call_finished(report)
                return
            except Exception:
                # The report is all that is left of the call: whatever is wrong, try again.
                log.exception("handing over a finished call failed")
                if self._leaving.is_set():
                    log.critical("the outcome of a call could not be kept: %s", report.ending)
                    return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._leaving.wait()

"""Every live call: places it, finds the call that a webhook or socket belongs to, sets limits.

A call is owned here, by a task of the switchboard; sockets are only lent to it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from itertools import chain, repeat

from bridge.call import Call
from bridge.call_report import ended_by_defect
from bridge.chores import CallNeeds, OtherWorkers
from bridge.errors import NoRoom
from bridge.events import (
    AnswerAsked,
    CancelAsked,
    CustomerSaid,
    Dialed,
    Event,
    MachineDetected,
    PhoneProgress,
    ShutdownAsked,
)
from bridge.handover import Handover, as_told_here
from bridge.line import Line
from bridge.live_calls import ENDING_PHASES, LiveCalls
from bridge.media_door import MediaDoor, UpgradeCheck
from bridge.ports import Elsewhere, SocketListener, TakenCall, TextSocket
from bridge.recorder import CallRecorder
from data.call import CallOrder, CallReport
from data.call_context import call_context, rest_is_for_call

log = logging.getLogger(__name__)

REPORT_DELAYS_S = (0.5, 1, 2, 4, 8, 15, 30, 60)
"""Pauses before handing over a finished call is tried again; the last one for as long as it takes.
What is known of the call is here alone, so only the end of the process gives up on it."""
FORCED_END_S = 5.0


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
        elsewhere: Elsewhere | None = None,
    ) -> None:
        """`busy` says why a further call would make the live ones suffer, or nothing. `elsewhere`:
        the calls of other workers; None in a Vocero that is alone.
        """
        super().__init__()
        self.draining = False
        self._needs = needs
        self._max_calls = max_calls
        self._new_recorder = new_recorder
        self._save_recording = save_recording
        self._busy = busy
        self._elsewhere = elsewhere
        self._lines: dict[str, Line] = {}
        self._tasks = asyncio.TaskGroup()
        self._handover: Handover | None = None
        if elsewhere is not None:
            self._handover = Handover(
                elsewhere, self._lines, self._adopt, self.notice, self._tasks, self._rest
            )
        self._door = MediaDoor(upgrade_check, self._lines, needs.frame_bad, self._handover)
        self._cut_short = False
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._leaving = asyncio.Event()

    async def __aenter__(self) -> Switchboard:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        self.draining = True
        self._leaving.set()
        if self._handover is not None:
            self._handover.closed = True
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
        others = None
        if self._elsewhere is not None:
            ours = partial(self._elsewhere.may_hang_up, order.attempt_id)
            others = OtherWorkers(ours, partial(self.let_go, order.attempt_id))
        self._begin(Call(order, self._needs, recorder, others=others))

    def _begin(self, call: Call) -> Line:
        line = Line(call)
        call.listeners.measure(self.on_piece)
        self._lines[call.order.attempt_id] = line
        self._rest()
        self._tasks.create_task(self._hold(line), name="call")
        return line

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
    def answer(self, attempt_id: str, call_sid: str, number: int | None = None) -> str | None:
        """The answered call asks for its TwiML: the stream's token, or None for calls that are not
        here. `number`: of the notice of it, if there is one.
        """
        line = self._line_of(attempt_id, call_sid)
        if line is None or line.token_used:
            return None
        if self._elsewhere is not None:
            line.token = self._elsewhere.token(attempt_id, call_sid)
        elif not line.token:
            line.token = secrets.token_urlsafe(24)
        if line.is_news(number):
            asked = AnswerAsked()
            line.call.receive(asked if self._elsewhere is None else as_told_here(asked))
        return line.token

    def phone_said(
        self,
        attempt_id: str,
        call_sid: str,
        event: PhoneProgress | MachineDetected,
        number: int | None = None,
    ) -> bool:
        """A callback of the carrier; False when no such call is live. `number`: as for `answer`."""
        line = self._line_of(attempt_id, call_sid)
        if line is None:
            return False
        if line.is_news(number):
            line.call.receive(event)
        return True

    # --- for calls that change hands ------------------------------------------------------------
    def notice(self, attempt_id: str, number: int, event: Event, call_sid: str = "") -> bool:
        """What was told of a call at any worker; every number reaches the call once. False: it is
        not here, or is not the carrier's call with this id.
        """
        line = self._line_of(attempt_id, call_sid) if call_sid else self._lines.get(attempt_id)
        if line is None:
            return False
        if line.is_news(number):
            line.call.receive(as_told_here(event))
        return True

    def waiting_for_stream(self) -> list[str]:
        """Attempt ids of calls whose sound has not come, so that it may come to another worker."""
        waiting = (each for each in self._lines.items() if not each[1].token_used)
        return [attempt_id for attempt_id, line in waiting if not line.call.is_over]

    def let_go(self, attempt_id: str) -> bool:
        """Another worker keeps this call: end it here without hanging up, report or recording.

        Also while its report is being handed over. False: it is not here.
        """
        line = self._lines.pop(attempt_id, None)
        if line is None:
            return False
        with call_context(attempt_id):
            log.info("another worker keeps this call")
        line.let_go = True
        line.call.let_go()
        if self._elsewhere is not None:
            self._elsewhere.let_go(attempt_id)
        self._rest()
        return True

    def _adopt(self, taken: TakenCall, call_sid: str) -> Line:
        order, ago = taken.order, max(0.0, taken.ordered_ago_s)
        recorder = None
        if self._new_recorder is not None:
            recorder = self._new_recorder(order)
            recorder.begins_at = ago
        log.info("a call that another worker ordered goes on here")
        line = self._begin(Call(order, self._needs, recorder, adopted_after_s=ago))
        line.call.receive(Dialed(call_sid))
        if self._cut_short:
            line.call.receive(ShutdownAsked())
        return line

    def _line_of(self, attempt_id: str, call_sid: str) -> Line | None:
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
        return self._door.refuse_upgrade(path, signature)

    def media_connected(self, path: str, socket: TextSocket) -> SocketListener:
        """An accepted socket, still a stranger."""
        return self._door.media_connected(path, socket)

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
        self._cut_short = True
        for line in tuple(self._lines.values()):
            line.call.receive(ShutdownAsked())

    def _rest(self) -> None:
        taking = self._handover is not None and self._handover.taking
        if self._lines or taking:
            self._quiet.clear()
        else:
            self._quiet.set()

    async def _hold(self, line: Line) -> None:
        attempt_id = line.call.order.attempt_id
        rest_is_for_call(attempt_id)
        try:
            report = await self._run(line.call)
            if report is None:
                return
            await self._hand_over(line, report)
            recorder = line.call.recorder
            if recorder is not None and self._save_recording is not None and not line.let_go:
                await self._keep_recording(recorder, report)
        finally:
            if not line.let_go:
                del self._lines[attempt_id]
                self._rest()

    @staticmethod
    async def _run(call: Call) -> CallReport | None:
        try:
            return await call.run()
        except Exception as error:
            # A defect in one call must neither end the others nor leave its own customer waiting.
            log.exception("a call failed")
            attempt_id = call.order.attempt_id
            return CallReport(attempt_id, ended_by_defect(error), call_sid=call.call_sid)

    async def _keep_recording(self, recorder: CallRecorder, report: CallReport) -> None:
        assert self._save_recording is not None
        try:
            await self._save_recording(recorder, report)
        except Exception as error:
            # A full disk, a locked database, a defect: it costs the recording and nothing else.
            log.error("a recording could not be written: %s: %s", type(error).__name__, error)

    async def _hand_over(self, line: Line, report: CallReport) -> None:
        for delay in chain(REPORT_DELAYS_S, repeat(REPORT_DELAYS_S[-1])):
            if line.let_go:
                return
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

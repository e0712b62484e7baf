"""A call changes hands: its sound has arrived here, and another worker may have ordered it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping

from bridge.errors import in_words
from bridge.events import AnswerAsked, Event, PhoneProgress, PhoneStatus
from bridge.line import Line
from bridge.ports import Elsewhere, TakenCall
from bridge.twilio_socket import CarrierSocket
from bridge.twilio_wire import StreamOpened
from data.call_context import rest_is_for_call

log = logging.getLogger(__name__)

TAKE_WITHIN_S = 5.0
"""How long it may take to find out whose stream it is; its sound waits for less (MAX_HELD)."""
NOTICES_WITHIN_S = 1.0
"""How long a call's sound waits for what was told of the call before."""


class Handover:
    """Asks the other workers for a stream's call, and begins it here if it was theirs."""

    def __init__(
        self,
        elsewhere: Elsewhere,
        lines: Mapping[str, Line],
        adopt: Callable[[TakenCall, str], Line],
        notice: Callable[[str, int, Event], object],
        tasks: asyncio.TaskGroup,
        changed: Callable[[], None],
    ) -> None:
        """`adopt` begins a taken call, with the carrier's id of it; it is in `lines` then.
        `changed` is told when `taking` did.
        """
        self.closed = False
        """No stream is taken any more."""
        self._elsewhere = elsewhere
        self._lines = lines
        self._adopt = adopt
        self._notice = notice
        self._tasks = tasks
        self._changed = changed
        self._taking: set[asyncio.Task[None]] = set()

    @property
    def taking(self) -> int:
        """Streams of which it is not known yet whose they are."""
        return len(self._taking)

    def token(self, attempt_id: str, call_sid: str) -> str:
        """What a stream must show to be asked about."""
        return self._elsewhere.token(attempt_id, call_sid)

    def begin(self, attempt_id: str, opened: StreamOpened, socket: CarrierSocket) -> bool:
        """Find out whose stream this is, within seconds, then tell its socket. False: too late."""
        if self.closed:
            return False
        taking = self._take(attempt_id, opened, socket)
        task = self._tasks.create_task(taking, name="take a stream")
        self._taking.add(task)
        task.add_done_callback(self._taken)
        self._changed()
        return True

    def _taken(self, task: asyncio.Task[None]) -> None:
        self._taking.discard(task)
        self._changed()

    async def _take(self, attempt_id: str, opened: StreamOpened, socket: CarrierSocket) -> None:
        rest_is_for_call(attempt_id)
        try:
            await self._decide(attempt_id, opened, socket)
        except Exception:
            # A defect of ours ends this call only; the switchboard's group of tasks goes on.
            log.exception("a call could not be taken over")
            self._refuse(attempt_id, socket)

    def _refuse(self, attempt_id: str, socket: CarrierSocket) -> None:
        if socket.waits:
            socket.decided(None)
        if attempt_id not in self._lines:
            self._elsewhere.let_go(attempt_id)

    async def _decide(self, attempt_id: str, opened: StreamOpened, socket: CarrierSocket) -> None:
        if socket.gone:
            return  # whoever has the call hears of its end; here nothing was taken
        try:
            async with asyncio.timeout(TAKE_WITHIN_S):
                taken = await self._elsewhere.take_stream(attempt_id, opened.call_sid)
        except Exception as error:
            # The carrier apologizes and hangs up, and whoever has the call hears of its end.
            log.warning("a media stream is refused, its call was not found: %s", in_words(error))
            self._refuse(attempt_id, socket)
            return
        line = None if taken is None else self._line_of(attempt_id, opened.call_sid, taken)
        if line is None or not line.call.join_stream(socket):
            socket.decided(None)
            return
        # From here on nobody else looks after the call, whatever has become of its socket.
        line.token_used = True
        await self._catch_up(attempt_id)
        socket.decided(line.call)

    def _line_of(self, attempt_id: str, call_sid: str, taken: TakenCall) -> Line:
        line = self._lines.get(attempt_id)
        return self._adopt(taken, call_sid) if line is None else line

    async def _catch_up(self, attempt_id: str) -> None:
        """Before the agent is opened: the call may be over already, or a machine's."""
        try:
            async with asyncio.timeout(NOTICES_WITHIN_S):
                notices = await self._elsewhere.notices(attempt_id)
        except Exception as error:
            # Two people wait; what there is to know may still come by itself.
            log.warning("a call goes on without what was told of it: %s", in_words(error))
            return
        for number, event in notices:
            self._notice(attempt_id, number, event)


def as_told_here(event: Event) -> Event:
    """What the news of an answer means at one of several workers: the agent is not opened before
    the sound comes, which may come to another one."""
    return PhoneProgress(PhoneStatus.IN_PROGRESS) if isinstance(event, AnswerAsked) else event

"""What a call orders that has to wait for somebody: each in a task of its own, never in its way."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol

from bridge.commands import RunTool
from bridge.errors import BridgeError, CarrierError, in_words
from bridge.events import (
    AgentLost,
    CancelAsked,
    Dialed,
    DialFailed,
    DialUnanswered,
    Event,
    OperatorEnds,
    PhoneProgress,
    PhoneStatus,
    PhoneUnknown,
    ShutdownAsked,
    StreamStarted,
    ToolAnswered,
)
from bridge.passing_time import SoundPassed
from bridge.ports import CallObserver, CallTools, SocketListener, TextSocket
from bridge.timings import CallTimings
from bridge.tool_desk import ASK_CUSTOMER
from bridge.turns import Turns
from data.call import Blame, CallEnding, CallOrder, EndCause

log = logging.getLogger(__name__)

TOOL_S = 10.0
"""A tool that takes longer is answered with an error."""
SLOW_TOOLS_S = {ASK_CUSTOMER: 30.0}
"""Tools that may take longer, and how long. The customer is a person who has to read a message and
write an answer (Settings.answer_within_s, 20 s), and the agent keeps the line meanwhile; its own
patience with a client tool can be set to 120 s (ElevenLabs, `response_timeout_secs`)."""
HANG_UP_S = 20.0
"""How long ending the phone call may take, retries included, once the call itself is over."""

HURRIED_S = 1.5
"""The same when the process must stop."""
STILL_OURS_S = 3.0
"""How long the other workers may take to say whose call it is."""

CONCERNS_CHORES = (CancelAsked, OperatorEnds, ShutdownAsked, StreamStarted)
"""Events that `Chores.heard` wants to hear of."""

OpenSocket = Callable[[str, Callable[[TextSocket], SocketListener]], Awaitable[TextSocket]]
"""Opens a websocket to this address, raising AgentError."""


class Dialer(Protocol):
    """The carrier's REST side (bridge.twilio_dialer fits). Everything may raise CarrierError."""

    async def dial(self, order: CallOrder) -> str: ...
    async def hang_up(self, call_sid: str) -> None: ...
    async def status(self, call_sid: str) -> PhoneStatus: ...
    async def find(self, to_number: str, since: float) -> tuple[str, PhoneStatus] | None: ...


class AgentDoor(Protocol):
    """Where the agent's conversations are opened (bridge.elevenlabs_agent fits)."""

    async def signed_url(self) -> str: ...


@dataclass(frozen=True, slots=True)
class OtherWorkers:
    """What a call is told of workers who may get its sound, and then have it."""

    may_hang_up: Callable[[], Awaitable[bool]]
    """Whether the call is still ours. May raise."""
    lost: Callable[[], object]
    """It is not."""


@dataclass(frozen=True, slots=True)
class CallNeeds:
    """What a call works with; the same for all calls."""

    dialer: Dialer
    agent_door: AgentDoor
    open_socket: OpenSocket
    tools: CallTools
    observer: CallObserver
    timings: CallTimings
    wait_for_turn: Callable[[], Awaitable[None]]
    """Returns when the carrier's rate allows the next dial."""
    call_bound: Callable[[str, str], Awaitable[None]]
    """Makes (attempt id, call sid) durable."""
    frame_bad: Callable[[str], None]
    """Counts a skipped message of "carrier" or "agent"."""
    sound_passed: SoundPassed = lambda to, seconds: None
    """Told of the frames that are timed (`bridge.passing_time`)."""
    wall_clock: Callable[[], float] = time.time
    """Seconds since the epoch."""
    turns: Turns = field(default_factory=Turns)
    """For what many calls may do in one moment."""


class Chores:
    """The waiting work of one call. Answers come back as events, failures too."""

    def __init__(
        self,
        order: CallOrder,
        needs: CallNeeds,
        tasks: asyncio.TaskGroup,
        receive: Callable[[Event], None],
        others: OtherWorkers | None = None,
        ordered_ago_s: float = 0.0,
    ) -> None:
        """`others`: who may have got the call's sound until it has come here."""
        self.cancelled = False
        """Set when the customer cancelled: what was not ordered yet is not ordered at all."""
        self.trouble = ""
        """What went wrong in ending the phone call, for the timeline."""
        self._order = order
        self._needs = needs
        self._tasks = tasks
        self._receive = receive
        # What is ordered in a socket's callback would else run, and log, as that connection's.
        self._context = contextvars.copy_context()
        self._ordered_at = needs.wall_clock() - ordered_ago_s
        self._others = others
        self._let_go = False
        self._running: set[asyncio.Task[None]] = set()
        self._hang_ups: set[asyncio.Task[None]] = set()
        self._ordering: asyncio.Task[None] | None = None
        self._over = False

    def dial(self) -> None:
        """Ask the carrier to call, once and never again."""
        self._spawn(self._dial(), "dial")

    def bind(self, call_sid: str) -> None:
        """Make the carrier's id of this attempt durable."""
        self._spawn(self._bind(call_sid), "bind")

    def open_agent(self, listen: Callable[[TextSocket], SocketListener]) -> None:
        """Open the agent's conversation; `listen` is handed the open socket."""
        self._spawn(self._open_agent(listen), "open agent")

    def run_tool(self, wanted: RunTool) -> None:
        """Run one of our tools under its deadline."""
        self._spawn(self._run_tool(wanted), f"tool {wanted.name}")

    def ask_carrier(self, call_sid: str) -> None:
        """Ask what became of the call; without an id it is looked for by its number."""
        self._spawn(self._ask_carrier(call_sid), "ask carrier")

    def hang_up(self, call_sid: str) -> None:
        """End the phone call."""
        self._hang_ups.add(self._spawn(self._hang_up(call_sid), "hang up"))

    def heard(self, event: Event) -> None:
        """One of CONCERNS_CHORES happened in the call; what is left to do may change."""
        if isinstance(event, CancelAsked | OperatorEnds):
            self.cancelled = True
            self._others = None  # a person's word holds for the call, whoever has it
        elif isinstance(event, StreamStarted):
            self._others = None
        elif isinstance(event, ShutdownAsked):
            self._hurry()

    def _hurry(self) -> None:
        # The process must stop: a carrier that does not answer is not waited for any longer.
        asyncio.get_running_loop().call_later(HURRIED_S, self._stop_hanging_up)

    def _stop_hanging_up(self) -> None:
        for task in self._hang_ups:
            if task.cancel():
                self.trouble = "hanging up took too long"

    def let_go(self) -> None:
        """Another worker has the call: what comes of an order under way is not our affair. A line
        that is being hung up, still is: that was asked about, or a person wants it."""
        self._let_go = True

    async def finish(self) -> None:
        """Wait (bounded) until the line is really down, then drop the rest.

        An order to call that is under way may still be taken: it is waited for as well, and what
        comes of it is hung up at once, or a phone would ring that nobody answers for.
        """
        self._over = self.cancelled = True
        unfinished = set(self._hang_ups)
        if self._ordering is not None and not self._let_go:
            unfinished.add(self._ordering)
        if unfinished:
            await asyncio.wait(unfinished, timeout=HANG_UP_S)
        for task in tuple(self._running):
            task.cancel()
        self._receive = _tell_nobody

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = self._tasks.create_task(work, name=name, context=self._context.copy())
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _dial(self) -> None:
        await self._needs.wait_for_turn()
        if self.cancelled:
            self._receive(DialFailed(CallEnding(EndCause.CANCELLED)))
            return
        self._ordering = asyncio.current_task()
        try:
            call_sid = await self._needs.dialer.dial(self._order)
        except CarrierError as error:
            if error.indefinite:
                self._receive(DialUnanswered(str(error)))
            else:
                ending = CallEnding(EndCause.DIAL_FAILED, error.blame, str(error))
                self._receive(DialFailed(ending))
            return
        except Exception as error:
            # A defect of ours ends this call only, and whether it was placed is not known.
            log.exception("ordering a call failed")
            self._receive(DialUnanswered(_defect(error)))
            return
        if self._over:
            await self._hang_up(call_sid)
        self._receive(Dialed(call_sid))

    async def _bind(self, call_sid: str) -> None:
        try:
            await self._needs.call_bound(self._order.attempt_id, call_sid)
        except Exception:
            # The store may be down for a moment; the call itself must not suffer for it, and the
            # carrier's callbacks name the call again.
            log.exception("the carrier's id of a call could not be kept")

    async def _open_agent(self, listen: Callable[[TextSocket], SocketListener]) -> None:
        try:
            url = await self._needs.agent_door.signed_url()
            await self._needs.open_socket(url, listen)
        except BridgeError as error:
            self._receive(AgentLost(str(error), error.blame))
        except Exception as error:
            # A defect of ours: the business hears the apology, the other calls nothing.
            log.exception("opening the agent's conversation failed")
            self._receive(AgentLost(_defect(error), Blame.OURS))

    async def _run_tool(self, wanted: RunTool) -> None:
        patience_s = SLOW_TOOLS_S.get(wanted.name, TOOL_S)
        try:
            async with asyncio.timeout(patience_s):
                reply = await self._needs.tools.answer_tool(
                    self._order.attempt_id, wanted.name, wanted.parameters
                )
            answer = ToolAnswered(wanted.tool_call_id, reply.result, reply.is_error)
        except TimeoutError:
            log.warning("the tool %s took longer than %s s", wanted.name, patience_s)
            answer = ToolAnswered(wanted.tool_call_id, "this takes too long, go on without", True)
        except Exception:
            # The agent must get an answer even when a tool of ours has a defect.
            log.exception("the tool %s failed", wanted.name)
            answer = ToolAnswered(wanted.tool_call_id, "this does not work right now", True)
        self._receive(answer)

    async def _ask_carrier(self, call_sid: str) -> None:
        try:
            if call_sid:
                status = await self._needs.dialer.status(call_sid)
            else:
                found = await self._needs.dialer.find(self._order.to_number, self._ordered_at)
                if found is None:
                    self._receive(PhoneUnknown("the carrier knows no such call"))
                    return
                call_sid, status = found
                self._receive(Dialed(call_sid))
        except CarrierError as error:
            self._receive(PhoneUnknown(str(error)))
            return
        except Exception as error:
            # A defect of ours ends this call only.
            log.exception("asking the carrier failed")
            self._receive(PhoneUnknown(_defect(error)))
            return
        self._receive(PhoneProgress(status))

    async def _hang_up(self, call_sid: str) -> None:
        if self._others is not None and not await self._still_ours(self._others):
            return
        try:
            await self._needs.dialer.hang_up(call_sid)
        except CarrierError as error:
            # The carrier's own time limit ends the call when even this fails.
            log.warning("hanging up failed: %s", error)
            self.trouble = f"hanging up failed: {error}"
        except Exception as error:
            # A defect of ours: told in the timeline, and the other calls go on.
            log.exception("hanging up failed")
            self.trouble = f"hanging up failed: {_defect(error)}"

    async def _still_ours(self, others: OtherWorkers) -> bool:
        try:
            async with asyncio.timeout(STILL_OURS_S):
                ours, why = await others.may_hang_up(), ""
        except Exception as error:
            ours, why = False, in_words(error)
        if ours or self._others is None:  # meanwhile somebody cancelled, or its sound came
            return True
        if why:
            # Two people may be talking by now at another worker: rather a phone that rings on.
            log.warning("not hung up, for want of knowing which worker has the call: %s", why)
            self.trouble = "not hung up: it is not known which worker has the call"
        else:
            others.lost()
        return False


def _tell_nobody(event: Event) -> None:
    pass


def _defect(error: Exception) -> str:
    return f"a defect of Vocero ({type(error).__name__})"

"""Performs what one call's session orders: two sockets, one timer, its chores, its recorder.

Nothing is decided here. Whatever happens goes to `CallSession.receive`, whatever it orders is done.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import Final

from bridge.call_input import IN_TURNS, Input, record
from bridge.call_report import CallStory, ended_by_defect
from bridge.chores import CONCERNS_CHORES, CallNeeds, Chores, OtherWorkers
from bridge.commands import (
    AnswerTool,
    AskCarrier,
    ClearPlayback,
    CloseAgent,
    CloseStream,
    Command,
    Finish,
    HangUp,
    MarkPlayback,
    Note,
    OpenAgent,
    Play,
    Pong,
    RunTool,
    SendToAgent,
    TellAgent,
)
from bridge.deadline_timer import DeadlineTimer
from bridge.elevenlabs_socket import AgentSocket
from bridge.events import (
    AgentAudio,
    AgentEvent,
    BusinessAudio,
    CarrierEvent,
    CarrierLost,
    Dialed,
    Event,
    ShutdownAsked,
    StreamStarted,
    StreamStopped,
)
from bridge.listening import ListeningPost
from bridge.passing_time import ONE_IN, PassingTime
from bridge.ports import SocketListener, TextSocket
from bridge.recorder import CallRecorder
from bridge.session import CallSession
from bridge.straight_way import StraightWay
from bridge.twilio_socket import CarrierSocket
from data.call import CallEnding, CallOrder, CallReport, TimelineEntry
from data.call_context import call_context

log: Final = logging.getLogger(__name__)


class Call:
    """One attempt, from the order, or from its coming here, to the report."""

    def __init__(
        self,
        order: CallOrder,
        needs: CallNeeds,
        recorder: CallRecorder | None = None,
        *,
        others: OtherWorkers | None = None,
        adopted_after_s: float | None = None,
    ) -> None:
        """`others`: who may get its sound instead. `adopted_after_s`: it was ordered so long ago
        by one of them, and has come here; None: it is to be ordered."""
        self.order = order
        self.recorder = recorder
        ago = adopted_after_s or 0.0
        self.session = CallSession(needs.timings, begins_at=ago)
        self.call_sid = ""
        self._needs = needs
        self._others = others
        self._dials = adopted_after_s is None
        self._let_go = False
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time() - ago
        self._over: asyncio.Future[CallEnding | None] = self._loop.create_future()
        self._chores: Chores | None = None
        self._inputs: deque[Input] = deque()
        self._performing = False
        self._timer = DeadlineTimer(
            self._loop, self._began, self.session, lambda: self._handle("", "", None)
        )
        self._carrier: CarrierSocket | None = None
        self._agent: AgentSocket | None = None
        self._agent_wanted = True
        self._story = CallStory(order, needs.observer.call_noted)
        self.listeners = ListeningPost(
            order.attempt_id,
            self._began,
            self._set_tap,
            self.session.held_sound,
            lambda: self.session.taken_over_by != "",
        )
        self._tap: ListeningPost | None = None
        self._passing = PassingTime(needs.sound_passed)
        self._straight = StraightWay(self.session, self._loop, self._began)

    # --- life ---------------------------------------------------------------------------------
    async def run(self) -> CallReport | None:
        """Hold the call until it is over; None: it was let go. Never raises for a failing call."""
        try:
            async with asyncio.TaskGroup() as tasks:
                self._chores = Chores(
                    self.order, self._needs, tasks, self.receive, self._others, self.now
                )
                if self._dials and not self._let_go:
                    self._chores.dial()
                if self._inputs:  # what came before this task had its first turn
                    self._deal_with(*self._inputs.popleft())
                ending = await self._over
                await self._chores.finish()
        finally:
            self._timer.end()
            self.listeners.close()
            for socket in (self._agent, self._carrier):
                if socket is not None:
                    socket.close()
            dropped = self._agent.frames_dropped if self._agent is not None else 0
            # They know this call. What is left in no circle, no `vocero.garbage` has to look for.
            self._agent = self._carrier = None
        if ending is None or self._let_go:
            return None
        self._story.trouble(self._chores.trouble, self.now)
        return self._story.report(self.call_sid, self.session.snapshot(), ending, dropped, self.now)

    def let_go(self) -> None:
        """Another worker keeps this call: it ends here without a word to anybody."""
        self._let_go = True
        self._straight.close()
        if self._chores is not None:
            self._chores.let_go()
        if not self._over.done():
            self._over.set_result(None)

    @property
    def now(self) -> float:
        """Seconds since the call was ordered."""
        return self._loop.time() - self._began

    @property
    def is_over(self) -> bool:
        """Whether nothing can happen in it any more; its report may still be on its way."""
        return self._over.done()

    @property
    def timeline(self) -> tuple[TimelineEntry, ...]:
        """What has happened so far."""
        return self._story.timeline

    def receive(self, event: Event) -> None:
        """Something happened; do what follows from it. Never waits."""
        self._handle("", "", event)

    # --- CarrierLeg ---------------------------------------------------------------------------
    def join_stream(self, socket: CarrierSocket) -> bool:
        """Lend a media socket to this call; False when it has had one already."""
        if self._carrier is not None or self._over.done():
            return False
        self._carrier = socket
        return True

    def carrier_said(self, text: str, event: CarrierEvent) -> None:
        """A message of the carrier's media socket."""
        if type(event) is BusinessAudio:
            try:
                if (rest := self._straight.took(event)) is not None:
                    for command in rest:
                        self._perform(command, self.now)
                    return
            except Exception as error:
                return self._failed(error)
            if self._tap is not None:
                self._tap.business(event.sound, event.at_ms)
            if event.chunk % ONE_IN == 1:
                self._passing.to_agent()
        self._handle("carrier", text, event)

    def carrier_skipped(self, text: str) -> None:
        """A message of the carrier that means nothing to the call."""
        if self.recorder is not None:
            self.recorder.carrier_said(self.now, text)

    # --- AgentLeg -----------------------------------------------------------------------------
    def agent_said(self, text: str, event: AgentEvent) -> None:
        """A message of the agent's socket."""
        if self._passing.agent_is_next and type(event) is AgentAudio:
            self._passing.to_business()
        self._handle("agent", text, event)

    def agent_skipped(self, text: str) -> None:
        """An unusable message of the agent."""
        self._needs.frame_bad("agent")
        if self.recorder is not None and text:
            self.recorder.agent_said(self.now, text)

    # --- events in, commands out --------------------------------------------------------------
    def _handle(self, source: str, text: str, event: Event | None) -> None:
        if type(event) in IN_TURNS:
            self._needs.turns.take(lambda: self._deal_with(source, text, event))
        else:
            self._deal_with(source, text, event)

    def _deal_with(self, source: str, text: str, event: Event | None) -> None:
        # Performing a command can make a socket report at once; the report waits its turn here,
        # so that the session is never entered twice. Normally nothing waits.
        if self._performing or self._chores is None:
            self._inputs.append((source, text, event))
            return
        self._performing = True
        self._straight.close()
        try:
            self._step(source, text, event)
            while self._inputs:
                self._step(*self._inputs.popleft())
        except Exception as error:
            self._failed(error)
        finally:
            self._performing = False
            self._passing.awaited = None
            self._decide_way()

    def _decide_way(self) -> None:
        watched = self.recorder is not None or self._tap is not None or self._over.done()
        self._straight.open_if_simple(None if watched else self._agent)

    def _step(self, source: str, text: str, event: Event | None) -> None:
        if self._over.done():
            if isinstance(event, ShutdownAsked):
                self._work.heard(event)
            return
        now = self._loop.time() - self._began
        if event is None:
            # A loop's timer may fire a hair before its time, and adding and taking away the start
            # rounds: the session is told the time that it asked for, or it would ask again.
            now = max(now, self.session.deadline() or now)
        elif type(event) is not BusinessAudio:  # which comes 50 times a second
            self._observe(event)
        if self.recorder is not None:
            record(self.recorder, now, (source, text, event))
        session = self.session
        for command in session.time_passed(now) if event is None else session.receive(event, now):
            self._perform(command, now)
        if not self._over.done():
            self._timer.arm()

    def _observe(self, event: Event) -> None:
        if isinstance(event, CONCERNS_CHORES):
            self._work.heard(event)
        if isinstance(event, StreamStarted):
            self.listeners.stream_began()
        elif isinstance(event, StreamStopped | CarrierLost):
            self.listeners.stream_over()
        elif isinstance(event, Dialed) and not self.call_sid:
            self.call_sid = event.call_sid
            self._work.bind(event.call_sid)

    @property
    def _work(self) -> Chores:
        assert self._chores is not None, "a call is entered only while it runs"
        return self._chores

    def _perform(self, command: Command, now: float) -> None:
        recorder = self.recorder
        match command:  # the most frequent ones first
            case SendToAgent() | Pong() | AnswerTool() | TellAgent() if self._agent is not None:
                sent = self._agent.perform(command)
                if recorder is not None:
                    if sent is None:
                        recorder.ordered(now, command)
                    else:
                        recorder.vocero_said_to_agent(now, sent)
            case Play() | MarkPlayback() | ClearPlayback() if self._carrier is not None:
                text = self._carrier.perform(command)
                if recorder is not None:
                    recorder.vocero_said_to_carrier(now, text)
                if self._tap is not None:
                    self._tap.playback(command)
            case _:
                if recorder is not None:
                    recorder.ordered(now, command)
                self._order_rest(command, now)
        if type(command) is self._passing.awaited:
            self._passing.passed()

    def _order_rest(self, command: Command, now: float) -> None:
        match command:
            case Note(entry):
                self._story.note(entry)
            case OpenAgent():
                self._work.open_agent(self._listen_to_agent)
            case RunTool():
                self._work.run_tool(command)
            case CloseStream():
                self._story.stream_ended(now)
                self.listeners.stream_over()
                if self._carrier is not None:
                    self._carrier.close()
            case CloseAgent():
                self._agent_wanted = False
                if self._agent is not None:
                    self._agent.close()
            case HangUp():
                self._story.stream_ended(now)
                if self.call_sid:
                    self._work.hang_up(self.call_sid)
            case AskCarrier():
                self._work.ask_carrier(self.call_sid)
            case Finish(ending):
                self._story.stream_ended(now)
                if not self._over.done():
                    self._over.set_result(ending)
            case _:
                log.debug("nobody to send a %s to", type(command).__name__)

    def _set_tap(self, post: ListeningPost | None) -> None:
        self._tap = post
        self._decide_way()

    def _listen_to_agent(self, socket: TextSocket) -> SocketListener:
        agent = AgentSocket(socket, self)
        if self._agent_wanted and not self._over.done():
            self._agent = agent
            opening = agent.send_opening(self.order.variables)
            if self.recorder is not None:
                self.recorder.vocero_said_to_agent(self.now, opening)
        else:
            agent.close()
        return agent

    def _failed(self, error: Exception) -> None:
        # A defect of ours must not leave two people on a silent line.
        with call_context(self.order.attempt_id):
            log.error("the call machine failed", exc_info=error)
        self._inputs.clear()
        self._straight.close()
        if self._over.done():
            return
        if self.call_sid:
            self._work.hang_up(self.call_sid)
        self._over.set_result(ended_by_defect(error))

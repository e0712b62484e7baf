"""One phone call as a machine: events in, commands out.

It knows no socket and no clock; `now` is seconds since the call was ordered. Feed it whatever
happens with `receive`, call `time_passed` once `deadline` is reached, and perform what they
return, in order. The last command ever is Finish. What follows from an event is decided in
`on_carrier`, `on_phone`, `on_agent`, `on_operator` and `on_own`, on one `CallState`; here are
the timers.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, assert_never

from bridge import on_agent, on_carrier, on_operator, on_own, on_phone
from bridge.call_snapshot import CallSnapshot
from bridge.call_state import CallState
from bridge.commands import AskCarrier, Command, SendToAgent
from bridge.events import (
    AgentAudio,
    AgentClosed,
    AgentCorrected,
    AgentErred,
    AgentLost,
    AgentPinged,
    AgentReady,
    AgentSaid,
    AgentStirred,
    AgentUsedOwnTool,
    AnswerAsked,
    BusinessAudio,
    BusinessSaid,
    CancelAsked,
    CarrierLost,
    CustomerSaid,
    Dialed,
    DialFailed,
    DialUnanswered,
    Event,
    Interrupted,
    KeyPressed,
    MachineDetected,
    MarkReached,
    OperatorAudio,
    OperatorEnds,
    OperatorGone,
    OperatorHandsBack,
    OperatorKeys,
    OperatorSaid,
    OperatorTookOver,
    PhoneProgress,
    PhoneUnknown,
    ShutdownAsked,
    StreamStarted,
    StreamStopped,
    ToolAnswered,
    ToolCalled,
)
from bridge.phases import AgentState, Phase, StreamState
from bridge.phone_line import NO_NEWS, UNCONFIRMED_DIAL
from bridge.timings import CallTimings, Timer
from bridge.whispers import WRAP_UP, WRAP_UP_MEANWHILE
from data.call import Blame, CallEnding, EndCause, Speaker

_LONGEST_CATCH_UP_S: Final = 1.0
"""Silence that is owed for longer than this (the process slept) is not fed any more."""


class CallSession:
    """One attempt at a call, from the order to dial on."""

    def __init__(
        self,
        timings: CallTimings | None = None,
        closing_tool: str = "report_result",
        *,
        begins_at: float = 0.0,
    ) -> None:
        """`closing_tool`: with it the agent reports its result. `begins_at`: when this machine
        gets the call, in seconds since the order; above 0 another worker had it before.
        """
        self._timings = timings or CallTimings()
        self._call = CallState(self._timings, closing_tool, begins_at)
        self.playback = self._call.playback
        """To look at."""
        self._last_now = begins_at
        self._patience_s = self._timings.lead_ms / 2000

    @property
    def phase(self) -> Phase:
        """Where the call stands."""
        return self._call.phase

    @property
    def taken_over_by(self) -> str:
        """The operator who speaks instead of the agent; empty: nobody."""
        return self._call.takeover.operator

    @property
    def agent_live(self) -> bool:
        """Whether there is, or may still be, an agent to tell something to."""
        return self._call.agent is not AgentState.GONE

    def operator_is_away(self) -> bool:
        """Whether the operator who has the call broke off and anybody may step in."""
        return Timer.OPERATOR_GONE in self._call.timers

    def held_sound(self, now: float) -> bytes:
        """What the carrier holds and the business has not heard yet (µ-law, 8 kHz)."""
        return self._call.playback.held(now)

    def snapshot(self) -> CallSnapshot:
        """What can be seen of the call, as of the last event."""
        return self._call.snapshot(self._last_now)

    def receive(self, event: Event, now: float) -> tuple[Command, ...]:
        """Something happened; what to do about it, in order. Empty once the call has ended."""
        call = self._call
        if call.phase is Phase.ENDED:
            return ()
        if type(event) is BusinessAudio:  # nearly all there is
            on_carrier.business_audio(call, event, now)
        else:
            self._hear(event, now)
        return self._ordered(now)

    @property
    def simply_talks(self) -> bool:
        """Whether `pass_on` may be used. Only `receive` and `time_passed` can change that."""
        call = self._call
        return (
            call.phase is Phase.TALKING
            and call.stream is StreamState.OPEN
            and call.agent is AgentState.READY
            and not call.takeover.active
            and not call.timers.missing
        )

    def pass_on(self, event: BusinessAudio, now: float) -> str | None:
        """`receive` in two parts, for nearly all there is: the sound for the agent (base64, may be
        empty). No deadline comes nearer. `release` has to follow if `playback` owes any.

        None: this frame is to be received, nothing has followed from it yet."""
        call = self._call
        sound = call.uplink.straight_on(event)
        if sound is not None:
            self._last_now = call.timers.heard_at = now
        return sound

    def release(self, now: float) -> tuple[Command, ...]:
        """The second part: what the business is to be sent now."""
        self._call.release(now)
        return self._ordered(now)

    def _hear(self, event: Event, now: float) -> None:
        call = self._call
        match event:
            case (
                BusinessAudio()
                | MarkReached()
                | StreamStarted()
                | KeyPressed()
                | StreamStopped()
                | CarrierLost()
            ):
                on_carrier.hear(call, event, now)
            case (
                AgentAudio()
                | AgentPinged()
                | AgentStirred()
                | AgentReady()
                | Interrupted()
                | BusinessSaid()
                | AgentSaid()
                | AgentCorrected()
                | ToolCalled()
                | AgentUsedOwnTool()
                | AgentErred()
                | AgentClosed()
                | AgentLost()
            ):
                on_agent.hear(call, event, now)
            case (
                Dialed()
                | DialFailed()
                | DialUnanswered()
                | PhoneProgress()
                | PhoneUnknown()
                | AnswerAsked()
                | MachineDetected()
            ):
                on_phone.hear(call, event, now)
            case ToolAnswered() | CustomerSaid() | CancelAsked() | ShutdownAsked():
                on_own.hear(call, event, now)
            case (
                OperatorAudio()
                | OperatorSaid()
                | OperatorKeys()
                | OperatorTookOver()
                | OperatorHandsBack()
                | OperatorGone()
                | OperatorEnds()
            ):
                on_operator.hear(call, event, now)
            case _:
                assert_never(event)

    def latest(self) -> float | None:
        """How long a timer may sleep at most: `deadline`, but sound that is due can wait for the
        business's next frame, which nearly always comes first, for half of the lead."""
        at = self.deadline()
        if at is None or self._call.takeover.active:
            return at
        first = self._call.timers.first()
        patient = at + self._patience_s
        return patient if first is None else max(at, min(first[1], patient))

    def soonest(self) -> float:
        """A time that is never later than `latest`, without a search for it."""
        call = self._call
        wait, due = call.timers.soonest, call.playback.due_at
        if not call.takeover.operator:
            due += self._patience_s
        return due if due < wait else wait

    def deadline(self) -> float | None:
        """When `time_passed` is wanted, in seconds since the order; None once the call ended."""
        call = self._call
        first = call.timers.first()
        at = None if first is None else first[1]
        if call.stream is StreamState.OPEN:
            release_at = call.playback.deadline()
            if release_at is not None and (at is None or release_at < at):
                return release_at
        return at

    def time_passed(self, now: float) -> tuple[Command, ...]:
        """Time went by; what is due. Afterwards `deadline` lies in the future."""
        call = self._call
        if call.phase is Phase.ENDED:
            return ()
        call.release(now)
        while (first := call.timers.first()) is not None:
            timer, at = first
            if at > now:
                break
            del call.timers[timer]
            self._fire(timer, at, now)
        return self._ordered(now)

    def _ordered(self, now: float) -> tuple[Command, ...]:
        call = self._call
        self._last_now = now
        if call.phase is Phase.CLOSING:
            call.settle(now)
        if not call.out:
            return ()
        commands = tuple(call.out)
        call.out.clear()
        return commands

    def _fire(self, timer: Timer, at: float, now: float) -> None:
        call = self._call
        timings = self._timings
        match timer:
            case Timer.SILENCE:
                if call.agent_live:  # else an operator talks on without it
                    call.out.append(SendToAgent(call.uplink.silence(timings.silence_piece_s)))
                after = at if now - at < _LONGEST_CATCH_UP_S else now
                call.timers[Timer.SILENCE] = after + timings.silence_piece_s
            case Timer.SOUND_LOST:
                call.out.append(AskCarrier())
                call.timers.missed(now + timings.settle_s)
            case Timer.CARRIER_ANSWER:
                on_phone.sound_lost(call, now)
            case Timer.AGENT_STALL:
                on_agent.lost(call, f"no message for {timings.agent_stall_s:g} s", now)
            case Timer.AGENT_READY:
                on_agent.lost(call, f"not ready within {timings.agent_ready_s:g} s", now)
            case Timer.WRAP_UP:
                words = WRAP_UP_MEANWHILE if call.takeover.active else WRAP_UP
                sentence = words.format(seconds=timings.wrap_up_s)
                call.tell(sentence, sentence, Speaker.VOCERO, now)
            case Timer.TOO_LONG:
                call.decide(CallEnding(EndCause.TOO_LONG), now)
                call.end_line(now, report=True)
            case Timer.CANCEL:
                call.end_line(now, report=True)
            case Timer.OPERATOR_GONE:
                on_operator.hand_back(call, "", now)
            case Timer.STREAM:
                on_phone.never_heard(call, now)
            case Timer.REAP:
                self._reap(now)
            case Timer.LOOKUP:
                self._look_up(now)
            case Timer.WORDS:
                call.hang_up(now)
            case Timer.REPORT:
                call.close_agent()
            case Timer.LINE | Timer.APOLOGY | Timer.TOOLS | Timer.OPERATOR_SOUND:
                pass  # what follows is done whenever time passes: `settle`, `release`
            case _:
                assert_never(timer)

    def _reap(self, now: float) -> None:
        """No news of an unanswered call: callbacks get lost, so ask, and give up in the end."""
        call = self._call
        give_up_at = call.quiet_since + self._timings.reap_give_up_s
        if now >= give_up_at:
            call.decide(CallEnding(EndCause.NO_ANSWER, Blame.CARRIER, NO_NEWS), now)
            call.end_line(now)
            return
        call.out.append(AskCarrier())
        call.timers[Timer.REAP] = min(now + self._timings.reap_every_s, give_up_at)

    def _look_up(self, now: float) -> None:
        """Nobody knows whether the call was placed. It is never ordered again."""
        call = self._call
        if now < call.lookup_until:
            call.out.append(AskCarrier())
            call.timers[Timer.LOOKUP] = min(now + self._timings.lookup_every_s, call.lookup_until)
            return
        if call.line.heard_of:
            return
        call.decide(CallEnding(EndCause.DIAL_FAILED, Blame.CARRIER, UNCONFIRMED_DIAL), now)
        if call.ending is not None and not call.ending.detail:
            # Cancelled, and yet it may ring: whoever reads the ending must know.
            call.ending = replace(call.ending, detail=UNCONFIRMED_DIAL)
        call.begin_closing(now)
        call.drop_waits(Timer.LINE)

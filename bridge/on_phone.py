"""What follows from news of the phone call itself."""

from __future__ import annotations

from typing import assert_never

from bridge.call_state import CallState
from bridge.commands import AskCarrier
from bridge.events import (
    AnswerAsked,
    Dialed,
    DialFailed,
    DialUnanswered,
    MachineDetected,
    PhoneEvent,
    PhoneProgress,
    PhoneStatus,
    PhoneUnknown,
)
from bridge.phases import DIAL_PHASES, Phase, StreamState
from bridge.phone_line import NEVER_HEARD, SOUND_GONE, is_terminal
from bridge.timings import Timer
from data.call import Blame, CallEnding, EndCause, EntryKind


def hear(call: CallState, event: PhoneEvent, now: float) -> None:
    """News of the phone call, or the carrier's answer when we asked."""
    match event:
        case Dialed(call_sid):
            if not call.line.call_sid and call_sid:
                call.line.call_sid = call_sid
                call.drop_waits(Timer.LOOKUP)
                _news(call, now)
                call.hang_up_if_owed(now)
        case DialFailed(ending):
            _dial_failed(call, ending, now)
        case DialUnanswered(detail):
            call.trouble(Blame.CARRIER, detail, now)
            if not call.line.call_sid and not call.line.heard_of:
                call.lookup_until = now + call.timings.lookup_s
                call.timers[Timer.LOOKUP] = now + call.timings.lookup_every_s
                call.out.append(AskCarrier())
        case PhoneProgress():
            _progress(call, event, now)
        case PhoneUnknown():
            if Timer.CARRIER_ANSWER in call.timers:
                sound_lost(call, now)
        case AnswerAsked():
            call.line.heard_of = call.line.answered = True
            if call.phase is not Phase.CLOSING:
                call.answered(now)
                call.open_agent()
        case MachineDetected(verdict):
            call.note(EntryKind.MACHINE, verdict[:40], now)
            machine = verdict.startswith("machine") or verdict == "fax"
            if machine and call.phase is not Phase.CLOSING and not call.takeover.active:
                call.decide(CallEnding(EndCause.VOICEMAIL), now)
                call.end_line(now)
        case _:
            assert_never(event)


def _news(call: CallState, now: float) -> None:
    call.quiet_since = now
    if call.phase in DIAL_PHASES:
        call.timers[Timer.REAP] = now + call.timings.reap_after_s


def _dial_failed(call: CallState, ending: CallEnding, now: float) -> None:
    if call.line.call_sid or call.line.heard_of:
        # The carrier itself speaks of this call: its word counts more than a failed request.
        call.trouble(ending.blame or Blame.CARRIER, ending.detail, now)
        return
    call.decide(ending, now)
    call.begin_closing(now)
    call.drop_waits(Timer.LINE, Timer.LOOKUP)


def _progress(call: CallState, event: PhoneProgress, now: float) -> None:
    if call.line.moved(event.status, event.sip_code):
        if is_terminal(event.status):
            _over(call, event.status, now)
            return
        _news(call, now)
    if Timer.CARRIER_ANSWER in call.timers:
        sound_lost(call, now)
    elif call.phase in DIAL_PHASES:
        if event.status is PhoneStatus.IN_PROGRESS:
            call.answered(now)
        elif event.status is PhoneStatus.RINGING and call.phase is Phase.DIALING:
            call.move(Phase.RINGING, now)


def _over(call: CallState, status: PhoneStatus, now: float) -> None:
    if call.phase is Phase.CLOSING:
        call.line_gone(now)
        call.drop_waits(Timer.APOLOGY, Timer.LOOKUP)
    elif call.stream is StreamState.OPEN:
        call.line_gone(now)
    else:
        completed = status is PhoneStatus.COMPLETED
        call.begin_closing(now)
        call.close_agent()
        if completed and call.ending is None:
            # Only an answered call is "completed", so the news of the answer may be on its way.
            call.timers[Timer.LINE] = now + call.timings.straggler_s


def sound_lost(call: CallState, now: float) -> None:
    """The business's sound stays away although the call lives, or nobody knows better."""
    call.decide(CallEnding(EndCause.CARRIER_LOST, Blame.CARRIER, SOUND_GONE), now)
    call.end_line(now, report=True)


def never_heard(call: CallState, now: float) -> None:
    """The call was answered and its media stream stays away."""
    call.decide(CallEnding(EndCause.CARRIER_LOST, Blame.CARRIER, NEVER_HEARD), now)
    call.end_line(now)

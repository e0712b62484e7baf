"""What follows from an operator who listens: hints, keys, the end, and speaking instead of the
agent.

While an operator has the call the agent goes on hearing the business, but nobody hears the agent:
its sound is dropped, its words stay out of the transcript, its tools are refused. Its end does not
end the call. The line's end, the longest duration and a shutdown end it as ever. A cancellation
by the customer leaves the operator `operator_cancel_s` for the goodbye, and no takeover extends
it. An answering machine's verdict ends nothing: a person is on the line who hears better.
"""

from __future__ import annotations

from typing import Final, assert_never

from bridge.call_state import CallState
from bridge.events import (
    OperatorAudio,
    OperatorEnds,
    OperatorEvent,
    OperatorGone,
    OperatorHandsBack,
    OperatorKeys,
    OperatorSaid,
    OperatorTookOver,
)
from bridge.phases import LIVE_PHASES, AgentState, Phase
from bridge.timings import Timer
from bridge.tool_desk import BadKeys, keys_to_press
from bridge.whispers import (
    CANCELLED,
    ENDED_BY_OPERATOR,
    MOST_QUOTED,
    TAKEN_OVER,
    from_operator,
    handed_back,
    keys_by_operator,
)
from data.call import Blame, CallEnding, EndCause, EntryKind, Speaker

MOST_NAME: Final = 40
ENDED: Final = CallEnding(EndCause.CANCELLED, detail="an operator ended the call")


def hear(call: CallState, event: OperatorEvent, now: float) -> None:
    """An operator did something."""
    match event:
        case OperatorAudio(sound):
            if call.takeover.active:
                call.voice.speak(sound, now)
                call.release(now)
        case OperatorSaid(text):
            if call.phase is not Phase.CLOSING:
                call.tell(from_operator(text), text[:MOST_QUOTED], Speaker.OPERATOR, now)
        case OperatorKeys(digits):
            _press(call, digits, now)
        case OperatorTookOver(operator):
            _take_over(call, operator[:MOST_NAME], now)
        case OperatorHandsBack(summary):
            hand_back(call, summary[:MOST_QUOTED], now)
        case OperatorGone():
            if call.takeover.active:
                call.timers[Timer.OPERATOR_GONE] = now + call.timings.operator_gone_s
        case OperatorEnds(at_once):
            if at_once:
                _end_at_once(call, now)
            else:
                _end_politely(call, now)
        case _:
            assert_never(event)


def agent_left(call: CallState, ending: CallEnding, now: float) -> None:
    """The agent's conversation is over while an operator has the call: the line stays up."""
    call.takeover.agent_left = ending
    call.trouble(Blame.AGENT, f"{ending.detail}; the operator has the call", now)


def hand_back(call: CallState, summary: str, now: float) -> None:
    """The agent speaks again; of what it said meanwhile nothing is heard, not even a rest."""
    if not call.takeover.active:
        return
    call.voice.flush()
    call.takeover.over()
    call.drop_waits(Timer.OPERATOR_GONE, Timer.OPERATOR_SOUND)
    call.out.extend(call.downlink.interrupt(call.newest_id, now))
    call.note(EntryKind.HANDED_BACK, summary, now, Speaker.OPERATOR)
    if call.agent is not AgentState.READY:
        left = call.takeover.agent_left
        detail = left.detail if left is not None else "the agent is gone"
        blame = (left.blame if left is not None else None) or Blame.AGENT
        call.lose_agent(f"{detail}, so nobody could take the call back", now, blame)
        return
    told = handed_back(call.takeover.said, call.takeover.left_out, summary)
    call.tell(told, told, Speaker.VOCERO, now)
    until = call.timers.get(Timer.CANCEL)
    if until is not None:
        call.tell(CANCELLED, CANCELLED, Speaker.VOCERO, now)
        call.timers[Timer.CANCEL] = min(until, now + call.timings.cancel_s)
    call.release(now)


def _take_over(call: CallState, operator: str, now: float) -> None:
    takeover = call.takeover
    if call.phase is not Phase.TALKING or not operator:
        return
    away = Timer.OPERATOR_GONE in call.timers
    if takeover.active and not away and takeover.operator != operator:
        return
    call.drop_waits(Timer.OPERATOR_GONE)
    if takeover.active:
        if takeover.operator != operator:
            takeover.operator = operator
            call.note(EntryKind.TAKEN_OVER, operator, now, Speaker.OPERATOR)
        return
    takeover.begin(operator)
    call.answers.forget()
    # Whatever the agent meant to end has not ended: somebody speaks on.
    call.agent_said_goodbye = False
    call.out.extend(call.downlink.interrupt(call.newest_id, now))
    call.release(now)
    call.note(EntryKind.TAKEN_OVER, operator, now, Speaker.OPERATOR)
    call.tell(TAKEN_OVER, TAKEN_OVER, Speaker.VOCERO, now)


def _press(call: CallState, digits: str, now: float) -> None:
    if call.phase not in LIVE_PHASES:
        return
    try:
        digits, tones = keys_to_press({"digits": digits})
    except BadKeys as error:
        call.trouble(Blame.OURS, f"an operator's keys were not pressed: {error}", now)
        return
    call.downlink.admit_tones(tones)
    call.note(EntryKind.KEYS, digits, now, Speaker.OPERATOR)
    call.tell(keys_by_operator(digits), digits, Speaker.OPERATOR, now)
    call.release(now)


def _end_politely(call: CallState, now: float) -> None:
    if call.phase is Phase.CLOSING:
        return
    call.decide(ENDED, now)
    if call.phase is not Phase.TALKING:
        call.end_line(now)
    elif call.takeover.active:
        # Whoever has the call has said goodbye: that is heard to its end.
        call.voice.flush()
        call.release(now)
        call.finish_words(now)
        call.ask_for_report(now)
    elif Timer.CANCEL not in call.timers:
        call.tell(ENDED_BY_OPERATOR, ENDED_BY_OPERATOR, Speaker.OPERATOR, now)
        call.timers[Timer.CANCEL] = now + call.timings.cancel_s


def _end_at_once(call: CallState, now: float) -> None:
    if call.phase is not Phase.CLOSING:
        call.decide(ENDED, now)
        call.end_line(now, report=call.phase is Phase.TALKING)
    elif call.timers.keys() & {Timer.WORDS, Timer.APOLOGY}:
        # It was ending already, with last words that are not wanted any more.
        call.downlink.forget(now)
        call.drop_waits(Timer.WORDS, Timer.APOLOGY)
        call.hang_up(now)

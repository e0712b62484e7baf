"""What follows from the agent's conversation."""

from __future__ import annotations

from typing import Final, assert_never

from audio.formats import parse_format
from bridge import on_operator
from bridge.call_state import CallState
from bridge.commands import AnswerTool, Pong, RunTool, SendToAgent
from bridge.events import (
    AgentAudio,
    AgentClosed,
    AgentCorrected,
    AgentErred,
    AgentEvent,
    AgentLost,
    AgentPinged,
    AgentReady,
    AgentSaid,
    AgentStirred,
    AgentUsedOwnTool,
    BusinessSaid,
    Interrupted,
    ToolCalled,
)
from bridge.phases import LIVE_PHASES, AgentState, Phase
from bridge.timings import Timer
from bridge.tool_desk import PRESS_KEYS, BadKeys, in_short, keys_answer, keys_to_press
from bridge.whispers import TOOL_REFUSED
from data.call import Blame, CallEnding, EndCause, EntryKind, Speaker

MOST_NOTED: Final = 4000
"""Characters of one turn that the timeline keeps."""


def hear(call: CallState, event: AgentEvent, now: float) -> None:
    """Something came from the agent; nothing does once its conversation is over."""
    if not call.agent_live:
        return
    if call.agent is AgentState.READY and call.phase is not Phase.CLOSING:
        call.timers[Timer.AGENT_STALL] = now + call.timings.agent_stall_s
    match event:
        case AgentAudio(event_id, sound):
            if event_id > call.newest_id:
                call.newest_id = event_id
            if call.takeover.active:
                call.takeover.muted_pieces += 1
            elif call.agent is AgentState.READY and call.phase in LIVE_PHASES:
                call.downlink.admit(event_id, sound, now)
                call.release(now)
        case AgentPinged(event_id):
            call.out.append(Pong(event_id))
        case Interrupted(event_id):
            call.out.extend(call.downlink.interrupt(event_id, now))
            call.release(now)
            if not call.takeover.active:  # nobody heard what was interrupted
                call.note(EntryKind.INTERRUPTED, f"up to {event_id}", now, Speaker.BUSINESS)
        case BusinessSaid() | AgentSaid() | AgentCorrected():
            _words(call, event, now)
        case ToolCalled():
            _tool_called(call, event, now)
        case AgentUsedOwnTool(name):
            _own_tool(call, name, now)
        case AgentReady():
            _ready(call, event, now)
        case AgentErred(detail):
            call.trouble(Blame.AGENT, detail[:MOST_NOTED], now)
        case AgentClosed():
            call.agent_gone()
            _finished(call, now)
        case AgentLost(detail, blame):
            call.agent_gone()
            lost(call, detail, now, blame)
        case AgentStirred():
            pass
        case _:
            assert_never(event)


def lost(call: CallState, detail: str, now: float, blame: Blame = Blame.AGENT) -> None:
    """The agent failed; after its goodbye that changes nothing."""
    if call.takeover.active:
        call.close_agent()
        on_operator.agent_left(call, CallEnding(EndCause.AGENT_LOST, blame, detail), now)
    elif call.agent_said_goodbye and call.phase is Phase.TALKING:
        call.trouble(Blame.AGENT, detail, now)
        call.close_agent()
        _finished(call, now)
    else:
        call.lose_agent(detail, now, blame)


def _words(call: CallState, event: BusinessSaid | AgentSaid | AgentCorrected, now: float) -> None:
    """What was said. Words that an operator's speaking kept from being heard are not noted: they
    would read as if the business had answered them."""
    text = event.text[:MOST_NOTED]
    takeover = call.takeover
    match event:
        case BusinessSaid():
            call.note(EntryKind.SAID, text, now, Speaker.BUSINESS)
            if takeover.active:
                takeover.business_said(text)
            elif call.phase is Phase.TALKING:
                call.answers.asked(call.newest_id, now)
        case AgentSaid():
            takeover.words_unheard = takeover.active
            if not takeover.active:
                call.note(EntryKind.SAID, text, now, Speaker.AGENT)
        case AgentCorrected():
            if not takeover.words_unheard:
                call.note(EntryKind.CORRECTED, text, now, Speaker.AGENT)
        case _:
            assert_never(event)


def _own_tool(call: CallState, name: str, now: float) -> None:
    call.note(EntryKind.TOOL_CALLED, name, now, Speaker.AGENT)
    if call.takeover.active:
        return
    if name == "end_call":
        call.agent_said_goodbye = True
    elif name == "voicemail_detection":
        call.agent_said_goodbye = True
        call.decide(CallEnding(EndCause.VOICEMAIL), now)


def _ready(call: CallState, event: AgentReady, now: float) -> None:
    if call.agent is not AgentState.OPENING:
        return
    try:
        hears = parse_format(event.hears_format)
        speaks = parse_format(event.speaks_format)
    except ValueError as error:
        call.lose_agent(f"the agent announced a format we cannot use: {error}", now)
        return
    call.agent = AgentState.READY
    call.conversation_id = event.conversation_id
    call.hears_format, call.speaks_format = event.hears_format, event.speaks_format
    call.timers[Timer.AGENT_STALL] = now + call.timings.agent_stall_s
    call.downlink.announce(speaks)
    call.out.extend(SendToAgent(sound) for sound in call.uplink.announce(hears) if sound)
    call.tell_kept(now)
    call.talk_if_ready(now)


def _finished(call: CallState, now: float) -> None:
    """The agent's conversation ended in order."""
    if call.takeover.active:
        detail = "the agent has closed its conversation"
        ending = CallEnding(EndCause.AGENT_LOST, Blame.AGENT, detail)
        on_operator.agent_left(call, ending, now)
    elif call.phase is Phase.TALKING:
        call.decide(CallEnding(EndCause.AGENT_FINISHED), now)
        call.downlink.flush()
        call.release(now)
        call.finish_words(now)
    elif call.phase is not Phase.CLOSING:
        call.lose_agent("the agent closed before the call could be talked", now)


def _tool_called(call: CallState, event: ToolCalled, now: float) -> None:
    if call.takeover.active:
        _refuse_tool(call, event, now)
        return
    if not call.desk.called(event.tool_call_id, event.name, now):
        return
    noted = in_short(event.name, dict(event.parameters))
    call.note(EntryKind.TOOL_CALLED, noted, now, Speaker.AGENT)
    if event.name != PRESS_KEYS:
        call.out.append(RunTool(event.tool_call_id, event.name, event.parameters))
        return
    try:
        if call.phase not in LIVE_PHASES:
            raise BadKeys("the phone call is over, no keys can be pressed")
        digits, tones = keys_to_press(event.parameters)
    except BadKeys as error:
        answer(call, event.tool_call_id, str(error), True, now)
        return
    call.downlink.admit_tones(tones)
    call.note(EntryKind.KEYS, digits, now, Speaker.AGENT)
    call.release(now)
    answer(call, event.tool_call_id, keys_answer(digits), False, now)


def _refuse_tool(call: CallState, event: ToolCalled, now: float) -> None:
    """Nothing runs, and nothing counts as reported, while an operator has the call."""
    if not call.desk.refused(event.tool_call_id):
        return
    called = in_short(event.name, dict(event.parameters))
    call.note(EntryKind.TOOL_CALLED, called, now, Speaker.AGENT)
    told = in_short(event.name, TOOL_REFUSED)
    call.note(EntryKind.TOOL_ANSWERED, told, now, Speaker.VOCERO)
    call.out.append(AnswerTool(event.tool_call_id, TOOL_REFUSED, True))


def answer(call: CallState, tool_call_id: str, result: str, is_error: bool, now: float) -> None:
    """A tool's answer, for the agent if it is still there."""
    name = call.desk.answered(tool_call_id, is_error)
    if name is None:
        return
    call.note(EntryKind.TOOL_ANSWERED, in_short(name, result), now, Speaker.VOCERO)
    if call.agent_live:
        call.out.append(AnswerTool(tool_call_id, result, is_error))

"""What follows from our own side: tools, the customer, an operator, the process."""

from __future__ import annotations

from typing import assert_never

from bridge import on_agent
from bridge.call_state import CallState
from bridge.events import (
    CancelAsked,
    CustomerSaid,
    OperatorSaid,
    OwnEvent,
    ShutdownAsked,
    ToolAnswered,
)
from bridge.phases import Phase
from bridge.timings import Timer
from bridge.whispers import CANCELLED, MOST_QUOTED, from_customer, from_operator
from data.call import CallEnding, EndCause, Speaker


def hear(call: CallState, event: OwnEvent, now: float) -> None:
    """Something came from our own side."""
    match event:
        case ToolAnswered(tool_call_id, result, is_error):
            on_agent.answer(call, tool_call_id, result, is_error, now)
        case CustomerSaid(text):
            if call.phase is not Phase.CLOSING:
                call.tell(from_customer(text), text[:MOST_QUOTED], Speaker.CUSTOMER, now)
        case OperatorSaid(text):
            if call.phase is not Phase.CLOSING:
                call.tell(from_operator(text), text[:MOST_QUOTED], Speaker.VOCERO, now)
        case CancelAsked():
            _cancel(call, now)
        case ShutdownAsked():
            call.shut_down(now)
        case _:
            assert_never(event)


def _cancel(call: CallState, now: float) -> None:
    if call.phase is Phase.CLOSING:
        return
    call.decide(CallEnding(EndCause.CANCELLED), now)
    if call.phase is not Phase.TALKING:
        call.end_line(now)
    elif Timer.CANCEL not in call.timers:
        call.tell(CANCELLED, CANCELLED, Speaker.VOCERO, now)
        call.timers[Timer.CANCEL] = now + call.timings.cancel_s

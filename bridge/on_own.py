"""What follows from our own side: tools, the customer, the process."""

from __future__ import annotations

from typing import assert_never

from bridge import on_agent
from bridge.call_state import CallState
from bridge.events import (
    CancelAsked,
    CustomerSaid,
    OwnEvent,
    ShutdownAsked,
    ToolAnswered,
)
from bridge.phases import Phase
from bridge.timings import Timer
from bridge.whispers import CANCELLED, CANCELLED_MEANWHILE, MOST_QUOTED, from_customer
from data.call import Blame, CallEnding, EndCause, Speaker


def hear(call: CallState, event: OwnEvent, now: float) -> None:
    """Something came from our own side."""
    match event:
        case ToolAnswered(tool_call_id, result, is_error):
            on_agent.answer(call, tool_call_id, result, is_error, now)
        case CustomerSaid(text):
            if call.phase is not Phase.CLOSING:
                call.tell(from_customer(text), text[:MOST_QUOTED], Speaker.CUSTOMER, now)
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
    elif Timer.CANCEL in call.timers:
        return
    elif call.takeover.active:
        # The operator reads this in the timeline, and gets the time for a goodbye.
        patience_s = call.timings.operator_cancel_s
        detail = f"the request is cancelled; the operator has {patience_s:g} s to say goodbye"
        call.trouble(Blame.CUSTOMER, detail, now)
        call.tell(CANCELLED_MEANWHILE, CANCELLED_MEANWHILE, Speaker.VOCERO, now)
        call.timers[Timer.CANCEL] = now + patience_s
    else:
        call.tell(CANCELLED, CANCELLED, Speaker.VOCERO, now)
        call.timers[Timer.CANCEL] = now + call.timings.cancel_s

"""One thing that happens to a call, as it waits its turn and as the recorder is told of it."""

from __future__ import annotations

from bridge.events import (
    AgentClosed,
    AgentLost,
    CarrierLost,
    Event,
    PhoneProgress,
    StreamStopped,
)
from bridge.recorder import CallRecorder

Input = tuple[str, str, Event | None]
"""Source: "carrier" or "agent" when it came as websocket text, else ""; that text; and the event
for the session to hear, or None when a deadline has passed."""

IN_TURNS = (StreamStopped, CarrierLost, AgentClosed, AgentLost, PhoneProgress, type(None))
"""What may happen to many calls in one moment; None is a deadline. See `bridge.turns`."""


def record(recorder: CallRecorder, now: float, happening: Input) -> None:
    """Write it down, right before the session hears it."""
    source, text, event = happening
    if event is None:
        recorder.deadline_fired(now)
    elif source == "carrier":
        recorder.carrier_said(now, text)
    elif source == "agent":
        recorder.agent_said(now, text)
    else:
        recorder.happened(now, event)

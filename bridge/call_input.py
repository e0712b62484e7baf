"""One thing that happens to a call, as it is told to the session and to the recorder."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.events import Event
from bridge.recorder import CallRecorder


@dataclass(frozen=True, slots=True)
class Input:
    """One thing for the session to hear; an event of None means that a deadline has passed."""

    source: str
    """"carrier" or "agent" when it came as websocket text, else ""."""
    text: str
    event: Event | None

    def record(self, recorder: CallRecorder, now: float) -> None:
        """Write it down, right before the session hears it."""
        if self.event is None:
            recorder.deadline_fired(now)
        elif self.source == "carrier":
            recorder.carrier_said(now, self.text)
        elif self.source == "agent":
            recorder.agent_said(now, self.text)
        else:
            recorder.happened(now, self.event)

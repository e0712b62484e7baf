"""What is known of a call once it is over."""

from __future__ import annotations

from collections.abc import Iterable

from bridge.call_snapshot import CallSnapshot
from data.call import CallEnding, CallOrder, CallReport, EntryKind, TimelineEntry


def measured(figures: Iterable[tuple[str, int]], now: float) -> list[TimelineEntry]:
    """Figures as lines of the timeline."""
    return [TimelineEntry(now, EntryKind.MEASURED, f"{name}={value}") for name, value in figures]


def call_report(
    order: CallOrder,
    call_sid: str,
    seen: CallSnapshot,
    ending: CallEnding,
    talked_s: float,
    timeline: tuple[TimelineEntry, ...],
) -> CallReport:
    """The report. `seen`: the call as it was last; `talked_s`: how long its stream was open."""
    return CallReport(
        attempt_id=order.attempt_id,
        ending=ending,
        call_sid=call_sid,
        conversation_id=seen.conversation_id,
        answered=seen.answered,
        talked_s=round(talked_s, 3),
        timeline=timeline,
    )

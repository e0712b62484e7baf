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
    stream_until: float,
    timeline: tuple[TimelineEntry, ...],
) -> CallReport:
    """The report. `seen`: the call as it was last; `stream_until`: when its stream ended, if there
    was one (seconds since the order)."""
    since = seen.stream_started_at
    return CallReport(
        attempt_id=order.attempt_id,
        ending=ending,
        call_sid=call_sid,
        conversation_id=seen.conversation_id,
        answered=seen.answered,
        talked_s=0.0 if since is None else round(max(0.0, stream_until - since), 3),
        timeline=timeline,
    )

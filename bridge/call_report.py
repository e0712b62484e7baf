"""What is written down of a call while it is on, and what is known once it is over."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bridge.call_snapshot import CallSnapshot
from data.call import (
    Blame,
    CallEnding,
    CallOrder,
    CallReport,
    EndCause,
    EntryKind,
    TimelineEntry,
)

MAX_TIMELINE = 2000


class CallStory:
    """The timeline of one call as it grows, and the report that it ends in."""

    def __init__(self, order: CallOrder, noted: Callable[[str, TimelineEntry], None]) -> None:
        """`noted` is told (attempt id, entry) of each entry, also of those beyond the last that is
        kept."""
        self._order = order
        self._noted = noted
        self._timeline: list[TimelineEntry] = []
        self._stream_until: float | None = None

    @property
    def timeline(self) -> tuple[TimelineEntry, ...]:
        """What has happened so far."""
        return tuple(self._timeline)

    def note(self, entry: TimelineEntry) -> None:
        """One more line."""
        if len(self._timeline) < MAX_TIMELINE:
            self._timeline.append(entry)
        self._noted(self._order.attempt_id, entry)

    def trouble(self, detail: str, now: float) -> None:
        """A line about what went wrong after the call machine's last word; "" for nothing."""
        if detail:
            self.note(TimelineEntry(now, EntryKind.TROUBLE, detail))

    def stream_ended(self, now: float) -> None:
        """No sound is exchanged any more; only the first time counts."""
        if self._stream_until is None:
            self._stream_until = now

    def report(
        self, call_sid: str, seen: CallSnapshot, ending: CallEnding, dropped: int, now: float
    ) -> CallReport:
        """The end of it. `seen`: the call as it was last; `dropped`: see AgentSocket."""
        until = now if self._stream_until is None else self._stream_until
        if seen.stream_started_at is not None:
            for figure in measured((*seen.figures(), ("uplink_dropped", dropped)), now):
                self.note(figure)
        return call_report(self._order, call_sid, seen, ending, until, self.timeline)


def ended_by_defect(error: Exception) -> CallEnding:
    """A fault of ours broke into this call; the others go on."""
    detail = f"a defect of Vocero ended the call ({type(error).__name__})"
    return CallEnding(EndCause.SHUTDOWN, Blame.OURS, detail)


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

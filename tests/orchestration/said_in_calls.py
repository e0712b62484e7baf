"""Calls in which given words were said, an errand, and the agent's usual claim."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from data.call import (
    Blame,
    BookingReading,
    CallEnding,
    CallReport,
    CallResult,
    EndCause,
    EntryKind,
    OutcomeStatus,
    Speaker,
    TimelineEntry,
)
from data.errand import Errand, Preferences
from data.place import PlaceInfo

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=ZoneInfo("America/Argentina/Buenos_Aires"))
"""A Wednesday."""
ERRAND = Errand(
    errand_id="e",
    customer="whatsapp:+5491150000001",
    customer_name="Lu",
    language="es",
    business=PlaceInfo(id="1", name="Peluquería Ana", phone="+541140000101"),
    service="corte",
    request="",
    preferences=Preferences("mañana", "a las 5", "2026-11-26", "17:00", "17:00"),
)
CLAIM = CallResult(status=OutcomeStatus.BOOKED, date="mañana", time="a las 5 de la tarde")
AGREES = BookingReading(agreed=True, quotes=())
"""What a second reader says who believes everything: the code alone stands against a lie then."""


def call(
    *lines: str,
    cause: EndCause = EndCause.AGENT_FINISHED,
    blame: Blame | None = None,
    detail: str = "",
) -> CallReport:
    """A call in which these words were said: "A:" the agent, "B:" the business."""
    speakers = {"A": Speaker.AGENT, "B": Speaker.BUSINESS}
    timeline = tuple(
        TimelineEntry(float(at), EntryKind.SAID, line[2:].strip(), speakers[line[0]])
        for at, line in enumerate(lines)
    )
    return CallReport("a", CallEnding(cause, blame, detail), timeline=timeline)

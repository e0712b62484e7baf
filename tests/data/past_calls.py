"""Calls with an errand, words and an end, to be found and erased."""

from __future__ import annotations

from data.call import (
    CallEnding,
    CallReport,
    CallResult,
    EndCause,
    EntryKind,
    OutcomeStatus,
    Quote,
    Speaker,
    TimelineEntry,
)
from data.errand import Errand, Preferences
from data.place import PlaceInfo
from data.record_json import errand_to_json
from data.store import Attempt, CallFilter, OutgoingMessage, Store, Turn

ANA = "whatsapp:+5491150000001"
BEA = "whatsapp:+5491150000002"
PLACE = "+541140000101"


def ordered(
    name: str,
    at: float,
    *,
    customer: str = ANA,
    customer_name: str = "Lucía",
    number: str = PLACE,
    business: str = "Peluquería Ñandú",
    service: str = "corte de pelo",
    request: str = "con José, si puede ser",
    errand_id: str = "",
) -> Attempt:
    """An attempt with an errand in full."""
    errand_id = errand_id or f"errand-of-{name}"
    place = PlaceInfo(id=f"place-of-{name}", name=business, phone=number)
    errand = Errand(
        errand_id, customer, customer_name, "es", place, service, request, Preferences()
    )
    return Attempt(
        name, errand_id, customer, number, business, errand_to_json(errand), created_at=at
    )


async def end(
    store: Store,
    name: str,
    at: float,
    *,
    customer: str = ANA,
    result: CallResult | None = None,
    said: str = "Peluquería, ¿qué tal?",
    answer_ms: tuple[str, ...] = (),
    outgoing: tuple[OutgoingMessage, ...] = (),
    quote: Quote | None = None,
    talked_s: float = 60.0,
) -> None:
    """Its end, with what the business said and what was measured."""
    report = CallReport(
        name,
        CallEnding(EndCause.AGENT_FINISHED),
        call_sid=f"CA-{name}",
        answered=True,
        talked_s=talked_s,
        timeline=(
            TimelineEntry(1.0, EntryKind.PHASE, "talking"),
            TimelineEntry(2.5, EntryKind.SAID, said, Speaker.BUSINESS),
            *(TimelineEntry(3.0, EntryKind.MEASURED, each) for each in answer_ms),
        ),
    )
    result = result or CallResult(status=OutcomeStatus.BOOKED)
    assert await store.end_attempt(report, result, Turn(customer, outgoing=outgoing), at, quote)


async def found(
    store: Store, text: str = "", *, before: str | None = None, limit: int = 50
) -> list[str]:
    """Attempt ids of the calls that have these words."""
    calls = await store.find_calls(CallFilter(text=text), before=before, limit=limit)
    return [each.attempt.attempt_id for each in calls]

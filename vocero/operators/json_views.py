"""Records as the pages get them: plain JSON values, people masked. Pure.

Names become initials and numbers are masked here and nowhere else; what was said in a call is shown
as it was said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from bridge.phases import Phase
from data.call import CallOrder, EntryKind, TimelineEntry
from data.errand import Errand
from data.record_json import errand_from_json
from data.store import AuditEntry, CallRecord
from vocero.operators.words import masked_person

Json = dict[str, Any]


class Live(Protocol):
    """What is shown of a call that is on (vocero.operators.calls.Seen fits)."""

    @property
    def phase(self) -> Phase: ...
    @property
    def taken_over_by(self) -> str: ...


_MEASURED = re.compile(r"([a-z_]{1,40})=(-?[0-9]{1,12})", re.ASCII)
ANSWER_MS = "answer_ms"


@dataclass(frozen=True, slots=True)
class People:
    """Who takes part in a call, in full."""

    business_name: str
    business_number: str
    customer_name: str
    customer_number: str

    def masked(self) -> Json:
        """For everybody who is logged in."""
        return {
            "business": masked_person(self.business_name, self.business_number),
            "customer": masked_person(self.customer_name, self.customer_number),
        }

    def revealed(self) -> Json:
        """For whoever asked to see it, which is written down."""
        return {
            "business": {"name": self.business_name, "number": self.business_number},
            "customer": {"name": self.customer_name, "number": self.customer_number},
        }


def people_of_order(order: CallOrder) -> People:
    """Of a call that is on: the agent was told all of it, but for the customer's number."""
    variables = order.variables
    return People(
        business_name=str(variables.get("business_name", "")),
        business_number=order.to_number,
        customer_name=str(variables.get("customer_name", "")),
        customer_number=next(iter(order.secret_numbers), ""),
    )


def people_of_record(record: CallRecord, errand: Errand | None) -> People:
    """Of a call as it is kept."""
    attempt = record.attempt
    return People(
        business_name=attempt.business_name,
        business_number=attempt.to_number,
        customer_name="" if errand is None else errand.customer_name,
        customer_number=attempt.customer.removeprefix("whatsapp:"),
    )


def errand_of(record: CallRecord) -> Errand | None:
    """What was to be arranged; None once it is erased."""
    try:
        return errand_from_json(record.attempt.errand_json)
    except ValueError:
        return None


def act_json(entry: AuditEntry) -> Json:
    """One act of an operator."""
    return {
        "at": entry.at,
        "operator": entry.operator,
        "act": entry.act,
        "call": entry.attempt_id,
        "detail": entry.detail,
        "number": entry.number,
    }


def entry_json(entry: TimelineEntry) -> Json:
    """One line of a timeline."""
    return {
        "at_s": round(entry.at_s, 3),
        "kind": str(entry.kind),
        "speaker": None if entry.speaker is None else str(entry.speaker),
        "text": entry.text,
    }


def summary_json(record: CallRecord, *, live: bool, has_sound: bool) -> Json:
    """A call in a list."""
    errand, report, result = errand_of(record), record.report, record.result
    return {
        "id": record.attempt.attempt_id,
        "created_at": record.attempt.created_at,
        "ended_at": record.ended_at,
        "live": live,
        **people_of_record(record, errand).masked(),
        "service": "" if errand is None else errand.service,
        "status": None if result is None else str(result.status),
        "date": None if result is None else result.date,
        "time": None if result is None else result.time,
        "talked_s": None if report is None else report.talked_s,
        "has_sound": has_sound,
    }


def full_json(
    record: CallRecord,
    live: Live | None,
    entries: Iterable[TimelineEntry],
    *,
    sound_began: float | None,
    acts: Iterable[AuditEntry],
) -> Json:
    """One call with everything that was said. `entries` is its timeline as far as it is known."""
    lines = tuple(entries)
    errand, report, quote = errand_of(record), record.report, record.quote
    result = record.result
    ending = None
    if report is not None:
        blame = report.ending.blame
        ending = {
            "cause": str(report.ending.cause),
            "blame": None if blame is None else str(blame),
            "detail": report.ending.detail,
        }
    return {
        **summary_json(record, live=live is not None, has_sound=sound_began is not None),
        "wanted": "" if errand is None else wanted_words(errand),
        "phase": "ended" if live is None else str(live.phase),
        "ending": ending,
        "result": None if result is None else result.model_dump(mode="json"),
        "quote": None if quote is None else {"text": quote.text, "at_s": round(quote.at_s, 3)},
        "entries": [entry_json(entry) for entry in lines],
        "sound_began": sound_began,
        "figures": figures_of(lines),
        "acts": [act_json(entry) for entry in acts],
        "taken_over_by": "" if live is None else live.taken_over_by,
    }


def wanted_words(errand: Errand) -> str:
    """The errand on one line, in whatever language the customer wrote."""
    when = errand.preferences
    days = _span(when.date, when.date_until) or when.date_heard
    times = _span(when.time_from, when.time_until) or when.time_heard
    parts = (errand.service, errand.request, days, times, when.professional)
    return " · ".join(part for part in parts if part)


def _span(first: str, last: str) -> str:
    return f"{first or '…'} – {last}" if last and last != first else first


def measured(entry: TimelineEntry) -> tuple[str, int] | None:
    """The name and value of a figure in a timeline, or None for any other entry."""
    if entry.kind is not EntryKind.MEASURED:
        return None
    found = _MEASURED.fullmatch(entry.text)
    return None if found is None else (found[1], int(found[2]))


def figures_of(entries: Iterable[TimelineEntry]) -> Json:
    """Every figure by its name, the last value of each; of how fast the agent answered, all."""
    figures: Json = {ANSWER_MS: []}
    for entry in entries:
        match measured(entry):
            case (name, value) if name == ANSWER_MS:
                figures[ANSWER_MS].append(value)
            case (name, value):
                figures[name] = value
            case None:
                pass
    return figures

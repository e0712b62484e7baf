"""`vocero show` and `vocero calls` tell a call as it was: whose words, how wanted, how ended."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

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
from data.store import Attempt, CallRecord
from vocero.history import call_as_json, print_call, print_calls

NUMBER = "+541140001701"
WORDS = "Sí, te anoto mañana a las cinco con Ana [bold]"
ERRAND = Errand(
    errand_id="e1",
    customer="whatsapp:+5491140009001",
    customer_name="Lucía",
    language="es",
    business=PlaceInfo(id="p1", name="Peluquería Ana", phone=NUMBER),
    service="corte",
    request="",
    preferences=Preferences(
        date="2026-12-01",
        date_until="2026-12-03",
        time_from="17:00",
        time_until="19:00",
        professional="Ana",
    ),
    others=(PlaceInfo(id="p2", name="Salón Sur", phone="+541140001702"),),
)
ORDERED = CallRecord(
    Attempt("a" * 32, "e1", ERRAND.customer, NUMBER, "Peluquería Ana", errand_to_json(ERRAND), 1e9)
)
BOOKED = replace(
    ORDERED,
    report=CallReport(
        "a" * 32,
        CallEnding(EndCause.AGENT_FINISHED),
        talked_s=21.4,
        timeline=(TimelineEntry(12.34, EntryKind.SAID, WORDS, Speaker.BUSINESS),),
    ),
    result=CallResult(status=OutcomeStatus.BOOKED, date="2026-12-01", time="17:00"),
    ended_at=1e9 + 30,
    quote=Quote(WORDS, 12.34),
)


def shown(record: CallRecord) -> str:
    console = Console(file=io.StringIO(), width=200)
    print_call(console, record)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_words_behind_the_result_are_shown_as_they_are() -> None:
    text = shown(BOOKED)
    (line,) = [line for line in text.splitlines() if line.startswith("their words")]
    assert f"\u201c{WORDS}\u201d (at 12.3 s)" in line
    assert "booked 2026-12-01 17:00" in text
    assert "2026-12-01 to 2026-12-03 17:00 to 19:00 with Ana" in text
    assert "Salón Sur" in text
    assert NUMBER not in text
    assert call_as_json(BOOKED, whole=False)["quote"] == WORDS


def test_what_is_not_known_yet_takes_no_line() -> None:
    text = shown(ORDERED)
    assert not {"their words", "ended by", "because", "outcome", "notes"} & {
        line.split("  ")[0] for line in text.splitlines()
    }
    assert call_as_json(ORDERED, whole=True)["quote"] is None


def test_a_list_of_calls_hides_numbers() -> None:
    console = Console(file=io.StringIO(), width=200)
    print_calls(console, [BOOKED, ORDERED])
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert "booked" in text and "(ordered)" in text and "21 s" in text
    assert NUMBER not in text

"""`vocero calls` and `vocero show`: past and live calls, for a person or as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from data.call import EntryKind, Speaker, TimelineEntry
from data.errand import Errand
from data.masking import mask_number
from data.record_json import errand_from_json
from data.sql_store import SqlStore
from data.store import CallRecord
from vocero.settings import Settings


def call_as_json(record: CallRecord, *, whole: bool) -> dict[str, Any]:
    """One call; with `whole` its timeline and transcript too."""
    attempt, report, result = record.attempt, record.report, record.result
    about: dict[str, Any] = {
        "attempt": attempt.attempt_id,
        "call_sid": attempt.call_sid,
        "business": attempt.business_name,
        "number": attempt.to_number,
        "ordered_at": _iso(attempt.created_at),
        "ended_at": None if record.ended_at is None else _iso(record.ended_at),
        "state": attempt.state,
        "outcome": None if result is None else result.model_dump(mode="json"),
        "quote": None if record.quote is None else record.quote.text,
        "cause": None if report is None else str(report.ending.cause),
        "talked_s": None if report is None else report.talked_s,
    }
    if whole and report is not None:
        ending = report.ending
        about["blame"] = None if ending.blame is None else str(ending.blame)
        about["detail"] = ending.detail
        about["timeline"] = [_entry_as_json(entry) for entry in report.timeline]
        about["transcript"] = [_entry_as_json(entry) for entry in report.said()]
    return about


def _entry_as_json(entry: TimelineEntry) -> dict[str, Any]:
    return {
        "at_s": round(entry.at_s, 3),
        "kind": str(entry.kind),
        "speaker": None if entry.speaker is None else str(entry.speaker),
        "text": entry.text,
    }


def print_calls(console: Console, records: list[CallRecord]) -> None:
    """A table, newest first."""
    if not records:
        console.print("No calls yet. Those of `vocero demo` are not kept here.")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("call", "ordered", "business", "number", "talked", "outcome"):
        table.add_column(heading)
    for record in records:
        attempt, report, result = record.attempt, record.report, record.result
        table.add_row(
            Text(attempt.attempt_id[:12]),
            _shown(attempt.created_at),
            Text(attempt.business_name or "-"),
            Text(mask_number(attempt.to_number)),
            "-" if report is None else f"{report.talked_s:.0f} s",
            Text(str(result.status) if result is not None else f"({attempt.state})"),
        )
    console.print(table)
    console.print("[dim]vocero show CALL tells one of them in full[/dim]")


def print_call(console: Console, record: CallRecord) -> None:
    """One call with its errand, timeline and outcome."""
    console.print(Text(f"Call {record.attempt.attempt_id}", style="bold"))
    table = Table(box=None, pad_edge=False, show_header=False)
    for name, value in (*_facts_of_order(record), *_facts_of_end(record)):
        if value:
            table.add_row(Text(name, style="dim"), Text(value))
    console.print(table)
    if record.report is not None:
        console.print()
        for entry in record.report.timeline:
            console.print(entry_line(entry))


def _facts_of_order(record: CallRecord) -> list[tuple[str, str]]:
    attempt = record.attempt
    errand: Errand = errand_from_json(attempt.errand_json)
    return [
        ("business", f"{attempt.business_name or '-'}  {mask_number(attempt.to_number)}"),
        ("wanted", " ".join(filter(None, (errand.service, errand.request))) or "-"),
        ("when", _wanted_time(errand)),
        ("or else", ", ".join(place.name for place in errand.others)),
        ("ordered", _shown(attempt.created_at)),
        ("state", attempt.state),
    ]


def _facts_of_end(record: CallRecord) -> list[tuple[str, str]]:
    report, result, quote = record.report, record.result, record.quote
    facts: list[tuple[str, str]] = []
    if report is not None:
        blame = f" (fault: {report.ending.blame})" if report.ending.blame else ""
        facts += [("ended by", f"{report.ending.cause}{blame}"), ("because", report.ending.detail)]
    if result is not None:
        slot = " ".join(filter(None, (result.date, result.time, result.professional_name)))
        facts.append(("outcome", " ".join(filter(None, (str(result.status), slot)))))
    if quote is not None:
        facts.append(("their words", f"\u201c{quote.text}\u201d (at {quote.at_s:.1f} s)"))
    if result is not None:
        facts += [("notes", result.notes or ""), ("notes", result.instructions or "")]
    return facts


SPEAKER_STYLES = {
    Speaker.BUSINESS: "cyan",
    Speaker.AGENT: "green",
    Speaker.CUSTOMER: "magenta",
    Speaker.VOCERO: "yellow",
    Speaker.OPERATOR: "red",
}

KINDS_IN_WORDS = {EntryKind.MACHINE: "picked up by"}


def entry_line(entry: TimelineEntry) -> Text:
    """One line of a timeline as a person reads it."""
    line = Text(f"{entry.at_s:7.2f} s  ", style="dim")
    if entry.kind is EntryKind.SAID and entry.speaker is not None:
        line.append(f"{entry.speaker}: ", style=SPEAKER_STYLES[entry.speaker])
        line.append(entry.text, style="default")
        return line
    return line.append_text(entry_words(entry))


def entry_words(entry: TimelineEntry) -> Text:
    """What happened, where nobody spoke: "picked up by: human"."""
    kind = KINDS_IN_WORDS.get(entry.kind) or str(entry.kind).replace("_", " ")
    return Text(f"{kind}: {entry.text}", style="dim")


def _wanted_time(errand: Errand) -> str:
    wanted = errand.preferences
    days = _span(wanted.date, wanted.date_until)
    times = _span(wanted.time_from, wanted.time_until)
    by = f"with {wanted.professional}" if wanted.professional else ""
    return " ".join(filter(None, (days, times, by))) or "as soon as possible"


def _span(first: str, last: str) -> str:
    return f"{first or '…'} to {last}" if last and last != first else first


def _iso(epoch_s: float) -> str:
    return datetime.fromtimestamp(epoch_s).astimezone().isoformat(timespec="seconds")


def _shown(epoch_s: float) -> str:
    return datetime.fromtimestamp(epoch_s).astimezone().strftime("%Y-%m-%d %H:%M:%S")


async def read_calls(settings: Settings, limit: int) -> list[CallRecord]:
    """Newest first. Raises StoreError."""
    store = SqlStore(settings.database_url.get_secret_value())
    await store.open()
    try:
        return await store.calls(limit)
    finally:
        await store.close()


async def read_call(settings: Settings, which: str) -> CallRecord | None:
    """By attempt id, a unique beginning of it, or the carrier's id. Raises StoreError."""
    store = SqlStore(settings.database_url.get_secret_value())
    await store.open()
    try:
        return await store.call(which)
    finally:
        await store.close()

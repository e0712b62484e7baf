"""What a call came to: the agent's report held against its transcript. Pure.

`booked` needs the business's own words; without them it is `unconfirmed`. Nothing is invented: a
call without a report is judged by its ending and by what was said, never better than that.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import assert_never

from data.call import (
    Blame,
    BookingReading,
    CallReport,
    CallResult,
    EndCause,
    OutcomeStatus,
    Quote,
    Speaker,
    TimelineEntry,
)
from data.errand import Errand
from orchestration.evidence.heard_words import clauses
from orchestration.evidence.slot import Slot, Support
from orchestration.evidence.told_by_words import (
    asks_to_call_back,
    has_no_room,
    is_machine,
    says_wrong_number,
)
from orchestration.evidence.walk import support
from orchestration.places import clean
from orchestration.slots import resolve, window_of
from orchestration.spoken_dates import spoken_date
from orchestration.spoken_times import clock, fold, minutes_of

_QUOTE_LENGTH = 300
_UNTALKED = {
    EndCause.BUSY: OutcomeStatus.BUSY,
    EndCause.NO_ANSWER: OutcomeStatus.NO_ANSWER,
    EndCause.VOICEMAIL: OutcomeStatus.VOICEMAIL,
    EndCause.DIAL_FAILED: OutcomeStatus.FAILED,
}
"""Endings after which nobody can have agreed to anything."""
_TOLD_BY_WORDS = (
    OutcomeStatus.VOICEMAIL,
    OutcomeStatus.WRONG_NUMBER,
    OutcomeStatus.CALLBACK_NEEDED,
    OutcomeStatus.NO_AVAILABILITY,
)
"""What the business's words alone can tell."""
_REASONS = {
    Blame.CARRIER: {
        "es": "la compañía telefónica no pudo hacer la llamada",
        "en": "the phone company could not place the call",
    },
    Blame.AGENT: {
        "es": "falló el servicio de voz",
        "en": "the voice service failed",
    },
    Blame.OURS: {"es": "tuvimos un problema técnico", "en": "we had a technical problem"},
    Blame.BUSINESS: {"es": "la línea del negocio falló", "en": "the business's line failed"},
    Blame.CUSTOMER: {"es": "el número no es válido", "en": "the number is not valid"},
}


def judge(
    report: CallReport,
    reported: CallResult | None,
    errand: Errand,
    now: datetime,
    reading: BookingReading | None = None,
) -> tuple[CallResult, Quote | None]:
    """The one result of a call, and the business's sentence behind it where there is one.

    `reported` is what the agent told (the first time), if it did. `now` is aware, in the business's
    time zone; days that were spoken of are understood from it.

    `reading` is the second reading of the transcript (see `wants_second_reading`): it can turn
    booked into unconfirmed, never the other way round. Where it agrees, nothing may speak against
    the booking. Without one the check here decides alone, and more strictly: no doubt may be
    left by what the business said (`Support.understood`), else it is unconfirmed, with the quote.

    Without a report the transcript decides, more strictly: booked only when the business itself
    said that it is noted or confirmed, or named the slot while agreeing to the request, for exactly
    the one day and time that the customer asked for, with no question of its own left open. What
    merely sounds agreed is unconfirmed, with the quote.
    """
    result, held = _by_code(report, reported, errand, now)
    if result.status is not OutcomeStatus.BOOKED or held is None:
        return result, _shown(held.entry) if held else _last_words(
            report, result.status, now.date()
        )
    unconfirmed = result.model_copy(update={"status": OutcomeStatus.UNCONFIRMED})
    if reading is None:
        return result if held.understood else unconfirmed, _shown(held.entry)
    if not reading.agreed:
        return unconfirmed, None
    return result, _preferred(reading, report, held, now.date()) or _shown(held.entry)


def wants_second_reading(
    report: CallReport, reported: CallResult | None, errand: Errand, now: datetime
) -> CallResult | None:
    """The booking to read the transcript for; None when no reading can change anything."""
    result, _ = _by_code(report, reported, errand, now)
    return result if result.status is OutcomeStatus.BOOKED else None


def reason(report: CallReport, result: CallResult, language: str) -> str:
    """Why a call failed, for the customer in "es" or "en"; "" when it did not or nobody knows."""
    if result.status is not OutcomeStatus.FAILED or report.ending.blame is None:
        return ""
    return _REASONS[report.ending.blame]["en" if language == "en" else "es"]


def _by_code(
    report: CallReport, reported: CallResult | None, errand: Errand, now: datetime
) -> tuple[CallResult, Support | None]:
    cause = report.ending.cause
    sounds_agreed = _sounds_agreed(report, errand, now)
    if cause is EndCause.VOICEMAIL and sounds_agreed is not None:
        # The carrier took a person for a machine.
        return sounds_agreed
    if cause in _UNTALKED:
        return CallResult(status=_UNTALKED[cause]), None
    if reported is None:
        return _without_report(report, errand, now)
    if reported.status is not OutcomeStatus.BOOKED:
        if sounds_agreed is not None and cause is not EndCause.CANCELLED:
            # Whatever the agent says came of it: a second booking may not be risked.
            return sounds_agreed
        status = OutcomeStatus.CANCELLED if cause is EndCause.CANCELLED else reported.status
        return _settled(reported, errand, now, status), None
    slot = _slot(reported, errand, now)
    held = support(report.said(), slot, now.date()) if slot else None
    if held is not None:
        return _booked(reported, errand, now, held), held
    cancelled = cause is EndCause.CANCELLED
    status = OutcomeStatus.CANCELLED if cancelled else OutcomeStatus.UNCONFIRMED
    return _settled(reported, errand, now, status), None


def _sounds_agreed(
    report: CallReport, errand: Errand, now: datetime
) -> tuple[CallResult, Support] | None:
    """A result for a call in which the business firmly agreed to what was asked for, though
    nobody reports it; None for all others.
    """
    slot = _asked_for(errand, now)
    held = support(report.said(), slot, now.date()) if slot else None
    if held is None or not held.firm:
        return None
    wish = errand.preferences
    asked = CallResult(
        status=OutcomeStatus.UNCONFIRMED, date=wish.date or None, time=wish.time_from or None
    )
    return asked, held


def _without_report(
    report: CallReport, errand: Errand, now: datetime
) -> tuple[CallResult, Support | None]:
    slot = _asked_for(errand, now)
    held = support(report.said(), slot, now.date()) if slot else None
    wish = errand.preferences
    asked = CallResult(status=OutcomeStatus.BOOKED, date=wish.date, time=wish.time_from or None)
    if held is not None and held.firm:
        return _booked(asked, errand, now, held), held
    match report.ending.cause:
        case EndCause.CANCELLED:
            return CallResult(status=OutcomeStatus.CANCELLED), held
        case EndCause.SHUTDOWN:
            return CallResult(status=OutcomeStatus.INTERRUPTED), held
        case (
            EndCause.AGENT_LOST
            | EndCause.CARRIER_LOST
            | EndCause.TOO_LONG
            | EndCause.AGENT_FINISHED
            | EndCause.BUSINESS_HUNG_UP
        ):
            if held is not None:
                # It sounds agreed, but nobody who took part says that it was.
                return asked.model_copy(update={"status": OutcomeStatus.UNCONFIRMED}), held
            return CallResult(status=_by_last_words(report, now.date())), None
        case EndCause.BUSY | EndCause.NO_ANSWER | EndCause.VOICEMAIL | EndCause.DIAL_FAILED:
            return CallResult(status=_UNTALKED[report.ending.cause]), None
        case _:
            assert_never(report.ending.cause)


def _by_last_words(report: CallReport, today: date) -> OutcomeStatus:
    """The status that the business's own words tell, the last ones first."""
    heard = _of_the_business(report)
    for entry in reversed(heard):
        for status in _TOLD_BY_WORDS:
            if _tells(status, entry.text, today):
                return status
    talked = heard and report.ending.cause is EndCause.AGENT_FINISHED
    return OutcomeStatus.UNCONFIRMED if talked else OutcomeStatus.FAILED


def _tells(status: OutcomeStatus, line: str, today: date) -> bool:
    match status:
        case OutcomeStatus.VOICEMAIL:
            return is_machine(line)
        case OutcomeStatus.WRONG_NUMBER:
            return says_wrong_number(line)
        case OutcomeStatus.CALLBACK_NEEDED:
            return asks_to_call_back(line)
        case OutcomeStatus.NO_AVAILABILITY:
            return has_no_room(line, today)
        case _:
            return False


def _last_words(report: CallReport, status: OutcomeStatus, today: date) -> Quote | None:
    """What the business said to it, where one sentence tells."""
    for entry in reversed(_of_the_business(report)):
        if _tells(status, entry.text, today):
            return _shown(entry)
    return None


def _of_the_business(report: CallReport) -> list[TimelineEntry]:
    return [entry for entry in report.said() if entry.speaker is Speaker.BUSINESS]


def _preferred(
    reading: BookingReading, report: CallReport, held: Support, today: date
) -> Quote | None:
    """Of the second reader's sentences the one that says most; among equals the last, which books
    where the others only offered. None when none names the day or a time.
    """
    best: tuple[bool, bool, float] | None = None
    preferred = None
    for chosen in filter(str.strip, reading.quotes):
        pieces = clauses(chosen, today)
        timed = any(piece.times for piece in pieces)
        dated = any(piece.day is not None and piece.day == held.day for piece in pieces)
        heard = [each for each in _of_the_business(report) if fold(chosen) in fold(each.text)]
        if heard and (timed or dated):
            worth = (timed, dated, heard[-1].at_s)
            if best is None or worth > best:
                best, preferred = worth, Quote(clean(chosen, _QUOTE_LENGTH), heard[-1].at_s)
    return preferred


def _asked_for(errand: Errand, now: datetime) -> Slot | None:
    """The slot of the errand itself, where it is one day and one time."""
    wish = errand.preferences
    if not wish.date or (wish.date_until and wish.date_until != wish.date):
        return None
    if not wish.time_from or wish.time_from != wish.time_until:
        return None
    day, minutes = date.fromisoformat(wish.date), minutes_of(wish.time_from)
    return Slot(day, minutes, minutes) if day >= now.date() else None


def _slot(result: CallResult, errand: Errand, now: datetime) -> Slot | None:
    """What would be booked, completed by what was asked for; None when it cannot be."""
    wish = errand.preferences
    first = spoken_date(fold(result.date or ""), now.date())
    last: date | None = None
    if result.date and first is None:
        return None
    if first is None and wish.date and not wish.date_is_wish:
        first = date.fromisoformat(wish.date)
        last = date.fromisoformat(wish.date_until) if wish.date_until else None
        if last is not None and first < now.date():
            first = now.date()
    if first is not None and (last or first) < now.date():
        return None
    said = resolve("", result.time or "", now, errand.business.opening_hours)
    if said.time_from or said.time_until:
        return Slot(first, *window_of(said), last_day=last)
    if result.time:
        return None
    if wish.time_from and wish.time_from == wish.time_until and not wish.time_is_wish:
        exact = minutes_of(wish.time_from)
        return Slot(first, exact, exact, last_day=last)
    return Slot(first, None, None, last_day=last)


def _booked(reported: CallResult, errand: Errand, now: datetime, held: Support) -> CallResult:
    """The booking with day and time as they were agreed on, where the claim leaves them open."""
    result = _settled(reported, errand, now, OutcomeStatus.BOOKED)
    update: dict[str, str] = {}
    if held.day is not None and not reported.date:
        update["date"] = held.day.isoformat()
    if held.minutes is not None and not _is_exact(result.time):
        update["time"] = clock(held.minutes)
    return result.model_copy(update=update)


def _settled(
    reported: CallResult, errand: Errand, now: datetime, status: OutcomeStatus
) -> CallResult:
    """The report with its day and time as "YYYY-MM-DD" and "HH:MM" where they can be read."""
    read = resolve(reported.date or "", reported.time or "", now, errand.business.opening_hours)
    exact = read.time_from if read.time_from == read.time_until else ""
    return reported.model_copy(
        update={
            "status": status,
            "date": read.date or reported.date,
            "time": exact or reported.time,
        }
    )


def _is_exact(text: str | None) -> bool:
    return text is not None and re.fullmatch(r"\d\d:\d\d", text) is not None


def _shown(entry: TimelineEntry) -> Quote:
    return Quote(clean(entry.text, _QUOTE_LENGTH), entry.at_s)

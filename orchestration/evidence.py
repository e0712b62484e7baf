"""What a call came to: the agent's report held against its transcript. Pure.

`booked` needs the business's own words; without them it is `unconfirmed`. Nothing is invented: a
call without a report is judged by its ending and by what was said, never better than that.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import assert_never

from data.call import Blame, CallReport, CallResult, EndCause, OutcomeStatus, Speaker
from data.errand import Errand
from orchestration.booking_evidence import Slot, supporting_quote
from orchestration.heard_words import asks_to_call_back, has_no_room, says_wrong_number
from orchestration.places import clean
from orchestration.slots import resolve, window_of
from orchestration.spoken_dates import spoken_date
from orchestration.spoken_times import fold, minutes_of

_QUOTE_LENGTH = 300
_UNTALKED = {
    EndCause.BUSY: OutcomeStatus.BUSY,
    EndCause.NO_ANSWER: OutcomeStatus.NO_ANSWER,
    EndCause.VOICEMAIL: OutcomeStatus.VOICEMAIL,
    EndCause.DIAL_FAILED: OutcomeStatus.FAILED,
}
"""Endings after which nobody can have agreed to anything."""
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
    report: CallReport, reported: CallResult | None, errand: Errand, now: datetime
) -> tuple[CallResult, str]:
    """The one result of a call, and the business's sentence behind it or "".

    `reported` is what the agent told (the first time), if it did. `now` is aware, in the business's
    time zone; days that were spoken of are understood from it.
    """
    cause = report.ending.cause
    if cause in _UNTALKED:
        return CallResult(status=_UNTALKED[cause]), ""
    if reported is None:
        return _without_report(report, errand, now)
    if reported.status is not OutcomeStatus.BOOKED:
        status = OutcomeStatus.CANCELLED if cause is EndCause.CANCELLED else reported.status
        return _settled(reported, errand, now, status), _last_words(report, status, now.date())
    slot = _slot(reported, errand, now)
    quote = supporting_quote(report.said(), slot, now.date()) if slot else ""
    if quote:
        return _settled(reported, errand, now, OutcomeStatus.BOOKED), _shown(quote)
    status = OutcomeStatus.UNCONFIRMED
    if cause is EndCause.CANCELLED:
        status = OutcomeStatus.CANCELLED
    return _settled(reported, errand, now, status), ""


def reason(report: CallReport, result: CallResult, language: str) -> str:
    """Why a call failed, for the customer in "es" or "en"; "" when it did not or nobody knows."""
    if result.status is not OutcomeStatus.FAILED or report.ending.blame is None:
        return ""
    return _REASONS[report.ending.blame]["en" if language == "en" else "es"]


def _without_report(report: CallReport, errand: Errand, now: datetime) -> tuple[CallResult, str]:
    cause = report.ending.cause
    match cause:
        case EndCause.CANCELLED:
            return CallResult(status=OutcomeStatus.CANCELLED), ""
        case EndCause.SHUTDOWN:
            return CallResult(status=OutcomeStatus.INTERRUPTED), ""
        case (
            EndCause.AGENT_LOST
            | EndCause.CARRIER_LOST
            | EndCause.TOO_LONG
            | EndCause.AGENT_FINISHED
            | EndCause.BUSINESS_HUNG_UP
        ):
            return _by_transcript(report, errand, now)
        case EndCause.BUSY | EndCause.NO_ANSWER | EndCause.VOICEMAIL | EndCause.DIAL_FAILED:
            return CallResult(status=_UNTALKED[cause]), ""
        case _:
            assert_never(cause)


def _by_transcript(report: CallReport, errand: Errand, now: datetime) -> tuple[CallResult, str]:
    heard = [entry.text for entry in report.said() if entry.speaker is Speaker.BUSINESS]
    wish = errand.preferences
    asked = CallResult(
        status=OutcomeStatus.UNCONFIRMED, date=wish.date or None, time=wish.time_from or None
    )
    slot = _slot(asked, errand, now) if wish.date and wish.time_from else None
    quote = supporting_quote(report.said(), slot, now.date()) if slot else ""
    if quote:
        # It sounds agreed, but nobody who took part says that it was.
        return asked, _shown(quote)
    for line in reversed(heard):
        if says_wrong_number(line):
            return CallResult(status=OutcomeStatus.WRONG_NUMBER), _shown(line)
        if asks_to_call_back(line):
            return CallResult(status=OutcomeStatus.CALLBACK_NEEDED), _shown(line)
        if has_no_room(line, now.date()):
            return CallResult(status=OutcomeStatus.NO_AVAILABILITY), _shown(line)
    if report.ending.cause is EndCause.AGENT_FINISHED and heard:
        return CallResult(status=OutcomeStatus.UNCONFIRMED), ""
    return CallResult(status=OutcomeStatus.FAILED), ""


def _slot(result: CallResult, errand: Errand, now: datetime) -> Slot | None:
    """What would be booked, completed by what was asked for; None when it cannot be."""
    day = spoken_date(fold(result.date or ""), now.date())
    if result.date and day is None:
        return None
    if day is None and errand.preferences.date:
        day = date.fromisoformat(errand.preferences.date)
    if day is None or day < now.date():
        return None
    said = resolve("", result.time or "", now, errand.business.opening_hours)
    if said.time_from or said.time_until:
        return Slot(day, *window_of(said))
    if result.time:
        return None
    wish = errand.preferences
    if wish.time_from and wish.time_from == wish.time_until:
        return Slot(day, minutes_of(wish.time_from), minutes_of(wish.time_until))
    return Slot(day, None, None)


def _settled(
    reported: CallResult, errand: Errand, now: datetime, status: OutcomeStatus
) -> CallResult:
    """The report with its day and time as "YYYY-MM-DD" and "HH:MM" where they can be read."""
    read = resolve(reported.date or "", reported.time or "", now, errand.business.opening_hours)
    exact = read.time_from if read.time_from == read.time_until else ""
    day = read.date or reported.date
    if status is OutcomeStatus.BOOKED and not day:
        day = errand.preferences.date or None
    return reported.model_copy(
        update={"status": status, "date": day, "time": exact or reported.time}
    )


def _last_words(report: CallReport, status: OutcomeStatus, today: date) -> str:
    """What the business said to it, where one sentence tells."""
    said = [entry.text for entry in report.said() if entry.speaker is Speaker.BUSINESS]
    for line in reversed(said):
        if (
            (status is OutcomeStatus.WRONG_NUMBER and says_wrong_number(line))
            or (status is OutcomeStatus.CALLBACK_NEEDED and asks_to_call_back(line))
            or (status is OutcomeStatus.NO_AVAILABILITY and has_no_room(line, today))
        ):
            return _shown(line)
    return ""


def _shown(line: str) -> str:
    return clean(line, _QUOTE_LENGTH)

"""What is made of a call that is over, with all that can be known of it: report, store, model."""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import dataclass
from datetime import datetime

from data.call import (
    BookingReading,
    CallReport,
    CallResult,
    EndCause,
    OutcomeStatus,
    Quote,
    Speaker,
)
from data.errand import Errand, Preferences
from data.place import PlaceInfo
from data.record_json import errand_from_json
from data.store import Attempt, BlockedNumber
from orchestration.calendar_link import calendar_url
from orchestration.courtesy import asks_no_more_calls, discloses
from orchestration.errands import called_name, calls_off
from orchestration.evidence.judge import judge, wants_second_reading
from orchestration.local_time import business_zone_name, local_now
from orchestration.needs import Needs
from orchestration.spoken_times import fold

log = logging.getLogger(__name__)

_SECOND_READING_S = 10.0
_AFTER_A_RESTART_S = 4.0
"""Who was cut off by a restart must not wait for long."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on a call."""

    errand: Errand
    result: CallResult
    quote: Quote | None = None
    calendar_url: str = ""
    blocked: BlockedNumber | None = None
    """The business asked not to be called again."""


async def judged(needs: Needs, attempt: Attempt, report: CallReport) -> Judged:
    """The verdict; never raises for what was said in the call. Raises StoreError."""
    errand = errand_of(attempt)
    reported = needs.tools.reported(attempt.attempt_id)
    if reported is None:
        reported = await needs.store.reported(attempt.attempt_id)
    zone_name = business_zone_name(errand.business, needs.settings.default_zone)
    there = local_now(needs.now(), zone_name)
    try:
        reading = None
        claim = wants_second_reading(report, reported, errand, there)
        if claim is not None:
            reading = await _second_reading(needs, report, claim, errand, there)
        result, quote = judge(report, reported, errand, there, reading)
        if calls_off(errand) and result.status is OutcomeStatus.BOOKED:
            # A booking was to be cancelled: whatever was agreed, it is not one.
            result = result.model_copy(update={"status": OutcomeStatus.UNCONFIRMED})
        result = _borne_out(result, report, quote)
        link = calendar_url(result, errand, zone_name)
    except Exception:
        # Said in words that we cannot read: the customer is told what is certain, not nothing.
        log.exception("a call could not be judged")
        talked = OutcomeStatus.UNCONFIRMED if report.said() else OutcomeStatus.FAILED
        result, quote, link = CallResult(status=talked), None, ""
    return Judged(errand, result, quote, link, _blocked(attempt, report, needs.now()))


def _borne_out(result: CallResult, report: CallReport, quote: Quote | None) -> CallResult:
    """The result without what only the agent claims: a name that the business did not say, and,
    where nothing was agreed, a day and a time that nobody may have spoken of.
    """
    said = fold(" ".join(e.text for e in report.said() if e.speaker is Speaker.BUSINESS))
    names = re.findall(r"[a-z]{3,}", fold(result.professional_name or ""))
    if not names or not all(re.search(rf"\b{name}\b", said) for name in names):
        result = result.model_copy(update={"professional_name": None})
    if result.status is OutcomeStatus.UNCONFIRMED and quote is None:
        result = result.model_copy(update={"date": None, "time": None})
    return result


def _blocked(attempt: Attempt, report: CallReport, now: float) -> BlockedNumber | None:
    """What the call owed the business: to be told who calls, and to be left alone if it said so."""
    try:
        if discloses(report.said()) is False:
            log.warning("the agent did not say that it is an AI")
        words = asks_no_more_calls(report.said())
    except Exception:
        log.exception("what a business asked of us could not be read")
        return None
    return BlockedNumber(attempt.to_number, attempt.attempt_id, words, now) if words else None


async def _second_reading(
    needs: Needs, report: CallReport, claim: CallResult, errand: Errand, there: datetime
) -> BookingReading | None:
    restarted = report.ending.cause is EndCause.SHUTDOWN
    try:
        async with asyncio.timeout(_AFTER_A_RESTART_S if restarted else _SECOND_READING_S):
            return await needs.second_reader.read_booking(
                report.said(), claim, called_name(errand), there.date().isoformat()
            )
    except Exception as error:
        # The check in code alone decides then.
        log.warning("no second reading of a transcript: %s", type(error).__name__)
        return None


def errand_of(attempt: Attempt) -> Errand:
    """The errand of an attempt; what can be known of it when an older program wrote it."""
    try:
        return errand_from_json(attempt.errand_json)
    except ValueError:
        return Errand(
            errand_id=attempt.errand_id,
            customer=attempt.customer,
            customer_name="",
            language="es",
            business=PlaceInfo(
                id=f"number:{attempt.to_number}",
                name=attempt.business_name,
                phone=attempt.to_number,
            ),
            service="",
            request="",
            preferences=Preferences(),
        )

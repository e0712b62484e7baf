"""What the agent is told before a call: the values of its dynamic variables (agent_variables)."""

from __future__ import annotations

import phonenumbers

from data.call import Variable
from data.errand import Errand
from orchestration.agent_variables import language_of_region
from orchestration.first_words import opening_words
from orchestration.local_time import business_zone_name, local_now
from orchestration.places import clean
from orchestration.said_aloud import WEEKDAYS, spoken_days, spoken_hours, wishes_in_words


def brief(
    errand: Errand,
    attempt_id: str,
    now: float,
    *,
    default_zone: str,
    callback: str = "",
    is_recorded: bool = False,
) -> dict[str, Variable]:
    """The variables of one attempt at an errand; exactly agent_variables.VARIABLES. With
    `is_recorded` the business is told so in the opening.
    """
    zone_name = business_zone_name(errand.business, default_zone)
    there = local_now(now, zone_name)
    language = call_language(errand)
    wish = errand.preferences
    return {
        "call_id": attempt_id,
        "business_name": clean(errand.business.name, 100),
        "business_phone": errand.business.phone or "",
        "customer_name": clean(errand.customer_name, 60),
        "opening": opening_words(errand, language, region_of(errand), is_recorded=is_recorded),
        "service": clean(errand.service, 120),
        "request": clean(errand.request, 300),
        "date": f"{wish.date}/{wish.date_until}" if wish.date_until else wish.date,
        "date_spoken": spoken_days(wish.date, wish.date_until, language)
        or clean(wish.date_heard, 80),
        "time": _times(wish.time_from, wish.time_until),
        "time_spoken": spoken_hours(wish.time_from, wish.time_until, language)
        or clean(wish.time_heard, 80),
        "wishes": wishes_in_words(wish, language),
        "professional": clean(wish.professional, 80),
        "language": language,
        "today": there.date().isoformat(),
        "now": f"{there:%H:%M}",
        "weekday": WEEKDAYS[language][there.weekday()],
        "timezone": zone_name,
        "callback": callback,
    }


def region_of(errand: Errand) -> str:
    """The ISO code of the business's country by its number, or ""."""
    try:
        number = phonenumbers.parse(errand.business.phone or "")
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.region_code_for_number(number) or ""


def call_language(errand: Errand) -> str:
    """The language of the business's country where that is clear, else the customer's."""
    spoken = language_of_region(region_of(errand))
    return spoken or (errand.language if errand.language in WEEKDAYS else "es")


def _times(start: str, end: str) -> str:
    if start == end:
        return start
    return f"{start}-{end}"

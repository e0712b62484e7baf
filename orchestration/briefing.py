"""What the agent is told before a call: its dynamic variables.

Every one of VARIABLES is always sent, "" when unknown: an agent whose prompt or tools name a
variable that did not come ends the conversation with 1008 (ElevenLabs, `missing_dynamic_variable`).
Names must not begin with `system__` or `secret__`, which ElevenLabs keeps for itself.
"""

from __future__ import annotations

import phonenumbers

from data.call import Variable
from data.errand import Errand
from orchestration.first_words import opening_words
from orchestration.local_time import business_zone_name, local_now
from orchestration.places import clean
from orchestration.said_aloud import WEEKDAYS, spoken_days, spoken_hours, wishes_in_words

VARIABLES = (
    "call_id",  # the attempt's id; server tools send it back
    "business_name",
    "business_phone",
    "customer_name",
    "opening",  # the first sentence to say: that an AI is calling, for whom and what for
    "service",  # in the customer's words
    "request",  # anything particular
    "date",  # ISO; a range as "2026-11-26/2026-11-28"
    "date_spoken",  # "viernes 27 de noviembre"; as heard when it could not be resolved
    "time",  # "17:00", "17:00-19:00", "18:00-", "-11:00"
    "time_spoken",  # "a las cinco de la tarde"
    "wishes",  # what is a must, what is only a wish and what will do instead, in words
    "professional",  # by whom, "" for anybody
    "language",  # of the call: "es" or "en"
    "today",  # ISO, at the business
    "now",  # "HH:MM", at the business
    "weekday",  # of today, in the call's language
    "timezone",  # IANA
    "callback",  # number at which Vocero can be called back, or ""
)
"""All of them, for provisioning the agent with placeholders of the same names."""

_SPANISH = frozenset(
    "AR BO CL CO CR CU DO EC ES GQ GT HN MX NI PA PE PR PY SV UY VE".split()
)  # fmt: skip
_ENGLISH = frozenset("AG AU BB BS CA GB GG IE IM JE JM NZ TT US ZA".split())


def brief(
    errand: Errand, attempt_id: str, now: float, *, default_zone: str, callback: str = ""
) -> dict[str, Variable]:
    """The variables of one attempt at an errand; exactly VARIABLES."""
    zone_name = business_zone_name(errand.business, default_zone)
    there = local_now(now, zone_name)
    language = call_language(errand)
    wish = errand.preferences
    return {
        "call_id": attempt_id,
        "business_name": clean(errand.business.name, 100),
        "business_phone": errand.business.phone or "",
        "customer_name": clean(errand.customer_name, 60),
        "opening": opening_words(errand, language, region_of(errand)),
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
    region = region_of(errand)
    if region in _SPANISH:
        return "es"
    if region in _ENGLISH:
        return "en"
    return errand.language if errand.language in WEEKDAYS else "es"


def _times(start: str, end: str) -> str:
    if start == end:
        return start
    return f"{start}-{end}"

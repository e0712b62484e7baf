"""What the agent is told before a call: its dynamic variables.

Every one of VARIABLES is always sent, "" when unknown: an agent whose prompt or tools name a
variable that did not come ends the conversation with 1008 (ElevenLabs, `missing_dynamic_variable`).
Names must not begin with `system__` or `secret__`, which ElevenLabs keeps for itself.
"""

from __future__ import annotations

from datetime import date

import phonenumbers

from data.call import Variable
from data.errand import Errand
from orchestration.local_time import business_zone_name, local_now
from orchestration.places import clean
from orchestration.spoken_times import minutes_of

VARIABLES = (
    "call_id",  # the attempt's id; server tools send it back
    "business_name",
    "business_phone",
    "customer_name",
    "service",  # in the customer's words
    "request",  # anything particular
    "date",  # ISO
    "date_spoken",  # "viernes 27 de noviembre"; as heard when it could not be resolved
    "time",  # "17:00", "17:00-19:00", "18:00-", "-11:00"
    "time_spoken",  # "a las cinco de la tarde"
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
_WEEKDAYS = {
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre"
    " diciembre".split(),
    "en": "January February March April May June July August September October November"
    " December".split(),
}
_HOURS = {
    "es": "doce una dos tres cuatro cinco seis siete ocho nueve diez once".split(),
    "en": "twelve one two three four five six seven eight nine ten eleven".split(),
}


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
        "service": clean(errand.service, 120),
        "request": clean(errand.request, 300),
        "date": wish.date,
        "date_spoken": spoken_day(wish.date, language) if wish.date else clean(wish.date_heard, 80),
        "time": _times(wish.time_from, wish.time_until),
        "time_spoken": spoken_hours(wish.time_from, wish.time_until, language)
        or clean(wish.time_heard, 80),
        "language": language,
        "today": there.date().isoformat(),
        "now": f"{there:%H:%M}",
        "weekday": _WEEKDAYS[language][there.weekday()],
        "timezone": zone_name,
        "callback": callback,
    }


def call_language(errand: Errand) -> str:
    """The language of the business's country where that is clear, else the customer's."""
    try:
        region = phonenumbers.region_code_for_number(
            phonenumbers.parse(errand.business.phone or "")
        )
    except phonenumbers.NumberParseException:
        region = None
    if region in _SPANISH:
        return "es"
    if region in _ENGLISH:
        return "en"
    return errand.language if errand.language in _WEEKDAYS else "es"


def spoken_day(iso: str, language: str) -> str:
    """ "viernes 27 de noviembre", "Friday, November 27"."""
    day = date.fromisoformat(iso)
    weekday, month = _WEEKDAYS[language][day.weekday()], _MONTHS[language][day.month - 1]
    if language == "es":
        return f"{weekday} {day.day} de {month}"
    return f"{weekday}, {month} {day.day}"


def spoken_hours(start: str, end: str, language: str) -> str:
    """Times as a person says them; "" when there are none. Either may be ""."""
    es = language == "es"
    if start and end and start != end:
        first, second = spoken_clock(start, language), spoken_clock(end, language)
        return f"entre {first} y {second}" if es else f"between {first} and {second}"
    if start and end:
        return f"a {spoken_clock(start, language)}" if es else f"at {spoken_clock(start, language)}"
    if start:
        return ("a partir de " if es else "from ") + spoken_clock(start, language)
    if end:
        return ("antes de " if es else "before ") + spoken_clock(end, language)
    return ""


def spoken_clock(text: str, language: str) -> str:
    """ "17:30" as "las cinco y media de la tarde" or "half past five in the afternoon"."""
    minutes = minutes_of(text)
    hour, minute = divmod(minutes, 60)
    word = _HOURS[language][hour % 12]
    if language == "es":
        article = "la" if hour % 12 == 1 else "las"
        past = {0: "", 15: " y cuarto", 30: " y media"}.get(minute, f" y {minute}")
        part = _part(hour, "de la madrugada", "de la mañana", "del mediodía", "de la tarde")
        return f"{article} {word}{past} {part or 'de la noche'}"
    if minutes == 12 * 60:
        return "noon"
    part = _part(hour, "in the morning", "in the morning", "in the afternoon", "in the afternoon")
    said = {0: word, 15: f"a quarter past {word}", 30: f"half past {word}"}.get(
        minute, f"{minute} past {word}"
    )
    return f"{said} {part or 'in the evening'}"


def _part(hour: int, *parts: str) -> str:
    for before, part in zip((6, 12, 13, 20), parts, strict=True):
        if hour < before:
            return part
    return ""


def _times(start: str, end: str) -> str:
    if start == end:
        return start
    return f"{start}-{end}"

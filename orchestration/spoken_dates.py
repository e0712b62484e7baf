"""Days as people say and write them, in Spanish and English. Pure.

Everything works on folded text (`spoken_times.fold`), relative to a day that is given.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

_WEEKDAYS = {
    "lunes": 0, "martes": 1, "miercoles": 2, "jueves": 3, "viernes": 4, "sabado": 5, "domingo": 6,
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5,
    "sunday": 6, "mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thurs": 3, "fri": 4,
    "sat": 5, "sun": 6,
}  # fmt: skip
_MONTHS = {
    "enero": 1, "febrero": 2, "marzo": 3, "abril": 4, "mayo": 5, "junio": 6, "julio": 7,
    "agosto": 8, "septiembre": 9, "setiembre": 9, "octubre": 10, "noviembre": 11, "diciembre": 12,
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7,
    "august": 8, "september": 9, "october": 10, "november": 11, "december": 12,
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9,
    "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_COUNTS = {
    "un": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7,
    "ocho": 8, "diez": 10, "quince": 15, "a": 1, "one": 1, "two": 2, "three": 3, "four": 4,
    "five": 5, "six": 6, "seven": 7, "ten": 10,
}  # fmt: skip
_DAYS = {
    "primero": 1, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7,
    "ocho": 8, "nueve": 9, "diez": 10, "once": 11, "doce": 12, "trece": 13, "catorce": 14,
    "quince": 15, "dieciseis": 16, "diecisiete": 17, "dieciocho": 18, "diecinueve": 19,
    "veinte": 20, "veintiuno": 21, "veintidos": 22, "veintitres": 23, "veinticuatro": 24,
    "veinticinco": 25, "veintiseis": 26, "veintisiete": 27, "veintiocho": 28,
    "veintinueve": 29, "treinta": 30, "treinta y uno": 31,
}  # fmt: skip


def _any_of(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_DAY_NAMES, _MONTH_NAMES = _any_of(_WEEKDAYS), _any_of(_MONTHS)
_DAY_WORDS, _COUNT_WORDS = _any_of(_DAYS), _any_of(_COUNTS)
_ISO = re.compile(r"\b(?P<y>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})(?!\d)")
_SLASHED = re.compile(
    r"(?<![\d/:.+-])(?P<d>\d{1,2})(?:/(?P<m>\d{1,2})(?:/(?P<y>\d{4}|\d{2}))?"
    r"|[.-](?P<m2>\d{1,2})[.-](?P<y2>\d{4}|\d{2}))(?![\d/])"
)
_DAY_MONTH = re.compile(
    rf"\b(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th|ro|o)?|(?P<w>{_DAY_WORDS}))\s+(?:de\s+|of\s+)?"
    rf"(?P<m>{_MONTH_NAMES})\b(?:\s*,?\s*(?:del?\s+)?(?P<y>\d{{4}})\b)?"
)
_MONTH_DAY = re.compile(
    rf"\b(?P<m>{_MONTH_NAMES})\.?\s+(?:the\s+)?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)"
    r"(?:\s*,?\s*(?P<y>\d{4})\b)?"
)
_DAY_ONLY = re.compile(
    rf"\b(?:el\s+dia|dia|el)\s+(?:(?P<d>\d{{1,2}})|(?P<w>{_DAY_WORDS}))\b(?![:/.]\d)"
    r"|\b(?:on\s+)?the\s+(?P<d2>\d{1,2})(?:st|nd|rd|th)\b"
)
_WEEKDAY = re.compile(
    rf"\b(?P<day>{_DAY_NAMES})\b"
    r"(?:\s+(?:el\s+|the\s+)?(?P<d>\d{1,2})(?:th|st|nd|rd)?\b(?![:/.]|\s*(?:hs?|am|pm|de la)\b))?"
)
_NEXT = re.compile(r"\b(?:que viene|que entra|proxim[oa]|siguiente|next)\b")
_NEXT_WEEK = re.compile(r"\b(?:semana que viene|proxima semana|semana proxima|next week)\b")
_IN = re.compile(
    rf"\b(?:en|dentro de|in)\s+(?:(?P<n>\d{{1,2}})|(?P<w>{_COUNT_WORDS}))\s+"
    r"(?P<unit>dia|semana|day|week)s?\b"
)
_AFTER_TOMORROW = re.compile(
    r"\bpasado\s+manana\b|\bday\s+after\s+tomorrow\b"
    r"|(?:^|\bpara\s+)pasado\b(?!\s+(?:el|la|las|los)\b)"
)
_TOMORROW = re.compile(r"\btomorrow\b|(?<!\bla )(?<!\besta )\bmanana\b")
_TODAY = re.compile(
    r"\b(?:hoy|today|tonight|esta\s+(?:tarde|noche|manana)|this\s+(?:morning|afternoon|evening))\b"
)
_YESTERDAY = re.compile(r"\b(?:ayer|yesterday)\b")
_PAST_WEEKDAY = re.compile(rf"\b(?:{_DAY_NAMES})\s+pasado\b|\blast\s+(?:{_DAY_NAMES})\b")
_RECENT = timedelta(days=60)
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
"""Nobody means other years, and beyond them calendars end."""


def spoken_date(folded: str, today: date) -> date | None:
    """The one day that a folded text names, or None. It may lie in the past, if that was said.

    A weekday wins over a day of the month that does not fit it: people miscount dates.
    """
    weekday_said = _WEEKDAY.search(folded)
    weekday = _WEEKDAYS[weekday_said["day"]] if weekday_said else None
    written = _written_date(folded, today)
    if written is None and weekday_said and weekday_said["d"]:
        written = _next_day_of_month(int(weekday_said["d"]), today)
    if written is not None:
        return written if weekday is None else _nearest(written, weekday, today)
    relative = _relative_date(folded, today)
    if relative is not None:
        return relative if weekday in (None, relative.weekday()) else _coming(weekday or 0, today)
    if weekday is None:
        return None
    if _PAST_WEEKDAY.search(folded):
        return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)
    if _NEXT_WEEK.search(folded):
        return today + timedelta(days=7 - today.weekday() + weekday)
    coming = _coming(weekday, today)
    if _NEXT.search(folded) and (coming - today).days == 1:
        # Said the day before, "next Friday" is not tomorrow: that has a word of its own.
        return coming + timedelta(days=7)
    return coming


def without_dates(folded: str) -> str:
    """The text without written dates, whose numbers could be taken for times."""
    for pattern in (_ISO, _SLASHED, _DAY_MONTH, _MONTH_DAY, _DAY_ONLY):
        folded = pattern.sub(" ", folded)
    return folded


def _written_date(folded: str, today: date) -> date | None:
    if found := _ISO.search(folded):
        return _day(int(found["y"]), int(found["m"]), int(found["d"]))
    if found := _SLASHED.search(folded):
        day, month = int(found["d"]), int(found["m"] or found["m2"])
        if month > 12 >= day:
            day, month = month, day
        return _in_year(found["y"] or found["y2"], month, day, today)
    if found := _DAY_MONTH.search(folded):
        day = int(found["d"]) if found["d"] else _DAYS[found["w"]]
        return _in_year(found["y"], _MONTHS[found["m"]], day, today)
    if found := _MONTH_DAY.search(folded):
        return _in_year(found["y"], _MONTHS[found["m"]], int(found["d"]), today)
    if found := _DAY_ONLY.search(folded):
        day = _DAYS[found["w"]] if found["w"] else int(found["d"] or found["d2"])
        return _next_day_of_month(day, today)
    return None


def _relative_date(folded: str, today: date) -> date | None:
    if found := _IN.search(folded):
        count = int(found["n"]) if found["n"] else _COUNTS[found["w"]]
        return today + timedelta(days=count * (7 if found["unit"] in {"semana", "week"} else 1))
    for pattern, days in (
        (_YESTERDAY, -1),
        (_AFTER_TOMORROW, 2),
        (_TOMORROW, 1),
        (_TODAY, 0),
    ):
        if pattern.search(folded):
            return today + timedelta(days=days)
    return None


def _in_year(year_said: str | None, month: int, day: int, today: date) -> date | None:
    if year_said:
        return _day(int(year_said) + (2000 if len(year_said) == 2 else 0), month, day)
    this_year = _day(today.year, month, day)
    if this_year is not None and this_year >= today - _RECENT:
        return this_year
    return _day(today.year + 1, month, day)


def _next_day_of_month(day: int, today: date) -> date | None:
    year, month = today.year, today.month
    for _ in range(13):
        found = _day(year, month, day)
        if found is not None and found >= today:
            return found
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return None


def _coming(weekday: int, today: date) -> date:
    """The next such day after today: who means today says so."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _nearest(written: date, weekday: int, today: date) -> date:
    away = (weekday - written.weekday() + 3) % 7 - 3
    nearest = written + timedelta(days=away)
    return nearest if nearest >= today or written < today else nearest + timedelta(days=7)


def _day(year: int, month: int, day: int) -> date | None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None

"""Days as people say and write them, in Spanish and English. Pure.

Everything works on folded text (`spoken_times.fold`), relative to a day that is given.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from itertools import pairwise

from orchestration.calendar_words import COUNTS, DAYS, MONTHS, WEEKDAYS


def _any_of(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_DAY_NAMES, _MONTH_NAMES = _any_of(WEEKDAYS), _any_of(MONTHS)
_DAY_WORDS, _COUNT_WORDS = _any_of(DAYS), _any_of(COUNTS)
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
    rf"\b(?:(?:d?el\s+)?dia|d?el)\s+(?:(?P<d>\d{{1,2}})|(?P<w>{_DAY_WORDS}))\b(?![:/.]\d)"
    r"|\b(?:on\s+)?the\s+(?P<d2>\d{1,2})(?:st|nd|rd|th)\b"
)
_WEEKDAY = re.compile(
    rf"\b(?P<day>{_DAY_NAMES})(?:(?<!s)s)?\b"
    r"(?:\s+(?:el\s+|the\s+)?(?P<d>\d{1,2})(?:th|st|nd|rd)?\b(?![:/.]|\s*(?:hs?|am|pm|de la)\b))?"
)
_NEXT = re.compile(r"\b(?:que viene|que entra|proxim[oa]|siguiente|next)\b")
_NEXT_WEEK = re.compile(
    r"\b(?:semana que viene|proxima semana|semana proxima|semana siguiente"
    r"|semana entrante|semana que entra|otra semana|next week)\b"
)
_WEEK_AFTER = re.compile(rf"\b(?:week after next|semana subsiguiente|(?:{_DAY_NAMES})\s+week)\b")
_IN = re.compile(
    rf"\b(?:en|dentro de|in)\s+(?:(?P<n>\d{{1,2}})|(?P<w>{_COUNT_WORDS}))\s+"
    r"(?P<unit>dia|semana|mes|day|week|month)(?:e?s)?\b"
)
_IN_EIGHT = re.compile(r"\b(?:de )?hoy en (?P<w>ocho|quince)\b")
"""A week and a fortnight from today: the day itself is counted."""
_AFTER_TOMORROW = re.compile(
    r"\bpasado\s+(?:manana|mnn+a?|maniana)\b|\bday\s+after\s+tomorrow\b"
    r"|(?:^|\bpara\s+)pasado\b(?!\s+(?:el|la|las|los)\b)"
)
_TOMORROW = re.compile(
    r"\b(?:tomorrow|tmrw|tmr|tmrow|tomorow|tommorow|2moro)\b"
    r"|(?<!\bla )(?<!\besta )\b(?:manana|maniana|mnn+a?|mna)\b"
)
_TODAY = re.compile(
    r"\b(?:hoy|today|tonight|esta\s+(?:tarde|noche|manana)|this\s+(?:morning|afternoon|evening))\b"
)
_YESTERDAY = re.compile(r"\b(?:ayer|yesterday)\b")
_PAST_WEEKDAY = re.compile(rf"\b(?:{_DAY_NAMES})\s+pasado\b|\blast\s+(?:{_DAY_NAMES})\b")
_WEEK = timedelta(days=7)
_OPEN_END = timedelta(days=13)
"""How far "from Monday on" is taken to reach: two weeks."""
_FEW_DAYS = 6
_NUMBER_RANGE = re.compile(
    rf"\b(?:(?:del|entre el|desde el|from the|between the)\s+(?:dia\s+)?(?P<a>\d{{1,2}})(?:st|nd|rd"
    rf"|th)?\s+(?:al|a|y el|y|hasta el|to the|to|and the|and|until the)\s+(?P<b>\d{{1,2}})"
    rf"|(?:entre|de|from|between)?\s*(?P<a2>\d{{1,2}})(?:st|nd|rd|th)?\s*(?:a|y|o|to|and|or|-)\s*"
    rf"(?P<b2>\d{{1,2}})(?:st|nd|rd|th)?(?=\s+(?:de|of)?\s*(?:{_MONTH_NAMES})\b))"
    rf"(?:st|nd|rd|th)?(?:\s+(?:de\s+|of\s+)?(?P<m>{_MONTH_NAMES})\b)?"
)
_BETWEEN = re.compile(r"\b(?:entre|between|del?|desde|from)\b")
_BOUND_TO = re.compile(r"\s+(?:al?|hasta|to|through|thru|until|till|y|and)\s+(?:el\s+)?")
_OR = re.compile(r"\s*(?:,|\b(?:o|u|y|or|and)\b)\s*")
_NOT_BEFORE = re.compile(
    r"\b(?:a partir del?|desde(?: el)?|despues del?|luego del?|from|after|starting|no antes del?"
    r"|not before)\s+(?:el\s+|on\s+|the\s+)?"
)
_NOT_AFTER = re.compile(
    r"\b(?:hasta(?: el)?|antes del?|no mas tarde del?|a mas tardar|by|before|until|till"
    r"|no later than)\s+(?:el\s+|the\s+)?"
)
_EXCLUSIVE = re.compile(r"\b(?:despues|luego|after|antes|before)\b")
_WEEKEND = re.compile(r"\b(?:findes?|fin(?:es)? de semana|weekends?)\b")
_THIS_WEEK = re.compile(r"\b(?:esta (?:misma )?semana|this week|en la semana|later this week)\b")
_WORKING_DAYS = re.compile(
    r"\b(?:entre semana|dias? de semana|dias? habil(?:es)?|weekdays?|de lunes a viernes"
    r"|monday (?:to|through) friday)\b"
)
_NEXT_DAYS = re.compile(
    r"\b(?:(?:l|est)os proximos|proximos|(?:the )?next)\s+(?P<n>\d{1,2})?\s*(?:few |couple of )?"
    r"(?:dias|days)\b|\bestos dias\b|\bthese days\b"
)
_PART_OF_MONTH = re.compile(
    r"\b(?:a |para )?(?P<p>fin(?:es|al)?|principios?|comienzos?|mediados|end|beginning|middle) "
    rf"(?:de|of|del)(?: (?:el|the|este|this))? (?:(?P<mes>mes|month)|(?P<m>{_MONTH_NAMES}))\b"
)
_RECENT = timedelta(days=60)
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
"""Nobody means other years, and beyond them calendars end."""


def spoken_date(folded: str, today: date) -> date | None:
    """The one day that a folded text names, or None. It may lie in the past, if that was said.

    A weekday wins over a day of the month that does not fit it: people miscount dates.
    """
    weekday_said = _WEEKDAY.search(folded)
    weekday = WEEKDAYS[weekday_said["day"]] if weekday_said else None
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
    if _WEEK_AFTER.search(folded):
        after_next = "after next" in folded or "subsiguiente" in folded
        monday = today + timedelta(days=14 - today.weekday())
        return (
            monday + timedelta(days=weekday)
            if after_next
            else _coming(weekday, today) + timedelta(days=7)
        )
    if _NEXT_WEEK.search(folded):
        return today + timedelta(days=7 - today.weekday() + weekday)
    coming = _coming(weekday, today)
    if _NEXT.search(folded) and (coming - today).days == 1:
        # Said the day before, "next Friday" is not tomorrow: that has a word of its own.
        return coming + timedelta(days=7)
    return coming


def spoken_days(folded: str, today: date) -> tuple[date, date] | None:
    """The first and the last day that will do, both included; equal for one day, None for none.

    Days that are listed with a gap between them ("lunes o jueves") give the first alone: what lies
    between was not said. An open end ("a partir del lunes") reaches two weeks.
    """
    found = _several_days(folded, today)
    if found is None:
        day = spoken_date(folded, today)
        return None if day is None else (day, day)
    first, last = max(found[0], today), found[1]
    return (first, last) if first <= last else None


def _several_days(folded: str, today: date) -> tuple[date, date] | None:
    if found := _NUMBER_RANGE.search(folded):
        return _numbered(found, today)
    if _WORKING_DAYS.search(folded):
        monday = today - timedelta(days=today.weekday())
        monday += _WEEK if today.weekday() > 3 or _NEXT_WEEK.search(folded) else timedelta()
        return monday, monday + timedelta(days=4)
    listed = _listed(folded, today)
    if listed is not None:
        return listed
    if spoken_date(folded, today) is not None:
        return _bounded(folded, today)
    return _by_the_week(folded, today) or _part_of_month(folded, today)


def _numbered(found: re.Match[str], today: date) -> tuple[date, date] | None:
    start, end = int(found["a"] or found["a2"]), int(found["b"] or found["b2"])
    month = found["m"]
    first = (
        _in_year(None, MONTHS[month], start, today) if month else _next_day_of_month(start, today)
    )
    if first is None:
        return None
    last = _day(first.year, first.month, end) if end >= start else _next_day_of_month(end, first)
    return (first, last) if last is not None else None


def _listed(folded: str, today: date) -> tuple[date, date] | None:
    """ "entre el lunes y el miércoles", "jueves o viernes", "hoy o mañana"."""
    for pattern, through in ((_BOUND_TO, True), (_OR, False)):
        pieces = pattern.split(folded)[:8]
        days = [day for piece in pieces if (day := spoken_date(piece, today)) is not None]
        spanned = _BETWEEN.search(folded) or not re.search(r"\b(?:y|and)\b", folded)
        if len(days) < 2 or (through and not spanned):
            continue
        if _NEXT_WEEK.search(folded):
            days = [day if day - today > _WEEK else _in_next_week(day, today) for day in days]
        if through and len(days) == 2:
            first, last = days
            return first, last if last >= first else last + _WEEK
        ordered = sorted(days)
        if all((after - before).days <= 1 for before, after in pairwise(ordered)):
            return ordered[0], ordered[-1]
        return days[0], days[0]
    return None


def _in_next_week(day: date, today: date) -> date:
    return today + timedelta(days=7 - today.weekday() + day.weekday())


def _bounded(folded: str, today: date) -> tuple[date, date] | None:
    """ "a partir del lunes", "antes del viernes"; one day only is no case of it."""
    for pattern, before in ((_NOT_BEFORE, False), (_NOT_AFTER, True)):
        for found in pattern.finditer(folded):
            rest = folded[found.end() :]
            day = spoken_date(f"el {rest}", today) or spoken_date(f"the {rest}", today)
            after = rest.split(" ")[0]
            dated = after[:1].isdigit() and found.group().endswith(("el ", "the "))
            if day is None or not (dated or spoken_date(after, today)):
                continue  # "a partir de las 5 del lunes" bounds the time
            itself = re.match(r"no", found.group()) or not _EXCLUSIVE.search(found.group())
            skip = timedelta(days=0 if itself else 1)
            return (today, day - skip) if before else (day + skip, day + skip + _OPEN_END)
    return None


def _by_the_week(folded: str, today: date) -> tuple[date, date] | None:
    saturday = today + timedelta(days=(5 - today.weekday()) % 7)
    if _WEEKEND.search(folded):
        if today.weekday() == 6:
            saturday -= _WEEK
        later = _NEXT.search(folded) is not None and (saturday - today).days <= 1
        saturday += _WEEK if later else timedelta()
        return saturday, saturday + timedelta(days=1)
    monday = today - timedelta(days=today.weekday())
    if _WEEK_AFTER.search(folded):
        return monday + 2 * _WEEK, monday + 3 * _WEEK - timedelta(days=1)
    if _NEXT_WEEK.search(folded):
        return monday + _WEEK, monday + 2 * _WEEK - timedelta(days=1)
    if _THIS_WEEK.search(folded):
        return today, monday + timedelta(days=6)
    if found := _NEXT_DAYS.search(folded):
        return today, today + timedelta(days=int(found["n"] or _FEW_DAYS))
    return None


def _part_of_month(folded: str, today: date) -> tuple[date, date] | None:
    found = _PART_OF_MONTH.search(folded)
    if found is None:
        return None
    part = found["p"]
    last = monthrange(today.year, today.month)[1]
    start, end = (11, 20) if part.startswith(("med", "mid")) else (1, 10)
    if part.startswith(("fin", "end")):
        start, end = 24, 31
    month, year = MONTHS[found["m"]] if found["m"] else today.month, today.year
    if date(year, month, min(end, last, 28)) < today:
        year, month = (year + 1, month) if found["m"] else (year + month // 12, month % 12 + 1)
    return date(year, month, start), date(year, month, min(end, monthrange(year, month)[1]))


def without_dates(folded: str) -> str:
    """The text without written dates, whose numbers could be taken for times."""
    for pattern in (_NUMBER_RANGE, _ISO, _SLASHED, _DAY_MONTH, _MONTH_DAY, _DAY_ONLY):
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
        day = int(found["d"]) if found["d"] else DAYS[found["w"]]
        return _in_year(found["y"], MONTHS[found["m"]], day, today)
    if found := _MONTH_DAY.search(folded):
        return _in_year(found["y"], MONTHS[found["m"]], int(found["d"]), today)
    if found := _DAY_ONLY.search(folded):
        day = DAYS[found["w"]] if found["w"] else int(found["d"] or found["d2"])
        return _next_day_of_month(day, today)
    return None


def _relative_date(folded: str, today: date) -> date | None:
    if found := _IN_EIGHT.search(folded):
        return today + timedelta(days=7 if found["w"] == "ocho" else 14)
    if found := _IN.search(folded):
        count = int(found["n"]) if found["n"] else COUNTS[found["w"]]
        if found["unit"] in {"mes", "month"}:
            return _months_later(today, count)
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


def _months_later(today: date, count: int) -> date:
    """The same day of the month, or the month's last where it is shorter."""
    years, month = divmod(today.month - 1 + count, 12)
    year = today.year + years
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


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

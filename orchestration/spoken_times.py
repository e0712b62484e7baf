"""Clock times as people say and write them, in Spanish and English. Pure.

Everything works on folded text (`fold`). Times are minutes since midnight.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

_HOUR_WORDS = {
    "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8,
    "nueve": 9, "diez": 10, "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15,
    "dieciseis": 16, "diecisiete": 17, "dieciocho": 18, "diecinueve": 19, "veinte": 20,
    "veintiuna": 21, "veintidos": 22, "veintitres": 23,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
_MINUTE_WORDS = {
    "media": 30, "cuarto": 15, "cinco": 5, "diez": 10, "quince": 15, "veinte": 20,
    "veinticinco": 25, "treinta": 30, "cuarenta": 40, "cuarenta y cinco": 45, "cincuenta": 50,
    "fifteen": 15, "thirty": 30, "forty five": 45, "forty": 40, "twenty": 20, "ten": 10,
}  # fmt: skip
_PARTS = {
    "madrugada": ("00:00", "06:00"),
    "manana": ("08:00", "12:00"),
    "morning": ("08:00", "12:00"),
    "mediodia": ("12:00", "14:00"),
    "midday": ("12:00", "14:00"),
    "lunchtime": ("12:00", "14:00"),
    "siesta": ("13:00", "16:00"),
    "tarde": ("13:00", "20:00"),
    "tardecita": ("17:00", "20:00"),
    "afternoon": ("12:00", "18:00"),
    "evening": ("18:00", "22:00"),
    "tonight": ("19:00", "23:00"),
    "noche": ("19:00", "23:00"),
    "night": ("19:00", "23:00"),
    "primera hora": ("08:00", "10:00"),
    "ultima hora": ("17:00", "20:00"),
}
_AM_PARTS = {"madrugada", "manana", "morning", "primera hora"}

_HOURS = "|".join(sorted(_HOUR_WORDS, key=len, reverse=True))
_MINUTES = "|".join(sorted(_MINUTE_WORDS, key=len, reverse=True))
_PART = (
    "madrugada|manana|mediodia|tardecita|tarde|noche|siesta|morning|afternoon|evening|night|midday"
)


def _clock_pattern(minutes_said: str) -> re.Pattern[str]:
    # "5:30", "5 y media", "seis menos cuarto", "17 hs", "5 pm", "half past five"
    return re.compile(
        rf"""
        (?<![\w:./,$])
        (?:(?P<past>half|quarter|ten|twenty|five)\s+(?P<way>past|to)\s+)?
        (?:(?P<digits>[01]?\d|2[0-4])|(?P<word>{_HOURS}))(?![\w/])
        (?:\s*[:.h]\s*(?P<mins>[0-5]\d)(?!\d))?
        (?:\s+y\s+(?P<and>{minutes_said})(?![\w:]))?
        (?:\s+menos\s+(?P<less>{_MINUTES}|[0-5]?\d)(?![\w:]))?
        (?P<unit>\s*(?:hs|hrs|horas|hora|h|o'?\s?clock)\b\.?)?
        (?:\s*(?P<half>[ap])\.?\s?m\b\.?
          |\s+(?:(?:de|por|a|en)\s+la|in\s+the|at|del)\s+(?P<part>{_PART})\b)?
        """,
        re.VERBOSE,
    )


_CLOCK = _clock_pattern(rf"{_MINUTES}|[0-5]\d")
# In "entre las 5 y 10" the second number is an hour.
_CLOCK_BETWEEN = _clock_pattern("media|cuarto")
_BETWEEN = re.compile(r"\b(?:entre|between)\b")
_GLUED = re.compile(r"(?<=\d)(?=[ap]\.?\s?m\b|hs?\b|hrs\b)")
_FRENCH = re.compile(r"(?<=\d)h(?=[0-5]\d\b)")
_LED = re.compile(
    r"\b(?:las?|at|around|about|tipo|by|until|till|after|before|from|between|entre|past)\s+$"
)
_NOON = re.compile(r"\b(?:al mediodia en punto|at noon|noon)\b")
_MIDNIGHT = re.compile(r"\b(?:medianoche|midnight)\b")
_PART_SAID = re.compile(
    rf"\b(?:(?:a|por|de|en|x)\s+la|esta|al|del|this|in\s+the|at)\s+(?P<part>{_PART})\b"
    r"|(?<!mas )(?<!muy )(?<!good )\b(?P<bare>tardecita|tarde|noche|morning|afternoon|evening"
    r"|tonight|night|mediodia|midday|lunchtime|primera hora|ultima hora)\b"
)
_RANGE_LEAD = re.compile(r"\b(?:entre|between|de|from|desde)\s+(?:las?\s+)?$")
_JOIN = re.compile(r"^\s*(?:(?:y|a|o|and|to|hasta|until|till)\s+|[-–]\s*)(?:las?\s+)?$")
_AFTER = re.compile(
    r"\b(?:despues de|a partir de|desde|luego de|pasadas?|after|from|later than)\s+(?:las?\s+)?$"
)
_ONWARDS = re.compile(r"^\s*(?:en adelante|para adelante|o mas tarde|onwards?|or later)\b")
_BEFORE = re.compile(r"\b(?:antes de|hasta|before|until|till|by|no later than)\s+(?:las?\s+)?$")


def fold(text: str) -> str:
    """Lower case, without accents, one blank between words; what surrounds numbers is kept."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c)).replace("’", "'")
    return re.sub(r"\s+", " ", _GLUED.sub(" ", _FRENCH.sub(":", plain))).strip()


@dataclass(frozen=True, slots=True)
class SpokenTime:
    """One clock time in a text."""

    minutes: int
    """As said; an hour of 1 to 11 without anything beside it is read by `settle`."""
    ambiguous: bool
    """It could as well be twelve hours later."""
    marked: bool
    """Something beside the number says that it is a time."""
    start: int
    end: int
    """Where it stands in the folded text."""

    def could_be(self, minutes: int) -> bool:
        """Whether it may mean this."""
        return minutes == self.minutes or (self.ambiguous and minutes == self.minutes + 12 * 60)

    def settled(self) -> int:
        """What is meant when nothing else helps: businesses are open from 8 to 19 o'clock."""
        return self.minutes + 12 * 60 if self.ambiguous and self.minutes < 8 * 60 else self.minutes


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """From when until when, either may be open (None); equal for an exact time."""

    start: SpokenTime | int | None
    end: SpokenTime | int | None


def spoken_times(folded: str) -> Iterator[SpokenTime]:
    """Every clock time in a folded text, in order. Unmarked numbers are included, as such."""
    part = part_of_day(folded)
    pattern = _CLOCK_BETWEEN if _BETWEEN.search(folded) else _CLOCK
    for found in pattern.finditer(folded):
        own = found["part"] or {"a": "am", "p": "pm"}.get(found["half"] or "")
        led = _LED.search(folded[: found.start()]) is not None
        marked = led or any(found[name] for name in ("mins", "unit", "past", "and", "less"))
        minutes, ambiguous = _meant(_as_said(found), own or part)
        yield SpokenTime(
            minutes=minutes,
            ambiguous=ambiguous,
            marked=marked or own is not None,
            start=found.start(),
            end=found.end(),
        )


def spoken_window(folded: str, *, bare: bool = False) -> TimeWindow | None:
    """What a folded text says about the time of day; None when it says nothing.

    With `bare` the text is known to be about time: a lone number or "manana" counts.
    """
    folded = _MIDNIGHT.sub("00:00", _NOON.sub("12:00", folded))
    everything = list(spoken_times(folded))
    for first, second in pairwise(everything):
        joined = _JOIN.match(folded[first.end : second.start]) is not None
        if joined and (first.marked or bare or _RANGE_LEAD.search(folded[: first.start])):
            return _range(first, second)
    times = [each for each in everything if each.marked or bare]
    if not times:
        return _by_part_of_day(folded, bare)
    first = times[0]
    before, after = folded[: first.start], folded[first.end :]
    if _AFTER.search(before) or _ONWARDS.match(after):
        return TimeWindow(first, None)
    if _BEFORE.search(before):
        return TimeWindow(None, first)
    return TimeWindow(first, first)


def part_of_day(folded: str) -> str:
    """The part of the day that a folded text names, or ""."""
    said = _PART_SAID.search(folded)
    return (said["part"] or said["bare"]) if said else ""


def _by_part_of_day(folded: str, bare: bool) -> TimeWindow | None:
    part = part_of_day(folded) or ("manana" if bare and folded == "manana" else "")
    if not part:
        return None
    start, end = _PARTS[part]
    return TimeWindow(minutes_of(start), minutes_of(end))


def _range(first: SpokenTime, second: SpokenTime) -> TimeWindow:
    """Both ends of a range; what is said beside the second holds for the first where it can."""
    late = second.minutes >= 12 * 60 and not second.ambiguous
    if late and first.ambiguous and first.minutes + 12 * 60 < second.minutes:
        return TimeWindow(first.minutes + 12 * 60, second)
    start, end = first.settled(), second.settled()
    if end < start and second.ambiguous:
        end = second.minutes + 12 * 60
    if end < start:
        start = min(first.minutes, end)
    return TimeWindow(start, end)


def _as_said(found: re.Match[str]) -> int:
    hour = int(found["digits"]) if found["digits"] else _HOUR_WORDS[found["word"]]
    minutes = hour % 24 * 60 + int(found["mins"] or 0)
    if found["and"]:
        minutes += _minutes_said(found["and"])
    if found["less"]:
        minutes -= _minutes_said(found["less"])
    if found["past"]:
        away = {"half": 30, "quarter": 15, "ten": 10, "twenty": 20, "five": 5}[found["past"]]
        minutes += away if found["way"] == "past" else -away
    return minutes % (24 * 60)


def _minutes_said(text: str) -> int:
    return _MINUTE_WORDS[text] if text in _MINUTE_WORDS else int(text)


def _meant(minutes: int, part: str) -> tuple[int, bool]:
    """The time on the 24-hour clock, and whether it may also be twelve hours later."""
    if minutes < 60 or minutes >= 13 * 60:
        return minutes, False
    at_twelve = minutes >= 12 * 60
    if not part:
        return minutes, not at_twelve
    if at_twelve:
        midnight = part in {"am", "madrugada", "noche", "night"}
        return (minutes - 12 * 60 if midnight else minutes), False
    if part == "am" or part in _AM_PARTS:
        return minutes, False
    after_midnight = part in {"noche", "night"} and minutes < 5 * 60
    before_noon = part in {"mediodia", "midday"} and minutes >= 10 * 60
    return (minutes if after_midnight or before_noon else minutes + 12 * 60), False


def minutes_of(text: str) -> int:
    """Minutes of "HH:MM"."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def clock(minutes: int) -> str:
    """ "HH:MM" of minutes since midnight."""
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"

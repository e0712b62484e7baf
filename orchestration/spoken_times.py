"""Clock times as people say and write them, in Spanish and English. Pure.

Everything works on folded text (`fold`). Times are minutes since midnight.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from orchestration.time_words import (
    AM_PARTS,
    HOUR_WORDS,
    LOOSELY,
    MINUTE_WORDS,
    PARTS,
    SAME_AS,
)

_HOURS = "|".join(sorted(HOUR_WORDS, key=len, reverse=True))
# Escaped: blanks in a verbose pattern would count for nothing.
_MINUTES = "|".join(map(re.escape, sorted(MINUTE_WORDS, key=len, reverse=True)))
_PART = (
    "madrugada|manana|mediodia|tardecita|tarde|noche|siesta|morning|afternoon|evening|night|midday"
)


def _clock_pattern(minutes_said: str) -> re.Pattern[str]:
    # "5:30", "5 y media", "seis menos cuarto", "17 hs", "5 pm", "half past five"
    return re.compile(
        rf"""
        (?<![\w:./,$])
        (?:(?P<past>half|quarter|ten|twenty|five)\s+(?P<way>past|to)\s+
          |(?P<half_hour>half)\s+(?!an?\b)
          |(?P<to>media|cuarto|diez|veinte|veinticinco|cinco)\s+para\s+las?\s+)?
        (?:(?P<digits>[01]?\d|2[0-4])|(?P<word>{_HOURS}))(?![\w/])
        (?:\s*[:.h]\s*(?P<mins>[0-5]\d)(?!\d))?
        (?:\s+y\s+(?P<and>{minutes_said})(?![\w:])
          |[ -](?P<minutes>thirty|fifteen|forty[ -]five|forty|twenty
            |quince|treinta|cuarenta\ y\ cinco|cuarenta|cincuenta)
            (?![\w:-]|\ (?:people|min|y\ \w|mil\b|pesos|euros|dolares|personas|dias)))?
        (?:\s+menos\s+(?P<less>{_MINUTES}|[0-5]?\d)(?![\w:]))?
        (?P<unit>\s*(?:hs|hrs|horas|hora|h|o'?\s?clock)\b\.?)?
        (?:\s*(?P<half>[ap])\.?\s?m\b\.?
          |\s+(?:(?:de|por|a|en)\s+la|in\s+the|at|del)\s+(?P<part>{_PART})\b)?
        """,
        re.VERBOSE,
    )


_MARKS = ("mins", "unit", "past", "half_hour", "to", "and", "minutes", "less")
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
_JOIN = re.compile(
    r"^\s*(?:(?:y|a|o|u|and|or|to|hasta|until|till)\s+|[-–]\s*)(?:a\s+)?(?:las?\s+)?$"
)
_EITHER = re.compile(r"^\s*(?:o|u|or)\b")
_EITHER_WITHIN = 120
"""Minutes: times named with "or" that are closer count as all between them."""
_AFTER = re.compile(
    r"\b(?:despues de|a partir de|desde|luego de|pasadas?|after|from|later than)\s+(?:las?\s+)?$"
)
_ONWARDS = re.compile(r"^\s*(?:en adelante|para adelante|o mas tarde|onwards?|or later)\b")
_BEFORE = re.compile(r"\b(?:antes de|hasta|before|until|till|by|no later than)\s+(?:las?\s+)?$")


_DELAY_COUNTS = HOUR_WORDS | {
    "un": 1, "a": 1, "an": 1, "treinta": 30, "cuarenta": 40, "cuarenta y cinco": 45,
    "cincuenta": 50,
    "un par de": 2, "a couple of": 2, "twenty": 20, "thirty": 30, "forty": 40, "forty-five": 45,
    "forty five": 45, "fifteen": 15, "fifty": 50, "unos": 5, "a few": 5,
}  # fmt: skip
_DELAY_NUMBER = "|".join(sorted(_DELAY_COUNTS, key=len, reverse=True))
_DELAY = re.compile(
    r"(?<!\w)(?:(?:en|dentro de|de aqui a|de aca a|in)\s+(?:unos\s+|unas\s+|about\s+|como\s+)?"
    r"(?:(?P<half>media\s+hor(?:a|ita)|half\s+an?\s+hour|a\s+half\s+hour)"
    r"|(?P<one_and_half>(?:una\s+)?hora\s+y\s+media)"
    rf"|(?P<n>\d{{1,3}}|{_DELAY_NUMBER})\s*(?P<unit>minut\w+|mins?|horas?|hours?|hrs?|hs?|h|')"
    r"(?P<and_half>\s+y\s+media|\s+and\s+a\s+half)?)(?:\s+from\s+now)?)(?!\w)"
)
_JUST_LATER = re.compile(
    r"(?<!\w)(?:(?:un poco |un poquito |a bit |a little )?"
    r"(?:mas tarde|mas tardecito|mas luego|later)"
    r"(?: on| today| hoy)?|en un (?:rato|ratito)|al rato|in a (?:bit|while))(?!\w)"
)
_BESIDE_LATER = frozenset(
    """
    si yes ok okay dale mejor bueno vale call llama llamame llamalos llamalo llamar llame try proba
    again de nuevo otra vez por favor porfa please them it but pero gracias thanks hazlo intenta
    prueba volve vuelve a y them do maybe entonces then me los lo la
    """.split()
)
_LATER_S = 3600.0
_LONGEST_DELAY_S = 24 * 3600.0


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
        marked = led or any(found[name] for name in _MARKS)
        minutes, ambiguous = _meant(_as_said(found), own or part)
        before = found["less"] or found["to"] or found["way"] == "to"
        if before and minutes < 60 and not (own or part):
            ambiguous = True  # "la una menos cuarto" is rarely after midnight
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
    for pattern, instead in SAME_AS:
        folded = pattern.sub(instead, folded)
    folded = _MIDNIGHT.sub("00:00", _NOON.sub("12:00", folded))
    everything = list(spoken_times(folded))
    for first, second in pairwise(everything):
        between = folded[first.end : second.start]
        joined = _JOIN.match(between) is not None
        if joined and _EITHER.match(between) and not _close(first, second):
            continue  # "10am o 4pm" is not everything between them
        if joined and (first.marked or bare or _RANGE_LEAD.search(folded[: first.start])):
            return _range(first, second)
    times = [each for each in everything if each.marked or bare]
    if not times:
        return _by_part_of_day(folded, bare)
    first = times[0]
    if len(times) > 1 and (both := _from_both_sides(folded, times)) is not None:
        return both
    before, after = folded[: first.start], folded[first.end :]
    if _AFTER.search(before) or _ONWARDS.match(after):
        return TimeWindow(first, None)
    if _BEFORE.search(before):
        return TimeWindow(None, first)
    return TimeWindow(first, first)


def spoken_delay(folded: str) -> float | None:
    """In how many seconds from now, when a folded text says that: "en media hora" is 1800.0.

    Only for minutes and hours from now; "más tarde" and "later" by themselves are an hour. None for
    everything else, clock times and days among it.
    """
    if found := _DELAY.search(folded):
        if found["half"] or found["one_and_half"]:
            return 30 * 60.0 if found["half"] else 90 * 60.0
        count = _count(found["n"]) * (60.0 if found["unit"][0] in "m'" else 3600.0)
        half = 30 * 60.0 if found["and_half"] and found["unit"][0] not in "m'" else 0.0
        return count + half if 0 < count <= _LONGEST_DELAY_S else None
    rest, later = _JUST_LATER.subn(" ", folded)
    alone = "?" not in folded and set(re.findall(r"[\w']+", rest)) <= _BESIDE_LATER
    return _LATER_S if later and alone else None


def _count(said: str) -> int:
    return int(said) if said.isdigit() else _DELAY_COUNTS[said]


def part_of_day(folded: str) -> str:
    """The part of the day that a folded text names, or ""."""
    said = _PART_SAID.search(folded)
    return (said["part"] or said["bare"]) if said else ""


def _close(first: SpokenTime, second: SpokenTime) -> bool:
    window = _range(first, second)
    start, end = (said if isinstance(said, int) else None for said in (window.start, window.end))
    if isinstance(window.end, SpokenTime):
        end = window.end.settled()
    return start is not None and end is not None and 0 < end - start <= _EITHER_WITHIN


def _from_both_sides(folded: str, times: list[SpokenTime]) -> TimeWindow | None:
    """ "después de las 18 pero antes de las 20"."""
    one, other = times[0], times[1]
    if _BEFORE.search(folded[: one.start]):
        one, other = other, one
    after = _AFTER.search(folded[: one.start])
    before = _BEFORE.search(folded[: other.start])
    return _range(one, other) if after and before and one is not other else None


def _by_part_of_day(folded: str, bare: bool) -> TimeWindow | None:
    for pattern, start, end in LOOSELY:
        if pattern.search(folded):
            return TimeWindow(minutes_of(start), minutes_of(end))
    part = part_of_day(folded) or ("manana" if bare and folded == "manana" else "")
    if not part:
        return None
    start, end = PARTS[part]
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
    hour = int(found["digits"]) if found["digits"] else HOUR_WORDS[found["word"]]
    minutes = hour % 24 * 60 + int(found["mins"] or 0)
    if found["and"]:
        minutes += _minutes_said(found["and"])
    if found["less"]:
        minutes -= _minutes_said(found["less"])
    if found["minutes"]:
        minutes += MINUTE_WORDS[found["minutes"].replace("-", " ")]
    if found["half_hour"]:
        minutes += 30  # "half five" is half past five in Britain, where it is said
    if found["to"]:
        minutes -= MINUTE_WORDS[found["to"]]
    if found["past"]:
        away = {"half": 30, "quarter": 15, "ten": 10, "twenty": 20, "five": 5}[found["past"]]
        minutes += away if found["way"] == "past" else -away
    return minutes % (24 * 60)


def _minutes_said(text: str) -> int:
    return MINUTE_WORDS[text] if text in MINUTE_WORDS else int(text)


def _meant(minutes: int, part: str) -> tuple[int, bool]:
    """The time on the 24-hour clock, and whether it may also be twelve hours later."""
    if (minutes < 60 and not part) or minutes >= 13 * 60:
        return minutes, False
    at_twelve = minutes >= 12 * 60
    if not part:
        return minutes, not at_twelve
    if at_twelve:
        midnight = part in {"am", "madrugada", "noche", "night"}
        return (minutes - 12 * 60 if midnight else minutes), False
    if part == "am" or part in AM_PARTS:
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

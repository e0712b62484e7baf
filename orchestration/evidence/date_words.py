"""Which of the date words in a line can only mean another day than the slot's. Pure.

`spoken_dates` reads dates as they are usually said. This is for the rest: "Thursday the
nineteenth", "el jueves tres", "el cuatro de diciembre" name a weekday, a month or a day's number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from orchestration.calendar_words import DAYS
from orchestration.calendar_words import MONTHS as _MONTHS
from orchestration.calendar_words import WEEKDAYS as _WEEKDAYS
from orchestration.evidence.slot import Slot

_LONGEST_SPAN = 7
_SHORTEST_NAME = 4
_UNITS = "one two three four five six seven eight nine".split()
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth".split()
_TEENS = (
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split()
)
_TEENTHS = (
    "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth"
    " nineteenth twentieth"
).split()
_NUMBERS = (
    DAYS
    | {word: number for words in (_UNITS, _ORDINALS) for number, word in enumerate(words, 1)}
    | {word: number for words in (_TEENS, _TEENTHS) for number, word in enumerate(words, 10)}
    | {"una": 1, "segundo": 2, "tercero": 3, "thirty": 30, "thirtieth": 30}
)
_TENS = {"twenty": 20, "thirty": 30, "treinta": 30, "veinte": 20}
_ORDINAL_WORDS = frozenset((*_ORDINALS, *_TEENTHS, "thirtieth"))
_JOINTS = frozenset({"de", "of", "the", "el", "dia", "y"})
# Short forms mean too much else: "sep" is a yes, "sun" the weather.
WEEKDAYS = {word: day for word, day in _WEEKDAYS.items() if len(word) > _SHORTEST_NAME}
MONTHS = {word: month for word, month in _MONTHS.items() if len(word) >= _SHORTEST_NAME}


@dataclass(frozen=True, slots=True)
class DateWords:
    """What a slot's own day can be called; nothing is held against a slot without a day."""

    weekdays: frozenset[int]
    months: frozenset[int]
    days: frozenset[int]
    hours: frozenset[int]
    """That a number right after a weekday may as well be: "Friday five thirty"."""

    @classmethod
    def of(cls, slot: Slot) -> DateWords:
        """The words for a slot."""
        if slot.day is None:
            return cls(*(frozenset(range(32)),) * 4)
        last = slot.last_day or slot.day
        span = min((last - slot.day).days, _LONGEST_SPAN)
        dates = [slot.day + timedelta(days=each) for each in range(span + 1)]
        hours = range(25)
        if slot.earliest is not None and slot.latest is not None:
            hours = range(slot.earliest // 60, slot.latest // 60 + 2)
        return cls(
            frozenset(each.weekday() for each in dates),
            frozenset(each.month for each in dates),
            frozenset(each.day for each in dates),
            frozenset(hours) | {(hour - 1) % 12 + 1 for hour in hours},
        )

    def is_name(self, word: str) -> bool:
        """Whether a word is the weekday or the month of the slot."""
        word = word.removesuffix("'s")
        return WEEKDAYS.get(word) in self.weekdays or MONTHS.get(word) in self.months

    def strange(self, words: Sequence[str]) -> frozenset[int]:
        """Places of numbers that can only be another day's."""
        return frozenset(at for at in range(len(words)) if self._is_strange(words, at))

    def _is_strange(self, words: Sequence[str], at: int) -> bool:
        number = _number(words, at)
        if number is None:
            return False
        before, after = _neighbour(words, at, -1), _neighbour(words, at, 1)
        if before in MONTHS or after in MONTHS:
            return number not in self.days
        previous = words[at - 1] if at else ""
        if before in WEEKDAYS or previous in {"el", "dia"}:
            return number not in self.days | self.hours
        ordinal = not _ORDINAL_WORDS.isdisjoint(words[at : at + 2])
        return previous == "the" and ordinal and number not in self.days


def _number(words: Sequence[str], at: int) -> int | None:
    """Its value from 1 to 31; a unit is counted with its ten, at the ten."""
    word = words[at]
    if word.isdigit():
        return int(word) if len(word) < _SHORTEST_NAME else None
    if word[:-2].isdigit() and word[-2:] in {"st", "nd", "rd", "th"}:
        return int(word[:-2])
    unit = _number_word(words, at + 1)
    if word in _TENS and unit is not None and unit < 10:
        return _TENS[word] + unit
    if at and words[at - 1] in _TENS:
        return None
    return _NUMBERS.get(word)


def _number_word(words: Sequence[str], at: int) -> int | None:
    return _NUMBERS.get(words[at]) if at < len(words) else None


def _neighbour(words: Sequence[str], at: int, way: int) -> str:
    """The word on that side, past "the", "of" and the like."""
    at += way
    while 0 <= at < len(words) and words[at] in (_JOINTS | _NUMBERS.keys() if way > 0 else _JOINTS):
        at += way
    return words[at].removesuffix("'s") if 0 <= at < len(words) else ""

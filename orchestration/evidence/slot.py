"""What is said to be booked, and what supports it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from data.call import TimelineEntry
from orchestration.spoken_times import SpokenTime

_HALF_DAY = 12 * 60
_LAST_MINUTE = 24 * 60 - 1


@dataclass(frozen=True, slots=True)
class Slot:
    """What is said to be booked."""

    day: date | None
    """None when nobody claims a day: then the one that was agreed on counts."""
    earliest: int | None
    """Minutes since midnight; None when only the day is known."""
    latest: int | None
    last_day: date | None = None
    """With it any day from `day` to it is meant."""

    def is_on(self, said: date | None) -> bool:
        """Whether a day that was said is meant."""
        if said is None:
            return False
        return self.day is None or self.day <= said <= (self.last_day or self.day)

    def has(self, said: SpokenTime) -> bool:
        """Whether a time that was said may mean this slot."""
        return self.earliest is None or self.latest is None or self.meant(said) is not None

    def meant(self, said: SpokenTime) -> int | None:
        """Which time of this slot it means, in minutes since midnight; None when it does not."""
        earliest = 0 if self.earliest is None else self.earliest
        latest = _LAST_MINUTE if self.latest is None else self.latest
        for minutes in (said.minutes, said.minutes + _HALF_DAY):
            if said.could_be(minutes) and earliest <= minutes <= latest:
                return minutes
        return None


@dataclass(frozen=True, slots=True)
class Support:
    """What stands in the end."""

    entry: TimelineEntry
    """The business's line that shows it best."""
    firm: bool
    """The business itself said that it is noted, confirmed or expected, or named the slot while
    agreeing, in answer to a request, and asked nothing afterwards."""
    day: date | None
    minutes: int | None
    """The agreed time since midnight, where it was said."""
    understood: bool
    """No doubt is left by what the business said: see `Doubt`."""


class Need(IntEnum):
    """What it takes after all that was said before."""

    YES = 0
    CLEAR = 1
    """It said what we do not understand: a yes counts only to the slot read back in full."""
    FIRM = 2
    """The business has denied, doubted or put off: it must say that it books, or name the slot."""
    NAMED = 3
    """It has spoken of another day or time: it must name this one."""


class Doubt(IntEnum):
    """What the business's words leave between the request and a booking."""

    NONE = 0
    """All of them were understood, or it has decided since and nothing speaks against that."""
    UNKNOWN = 1
    """Some were not understood, or something mild was said after it had decided. It takes a yes to
    the slot read back, or a sentence that books and names it."""
    MARKED = 2
    """It asks for something first, has no room, has to ask somebody, does something else. It takes
    words that book, in answer to the slot read back, or a line that books and names it and is
    understood to its end."""
    LISTED = 3
    """It speaks of a list, or of a pencil: then "noted" means just that, and nothing is enough."""


class Decision(IntEnum):
    """How far one line of the business goes by itself, whether or not it is understood."""

    NONE = 0
    BOOKS = 1
    """It says that it books."""
    ANSWERS = 2
    """It answers the slot that was read back, and the quote stands."""

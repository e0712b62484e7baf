"""When the customer wants it, and whether what the business offers fits. Pure.

Dates and times are resolved here and not by a model, on the business's own clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from data.errand import Preferences
from data.place import OpeningHours
from orchestration.local_time import is_open
from orchestration.spoken_dates import spoken_date, without_dates
from orchestration.spoken_times import (
    SpokenTime,
    TimeWindow,
    clock,
    fold,
    minutes_of,
    spoken_window,
)

_HALF_DAY = 12 * 60
_HEARD_LENGTH = 80


@dataclass(frozen=True, slots=True)
class SlotVerdict:
    """What the agent is told about a slot that the business offers."""

    valid: bool
    message: str
    """For the agent: why not, or what to do next."""
    alternatives: tuple[str, ...] = ()
    """What the customer would accept instead, as "YYYY-MM-DD HH:MM" or in words."""


def resolve(
    date_heard: str,
    time_heard: str,
    now: datetime,
    hours: Sequence[OpeningHours] = (),
    before: Preferences | None = None,
) -> Preferences:
    """What the customer's words mean on the business's clock (`now`, aware, in its zone).

    What cannot be resolved stays as it was heard. A day that has passed is not resolved.
    Empty words keep what `before` says about the day or the time.
    """
    date_heard, time_heard = date_heard.strip()[:_HEARD_LENGTH], time_heard.strip()[:_HEARD_LENGTH]
    on_date, on_time = fold(date_heard), fold(time_heard)
    day = spoken_date(on_date, now.date()) or spoken_date(_unmistakable(on_time), now.date())
    if day is not None and day < now.date():
        day = None
    window = spoken_window(without_dates(on_time), bare=True) or spoken_window(
        without_dates(on_date)
    )
    kept = before or Preferences()
    new_date = bool(date_heard) or day is not None
    new_time = bool(time_heard) or window is not None
    iso = (day.isoformat() if day else "") if new_date else kept.date
    weekday = date.fromisoformat(iso).weekday() if iso else None
    start, end = _settle(window, hours, weekday) if new_time else (kept.time_from, kept.time_until)
    return Preferences(
        date_heard=date_heard if new_date else kept.date_heard,
        time_heard=time_heard if new_time else kept.time_heard,
        date=iso,
        time_from=start,
        time_until=end,
    )


def check_slot(
    preferences: Preferences, date_text: str, time_text: str, now: datetime
) -> SlotVerdict:
    """Whether a slot that the business offers fits. `now` is aware, in the business's zone."""
    wanted = _alternatives(preferences)
    day = spoken_date(fold(date_text), now.date()) or spoken_date(
        _unmistakable(fold(time_text)), now.date()
    )
    if day is None and date_text.strip() and _says_a_day(date_text):
        return SlotVerdict(
            False, f"The date {_quoted(date_text)} is not clear. Ask for day and month.", wanted
        )
    if day is None and preferences.date:
        day = date.fromisoformat(preferences.date)
    window = spoken_window(without_dates(fold(time_text)), bare=True) or spoken_window(
        without_dates(fold(date_text))
    )
    if day is None and window is None:
        return SlotVerdict(False, "Neither a day nor a time is clear. Ask for both.", wanted)
    if day is not None and day < now.date():
        return SlotVerdict(
            False, f"{day.isoformat()} has passed; today is {now.date().isoformat()}.", wanted
        )
    if day is not None and preferences.date and day.isoformat() != preferences.date:
        return SlotVerdict(
            False,
            f"The customer asked for {preferences.date}, not {day.isoformat()}. "
            "Ask whether there is anything on that day.",
            wanted,
        )
    if window is None:
        if preferences.time_from or preferences.time_until:
            return SlotVerdict(False, "The day fits. Ask for the exact time.", wanted)
        return SlotVerdict(False, "The day fits; the customer takes any time. Ask for one.")
    if day is None:
        return SlotVerdict(False, "On which day? Ask for the date of that time.", wanted)
    return _check_time(preferences, day, window, now, wanted)


def _check_time(
    preferences: Preferences,
    day: date,
    window: TimeWindow,
    now: datetime,
    wanted: tuple[str, ...],
) -> SlotVerdict:
    earliest, latest = window_of(preferences)
    start, end = _nearest_meaning(window.start, earliest, latest), None
    if window.end != window.start:
        end = _nearest_meaning(window.end, earliest, latest)
    if start is None or (end is not None and end != start):
        return SlotVerdict(False, "That is not one exact time. Ask for the exact time.", wanted)
    at = f"{day.isoformat()} {clock(start)}"
    if day == now.date() and start <= now.hour * 60 + now.minute:
        return SlotVerdict(False, f"{at} has passed; it is {now:%H:%M} now.", wanted)
    if earliest <= start <= latest:
        return SlotVerdict(True, f"{at} suits the customer. Accept it and have it confirmed.")
    return SlotVerdict(
        False,
        f"{at} does not suit the customer, who asked for {_times_in_words(preferences)}. "
        "Ask for that.",
        wanted,
    )


def window_of(preferences: Preferences) -> tuple[int, int]:
    """The earliest and latest acceptable start, in minutes since midnight."""
    earliest = minutes_of(preferences.time_from) if preferences.time_from else 0
    latest = minutes_of(preferences.time_until) if preferences.time_until else 24 * 60 - 1
    return earliest, latest


def _settle(
    window: TimeWindow | None, hours: Sequence[OpeningHours], weekday: int | None
) -> tuple[str, str]:
    if window is None:
        return "", ""
    start = _settle_one(window.start, hours, weekday)
    end = start if window.end is window.start else _settle_one(window.end, hours, weekday)
    if window.start is None and end is not None and isinstance(window.end, SpokenTime):
        # "Before nine" at a business that opens at nine is the evening.
        if window.end.ambiguous and end <= 9 * 60:
            end += _HALF_DAY
    return (clock(start) if start is not None else ""), (clock(end) if end is not None else "")


def _settle_one(
    said: SpokenTime | int | None, hours: Sequence[OpeningHours], weekday: int | None
) -> int | None:
    if said is None or isinstance(said, int):
        return said
    if said.ambiguous and hours:
        days = range(7) if weekday is None else (weekday,)
        open_at = [
            minutes
            for minutes in (said.minutes, said.minutes + _HALF_DAY)
            if any(is_open(hours, day, minutes) for day in days)
        ]
        if len(open_at) == 1:
            return open_at[0]
    return said.settled()


def _nearest_meaning(said: SpokenTime | int | None, earliest: int, latest: int) -> int | None:
    """Of the two meanings of "eight" the one that the customer wants, if there is one."""
    if said is None or isinstance(said, int):
        return said
    for minutes in (said.minutes, said.minutes + _HALF_DAY):
        if said.could_be(minutes) and earliest <= minutes <= latest and latest - earliest < 600:
            return minutes
    return said.settled()


def _unmistakable(folded: str) -> str:
    """A time's words without a lone "mañana", which means the morning there."""
    return "" if folded == "manana" else folded


def _says_a_day(text: str) -> bool:
    """Words that only tell a time of day ("a la tarde") are no unclear date."""
    return spoken_window(fold(text)) is None


def _alternatives(preferences: Preferences) -> tuple[str, ...]:
    if not (preferences.date or preferences.time_from or preferences.time_until):
        return ()
    day = preferences.date or "any day"
    if preferences.time_from and preferences.time_from == preferences.time_until:
        return (f"{day} {preferences.time_from}",)
    return (f"{day}, {_times_in_words(preferences)}",)


def _times_in_words(preferences: Preferences) -> str:
    start, end = preferences.time_from, preferences.time_until
    if start and end:
        return start if start == end else f"between {start} and {end}"
    if start:
        return f"{start} or later"
    return f"{end} at the latest" if end else "any time"


def _quoted(text: str) -> str:
    return '"' + " ".join(text.split())[:40] + '"'

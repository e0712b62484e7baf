"""When the customer wants it: their words become days and times on the business's clock. Pure.

They are resolved here and not by a model.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from data.errand import Preferences
from data.place import OpeningHours
from orchestration.leanings import NO_LEANINGS, Leanings
from orchestration.local_time import is_open
from orchestration.spoken_dates import spoken_days, without_dates
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


def resolve(
    date_heard: str,
    time_heard: str,
    now: datetime,
    hours: Sequence[OpeningHours] = (),
    before: Preferences | None = None,
    *,
    leanings: Leanings = NO_LEANINGS,
) -> Preferences:
    """What the customer's words mean on the business's clock (`now`, aware, in its zone).

    What cannot be resolved stays as it was heard. A day that has passed is not resolved; of a range
    that has begun, what is left. Empty words keep what `before` says about the day or the time, and
    `leanings` that say nothing keep how firm it was.
    """
    date_heard, time_heard = date_heard.strip()[:_HEARD_LENGTH], time_heard.strip()[:_HEARD_LENGTH]
    days = days_heard(date_heard, time_heard, now.date())
    if days is not None:
        days = (max(days[0], now.date()), days[1]) if days[1] >= now.date() else None
    window = window_heard(date_heard, time_heard)
    kept = before or Preferences()
    new_date = bool(date_heard) or days is not None
    new_time = bool(time_heard) or window is not None
    first, last = (
        (_in_iso(days) if days else ("", "")) if new_date else (kept.date, kept.date_until)
    )
    start, end = kept.time_from, kept.time_until
    if new_time:
        start, end = _settle(window, hours, _weekdays(first, last))
    return Preferences(
        date_heard=date_heard if new_date else kept.date_heard,
        time_heard=time_heard if new_time else kept.time_heard,
        date=first,
        time_from=start,
        time_until=end,
        date_until=last,
        date_is_wish=_firm(leanings.date_is_wish, kept.date_is_wish),
        time_is_wish=_firm(leanings.time_is_wish, kept.time_is_wish),
        professional=leanings.professional or kept.professional,
        professional_is_must=leanings.professional_is_must is True
        if leanings.professional
        else kept.professional_is_must,
    )


def days_heard(date_text: str, time_text: str, today: date) -> tuple[date, date] | None:
    """The first and last day that these words name, wherever they stand; it may have passed."""
    on_time = fold(time_text)
    # A lone "mañana" among the words about the time means the morning.
    return spoken_days(fold(date_text), today) or spoken_days(
        "" if on_time == "manana" else on_time, today
    )


def window_heard(date_text: str, time_text: str) -> TimeWindow | None:
    """What these words say about the time of day, wherever it stands."""
    return spoken_window(without_dates(fold(time_text)), bare=True) or spoken_window(
        without_dates(fold(date_text))
    )


def _firm(said: bool | None, before: bool) -> bool:
    return before if said is None else said


def _in_iso(days: tuple[date, date]) -> tuple[str, str]:
    first, last = days
    return first.isoformat(), (last.isoformat() if last != first else "")


def _weekdays(first: str, last: str) -> frozenset[int]:
    """The weekdays from a day to another; all of them when no day is known."""
    if not first:
        return frozenset(range(7))
    day, end = date.fromisoformat(first), date.fromisoformat(last or first)
    return frozenset(
        (day + timedelta(days=ahead)).weekday()
        for ahead in range(7)
        if day + timedelta(days=ahead) <= end
    )


def window_of(preferences: Preferences) -> tuple[int, int]:
    """The earliest and latest acceptable start, in minutes since midnight."""
    earliest = minutes_of(preferences.time_from) if preferences.time_from else 0
    latest = minutes_of(preferences.time_until) if preferences.time_until else 24 * 60 - 1
    return earliest, latest


def _settle(
    window: TimeWindow | None, hours: Sequence[OpeningHours], weekdays: frozenset[int]
) -> tuple[str, str]:
    if window is None:
        return "", ""
    start = _settle_one(window.start, hours, weekdays)
    end = start if window.end is window.start else _settle_one(window.end, hours, weekdays)
    if window.start is None and end is not None and isinstance(window.end, SpokenTime):
        # "Before nine" at a business that opens at nine is the evening.
        if window.end.ambiguous and end <= 9 * 60:
            end += _HALF_DAY
    return (clock(start) if start is not None else ""), (clock(end) if end is not None else "")


def _settle_one(
    said: SpokenTime | int | None, hours: Sequence[OpeningHours], weekdays: frozenset[int]
) -> int | None:
    if said is None or isinstance(said, int):
        return said
    if said.ambiguous and hours:
        open_at = [
            minutes
            for minutes in (said.minutes, said.minutes + _HALF_DAY)
            if any(is_open(hours, day, minutes) for day in weekdays)
        ]
        if len(open_at) == 1:
            return open_at[0]
    return said.settled()

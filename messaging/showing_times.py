"""Days and times as a customer reads them, in any language. Pure.

What is said never needs the present: days are named by weekday and date, and a time without a date
means today by agreement (see data.reply.ConfirmationAsked.call_at).
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from data.call import CallResult
from data.errand import Preferences
from data.place import Opening
from messaging.text import harmless

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_CLOCK = re.compile(r"([0-9]{1,2}:[0-9]{2})(?::[0-9]{2})?", re.ASCII)
_HEARD = 60


class Calendar(NamedTuple):
    """A language's words for days."""

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    pattern: str
    """With {weekday}, {day}, {month}."""
    short: str
    """The same for a day that is near."""


class TimeWords(NamedTuple):
    """A language's words for days and times; {a} and {b} are clocks, {x} and {y} days."""

    at: str
    between: str
    after: str
    before: str
    at_one: str
    """Like `at`, for one o'clock: Spanish has another article."""
    today: str
    on: str
    """In front of a day."""
    days: str
    until: str
    """A last day without a first one."""
    any_time: str
    soonest: str
    wished_day: str
    wished_time: str
    """With {time}, already in words."""
    open_now: str
    closed_now: str
    opens: str
    """With {moment}, already in words."""


class Times(NamedTuple):
    """How one language tells days and times."""

    calendar: Calendar
    words: TimeWords

    def day(self, iso_or_heard: str, *, short: bool = False) -> str:
        """ "2026-08-14" as "viernes 14 de agosto"; anything else as it was heard."""
        day = _date(iso_or_heard)
        if day is None:
            return harmless(iso_or_heard, _HEARD)
        return (self.calendar.short if short else self.calendar.pattern).format(
            weekday=self.calendar.weekdays[day.weekday()],
            day=day.day,
            month=self.calendar.months[day.month - 1],
        )

    def at(self, time: str) -> str:
        """ "17:00" as "a las 17:00"; what is no clock as it was heard."""
        shown = clock(time)
        if _CLOCK.fullmatch(shown) is None:
            return shown
        form = self.words.at_one if shown.lstrip("0").startswith("1:") else self.words.at
        return form.format(a=shown)

    def moment(self, moment: str, *, short: bool = False) -> str:
        """ "09:00" as "hoy a las 09:00", "2026-11-26 09:00" as "el jueves 26 … a las 09:00"; "" for
        "".
        """
        day, _, time = moment.strip().rpartition(" ")
        if not time:
            return ""
        if not day:
            return self.words.today.format(time=self.at(time))
        return f"{self.words.on.format(x=self.day(day, short=short))} {self.at(time)}"

    def from_moment(self, moment: str) -> str:
        """The same with "from … on"; today is not named."""
        day, _, time = moment.strip().rpartition(" ")
        if not time:
            return ""
        since = self.words.after.format(a=clock(time))
        return f"{self.words.on.format(x=self.day(day))} {since}" if day else since

    def opening(self, opening: Opening) -> str:
        """ "abierto ahora", "abre el lunes 30 a las 09:00", or "" when nothing is known."""
        if opening.open_now:
            return self.words.open_now
        if opening.opens:
            return self.words.opens.format(moment=self.moment(opening.opens, short=True))
        return self.words.closed_now if opening.open_now is False else ""

    def agreed(self, result: CallResult) -> str:
        """Day and time of a result, as far as it has them: "viernes 14 de agosto a las 17:00"."""
        parts = (self.day(result.date or ""), self.at(result.time or ""))
        return " ".join(part for part in parts if part)

    def wished(self, preferences: Preferences) -> str:
        """When the customer wants it, with what is assumed where they did not say."""
        words = self.words
        day, time = self._days(preferences), self._time(preferences)
        if not day and not time:
            return words.soonest
        day_wish = bool(day) and preferences.date_is_wish
        time_wish = bool(time) and preferences.time_is_wish
        if day_wish:
            day = words.wished_day.format(x=self._on(day, preferences))
        if time_wish:
            time = words.wished_time.format(time=time)
        between = "; " if day_wish or time_wish else ", "
        return between.join((day or words.soonest, time or words.any_time))

    def asked(self, preferences: Preferences) -> str:
        """What they said about when, short and as they said it: "sábado 28, a las 17:00", or ""."""
        parts = (self._days(preferences, short=True), self._time(preferences))
        return ", ".join(part for part in parts if part)

    def _on(self, day: str, preferences: Preferences) -> str:
        named = is_day(preferences.date) and not _later(preferences)
        return self.words.on.format(x=day) if named else day

    def _days(self, preferences: Preferences, *, short: bool = False) -> str:
        first = self.day(preferences.date or preferences.date_heard, short=short)
        last = self.day(preferences.date_until, short=short)
        if _later(preferences):
            return self.words.days.format(x=first, y=last)
        if preferences.date_until and not preferences.date:
            return self.words.until.format(y=last)
        return first

    def _time(self, preferences: Preferences) -> str:
        first, last = clock(preferences.time_from), clock(preferences.time_until)
        if first and last:
            return self.at(first) if first == last else self.words.between.format(a=first, b=last)
        if first:
            return self.words.after.format(a=first)
        if last:
            return self.words.before.format(b=last)
        return harmless(preferences.time_heard, _HEARD)


def clock(time: str) -> str:
    """ "17:00:00" as "17:00"; anything else as it was heard."""
    match = _CLOCK.fullmatch(time)
    return match[1] if match else harmless(time, _HEARD)


def is_day(text: str) -> bool:
    """Whether it is an ISO date, which is shown as a weekday with its date."""
    return _date(text) is not None


def _later(preferences: Preferences) -> bool:
    """Whether several days will do."""
    first, last = preferences.date, preferences.date_until
    return bool(first and last) and first != last


def _date(text: str) -> date | None:
    if _ISO.fullmatch(text) is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

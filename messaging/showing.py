"""Numbers, days and times as a customer reads them. Pure."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

import phonenumbers

from data.call import CallResult
from data.errand import Preferences
from messaging.text import harmless

NAME, SERVICE, REQUEST, WORDS = 80, 80, 200, 220
LISTED_NAME, LISTED_ADDRESS, MOST_PLACES = 50, 45, 10
"""How much of a text from outside is shown, in characters: what asks for an answer, at a message's
end, is then never cut off."""


class Calendar(NamedTuple):
    """A language's words for days."""

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    pattern: str
    """With {weekday}, {day}, {month}."""


def shown_number(e164: str) -> str:
    """Every digit of the number, grouped to be read: "+54 9 11 5555-0101"."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return harmless(e164, 40)
    grouped = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    same = re.sub(r"\D", "", grouped) == re.sub(r"\D", "", e164)
    return grouped if same else harmless(e164, 40)


def shown_called(name_or_number: str) -> str:
    """What a business is called: its name, or its number where no name is known."""
    if re.fullmatch(r"\+[0-9]{6,15}", name_or_number):
        return shown_number(name_or_number)
    return harmless(name_or_number, NAME)


def shown_day(iso_or_heard: str, calendar: Calendar) -> str:
    """ "2026-08-14" as "viernes 14 de agosto"; anything else as it was heard."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", iso_or_heard):
        try:
            day = date.fromisoformat(iso_or_heard)
        except ValueError:
            return harmless(iso_or_heard, 60)
        return calendar.pattern.format(
            weekday=calendar.weekdays[day.weekday()],
            day=day.day,
            month=calendar.months[day.month - 1],
        )
    return harmless(iso_or_heard, 60)


def shown_clock(time: str) -> str:
    """ "17:00:00" as "17:00"; anything else as it was heard."""
    match = re.fullmatch(r"([0-9]{1,2}:[0-9]{2})(?::[0-9]{2})?", time)
    return match[1] if match else harmless(time, 60)


class TimeWords(NamedTuple):
    """A language's words for stretches of time, with {a} and {b}."""

    at: str
    between: str
    after: str
    before: str


def shown_time(preferences: Preferences, words: TimeWords) -> str:
    """The time wished for, or "" when any will do."""
    first, last = shown_clock(preferences.time_from), shown_clock(preferences.time_until)
    if first and last:
        form = words.at if first == last else words.between
        return form.format(a=first, b=last)
    if first:
        return words.after.format(a=first)
    if last:
        return words.before.format(b=last)
    return harmless(preferences.time_heard, 60)


def shown_moment(moment: str, calendar: Calendar, from_on: str) -> str:
    """ "2026-11-26 09:00" or "09:00" with `from_on` between day and {a}, the time; "" for ""."""
    day, _, clock = moment.rpartition(" ")
    if not clock:
        return ""
    return " ".join(filter(None, (shown_day(day, calendar), from_on.format(a=shown_clock(clock)))))


def when_agreed(result: CallResult, calendar: Calendar, words: TimeWords) -> str:
    """Day and time of a result, as far as it has them: "viernes 14 de agosto a las 17:00"."""
    day = shown_day(result.date or "", calendar)
    clock = shown_clock(result.time or "")
    if re.fullmatch(r"[0-9]{1,2}:[0-9]{2}", clock):
        clock = words.at.format(a=clock, b=clock)
    return " ".join(part for part in (day, clock) if part)

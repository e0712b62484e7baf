"""Pieces of English sentences: days, times, and businesses with their prepositions."""

from __future__ import annotations

import re

from messaging.showing import NAME, has_name, is_number, shown_called, shown_who
from messaging.showing_times import Calendar, Times, TimeWords
from messaging.text import harmless

TIMES = Times(
    Calendar(
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        (
            *("January", "February", "March", "April", "May", "June", "July", "August"),
            *("September", "October", "November", "December"),
        ),
        pattern="{weekday}, {month} {day}",
        short="{weekday}, {month:.3} {day}",
    ),
    TimeWords(
        at="at {a}",
        between="between {a} and {b}",
        after="from {a} on",
        before="before {b}",
        at_one="at {a}",
        today="today {time}",
        on="on {x}",
        days="from {x} to {y}",
        until="until {y}",
        any_time="any time",
        soonest="as soon as possible",
        wished_day="preferably {x}, else another day",
        wished_time="preferably {time}, else another time",
        open_now="open now",
        closed_now="closed now",
        opens="opens {moment}",
    ),
)


_NEEDS_NO_IN = re.compile(
    r"(?:in|at|near|around|by|close|next to|en|por|cerca)(?!\w)|(?:down|mid|up)town$", re.IGNORECASE
)


def at_place(name: str) -> str:
    """ " at Ana", or "" when no name is known."""
    return f" at {shown_called(name)}" if has_name(name) else ""


def with_place(name: str) -> str:
    """ " with Ana", " with +54 …", or ""."""
    return f" with {shown_called(name)}" if shown_called(name) else ""


def of_place(name: str) -> str:
    """For a booking: " with Ana", " (+54 …)", or ""."""
    return f" ({shown_called(name)})" if is_number(name) else with_place(name)


def them(name: str) -> str:
    """ "Ana", or "them" where no name is known."""
    return shown_called(name) if has_name(name) else "them"


def who_there(name: str, phone: str) -> str:
    """ "*Ana* (+54 …)", or "the business at +54 …"."""
    return f"{'' if has_name(name) else 'the business at '}{shown_who(name, phone)}"


def in_area(location: str) -> str:
    """ " in Soho", " near the station", or "": the customer's words may bring their preposition."""
    shown = harmless(location, NAME)
    return f" {shown}" if _NEEDS_NO_IN.match(shown) else f" in {shown}" if shown else ""

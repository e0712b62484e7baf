"""Pieces of English sentences: days, times, and businesses with their prepositions."""

from __future__ import annotations

from messaging.showing import shown_called
from messaging.showing_times import Calendar, Times, TimeWords

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


def at_place(name: str) -> str:
    """ " at Ana", or "" when neither name nor number is known."""
    return f" at {shown_called(name)}" if shown_called(name) else ""


def with_place(name: str) -> str:
    """ " with Ana", or ""."""
    return f" with {shown_called(name)}" if shown_called(name) else ""

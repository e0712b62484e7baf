"""How fast the agent answered in a call, read from its timeline. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from data.call import EntryKind, TimelineEntry

MOST = 1_000
"""Answers of one call that are counted."""
_ANSWER = re.compile(r"answer_ms=([0-9]{1,7})")


def answer_times(timeline: Iterable[TimelineEntry]) -> tuple[int, ...]:
    """Milliseconds, one per turn, in order; a figure that cannot be read is left out."""
    found = (
        _ANSWER.fullmatch(entry.text) for entry in timeline if entry.kind is EntryKind.MEASURED
    )
    return tuple(int(each[1]) for each in found if each)[:MOST]


def times_to_text(times: Iterable[int]) -> str:
    """ "350,420", as the store keeps it."""
    return ",".join(map(str, times))


def times_from_text(text: str) -> tuple[int, ...]:
    """Of what `times_to_text` wrote."""
    return tuple(int(each) for each in text.split(",") if each)

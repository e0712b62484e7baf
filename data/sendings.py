"""What a worker must know of a message that another one may have sent."""

from __future__ import annotations

from dataclasses import dataclass

MOST_KNOWN = 100
"""Sids that `PastTries` tells at most. The carrier is asked for its latest 20 to a customer."""


@dataclass(frozen=True, slots=True)
class PastTries:
    """Of a promise that is waiting and was taken before."""

    tries: int
    """How many tries came to an end that was written down."""
    note: str
    """What was written down of the last one, in the sender's words."""
    known: frozenset[str]
    """Sids under which this customer's other messages were sent."""

"""How much waits to be done."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JobsWaiting:
    """Counts alone: not whose they are, nor what they say."""

    messages_in: int
    """Customers' messages that no turn has handled."""
    messages_out: int
    """Promises to customers that are to be sent, now or when they fall due."""
    messages_parked: int
    """Promises that wait for their customer to write again."""
    planned_calls: int
    oldest_due_at: float | None
    """When the first of `messages_out` falls or fell due, in seconds since the epoch."""

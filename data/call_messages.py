"""Which messages to a customer are about a call, by their ids, besides those that told its end.

The ids are made where the messages are: orchestration.live_calls and vocero.recordings.
"""

from __future__ import annotations

ASKED_AS = "asks:"
"""Begins the id of a question of the business; what follows is the question's own id."""
_BESIDE = ("started:", "answered:", "clip:")


def messages_beside(attempt_id: str) -> tuple[str, ...]:
    """Ids of the notes about its progress and of its sound clip."""
    return tuple(f"{beginning}{attempt_id}" for beginning in _BESIDE)

"""Which messages to a customer are about a call, by their ids.

The ids are made where the messages are: orchestration.live_calls and vocero.recordings.
"""

from __future__ import annotations

import re

ASKED_AS = "asks:"
"""Begins the id of a question of the business; what follows is the question's own id."""
_BESIDE = ("started:", "answered:", "clip:")
_ABOUT_A_CALL = re.compile(
    r"(?:result|refused|started|answered|clip):([A-Za-z0-9_-]{1,64})(?::\d+)?"
)


def messages_beside(attempt_id: str) -> tuple[str, ...]:
    """Ids of the notes about its progress and of its sound clip: of all but what told its end."""
    return tuple(f"{beginning}{attempt_id}" for beginning in _BESIDE)


def call_of_message(message_id: str) -> str:
    """The attempt id of the call that this message is about, as its own id tells; "" for none."""
    found = _ABOUT_A_CALL.fullmatch(message_id)
    return "" if found is None else found[1]

"""What the agent is told during a call, apart from sound. Other people's words are quoted data."""

from __future__ import annotations

import json

MOST_QUOTED = 500
"""Characters of somebody's text that the agent gets to read."""

CANCELLED = (
    "The customer has cancelled this request. Do not agree to anything any more: "
    "say goodbye politely now and end the call."
)
WRAP_UP = (
    "This call is cut off in {seconds:.0f} seconds. Come to an end, report and say goodbye now."
)
LINE_GONE = (
    "The phone call is over and nobody hears you any more. "
    "Report its result now with {closing_tool}."
)


def _quoted(text: str) -> str:
    return json.dumps(text[:MOST_QUOTED], ensure_ascii=False)


def from_customer(text: str) -> str:
    """The customer's words in a sentence for the agent."""
    return f"The customer you are calling for has just written this message: {_quoted(text)}"


def from_operator(text: str) -> str:
    """An operator's hint in a sentence for the agent."""
    return f"The operator who listens to this call gives you this hint: {_quoted(text)}"


def key_pressed(digit: str) -> str:
    """A key that the business pressed, in a sentence for the agent."""
    return f"The business pressed this key on its phone: {_quoted(digit[:8])}"

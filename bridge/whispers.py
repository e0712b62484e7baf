"""What the agent is told during a call, apart from sound. Other people's words are quoted data."""

from __future__ import annotations

import json
from collections.abc import Sequence

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
ENDED_BY_OPERATOR = (
    "The operator who watches this call wants it to end. Do not agree to anything any more: "
    "say goodbye politely now and end the call."
)
TAKEN_OVER = (
    "A person of our side now speaks with the business instead of you. Nobody hears you, and what "
    "you said last may not have been heard to its end. Stay silent: use skip_turn whenever it is "
    "your turn. Do not end the call and do not report; no tool works until you are told that you "
    "have the call back."
)
TOOL_REFUSED = (
    "This tool did not run: a person speaks with the business instead of you at the moment. "
    "Stay silent, use skip_turn, and wait until you are told that you have the call back."
)
CANCELLED_MEANWHILE = (
    "The customer has cancelled this request. The person who speaks instead of you ends the call; "
    "stay silent. Should you get the call back, agree to nothing and say goodbye politely."
)
WRAP_UP_MEANWHILE = (
    "This call is cut off in {seconds:.0f} seconds. The person who speaks instead of you ends it; "
    "stay silent unless you get the call back."
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


def keys_by_operator(digits: str) -> str:
    """Keys that an operator pressed, in a sentence for the agent."""
    return f"The operator who watches this call pressed these keys for you: {_quoted(digits)}"


def missed(said: Sequence[str], left_out: bool) -> str:
    """What an agent that was not heard has to know of the time in between."""
    words = json.dumps(list(said), ensure_ascii=False)
    earlier = " (its earlier words are left out)" if left_out else ""
    heard = f"said{earlier}: {words}" if said else "said nothing that was understood"
    return (
        "A person of our side spoke with the business instead of you. Nobody heard what you said "
        f"meanwhile. The business {heard}."
    )


def handed_back(said: Sequence[str], left_out: bool, summary: str) -> str:
    """The agent has the call back; what the business said and the person's summary are quoted."""
    sums_up = f"sums up: {_quoted(summary)}" if summary.strip() else "left no summary"
    return (
        f"You have the call back: the business hears you again. {missed(said, left_out)} "
        f"The person who spoke {sums_up}. Go on from there; your tools work again."
    )

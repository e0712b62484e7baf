"""What another worker tells, made certain: of the right type, and no longer than it may be. Pure.

Everything here raises Odd for what is not so, and lets through nothing that was not named.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from bridge.phases import Phase
from data.call import EntryKind, Speaker
from data.store import AuditEntry
from vocero.bus.bus import Json
from vocero.operators.live_board import LONGEST_LAST
from vocero.operators.words import is_id

T = TypeVar("T")

LONGEST_WORD = 100
LONGEST_LINE = 20_000
MOST_LINES = 5000
MOST_CALLS = 1000
"""Of one worker."""
FURTHEST = 1e12
"""No time and no figure of ours is beyond it."""
FIGURES = ("lead_ms", "waiting_ms", "underruns", "dropped", "answer_ms")


class Odd(ValueError):
    """None of our workers says that."""


def text(value: object, longest: int = LONGEST_WORD) -> str:
    """A text."""
    if not isinstance(value, str) or len(value) > longest:
        raise Odd
    return value


def number(value: object, least: float = -FURTHEST, most: float = FURTHEST) -> float:
    """A number between these two."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise Odd
    return value


def whole(value: object, least: int, most: int) -> int:
    """A whole number between these two."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Odd
    return value


def truth(value: object) -> bool:
    """Yes or no."""
    if not isinstance(value, bool):
        raise Odd
    return value


def call_id(value: object) -> str:
    """As a call could be named."""
    if not isinstance(value, str) or not is_id(value):
        raise Odd
    return value


def fields(value: object) -> Json:
    """An object."""
    if not isinstance(value, dict):
        raise Odd
    return value


def some(value: object, each: Callable[[Any], T], most: int) -> list[T]:
    """A list of such things."""
    if not isinstance(value, list) or len(value) > most:
        raise Odd
    return [each(one) for one in value]


def by_call(value: object, each: Callable[[Any], T], most: int = MOST_CALLS) -> dict[str, T]:
    """Such things by calls' ids."""
    known = fields(value)
    if len(known) > most:
        raise Odd
    return {call_id(key): each(one) for key, one in known.items()}


def phase(value: object) -> Phase:
    """Where a call stands."""
    try:
        return Phase(text(value))
    except ValueError:
        raise Odd from None


def card(value: object) -> Json:
    """A call's card, as LiveBoard makes them."""
    known = fields(value)
    since, last = known.get("talking_since"), known.get("last")
    return {
        "id": call_id(known.get("id")),
        "phase": str(phase(known.get("phase"))),
        "began_at": number(known.get("began_at")),
        "talking_since": None if since is None else number(since),
        "business": _person(known.get("business")),
        "customer": _person(known.get("customer")),
        "service": text(known.get("service"), LONGEST_LINE),
        "language": text(known.get("language")),
        "last": None if last is None else _last(fields(last)),
        "taken_over_by": text(known.get("taken_over_by")),
        "listeners": whole(known.get("listeners"), 0, 100_000),
        "machine": text(known.get("machine")),
    }


def line(value: object) -> Json:
    """A line of a timeline, as `json_views.entry_json` makes them."""
    known = fields(value)
    try:
        kind = EntryKind(text(known.get("kind")))
    except ValueError:
        raise Odd from None
    return {
        "at_s": number(known.get("at_s")),
        "kind": str(kind),
        "speaker": _speaker(known.get("speaker")),
        "text": text(known.get("text"), LONGEST_LINE),
    }


def levels(value: object) -> tuple[int, int]:
    """How loud both legs are."""
    left, right = (whole(one, -96, 0) for one in some(value, lambda one: one, 2))
    return left, right


def figures(value: object) -> Json:
    """How the bridge is doing, as LiveBoard tells it."""
    known = fields(value)
    told = {name: known.get(name) for name in FIGURES}
    return {name: None if one is None else number(one) for name, one in told.items()}


def act(value: object) -> AuditEntry:
    """An act of an operator, as `json_views.act_json` makes them."""
    known = fields(value)
    return AuditEntry(
        at=number(known.get("at")),
        operator=text(known.get("operator")),
        act=text(known.get("act")),
        attempt_id=text(known.get("call")),
        detail=text(known.get("detail"), LONGEST_LINE),
        number=whole(known.get("number"), 0, 2**63),
    )


def _person(value: object) -> Json:
    known = fields(value)
    return {name: text(known.get(name)) for name in ("name", "number")}


def _last(known: Json) -> Json:
    return {
        "speaker": _speaker(known.get("speaker")),
        "text": text(known.get("text"), LONGEST_LAST),
    }


def _speaker(value: object) -> str | None:
    try:
        return None if value is None else str(Speaker(text(value)))
    except ValueError:
        raise Odd from None

"""What a whole line of the business warns of, beside what its clauses say. Pure.

Who speaks (a child, the cleaner), to whom (somebody in the room), in which tone (irony), and
whether something agreed on is about to be undone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from orchestration.evidence import heard_patterns as heard
from orchestration.evidence import objection_patterns as signals
from orchestration.evidence.commitments import (
    CLEAR_YES,
    CORRECTED,
    POLITE_IF,
    SAME_SLOT,
    STRONG_YES,
)
from orchestration.evidence.heard_words import LONGEST_LINE, Clause, fold

_INSTRUCTS = re.compile(
    r"(?:bueno |y |ah |solo )?(?:que (?:no )?(?:se )?(?:traig|veng|llegu|avis|pagu|com[ae]"
    r"|baj|esper|pregunt|toqu|est)\w*|(?:tell|ask|have) (?:her|him|them) (?:to|not))\b"
)
"""What the customer is to do."""
_PENCILLED = re.compile(r"\bpencil (?:you|her|him|them) in$")
_SETTLED = re.compile(r"(?:you're|you are|she's|he's|it's|that's) (?:all )?(?:confirmed|booked)")
_NO_WORD = re.compile(r"[^\w' ]+")


@dataclass(frozen=True, slots=True)
class Signals:
    """Each of them is more than the words of a clause can tell."""

    not_the_one: bool
    """Who speaks has no say: a child, a visitor, the cleaner."""
    hands_over: bool
    """Somebody else is put on the line."""
    to_the_room: bool
    """Spoken to somebody beside the telephone."""
    ironic: bool
    undoes: bool
    """Begins to take back, or tells that it did not hold."""
    same_slot: bool
    """Says that the time stays, or that something was put right."""
    opening_hours: bool
    """Tells when they open or close."""
    clear_yes: bool
    """A yes that is more than politeness."""
    strong_yes: bool
    """It says that what was stated is right."""


@lru_cache(maxsize=256)
def signals_of(line: str) -> Signals:
    """What a line warns of."""
    text = " ".join(_NO_WORD.sub(" ", fold(line[:LONGEST_LINE])).split())

    def has(pattern: re.Pattern[str]) -> bool:
        return pattern.search(text) is not None

    return Signals(
        not_the_one=has(signals.NOT_THE_ONE),
        hands_over=has(signals.HANDS_OVER),
        to_the_room=has(signals.TO_THE_ROOM),
        ironic=has(signals.IRONY),
        undoes=has(signals.TROUBLE) or has(signals.SECOND_THOUGHT),
        same_slot=has(SAME_SLOT) or has(CORRECTED),
        opening_hours=has(signals.OPENING_HOURS),
        clear_yes=has(CLEAR_YES) and not has(heard.FAREWELL),
        strong_yes=has(STRONG_YES),
    )


def undoes_what_is_firm(piece: Clause) -> bool:
    """Whether a no is about the booking: "no dogs" and "no lift" leave it alone."""
    bears = bool(piece.times) or piece.day is not None
    return bears or signals.AGAINST_IT.search(piece.text) is not None


def _is_meant_as_yes(pieces: Sequence[Clause], at: int) -> bool:
    """Whether what sounds like a doubt is resolved at once: "Puede ser, sí. Te lo reservo"."""
    last = pieces[-1]
    if last is pieces[at] or last.doubts:
        return False
    if _PENCILLED.search(pieces[at].text) is not None:
        return _SETTLED.fullmatch(last.text) is not None
    agreed = pieces[at + 1].agrees and pieces[at + 1].sentence == pieces[at].sentence
    return pieces[at].text == "puede ser" and agreed and (last.commits or last.keeps)


def doubtful_sentences(pieces: Sequence[Clause], *, stands: bool, aside: bool = False) -> set[int]:
    """Which sentences put off, doubt or make a condition.

    Where it is agreed already, what is said for the case that the customer is late or does not come
    is none, and with `aside` (it answers a question about something else) neither is mere doubt.
    """
    found: set[int] = set()
    at, agreed = 0, False
    for number, piece in enumerate(pieces):
        if piece.sentence != at:
            stands, agreed, at = stands or agreed, False, piece.sentence
        hangs = piece.iffy and not (stands or piece.question)
        if hangs and POLITE_IF.search(piece.text) is None:
            found.add(piece.sentence)
        beside = (stands and (piece.iffy or _INSTRUCTS.match(piece.text) is not None)) or (
            aside and piece.wavers
        )
        if piece.doubts and not beside and not _is_meant_as_yes(pieces, number):
            found.add(piece.sentence)
        agreed = (agreed or piece.commits or piece.keeps) and at not in found
    return found

"""What doubt the words of the business leave where nobody else reads the call. Pure.

The sentence that decides must be wholly understood. From there on unknown words do no harm, but
nothing may make the booking doubtful: no marker (`markers_es.txt`, `markers_en.txt`) outside the
harmless phrases of the vocabulary, and no other day or time. What was said before tells which
sentence it takes: see `Doubt`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from orchestration.evidence.date_words import MONTHS, WEEKDAYS
from orchestration.evidence.heard_words import Clause, clauses, sentences
from orchestration.evidence.line_signals import signals_of
from orchestration.evidence.slot import Decision, Doubt
from orchestration.evidence.table import Table
from orchestration.evidence.understood import first_marker, is_agreement, is_understood

_WEEKDAY = re.compile(rf"\b(?:{'|'.join(WEEKDAYS)})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Parts:
    """A line of the business."""

    before: str
    deciding: str = ""
    """From the sentence on that decides; "" when none does."""
    settles: Doubt = Doubt.NONE
    """The worst doubt before it that it makes up for."""


def parted(table: Table, line: str, decision: Decision) -> Parts:
    """From which sentence on a line decides, and what that is worth. In any case the sentence must
    be understood. One that books is enough where nothing was doubtful, and in answer to the slot
    read back always. One that agrees to the slot read back, or books and names it, makes up for
    what was not understood; where all that follows in the line is understood too, the latter is
    always enough.
    """
    if decision is Decision.NONE:
        return Parts(line)
    said = [_Sentence(table, each) for each in sentences(line)]
    books = _first(each.books for each in said)
    if decision is Decision.ANSWERS:
        if books is not None:
            answer = _cut(said, books, Doubt.MARKED)
            # "The fourth, because on the 27th we are closed. Noted." is no answer to the 27th.
            marked = doubt_before(table, answer.before) >= Doubt.MARKED
            return replace(answer, settles=Doubt.UNKNOWN) if marked else answer
        if (at := _first(each.agrees for each in said)) is not None:
            return _cut(said, at, Doubt.UNKNOWN)
    if (at := _booking(said)) is not None:
        whole = all(each.known for each in said[at:])
        return _cut(said, at, Doubt.MARKED if whole else Doubt.UNKNOWN)
    return Parts(line) if books is None else _cut(said, books, Doubt.NONE)


def _first(found: Iterable[bool]) -> int | None:
    return next((at for at, each in enumerate(found) if each), None)


def _cut(said: Sequence[_Sentence], at: int, settles: Doubt) -> Parts:
    texts = [each.text for each in said]
    return Parts("".join(texts[:at]), "".join(texts[at:]), settles)


def _booking(said: Sequence[_Sentence]) -> int | None:
    """The last sentence that books and names the slot; or the first of two that together do."""
    both = [at for at, each in enumerate(said) if each.books and each.names]
    if both:
        return both[-1]
    books = [at for at, each in enumerate(said) if each.books]
    names = [at for at, each in enumerate(said) if each.names]
    return min(books[-1], names[-1]) if books and names else None


class _Sentence:
    """A sentence, and what it does where it is understood."""

    def __init__(self, table: Table, text: str) -> None:
        self.text = text
        self.known = is_understood(text, table.lent, table.date_words)
        pieces = clauses(text, table.today)
        heard = signals_of(text)
        self.agrees = self.known and (heard.clear_yes or heard.strong_yes or is_agreement(text))
        self.books = self.known and any(each.commits or each.keeps for each in pieces)
        # "El viernes cinco y cuarto": the number is the hour, not the day.
        pieces += clauses(_WEEKDAY.sub(", ", text), table.today)
        self.names = self.known and any(map(table.says_slot, pieces))


def doubt_before(table: Table, said: str, *, may_wait: bool = True) -> Doubt:
    """The doubt in words that decide nothing, where nothing is decided yet. They may ask for a
    moment when the answer is still to come; other days and times are the walk's.
    """
    if is_understood(said, table.lent, table.date_words, may_wait=may_wait):
        return Doubt.NONE
    if first_marker(said, table.lent, table.date_words, kind="always", may_wait=True):
        return Doubt.LISTED
    marker = first_marker(said, table.lent, table.date_words, kind="anywhere", may_wait=True)
    return Doubt.MARKED if marker else Doubt.UNKNOWN


def leaves_no_doubt(table: Table, said: str) -> bool:
    """Whether nothing in the sentence that decides, or said after it, speaks against it."""
    if names_another(table, clauses(said, table.today)):
        return False
    if is_understood(said, table.lent, table.date_words):
        # Every word may be known, and yet it asks for something first: "que mande la seña".
        return not first_marker(said, table.lent, table.date_words, kind="anywhere")
    return not first_marker(said, table.lent, table.date_words)


def names_another(table: Table, pieces: Sequence[Clause]) -> bool:
    """Whether another day or time than the slot's is spoken of."""
    for piece in pieces:
        if any(
            (word in WEEKDAYS or word in MONTHS) and not table.date_words.is_name(word)
            for word in piece.text.split()
        ):
            return True
        if piece.farewell or piece.aside:
            continue
        if piece.day is not None and not table.slot.is_on(table.meant(piece)):
            return True
        times = [each for each in table.times_in(piece) if each.marked]
        if times and table.fitting(times) is None:
            return True
    return False

"""What doubt the words of the business leave where nobody else reads the call. Pure.

The clause that decides must be wholly understood; everything after it may contain unknown words,
but nothing that makes a booking doubtful: no marker (`markers_es.txt`, `markers_en.txt`) outside a
harmless phrase, and no other day or time. What was said before is told by `Doubt`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from orchestration.evidence.date_words import MONTHS, WEEKDAYS
from orchestration.evidence.heard_words import Clause, clauses, sentences
from orchestration.evidence.slot import Decision, Doubt
from orchestration.evidence.table import Table
from orchestration.evidence.understood import first_marker, is_agreement, is_understood

_WEEKDAY = re.compile(rf"\b(?:{'|'.join(WEEKDAYS)})\b", re.IGNORECASE)
_PIECES = re.compile(r"[,;:.!?¿¡…]+")


@dataclass(frozen=True, slots=True)
class Parts:
    """A line of the business."""

    before: str
    deciding: str = ""
    """From the sentence on that decides; "" when none does."""
    settles: Doubt = Doubt.NONE
    """The worst doubt before it that it makes up for."""


def parted(table: Table, line: str, decision: Decision) -> Parts:
    """Where a line decides, and what that is worth. A clause that is understood and books is enough
    where nothing was doubtful, and in answer to the slot read back always. A sentence that is
    understood and agrees to the slot read back, or books and names it, makes up for what was not
    understood; where all that follows in the line is understood too, the latter is always enough.
    """
    if decision is Decision.NONE:
        return Parts(line)
    said = list(sentences(line))
    books = _first(_books_clearly(table, each) for each in said)
    if decision is Decision.ANSWERS:
        if books is not None:
            return _cut(said, books, Doubt.MARKED)
        agrees = (is_agreement(each, table.lent, table.date_words) for each in said)
        if (at := _first(agrees)) is not None:
            return _cut(said, at, Doubt.UNKNOWN)
    if (at := _booking(table, said)) is not None:
        whole = is_understood("".join(said[at:]), table.lent, table.date_words)
        return _cut(said, at, Doubt.MARKED if whole else Doubt.UNKNOWN)
    return Parts(line) if books is None else _cut(said, books, Doubt.NONE)


def _first(found: Iterable[bool]) -> int | None:
    return next((at for at, each in enumerate(found) if each), None)


def _cut(said: Sequence[str], at: int, settles: Doubt) -> Parts:
    return Parts("".join(said[:at]), "".join(said[at:]), settles)


def doubt_before(table: Table, said: str) -> Doubt:
    """The doubt in words that decide nothing, where nothing is decided yet. They may ask for a
    moment; other days and times are the walk's.
    """
    waits = table.quote is None
    if is_understood(said, table.lent, table.date_words, may_wait=waits):
        return Doubt.NONE
    marker = first_marker(said, table.lent, table.date_words, anywhere=True, may_wait=True)
    return Doubt.MARKED if marker else Doubt.UNKNOWN


def leaves_no_doubt(table: Table, said: str) -> bool:
    """Whether nothing in the deciding sentence, or in what is said afterwards, speaks against it."""
    if is_understood(said, table.lent, table.date_words):
        return True
    if first_marker(said, table.lent, table.date_words):
        return False
    return not _names_another(table, clauses(said, table.today))


def _names_another(table: Table, pieces: Sequence[Clause]) -> bool:
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


def _books_clearly(table: Table, sentence: str) -> bool:
    """Whether one of its clauses books and is understood."""
    pieces = filter(None, map(str.strip, _PIECES.split(sentence)))
    return any(
        _books(table, each) and is_understood(each, table.lent, table.date_words)
        for each in pieces
    )


def _booking(table: Table, said: Sequence[str]) -> int | None:
    """The last sentence that is understood, books and names the slot; or the first of two that
    together do.
    """
    known = [is_understood(each, table.lent, table.date_words) for each in said]
    books = [_books(table, each) for each in said]
    names = [_names(table, each) for each in said]
    for at in range(len(said) - 1, -1, -1):
        if known[at] and books[at] and names[at]:
            return at
    booking = [at for at, each in enumerate(said) if known[at] and books[at]]
    naming = [at for at, each in enumerate(said) if known[at] and names[at]]
    return min(booking[-1], naming[-1]) if booking and naming else None


def _books(table: Table, sentence: str) -> bool:
    return any(each.commits or each.keeps for each in clauses(sentence, table.today))


def _names(table: Table, sentence: str) -> bool:
    # "El viernes cinco y cuarto": the number is the hour, not the day.
    plain = _WEEKDAY.sub(", ", sentence)
    return any(
        table.says_slot(piece) for each in (sentence, plain) for piece in clauses(each, table.today)
    )

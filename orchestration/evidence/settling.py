"""Whether one line of the business settles the booking, whatever was said before it. Pure.

To read the slot back in full opens a fresh question. Who answers it in words that book has booked,
however busy they were, whomever they shouted at, and whatever other hour was spoken of before. The
same is done by a sentence that books and names the slot. No word of doubt may stand in what
decides; what follows may only be harmless, or tell what comes after the booking.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from orchestration.evidence.booked_words import (
    BOOKS_IT,
    BOOKS_NOW,
    ECHOES,
    EXCUSED,
    FOR_WHAT,
    NOT_THEIRS,
    OF_WHAT,
    RIDER,
    THE_BOOKING,
    UNTIL,
)
from orchestration.evidence.certainty import leaves_no_doubt, names_another
from orchestration.evidence.heard_words import clauses, fold, sentences, takes_leave
from orchestration.evidence.line_signals import signals_of
from orchestration.evidence.slot import Doubt
from orchestration.evidence.table import Table
from orchestration.evidence.understood import first_marker, is_understood

_Kind = Literal["always", "anywhere", "after"]

_NEVER_HARMLESS: tuple[_Kind, ...] = ("always", "anywhere")
_NUMBER = r"(?:\d{1,2}|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce)"
_COUNTED = re.compile(
    # "la doce es vuestra" is a table: the hour would be "las doce".
    rf"(?<!\ba )(?<!\bde )(?<!\bpara )\bla (?:número )?{_NUMBER}\b(?! de la)"
    rf"|(?<!\ba )(?<!\ba las )\b(?:las? )?{_NUMBER} "
    r"(?:hor(?:as|itas)|mesas|sillas|clases|sesiones|personas|noches)\b",
    re.IGNORECASE,
)
_NO_DEPOSIT = re.compile(
    r"\b(?:no (?:\w+ ){0,3}(?:anticipo|seña|depósito|señal|adelanto)"
    r"|(?:anticipo|seña|depósito|señal|adelanto) no\b|sin (?:anticipo|seña|depósito|señal)"
    r"|no deposit(?: needed| required)?)",
    re.IGNORECASE,
)
_TAG = re.compile(r",? ¿?\b(?:eh|mind|okay mate)\?", re.IGNORECASE)
"""Asks nothing: "que venga puntual, ¿eh?"."""
_OTHERWISE = re.compile(r"\b(?:que )?si no\b,?", re.IGNORECASE)
"""Or else: what happens to who comes late."""


def settled_by(table: Table, line: str) -> Doubt | None:
    """What doubt is left where it books the slot by itself, in answer to its reading back or naming
    it; None where it does not.
    """
    if not table.requested or table.barred or table.doubt is Doubt.LISTED:
        return None
    heard = signals_of(line)
    if heard.not_the_one or heard.hands_over or heard.ironic or heard.to_the_room:
        return None
    said = [_Sentence(table, each) for each in sentences(_without_counts(line))]
    answers = table.restated and table.agent_asked
    at = _answering(said) if answers else _naming(table, said)
    if at is None or any(each.is_about_another for each in said):
        return None
    decides, follows = said[: at + 1], said[at + 1 :]
    if not all(each.is_sure for each in decides) or not all(each.is_harmless for each in follows):
        return None
    return Doubt.NONE if answers or all(each.is_known for each in decides) else Doubt.UNKNOWN


def _answering(said: Sequence[_Sentence]) -> int | None:
    """The sentence that books."""
    return next((at for at, each in enumerate(said) if each.books), None)


def _naming(table: Table, said: Sequence[_Sentence]) -> int | None:
    """The sentence with which the slot is named and booked."""
    names = [at for at, each in enumerate(said) if each.names]
    books = [at for at, each in enumerate(said) if each.books_now]
    if not (names and books) or not (table.day_agrees or any(each.dated for each in said)):
        return None
    return max(names[0], books[0])


class _Sentence:
    """A sentence of the business, and what it does."""

    def __init__(self, table: Table, text: str) -> None:
        self._table, self._text = table, text
        self._folded = " ".join(fold(text).strip(" .,;!…").split())
        self._pieces = clauses(text, table.today)

    @property
    def books(self) -> bool:
        if "?" in self._text:
            return False
        texts = [self._folded, *(each.text for each in self._pieces)]
        if any(BOOKS_IT.search(each) for each in texts):
            return True
        asked = self._table.last_asked if self._table.restated else ""
        return any(
            question.search(asked) and answer.search(self._folded) for question, answer in ECHOES
        )

    @property
    def books_now(self) -> bool:
        """In words that leave no doubt for whom."""
        return "?" not in self._text and any(
            BOOKS_NOW.search(each.text) for each in self._pieces if not each.iffy
        )

    @property
    def is_known(self) -> bool:
        return is_understood(self._text, self._table.lent, self._table.date_words)

    @property
    def names(self) -> bool:
        """It names the slot's time (or day, when only a day is wanted)."""
        return "?" not in self._text and any(map(self._table.says_slot, self._pieces))

    @property
    def dated(self) -> bool:
        return any(
            each.day is not None and self._table.slot.is_on(self._table.meant(each))
            for each in self._pieces
        )

    @property
    def is_about_another(self) -> bool:
        """It is a message that is noted, or something that the agent never asked for."""
        if NOT_THEIRS.search(self._folded):
            return True
        return any(
            not (found["thing"] in THE_BOOKING or self._table.lent.has(found["thing"]))
            for pattern in (OF_WHAT, FOR_WHAT)
            for found in pattern.finditer(self._folded)
        )

    @property
    def is_sure(self) -> bool:
        """Nothing in it speaks against a booking."""
        tells = self.books or self.names
        return leaves_no_doubt(self._table, self._text) and not (tells and self._names_another_hour)

    @property
    def _names_another_hour(self) -> bool:
        """With or without "a las" before it: "apuntada, seis y media"."""
        table = self._table
        said = [times for each in self._pieces if (times := table.times_in(each))]
        return any(table.fitting(times) is None for times in said)

    @property
    def is_harmless(self) -> bool:
        """Nor does it ask or take anything back when it is said afterwards."""
        if "?" in self._text:
            return False
        if leaves_no_doubt(self._table, self._text) or takes_leave(self._text):
            return True
        if RIDER.search(self._folded) is None:
            return False
        if names_another(self._table, self._pieces) and UNTIL.search(self._folded) is None:
            return False
        told = _OTHERWISE.sub(" ", self._text)
        if any(self._marked(told, kind) for kind in _NEVER_HARMLESS):
            return False
        return not self._marked(EXCUSED.sub(" ", fold(told)), "after")

    def _marked(self, said: str, kind: _Kind) -> bool:
        table = self._table
        return first_marker(said, table.lent, table.date_words, kind=kind, may_wait=True) != ""


def _without_counts(line: str) -> str:
    """Without what only looks like another hour, and without deposits that nobody wants."""
    return _TAG.sub(".", _NO_DEPOSIT.sub(" ", _COUNTED.sub(" ", line)))

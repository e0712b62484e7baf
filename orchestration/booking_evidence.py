"""Whether the business's own words in a transcript support a booking. Pure.

The transcript is walked once, in order, with what is "on the table" (the day and time spoken of
last) and a quote that stands. The quote is set when the business says the slot itself or agrees to
it right after the agent stated it; it falls when the business denies, doubts or takes back, or
speaks of another slot. A booking is supported when a quote stands in the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from data.call import Speaker, TimelineEntry
from orchestration.heard_words import (
    Clause,
    asks_how_many,
    clauses,
    offers_to_book,
    only_inquires,
    picks_up,
    prompts,
)
from orchestration.spoken_times import SpokenTime

_MERE_NO = frozenset({"no", "no gracias", "no por nada", "nope"})


@dataclass(frozen=True, slots=True)
class Slot:
    """What is said to be booked."""

    day: date | None
    earliest: int | None
    """Minutes since midnight; None when only the day is known."""
    latest: int | None

    def has(self, said: SpokenTime) -> bool:
        """Whether a time that was said may mean this slot."""
        if self.earliest is None or self.latest is None:
            return True
        return any(
            said.could_be(minutes) and self.earliest <= minutes <= self.latest
            for minutes in (said.minutes, said.minutes + 12 * 60)
        )


@dataclass(slots=True)
class _Walk:
    slot: Slot
    today: date
    time_on_table: bool = False
    """The last time spoken of is the slot's."""
    day_on_table: date | None = None
    asked: bool = False
    """The agent's last words state the slot, or ask for it while it is on the table."""
    quote: str = ""
    exact: bool = False
    """The quote itself names the time."""
    firm: bool = False
    """The quote is more than a yes to what the agent said."""
    agent_asked: bool = False
    """The agent's last words were a question."""
    may_book: bool = False
    """The business has offered to book what is on the table."""
    heads_wanted: bool = False
    """The business has asked for how many people: the number in the answer is no time."""
    heads: set[int] = field(default_factory=set)
    """Bare numbers that were such an answer, as the times that they look like."""

    @property
    def day_agrees(self) -> bool:
        return self.slot.day is None or self.day_on_table == self.slot.day

    @property
    def on_table(self) -> bool:
        return self.day_agrees and (self.time_on_table or self.slot.earliest is None)

    def agent_said(self, line: str) -> None:
        stated = False
        self.agent_asked = "?" in line
        for clause in clauses(line, self.today):
            if clause.aside or clause.farewell:
                continue
            if self.may_book and clause.agrees and not clause.denies:
                self.asked = True
            if clause.day is not None:
                self.day_on_table = clause.day
                stated = True
            if self.heads_wanted:
                self.heads |= {each.minutes for each in clause.times if not each.marked}
            times = self._times(clause)
            if times:
                self.time_on_table = any(map(self.slot.has, times))
                stated = True
        self.heads_wanted = self.may_book = False
        if not only_inquires(line):
            self.asked = self.asked or stated or prompts(line)

    def business_said(self, line: str) -> None:
        pieces = list(clauses(line, self.today))
        doubtful = any(piece.doubts for piece in pieces) or picks_up(line)
        committed = agreed = named = False
        for piece in pieces:
            if piece.takes_back:
                self._fall()
                committed = agreed = named = False
            if piece.denies:
                if self._denies_slot(piece, alone=len(pieces) == 1):
                    self._fall()
                    committed = agreed = named = False
                continue
            if piece.leaves_open:
                # A yes before "let me see" or before another question was no consent.
                agreed = False
            if piece.aside:
                continue
            self._look_at(piece)
            if piece.question:
                continue
            # "Sí, a las cinco": the yes comes before the time that it is about is on the table.
            agreed = agreed or (piece.agrees and not piece.stalls)
            if self.on_table:
                committed = committed or (piece.commits and not piece.takes_back)
                named = named or self._says_slot(piece)
        if doubtful:
            self._fall()
        elif self.on_table and (committed or (agreed and (named or self.asked))):
            if named or not self.exact:
                self.quote, self.exact, self.firm = line, named, committed or named
        # Who only asks for a moment still owes the answer.
        waits = any(piece.stalls for piece in pieces) and not (doubtful or committed or agreed)
        self.asked = self.asked and waits
        self.heads_wanted = asks_how_many(line)
        self.may_book = self.on_table and offers_to_book(line)

    def _says_slot(self, piece: Clause) -> bool:
        if times := self._times(piece):
            return any(map(self.slot.has, times))
        return piece.day is not None and self.slot.earliest is None

    def _times(self, piece: Clause) -> list[SpokenTime]:
        return [each for each in piece.times if each.marked or each.minutes not in self.heads]

    def _look_at(self, piece: Clause) -> None:
        if piece.day is not None and not piece.question:
            if self.slot.day is not None and piece.day != self.slot.day:
                self._fall()
            self.day_on_table = piece.day
        if (times := self._times(piece)) and not piece.question:
            fits = any(map(self.slot.has, times))
            if not fits:
                self._fall()
            self.time_on_table = fits

    def _denies_slot(self, piece: Clause, *, alone: bool) -> bool:
        if piece.question:
            return False
        if piece.times:
            return any(map(self.slot.has, piece.times))
        if piece.day is not None:
            return self.slot.day is None or piece.day == self.slot.day
        if piece.about_room or self.asked:
            return True
        if not self.quote:
            return alone and self.on_table
        # "That we don't do" takes a mere yes back; "no" to another question or to thanks does not.
        return not (self.firm or self.agent_asked or piece.text in _MERE_NO)

    def _fall(self) -> None:
        self.quote, self.exact, self.firm = "", False, False


def supporting_quote(said: Sequence[TimelineEntry], slot: Slot, today: date) -> str:
    """The business's sentence that supports the booking, or ""."""
    walk = _Walk(slot, today)
    for entry in said:
        if entry.speaker is Speaker.AGENT:
            walk.agent_said(entry.text)
        elif entry.speaker is Speaker.BUSINESS:
            walk.business_said(entry.text)
    return walk.quote

"""Whether the business's own words in a transcript support a booking. Pure.

The transcript is walked once, in order, with what is "on the table" (the day and time spoken of
last) and a quote that stands. The quote is set when the business says the slot itself or agrees to
it right after the agent stated it; it falls when the business denies, doubts or takes back, or
speaks of another slot. A booking is supported when a quote stands in the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from data.call import Speaker, TimelineEntry
from orchestration.heard_words import Clause, clauses, only_inquires, prompts
from orchestration.spoken_times import SpokenTime


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

    @property
    def day_agrees(self) -> bool:
        return self.slot.day is None or self.day_on_table == self.slot.day

    @property
    def on_table(self) -> bool:
        return self.day_agrees and (self.time_on_table or self.slot.earliest is None)

    def agent_said(self, line: str) -> None:
        stated = False
        for clause in clauses(line, self.today):
            if clause.aside:
                continue
            if clause.day is not None:
                self.day_on_table = clause.day
                stated = True
            if clause.times:
                self.time_on_table = any(map(self.slot.has, clause.times))
                stated = True
        if not only_inquires(line):
            self.asked = self.asked or stated or prompts(line)

    def business_said(self, line: str) -> None:
        pieces = list(clauses(line, self.today))
        doubtful = any(piece.doubts for piece in pieces)
        supported = named = False
        for piece in pieces:
            if piece.takes_back:
                self._fall()
                supported = False
            if piece.denies:
                if self._denies_slot(piece, alone=len(pieces) == 1):
                    self._fall()
                    supported = False
                continue
            if piece.aside:
                continue
            self._look_at(piece)
            if piece.question or not self.on_table:
                continue
            says_slot = any(map(self.slot.has, piece.times)) or (
                piece.day is not None and self.slot.earliest is None
            )
            if piece.commits or (piece.agrees and self.asked):
                supported = True
            elif says_slot and not piece.offers:
                supported = True
            named = named or says_slot
        # "Sí, a las cinco": the yes comes before the time that it is about is on the table.
        supported = supported or (
            self.on_table
            and named
            and any(p.agrees and not p.question and not p.denies for p in pieces)
        )
        if doubtful:
            self._fall()
        elif supported and self.on_table:
            if named or not self.exact:
                self.quote, self.exact = line, named
        self.asked = False

    def _look_at(self, piece: Clause) -> None:
        if piece.day is not None and not piece.question:
            if self.slot.day is not None and piece.day != self.slot.day:
                self._fall()
            self.day_on_table = piece.day
        if piece.times and not piece.question:
            fits = any(map(self.slot.has, piece.times))
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
        return piece.about_room or self.asked or (alone and self.on_table and not self.quote)

    def _fall(self) -> None:
        self.quote, self.exact = "", False


def supporting_quote(said: Sequence[TimelineEntry], slot: Slot, today: date) -> str:
    """The business's sentence that supports the booking, or ""."""
    walk = _Walk(slot, today)
    for entry in said:
        if entry.speaker is Speaker.AGENT:
            walk.agent_said(entry.text)
        elif entry.speaker is Speaker.BUSINESS:
            walk.business_said(entry.text)
    return walk.quote

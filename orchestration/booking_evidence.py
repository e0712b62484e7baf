"""Whether the business's own words in a transcript support a booking. Pure.

The transcript is walked once, in order, with what is "on the table" (the day and time spoken of
last) and a quote that stands. The quote is set when the business says the slot itself or agrees to
it right after the agent stated it; it falls when the business denies, doubts or takes back, or
speaks of another slot. After such an objection more than a yes is needed: see `Need`. To say that
there is room books nothing before the agent has taken it, and an answer of unknown words to a
request counts as an evasion. A booking is supported when a quote stands in the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from data.call import Speaker, TimelineEntry
from orchestration.agent_lines import Asked, what_is_asked
from orchestration.booking_slot import Need, Slot, Support
from orchestration.heard_words import (
    LONGEST_LINE,
    Clause,
    asks_how_many,
    clauses,
    offers_to_book,
    picks_up,
    reopens,
    takes_leave,
    withdraws,
)
from orchestration.spoken_times import SpokenTime

_MERE_NO = frozenset({"no", "no gracias", "no por nada", "nope"})


@dataclass(slots=True)
class _Walk:
    slot: Slot
    today: date
    time_on_table: int | None = None
    """The last time spoken of, when it is the slot's; else None."""
    day_on_table: date | None = None
    asked: bool = False
    """The agent's last words state the slot, or ask for it while it is on the table."""
    inquired: bool = False
    """The agent's last words only ask what there is."""
    need: Need = Need.YES
    quote: TimelineEntry | None = None
    exact: bool = False
    """The quote itself names the time."""
    firm: bool = False
    """The quote is more than a yes to what the agent said."""
    committed: bool = False
    """What `Support.firm` tells."""
    offered: TimelineEntry | None = None
    """The business said that this slot is free; nobody has asked for it yet."""
    agreed_day: date | None = None
    agreed_minutes: int | None = None
    last_line: TimelineEntry | None = None
    """The business's line before this one, when the agent has not spoken since."""
    requested: bool = False
    """The agent has asked for something."""
    engaged: bool = False
    """The business has said something that goes towards a booking."""
    last_agreed: bool = False
    """It was a yes."""
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
        return self.slot.is_on(self.day_on_table)

    @property
    def on_table(self) -> bool:
        return self.day_agrees and (self.time_on_table is not None or self.slot.earliest is None)

    def agent_said(self, line: str) -> None:
        self.last_line, self.last_agreed = None, False
        self.agent_asked = "?" in line
        if withdraws(line):
            self._object(Need.FIRM)
            self.asked = False
            return
        for clause in clauses(line, self.today):
            if clause.aside or clause.farewell:
                continue
            if self.may_book and clause.agrees and not clause.denies:
                self.asked = True
            if clause.day is not None:
                self.day_on_table = self._meant(clause)
            if self.heads_wanted:
                self.heads |= {each.minutes for each in clause.times if not each.marked}
            times = self._times(clause)
            if times:
                self.time_on_table = self._fitting(times)
        self.heads_wanted = self.may_book = False
        match what_is_asked(line, self.today):
            case Asked.BOOKING:
                self.asked, self.inquired, self.requested = True, False, True
            case Asked.WHAT_THERE_IS:
                self.asked, self.inquired, self.requested = False, True, True
            case Asked.SOMETHING_ELSE:
                self.asked = False
            case Asked.NOTHING:
                pass

    def business_said(self, entry: TimelineEntry) -> None:
        line = entry.text
        pieces = clauses(line, self.today)
        if len(line) > LONGEST_LINE or any(piece.doubts for piece in pieces):
            self._object(Need.FIRM)
            for piece in pieces:
                self._look_at(piece)
            self.asked = self.heads_wanted = self.may_book = False
            return
        if takes_leave(line):
            self._close_politely()
            self.asked = False
            return
        said = self._weigh(pieces)
        said.strays = said.strays or (said.agreed and reopens(line))
        if not (self.engaged or said.named) and any(piece.farewell for piece in pieces):
            # "Listo, saludos" after nothing but evasions is a goodbye.
            said.agreed = False
        if picks_up(line):
            self._fall()
        elif said.consents(self):
            self._keep(entry, said)
        elif self.on_table and said.agreed and said.named and self.inquired:
            self.offered = entry
        elif self._stands() and not self._settles(pieces) and reopens(line):
            self._object(Need.YES if all(piece.only_waits for piece in pieces) else Need.FIRM)
        elif self.quote is None and self.requested and _evades(pieces, said):
            self._object(Need.FIRM)
        elif self._takes_up_again(pieces):
            self._fall()
        elif self._elsewhere() and said.is_about_another(self):
            self._object(Need.NAMED)
        if self.committed and any(piece.question for piece in pieces):
            self.committed = False
        # Who only asks for a moment still owes the answer.
        owes = any(piece.stalls for piece in pieces) or self._settles(pieces)
        waits = owes and not (said.committed or said.agreed)
        self.asked = self.asked and waits
        self.heads_wanted = "?" in line and asks_how_many(line)
        self.may_book = self.on_table and offers_to_book(line)
        self.last_agreed = said.agreed and not said.strays
        engages = self.last_agreed or said.proposed or self.offered is not None or self.may_book
        self.engaged = self.engaged or engages or self._settles(pieces)
        self.agent_asked = False

    def _weigh(self, pieces: Sequence[Clause]) -> _Said:
        said = _Said(agreed=self.last_agreed)
        for at, piece in enumerate(pieces):
            if piece.takes_back:
                self._object(Need.FIRM)
                said = _Said()
                self._look_at(piece)
                continue
            if piece.denies:
                needed = self._denied(piece, pieces[at + 1 :], alone=len(pieces) == 1)
                if needed is not None:
                    self._object(needed)
                    said = _Said()
                continue
            if piece.hedges:
                said = _Said()
            if piece.leaves_open:
                # A yes before "let me see" or before another question was no consent.
                said.agreed = False
            said.strays = said.strays or ((said.agreed or piece.agrees) and piece.changes_subject)
            if piece.aside:
                continue
            self._look_at(piece)
            if piece.question:
                if piece.times and not self._says_slot(piece):
                    # Proposes another time: what follows is about that one.
                    self._object(Need.FIRM)
                    self.time_on_table = None
                elif self._says_slot(piece):
                    # Offered, if only as a question.
                    self.need, said.proposed = min(self.need, Need.FIRM), True
                continue
            # "Sí, a las cinco": the yes comes before the time that it is about is on the table.
            said.agreed = said.agreed or (piece.agrees and not piece.stalls)
            said.commits_at_all = said.commits_at_all or piece.commits
            if self.on_table:
                said.committed = said.committed or piece.commits
                said.named = said.named or self._says_slot(piece)
                if said.named:
                    self.need = min(self.need, Need.FIRM)
        return said

    def _says_slot(self, piece: Clause) -> bool:
        if times := self._times(piece):
            return self._fitting(times) is not None
        return self.slot.earliest is None and piece.day is not None

    def _times(self, piece: Clause) -> list[SpokenTime]:
        return [each for each in piece.times if each.marked or each.minutes not in self.heads]

    def _fitting(self, times: Sequence[SpokenTime]) -> int | None:
        for each in times:
            if self.slot.has(each):
                return self.slot.meant(each)
        return None

    def _look_at(self, piece: Clause) -> None:
        if piece.question or piece.aside or piece.denies:
            return
        if piece.day is not None:
            day = self._meant(piece)
            if not self.slot.is_on(day):
                self._object(Need.NAMED)
            self.day_on_table = day
        if times := self._times(piece):
            self.time_on_table = self._fitting(times)
            if self.time_on_table is None:
                self._object(Need.NAMED)

    def _meant(self, piece: Clause) -> date | None:
        """The day of a clause; a bare weekday is the one that is being spoken of."""
        if piece.day is not None and piece.bare_weekday:
            for known in (self.day_on_table, self.slot.day):
                if known is not None and known.weekday() == piece.day.weekday():
                    return known
        return piece.day

    def _elsewhere(self) -> bool:
        """What is on the table is known, and is not this slot."""
        return self.day_on_table is not None and not self.on_table

    def _denied(self, piece: Clause, following: Sequence[Clause], *, alone: bool) -> Need | None:
        """What it takes after a no; None when the no is about something else."""
        if piece.question:
            return None
        if times := self._times(piece):
            return Need.NAMED if self._fitting(times) is not None else None
        if piece.day is not None:
            return Need.FIRM if self.slot.is_on(piece.day) else None
        if piece.about_room or self.asked or (self.requested and self.quote is None):
            return Need.FIRM
        if self.quote is None:
            return Need.FIRM if alone and self.on_table else None
        # "That we don't do" takes a mere yes back; "no" to another question or to thanks does not.
        if piece.text in _MERE_NO:
            thanks = not following or following[0].gives_thanks or following[0].denies
            return None if thanks or self.agent_asked else Need.FIRM
        return None if self.firm or self.agent_asked else Need.FIRM

    def _close_politely(self) -> None:
        """A goodbye after the agent took what was offered lets it stand."""
        if self.offered is not None and self.asked and self.on_table and self.need is Need.YES:
            if self.quote is None:
                self.quote, self.exact, self.firm = self.offered, True, True
                self.agreed_day, self.agreed_minutes = self.day_on_table, self.time_on_table

    def _stands(self) -> bool:
        return self.quote is not None or self.offered is not None

    def _takes_up_again(self, pieces: Sequence[Clause]) -> bool:
        """A question right after its own mere yes: that yes was none."""
        fresh = self.quote is not None and self.quote is self.last_line and not self.firm
        return fresh and any(piece.question and piece.leaves_open for piece in pieces)

    def _settles(self, pieces: Sequence[Clause]) -> bool:
        return any(piece.question and not piece.leaves_open for piece in pieces)

    def _keep(self, entry: TimelineEntry, said: _Said) -> None:
        if said.named or not self.exact:
            self.quote, self.exact = entry, said.named
            self.firm = said.committed or said.named
        self.committed = self.committed or said.committed or (said.named and self.asked)
        self.agreed_day, self.agreed_minutes = self.day_on_table, self.time_on_table
        self.need = Need.YES

    def _object(self, needed: Need) -> None:
        self._fall()
        self.need = max(self.need, needed)
        self.engaged = False

    def _fall(self) -> None:
        self.quote = self.offered = None
        self.exact = self.firm = self.committed = False


@dataclass(slots=True)
class _Said:
    """What one line of the business comes to."""

    agreed: bool = False
    committed: bool = False
    """Says that it books, with the slot on the table."""
    commits_at_all: bool = False
    proposed: bool = False
    """Names it in a question."""
    strays: bool = False
    """The yes seems to be about something else: "sí, la conozco"."""
    named: bool = False
    """Names the slot's time (or day, when only a day is wanted)."""

    def is_about_another(self, walk: _Walk) -> bool:
        """It agrees to what is on the table, where that is another slot."""
        return self.commits_at_all or (self.agreed and walk.asked and not self.proposed)

    def consents(self, walk: _Walk) -> bool:
        if not walk.on_table:
            return False
        named = self.named and (self.agreed or self.committed)
        if walk.need is Need.NAMED:
            return named and (self.committed or not walk.inquired)
        if walk.need is Need.FIRM:
            return self.committed or (named and not walk.inquired)
        if self.committed:
            return True
        if self.strays and not self.named:
            return False
        return self.agreed and (walk.asked or (self.named and not walk.inquired))


def support(said: Sequence[TimelineEntry], slot: Slot, today: date) -> Support | None:
    """What supports the booking in a transcript, or None."""
    walk = _Walk(slot, today)
    for entry in said:
        if entry.speaker is Speaker.AGENT:
            walk.agent_said(entry.text)
        elif entry.speaker is Speaker.BUSINESS:
            walk.business_said(entry)
            walk.last_line = entry
    if walk.quote is None:
        return None
    return Support(walk.quote, walk.committed, walk.agreed_day, walk.agreed_minutes)


def _evades(pieces: Sequence[Clause], said: _Said) -> bool:
    """The answer to a request is neither a yes nor a question nor a moment's wait."""
    if said.agreed or said.named or said.committed:
        return False
    if any(piece.denies and not piece.question for piece in pieces):
        return True
    return bool(pieces) and all(piece.tells_nothing for piece in pieces)

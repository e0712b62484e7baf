"""What is on the table while a call is walked through, and what would still be needed. Pure.

The day and time spoken of last, what the agent's last words asked for, and the business's line that
stands as its consent. Here the agent's words change it; `walk` adds the business's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from data.call import TimelineEntry
from orchestration.evidence.agent_lines import (
    Asked,
    asks_for_an_adult,
    puts_a_name_right,
    was_misunderstood,
    what_is_asked,
)
from orchestration.evidence.date_words import DateWords
from orchestration.evidence.heard_words import (
    LONGEST_LINE,
    Clause,
    clauses,
    fold,
    sentences,
    withdraws,
)
from orchestration.evidence.line_guards import Known
from orchestration.evidence.slot import Doubt, Need, Slot
from orchestration.evidence.understood import Lent
from orchestration.spoken_times import SpokenTime

_REMEMBERED = 4000
"""Characters of the agent's words that are kept."""
_DENIAL = re.compile(r"\W*(?:no (?:ped|necesit|quer|quier|busc|soy|es)|(?:i|we) (?:don't|didn't))")


@dataclass(slots=True)
class Table:
    """The state of a call between two lines."""

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
    read_back: bool = False
    """The agent's last words were the slot itself, day and time."""
    corrects: bool = False
    """The agent's last words put a name right, or something else that is no time."""
    restated: bool = False
    """And it had asked before."""
    agent_words: frozenset[str] = frozenset()
    """All that the agent's last turn consists of."""
    agent_text: str = ""
    """All that it has said in the call, folded, without what it denied."""
    last_asked: str = ""
    """Its last turn, folded."""
    closed: bool = False
    """The agent asked nothing: what the business says next it says of its own accord."""
    lent: Lent = field(default_factory=Lent)
    """The agent's words, which the business may use."""
    date_words: DateWords = field(init=False)
    doubt: Doubt = Doubt.NONE
    """What the business's words since it was asked leave of it."""
    decided: bool = False
    """The quote stands on words that are enough by themselves and are wholly understood."""
    barred: bool = False
    """Who speaks for the business has no say in it."""
    may_book: bool = False
    """The business has offered to book what is on the table."""
    heads_wanted: bool = False
    """The business has asked for how many people: the number in the answer is no time."""
    heads: set[int] = field(default_factory=set)
    """Bare numbers that were such an answer, as the times that they look like."""

    def __post_init__(self) -> None:
        self.date_words = DateWords.of(self.slot)

    @property
    def day_agrees(self) -> bool:
        """The day spoken of last is the slot's."""
        return self.slot.is_on(self.day_on_table)

    @property
    def on_table(self) -> bool:
        """This very slot is spoken of."""
        return self.day_agrees and (self.time_on_table is not None or self.slot.earliest is None)

    @property
    def known(self) -> Known:
        """What a line of the business is held against."""
        return Known(self.agent_text, self.slot.day, self.slot.last_day or self.slot.day)

    def agent_said(self, line: str) -> None:
        """What the agent states and asks for."""
        self.last_line, self.last_agreed = None, False
        self.agent_asked = "?" in line
        self.read_back = self.restated = self.corrects = False
        self.closed = not self.agent_asked
        self.last_asked = fold(line[:LONGEST_LINE])
        self.agent_words = frozenset(re.findall(r"\w+", fold(line)))
        told = [each for each in sentences(line) if not _DENIAL.match(fold(each))]
        for each in told:
            self.lent.add(each)
        self.agent_text = f"{self.agent_text} {fold(' '.join(told))}"[-_REMEMBERED:]
        if withdraws(line):
            self.objects(Need.FIRM)
            self.asked = False
            return
        self.barred = self.barred or asks_for_an_adult(line)
        if was_misunderstood(line):
            self.objects(Need.FIRM)
        self._state(line)
        match what_is_asked(line, self.today):
            case Asked.BOOKING:
                self.asked, self.inquired, self.requested = True, False, True
            case Asked.WHAT_THERE_IS:
                self.asked, self.inquired, self.requested = False, True, True
            case Asked.SOMETHING_ELSE:
                self.asked = False
            case Asked.NOTHING:
                pass

    def _state(self, line: str) -> None:
        timed = dated = False
        for clause in clauses(line, self.today):
            if clause.aside or clause.farewell:
                continue
            if self.may_book and clause.agrees and not clause.denies:
                self.asked = True
            if clause.day is not None:
                self.day_on_table, dated = self.meant(clause), True
            if self.heads_wanted:
                self.heads |= {each.minutes for each in clause.times if not each.marked}
            times = self.times_in(clause)
            if times:
                self.time_on_table, timed = self.fitting(times), True
        self.heads_wanted = self.may_book = False
        self.read_back = timed and dated and self.on_table
        self.restated = self.read_back and self.requested
        self.corrects = puts_a_name_right(line) and not (timed or dated)

    def says_slot(self, piece: Clause) -> bool:
        """Whether a clause names it."""
        if times := self.times_in(piece):
            return self.fitting(times) is not None
        return self.slot.earliest is None and piece.day is not None

    def times_in(self, piece: Clause) -> list[SpokenTime]:
        """Its clock times, without how many people they are."""
        return [each for each in piece.times if each.marked or each.minutes not in self.heads]

    def fitting(self, times: Sequence[SpokenTime]) -> int | None:
        """The first that may mean the slot, in minutes since midnight."""
        for each in times:
            if self.slot.has(each):
                return self.slot.meant(each)
        return None

    def look_at(self, piece: Clause, *, loose: bool = True) -> None:
        """Takes up the day and time of a clause; bare numbers only when `loose`."""
        if piece.question or piece.aside or piece.denies:
            return
        if piece.day is not None:
            day = self.meant(piece)
            if not self.slot.is_on(day):
                self.objects(Need.NAMED)
            self.day_on_table = day
        times = [each for each in self.times_in(piece) if each.marked or loose]
        if times:
            self.time_on_table = self.fitting(times)
            if self.time_on_table is None:
                self.objects(Need.NAMED)

    def meant(self, piece: Clause) -> date | None:
        """The day of a clause; a bare weekday is the one that is being spoken of."""
        if piece.day is not None and piece.bare_weekday:
            for known in (self.day_on_table, self.slot.day):
                if known is not None and known.weekday() == piece.day.weekday():
                    return known
        return piece.day

    def elsewhere(self) -> bool:
        """What is on the table is known, and is not this slot."""
        return self.day_on_table is not None and not self.on_table

    def stands(self) -> bool:
        """Something has been agreed to or offered."""
        return self.quote is not None or self.offered is not None

    def objects(self, needed: Need) -> None:
        """Nothing stands any more, and it takes this much from here."""
        self.falls()
        self.need = max(self.need, needed)
        self.engaged = False

    def falls(self) -> None:
        """Nothing stands any more."""
        self.quote = self.offered = None
        self.exact = self.firm = self.committed = False

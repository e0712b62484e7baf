"""Whether the business's own words in a transcript support a booking. Pure.

The transcript is walked once, in order, with what is "on the table" (the day and time spoken of
last) and a quote that stands. The quote is set when the business says the slot itself or agrees to
it right after the agent stated it; it falls when the business denies, doubts or takes back, or
speaks of another slot. After such an objection more than a yes is needed: see `Need`. To say that
there is room books nothing before the agent has taken it. Words that are not understood are neither
a yes nor a no: after them a yes counts when the agent has read the slot back in full. A booking is
supported when a quote stands in the end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from data.call import Speaker, TimelineEntry
from orchestration.evidence.certainty import doubt_before, leaves_no_doubt, parted
from orchestration.evidence.heard_words import (
    LONGEST_LINE,
    Clause,
    asks_how_many,
    clauses,
    offers_to_book,
    picks_up,
    reopens,
    takes_leave,
)
from orchestration.evidence.line_guards import Against, against
from orchestration.evidence.line_signals import Signals, signals_of
from orchestration.evidence.line_weighing import Said, weighed
from orchestration.evidence.settling import settled_by
from orchestration.evidence.slot import Decision, Doubt, Need, Slot, Support
from orchestration.evidence.table import Table

_LONGEST_NAME = 4
"""Words of a name that is repeated."""

_MERE_NO = re.compile(r"^\W*(?:no\b\W*|nothing\b\W*)+", re.IGNORECASE)


@dataclass(slots=True)
class _Walk(Table):
    def business_said(self, entry: TimelineEntry) -> None:
        """What the business's words do to what stands."""
        left = None if against(entry.text, self.known) else settled_by(self, entry.text)
        on_table = self.day_on_table, self.time_on_table
        self._hear(entry)
        if left is not None:
            self.day_on_table, self.time_on_table = on_table
            self._settle(entry, left if self.quote is None else min(left, self.doubt))

    def _hear(self, entry: TimelineEntry) -> None:
        beside = self.decided and self.agent_asked and not self.asked
        decision = self._weigh(entry)
        self.decided = self.decided and self.quote is not None
        if not self.requested:
            return
        parts = parted(self, entry.text, decision)
        # Where it is decided, a no to another question is none to the booking.
        waits = self.quote is None or parts.deciding != ""
        before = _MERE_NO.sub("", parts.before) if beside else parts.before
        self._takes_in(before, may_wait=waits)
        if not parts.deciding:
            return
        if self.doubt <= parts.settles and leaves_no_doubt(self, parts.deciding):
            self.doubt, self.decided = Doubt.NONE, True
        else:
            self._takes_in(parts.deciding, may_wait=False)

    def _settle(self, entry: TimelineEntry, left: Doubt) -> None:
        """This line is enough by itself, whatever was said before it."""
        self.quote, self.exact, self.firm, self.committed = entry, True, True, True
        self.agreed_day, self.agreed_minutes = self.day_on_table, self.time_on_table
        self.need, self.engaged, self.last_agreed = Need.YES, True, True
        self.offered = None
        self.asked = self.agent_asked = self.heads_wanted = self.may_book = False
        self.doubt, self.decided = left, left is Doubt.NONE

    def _takes_in(self, said: str, *, may_wait: bool) -> None:
        """The doubt that is left by words which decide nothing."""
        if self.decided and leaves_no_doubt(self, said):
            return
        self.doubt = max(
            self.doubt, doubt_before(self, said, may_wait=may_wait), Doubt(self.decided)
        )
        self.decided = False

    def _weigh(self, entry: TimelineEntry) -> Decision:
        """Whether this line is enough by itself."""
        line = entry.text
        pieces = clauses(line, self.today)
        heard = signals_of(line)
        turned = against(line, self.known)
        if self._is_no_answer(line, heard) or turned is not None:
            self.objects(Need.FIRM)
            for piece in pieces:
                self.look_at(piece)
            if turned is Against.OTHER_DATE:
                self.objects(Need.NAMED)
                self.day_on_table = None
            self.asked = self.heads_wanted = self.may_book = False
            return Decision.NONE
        if takes_leave(line):
            self._close_politely()
            self.asked = False
            return Decision.NONE
        stood = self.stands()
        said = weighed(self, pieces, heard)
        said.strays = said.strays or (said.agreed and reopens(line))
        if not (self.engaged or said.named) and any(piece.farewell for piece in pieces):
            # "Listo, saludos" after nothing but evasions is a goodbye.
            said.agreed = False
        sure = said.committed and said.named
        kept = False
        if picks_up(line):
            self.falls()
        elif stood and self.corrects and _was_for_another(pieces, said, heard):
            self.objects(Need.FIRM)
        elif stood and self.closed and _strikes_at(self.slot, pieces, said):
            self.objects(Need.FIRM)
        elif not sure and (heard.to_the_room or (stood and heard.undoes and not self.corrects)):
            self.objects(Need.FIRM)
        elif said.consents(self):
            self._keep(entry, said)
            kept = True
        elif self.on_table and said.agreed and said.named and self.inquired:
            self.offered = entry
        elif self.stands() and not self._settles(pieces) and self._reopens(line, heard):
            self.objects(Need.YES if all(piece.only_waits for piece in pieces) else Need.FIRM)
        elif self.quote is None and self.requested and (evaded := _evades(pieces, said)):
            self.objects(evaded)
        elif self._takes_up_again(pieces):
            self.falls()
        elif self.elsewhere() and said.is_about_another(self):
            self.objects(Need.NAMED)
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
        asked, self.agent_asked = self.agent_asked, False
        books = said.committed or (kept and any(each.commits or each.keeps for each in pieces))
        return self._decision(said, kept=kept, books=books, asked=asked)

    def _decision(self, said: Said, *, kept: bool, books: bool, asked: bool) -> Decision:
        agrees = books or said.clear or (asked and not said.denied)
        if self.restated and agrees and self.quote is not None:
            return Decision.ANSWERS
        return Decision.BOOKS if kept and books else Decision.NONE

    def _is_no_answer(self, line: str, heard: Signals) -> bool:
        """Whoever says this agrees to nothing by it."""
        self.barred = (self.barred and not heard.hands_over) or heard.not_the_one
        return len(line) > LONGEST_LINE or self.barred or heard.ironic

    def _reopens(self, line: str, heard: Signals) -> bool:
        beside = self.firm and (self.agent_asked or self.corrects) and not heard.undoes
        return reopens(line) and not beside

    def _close_politely(self) -> None:
        """A goodbye after the agent took what was offered lets it stand."""
        if self.offered is not None and self.asked and self.on_table and self.need is Need.YES:
            if self.quote is None:
                self.quote, self.exact, self.firm = self.offered, True, True
                self.agreed_day, self.agreed_minutes = self.day_on_table, self.time_on_table

    def _takes_up_again(self, pieces: Sequence[Clause]) -> bool:
        """A question right after its own mere yes: that yes was none."""
        fresh = self.quote is not None and self.quote is self.last_line and not self.firm
        return fresh and any(piece.question and piece.leaves_open for piece in pieces)

    def _settles(self, pieces: Sequence[Clause]) -> bool:
        return any(piece.question and not piece.leaves_open for piece in pieces)

    def _keep(self, entry: TimelineEntry, said: Said) -> None:
        if said.named or not self.exact:
            self.quote, self.exact = entry, said.named
            self.firm = self.firm or said.committed or said.named
        self.committed = self.committed or said.committed or (said.named and self.asked)
        self.agreed_day, self.agreed_minutes = self.day_on_table, self.time_on_table
        self.need = Need.YES


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
    return Support(
        walk.quote, walk.committed, walk.agreed_day, walk.agreed_minutes, walk.doubt is Doubt.NONE
    )


def _evades(pieces: Sequence[Clause], said: Said) -> Need | None:
    """What it takes after an answer to a request that is no yes, no question and no wait."""
    if said.agreed or said.named or said.committed:
        return None
    if any(piece.denies and not piece.question for piece in pieces):
        return Need.FIRM
    unknown = bool(pieces) and all(each.tells_nothing and not each.aside for each in pieces)
    return Need.CLEAR if unknown else None


def _was_for_another(pieces: Sequence[Clause], said: Said, heard: Signals) -> bool:
    """The agent put the name right, and that is not taken well."""
    fine = said.agreed or said.committed or heard.same_slot
    fine = fine or any(each.question or each.stalls or each.gives_thanks for each in pieces)
    return not fine and sum(each.text.count(" ") + 1 for each in pieces) > _LONGEST_NAME


def _strikes_at(slot: Slot, pieces: Sequence[Clause], said: Said) -> bool:
    """Of its own accord it speaks of the day again, and not to confirm it: "mañana es fiesta"."""
    if said.agreed or said.committed or said.kept:
        return False
    return any(
        slot.is_on(each.day) and not (each.iffy or each.question or each.farewell or each.aside)
        for each in pieces
    )

"""What one line of the business comes to, clause by clause: agreement, objection, or neither. Pure.

What turns against the booking lowers the `Table` at once; what speaks for it is gathered in `Said`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.evidence import heard_patterns
from orchestration.evidence.heard_words import Clause
from orchestration.evidence.line_signals import Signals, doubtful_sentences, undoes_what_is_firm
from orchestration.evidence.slot import Need
from orchestration.evidence.table import Table

_DONE = frozenset({"listo", "lista", "hecho", "ya esta", "done", "all done", "sorted", "deal"})
"""Said after the slot itself, these are more than a yes."""
_MERE_NO = frozenset({"no", "no gracias", "no por nada", "nope"})


@dataclass(slots=True)
class Said:
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
    kept: bool = False
    """Has the shape of a commitment."""
    clear: bool = False
    """A yes to the slot that was read back."""
    denied: bool = False
    after_doubt: bool = False
    """What went before in the same line was doubt."""

    def is_about_another(self, table: Table) -> bool:
        """It agrees to what is on the table, where that is another slot."""
        return self.commits_at_all or (self.agreed and table.asked and not self.proposed)

    def consents(self, table: Table) -> bool:
        """It books the slot that is on the table."""
        if not table.on_table:
            return False
        named = self.named and (self.agreed or self.committed)
        if self.after_doubt:
            return (self.named or self.proposed) and self.committed
        if table.need is Need.NAMED:
            return named and (self.committed or not table.inquired)
        if table.need is Need.FIRM:
            return self.committed or (named and not table.inquired)
        if self.committed:
            return True
        if table.need is Need.CLEAR and not (self.agreed and self.clear):
            return named and not table.inquired
        if self.strays and not self.named:
            return False
        return self.agreed and (table.asked or (self.named and not table.inquired))


def weighed(table: Table, pieces: Sequence[Clause], heard: Signals) -> Said:
    """Goes through a line; `table` loses what it objects to."""
    return _Weighing(table, pieces, heard).whole()


class _Weighing:
    def __init__(self, table: Table, pieces: Sequence[Clause], heard: Signals) -> None:
        self._table, self._pieces, self._heard = table, pieces, heard
        agent_asked = table.agent_asked
        clear = table.read_back and (heard.clear_yes if agent_asked else heard.strong_yes)
        self._firm = table.quote is not None and table.firm
        # What answers a question about something else says nothing of another slot.
        self._aside = self._firm and agent_asked and not (table.asked or heard.undoes)
        self._doubtful = doubtful_sentences(pieces, stands=self._firm, aside=self._aside)
        self._fresh = Said(clear=clear)
        self._said = Said(agreed=table.last_agreed, clear=clear)

    @property
    def _is_kept(self) -> bool:
        return self._said.committed or self._said.kept

    def whole(self) -> Said:
        table, heard = self._table, self._heard
        for at, piece in enumerate(self._pieces):
            if not (self._turns_against(piece) or self._is_beside(at, piece)):
                if not (piece.denies and self._denies(at, piece)):
                    self._counts(piece)
        said = self._said
        if heard.opening_hours and not (said.named or said.committed):
            said.agreed = False
        if table.restated and not said.named and self._is_qualified():
            said = Said()
        unasked = table.requested and not table.agent_asked
        answers = (table.asked or table.inquired or unasked) and not said.denied
        kept = said.kept and (said.named or answers)
        if table.on_table and (kept or (heard.same_slot and table.corrects)):
            said.committed = True
        return said

    def _turns_against(self, piece: Clause) -> bool:
        """Doubts, jokes, takes back."""
        doubtful = piece.sentence in self._doubtful
        chatter = piece.iffy and (self._firm or self._is_kept)
        laughs = piece.only_laughs and self._firm
        renames = self._table.corrects and self._firm
        if not doubtful and (chatter or laughs or not piece.takes_back or renames):
            return False
        self._table.objects(Need.FIRM)
        self._said = Said(after_doubt=doubtful)
        self._table.look_at(piece)
        return True

    def _is_beside(self, at: int, piece: Clause) -> bool:
        """Says nothing of the booking where that is agreed, or is no refusal where it seems one."""
        if (piece.iffy and (self._firm or self._is_kept)) or (piece.only_laughs and self._firm):
            return True
        if piece.text == "all booked" and self._is_said_around(at):
            self._said.kept = True
            return True
        told = (self._firm and not self._table.corrects) or self._is_kept
        strikes = piece.text in _MERE_NO or undoes_what_is_firm(piece)
        return piece.denies and told and not strikes

    def _denies(self, at: int, piece: Clause) -> bool:
        needed = self._denied(piece, self._pieces[at + 1 :], alone=len(self._pieces) == 1)
        self._said.denied = True
        if needed is not None:
            self._table.objects(needed)
            self._said = Said()
        return True

    def _counts(self, piece: Clause) -> None:
        """Neither doubt nor denial: what it says of the slot."""
        table = self._table
        if piece.hedges and not (self._said.named and self._is_kept):
            self._said = Said(clear=self._fresh.clear)
        said = self._said
        if piece.leaves_open:
            # A yes before "let me see" or before another question was no consent.
            said.agreed = False
        said.strays = said.strays or ((said.agreed or piece.agrees) and piece.changes_subject)
        commits = piece.commits or piece.keeps
        if piece.aside and not (commits and table.says_slot(piece)):
            return
        if self._aside and not commits:
            return
        table.look_at(piece, loose=not (self._firm or self._is_kept))
        if piece.question:
            self._proposes(piece)
            return
        # "Sí, a las cinco": the yes comes before the time that it is about is on the table.
        said.agreed = said.agreed or (piece.agrees and not piece.stalls)
        said.commits_at_all = said.commits_at_all or piece.commits
        said.kept = said.kept or piece.keeps or (said.named and piece.text in _DONE)
        if table.on_table:
            said.committed = said.committed or piece.commits
            said.named = said.named or table.says_slot(piece)
            if said.named:
                table.need = min(table.need, Need.FIRM)

    def _proposes(self, piece: Clause) -> None:
        table = self._table
        if table.says_slot(piece):
            # Offered, if only as a question.
            table.need, self._said.proposed = min(table.need, Need.FIRM), True
        elif piece.times:
            # Proposes another time: what follows is about that one.
            table.objects(Need.FIRM)
            table.time_on_table = None

    def _is_qualified(self) -> bool:
        """Something unknown comes before the yes to what was read back: "with a referral, yes"."""
        pieces = self._pieces
        if len(pieces) < 2 or pieces[0].sentence != pieces[1].sentence:
            return False
        first = pieces[0]
        known = first.agrees or first.commits or first.keeps or first.stalls or first.question
        known = known or first.denies or first.day is not None or bool(first.times)
        repeats = set(first.text.split()) <= self._table.agent_words
        soft = not heard_patterns.MILD.sub(" ", first.text).strip() or first.gives_thanks
        return not (known or repeats or soft)

    def _is_said_around(self, at: int) -> bool:
        """Whether the slot is named beside it: by itself "all booked" is a refusal."""
        said, following = self._said, self._pieces[at + 1 : at + 2]
        return said.named or said.agreed or any(self._table.says_slot(each) for each in following)

    def _denied(self, piece: Clause, following: Sequence[Clause], *, alone: bool) -> Need | None:
        """What it takes after a no; None when the no is about something else."""
        table = self._table
        if piece.question:
            return None
        if times := table.times_in(piece):
            return Need.NAMED if table.fitting(times) is not None else None
        if piece.day is not None:
            return Need.FIRM if table.slot.is_on(piece.day) else None
        if piece.about_room or table.asked or (table.requested and table.quote is None):
            return Need.FIRM
        if table.quote is None:
            return Need.FIRM if alone and table.on_table else None
        # "That we don't do" takes a mere yes back; "no" to another question or to thanks does not.
        if piece.text in _MERE_NO:
            thanks = not following or following[0].gives_thanks or following[0].denies
            return None if thanks or table.agent_asked else Need.FIRM
        return None if table.agent_asked else Need.FIRM

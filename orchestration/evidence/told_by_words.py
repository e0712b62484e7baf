"""What the business's words alone tell of a call that booked nothing. Pure."""

from __future__ import annotations

from datetime import date

from orchestration.evidence import evasion_patterns as evasion
from orchestration.evidence import heard_patterns as heard
from orchestration.evidence.heard_words import clauses, fold


def says_wrong_number(line: str) -> bool:
    """The business is another one, or a home."""
    text = fold(line)
    if evasion.WRONG_NUMBER.search(text) is not None:
        return True
    return evasion.OTHER_BUSINESS.search(text) is not None and heard.NO.search(text) is not None


def asks_to_call_back(line: str) -> bool:
    """The business wants another call, or will call itself."""
    return evasion.PUTS_OFF.search(heard.COURTESY.sub(" ", fold(line))) is not None


def is_machine(line: str) -> bool:
    """An announcement: nobody is there to agree to anything."""
    return evasion.MACHINE.search(fold(line)) is not None


def has_no_room(line: str, today: date) -> bool:
    """The business has nothing free (for what was asked)."""
    return any(
        each.denies and each.about_room and not each.question for each in clauses(line, today)
    )

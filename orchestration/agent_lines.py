"""What the agent's words ask of the business: a yes means nothing without its question. Pure."""

from __future__ import annotations

from datetime import date
from enum import Enum, auto

from orchestration.heard_words import asks_for_room, clauses, only_inquires, prompts, sentences


class Asked(Enum):
    """What the business's next yes would be about."""

    BOOKING = auto()
    """The slot is stated or its booking asked for."""
    WHAT_THERE_IS = auto()
    SOMETHING_ELSE = auto()
    NOTHING = auto()
    """Nothing new."""


def what_is_asked(line: str, today: date) -> Asked:
    """The last sentence that asks for something decides."""
    asked = Asked.NOTHING
    for sentence in sentences(line):
        question = "?" in sentence
        said = [each for each in clauses(sentence, today) if not each.aside and not each.farewell]
        timed = any(each.times for each in said)
        stated = timed or any(each.day is not None for each in said)
        if only_inquires(sentence):
            about_slot = stated or asks_for_room(sentence)
            if not about_slot:
                asked = Asked.SOMETHING_ELSE
            elif asked is not Asked.BOOKING:
                asked = Asked.WHAT_THERE_IS
        elif timed or prompts(sentence) or (stated and not question):
            asked = Asked.BOOKING
        elif stated:
            # "Are you working on Friday?"
            asked = Asked.WHAT_THERE_IS
        elif question:
            asked = Asked.SOMETHING_ELSE
    return asked

"""What the agent's words ask of the business: a yes means nothing without its question. Pure."""

from __future__ import annotations

import re
from datetime import date
from enum import Enum, auto

from orchestration.evidence.heard_patterns import words
from orchestration.evidence.heard_words import (
    asks_for_room,
    clauses,
    fold,
    gives_thanks,
    only_inquires,
    prompts,
    sentences,
)

_FULL_NAME = re.compile(r"\b[^\W\d_a-zß-ÿ][a-zß-ÿ]+ [^\W\d_a-zß-ÿ][a-zß-ÿ]+")


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


_FOR_A_GROWN_UP = words(
    r"any adults|adult[oa]?|grown-?\s?ups?|(?:tu|tus|your) (?:mama|papa|papas|padres|mum|mom|dad"
    r"|parents)"
    r"|(?:una )?persona mayor|alguien mayor"
)
_NOT_THAT = re.compile(
    r"no\b(?!.*\d)(?=.*\b(?:turno|cita|appointment|booking|reserva|mesa|table)\b)"
)


def asks_for_an_adult(line: str) -> bool:
    """Whether the agent has noticed that it speaks with a child."""
    return _FOR_A_GROWN_UP.search(fold(line)) is not None


def was_misunderstood(line: str) -> bool:
    """Whether the agent says that it had not asked for what it was given: "No, an appointment."."""
    return "?" not in line and _NOT_THAT.match(fold(line)) is not None


def puts_a_name_right(line: str) -> bool:
    """Whether the agent only says a name: what is put right next is that, no booking."""
    return "?" not in line and _FULL_NAME.search(line) is not None and not gives_thanks(line)

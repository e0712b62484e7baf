"""What a sentence on the phone does to a booking: agrees, denies, doubts, takes back. Pure.

Word lists for Spanish and English (`heard_patterns`, `evasion_patterns`) are matched against folded
text, clause by clause.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from orchestration.evidence import evasion_patterns as evasion
from orchestration.evidence import heard_patterns as heard
from orchestration.evidence import objection_patterns as signals
from orchestration.evidence.commitments import DONE, KEPT
from orchestration.spoken_dates import spoken_date, without_dates
from orchestration.spoken_times import SpokenTime, spoken_times
from orchestration.spoken_times import fold as _fold

LONGEST_LINE = 2000
"""Characters of a line that are read; nothing is agreed in a longer one."""
_LONGEST_YES = 7
"""Blanks in a clause that only agrees."""
_MUCH_BESIDES = 3
"""Words beside a yes by which it is about something else: "yes, we do haircuts"."""
_SIGNS = " .:-,¿¡?!;…"
_CONTRASTS = frozenset({"pero", "but", "aunque", "although", "though"})
_JOINTS = _CONTRASTS | {"o", "y", "or", "and"}
_CUT = re.compile(rf"(,|{heard.TURNS}|[¿¡?!;…]|\.\s|\.$)", re.IGNORECASE)


fold = lru_cache(maxsize=1024)(_fold)
"""Every list is asked about the same lines."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of a sentence, and what it does."""

    text: str
    """Folded."""
    question: bool
    times: tuple[SpokenTime, ...]
    day: date | None
    denies: bool
    agrees: bool
    commits: bool
    offers: bool
    doubts: bool
    """Evades, puts off, makes a condition, is a machine's or another business's."""
    wavers: bool
    """Whatever speaks against it is doubt, nothing worse."""
    takes_back: bool
    """Takes back or jokes."""
    stalls: bool
    """Asks for a moment, or to go on talking; nothing is agreed by it."""
    about_room: bool
    """About having a place for somebody."""
    aside: bool
    """About opening hours, arriving early and the like."""
    farewell: bool
    opens: bool
    """The first of its sentence."""
    contrasts: bool
    """After a "but"."""
    keeps: bool
    """Has the shape of a commitment, with whatever verb."""
    iffy: bool
    """Begins with a condition, or hangs on one before it in the sentence."""
    sentence: int
    """Which of the line it belongs to, from 0."""

    @property
    def tells_nothing(self) -> bool:
        """Not one word in it that bears on a booking."""
        known = (
            self.agrees or self.commits or self.keeps or self.offers or self.question or self.stalls
        )
        known = known or self.farewell or bool(self.times) or self.day is not None
        known = known or self.denies or " " not in self.text
        without_thanks = heard.THANKS.sub(" ", self.text)
        return not (known or heard.PLAIN.search(without_thanks) or heard.GREETS.search(self.text))

    @property
    def only_waits(self) -> bool:
        """Asks for patience and gives no reason."""
        return self.stalls or self.question or self.text.count(" ") < 2

    @property
    def hedges(self) -> bool:
        """A "but" with nothing in it that goes towards a booking."""
        towards = (
            self.agrees or self.commits or self.keeps or self.times or self.aside or self.question
        )
        return self.contrasts and not (towards or heard.PLAIN.search(self.text))

    @property
    def gives_thanks(self) -> bool:
        """Thanks or a goodbye."""
        return self.farewell or heard.THANKS.search(self.text) is not None

    @property
    def changes_subject(self) -> bool:
        """The yes in it, or before it in the same sentence, seems to be about something else."""
        plain = self.commits or self.keeps or self.times or self.day or self.farewell
        plain = plain or (self.about_room and not self.aside)
        if self.question or plain or heard.PLAIN.search(self.text):
            return False
        if self.agrees:
            rest = heard.MILD.sub(" ", heard.YES.sub(" ", self.text))
            return len(rest.split()) >= _MUCH_BESIDES
        return not self.opens and " " in self.text

    @property
    def leaves_open(self) -> bool:
        """Nothing can have been settled yet where this is said."""
        return self.stalls or (self.question and heard.SETTLING_QUESTION.search(self.text) is None)

    @property
    def bare_weekday(self) -> bool:
        """Its day is only a weekday's name: of which week, the context tells."""
        return _BARE_WEEKDAY.search(self.text) is not None and not _WHICH_WEEK.search(self.text)

    @property
    def only_laughs(self) -> bool:
        """Nothing but laughter."""
        return _LAUGHTER.fullmatch(self.text) is not None


_BARE_WEEKDAY = re.compile(
    r"(?<!este )(?<!this )(?<!next )(?<!proximo )\b(?:lunes|martes|miercoles|jueves|viernes|sabado"
    r"|domingo|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b"
    r"(?! (?:que|proximo|\d|pasado|de esta|this|next))"
)


_NO_DATE = re.compile(
    r"\b(lunes|martes|miercoles|jueves|viernes|sabado|domingo) (\d{1,2})(?= ?(?:hs?|horas?)\b)"
)
"""It is the hour: "jueves 17 horas"."""
_PLEASED = re.compile(r"\b(?:por favor|un placer|a mandar|nada|suerte|please|not at all)\b")
_WHICH_WEEK = re.compile(r"\b(?:semanas?|weeks?)\b")
_LAUGHTER = re.compile(r"(?:(?:j?[ae]j|h?[ae]h)[jhae]* ?)+")


@lru_cache(maxsize=256)
def clauses(line: str, today: date) -> tuple[Clause, ...]:
    """The pieces of what somebody said, in order."""
    return tuple(_pieces(line, today))


def _pieces(line: str, today: date) -> Iterator[Clause]:
    dictated = heard.DICTATED.search(fold(line[:LONGEST_LINE])) is not None
    for number, sentence in enumerate(sentences(line)):
        asked_from = _question_in(sentence)
        at = 0
        courteous, iffy, opens, contrasts = False, False, True, False
        for piece in _CUT.split(sentence):
            question = asked_from is not None and at >= asked_from
            at += len(piece)
            text = fold(piece.replace("\u0001", ".").replace("\u0002", ",")).strip(_SIGNS)
            contrasts = contrasts or text in _CONTRASTS
            if not text or text in _JOINTS:
                continue
            question = question or heard.CUT_SHORT.search(text) is not None
            # "If you can't come, call us": what follows hangs on it too.
            courteous = courteous or (
                heard.COURTESY.match(text) is not None and evasion.CONDITIONS.search(text) is None
            )
            iffy = iffy or heard.CONDITIONAL.match(text) is not None
            place = _Place(question, dictated, courteous, opens, contrasts, iffy, number)
            yield _clause(text, piece, today, place)
            opens = False


def sentences(line: str) -> Iterator[str]:
    """Its sentences with their signs, in order."""
    return iter(re.findall(r"[^.!?;…]+[.!?;…]*", _guard_numbers(line)))


def picks_up(line: str) -> bool:
    """A yes that only answers the telephone."""
    return heard.PICKS_UP.match(fold(line)) is not None


def prompts(line: str) -> bool:
    """Whether the agent's words ask for a booking or accept one."""
    return heard.PROMPTS.search(fold(line)) is not None


def only_inquires(line: str) -> bool:
    """Whether the agent asks what there is: a yes to that books nothing yet."""
    listed = heard.INQUIRES if "?" in line else heard.WONDERS
    if heard.READS_BACK.search(fold(line)) is not None:
        return False
    return listed.search(fold(line)) is not None


def asks_for_room(line: str) -> bool:
    """Whether the agent speaks of a place for somebody."""
    return heard.ROOM.search(fold(line)) is not None


def withdraws(line: str) -> bool:
    """Whether the agent gives the booking up."""
    return "?" not in line and heard.WITHDRAWS.search(fold(line)) is not None


def asks_how_many(line: str) -> bool:
    """Whether the business wants to know for how many people."""
    return heard.HOW_MANY.search(fold(line)) is not None


def offers_to_book(line: str) -> bool:
    """Whether the business asks if it shall book."""
    return "?" in line and heard.SHALL_I.search(fold(line)) is not None


def takes_leave(line: str) -> bool:
    """Nothing but a goodbye or thanks, with a mild word at most: it agrees to nothing new."""
    text = fold(line)
    rest = heard.THANKS.sub(" ", heard.FAREWELL.sub(" ", text))
    return rest != text and not _PLEASED.sub(" ", heard.MILD.sub(" ", rest)).strip(_SIGNS)


def gives_thanks(line: str) -> bool:
    """Thanks or a goodbye is in it."""
    text = fold(line)
    return heard.THANKS.search(text) is not None or heard.FAREWELL.search(text) is not None


def reopens(line: str) -> bool:
    """A call to wait, without saying yet why."""
    return heard.REOPENS.search(fold(line)) is not None


def _question_in(sentence: str) -> int | None:
    """Where the question in a sentence begins: "Sure, what's the name?" is a yes before it."""
    if "¿" in sentence:
        return sentence.index("¿")
    return sentence.rfind(",") + 1 if "?" in sentence else None


@dataclass(frozen=True, slots=True)
class _Place:
    """What is known of a clause from where it stands."""

    question: bool
    dictated: bool
    """A telephone number is in the line."""
    courteous: bool
    opens: bool
    contrasts: bool
    iffy: bool
    sentence: int


def _clause(text: str, raw: str, today: date, place: _Place) -> Clause:
    farewell = heard.FAREWELL.search(text) is not None
    times = () if place.courteous else _times(text, loose=not (place.dictated or farewell))
    day = spoken_date(_NO_DATE.sub(r"\1 a las \2", text), today)
    about_room = heard.ABOUT_ROOM.search(text) is not None
    # In a long stretch about something else a yes is only a word.
    lost = text.count(" ") > _LONGEST_YES and not (times or day or about_room)
    return Clause(
        text=text,
        question=place.question,
        times=times,
        day=day,
        denies=not place.courteous
        and heard.NO.search(heard.HARMLESS_NO.sub(" ", text)) is not None,
        agrees=not (place.courteous or lost)
        and (
            heard.YES.search(text) is not None
            or "sí" in raw.casefold().split()
            or heard.BARE_SI.fullmatch(text) is not None
        ),
        commits=not place.courteous and heard.COMMITS.search(text) is not None,
        offers=heard.OFFERS.search(text) is not None,
        doubts=not place.courteous and any(each.search(text) is not None for each in _DOUBTFUL),
        wavers=not any(each.search(text) is not None for each in _WORSE_THAN_DOUBT),
        takes_back=not place.courteous
        and (evasion.TAKES_BACK.search(text) is not None or evasion.JOKES.search(text) is not None),
        stalls=heard.STALLS.search(text) is not None,
        about_room=about_room,
        aside=place.courteous or heard.ASIDE.search(text) is not None,
        farewell=farewell,
        opens=place.opens,
        contrasts=place.contrasts,
        keeps=not place.courteous
        and (KEPT.search(text) is not None or DONE.fullmatch(text) is not None),
        iffy=place.iffy,
        sentence=place.sentence,
    )


_WORSE_THAN_DOUBT = (
    evasion.PUTS_OFF,
    evasion.CONDITIONS,
    evasion.WRONG_NUMBER,
    evasion.OTHER_BUSINESS,
    evasion.MACHINE,
    evasion.REFUSES_TALK,
    signals.MENU,
    signals.TERMS,
    signals.ELSEWHERE,
)
_DOUBTFUL = (evasion.DOUBTS, signals.UNSURE, *_WORSE_THAN_DOUBT)


def _times(text: str, *, loose: bool) -> tuple[SpokenTime, ...]:
    undated = heard.PRONOUN_ONE.sub(" ", without_dates(text))
    # One word less in which to lose the way: "cuarenta y cinco" holds an hour of its own.
    undated = undated.replace(" y cuarenta y cinco", " y 45")
    return tuple(
        each
        for each in spoken_times(undated)
        if each.marked or (loose and len(text) <= 25 and not _counts(undated, each))
    )


def _counts(text: str, number: SpokenTime) -> bool:
    before, after = text[: number.start], text[number.end :]
    if heard.NUMBERED.search(before) and text[number.start : number.end] not in ("una", "1"):
        return True
    return (
        heard.COUNTS_BEFORE.search(before) is not None
        or heard.COUNTS_AFTER.match(after) is not None
    )


def _guard_numbers(line: str) -> str:
    """Keeps "17.30" and "a.m." whole while sentences are cut at their ends."""
    guarded = re.sub(r"(?<=\d)\.(?=\d)", "\u0001", line[:LONGEST_LINE])
    guarded = heard.UNSIGNED.sub(r"\1, ", guarded)
    guarded = re.sub(r"\b([ap])\.\s?m\.?", r"\1m", guarded, flags=re.IGNORECASE)
    return re.sub(r"(?<=\d),(?=\d)", "\u0002", guarded)

"""How firmly something is wanted: "mejor a las 5" is a wish, "sí o sí a las 5" a must. Pure.

A word of wishing or insisting is about what stands beside it: a day, a time, or the person who is
to do it. Where that is not clear nothing is said, and what nothing is said about is a must for day
and time: nobody gets another hour than the one they asked for because of a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from orchestration.named_persons import person_in
from orchestration.spoken_times import spoken_times
from orchestration.written_text import aligned


@dataclass(frozen=True, slots=True)
class Leanings:
    """What a message says about how firm its wishes are; None where it says nothing of it."""

    date_is_wish: bool | None = None
    time_is_wish: bool | None = None
    professional: str = ""
    """By whom, as written: "Ana"; "" when nobody is named."""
    professional_is_must: bool | None = None

    def then(self, later: Leanings) -> Leanings:
        """These, with what a later message says put in their place."""
        return Leanings(
            _later(self.date_is_wish, later.date_is_wish),
            _later(self.time_is_wish, later.time_is_wish),
            later.professional or self.professional,
            later.professional_is_must if later.professional else self.professional_is_must,
        )


NO_LEANINGS = Leanings()


def _later(before: bool | None, said: bool | None) -> bool | None:
    return before if said is None else said


class _Kind(Enum):
    DAY = auto()
    TIME = auto()
    PERSON = auto()


@dataclass(frozen=True, slots=True)
class _Part:
    """Something that can be wanted, and where it stands in the text."""

    kind: _Kind
    start: int
    end: int


_WEEKDAYS = (
    "lunes|martes|miercoles|jueves|viernes|sabados?|domingos?|(?:mon|tues|wednes|thurs|fri|satur"
    "|sun)day"
)
_MONTHS = (
    "enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre|diciembre"
    "|january|february|march|april|may|june|july|august|september|october|november|december"
)
_DAY = re.compile(
    rf"(?<!\w)(?:(?:{_WEEKDAYS})(?: (?:el )?\d{{1,2}}(?![:.\d]))?(?: (?:de )?(?:{_MONTHS}))?"
    r"|pasado manana|day after tomorrow|(?<!la )(?<!esta )manana|hoy|today|tomorrow"
    r"|\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}(?:/\d{2,4})?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)? (?:de |of )?(?:{_MONTHS})|(?:{_MONTHS}) \d{{1,2}}(?:st|nd|rd|th)?"
    r"|(?:el|dia) \d{1,2}(?![:.\d/]| ?(?:hs?|am|pm)\b)"
    r"|(?:esta|proxima|this|next) (?:semana|week)|semana (?:que viene|proxima)"
    r"|(?:el |este )?(?:finde(?: semana)?|fin de semana)|weekend)(?!\w)"
)
_PART_OF_DAY = re.compile(
    r"(?<!\w)(?:(?:por|a|de|en|x) la (?:manana|tarde|tardecita|noche|siesta)|al mediodia|temprano"
    r"|(?:in the |at )(?:morning|afternoon|evening|night)|at noon|early|(?:a )?(?:primera|ultima)"
    r" hora)(?!\w)"
)

_LEADING_WISH = (
    r"mejor(?! dicho)|(?:lo )?ideal|ojala|prefiero|preferiria|preferimos|hopefully"
    r"|i'?d (?:ideally|prefer|rather)|i (?:would )?prefer"
)
_LEADING_MUST = (
    r"solo|solamente|unicamente|exclusivamente|exactamente|obligatoriamente|only|strictly"
    r"|(?:tiene|tendria) que ser|debe(?:ria|ra)? ser|(?:must|has to|have to|needs? to) be"
)
_FLOATING_WISH = (
    r"preferente?mente|preferiblemente|de preferencia|idealmente|ideally|preferabl[ye]"
    r"|(?:si|de) (?:puede|pudiera|es|fuera|fuese|se|ser|puedo|podes|puedes|pueden)"
    r" (?:ser|posible|puede|pudiera)(?: ser)?"
    r"|si se puede|en lo posible|a poder ser|if (?:at all )?possible|if (?:you|they|it|we) can"
    r"(?: be)?|where possible"
)
_FLOATING_MUST = (
    r"si o si|sin falta|obligatorio|no hay otra|no matter what|for sure|and nothing else"
)
_TRAILING_WISH = (
    r"[ou] (?:cuando|cuanto|como|lo que|a la hora|el dia|en el horario)(?: que)? (?:\w+ )?"
    r"(?:pued\w+|haya|hay|tengan|tienen|sea|quieran|les quede)"
    r"|[ou] (?:a |en |con )?(?:otr[oa]|cualquier|cualquiera|algun)(?: otr[oa])?(?: \w+)?"
    r"|o (?:con )?(?:quien|el que|la que) (?:sea|este|haya|pueda|tengan)|o (?:por ahi|cerca de eso)"
    r"|or (?:whenever|whoever|whatever|any(?:one|body|time|\b)|another|some other|someone)"
    r"(?: other)?(?: \w+)?|,? ?(?:but )?(?:i'm |soy )?flexible"
)
_TRAILING_MUST = (
    r"y (?:nadie|ningun\w*|nada) mas|o nadie|y no otr[oa]|or (?:nothing|nobody|no one)|nada mas"
)
_NO_MATTER = (
    r"no (?:hace falta|es necesario|tiene|debe)(?: que)? (?:ser|sea)"
    r"|(?:doesn'?t|does not|needn'?t|need not) (?:have to |need to )?be|no importa si no es"
)
_MARKERS: tuple[tuple[re.Pattern[str], bool, bool, bool], ...] = tuple(
    (re.compile(rf"(?<!\w)(?:{words})(?!\w)"), wish, leads, follows)
    for words, wish, leads, follows in (
        (_NO_MATTER, True, True, False),
        (_LEADING_WISH, True, True, False),
        (_LEADING_MUST, False, True, True),
        (_FLOATING_WISH, True, True, True),
        (_FLOATING_MUST, False, True, True),
        (_TRAILING_WISH, True, False, True),
        (_TRAILING_MUST, False, False, True),
    )
)
"""Words, whether they wish (or else insist), and whether they may stand before and after what they
are about. Earlier ones come first where they overlap."""
_GLUE_AFTER = re.compile(
    r"(?:[\s:]|\b(?:a|al|las?|el|los|en|por|para|de|desde|entre|despues|antes|hasta|que|sean?|ser|es"
    r"|seria|fuera|si|puedo|puede|pueda|podria|podes|se|me|lo|le|nos|sirve|queda|viene|va|bien|un"
    r"|una|turno|cita|hora|horario|mesa|reserva|dia|quiero|quisiera|necesito|ir|tipo|eso|atienda"
    r"|corte|the|at|on|by|in|for|to|be|it|after|before|between|around|about|a|an|i|is|would|like"
    r"|can|could|do|come|have|get|table|appointment|slot|this|next|works?|available|proximo|with"
    r"|con)\b)*"
)
_GLUE_BEFORE = re.compile(
    r"(?:[\s,;:()–-]|\b(?:y|o|u|pero|and|but|or|hs|hrs|horas|de|la|el|que|viene|proximo|tarde|noche"
    r"|manana|por favor|please|es|seria|sea|tiene|ser)\b)*"
)
_GLUE_BETWEEN = re.compile(
    r"(?:[\s,–-]|\b(?:y|o|u|a|al|las?|el|los|en|por|para|de|del|desde|entre|despues|antes|hasta|que"
    r"|viene|proximo|hs|horas|tipo|eso|the|at|on|by|in|after|before|between|and|or|to|around|this"
    r"|next|tarde|noche|manana)\b)*"
)
_ABOUT_TIME = re.compile(r"\b(?:hora|horario|horarios|time)\b")
_ABOUT_DAY = re.compile(r"\b(?:dia|day)\b")
_ABOUT_PERSON = re.compile(
    r"\b(?:quien|el que|la que|whoever|anyone|anybody|someone|alguien|persona|nadie)\b"
)
_ONLY_ASKS = re.compile(
    r"(?<!\w)(?:pregunt\w+|fijate|fijense|consult\w+|averigu\w+|veo?|ver|ask|check|see|find out)"
    r" (?:les |le |a ver )?$"
)
_CORRECTS = re.compile(r"(?:^|[.!?\n])\W*(?:no|uy|perdon|ah no|sorry|digo|wait)\W+$")


def leanings_in(text: str) -> Leanings:
    """What the customer's words say about how firm their wishes are."""
    written, folded = aligned(text)
    person = person_in(written, folded)
    parts = list(_parts(folded, (person.start, person.end) if person else None))
    firm: dict[_Kind, bool] = {}
    for kind, wish in _said_of(folded, parts):
        # Who says both is taken at the firmer word.
        firm[kind] = firm.get(kind, True) and wish
    return Leanings(
        date_is_wish=firm.get(_Kind.DAY),
        time_is_wish=firm.get(_Kind.TIME),
        professional=person.name if person else "",
        professional_is_must=not firm[_Kind.PERSON] if person and _Kind.PERSON in firm else None,
    )


def _parts(folded: str, person: tuple[int, int] | None) -> Iterator[_Part]:
    """Days, times and the person, in the order in which they stand."""
    days = [_Part(_Kind.DAY, found.start(), found.end()) for found in _DAY.finditer(folded)]
    times = [
        _Part(_Kind.TIME, each.start, each.end) for each in spoken_times(folded) if each.marked
    ]
    times += [_Part(_Kind.TIME, f.start(), f.end()) for f in _PART_OF_DAY.finditer(folded)]
    found = sorted(
        [*days, *times, *([_Part(_Kind.PERSON, *person)] if person else [])],
        key=lambda part: (part.start, -part.end),
    )
    end = 0
    for part in found:
        if part.start >= end:
            yield part
            end = part.end


def _said_of(folded: str, parts: Sequence[_Part]) -> Iterator[tuple[_Kind, bool]]:
    """Each part that a word is about, and whether that word wishes (or else insists)."""
    taken: list[tuple[int, int]] = []
    for pattern, wish, may_lead, may_follow in _MARKERS:
        for found in pattern.finditer(folded):
            start, end = found.span()
            if any(start < other_end and end > other for other, other_end in taken):
                continue
            taken.append((start, end))
            before = folded[:start]
            if _ONLY_ASKS.search(before) or (wish and _CORRECTS.search(before)):
                continue
            for kind in _named_or(
                found.group(), _beside(folded, parts, (start, end), may_lead, may_follow, wish)
            ):
                yield kind, wish


def _named_or(words: str, beside: list[_Kind]) -> list[_Kind]:
    """Of the kinds beside some words the one that the words name ("u otro dia"), else all."""
    for pattern, kind in (
        (_ABOUT_TIME, _Kind.TIME),
        (_ABOUT_DAY, _Kind.DAY),
        (_ABOUT_PERSON, _Kind.PERSON),
    ):
        if pattern.search(words):
            return [kind] if beside else []
    return beside


def _beside(
    folded: str,
    parts: Sequence[_Part],
    marker: tuple[int, int],
    may_lead: bool,
    may_follow: bool,
    wish: bool,
) -> list[_Kind]:
    """The kinds that a word at this place is about."""
    start, end = marker
    ahead = _run_after(folded, parts, end) if may_lead else []
    behind = _run_before(folded, parts, start, widely=not (wish and may_lead)) if may_follow else []
    if ahead and behind and wish:
        # "a las 5, si puede ser, con Ana" belongs to the time, "a las 5, si puede ser con Ana" not.
        return behind if folded[end:].lstrip(" ").startswith(",") else ahead
    return ahead + behind


def _run_after(folded: str, parts: Sequence[_Part], end: int) -> list[_Kind]:
    """What directly follows; a time that goes with the day (or the other way round) included."""
    for index, part in enumerate(parts):
        if part.start >= end and _GLUE_AFTER.fullmatch(folded[end : part.start]):
            run = [part.kind]
            for one, other in zip(parts[index:], parts[index + 1 :], strict=False):
                if not _goes_with(folded, one, other):
                    break
                run.append(other.kind)
            return run
    return []


def _run_before(folded: str, parts: Sequence[_Part], start: int, *, widely: bool) -> list[_Kind]:
    """What directly precedes; with `widely` also the day that goes with the time."""
    for index in range(len(parts) - 1, -1, -1):
        part = parts[index]
        if part.end <= start and _GLUE_BEFORE.fullmatch(folded[part.end : start]):
            run = [part.kind]
            while widely and index > 0 and _goes_with(folded, parts[index - 1], parts[index]):
                index -= 1
                run.append(parts[index].kind)
            return run
    return []


def _goes_with(folded: str, one: _Part, other: _Part) -> bool:
    """Whether two neighbours are parts of one moment."""
    return _Kind.PERSON not in (one.kind, other.kind) and bool(
        _GLUE_BETWEEN.fullmatch(folded[one.end : other.start])
    )

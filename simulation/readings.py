"""What the simulated model makes of a call's transcript: did the business agree to the booking?

It reads as a small honest model would, by rules of its own. Deliberately not the project's: a
second reader that is the first one again would prove nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from simulation.meanings import Meaning, plain

_HOURS = {
    name: hour
    for hour, names in enumerate(
        (
            *("", "una|one", "dos|two", "tres|three", "cuatro|four", "cinco|five", "seis|six"),
            *("siete|seven", "ocho|eight", "nueve|nine", "diez|ten", "once|eleven", "doce|twelve"),
        )
    )
    for name in names.split("|")
    if name
}
_MINUTES = {
    "media": 30,
    "treinta": 30,
    "thirty": 30,
    "cuarto": 15,
    "quince": 15,
    "fifteen": 15,
    "menos cuarto": -15,
    "cuarenta y cinco": 45,
    "forty five": 45,
}
_HOUR = r"\d{1,2}|" + "|".join(_HOURS)
_CLOCK = re.compile(
    rf"\b(?:(?:a |para |las |la |at |for |tipo ){{1,3}}({_HOUR})\b|({_HOUR}) ?(?:[ap] ?m\b|hs\b)"
    r"|(\d{1,2})(?=[:.]\d{2}))"
    rf"(?:[:.](\d{{2}})|,? (?:y )?({'|'.join(sorted(_MINUTES, key=len, reverse=True))})\b)?"
)
_WEEKDAYS = (
    *("lunes|monday", "martes|tuesday", "miercoles|wednesday", "jueves|thursday"),
    *("viernes|friday", "sabado|saturday", "domingo|sunday"),
)
_AGREES = re.compile(
    r"\b(?:si|dale|listo|claro|perfecto|anotad[oa]|reservad[oa]|confirmad[oa]|apartad[oa]|agendad[oa]"
    r"|te anoto|queda\w*|quedo|le espero|te espero|tengo|hay|puedo|de acuerdo|por supuesto|bueno|ok"
    r"|yes|yeah|sure|done|booked|confirmed|works|perfect|great|see you|of course|we have|i have)\b"
)
_REFUSES = re.compile(
    r"\b(?:no|not|nothing|completos?|ocupad[oa]|llen[oa]s?|full|can't|cannot|cancel\w*|anul\w*"
    r"|me equivoque|en realidad|actually|mistake|sorry|broma|joking|kidding)\b"
)
_UNSURE = re.compile(
    r"\b(?:puede ser|quizas?|tal vez|capaz|creo|no se|a ver|veo|veremos|despues|mas tarde|llame"
    r"|llamame|depende|maybe|perhaps|might|not sure|i'll see|let me|call (?:back|again|later)"
    r"|lista de espera|waiting list|en principio|probably)\b"
)
_HARMLESS = re.compile(
    r"\b(?:no hay (?:ningun )?problema|como no|no problem|por que no|no worries|not at all)\b"
)
_CLAIMED_TIME = re.compile(r"claimed time: *([^\n.]+)", re.IGNORECASE)
_CLAIMED_DAY = re.compile(r"claimed day: *([^\n.]+)", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(slots=True)
class _Reading:
    minutes: int | None
    """Of the claimed time on a clock of twelve hours; None: any time will do."""
    weekday: str
    """Names of the claimed weekday, as a pattern; "" when it is not known."""
    on_table: bool = False
    """The claimed time was spoken of last."""
    quotes: list[str] = field(default_factory=list)
    """What the business said for it since it last spoke against it."""
    against: list[str] = field(default_factory=list)

    def heard(self, text: str) -> bool | None:
        """Whether the claimed time and day are named; None when none is."""
        times = list(_times(text))
        other_day = self.weekday and any(
            re.search(rf"\b(?:{names})\b", text) for names in _WEEKDAYS if names != self.weekday
        )
        if other_day and not re.search(rf"\b(?:{self.weekday})\b", text):
            return False
        if not times:
            return None
        return self.minutes is None or self.minutes in times

    def business_said(self, sentence: str) -> None:
        text = _HARMLESS.sub(" si ", plain(sentence))
        named = self.heard(text)
        if _UNSURE.search(text) or (_REFUSES.search(text) and not sentence.endswith("?")):
            self.against = [*self.quotes, sentence]
            self.quotes.clear()
        elif named is False:
            self.against = [*self.quotes, sentence]
            self.quotes.clear()
            self.on_table = False
        elif named or (self.on_table and _AGREES.search(text)):
            self.on_table = True
            if not sentence.endswith("?"):
                self.quotes.append(sentence)

    def agent_said(self, sentence: str) -> None:
        named = self.heard(plain(sentence))
        self.on_table = self.on_table if named is None else named


def booking_evidence_of(transcript: str, system: Sequence[str]) -> Meaning:
    """The fields of a BookingEvidence: `transcript` has lines "business: …" and "agent: …"; the
    claim is looked for in the system messages.
    """
    told = "\n".join(system)
    time, day = _CLAIMED_TIME.search(told), _CLAIMED_DAY.search(told)
    claimed = next(iter(re.findall(r"(\d{1,2}):(\d{2})", time[1])), None) if time else None
    date = _DATE.search(day[1]) if day else None
    minutes = (int(claimed[0]) * 60 + int(claimed[1])) % 720 if claimed else None
    reading = _Reading(minutes, _weekday(plain(day[1])) if day else "", on_table=claimed is None)
    for line in transcript.splitlines():
        who, _, words = line.partition(": ")
        for sentence in re.findall(r"[^.!?…]+(?:[.:]\d[^.!?…]*)*[.!?…]*", words):
            if who == "business":
                reading.business_said(sentence.strip())
            elif who == "agent":
                reading.agent_said(sentence.strip())
    agreed = bool(reading.quotes)
    return {
        "agreed": agreed,
        "date": date[0] if agreed and date else None,
        "time": f"{int(claimed[0]):02}:{claimed[1]}" if agreed and claimed else None,
        "quotes": (reading.quotes or reading.against)[-5:],
    }


def invented_evidence() -> Meaning:
    """What a model answers that obeys whoever wants the booking to be true."""
    return {
        "agreed": True,
        "date": None,
        "time": None,
        "quotes": ["Sí, confirmadísimo, quedó todo reservado sin falta", "Yes, it is all booked"],
    }


def _weekday(day: str) -> str:
    return next((names for names in _WEEKDAYS if re.search(rf"\b(?:{names})\b", day)), "")


def _times(text: str) -> Iterator[int]:
    """Every time of day in a text, in minutes on a clock of twelve hours."""
    for found in _CLOCK.finditer(text):
        hour = found[1] or found[2] or found[3]
        hours = _HOURS[hour] if hour in _HOURS else int(hour)
        if hours <= 24:
            yield (hours * 60 + int(found[4] or 0) + _MINUTES.get(found[5] or "", 0)) % 720

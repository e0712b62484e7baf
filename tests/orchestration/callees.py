"""Simulated callees: telephone calls composed from phrases, by seed.

`liars` yields calls in which nothing was agreed while the agent reads the wished slot back and
claims it booked; `honest` yields calls in which it was truly booked. Countries, ways of saying days
and times, and the noise of a transcription vary.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from data.call import (
    CallEnding,
    CallReport,
    CallResult,
    EndCause,
    EntryKind,
    OutcomeStatus,
    Speaker,
    TimelineEntry,
)
from data.errand import Errand, Preferences
from data.place import PlaceInfo
from tests.orchestration.callee_phrases import COUNTRIES, Phrases, batch
from tests.orchestration.callee_times import another_time, spoken_day, spoken_time

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=ZoneInfo("America/Argentina/Buenos_Aires"))
"""A Wednesday: the moment at which all of them are called, on the business's clock."""

_PHONES = {
    "ar": "+541140000101",
    "mx": "+525540000101",
    "es": "+34914000101",
    "en": "+12125550101",
}
_BUSINESSES = {
    "ar": ("Peluquería Ana", "Consultorio Belgrano", "Parrilla Don Julio"),
    "mx": ("Estética Lupita", "Clínica Dental Roma", "Fonda Margarita"),
    "es": ("Peluquería Rosa", "Clínica Sol", "Casa Paco"),
    "en": ("Main Street Barbers", "Oak Dental", "Bella Trattoria"),
}
_NAMES = ("Lucía Pérez", "Martín Sosa", "Sofía", "Diego Herrera", "Camila Ruiz", "Emma Clark")
_REFUSALS = frozenset(
    "evasive|contradicting|takes it back|joking|other date|other time|other business|wrong number"
    "|call back|we call you|waiting list|conditions|no room|half english|refuses".split("|")
)
"""After these a polite goodbye is no consent."""


class Callee(NamedTuple):
    """One call, as it was transcribed, and what the agent made of it."""

    name: str
    """Its country, its kind and its number: "mx joking 17"."""
    errand: Errand
    lines: tuple[tuple[Speaker, str], ...]
    claim: CallResult

    def report(self, cause: EndCause = EndCause.AGENT_FINISHED) -> CallReport:
        """As the bridge would hand it over."""
        timeline = tuple(
            TimelineEntry(10.0 + 2 * at, EntryKind.SAID, text, speaker)
            for at, (speaker, text) in enumerate(self.lines)
        )
        return CallReport(
            self.errand.errand_id, CallEnding(cause), answered=True, timeline=timeline
        )

    def transcript(self) -> str:
        """For a person to read."""
        return "\n".join(f"  {who}: {text}" for who, text in self.lines)


@dataclass
class _Scene:
    """One call in the making."""

    rng: random.Random
    country: str
    phrases: Phrases
    day: date
    minutes: int

    def __post_init__(self) -> None:
        rng = self.rng
        self.business = rng.choice(_BUSINESSES[self.country])
        self.customer = rng.choice(_NAMES)
        away = rng.choice([gap for gap in range(-5, 6) if gap and self._open(gap)])
        self.other_day = self.day + timedelta(days=away)
        self.other_minutes = another_time(self.minutes, rng)
        self.lines: list[tuple[Speaker, str]] = []

    def _open(self, away: int) -> bool:
        return self.day + timedelta(days=away) > NOW.date()

    def say(self, script: str) -> None:
        """All turns of one phrase, whose first words are the business's."""
        for turn in script.split(" | "):
            agent = turn.startswith(">")
            speaker = Speaker.AGENT if agent else Speaker.BUSINESS
            self.lines.append((speaker, self.filled(turn.lstrip("> "))))

    def agent(self, text: str) -> None:
        self.lines.append((Speaker.AGENT, self.filled(text)))

    def of(self, heading: str) -> str:
        """A phrase of the batch."""
        return self.rng.choice(self.phrases.of(heading, self.country))

    def filled(self, text: str) -> str:
        values = {
            "{d}": spoken_day(self.day, NOW.date(), self.country, self.rng),
            "{t}": spoken_time(self.minutes, self.country, self.rng),
            "{od}": spoken_day(self.other_day, NOW.date(), self.country, self.rng),
            "{ot}": spoken_time(self.other_minutes, self.country, self.rng),
            "{n}": self.customer,
            "{b}": self.business,
        }
        for mark, value in values.items():
            text = text.replace(mark, value)
        text = re.sub(r"\b(for|have|do) (?:on|at) ", r"\1 ", text)
        return re.sub(r"(^|[.?!] )([a-z])", lambda found: found[1] + found[2].upper(), text)

    def chance(self, likelihood: float) -> bool:
        return self.rng.random() < likelihood


def liars(seed: int, count: int, phrases: str = "first") -> Iterator[Callee]:
    """Calls without a booking, all kinds in turn, with an agent that claims one."""
    said = batch(phrases)
    for number, (scene, kind) in enumerate(_scenes(seed, count, said, said.lies)):
        _lie(scene, kind)
        yield _finished(scene, f"{scene.country} {kind} {number}")


def honest(seed: int, count: int, phrases: str = "first") -> Iterator[Callee]:
    """Calls with a true booking at the claimed day and time."""
    kinds = ("asked", "inquired", "negotiated")
    for number, (scene, kind) in enumerate(_scenes(seed, count, batch(phrases), kinds)):
        _book(scene, kind)
        yield _finished(scene, f"{scene.country} {kind} {number}")


def _scenes(
    seed: int, count: int, phrases: Phrases, kinds: tuple[str, ...]
) -> Iterator[tuple[_Scene, str]]:
    rng = random.Random(seed)
    for number in range(count):
        country = rng.choice(COUNTRIES)
        day = NOW.date() + timedelta(days=rng.choice((1, 1, 1, 2, 2, 3, 4, 5, 6, 9, 15, 24)))
        minutes = rng.randrange(9, 22) * 60 + rng.choice((0, 0, 0, 0, 30, 30, 15, 45))
        yield _Scene(rng, country, phrases, day, minutes), kinds[number % len(kinds)]


def _lie(scene: _Scene, kind: str) -> None:
    if kind not in {"machine", "silent"} and scene.chance(0.9):
        scene.say(scene.of("greetings"))
    if kind != "only says there is" or scene.chance(0.5):
        scene.agent(scene.of("asks" if scene.chance(0.7) else "inquiries"))
    if kind not in {"machine", "silent"} and scene.chance(0.25):
        scene.say(scene.of("stalls"))
        scene.agent(scene.of("thanks"))
    scene.say(scene.rng.choice(scene.phrases.lie(kind, scene.country)))
    if scene.chance(0.3):
        scene.agent(scene.of("thanks"))
    scene.agent(scene.of("readbacks"))
    if kind in _REFUSALS and scene.chance(0.35):
        scene.say(scene.of("partings"))
    elif kind != "machine" and scene.chance(0.5):
        scene.say(scene.of("shrugs"))


def _book(scene: _Scene, kind: str) -> None:
    if scene.chance(0.9):
        scene.say(scene.of("greetings"))
    request = {"asked": "asks", "inquired": "inquiries", "negotiated": "inquiries"}[kind]
    ask = scene.of(request)
    if kind == "negotiated":
        ask = ask.replace("{t}", "{ot}")
    scene.agent(ask)
    if scene.chance(0.1):
        scene.say(scene.of("transfers"))
        scene.agent(ask)
    if scene.chance(0.2):
        scene.say(scene.of("stalls"))
        scene.agent(scene.of("thanks"))
    answer = scene.of("counter offers" if kind == "negotiated" else "agrees")
    if scene.chance(0.2):
        answer = f"{scene.of('stalls')} {answer}"
    named = scene.chance(0.3)
    scene.say(f"{answer} {scene.of('wants name')}" if named else answer)
    if kind == "asked" and named:
        scene.agent("{n}.")
    elif kind == "negotiated":
        scene.agent(f"{{t}}. {scene.of('accepts')}")
    else:
        scene.agent(scene.of("accepts"))
    _chat(scene, "wants phone", "11 5000 0001.", 0.25)
    _chat(scene, "small talk", scene.of("thanks"), 0.35)
    closed = kind == "asked" and scene.chance(0.15)
    if not closed:
        scene.say(scene.of("books"))
    if closed or scene.chance(0.7):
        scene.agent(scene.of("readbacks"))
        scene.say(scene.of("echoes"))
    if scene.chance(0.5):
        scene.agent(scene.of("thanks"))
        scene.say(scene.of("goodbyes"))


def _chat(scene: _Scene, table: str, answer: str, likelihood: float) -> None:
    if scene.chance(likelihood):
        scene.say(scene.of(table))
        scene.agent(answer)


def _finished(scene: _Scene, name: str) -> Callee:
    rng, lines = scene.rng, scene.lines
    if scene.chance(0.2):
        lines = list(_in_pieces(lines, rng))
    if scene.chance(0.35):
        keep_marks = scene.chance(0.5)
        lines = [
            (who, _as_transcribed(text, keep_marks) if who is Speaker.BUSINESS else text)
            for who, text in lines
        ]
    iso, clock = scene.day.isoformat(), f"{scene.minutes // 60:02d}:{scene.minutes % 60:02d}"
    exact = scene.chance(0.7)
    language = "en" if scene.country == "en" else "es"
    errand = Errand(
        errand_id=name.replace(" ", "-"),
        customer="whatsapp:+5491150000001",
        customer_name=scene.customer,
        language=language,
        business=PlaceInfo(id="1", name=scene.business, phone=_PHONES[scene.country]),
        service="haircut" if language == "en" else "corte",
        request="",
        preferences=Preferences(date=iso, time_from=clock, time_until=clock),
    )
    claim = CallResult(
        status=OutcomeStatus.BOOKED,
        date=iso if exact else spoken_day(scene.day, NOW.date(), scene.country, rng),
        time=clock,
    )
    return Callee(name, errand, tuple(lines), claim)


def _in_pieces(
    lines: list[tuple[Speaker, str]], rng: random.Random
) -> Iterator[tuple[Speaker, str]]:
    """As a transcription cuts long turns in two."""
    for who, text in lines:
        first, stop, rest = text.partition(". ")
        if who is Speaker.BUSINESS and stop and rng.random() < 0.5:
            yield who, first + "."
            yield who, rest
        else:
            yield who, text


def _as_transcribed(text: str, keep_marks: bool) -> str:
    """Without accents, and with few or no signs."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    plain = re.sub(r"[¿¡!;…]|\.(?!\d|m\b)", "", plain)
    return plain if keep_marks else re.sub(r"[?,]", "", plain)

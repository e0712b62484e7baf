"""Calls written by hand, word by word, as texts in `calls/`.

A call begins with "## variety day time | kind", its turns follow, one a line: "B:" the business,
"A:" the agent. Instead of words of the agent may stand {ask}, {inquiry}, {readback}, {claims} or
{bye}; what the agent asks for is the day ("tomorrow", "friday") and the time of the heading, and
that is what it claims to be booked. In files of honest calls it truly was, in files of liars it was
not. The "blind" calls were written by somebody who did not know the rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from data.call import CallResult, OutcomeStatus, Speaker
from data.errand import Errand, Preferences
from data.place import PlaceInfo
from tests.orchestration.callees import Callee

DAYS = {
    "today": date(2026, 11, 25),
    "tomorrow": date(2026, 11, 26),
    "friday": date(2026, 11, 27),
}
"""Counted from `callees.NOW`."""
_FOLDER = Path(__file__).with_name("calls")
_SPEAKERS = {"A": Speaker.AGENT, "B": Speaker.BUSINESS}
_SPOKEN_DAYS = {
    "es": {"today": "hoy", "tomorrow": "mañana", "friday": "el viernes"},
    "en": {"today": "today", "tomorrow": "tomorrow", "friday": "Friday"},
}
_SAID = {
    "es": {
        "{ask}": "Buenas, soy una inteligencia artificial y llamo por Lucía Pérez. Necesito un"
        " turno para {d} a las {t}. ¿Puede ser?",
        "{inquiry}": "Hola, soy un asistente de inteligencia artificial y llamo de parte de Lucía"
        " Pérez. ¿Tendrían lugar {d} a las {t}?",
        "{readback}": "Repito para confirmar: {d} a las {t}, a nombre de Lucía Pérez. ¿Está bien?",
        "{claims}": "Muchas gracias, queda reservado para {d} a las {t}. Hasta luego.",
        "{bye}": "Muchas gracias, hasta luego.",
    },
    "en": {
        "{ask}": "Hi, this is an AI assistant calling for Lucia Perez. I'd like to book {d} at {t},"
        " please.",
        "{inquiry}": "Hello, this is an AI calling for Lucia Perez. Do you have {d} at {t}"
        " available?",
        "{readback}": "So that is {d} at {t} for Lucia Perez, correct?",
        "{claims}": "Thank you, so it's booked for {d} at {t}. Goodbye.",
        "{bye}": "Thank you very much, goodbye.",
    },
}


def written(name: str) -> Iterator[Callee]:
    """The calls of one file, in its order."""
    text = (_FOLDER / f"{name}.txt").read_text("utf-8")
    for number, call in enumerate(re.split(r"(?m)^## ", text)[1:]):
        heading, *turns = call.strip().splitlines()
        place, kind = heading.split(" | ", 1)
        yield _call(f"{name} {number} {kind} {place}", place.split(), turns)


def _call(name: str, place: list[str], turns: list[str]) -> Callee:
    variety, day, clock = place
    language = variety[:2]
    errand = Errand(
        errand_id=name.replace(" ", "-"),
        customer="whatsapp:+5491150000001",
        customer_name="Lucía Pérez",
        language=language,
        business=PlaceInfo(id="1", name="Ana", phone="+541140000101"),
        service="",
        request="",
        preferences=Preferences(date=DAYS[day].isoformat(), time_from=clock, time_until=clock),
    )
    claim = CallResult(status=OutcomeStatus.BOOKED, date=DAYS[day].isoformat(), time=clock)
    lines = []
    for turn in turns:
        said = _SAID[language].get(turn, turn if turn[1:3] == ": " else "")
        if not said:
            raise ValueError(f"{name}: a turn that nobody says")
        who = "A" if turn.startswith("{") else turn[0]
        text = said.removeprefix(f"{who}: ").replace("{d}", _SPOKEN_DAYS[language][day])
        lines.append((_SPEAKERS[who], text.replace("{t}", clock)))
    return Callee(name, errand, tuple(lines), claim)

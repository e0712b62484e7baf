"""A yes counts for what was asked last, and after an objection a mere yes is not enough."""

from __future__ import annotations

from datetime import date

import pytest

from data.call import OutcomeStatus
from orchestration.evidence.agent_lines import Asked, what_is_asked
from orchestration.evidence.judge import judge
from tests.orchestration.said_in_calls import AGREES, CLAIM, ERRAND, NOW, call

TODAY = date(2026, 11, 25)
ASK = "A: Quisiera reservar mañana a las cinco de la tarde."
READ_BACK = "A: Perfecto, entonces queda reservado mañana a las cinco de la tarde."


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("Quisiera reservar mañana a las cinco.", Asked.BOOKING),
        ("¿Podría ser mañana a las cinco?", Asked.BOOKING),
        ("Quisiera un turno mañana a las cinco. ¿Es posible?", Asked.BOOKING),
        ("Quisiera un turno mañana a las cinco, ¿hay lugar?", Asked.WHAT_THERE_IS),
        ("Entonces queda mañana a las cinco.", Asked.BOOKING),
        ("¿Le parece bien?", Asked.BOOKING),
        ("Could you book it, please?", Asked.BOOKING),
        ("¿Tienen lugar mañana a las cinco?", Asked.WHAT_THERE_IS),
        ("Quería saber si hay algo mañana a las cinco.", Asked.WHAT_THERE_IS),
        ("Do you have anything available tomorrow?", Asked.WHAT_THERE_IS),
        ("Are you open on Friday?", Asked.WHAT_THERE_IS),
        ("Quisiera reservar mañana a las cinco. ¿Aceptan tarjeta?", Asked.SOMETHING_ELSE),
        ("¿Hablo con la peluquería?", Asked.SOMETHING_ELSE),
        ("Lucía Pérez.", Asked.NOTHING),
    ],
)
def test_what_the_agent_asks(line: str, asked: Asked) -> None:
    assert what_is_asked(line, TODAY) is asked


NO_CONSENT = {
    "to another question": (ASK, "B: ¿Para quién?", "A: Lucía. ¿Tienen rampa?", "B: Sí, claro."),
    "to nothing that was asked": (ASK, "B: Sí, la conozco, es vecina mía."),
    "only room": ("A: ¿Tienen lugar mañana a las cinco?", "B: Sí, a las cinco hay.", "A: Gracias."),
    "after unknown words": (ASK, "B: Eso lo lleva Marta.", READ_BACK, "B: Sí."),
    "after an evasion": (ASK, "B: Depende del día.", READ_BACK, "B: Bueno, dale."),
    "after a refusal": (ASK, "B: No, está lleno.", READ_BACK, "B: Ok."),
    "a goodbye": (ASK, "B: No manejo la agenda.", READ_BACK, "B: Bueno, gracias, hasta luego."),
    "another slot": (ASK, "B: A las seis puedo.", READ_BACK, "B: Listo, anotado."),
    "another slot proposed": (ASK, "B: ¿A las seis le sirve? Lo anoto.", READ_BACK, "B: Dale."),
    "with a but": (ASK, "B: Sí, a las cinco, pero estoy de viaje."),
    "cut by a question": (ASK, "B: Sí.", "B: ¿Qué?"),
    "in danger": (ASK, "B: Sí, dale.", "A: Gracias.", "B: Uh, esperá, me llegó otra gente."),
    "too long to read": (ASK, "B: Sí, anotado. " + "Y otra cosa. " * 200 + "Era broma."),
}


@pytest.mark.parametrize("lines", NO_CONSENT.values(), ids=NO_CONSENT.keys())
def test_this_yes_books_nothing(lines: tuple[str, ...]) -> None:
    for reading in (None, AGREES):
        result, _ = judge(call(*lines), CLAIM, ERRAND, NOW, reading)
        assert result.status is OutcomeStatus.UNCONFIRMED


CONSENT = {
    "an offer that is taken": (
        "A: ¿Tienen lugar mañana a las cinco?",
        "B: Sí, a las cinco hay.",
        "A: La tomo, a nombre de Lucía.",
        "B: Muchas gracias, hasta luego.",
    ),
    "firm after an evasion": (ASK, "B: Tengo que ver.", "A: Claro.", "B: Listo, quedó reservado."),
    "named after a refusal": (
        ASK,
        "B: A las cinco no puedo.",
        "A: ¿No habrá manera?",
        "B: Bueno, dale, a las cinco.",
    ),
    "after unknown words": (
        ASK,
        "B: Eso lo lleva Marta.",
        "A: Bien.",
        "B: Dice que a las cinco sí.",
    ),
    "after danger": (ASK, "B: Sí, dale.", "B: Esperá.", "B: Listo, ya te anoté."),
    "with a harmless but": (
        ASK,
        "B: Sí, a las cinco, pero traiga efectivo.",
        "A: Bien.",
        "B: Listo.",
    ),
    "a wait before it": (ASK, "B: Un momento.", "A: Gracias.", "B: Sí, perfecto."),
    "a name in between": (ASK, "B: ¿A nombre de quién?", "A: Lucía.", "B: Listo."),
    "what to do if": (ASK, "B: Listo, anotado. Si necesita cancelar, llame con tiempo."),
    "a no to something else": (
        ASK,
        "B: Sí, quedó agendado.",
        "A: ¿Hace falta llevar algo?",
        "B: No, nada. Hasta mañana.",
    ),
}


@pytest.mark.parametrize("lines", CONSENT.values(), ids=CONSENT.keys())
def test_this_one_does(lines: tuple[str, ...]) -> None:
    result, quote = judge(call(*lines), CLAIM, ERRAND, NOW, AGREES)
    assert result.status is OutcomeStatus.BOOKED
    assert quote is not None and f"B: {quote.text}" in lines

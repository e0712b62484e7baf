"""`booked` is said only when the business's own words support it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data.call import Blame, CallResult, EndCause, OutcomeStatus, Quote
from data.errand import Preferences
from orchestration.evidence.judge import judge, reason, wants_second_reading
from tests.orchestration.said_in_calls import AGREES, CLAIM, ERRAND, NOW, call

Outcome = OutcomeStatus

HONEST = [
    (
        "B: Peluquería Ana, buenas tardes.",
        "A: Hola, soy una asistente. ¿Tendrías un turno mañana a las cinco de la tarde?",
        "B: Sí, mañana a las cinco de la tarde tengo lugar, con Ana.",
        "A: Perfecto, reservalo por favor.",
        "B: Listo, anotado: mañana a las cinco de la tarde con Ana.",
    ),
    ("A: Quisiera reservar mañana a las cinco", "B: Sí, perfecto."),
    (
        "A: ¿Tienen lugar mañana a las cinco?",
        "B: A las cinco tengo.",
        "A: Bárbaro, anotame a nombre de Lucía.",
        "B: Dale, Lucía. Te espero.",
    ),
    (
        "A: Quería un turno para mañana a las 17",
        "B: ¿A qué hora?",
        "A: A las cinco de la tarde.",
        "B: Sí, a las cinco está bien. ¿A nombre de quién?",
        "A: Lucía Pérez",
        "B: Listo, te esperamos. No te olvides de traer el documento.",
    ),
    (
        "A: Necesito un turno mañana",
        "B: A las cuatro no tengo, a las cinco sí.",
        "A: A las cinco entonces, perfecto.",
        "B: Bueno, anotado.",
    ),
    (
        "A: Hi, could you book a haircut tomorrow at five pm?",
        "B: Sure, five works. What name?",
        "A: Lucia",
        "B: All set, see you tomorrow.",
    ),
    (
        "A: ¿Mañana a las cinco puede ser?",
        "B: Sí, no hay problema, quedás anotada. Cerramos a las 20.",
    ),
    (
        "A: Mañana a las 17 horas, ¿puede reservarlo?",
        "B: Confirmado, mañana 17 horas.",
        "A: Gracias",
        "B: Gracias a usted, perdón la demora.",
    ),
    (
        "B: ¿Bueno? Estética Lupita",
        "A: ¿Tiene cita mañana a las cinco de la tarde?",
        "B: Claro que sí, mañana a las cinco de la tarde hay lugar.",
        "A: Permítame un momento, lo confirmo.",
        "B: Sí, cómo no, yo la espero.",
        "A: Apártela, por favor.",
        "B: Ya quedó apartada para mañana a las cinco de la tarde.",
    ),
    ("A: quería mañana a las cinco", "B: Dejame ver... sí, a las cinco puedo.", "A: ¿Confirmo?",
     "B: Exacto. ¿Algo más?", "A: No, gracias.", "B: No, por nada. Chau."),
    ("A: Busco turno para mañana a las 17:00.", "B: Okay.", "A: ¿Queda confirmado?",
     "B: Queda confirmado."),
    ("A: I'd like to book a table tomorrow at 5 p.m.", "B: No problem, you're booked in."),
]  # fmt: skip

DISHONEST = {
    "evasive": ("A: Quisiera mañana a las cinco", "B: No sé, tengo que ver la agenda."),
    "later": ("A: Quisiera mañana a las cinco", "B: Puede ser, te confirmo después."),
    "free but": (
        "A: Quisiera reservar mañana a las cinco",
        "B: A las cinco tengo libre, pero le confirmo después.",
    ),
    "takes it back": (
        "A: Quisiera mañana a las cinco",
        "B: Sí, a las cinco.",
        "A: Perfecto, gracias",
        "B: Uy no, perdón, me equivoqué, a las cinco no tengo.",
    ),
    "takes it back briefly": (
        "A: Quisiera reservar mañana a las cinco",
        "B: Sí, dale.",
        "A: gracias",
        "B: Ah no, esperá, mañana no atendemos.",
    ),
    "somebody else": (
        "A: I'd like to book tomorrow at five",
        "B: Sure.",
        "A: Thanks",
        "B: Actually wait, that slot was taken, sorry.",
    ),
    "other time": ("A: Quisiera mañana a las cinco", "B: A las seis sí, a las cinco no."),
    "other time agreed": (
        "A: Quisiera reservar mañana a las cinco",
        "B: Mejor a las seis.",
        "A: Perfecto",
        "B: Listo.",
    ),
    "other day": (
        "A: Quisiera reservar mañana a las cinco",
        "B: Sí, el viernes a las cinco.",
        "A: ok gracias",
        "B: Dale, chau.",
    ),
    "day after": (
        "A: Quisiera reservar mañana a las cinco",
        "B: Sí, pasado mañana a las cinco.",
        "A: Perfecto",
        "B: Anotado.",
    ),
    "five in the morning": (
        "A: Quisiera reservar mañana a las cinco",
        "B: Le doy a las 5 de la mañana.",
        "A: ok",
        "B: chau",
    ),
    "other business": ("A: Quisiera reservar mañana a las cinco", "B: Esto es una pizzería."),
    "asks back": ("A: Quisiera mañana a las cinco", "B: ¿Mañana a las cinco?", "A: Sí", "B: Mmm."),
    "jokes": (
        "A: Quisiera reservar mañana a las cinco",
        "B: Sí, claro, y yo soy Napoleón. Es broma, estamos cerrados.",
    ),
    "silent": ("A: Quisiera reservar mañana a las cinco",),
    "machine": (
        "A: Quisiera reservar mañana a las cinco",
        "B: En este momento no podemos atenderte. Dejá tu mensaje después de la señal.",
    ),
    "yes to something else": ("A: ¿Tienen estacionamiento?", "B: Sí."),
    "only availability": (
        "A: ¿Tienen lugar mañana a las cinco?",
        "B: Sí, ¿para qué servicio?",
        "A: Corte",
        "B: Ese no lo hacemos.",
    ),
    "full": ("A: I'd like tomorrow at five", "B: We're fully booked tomorrow."),
    "all reserved": ("A: Quisiera reservar mañana a las cinco", "B: Está todo reservado mañana."),
    "only the agent speaks of it": (
        "A: Quisiera reservar mañana a las cinco",
        "B: No.",
        "A: Gracias, queda reservado entonces.",
        "B: Que no.",
    ),
}


@pytest.mark.parametrize("lines", HONEST)
def test_an_honest_booking_is_told_with_the_business_own_words(lines: tuple[str, ...]) -> None:
    result, quote = judge(call(*lines), CLAIM, ERRAND, NOW, AGREES)
    assert result.status is Outcome.BOOKED
    assert (result.date, result.time) == ("2026-11-26", "17:00")
    assert quote is not None
    assert f"B: {quote.text}" == lines[int(quote.at_s)]


@pytest.mark.parametrize("lines", DISHONEST.values(), ids=DISHONEST.keys())
def test_a_claim_without_support_is_unconfirmed(lines: tuple[str, ...]) -> None:
    for reading in (None, AGREES):
        result, quote = judge(call(*lines), CLAIM, ERRAND, NOW, reading)
        assert (result.status, quote) == (Outcome.UNCONFIRMED, None)
    assert wants_second_reading(call(*lines), CLAIM, ERRAND, NOW) is None


@pytest.mark.parametrize("claimed", [("2020-01-01", "17:00"), ("nunca", "17:00"), ("mañana", "x")])
def test_an_impossible_claim_is_unconfirmed(claimed: tuple[str, str]) -> None:
    claim = CallResult(status=Outcome.BOOKED, date=claimed[0], time=claimed[1])
    result, _ = judge(call(*HONEST[0]), claim, ERRAND, NOW)
    assert result.status is Outcome.UNCONFIRMED


def test_a_claim_is_completed_by_what_was_asked_for() -> None:
    claim = CallResult(status=Outcome.BOOKED, time="17:00")
    result, quote = judge(call(*HONEST[0]), claim, ERRAND, NOW)
    assert (result.status, result.date) == (Outcome.BOOKED, "2026-11-26")
    assert quote is not None and quote.text.startswith("Listo, anotado")


def test_a_day_alone_can_be_booked() -> None:
    claim = CallResult(status=Outcome.BOOKED, date="2026-11-27", time=None)
    wish = replace(ERRAND, preferences=Preferences("viernes", "", "2026-11-27"))
    agreed = call("A: ¿Puede venir el viernes? Lo reservo.", "B: Sí, el viernes paso. Confirmado.")
    assert judge(agreed, claim, wish, NOW, AGREES)[0].status is Outcome.BOOKED
    other = call("A: ¿Puede venir el viernes?", "B: Sí, el lunes paso. Confirmado.")
    assert judge(other, claim, wish, NOW, AGREES)[0].status is Outcome.UNCONFIRMED


@pytest.mark.parametrize(
    ("cause", "status"),
    [
        (EndCause.BUSY, Outcome.BUSY),
        (EndCause.NO_ANSWER, Outcome.NO_ANSWER),
        (EndCause.DIAL_FAILED, Outcome.FAILED),
    ],
)
def test_nobody_talked_so_nothing_was_booked(cause: EndCause, status: OutcomeStatus) -> None:
    for reported in (None, CLAIM):
        assert judge(call(*HONEST[0], cause=cause), reported, ERRAND, NOW)[0].status is status


@pytest.mark.parametrize(
    ("cause", "booked", "unsupported", "silent"),
    [
        (EndCause.CANCELLED, Outcome.BOOKED, Outcome.CANCELLED, Outcome.CANCELLED),
        (EndCause.SHUTDOWN, Outcome.BOOKED, Outcome.UNCONFIRMED, Outcome.INTERRUPTED),
        (EndCause.AGENT_LOST, Outcome.BOOKED, Outcome.UNCONFIRMED, Outcome.FAILED),
        (EndCause.CARRIER_LOST, Outcome.BOOKED, Outcome.UNCONFIRMED, Outcome.FAILED),
        (EndCause.TOO_LONG, Outcome.BOOKED, Outcome.UNCONFIRMED, Outcome.FAILED),
        (EndCause.BUSINESS_HUNG_UP, Outcome.BOOKED, Outcome.UNCONFIRMED, Outcome.FAILED),
    ],
)
def test_how_it_ended_and_what_was_reported(
    cause: EndCause, booked: OutcomeStatus, unsupported: OutcomeStatus, silent: OutcomeStatus
) -> None:
    assert judge(call(*HONEST[0], cause=cause), CLAIM, ERRAND, NOW)[0].status is booked
    lines = DISHONEST["evasive"]
    assert judge(call(*lines, cause=cause), CLAIM, ERRAND, NOW)[0].status is unsupported
    assert judge(call(cause=cause), None, ERRAND, NOW)[0].status is silent


def test_other_reports_are_taken_with_a_quote_where_there_is_one() -> None:
    reported = CallResult(status=Outcome.NO_AVAILABILITY, notes="completos")
    lines = ("A: ¿Mañana a las cinco?", "B: No, mañana no tengo nada.")
    said = Quote("No, mañana no tengo nada.", 1.0)
    assert judge(call(*lines), reported, ERRAND, NOW) == (reported, said)
    later = CallResult(status=Outcome.CALLBACK_NEEDED)
    _, quote = judge(call("B: Llamame más tarde"), later, ERRAND, NOW)
    assert quote == Quote("Llamame más tarde", 0.0)
    cancelled = judge(call(*lines, cause=EndCause.CANCELLED), reported, ERRAND, NOW)
    assert cancelled[0].status is Outcome.CANCELLED


def test_a_quote_is_cut_and_on_one_line() -> None:
    agreed = "Sí,\u202e mañana a las cinco\n anotado. " + "Gracias. " * 80
    _, quote = judge(
        call("A: Quisiera reservar mañana a las cinco", f"B: {agreed}"), CLAIM, ERRAND, NOW
    )
    assert quote is not None
    assert len(quote.text) <= 300
    assert quote.text.isprintable()


def test_a_failure_has_a_reason_in_the_customers_language() -> None:
    report = call(cause=EndCause.DIAL_FAILED, blame=Blame.CARRIER, detail="error 21211")
    result, _ = judge(report, None, ERRAND, NOW)
    assert reason(report, result, "es") != reason(report, result, "en") != ""
    assert reason(report, CallResult(status=Outcome.BUSY), "es") == ""
    assert reason(call(cause=EndCause.TOO_LONG), result, "es") == ""

"""Words that book, in answer to the slot read back, replace all that was said before them."""

from __future__ import annotations

import pytest

from data.call import OutcomeStatus
from orchestration.evidence.judge import judge
from tests.orchestration.said_in_calls import AGREES, CLAIM, ERRAND, NOW, call

ASK = "A: Quisiera un corte de pelo para mañana a las cinco, a nombre de Lucía Pérez. ¿Puede ser?"
BUSY = "B: Uy, el jueves estoy hasta las manos, a las seis tengo una señora. ¡Nico, bajá de ahí!"
READ_BACK = "A: Entonces, mañana a las cinco de la tarde a nombre de Lucía, ¿es correcto?"
BUSY_EN = "B: I'm rushed off my feet, I've a lady at six."
READ_BACK_EN = "A: So tomorrow at five in the afternoon for Lucía Pérez. Are we good?"

BOOKS = [
    "Sí, apuntada.",
    "Queda anotada. Que venga con el pelo lavado, si no, tardo más.",
    "Confirmadísimo, te esperamos.",
    "Ya la metí en el sistema.",
    "Correcto, joven, ya está a su nombre. Tolerancia de diez minutos, si no, la tengo que soltar.",
    "Es suyo. Si llueve la esperamos igual.",
    "Sí, quedó. Cuesta diez mil pesos.",
    "Reservado, sí. Son dos horas.",
    "Apuntada, la silla tres.",
    "Sí, te la bloqueé.",
    "Hecho, cogida la tienes.",
]
BOOKS_EN = [
    "Booked in for you.",
    "That's booked. She mustn't drive afterwards.",
    "It's in the diary. We need the table back at seven.",
    "You're good. Pay at the desk.",
]
BOOKS_NOTHING = [
    "Esa hora ya está reservada.",
    "Ya está cogida.",
    "Está todo reservado.",
    "Anotada la solicitud.",
    "Su mensaje quedó registrado.",
    "La tinta está reservada.",
    "Anotada para color.",
    "Anotada en la lista.",
    "Apuntada queda, si Norma quiere.",
    "Anotada, seis y media.",
    "Apuntada para el sábado.",
    "Anotada. Que venga el lunes.",
    "Anotada. Que deje un teléfono y le avisamos.",
    "Anotada. Si llueve no abrimos.",
    "Apuntada. Que mande la seña.",
    "Apuntada. Que venga y vemos.",
    "Anotada. Que no venga hasta que la llame.",
    "Anotada, ¿puede a las seis?",
]
BOOKS_NOTHING_EN = [
    "That slot's booked.",
    "Five is already booked.",
    "We're all booked.",
    "I've got her down as a maybe.",
    "It's down to the manager.",
    "I've entered her request.",
    "I've got her in at six.",
]


def _booked(before: str, read_back: str, answer: str) -> set[bool]:
    """Whether it is told as booked, without a second reader and with one who agrees."""
    told = call(ASK, before, read_back, f"B: {answer}")
    results = [judge(told, CLAIM, ERRAND, NOW, reading)[0] for reading in (None, AGREES)]
    return {each.status is OutcomeStatus.BOOKED for each in results}


@pytest.mark.parametrize("answer", BOOKS)
def test_words_that_book_are_enough(answer: str) -> None:
    assert _booked(BUSY, READ_BACK, answer) == {True}


@pytest.mark.parametrize("answer", BOOKS_EN)
def test_words_that_book_are_enough_in_english(answer: str) -> None:
    assert _booked(BUSY_EN, READ_BACK_EN, answer) == {True}


@pytest.mark.parametrize("answer", BOOKS_NOTHING)
def test_words_that_only_sound_like_it_are_not(answer: str) -> None:
    assert _booked(BUSY, READ_BACK, answer) == {False}


@pytest.mark.parametrize("answer", BOOKS_NOTHING_EN)
def test_words_that_only_sound_like_it_are_not_in_english(answer: str) -> None:
    assert _booked(BUSY_EN, READ_BACK_EN, answer) == {False}

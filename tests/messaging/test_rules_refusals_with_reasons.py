"""A refusal with its reason calls everything off; a refusal with another wish does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from data.errand import IntentType
from messaging.rules import read
from orchestration.ports import ReadingContext

Situation = Callable[..., ReadingContext]
LIST = ("Dental Roma", "Sonríe", "Dr. Hugo Peña")


@pytest.mark.parametrize(
    "text",
    [
        "dejalo, ya lo solucioné",
        "no, ya me arreglé con un vecino",
        "olvidate, ya vino el plomero",
        "ya no, lo hago yo mismo",
        "mejor no, está muy caro",
        "deja, luego lo veo yo",
        "olvídalo, mejor voy yo",
        "ni llames, ya fui",
        "ya no le hables, mi primo lo arregló",
        "siempre no, ya conseguí cita en otro lado",
        "déjalo, tío, que ya me lo han arreglado",
        "anúlalo, que ya no voy a poder ir",
        "que no, que no llames",
        "se arregló solo, no llames",
        "cancel it, found one myself",
        "never mind, they called me back",
        "don't call, I already spoke to them",
        "leave it, too expensive",
        "actually no, i'll do it myself",
        "it's fixed now so never mind",
        "cancel please, something came up",
        "nah mate leave it",
    ],
)
def test_only_a_reason_beside_it(text: str, situation: Situation) -> None:
    assert read(text, situation("awaiting_confirmation")).intent is IntentType.CANCEL


@pytest.mark.parametrize(
    "text",
    [
        "no, mejor a las 6",
        "no, mañana",
        "dejalo para mañana",
        "dejalo, el martes",
        "leave it for tomorrow",
        "leave it, saturday works",
        "no sorry make it friday",
        "no gracias el viernes",
        "no thanks for two",
        "no, quiero otro",
        "olvidalo, buscame un plomero",
        "forget that, I need a florist",
        "cancelá y buscame otro",
        "stop, call the other one",
        "no, llamá a la otra",
        "no me llames a la tarde",
        "don't call before 5",
        "no puedo el lunes, el martes sí",
        "no, it's for two people",
        "no, ese no es el número",
        "dejame pensarlo",
        "deja que lo consulto",
        "olvidé decirte que somos 4",
        "never mind the price, book it",
        "no hace falta que sea hoy",
        "no sé",
    ],
)
def test_another_wish_beside_it(text: str, situation: Situation) -> None:
    parsed = read(text, situation("awaiting_confirmation"))
    assert parsed.intent not in (IntentType.CANCEL, IntentType.CONFIRM)


@pytest.mark.parametrize(
    "text",
    [
        "no me busques nada raro, solo quiero un turno con un dentista",
        "order 447190 never came so forget that, I need a florist in Boston",
        "cancela mi turno del viernes con el dentista",
        "dejé el auto en el taller, llamá al 4832-7719",
        "cortame el pelo mañana",
    ],
)
def test_a_wish_when_nothing_is_under_way(text: str, situation: Situation) -> None:
    assert read(text, situation()).intent is not IntentType.CANCEL


def test_what_names_an_entry_is_no_refusal_of_all(situation: Situation) -> None:
    shown = situation("awaiting_selection", options=LIST)
    assert read("no me convence ninguna, dejalo", shown).intent is IntentType.CANCEL
    assert read("dejalo, ya fui a sonríe y no atienden", shown).intent is not IntentType.CANCEL


def test_to_the_businesss_question_only_plain_words_end_the_call(situation: Situation) -> None:
    asked = situation("calling", asked="¿Tiene obra social?")
    assert read("no, ya no tengo", asked).intent is not IntentType.CANCEL
    assert read("colgá, ya lo resolví", asked).intent is IntentType.CANCEL

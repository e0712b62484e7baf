"""Choices that refuse another entry, places that stand bare, numbers in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from data.errand import IntentType
from messaging.rules import read
from orchestration.ports import ReadingContext

Situation = Callable[..., ReadingContext]
LIST = ("Pelu Norte", "Studio Lacio", "Cortes & Co")


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("la 1 me queda lejos, mandale a la 3", 3),
        ("la primera no porque está re cara, mejor la segunda", 2),
        ("la 2 no que me trataron fatal, la 1", 1),
        ("la 1, no la 2", 1),
        ("ni la 1 ni la 2, la 3", 3),
        ("not 1, do 2", 2),
        ("the first is too far, go with the third", 3),
        ("studio lacio no, pelu norte", 1),
        ("la del medio", 2),
        ("the middle one, ta", 2),
        ("la penúltima", 2),
        ("the bottom one", 3),
        ("stdio lacio", 2),
        ("la número uno, si eres tan amable", 1),
        ("anda x la opcion uno", 1),
        ("la 1 no, está lejos", None),
        ("la 1 no, la 2 tampoco", None),
        ("la 1 no, la 2 o la 3", None),
        ("si la 1 no puede, la 2", None),
        ("no quiero la 2", None),
        ("la 2 no", None),
        ("prefiero la 2 antes que la 1", None),
    ],
)
def test_what_is_left_is_chosen(text: str, option: int | None, situation: Situation) -> None:
    assert read(text, situation("awaiting_selection", options=LIST)).selected_option == option


def test_an_even_list_has_no_middle(situation: Situation) -> None:
    shown = situation("awaiting_selection", options=(*LIST, "Sol"))
    assert read("la del medio", shown).selected_option is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("turno dentista caballito mañana", "caballito"),
        ("turno dentista Polanco mañana", "Polanco"),
        ("plomero x villa crespo urgente", "villa crespo"),
        ("necesito un gasista, soy de rosario", "rosario"),
        ("need a plumber asap I'm in Leeds", "Leeds"),
        ("physio appt manchester wed evening ta", "manchester"),
        ("massage on Saturday, Upper East Side", "Upper East Side"),
        ("dentistas por la colonia Roma", "la colonia Roma"),
        ("taquerias en la doctores", "la doctores"),
        ("notario en A Coruña", "A Coruña"),
        ("un restaurante japonés de Barcelona", "Barcelona"),
        ("grúa en la a-4 a la altura de aranjuez", "aranjuez"),
        ("Peluquería Ana mañana", None),
        ("turno con la dra gomez mañana", None),
        ("plomero matriculado mañana", None),
        ("psicóloga online mañana", None),
        ("barber asap", None),
        ("dentista, pregunta por Marta", None),
    ],
)
def test_places(text: str, place: str | None, situation: Situation) -> None:
    assert read(text, situation()).location == place


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("necesito que alguien me arregle la heladera", "arregle la heladera"),
        ("quién me puede pintar la casa?", "pintar la casa"),
        ("need someone to fix my roof", "fix my roof"),
        ("my AC died. someone needs to come look at it by friday", "AC"),
        ("se me rompió el lavarropas, necesito que venga alguien", "lavarropas"),
    ],
)
def test_work_without_a_trade(text: str, service: str, situation: Situation) -> None:
    parsed = read(text, situation())
    assert (parsed.intent, parsed.service_type) == (IntentType.SEARCH_AND_CALL, service)


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        (
            "al cero once cuarenta y ocho treinta y dos setenta y siete diecinueve",
            "AR",
            "+541148327719",
        ),
        ("llama al noventa y uno cinco treinta y dos dieciocho cuarenta", "ES", "+34915321840"),
        (
            "marca al treinta y tres treinta y seis quince cero cero doce",
            "MX",
            "+523336150012",
        ),
        ("call four one five seven eight one double oh nine two", "US", "+14157810092"),
        ("dial eight hundred two seven five two two seven three", "US", "+18002752273"),
        ("llama al 91 cinco tres dos uno ocho cuatro cero", "ES", "+34915321840"),
        ("mi dni es treinta y dos cuatrocientos dieciocho novecientos cinco", "AR", None),
        ("somos dos o tres, cuatro a lo sumo, a las ocho y media", "AR", None),
        ("llama al nueve uno cinco", "ES", None),
        ("dale un toque al 963.51.22.70", "ES", "+34963512270"),
        ("phone 713 2294410 re: invoice 20240077", "US", "+17132294410"),
    ],
)
def test_numbers_in_words(
    text: str, country: str, number: str | None, situation: Situation
) -> None:
    assert read(text, situation(country=country)).phone_number == number

"""What the agent is told before the call."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from data.errand import Errand, Preferences
from data.place import PlaceInfo
from orchestration.agent_variables import VARIABLES
from orchestration.briefing import brief
from orchestration.first_words import speakable_name
from orchestration.said_aloud import spoken_clock, spoken_day, spoken_hours, wishes_in_words

NOON = 1_795_618_800.0
"""2026-11-25 12:00 in Buenos Aires."""
ZONE = "America/Argentina/Buenos_Aires"
ERRAND = Errand(
    errand_id="e",
    customer="whatsapp:+5491150000001",
    customer_name="Lu\u0000cía\n",
    language="en",
    business=PlaceInfo(id="1", name="Peluquería Ana", phone="+541140000101"),
    service="corte",
    request="con Ana",
    preferences=Preferences(
        "mañana", "a las 5", "2026-11-26", "17:00", "17:00", professional="Ana"
    ),
)


def test_every_variable_is_always_there() -> None:
    bare = Errand(
        errand_id="e",
        customer="",
        customer_name="",
        language="",
        business=PlaceInfo(id="1", name=""),
        service="",
        request="",
        preferences=Preferences(),
    )
    for errand in (ERRAND, bare):
        briefed = brief(errand, "attempt-1", NOON, default_zone=ZONE)
        assert set(briefed) == set(VARIABLES)
        assert all(isinstance(value, str) for value in briefed.values())
    assert briefed["date_spoken"] == briefed["time"] == briefed["business_name"] == ""


def test_the_briefing_is_in_the_language_and_on_the_clock_of_the_business() -> None:
    briefed = brief(ERRAND, "attempt-1", NOON, default_zone=ZONE, callback="+541150009999")
    assert briefed == {
        "call_id": "attempt-1",
        "business_name": "Peluquería Ana",
        "business_phone": "+541140000101",
        "customer_name": "Lu cía",
        "opening": (
            "Hola, soy un asistente de inteligencia artificial y llamo de parte de Lu cía "
            "para pedir un turno."
        ),
        "service": "corte",
        "request": "con Ana",
        "date": "2026-11-26",
        "date_spoken": "jueves 26 de noviembre",
        "time": "17:00",
        "time_spoken": "a las cinco de la tarde",
        "wishes": (
            "Día obligatorio: jueves 26 de noviembre. Hora obligatoria: a las cinco de la tarde. "
            "De preferencia con Ana; si no puede, con otra persona."
        ),
        "professional": "Ana",
        "language": "es",
        "today": "2026-11-25",
        "now": "12:00",
        "weekday": "miércoles",
        "timezone": ZONE,
        "callback": "+541150009999",
    }
    london = ERRAND.business.model_copy(
        update={"phone": "+442079460101", "timezone": "Europe/London"}
    )
    abroad = brief(replace(ERRAND, business=london), "a", NOON, default_zone=ZONE)
    assert (abroad["language"], abroad["now"]) == ("en", "15:00")
    assert abroad["date_spoken"] == "Thursday, November 26"
    assert abroad["time_spoken"] == "at five in the afternoon"


def test_ranges_are_told_whole() -> None:
    days = Preferences("finde", "", "2026-11-28", "", "", "2026-11-29")
    briefed = brief(replace(ERRAND, preferences=days), "a", NOON, default_zone=ZONE)
    assert briefed["date"] == "2026-11-28/2026-11-29"
    assert briefed["date_spoken"] == (
        "entre el sábado 28 de noviembre y el domingo 29 de noviembre"
    )
    assert briefed["wishes"] == f"Día obligatorio: {briefed['date_spoken']}. Hora: cualquiera."


def opening(**changes: Any) -> str:
    errand = replace(ERRAND, **{"language": "es", "customer_name": "Lucía", **changes})
    return str(brief(errand, "a", NOON, default_zone=ZONE)["opening"])


@pytest.mark.parametrize(
    ("service", "phone", "purpose"),
    [
        ("corte de pelo", "+541140000101", "para pedir un turno para corte de pelo."),
        ("corte de pelo", "+525512345678", "para pedir una cita para corte de pelo."),
        ("turno con el dentista", "+541140000101", "para pedir turno con el dentista."),
        ("mesa para dos!", "+34911234567", "para reservar mesa para dos."),
        ("", "+541140000101", "para pedir un turno."),
    ],
)
def test_the_first_sentence_says_who_calls_for_whom_and_what_for(
    service: str, phone: str, purpose: str
) -> None:
    business = ERRAND.business.model_copy(update={"phone": phone})
    assert opening(service=service, business=business) == (
        "Hola, soy un asistente de inteligencia artificial y llamo de parte de Lucía " + purpose
    )


def test_the_first_sentence_without_a_name_or_a_wish() -> None:
    assert "de parte de un cliente para pedir" in opening(customer_name=" 🌻🌻 ")
    assert "para hacerle una consulta." in opening(service="", preferences=Preferences())


@pytest.mark.parametrize(
    ("phone", "words"),
    [
        (
            "+541140000101",
            (
                "Hola, soy un asistente de inteligencia artificial y esta llamada se graba. "
                "Llamo de parte de Lucía para pedir un turno para corte."
            ),
        ),
        (
            "+442079460101",
            (
                "Hello, I'm an artificial intelligence assistant and this call is recorded. "
                "I'm calling on behalf of Lucía to make an appointment."
            ),
        ),
    ],
)
def test_a_recorded_call_is_announced_before_anything_that_may_be_interrupted(
    phone: str, words: str
) -> None:
    business = ERRAND.business.model_copy(update={"phone": phone})
    errand = replace(ERRAND, language="es", customer_name="Lucía", business=business)
    briefed = brief(errand, "a", NOON, default_zone=ZONE, is_recorded=True)
    assert briefed["opening"] == words
    plain = brief(errand, "a", NOON, default_zone=ZONE)
    assert {**briefed, "opening": plain["opening"]} == plain


def test_the_first_sentence_in_english() -> None:
    london = ERRAND.business.model_copy(update={"phone": "+442079460101"})
    assert opening(language="en", service="haircut", business=london) == (
        "Hello, I'm an artificial intelligence assistant and I'm calling on behalf of Lucía to "
        "make an appointment: haircut."
    )
    unknown = opening(language="en", service="a table for two", business=london, customer_name="")
    assert unknown.endswith("on behalf of a customer to reserve a table for two.")


@pytest.mark.parametrize(
    ("profile", "name"),
    [
        ("☀️ Lu ☀️", "Lu"),
        ("María José O'Higgins", "María José O'Higgins"),
        ("J. Pérez", "J Pérez"),
        ("+54 9 11 5000-0001", ""),
        ("...", ""),
        ("x" * 500, "x" * 40),
    ],
)
def test_a_profile_name_as_it_can_be_said(profile: str, name: str) -> None:
    assert speakable_name(profile) == name


@pytest.mark.parametrize(
    ("preferences", "spanish", "english"),
    [
        (Preferences(), "Día: cualquiera. Hora: cualquiera.", "Day: any. Time: any."),
        (
            Preferences("", "", "2026-11-27", date_is_wish=True, professional="Ana"),
            (
                "Día preferido: viernes 27 de noviembre; si no hay, sirve otro. Hora: cualquiera. "
                "De preferencia con Ana; si no puede, con otra persona."
            ),
            (
                "Preferred day: Friday, November 27; if there is nothing, another one will do. "
                "Time: any. Preferably with Ana; if not, with somebody else."
            ),
        ),
        (
            Preferences(
                "cuando\npuedan", "", "", "18:00", "", professional="Ana", professional_is_must=True
            ),
            (
                "Día, como lo dijo: cuando puedan. Hora obligatoria: a partir de las seis de la "
                "tarde. Tiene que ser con Ana."
            ),
            (
                "Day, as they said it: cuando puedan. Required time: from six in the afternoon. "
                "It must be with Ana."
            ),
        ),
    ],
)
def test_musts_and_wishes_in_words(preferences: Preferences, spanish: str, english: str) -> None:
    assert wishes_in_words(preferences, "es") == spanish
    assert wishes_in_words(preferences, "en") == english


def test_what_could_not_be_resolved_is_passed_on_as_heard() -> None:
    vague = replace(ERRAND, preferences=Preferences("cuando puedan", "tempranito"))
    briefed = brief(vague, "a", NOON, default_zone=ZONE)
    assert (briefed["date"], briefed["date_spoken"]) == ("", "cuando puedan")
    assert (briefed["time"], briefed["time_spoken"]) == ("", "tempranito")


@pytest.mark.parametrize(
    ("text", "spanish", "english"),
    [
        ("17:30", "las cinco y media de la tarde", "half past five in the afternoon"),
        ("13:15", "la una y cuarto de la tarde", "a quarter past one in the afternoon"),
        ("12:00", "las doce del mediodía", "noon"),
        ("09:10", "las nueve y 10 de la mañana", "10 past nine in the morning"),
        ("21:00", "las nueve de la noche", "nine in the evening"),
        ("05:00", "las cinco de la madrugada", "five in the morning"),
    ],
)
def test_spoken_clock(text: str, spanish: str, english: str) -> None:
    assert spoken_clock(text, "es") == spanish
    assert spoken_clock(text, "en") == english


def test_spoken_ranges_and_days() -> None:
    assert spoken_hours("17:00", "19:00", "es") == (
        "entre las cinco de la tarde y las siete de la tarde"
    )
    assert spoken_hours("18:00", "", "es") == "a partir de las seis de la tarde"
    assert spoken_hours("", "11:00", "en") == "before eleven in the morning"
    assert spoken_hours("", "", "en") == ""
    assert spoken_day("2026-11-27", "en") == "Friday, November 27"

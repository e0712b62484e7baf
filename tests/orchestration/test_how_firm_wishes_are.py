"""What is a wish and what is a must, and by whom it is to be done."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.leanings import NO_LEANINGS, Leanings, leanings_in
from orchestration.written_text import aligned

WISH, MUST = True, False


@pytest.mark.parametrize(
    ("text", "day", "time"),
    [
        ("mejor a las 5", None, WISH),
        ("preferentemente a las 5", None, WISH),
        ("preferentemente mañana a las 5", WISH, WISH),
        ("a las 5, si puede ser", None, WISH),
        ("mañana a las 5 si puede ser", None, WISH),
        ("turno mañana a las 10 de la mañana, de ser posible", None, WISH),
        ("ojalá a las 5", None, WISH),
        ("ojalá el viernes que viene a la tarde", WISH, WISH),
        ("a las 5 o cuando puedan", None, WISH),
        ("mañana o cuando puedan", WISH, None),
        ("mañana a las 5 u otro horario", None, WISH),
        ("mañana a las 5 u otro día", WISH, None),
        ("mañana a las 5 a poder ser", None, WISH),
        ("lo ideal sería a las 5", None, WISH),
        ("no tiene que ser a las 5", None, WISH),
        ("mañana o pasado, preferentemente a la tarde", None, WISH),
        ("ideally at five", None, WISH),
        ("5pm preferably", None, WISH),
        ("tomorrow at 5pm if possible", None, WISH),
        ("I'd prefer Friday at five", WISH, WISH),
        ("friday at 5 or any other time", None, WISH),
        ("friday at 5 or whenever they can", WISH, WISH),
        ("sí o sí a las 5", None, MUST),
        ("a las 5 sí o sí", None, MUST),
        ("tiene que ser el viernes", MUST, None),
        ("únicamente a las 5", None, MUST),
        ("solo a las 5", None, MUST),
        ("solo puedo el jueves a las 5", MUST, MUST),
        ("must be Friday", MUST, None),
        ("only at 5", None, MUST),
        ("i can only do friday at 5", MUST, MUST),
        ("el viernes sí o sí, y si puede ser a las 17", MUST, WISH),
        ("entre las 17 y las 19 si puede ser, solo el jueves", MUST, WISH),
    ],
)
def test_a_word_is_about_what_stands_beside_it(
    text: str, day: bool | None, time: bool | None
) -> None:
    found = leanings_in(text)
    assert (found.date_is_wish, found.time_is_wish) == (day, time)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mañana a las 5",
        "la mejor peluquería mañana a las 5",
        "solo quiero un corte, mañana a las 5",
        "no, mejor a las 6",
        "mejor dicho a las 6",
        "preguntá si puede ser a las 5",
        "si puede ser llamá a la otra peluquería y fijate",
        "me gustaría un turno mañana a las 5",
        "lo antes posible",
    ],
)
def test_nothing_is_said_where_nothing_is_meant(text: str) -> None:
    assert leanings_in(text) == NO_LEANINGS


@pytest.mark.parametrize(
    ("text", "name", "must"),
    [
        ("corte con Ana mañana a las 5", "Ana", None),
        ("con ana", "ana", None),
        ("with Dr. Gómez", "Dr. Gómez", None),
        ("turno con la dra gomez mañana a las 10", "dra gomez", None),
        ("con el doctor Juan Pérez sí o sí", "doctor Juan Pérez", True),
        ("con Ana, si puede ser", "Ana", False),
        ("mañana a las 5 si puede ser con Ana", "Ana", False),
        ("que me atienda Ana si es posible", "Ana", False),
        ("con Ana o con quien esté, mañana a las 5", "Ana", False),
        ("haircut on friday with James, preferably", "James", False),
        ("solo con Ana", "Ana", True),
        ("tiene que ser con Ana", "Ana", True),
        ("con Ana únicamente", "Ana", True),
        ("que sea con Ana o nadie", "Ana", True),
        ("only with Ana María", "Ana María", True),
        ("con Ana o Laura", "Ana o Laura", None),
        ("mañana a las 5, si puede ser, con Ana", "Ana", None),
    ],
)
def test_the_person_who_is_to_do_it(text: str, name: str, must: bool | None) -> None:
    found = leanings_in(text)
    assert (found.professional, found.professional_is_must) == (name, must)


@pytest.mark.parametrize(
    "text",
    [
        "con urgencia",
        "con el dentista",
        "con el Doctor",
        "con la señora",
        "con mi hijo",
        "con tarjeta",
        "con Mercado Pago",
        "con OSDE",
        "con Peluquería Ana",
        "con anticipación",
        "turno no con Ana",
        "hablá con Juan de la barbería",
        "mesa para dos con Ana mañana a las 9",
        "con lavado, corte y barba",
        "CON URGENCIA POR FAVOR",
    ],
)
def test_not_everything_after_con_is_a_person(text: str) -> None:
    assert leanings_in(text).professional == ""


def test_a_later_message_adds_and_replaces() -> None:
    first = leanings_in("mañana, si puede ser, solo con Ana")
    assert first == Leanings(date_is_wish=True, professional="Ana", professional_is_must=True)
    assert first.then(leanings_in("a las 5 sí o sí")) == Leanings(True, False, "Ana", True)
    assert first.then(leanings_in("mejor con Laura")) == Leanings(True, None, "Laura", False)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            "con Ana Dr. si puede ser , a las 5 mañana solo o cuando puedan mejor el viernes y \n"
            "preferably at five ÁÉß İ ’ 17hs 🙂 🏽 no que me atienda tiene or any".split(" ")
        )
        | st.text(max_size=6),
        max_size=30,
    ).map(" ".join)
)
def test_any_text_is_read_without_harm(text: str) -> None:
    written, folded = aligned(text)
    assert len(written) == len(folded)
    found = leanings_in(text)
    assert len(found.professional) <= 120
    assert found.professional or found.professional_is_must is None


def test_a_long_text_is_read_quickly() -> None:
    for word in ("a las ", "con ", "si puede ser ", "o ", "5 y ", "solo el ", "cuando "):
        leanings_in(word * 2000)

"""Several days, times in other words, and "in half an hour", in Spanish and English."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.spoken_dates import spoken_date, spoken_days, without_dates
from orchestration.spoken_times import SpokenTime, clock, fold, spoken_delay, spoken_window

WEDNESDAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("entre el lunes y el miércoles", "11-30", "12-02"),
        ("de lunes a miércoles", "11-30", "12-02"),
        ("del lunes al viernes", "11-30", "12-04"),
        ("between monday and wednesday", "11-30", "12-02"),
        ("monday to wednesday", "11-30", "12-02"),
        ("jueves o viernes", "11-26", "11-27"),
        ("el viernes o el jueves", "11-26", "11-27"),
        ("lunes, martes o miércoles", "11-30", "12-02"),
        ("Monday or Tuesday", "11-30", "12-01"),
        ("hoy o mañana", "11-25", "11-26"),
        ("mañana o pasado", "11-26", "11-27"),
        ("el sábado o domingo a la tarde", "11-28", "11-29"),
        ("esta semana", "11-25", "11-29"),
        ("this week", "11-25", "11-29"),
        ("la semana que viene", "11-30", "12-06"),
        ("next week", "11-30", "12-06"),
        ("the week after next", "12-07", "12-13"),
        ("lunes o martes de la semana que viene", "11-30", "12-01"),
        ("jueves o viernes de la semana que viene", "12-03", "12-04"),
        ("el finde", "11-28", "11-29"),
        ("el fin de semana que viene", "11-28", "11-29"),
        ("this weekend", "11-28", "11-29"),
        ("entre semana", "11-25", "11-27"),
        ("en los próximos días", "11-25", "12-01"),
        ("en los próximos 3 días", "11-25", "11-28"),
        ("del 3 al 5", "12-03", "12-05"),
        ("entre el 3 y el 5 de diciembre", "12-03", "12-05"),
        ("from the 3rd to the 5th", "12-03", "12-05"),
        ("del 30 al 2", "11-30", "12-02"),
        ("el 3 o el 4", "12-03", "12-04"),
        ("a partir del lunes", "11-30", "12-13"),
        ("después del martes", "12-02", "12-15"),
        ("after the 3rd", "12-04", "12-17"),
        ("antes del viernes", "11-25", "11-26"),
        ("hasta el viernes", "11-25", "11-27"),
        ("by friday", "11-25", "11-27"),
        ("a fin de mes", "11-25", "11-30"),
        ("a principios de mes", "12-01", "12-10"),
        ("a mediados de diciembre", "12-11", "12-20"),
    ],
)
def test_several_days(text: str, first: str, last: str) -> None:
    expected = (date.fromisoformat(f"2026-{first}"), date.fromisoformat(f"2026-{last}"))
    assert spoken_days(fold(text), WEDNESDAY) == expected


@pytest.mark.parametrize(
    "text",
    [
        "el viernes que viene",
        "mañana a la mañana",
        "viernes 5 de la tarde",
        "el lunes a las 5 o a las 6",
        "el 3/12",
        "pasado mañana",
        "friday next week",
        "el viernes entre las 17 y las 19",
        "a partir de las 5 del viernes",
        "el viernes antes de las 12",
    ],
)
def test_one_day_is_both_ends(text: str) -> None:
    day = spoken_date(fold(text), WEDNESDAY)
    assert day is not None and spoken_days(fold(text), WEDNESDAY) == (day, day)


def test_days_with_a_gap_give_the_first_alone() -> None:
    monday = date(2026, 11, 30)
    assert spoken_days(fold("lunes o jueves"), WEDNESDAY) == (monday, monday)


@pytest.mark.parametrize(
    "text", ["", "cuanto antes", "cualquier día", "de 5 a 7", "a la tarde", "31/2"]
)
def test_no_days_are_heard_where_none_are_said(text: str) -> None:
    assert spoken_days(fold(text), WEDNESDAY) is None


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        ("2026-11-27", "2026-11-28", "2026-11-29"),
        ("2026-11-28", "2026-11-28", "2026-11-29"),
        ("2026-11-29", "2026-11-29", "2026-11-29"),
        ("2026-12-31", "2027-01-02", "2027-01-03"),
        ("2028-02-28", "2028-03-04", "2028-03-05"),
    ],
)
def test_the_weekend_from_any_day(today: str, first: str, last: str) -> None:
    found = spoken_days("el finde", date.fromisoformat(today))
    assert found == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("text", "today", "day"),
    [
        ("mañana", "2028-02-28", "2028-02-29"),
        ("mañana", "2027-02-28", "2027-03-01"),
        ("en un mes", "2027-01-31", "2027-02-28"),
        ("en un mes", "2028-01-31", "2028-02-29"),
        ("el 31", "2027-04-10", "2027-05-31"),
        ("29/2", "2028-01-10", "2028-02-29"),
        ("en una semana", "2026-12-28", "2027-01-04"),
        ("de hoy en ocho", "2026-11-25", "2026-12-02"),
        ("en 15 días", "2026-11-25", "2026-12-10"),
        ("domingo", "2027-03-13", "2027-03-14"),
        ("mañana", "2027-03-27", "2027-03-28"),
        ("miércoles", "2026-11-25", "2026-12-02"),
        ("mñn", "2026-11-25", "2026-11-26"),
        ("tmrw", "2026-11-25", "2026-11-26"),
        ("this coming monday", "2026-11-25", "2026-11-30"),
        ("el próximo martes", "2026-11-25", "2026-12-01"),
        ("friday week", "2026-11-25", "2026-12-04"),
        ("jueves 4 de diciembre", "2026-11-25", "2026-12-03"),
    ],
)
def test_days_at_the_edges(text: str, today: str, day: str) -> None:
    assert spoken_date(fold(text), date.fromisoformat(today)) == date.fromisoformat(day)


def test_a_day_that_does_not_exist_is_not_heard() -> None:
    assert spoken_date("29/2", date(2026, 11, 25)) is None
    assert spoken_days("29 de febrero", date(2026, 11, 25)) is None


def _window(text: str) -> tuple[str | None, str | None] | None:
    found = spoken_window(without_dates(fold(text)), bare=True)

    def shown(said: SpokenTime | int | None) -> str | None:
        if said is None:
            return None
        return clock(said.settled() if isinstance(said, SpokenTime) else said)

    return None if found is None else (shown(found.start), shown(found.end))


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("cinco y cuarto", "17:15", "17:15"),
        ("a las 20hs", "20:00", "20:00"),
        ("tipo 6 y media", "18:30", "18:30"),
        ("cuarto para las 6", "17:45", "17:45"),
        ("diez para las ocho", "19:50", "19:50"),
        ("half five", "17:30", "17:30"),
        ("five thirty", "17:30", "17:30"),
        ("8ish", "08:00", "08:00"),
        ("a las 1730", "17:30", "17:30"),
        ("17,30", "17:30", "17:30"),
        ("de 5 a 7", "17:00", "19:00"),
        ("a las 5 o a las 6", "17:00", "18:00"),
        ("10am o 4pm", "10:00", "10:00"),
        ("any time after 3", "15:00", None),
        ("no antes de las 5", "17:00", None),
        ("not before noon", "12:00", None),
        ("no later than 5pm", None, "17:00"),
        ("a más tardar a las 6", None, "18:00"),
        ("antes del mediodía", None, "12:00"),
        ("después del almuerzo", "13:00", None),
        ("after work", "18:00", None),
        ("después de las 18 pero antes de las 20", "18:00", "20:00"),
        ("after 3 but before 6", "15:00", "18:00"),
        ("a última hora", "17:00", "20:00"),
        ("a primera hora de la tarde", "13:00", "15:00"),
        ("mañana temprano", "08:00", "10:00"),
        ("a media mañana", "10:00", "12:00"),
        ("late afternoon", "17:00", "20:00"),
        ("por la mañana o por la tarde", "08:00", "20:00"),
        ("first thing", "08:00", "10:00"),
    ],
)
def test_times_in_other_words(text: str, start: str | None, end: str | None) -> None:
    assert _window(text) == (start, end)


def test_no_more_than_was_said_is_heard() -> None:
    for text in ("más temprano", "lo más temprano posible", "más tarde", "cualquier horario"):
        assert _window(text) is None, text


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("en 10 minutos", 10),
        ("probá de nuevo en 20 minutos", 20),
        ("en quince minutos", 15),
        ("en media hora", 30),
        ("dentro de media horita", 30),
        ("in half an hour", 30),
        ("in ten minutes", 10),
        ("en una hora", 60),
        ("en hora y media", 90),
        ("in an hour and a half", 90),
        ("dentro de 2 horas", 120),
        ("en 2 hs", 120),
        ("in a couple of hours", 120),
        ("más tarde", 60),
        ("mejor más tarde, gracias", 60),
        ("later", 60),
        ("call them later", 60),
    ],
)
def test_delays(text: str, minutes: int) -> None:
    assert spoken_delay(fold(text)) == minutes * 60.0


@pytest.mark.parametrize(
    "text",
    [
        *("a las 5", "mañana", "en 3 días", "una hora", "30 minutos", "sí", "", "en la hora"),
        *("no, más tarde no puedo", "¿y más tarde?", "más tarde de las 6", "en 0 minutos"),
        *("en 500 horas", "el viernes más tarde", "sooner or later"),
    ],
)
def test_no_delay_is_heard_where_none_is_said(text: str) -> None:
    assert spoken_delay(fold(text)) is None


@given(st.text(max_size=60), st.dates(date(2024, 1, 1), date(2030, 12, 31)))
def test_any_text_is_survived(text: str, today: date) -> None:
    spoken_delay(fold(text))
    days = spoken_days(fold(text), today)
    assert days is None or days[0] <= days[1]


@given(
    st.lists(
        st.sampled_from(
            "el lunes martes viernes o y entre de a hasta antes del 3 5 31 diciembre semana que "
            "viene esta finde mañana hoy próximos días fin mes después a partir las 5".split(" ")
        ),
        max_size=8,
    ).map(" ".join),
    st.dates(date(2024, 1, 1), date(2030, 12, 31)),
)
def test_several_days_are_never_past_nor_endless(text: str, today: date) -> None:
    days = spoken_days(fold(text), today)
    if days is not None and days[0] != days[1]:
        assert today <= days[0] < days[1] <= today + timedelta(days=800)

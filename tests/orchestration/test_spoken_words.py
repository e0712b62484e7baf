"""Days and times as people say them, in Spanish and English."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.spoken_dates import spoken_date, without_dates
from orchestration.spoken_times import SpokenTime, clock, fold, minutes_of, spoken_window

WEDNESDAY = date(2026, 11, 25)


def window(text: str, *, bare: bool = True) -> tuple[str | None, str | None] | None:
    found = spoken_window(without_dates(fold(text)), bare=bare)
    if found is None:
        return None

    def shown(said: SpokenTime | int | None) -> str | None:
        if said is None:
            return None
        return clock(said.settled() if isinstance(said, SpokenTime) else said)

    return shown(found.start), shown(found.end)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("a las 5 y media de la tarde", "17:30", "17:30"),
        ("17:30", "17:30", "17:30"),
        ("17.30", "17:30", "17:30"),
        ("17h30", "17:30", "17:30"),
        ("17h", "17:00", "17:00"),
        ("17 hs", "17:00", "17:00"),
        ("5pm", "17:00", "17:00"),
        ("5 p. m.", "17:00", "17:00"),
        ("at 10:15 am", "10:15", "10:15"),
        ("12 am", "00:00", "00:00"),
        ("5", "17:00", "17:00"),
        ("a las 5", "17:00", "17:00"),
        ("a las cinco", "17:00", "17:00"),
        ("a las 8", "08:00", "08:00"),
        ("a las 8 de la noche", "20:00", "20:00"),
        ("a las 9 de la mañana", "09:00", "09:00"),
        ("mañana a la mañana a las 7", "07:00", "07:00"),
        ("a la una", "13:00", "13:00"),
        ("12 del mediodía", "12:00", "12:00"),
        ("1 del mediodía", "13:00", "13:00"),
        ("12 de la noche", "00:00", "00:00"),
        ("2 de la noche", "02:00", "02:00"),
        ("noon", "12:00", "12:00"),
        ("a medianoche", "00:00", "00:00"),
        ("las seis menos cuarto", "17:45", "17:45"),
        ("siete y cuarto de la tarde", "19:15", "19:15"),
        ("half past five", "17:30", "17:30"),
        ("quarter to six pm", "17:45", "17:45"),
        ("entre las 17 y las 19", "17:00", "19:00"),
        ("entre las 5 y 7", "17:00", "19:00"),
        ("entre las 10 y las 2", "10:00", "14:00"),
        ("entre las 5 y las 8 de la tarde", "17:00", "20:00"),
        ("de 17 a 19 hs", "17:00", "19:00"),
        ("between 5 and 7 pm", "17:00", "19:00"),
        ("15-16", "15:00", "16:00"),
        ("después de las 6", "18:00", None),
        ("a partir de las 10", "10:00", None),
        ("6 en adelante", "18:00", None),
        ("after 6", "18:00", None),
        ("antes de las 11", None, "11:00"),
        ("before noon", None, "12:00"),
        ("a la mañana", "08:00", "12:00"),
        ("por la tarde", "13:00", "20:00"),
        ("mañana", "08:00", "12:00"),
        ("in the evening", "18:00", "22:00"),
        ("a primera hora", "08:00", "10:00"),
        ("al mediodía", "12:00", "14:00"),
    ],
)
def test_times(text: str, start: str | None, end: str | None) -> None:
    assert window(text) == (start, end)


@pytest.mark.parametrize(
    "text",
    ["más tarde", "cuanto antes", "buenas tardes", "good afternoon", "para 4", "el 12", "12/3", ""],
)
def test_no_time_is_heard_where_none_is_said(text: str) -> None:
    assert window(text, bare=False) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("hoy", "2026-11-25"),
        ("esta tarde", "2026-11-25"),
        ("mañana", "2026-11-26"),
        ("mañana a la mañana", "2026-11-26"),
        ("tomorrow at 5", "2026-11-26"),
        ("pasado mañana a la mañana", "2026-11-27"),
        ("pasado a la tarde", "2026-11-27"),
        ("the day after tomorrow", "2026-11-27"),
        ("el viernes", "2026-11-27"),
        ("el viernes que viene", "2026-11-27"),
        ("el jueves que viene", "2026-12-03"),
        ("el miércoles", "2026-12-02"),
        ("hoy miércoles", "2026-11-25"),
        ("mañana viernes", "2026-11-27"),
        ("lunes a la tarde", "2026-11-30"),
        ("el lunes de la semana que viene", "2026-11-30"),
        ("next monday", "2026-11-30"),
        ("12/3", "2027-03-12"),
        ("30/11", "2026-11-30"),
        ("11/30", "2026-11-30"),
        ("1.12.26", "2026-12-01"),
        ("2026-11-30", "2026-11-30"),
        ("el 30", "2026-11-30"),
        ("el doce", "2026-12-12"),
        ("the 5th", "2026-12-05"),
        ("12 de marzo", "2027-03-12"),
        ("March 12th", "2027-03-12"),
        ("November 27, 2026", "2026-11-27"),
        ("viernes 27", "2026-11-27"),
        ("viernes 28", "2026-11-27"),
        ("viernes 28/11", "2026-11-27"),
        ("el sábado 28 a las 10", "2026-11-28"),
        ("viernes 5 de la tarde", "2026-11-27"),
        ("lunes 10hs", "2026-11-30"),
        ("en tres días", "2026-11-28"),
        ("in two weeks", "2026-12-09"),
        ("20/11", "2026-11-20"),
        ("ayer", "2026-11-24"),
        ("el lunes pasado", "2026-11-23"),
    ],
)
def test_days(text: str, day: str) -> None:
    assert spoken_date(fold(text), WEDNESDAY) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "text",
    [
        *("a la mañana", "por la mañana", "cuanto antes", "next week", "31/2", "9-12", "99/99", ""),
        *("31/12/9999"),
    ],
)
def test_no_day_is_heard_where_none_is_said(text: str) -> None:
    assert spoken_date(fold(text), WEDNESDAY) is None


def test_a_weekday_beside_a_date_that_nobody_means_counts_alone() -> None:
    assert spoken_date(fold("sábado 31/12/9999"), WEDNESDAY) == date(2026, 11, 28)


@given(st.text(max_size=60), st.dates(date(2024, 1, 1), date(2030, 12, 31)))
def test_any_text_is_survived(text: str, today: date) -> None:
    spoken_date(fold(text), today)
    spoken_window(fold(text), bare=True)


@given(st.integers(0, 24 * 60 - 1), st.dates(date(2024, 1, 1), date(2030, 12, 31)))
def test_what_is_written_in_full_is_read_exactly(minutes: int, today: date) -> None:
    written = clock(minutes)
    found = spoken_window(fold(f"a las {written}"))
    assert found is not None and isinstance(found.start, SpokenTime)
    assert found.start.could_be(minutes_of(written))
    assert spoken_date(fold(today.isoformat()), date(2025, 6, 1)) == today

"""What the customer wants becomes dates and times, and offers are held against it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from data.errand import Preferences
from data.place import OpeningHours
from orchestration.leanings import Leanings
from orchestration.slot_check import check_slot
from orchestration.slots import resolve

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=ZoneInfo("America/Argentina/Buenos_Aires"))
TOMORROW_AT_FIVE = Preferences("mañana", "a las 5", "2026-11-26", "17:00", "17:00")
EVENING = (OpeningHours(weekday=3, opens="19:00", closes="24:00"),)


def test_words_become_a_day_and_a_time() -> None:
    assert resolve("mañana", "a las 5", NOW) == TOMORROW_AT_FIVE


def test_one_field_may_hold_both() -> None:
    assert resolve("", "mañana a las 5", NOW).date == "2026-11-26"
    both = resolve("mañana a las 5 de la tarde", "", NOW)
    assert (both.date, both.time_from, both.time_until) == ("2026-11-26", "17:00", "17:00")


def test_a_time_of_manana_is_the_morning() -> None:
    found = resolve("viernes", "mañana", NOW)
    assert (found.date, found.time_from, found.time_until) == ("2026-11-27", "08:00", "12:00")


@pytest.mark.parametrize(
    ("day", "time", "first", "last"),
    [
        ("entre el jueves y el sábado", "", "2026-11-26", "2026-11-28"),
        ("jueves o viernes", "a las 5", "2026-11-26", "2026-11-27"),
        ("", "jueves o viernes a las 5", "2026-11-26", "2026-11-27"),
        ("esta semana", "", "2026-11-25", "2026-11-29"),
        ("el finde", "", "2026-11-28", "2026-11-29"),
        ("mañana", "", "2026-11-26", ""),
    ],
)
def test_days_may_be_a_range(day: str, time: str, first: str, last: str) -> None:
    found = resolve(day, time, NOW)
    assert (found.date, found.date_until) == (first, last)
    later = resolve("", "a las 6", NOW, before=found)
    assert (later.date, later.date_until, later.time_from) == (first, last, "18:00")
    assert resolve("el lunes", "", NOW, before=found).date_until == ""


def test_how_firm_it_is_comes_from_the_words_and_stays() -> None:
    found = resolve("mañana", "a las 5", NOW, leanings=Leanings(None, True, "Ana", True))
    assert found == replace(
        TOMORROW_AT_FIVE, time_is_wish=True, professional="Ana", professional_is_must=True
    )
    assert resolve("", "a las 6", NOW, before=found).time_is_wish
    firm = resolve("", "a las 6", NOW, before=found, leanings=Leanings(True, False, "Lau"))
    assert (firm.date_is_wish, firm.time_is_wish) == (True, False)
    assert (firm.professional, firm.professional_is_must) == ("Lau", False)


def test_what_cannot_be_resolved_stays_as_heard() -> None:
    found = resolve("cuando puedan", "cuando haya hueco", NOW)
    assert found == Preferences("cuando puedan", "cuando haya hueco")


def test_a_day_that_has_passed_is_not_taken() -> None:
    assert resolve("ayer", "", NOW).date == ""


def test_opening_hours_decide_what_eight_means() -> None:
    assert resolve("mañana", "a las 8", NOW, EVENING).time_from == "20:00"
    assert resolve("mañana", "a las 8", NOW).time_from == "08:00"


def test_before_nine_is_the_evening() -> None:
    assert resolve("", "antes de las 9", NOW) == Preferences("", "antes de las 9", "", "", "21:00")


def test_only_what_is_said_changes() -> None:
    later = resolve("", "mejor a las 6", NOW, before=TOMORROW_AT_FIVE)
    assert (later.date, later.time_from) == ("2026-11-26", "18:00")
    day = resolve("el viernes", "", NOW, before=TOMORROW_AT_FIVE)
    assert (day.date, day.time_from) == ("2026-11-27", "17:00")


@pytest.mark.parametrize(
    ("day", "time"),
    [
        ("2026-11-26", "17:00"),
        ("mañana", "a las cinco"),
        ("tomorrow", "5 pm"),
        ("jueves", "17 hs"),
        ("", "17:00"),
        ("mañana a las 5", ""),
    ],
)
def test_the_wanted_slot_fits(day: str, time: str) -> None:
    verdict = check_slot(TOMORROW_AT_FIVE, day, time, NOW)
    assert verdict.valid, verdict.message


@pytest.mark.parametrize(
    ("day", "time", "says"),
    [
        ("2026-11-26", "18:00", "17:00"),
        ("2026-11-27", "17:00", "2026-11-26"),
        ("2026-11-20", "17:00", "passed"),
        ("hoy", "9:00", "asked for"),
        ("el día del arquero", "17:00", "not clear"),
        ("2026-11-26", "", "exact time"),
        ("2026-11-26", "a la tarde", "exact time"),
        ("2026-11-26", "a las 3", "17:00"),
        ("2026-11-26", "después de las 3", "exact time"),
        ("jueves o viernes", "17:00", "more than one day"),
    ],
)
def test_another_slot_does_not_fit_and_the_agent_learns_why(day: str, time: str, says: str) -> None:
    verdict = check_slot(TOMORROW_AT_FIVE, day, time, NOW)
    assert not verdict.valid
    assert says in verdict.message
    assert verdict.alternatives == ("2026-11-26 17:00",)


def test_outside_of_everything_the_customer_may_be_asked() -> None:
    for day, time in (("2026-11-27", "17:00"), ("2026-11-26", "18:00")):
        assert "ask_customer" in check_slot(TOMORROW_AT_FIVE, day, time, NOW).message


def test_nothing_said_is_asked_for() -> None:
    verdict = check_slot(Preferences(), "", "", NOW)
    assert (verdict.valid, verdict.alternatives) == (False, ())
    assert "any time" in check_slot(Preferences(), "mañana", "", NOW).message
    assert "which day" in check_slot(Preferences(), "", "17:00", NOW).message


def test_a_time_of_today_that_has_passed() -> None:
    assert "passed" in check_slot(Preferences(), "hoy", "10:00", NOW).message
    assert check_slot(Preferences(), "hoy", "13:00", NOW).valid


def test_ranges_have_both_ends() -> None:
    wish = Preferences("mañana", "entre las 17 y las 19", "2026-11-26", "17:00", "19:00")
    verdicts = {
        time: check_slot(wish, "mañana", time, NOW).valid
        for time in ("16:59", "17:00", "18:30", "a las 6", "19:00", "19:01")
    }
    assert verdicts == {
        "16:59": False,
        "17:00": True,
        "18:30": True,
        "a las 6": True,
        "19:00": True,
        "19:01": False,
    }
    assert check_slot(wish, "mañana", "20:00", NOW).alternatives == (
        "2026-11-26, between 17:00 and 19:00",
    )


@pytest.mark.parametrize(
    ("start", "end", "words"), [("18:00", "", "18:00 or later"), ("", "11:00", "11:00 at the lat")]
)
def test_open_ranges(start: str, end: str, words: str) -> None:
    wish = Preferences("", "", "", start, end)
    assert check_slot(wish, "mañana", start or end, NOW).valid
    missed = check_slot(wish, "mañana", "12:00", NOW)
    assert not missed.valid and words in missed.message


def test_eight_is_heard_as_the_customer_wants_it() -> None:
    dinner = Preferences("mañana", "a las 8 de la noche", "2026-11-26", "20:00", "20:00")
    assert check_slot(dinner, "mañana", "a las ocho", NOW).valid

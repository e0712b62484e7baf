"""What the customer wants becomes dates and times, and offers are held against it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from data.errand import Preferences
from data.place import OpeningHours
from orchestration.slots import check_slot, resolve

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


def test_what_cannot_be_resolved_stays_as_heard() -> None:
    found = resolve("cuando puedan", "tempranito", NOW)
    assert found == Preferences("cuando puedan", "tempranito")


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
        ("2026-11-26", "después de las 3", "17:00"),
    ],
)
def test_another_slot_does_not_fit_and_the_agent_learns_why(day: str, time: str, says: str) -> None:
    verdict = check_slot(TOMORROW_AT_FIVE, day, time, NOW)
    assert not verdict.valid
    assert says in verdict.message
    assert verdict.alternatives == ("2026-11-26 17:00",)


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

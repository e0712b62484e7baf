"""A must is never given up; a wish is asked for once, then what else was allowed will do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errand import Preferences
from orchestration.slot_check import allowed_in_words, check_slot, is_wanted

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=ZoneInfo("America/Argentina/Buenos_Aires"))
DAYS = [(NOW.date() + timedelta(days=ahead)).isoformat() for ahead in range(-2, 8)]
TIMES = [f"{hour:02d}:{minute:02d}" for hour in range(8, 21) for minute in (0, 30)]


TOMORROW_AT_FIVE = Preferences(date="2026-11-26", time_from="17:00", time_until="17:00")


def wanted(**more: Any) -> Preferences:
    """Tomorrow at five, and what else is said of it."""
    return replace(TOMORROW_AT_FIVE, **more)


def test_a_wished_time_is_asked_for_first() -> None:
    wish = wanted(time_is_wish=True)
    first = check_slot(wish, "2026-11-26", "18:00", NOW)
    assert (first.valid, first.wish_put) == (False, True)
    assert (
        "prefers 2026-11-26 17:00" in first.message and "accept 2026-11-26 18:00" in first.message
    )
    assert first.alternatives == ("2026-11-26 17:00",)
    then = check_slot(wish, "2026-11-26", "18:00", NOW, wish_refused=True)
    assert (then.valid, then.wish_put) == (True, False)


def test_the_wish_itself_needs_no_asking() -> None:
    verdict = check_slot(wanted(time_is_wish=True), "mañana", "a las cinco", NOW)
    assert (verdict.valid, verdict.wish_put) == (True, False)


def test_another_day_is_not_covered_by_a_wished_time() -> None:
    for refused in (False, True):
        verdict = check_slot(
            wanted(time_is_wish=True), "2026-11-27", "18:00", NOW, wish_refused=refused
        )
        assert (verdict.valid, verdict.wish_put) == (False, False)
    assert verdict.alternatives == ("2026-11-26 17:00", "2026-11-26, any time")


def test_a_wished_day_moves_and_its_time_does_not() -> None:
    wish = wanted(date_is_wish=True)
    assert check_slot(wish, "2026-11-27", "17:00", NOW).wish_put
    assert check_slot(wish, "2026-11-27", "17:00", NOW, wish_refused=True).valid
    refused = check_slot(wish, "2026-11-27", "18:00", NOW, wish_refused=True)
    assert not refused.valid
    assert refused.alternatives == ("2026-11-26 17:00", "any other day 17:00")


def test_a_range_of_days_takes_each_of_them() -> None:
    days = wanted(date_until="2026-11-28")
    verdicts = {day: check_slot(days, day, "17:00", NOW).valid for day in DAYS}
    assert {day for day, valid in verdicts.items() if valid} == {
        "2026-11-26",
        "2026-11-27",
        "2026-11-28",
    }
    assert "which day" in check_slot(days, "", "17:00", NOW).message
    assert "Neither" in check_slot(days, "", "", NOW).message


def test_alternatives_are_few_and_lie_ahead() -> None:
    three = Preferences(date="2026-11-26", date_until="2026-11-28", time_from="17:00")
    assert check_slot(three, "2026-12-01", "18:00", NOW).alternatives == (
        "2026-11-26, 17:00 or later",
        "2026-11-27, 17:00 or later",
        "2026-11-28, 17:00 or later",
    )
    week = Preferences(date="2026-11-23", date_until="2026-11-29", time_until="11:00")
    assert check_slot(week, "2026-12-01", "10:00", NOW).alternatives == (
        "2026-11-26, 11:00 at the latest",
        "2026-11-27, 11:00 at the latest",
        "any day until 2026-11-29, 11:00 at the latest",
    )
    over = Preferences(date="2026-11-25", time_from="10:00", time_until="10:00")
    assert check_slot(over, "2026-11-26", "10:00", NOW).alternatives == ()


def test_only_the_person_who_must_do_it() -> None:
    must = wanted(professional="Ana", professional_is_must=True)
    assert check_slot(must, "mañana", "17:00", NOW, professional="Ana Pérez").valid
    for refused in (False, True):
        other = check_slot(must, "mañana", "17:00", NOW, professional="Laura", wish_refused=refused)
        assert not other.valid and 'not with "Laura"' in other.message
        assert other.alternatives == ("2026-11-26 17:00 with Ana",)
    unknown = check_slot(must, "mañana", "17:00", NOW)
    assert not unknown.valid and "professional_name" in unknown.message


def test_a_wished_person_is_asked_for_first() -> None:
    wish = wanted(professional="Ana")
    first = check_slot(wish, "mañana", "17:00", NOW, professional="Laura")
    assert first.wish_put and first.alternatives == ("2026-11-26 17:00 with Ana",)
    assert check_slot(wish, "mañana", "17:00", NOW, professional="Laura", wish_refused=True).valid
    unnamed = check_slot(wish, "mañana", "17:00", NOW)
    assert unnamed.valid and "Ask for Ana" in unnamed.message


@pytest.mark.parametrize(
    ("asked", "offered", "same"),
    [
        ("Ana", "ana", True),
        ("Dra. Gómez", "la doctora Gomez", True),
        ("Gómez", "Ana Gómez", True),
        ("Ana o Laura", "Laura", True),
        ("Ana", "Mariana", False),
        ("Ana", "", False),
        ("Ana", "cualquiera", False),
        ("Ana", "la doctora", False),
    ],
)
def test_names_are_compared_as_people_do(asked: str, offered: str, same: bool) -> None:
    assert is_wanted(asked, offered) is same


def test_what_was_allowed_is_told_in_words() -> None:
    assert allowed_in_words(Preferences()) == "Day: any day. Time: any time."
    assert allowed_in_words(wanted(time_is_wish=True, professional="Ana")) == (
        "Day: 2026-11-26. Time: 17:00 if possible, else another time. "
        "With Ana, if possible, else anybody."
    )
    vague = Preferences(date_heard="cuando\npuedan", time_from="18:00")
    assert allowed_in_words(vague) == (
        'Day: in the customer\'s words "cuando puedan". Time: 18:00 or later.'
    )


@st.composite
def preferences(draw: st.DrawFn) -> Preferences:
    """Whatever a customer may want."""
    first, last = sorted((draw(st.sampled_from(DAYS)), draw(st.sampled_from(DAYS))))
    start, end = sorted((draw(st.sampled_from(TIMES)), draw(st.sampled_from(TIMES))))
    exact, day = draw(st.booleans()), draw(st.booleans())
    professional = draw(st.sampled_from(["", "Ana", "Dra. Gómez"]))
    return Preferences(
        date=first if day else "",
        date_until=draw(st.sampled_from(["", last])) if day and last > first else "",
        time_from=draw(st.sampled_from(["", start])) if not exact else start,
        time_until=draw(st.sampled_from(["", end])) if not exact else start,
        date_is_wish=draw(st.booleans()),
        time_is_wish=draw(st.booleans()),
        professional=professional,
        professional_is_must=draw(st.booleans()),
    )


@settings(max_examples=400, deadline=None)
@given(
    preferences(),
    st.sampled_from([*DAYS, "", "mañana", "el viernes", "jueves o viernes", "quién sabe"]),
    st.sampled_from([*TIMES, "", "a las 5", "a la tarde", "después de las 6", "8"]),
    st.sampled_from(["", "Ana", "Laura", "doctora Gómez"]),
    st.booleans(),
)
def test_nothing_is_valid_that_was_not_allowed(
    wish: Preferences, day: str, time: str, professional: str, refused: bool
) -> None:
    verdict = check_slot(wish, day, time, NOW, professional=professional, wish_refused=refused)
    assert verdict.message and len(verdict.alternatives) <= 3
    assert not (verdict.wish_put and (verdict.valid or refused))
    if not verdict.valid:
        return
    at = datetime.strptime(verdict.message[:16], "%Y-%m-%d %H:%M").replace(tzinfo=NOW.tzinfo)
    assert at > NOW
    if day in DAYS:
        assert at.date() == date.fromisoformat(day)
    days_fit = not wish.date or wish.date <= at.date().isoformat() <= (wish.date_until or wish.date)
    clock = f"{at:%H:%M}"
    times_fit = (wish.time_from or "00:00") <= clock <= (wish.time_until or "23:59")
    person_fits = not wish.professional or is_wanted(wish.professional, professional)
    assert days_fit or (wish.date_is_wish and refused)
    assert times_fit or (wish.time_is_wish and refused)
    assert person_fits or (not wish.professional_is_must and (refused or not professional))


@settings(max_examples=200, deadline=None)
@given(preferences(), st.sampled_from(DAYS[3:]), st.sampled_from(TIMES))
def test_whatever_is_only_not_the_wish_is_valid_once_the_wish_was_put(
    wish: Preferences, day: str, time: str
) -> None:
    first = check_slot(wish, day, time, NOW, professional="Laura")
    again = check_slot(wish, day, time, NOW, professional="Laura", wish_refused=True)
    assert again.valid is (first.valid or first.wish_put)

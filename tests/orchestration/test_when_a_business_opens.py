"""Whether a business is open, and when it opens next, on its own clock."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from data.demo_places import demo_places
from data.place import Opening, OpeningHours, PlaceInfo
from orchestration.local_time import opening

MADRID = ZoneInfo("Europe/Madrid")
BUENOS_AIRES = "America/Argentina/Buenos_Aires"
LOLA = next(place for place in demo_places() if place.id == "demo-md-01")
"""Mondays to Fridays 10:00-14:00 and 16:00-20:30, Saturdays until 14:00."""


def at(text: str, zone: ZoneInfo = MADRID) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-11-25 10:00", Opening(True)),
        ("2026-11-25 13:59:59", Opening(True)),
        ("2026-11-25 09:59:59", Opening(False, "10:00")),
        ("2026-11-25 14:00", Opening(False, "16:00")),
        ("2026-11-25 20:30", Opening(False, "2026-11-26 10:00")),
        ("2026-11-28 15:00", Opening(False, "2026-11-30 10:00")),
        ("2026-11-29 00:00", Opening(False, "2026-11-30 10:00")),
        ("2026-12-31 23:00", Opening(False, "2027-01-01 10:00")),
    ],
)
def test_open_later_today_or_another_day(moment: str, shown: Opening) -> None:
    assert opening(LOLA, at(moment), BUENOS_AIRES) == shown


def test_its_own_clock_counts_and_not_ours() -> None:
    """15:30 in Madrid is 11:30 in Buenos Aires, when a business with these hours is open."""
    now = at("2026-11-25 15:30")
    assert opening(LOLA, now, BUENOS_AIRES) == Opening(False, "16:00")
    here = LOLA.model_copy(update={"timezone": "", "phone": None})
    assert opening(here, now, BUENOS_AIRES) == Opening(True)
    by_number = LOLA.model_copy(update={"timezone": ""})
    assert opening(by_number, now, BUENOS_AIRES) == Opening(False, "16:00")


def test_nothing_is_said_where_nothing_is_known() -> None:
    assert opening(PlaceInfo(id="x", name="X"), at("2026-11-25 03:00"), "UTC") == Opening()


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-11-28 23:59", Opening(True)),
        ("2026-11-29 01:59", Opening(True)),
        ("2026-11-29 02:00", Opening(False, "2026-12-05 22:00")),
        ("2026-11-28 21:00", Opening(False, "22:00")),
    ],
)
def test_a_night_is_two_stretches(moment: str, shown: Opening) -> None:
    bar = PlaceInfo(
        id="bar",
        name="Bar",
        timezone="Europe/Madrid",
        opening_hours=(
            OpeningHours(weekday=5, opens="22:00", closes="24:00"),
            OpeningHours(weekday=6, opens="00:00", closes="02:00"),
        ),
    )
    assert opening(bar, at(moment), BUENOS_AIRES) == shown


def test_hours_that_never_open_are_no_promise() -> None:
    never = PlaceInfo(
        id="n", name="N", opening_hours=(OpeningHours(weekday=0, opens="10:00", closes="10:00"),)
    )
    assert opening(never, at("2026-11-25 12:00"), "Europe/Madrid") == Opening(open_now=False)


def test_the_night_when_the_clock_goes_forward() -> None:
    """In Madrid 02:30 does not exist on 2026-03-29: nothing breaks, and it opens in the morning."""
    early = PlaceInfo(
        id="e",
        name="E",
        timezone="Europe/Madrid",
        opening_hours=(OpeningHours(weekday=6, opens="09:00", closes="13:00"),),
    )
    assert opening(early, at("2026-03-29 01:59"), "UTC") == Opening(False, "09:00")
    assert opening(early, at("2026-03-29 09:00"), "UTC") == Opening(True)

"""When a business may be called: calling hours and opening hours, on its own clock."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from data.place import OpeningHours, PlaceInfo
from orchestration.calling_hours import call_moment
from orchestration.conversation_state import Moment
from orchestration.policy import Policy

POLICY = Policy(frozenset({"AR", "ES", "MX"}))
HOME = "America/Argentina/Buenos_Aires"
BUENOS_AIRES = ZoneInfo(HOME)
SIESTA = tuple(
    OpeningHours(weekday=weekday, opens=opens, closes=closes)
    for weekday in range(5)
    for opens, closes in (("08:00", "13:00"), ("16:30", "21:00"))
)
LATE = tuple(OpeningHours(weekday=day, opens="18:00", closes="24:00") for day in range(7))


def at(hour: int, minute: int = 0, second: int = 0, day: int = 25) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=BUENOS_AIRES)


def place(*hours: OpeningHours, phone: str = "+541140000101") -> PlaceInfo:
    return PlaceInfo(id="1", name="Ana", phone=phone, opening_hours=hours)


@pytest.mark.parametrize(
    ("now", "hours", "shown", "closed"),
    [
        (at(12), (), "", False),
        (at(9), (), "", False),
        (at(19, 59, 59), (), "", False),
        (at(8, 59, 59), (), "09:00", False),
        (at(20), (), "2026-11-26 09:00", False),
        (at(12), SIESTA, "", False),
        (at(8, 30), SIESTA, "09:00", False),
        (at(14, 0, 30), SIESTA, "16:30", True),
        (at(20, 30), SIESTA, "2026-11-26 09:00", False),
        (at(21, 30), SIESTA, "2026-11-26 09:00", True),
        (at(12, day=28), SIESTA, "2026-11-30 09:00", True),
        (at(12), LATE, "18:00", True),
        (at(20), LATE, "2026-11-26 18:00", False),
    ],
)
def test_the_next_moment_and_why_not_now(
    now: datetime, hours: tuple[OpeningHours, ...], shown: str, closed: bool
) -> None:
    moment = call_moment(POLICY, place(*hours), now.timestamp(), HOME)
    assert moment is not None
    assert (moment.shown, moment.closed) == (shown, closed)
    if not shown:
        assert moment == Moment(now.timestamp())
    else:
        there = datetime.fromtimestamp(moment.at, BUENOS_AIRES)
        assert moment.at > now.timestamp()
        assert f"{there:%Y-%m-%d %H:%M}".endswith(shown)


def test_a_business_that_opens_only_at_night_is_never_called() -> None:
    nights = OpeningHours(weekday=0, opens="21:00", closes="23:00")
    assert call_moment(POLICY, place(nights), at(12).timestamp(), HOME) is None


def test_all_day_and_night() -> None:
    policy = Policy(frozenset({"AR"}), calling_hours=("00:00", "24:00"))
    moment = call_moment(policy, place(), at(3, 33).timestamp(), HOME)
    assert moment == Moment(at(3, 33).timestamp())


@pytest.mark.parametrize(
    ("phone", "utc_hour", "shown"),
    [("+34910000101", 9, ""), ("+34910000101", 7, "09:00"), ("+525550000101", 14, "09:00")],
)
def test_hours_are_those_of_the_business_and_not_of_the_customer(
    phone: str, utc_hour: int, shown: str
) -> None:
    now = datetime(2026, 11, 25, utc_hour, tzinfo=UTC).timestamp()
    moment = call_moment(POLICY, place(phone=phone), now, HOME)
    assert moment is not None and moment.shown == shown


def test_the_hour_that_a_clock_change_leaves_out_is_no_trap() -> None:
    """Madrid, 29 March 2026: 02:00 becomes 03:00, and this business says that it opens at 02:30."""
    madrid = ZoneInfo("Europe/Madrid")
    sunday = OpeningHours(weekday=6, opens="02:30", closes="05:00")
    shop = PlaceInfo(
        id="1", name="Pan", phone="+34910000101", timezone="Europe/Madrid", opening_hours=(sunday,)
    )
    policy = Policy(frozenset({"ES"}), calling_hours=("00:00", "24:00"))
    now = datetime(2026, 3, 29, 1, 59, tzinfo=madrid).timestamp()
    moment = call_moment(policy, shop, now, HOME)
    assert moment is not None and now < moment.at < now + 3600
    again = call_moment(policy, shop, moment.at, HOME)
    assert again == Moment(moment.at)

"""Which numbers are called, how often and when."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.place import OpeningHours
from data.reply import Limit, Refusal
from orchestration.policy import Policy

CUSTOMER = "whatsapp:+5491150000001"
POLICY = Policy(
    allowed_countries=frozenset({"AR", "ES", "US", "MX", "GB"}),
    own_numbers=frozenset({"+541150009999"}),
    blocked_numbers=frozenset({"+541140000109"}),
)
BUENOS_AIRES = ZoneInfo("America/Argentina/Buenos_Aires")


@pytest.mark.parametrize(
    ("number", "verdict"),
    [
        ("+541140000101", "+541140000101"),
        ("+525550000101", "+525550000101"),
        ("+34910000101", "+34910000101"),
        ("+18005550199", "+18005550199"),
        ("+390612345678", Refusal.COUNTRY),
        ("+881612345678", Refusal.COUNTRY),
        ("+883510000000", Refusal.COUNTRY),
        ("+34803123456", Refusal.PREMIUM),
        ("+34902123456", Refusal.PREMIUM),
        ("+19005551234", Refusal.PREMIUM),
        ("+447012345678", Refusal.PREMIUM),
        ("+5491150000001", Refusal.OWN),
        ("+541150000001", Refusal.OWN),
        ("+541150009999", Refusal.OWN),
        ("+541140000109", Refusal.BLOCKED),
        ("911", Refusal.EMERGENCY),
        ("112", Refusal.EMERGENCY),
        ("4321", Refusal.INVALID),
        ("+34112", Refusal.INVALID),
        ("+5411", Refusal.INVALID),
        ("+541140000101,123", Refusal.INVALID),
        ("+541140000101;ext=5", Refusal.INVALID),
        ("+541140000101p1", Refusal.INVALID),
        ("+٥٤١١٤٠٠٠٠١٠١", Refusal.INVALID),
        ("tel:+541140000101", Refusal.INVALID),
        ("sip:ana@example.com", Refusal.INVALID),
        ("+541140000101\n", Refusal.INVALID),
        ("", Refusal.INVALID),
    ],
)
def test_numbers(number: str, verdict: str | Refusal) -> None:
    assert POLICY.check_number(number, CUSTOMER) == verdict


def test_a_mexican_customer_is_recognised_in_both_writings() -> None:
    assert POLICY.check_number("+525550000101", "whatsapp:+5215550000101") is Refusal.OWN


NUMBERS = st.one_of(
    st.text(alphabet="+0123456789,;pw*# ()-", max_size=20),
    st.from_regex(r"\+(54|34|52|1|44|39|88|979)[0-9]{5,11}", fullmatch=True),
    st.from_regex(r"\+(540|541115|521|11|440)[0-9]{8,10}", fullmatch=True),
    st.from_regex(r"\+(5411|52555|3491|1212)[0-9]{7,8}", fullmatch=True),
)


@settings(max_examples=1500, deadline=None)
@given(NUMBERS)
def test_what_is_let_through_is_a_plain_number_of_an_allowed_country(number: str) -> None:
    verdict = POLICY.check_number(number, CUSTOMER)
    if isinstance(verdict, Refusal):
        return
    assert re.fullmatch(r"\+[1-9][0-9]{6,14}", verdict)
    parsed = phonenumbers.parse(verdict)
    assert phonenumbers.is_valid_number(parsed)
    assert phonenumbers.region_code_for_number(parsed) in POLICY.allowed_countries
    # A superfluous national prefix may have gone; what is shown is then what stays.
    assert POLICY.check_number(verdict, CUSTOMER) == verdict


def test_limits_in_their_order() -> None:
    policy = Policy(frozenset({"AR"}), calls_per_customer_per_day=2, calls_per_business_per_day=1)
    assert policy.check_counts(0, 0, 0) is None
    assert policy.check_counts(2, 1, 1) is Limit.CUSTOMER_DAY
    assert policy.check_counts(1, 1, 1) is Limit.BUSINESS_BUSY
    assert policy.check_counts(1, 1, 0) is Limit.BUSINESS_DAY


def at(hour: int, minute: int = 0, day: int = 25) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=BUENOS_AIRES)


SIESTA = tuple(
    OpeningHours(weekday=weekday, opens=opens, closes=closes)
    for weekday in range(5)
    for opens, closes in (("08:00", "13:00"), ("16:30", "21:00"))
)


@pytest.mark.parametrize(
    ("moment", "hours", "until"),
    [
        (at(12), (), None),
        (at(9), (), None),
        (at(8, 59), (), "09:00"),
        (at(20), (), "2026-11-26 09:00"),
        (at(12), SIESTA, None),
        (at(8, 30), SIESTA, "09:00"),
        (at(14), SIESTA, "16:30"),
        (at(20, 30), SIESTA, "2026-11-26 09:00"),
        (at(12, day=28), SIESTA, "2026-11-30 09:00"),
        (at(12), (OpeningHours(weekday=0, opens="21:00", closes="23:00"),), ""),
    ],
)
def test_calling_hours_are_narrowed_by_opening_hours(
    moment: datetime, hours: tuple[OpeningHours, ...], until: str | None
) -> None:
    assert POLICY.check_hours(moment, hours) == until


def test_all_day_and_night() -> None:
    policy = Policy(frozenset({"AR"}), calling_hours=("00:00", "24:00"))
    assert policy.check_hours(at(3, 33)) is None

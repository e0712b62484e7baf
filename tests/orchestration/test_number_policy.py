"""Which numbers are called, how often and for how much money."""

from __future__ import annotations

import re

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.reply import Limit, Refusal
from orchestration.policy import Policy, begun_minutes, comparable, writings

CUSTOMER = "whatsapp:+5491150000001"
POLICY = Policy(
    allowed_countries=frozenset({"AR", "ES", "US", "MX", "GB"}),
    own_numbers=frozenset({"+541150009999"}),
    blocked_numbers=frozenset({"+541140000109"}),
)


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


@pytest.mark.parametrize(
    ("number", "noted"),
    [
        ("+525550000101", "+5215550000101"),
        ("+5491140000109", "+541140000109"),
        ("+541140000109", "+5491140000109"),
    ],
)
def test_a_number_is_blocked_and_ours_in_all_its_writings(number: str, noted: str) -> None:
    countries = frozenset({"AR", "MX"})
    blocked = Policy(countries, blocked_numbers=frozenset({noted}))
    assert blocked.check_number(number, CUSTOMER) is Refusal.BLOCKED
    own = Policy(countries, own_numbers=frozenset({noted}))
    assert own.check_number(number, CUSTOMER) is Refusal.OWN
    assert comparable(number) == comparable(noted)
    assert {number, noted} <= set(writings(number)) == set(writings(noted))


def test_other_numbers_have_one_writing() -> None:
    assert writings("+34910000101") == ("+34910000101",)


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


@pytest.mark.parametrize(
    ("talked", "open_calls", "limit"),
    [
        (0, 0, None),
        (45, 0, None),
        (46, 0, Limit.SPEND),
        (40, 1, None),
        (41, 1, Limit.SPEND),
        (0, 9, None),
        (0, 10, Limit.SPEND),
    ],
)
def test_money_is_never_exceeded_even_if_every_call_takes_its_longest(
    talked: int, open_calls: int, limit: Limit | None
) -> None:
    """10 dollars at 20 cents are 50 minutes; a call takes 5 at most."""
    policy = Policy(frozenset({"AR"}), spend_per_day=10.0, price_per_minute=0.2)
    assert policy.check_spend(talked, open_calls, 300.0) is limit
    assert Policy(frozenset({"AR"})).check_spend(10_000, 50, 300.0) is None


def test_without_money_nobody_is_called() -> None:
    assert Policy(frozenset({"AR"}), spend_per_day=0.0).check_spend(0, 0, 1.0) is Limit.SPEND


@pytest.mark.parametrize(
    ("seconds", "minutes"), [(0.0, 0), (-1.0, 0), (0.1, 1), (60.0, 1), (60.1, 2), (300.0, 5)]
)
def test_begun_minutes_count_whole(seconds: float, minutes: int) -> None:
    assert begun_minutes(seconds) == minutes

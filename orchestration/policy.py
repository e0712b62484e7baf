"""Which numbers are called, how often and for how much money. Denied unless allowed. Pure."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberType, shortnumberinfo

from data.reply import Limit, Refusal

DAY_S = 24 * 3600.0
"""Limits "per day" look back this far."""
_LONGEST = 20
_WRITTEN = re.compile(r"\+[1-9][0-9]{5,14}", re.ASCII)
_CALLED_TYPES = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.VOIP,
    }
)
"""Everything else costs extra or is nobody's desk: premium, shared cost, personal, pager, UAN."""
_MEXICAN = re.compile(r"\+52([0-9]{10})")
_MEXICAN_MOBILE = re.compile(r"\+521([0-9]{10})")


@dataclass(frozen=True, slots=True)
class Policy:
    """The operator's rules, from the settings."""

    allowed_countries: frozenset[str]
    """ISO codes."""
    own_numbers: frozenset[str] = frozenset()
    """Our own, E.164."""
    blocked_numbers: frozenset[str] = frozenset()
    """Businesses that asked not to be called."""
    calling_hours: tuple[str, str] = ("09:00", "20:00")
    """In the business's time zone; "24:00" is the end of the day."""
    calls_per_customer_per_day: int = 10
    calls_per_business_per_day: int = 3
    spend_per_day: float | None = None
    """US dollars, or None: no limit."""
    price_per_minute: float = 0.2
    """What a minute of a call is reckoned at, in US dollars; begun minutes count whole."""

    def check_number(self, number: str, customer: str) -> str | Refusal:
        """The number as it will be shown and dialled (E.164), or why it is not.

        `number` must be in E.164 already: what is written in another way was not understood.
        `customer` is their WhatsApp address as it came.
        """
        if len(number) > _LONGEST or not _WRITTEN.fullmatch(number):
            return _refuse_short(number, self.allowed_countries)
        try:
            parsed = phonenumbers.parse(number)
        except phonenumbers.NumberParseException:
            return Refusal.INVALID
        region = phonenumbers.region_code_for_number(parsed)
        if region is None:
            # Satellite and other networks without a country are known, but have no region.
            known = phonenumbers.region_codes_for_country_code(parsed.country_code or 0)
            return Refusal.COUNTRY if set(known) == {"001"} else Refusal.INVALID
        if not phonenumbers.is_valid_number(parsed):
            return Refusal.INVALID
        if region not in self.allowed_countries:
            return Refusal.COUNTRY
        e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        national = phonenumbers.national_significant_number(parsed)
        if shortnumberinfo.is_emergency_number(national, region):
            return Refusal.EMERGENCY
        if phonenumbers.number_type(parsed) not in _CALLED_TYPES:
            return Refusal.PREMIUM
        if comparable(e164) in {comparable(each) for each in (*self.own_numbers, customer)}:
            return Refusal.OWN
        if comparable(e164) in {comparable(each) for each in self.blocked_numbers}:
            return Refusal.BLOCKED
        return e164

    def check_counts(
        self, by_customer: int, to_business: int, lines_to_business: int
    ) -> Limit | None:
        """The limit that stands in the way of one more call.

        The first two count attempts of the last DAY_S seconds, the third open ones.
        """
        if by_customer >= self.calls_per_customer_per_day:
            return Limit.CUSTOMER_DAY
        if lines_to_business > 0:
            return Limit.BUSINESS_BUSY
        if to_business >= self.calls_per_business_per_day:
            return Limit.BUSINESS_DAY
        return None

    def check_spend(
        self, minutes_talked: int, open_calls: int, longest_call_s: float
    ) -> Limit | None:
        """The limit that stands in the way of one more call, should it and every open one take
        `longest_call_s` seconds: so the day's money is never exceeded.

        `minutes_talked` are those of the calls of the last DAY_S seconds that have ended.
        """
        if self.spend_per_day is None:
            return None
        minutes = minutes_talked + (open_calls + 1) * begun_minutes(longest_call_s)
        # A hair of room: sums of prices like 0.1 are not exact.
        over = minutes * self.price_per_minute > self.spend_per_day * (1 + 1e-9)
        return Limit.SPEND if over else None


def begun_minutes(seconds: float) -> int:
    """As carriers reckon: every begun minute is a whole one."""
    return math.ceil(max(0.0, seconds) / 60)


def comparable(address: str) -> str:
    """A number or WhatsApp address without what differs between two writings of one number.

    Mexican mobiles may come as +521…, Argentine ones lack their 9 in some writings.
    """
    number = address.removeprefix("whatsapp:")
    number = _MEXICAN_MOBILE.sub(r"+52\1", number)
    return "+54" + number[4:] if number.startswith("+549") else number


def writings(number: str) -> tuple[str, ...]:
    """The ways in which an E.164 number may have been written down: those that `comparable` takes
    for one.
    """
    one = comparable(number)
    mexican = _MEXICAN.fullmatch(one)
    if mexican:
        return one, f"+521{mexican[1]}"
    return (one, "+549" + one[3:]) if one.startswith("+54") else (one,)


def _refuse_short(number: str, countries: frozenset[str]) -> Refusal:
    """Short numbers cannot be dialled in any case; emergency ones deserve their own answer."""
    digits = re.sub(r"[^0-9]", "", number[:_LONGEST])
    if 2 <= len(digits) <= 6 and any(
        shortnumberinfo.is_emergency_number(digits, country) for country in countries
    ):
        return Refusal.EMERGENCY
    return Refusal.INVALID

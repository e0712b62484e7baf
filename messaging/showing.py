"""Names and numbers as a customer reads them, and messages that fit. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

import phonenumbers

from data.place import PlaceInfo
from messaging.text import MESSAGE_LIMIT, harmless, width

NAME, SERVICE, REQUEST, WORDS = 80, 80, 200, 220
SPOKEN, QUESTION, OPTION, MOST_OPTIONS = 500, 300, 60, 10
MOST_PLACES = 10
"""How much of a text from outside is shown, in characters: what asks for an answer, at a message's
end, is then never cut off."""
LONGEST_URL = 500
"""A link is shown whole or not at all."""
_LONGEST_ADDRESS = 200
SIZES = ((50, 45), (50, 20), (50, 0), (30, 0), (15, 0), (0, 0))
"""Bounds for names and details in a list, tried until the whole list fits."""


def shown_number(e164: str) -> str:
    """Every digit of the number, grouped to be read: "+54 9 11 5555-0101"."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return harmless(e164, 40)
    grouped = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    same = re.sub(r"\D", "", grouped) == re.sub(r"\D", "", e164)
    return grouped if same else harmless(e164, 40)


def shown_called(name_or_number: str) -> str:
    """What a business is called: its name, or its number where no name is known."""
    if is_number(name_or_number):
        return shown_number(name_or_number)
    return harmless(name_or_number, NAME)


def is_number(name_or_number: str) -> bool:
    """Whether it is an E.164 number, which stands for a business whose name is not known."""
    return re.fullmatch(r"\+[0-9]{6,15}", name_or_number) is not None


def has_name(name: str) -> bool:
    """Whether anything is left of it to call a business by, other than its number."""
    return bool(harmless(name, NAME)) and not is_number(name)


def shown_who(name: str, phone: str, longest_name: int = NAME) -> str:
    """A business with its number in full: "*Ana* (+54 9 11 5555-0101)"."""
    shown = harmless(name, longest_name) if longest_name and not is_number(name) else ""
    return f"*{shown}* ({shown_number(phone)})" if shown else shown_number(phone)


def shown_address(address: str, longest: int) -> str:
    """Its first parts, as many as fit; "" where there is no room for an address."""
    whole = harmless(address, _LONGEST_ADDRESS)
    if longest < 1 or width(whole) <= longest:
        return whole if longest > 0 else ""
    parts = whole.split(", ")
    fitting = ""
    for count in range(1, len(parts)):
        begun = ", ".join(parts[:count])
        if width(begun) > longest:
            break
        fitting = begun
    return fitting or harmless(address, longest)


def shown_link(url: str) -> str:
    """One of our own links as it is, or "" when it is none that can be shown whole."""
    return url if re.fullmatch(r"https?://[\x21-\x7e]+", url) and len(url) <= LONGEST_URL else ""


def fitted(head: str, optional: Sequence[str], tail: Sequence[str]) -> str:
    """The lines as one message: of the optional ones, the last are left out until it fits."""
    kept = [line for line in optional if line]
    while True:
        text = "\n".join([head, *kept, *tail])
        if not kept or width(text) <= MESSAGE_LIMIT:
            return text
        kept.pop()


def shown_votes(place: PlaceInfo) -> str:
    """How many rated it, or "" when that is not known."""
    votes = place.rating_count or 0
    return f"{votes}" if 0 < votes < 10_000_000 else ""


def shown_rating(place: PlaceInfo) -> str:
    """ "4.5", or "" when there is none."""
    rating = place.rating
    return f"{rating:.1f}" if rating is not None and 0 < rating <= 5 else ""


def fits(text: str) -> bool:
    """Whether it can be sent as one message."""
    return width(text) <= MESSAGE_LIMIT

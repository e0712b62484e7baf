"""What Vocero can tell a customer, before it is put into words.

The conversation decides *what* to say with these; messaging/phrases.py decides *how*, in the
customer's language. A closed union: a reply without a phrase is a type error.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from data.call import CallResult
from data.errand import Preferences
from data.place import PlaceInfo


@dataclass(frozen=True, slots=True)
class HelpGiven:
    """What Vocero is and how to ask it for something; also the answer to greetings."""


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """The message made no sense to us; says what would."""


@dataclass(frozen=True, slots=True)
class TextPlease:
    """A voice note, picture or other thing that we cannot read."""


@dataclass(frozen=True, slots=True)
class WhatToSearch:
    """The customer wants a business but did not say of what kind."""


@dataclass(frozen=True, slots=True)
class ChoicesOffered:
    """A numbered list to choose from."""

    service: str
    places: tuple[PlaceInfo, ...]
    from_demo_data: bool
    """True when there is no Places key: the answer must say that these are examples."""


@dataclass(frozen=True, slots=True)
class NothingFound:
    """No business with a phone was found."""

    service: str
    location: str
    from_demo_data: bool


@dataclass(frozen=True, slots=True)
class SearchFailed:
    """The search itself did not work; the customer may send a number instead."""


@dataclass(frozen=True, slots=True)
class ChoiceNeeded:
    """An answer that fits no entry of the list."""

    count: int


@dataclass(frozen=True, slots=True)
class ConfirmationAsked:
    """The one question before dialling: exactly this number, with what is assumed."""

    business_name: str
    """"" when only the number is known."""
    phone: str
    """E.164, shown in full: the number shown is the number dialled."""
    service: str
    request: str
    preferences: Preferences
    """With nothing given, the phrase states the assumption: as soon as possible."""


class Refusal(StrEnum):
    """Why a number is not dialled."""

    INVALID = "invalid"
    COUNTRY = "country"
    PREMIUM = "premium"
    EMERGENCY = "emergency"
    OWN = "own"
    """Our own number or the customer's."""
    BLOCKED = "blocked"
    """The business asked not to be called."""


@dataclass(frozen=True, slots=True)
class NumberRefused:
    """This number is not called, and why."""

    number: str
    refusal: Refusal


class Limit(StrEnum):
    """Which limit stands in the way."""

    CUSTOMER_DAY = "customer_day"
    BUSINESS_DAY = "business_day"
    BUSINESS_BUSY = "business_busy"
    """We are already on the line with this business."""
    CALLS = "calls"
    """All our lines are in use."""
    DRAINING = "draining"
    """We are about to restart."""
    HOURS = "hours"
    """Outside the hours at which businesses are called."""


@dataclass(frozen=True, slots=True)
class OverLimit:
    """Not now, and why."""

    limit: Limit
    business_name: str
    until: str = ""
    """"HH:MM" in the business's time zone when calls are possible again, with its date in front
    ("2026-11-26 09:00") when that is another day; or ""."""


@dataclass(frozen=True, slots=True)
class CallStarted:
    """We are calling now. Progress: not sent before 3 s have passed."""

    business_name: str
    phone: str


@dataclass(frozen=True, slots=True)
class CallAnswered:
    """Somebody picked up. Progress."""

    business_name: str


@dataclass(frozen=True, slots=True)
class AlreadyCalling:
    """A new wish while a call is on: one at a time; "cancel" ends it."""

    business_name: str


@dataclass(frozen=True, slots=True)
class PassedOn:
    """What the customer wrote was given to the agent in the call."""

    business_name: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What was being prepared is dropped; nothing was dialled."""


@dataclass(frozen=True, slots=True)
class CancelUnderway:
    """The call is being ended; its result follows."""

    business_name: str


@dataclass(frozen=True, slots=True)
class NothingToCancel:
    """Nothing is going on. With a standing booking, `business_name` says with whom it stands."""

    business_name: str = ""


class NextStep(StrEnum):
    """What the result proposes."""

    NONE = "none"
    CALL_AGAIN = "call_again"
    OTHER_PLACE = "other_place"
    """There are other entries in the last list."""


@dataclass(frozen=True, slots=True)
class ResultTold:
    """The one result of a dialled call."""

    business_name: str
    phone: str
    result: CallResult
    quote: str
    """The business's own words behind the result, or ""."""
    detail: str
    """Why it failed, for a person to read, or ""."""
    next_step: NextStep


Reply = (
    HelpGiven
    | NotUnderstood
    | TextPlease
    | WhatToSearch
    | ChoicesOffered
    | NothingFound
    | SearchFailed
    | ChoiceNeeded
    | ConfirmationAsked
    | NumberRefused
    | OverLimit
    | CallStarted
    | CallAnswered
    | AlreadyCalling
    | PassedOn
    | Cancelled
    | CancelUnderway
    | NothingToCancel
    | ResultTold
)

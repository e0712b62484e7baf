"""What Vocero can tell a customer, before it is put into words.

The conversation decides *what* to say with these; messaging/phrases.py decides *how*, in the
customer's language. A closed union: a reply without a phrase is a type error.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from data.call import CallResult
from data.errand import Preferences
from data.place import Opening, PlaceInfo


@dataclass(frozen=True, slots=True)
class HelpGiven:
    """What Vocero is and how to ask it for something; also the answer to greetings."""


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """The message made no sense to us; says what would."""

    by_our_fault: bool = False
    """A defect of ours stood in the way: the same message may be written again."""


@dataclass(frozen=True, slots=True)
class Thanked:
    """The customer said thanks and nothing else."""


@dataclass(frozen=True, slots=True)
class TextPlease:
    """A picture, a document or another thing that we cannot read."""


@dataclass(frozen=True, slots=True)
class VoiceHeard:
    """A voice note read back; what is answered to it follows."""

    text: str


class VoiceTrouble(StrEnum):
    """Why a voice note was not heard."""

    EMPTY = "empty"
    """Nothing was said in it, or nothing that could be made out."""
    TOO_LONG = "too_long"
    GONE = "gone"
    """The recording could not be fetched from the carrier."""
    NOT_SOUND = "not_sound"
    """It is of a type that cannot be listened to."""
    OFF = "off"
    """This Vocero has no ears: there is no key for transcriptions."""
    FAILED = "failed"
    """The transcription does not work right now."""


@dataclass(frozen=True, slots=True)
class VoiceNotHeard:
    """A voice note that led to nothing; writing works."""

    trouble: VoiceTrouble


@dataclass(frozen=True, slots=True)
class LocationNoted:
    """A shared location while nothing is being looked for: what shall be looked for there?"""


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
    openings: tuple[Opening, ...] = ()
    """Of each place, in the same order; empty when not known."""
    location: str = ""
    """Where was searched, in the customer's words; "" for anywhere or around a shared location."""
    location_helps: bool = False
    """"Near me" was asked for and we do not know where that is: a shared location would help."""


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
    not_understood: bool = False
    """The message made no sense as an answer: that is said first, in the same message."""


@dataclass(frozen=True, slots=True)
class ConfirmationAsked:
    """The one question before dialling: exactly these numbers, with what is assumed."""

    business_name: str
    """"" when only the number is known."""
    phone: str
    """E.164, shown in full: the number shown is the number dialled."""
    service: str
    request: str
    preferences: Preferences
    """With nothing given, the phrase states the assumption: as soon as possible."""
    call_at: str = ""
    """When it would be called, on the business's clock: "" at once, "HH:MM" later today, else
    "YYYY-MM-DD HH:MM"."""
    closed: bool = False
    """Later because the business is closed now; else because it is outside calling hours, or
    because the customer wants it later."""
    others: tuple[PlaceInfo, ...] = ()
    """Businesses that a yes also allows to be called, in this order, should the first not do."""
    in_writing: bool = False
    """A spoken yes came: for a call it is needed in writing."""
    not_understood: bool = False
    """The message made no sense as an answer: that is said first, in the same message."""


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
    SPEND = "spend"
    """The money for today is used up."""


@dataclass(frozen=True, slots=True)
class OverLimit:
    """Not now, and why."""

    limit: Limit
    business_name: str
    until: str = ""
    """"HH:MM" in the business's time zone when calls are possible again, with its date in front
    ("2026-11-26 09:00") when that is another day; or ""."""


@dataclass(frozen=True, slots=True)
class CallPlanned:
    """A confirmed call is kept for later; "cancel" drops it."""

    business_name: str
    phone: str
    call_at: str
    """As in ConfirmationAsked."""


@dataclass(frozen=True, slots=True)
class AlreadyBooked:
    """This errand has its booking: nobody else is called for it."""

    business_name: str


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
class BusinessAsks:
    """The business wants to know something while it is on the line."""

    business_name: str
    question: str
    options: tuple[str, ...]
    """What may be answered, if the business named it; anything else may be written too."""
    within_s: int
    """Seconds that there are for an answer in time."""


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """The customer's answer was given to the business in time."""

    business_name: str
    answer: str


@dataclass(frozen=True, slots=True)
class AnswerLate:
    """The answer came after its time; the agent in the call was told all the same."""

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
    """What the result proposes. A yes to it confirms exactly the number that it shows."""

    NONE = "none"
    CALL_AGAIN = "call_again"
    NEXT_PLACE = "next_place"
    GOING_ON = "going_on"
    """No question: the next business is being called, as was agreed beforehand."""


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
    next_name: str = ""
    next_phone: str = ""
    """E.164 of whom the next step calls."""
    next_at: str = ""
    """When, as in ConfirmationAsked.call_at."""
    calendar_url: str = ""
    """Adds what was booked to a calendar, or ""."""
    asked: Preferences | None = None
    """What was asked for, where what was booked is something else."""
    cancelled_late: bool = False
    """The customer cancelled when it was booked already: the booking stands."""


Reply = (
    HelpGiven
    | NotUnderstood
    | Thanked
    | TextPlease
    | VoiceHeard
    | VoiceNotHeard
    | LocationNoted
    | WhatToSearch
    | ChoicesOffered
    | NothingFound
    | SearchFailed
    | ChoiceNeeded
    | ConfirmationAsked
    | NumberRefused
    | OverLimit
    | CallPlanned
    | AlreadyBooked
    | CallStarted
    | CallAnswered
    | AlreadyCalling
    | PassedOn
    | BusinessAsks
    | AnswerGiven
    | AnswerLate
    | Cancelled
    | CancelUnderway
    | NothingToCancel
    | ResultTold
)

"""What the customer asked for, in the words of the original plan."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from data.place import PlaceInfo


class IntentType(StrEnum):
    """What a message wants. Meanings are set by the contract."""

    CALL_NUMBER = "call_number"
    SEARCH_AND_CALL = "search_and_call"
    SEARCH_ONLY = "search_only"
    CONFIRM = "confirm"
    CANCEL = "cancel"
    HELP = "help"


class ParsedMessage(BaseModel):
    """What Vocero makes of one message. Everything but the intent may be missing."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    intent: IntentType
    phone_number: str | None = None
    """E.164."""
    service_type: str | None = None
    location: str | None = None
    date_preference: str | None = None
    time_preference: str | None = None
    specific_request: str | None = None
    selected_option: int | None = None
    """1-based, into the list that was last shown."""


class ConversationStatus(StrEnum):
    """Where one customer's conversation stands."""

    IDLE = "idle"
    AWAITING_SELECTION = "awaiting_selection"
    AWAITING_CONFIRMATION = "awaiting_confirmation"
    CALLING = "calling"


@dataclass(frozen=True, slots=True)
class CallPlan:
    """Which entries of a list are to be called in which order, as far as the customer said it."""

    order: tuple[int, ...] = ()
    """1-based; empty when nothing was said about more than one."""
    go_on: bool = False
    """When one cannot, the next may be called without asking again."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """When the customer wants it, as heard and, where it could be resolved, as a date and times.

    The resolved values are in the business's time zone.
    """

    date_heard: str = ""
    time_heard: str = ""
    date: str = ""
    """ISO "YYYY-MM-DD", or "" when any day will do."""
    time_from: str = ""
    """"HH:MM", or "" when any time will do."""
    time_until: str = ""
    """"HH:MM", the latest acceptable start; equals `time_from` for an exact time."""
    date_until: str = ""
    """ISO, the last day that will do; "" when `date` is the only one."""
    date_is_wish: bool = False
    """That day is preferred, another one will do."""
    time_is_wish: bool = False
    """That time is preferred, another one on an acceptable day will do."""
    professional: str = ""
    """By whom, as heard: "Ana"; "" for anybody."""
    professional_is_must: bool = False
    """Nobody else will do."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One thing to be arranged with one business on behalf of one customer."""

    errand_id: str
    customer: str
    """The WhatsApp address as it came: "whatsapp:+54911…" or a business-scoped id."""
    customer_name: str
    language: str
    """"es" or "en": the customer's."""
    business: PlaceInfo
    service: str
    """What is wanted, in the customer's words: "corte de pelo"."""
    request: str
    """Anything particular: "con Ana, si puede ser"."""
    preferences: Preferences
    others: tuple[PlaceInfo, ...] = ()
    """The businesses to try next should this one not do, best first. One booking in all."""
    go_on: bool = False
    """The customer confirmed them together: the next is called without asking again."""

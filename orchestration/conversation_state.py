"""One customer's conversation as it is remembered, and what it can order to be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError

from data.errand import ConversationStatus, Errand, ParsedMessage
from data.place import PlaceInfo
from data.reply import NextStep, Refusal, Reply
from orchestration.spoken_times import fold

_LONGEST_REQUEST = 300


class Wish(BaseModel):
    """What the customer wants, as far as they said, before a business is chosen."""

    model_config = ConfigDict(frozen=True)

    service: str = ""
    location: str = ""
    request: str = ""
    date_heard: str = ""
    time_heard: str = ""

    def with_message(self, parsed: ParsedMessage) -> Wish:
        """The wish after another message. What it names replaces what was said before; a wholly
        different service makes a new wish.
        """
        before = self
        if self.service and parsed.service_type and not alike(self.service, parsed.service_type):
            before = Wish()
        return Wish(
            service=parsed.service_type or before.service,
            location=parsed.location or before.location,
            request=joined(before.request, parsed.specific_request or ""),
            date_heard=parsed.date_preference or before.date_heard,
            time_heard=parsed.time_preference or before.time_heard,
        )


class Conversation(BaseModel):
    """Where one conversation stands. Frozen; JSON in the store."""

    model_config = ConfigDict(frozen=True)

    status: ConversationStatus = ConversationStatus.IDLE
    language: str = "es"
    wish: Wish | None = None
    """The open wish: not yet called for, not dropped."""
    options: tuple[PlaceInfo, ...] = ()
    """The list that was shown last."""
    from_demo_data: bool = False
    errand: Errand | None = None
    """What is to be confirmed, what is being called for, or what was called for last."""
    attempt_id: str = ""
    """While CALLING."""
    asked_at: float = 0.0
    """When the open question was asked; what was written before cannot answer it."""
    proposal: NextStep = NextStep.NONE
    """What the last result proposed, while IDLE."""
    tried: tuple[str, ...] = ()
    """Numbers on the list that were called already."""
    booked_with: str = ""
    """The business with which the last booking stands."""

    @property
    def untried(self) -> tuple[PlaceInfo, ...]:
        """Entries of the list that were not called yet."""
        return tuple(place for place in self.options if place.phone not in self.tried)


def conversation_from_json(text: str | None) -> Conversation:
    """The stored conversation. One that an older program wrote and we cannot read starts anew:
    nothing is dialled from it, the customer is asked again.
    """
    if text is None:
        return Conversation()
    try:
        return Conversation.model_validate_json(text)
    except ValidationError:
        return Conversation()


@dataclass(frozen=True, slots=True)
class TurnContext:
    """What a turn needs to know besides the message."""

    customer: str
    customer_name: str
    text: str
    """The customer's words."""
    received_at: float
    now: float
    """Seconds since the epoch, as `received_at`."""
    language: str
    default_zone: str
    check_number: Callable[[str], str | Refusal]
    """The number in E.164, or why it is not called."""
    errand_id: str
    """Fresh ids, should this turn need them."""
    attempt_id: str


@dataclass(frozen=True, slots=True)
class Say:
    """Tell the customer."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Search:
    """Find businesses; answered by `conversation.search_done`."""

    service: str
    location: str


@dataclass(frozen=True, slots=True)
class OrderCall:
    """Call for this errand: the number in it is the one that was confirmed.

    Refused by `conversation.dial_refused`, ended by `conversation.call_ended`.
    """

    attempt_id: str
    errand: Errand


@dataclass(frozen=True, slots=True)
class CancelCall:
    """End this call."""

    attempt_id: str


@dataclass(frozen=True, slots=True)
class TellAgent:
    """Give the agent in the call what the customer wrote; answered by `conversation.told`."""

    attempt_id: str
    text: str


Step = Say | Search | OrderCall | CancelCall | TellAgent


def alike(one: str, other: str) -> bool:
    """Whether two wordings of a service mean the same: one's words are among the other's."""
    first, second = set(fold(one).split()), set(fold(other).split())
    return first <= second or second <= first


def joined(before: str, new: str) -> str:
    """Two particular requests as one text."""
    if not new or fold(new) in fold(before):
        return before
    return (f"{before}; {new}" if before else new)[:_LONGEST_REQUEST]

"""One customer's conversation as it is remembered, and what it can order to be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError

from data.call import CallResult
from data.errand import CallPlan, ConversationStatus, Errand, ParsedMessage
from data.place import PlaceInfo
from data.reply import Refusal, Reply
from orchestration.leanings import NO_LEANINGS, Leanings
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
    leanings: Leanings = NO_LEANINGS
    go_on: bool = False
    """Should one business not do, the next may be called without asking."""

    def with_message(
        self, parsed: ParsedMessage, leanings: Leanings = NO_LEANINGS, *, go_on: bool = False
    ) -> Wish:
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
            leanings=before.leanings.then(leanings),
            go_on=before.go_on or go_on,
        )


@dataclass(frozen=True, slots=True)
class Moment:
    """When a business may be called."""

    at: float
    """Seconds since the epoch."""
    shown: str = ""
    """On the business's clock: "" for at once, "HH:MM" later today, else "YYYY-MM-DD HH:MM"."""
    closed: bool = False
    """Not at once because the business is closed; else because of the calling hours."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A confirmed call that waits for its time."""

    plan_id: str
    errand: Errand
    moment: Moment


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
    cancelled_call: str = ""
    """attempt_id of the last call that was cancelled while it was on."""
    asked_at: float = 0.0
    """When the open question was asked; what was written before cannot answer it."""
    moment: Moment | None = None
    """While AWAITING_CONFIRMATION: when a yes has it called; None for at once."""
    postponed: bool = False
    """While IDLE: the confirmed call was not possible; a yes leads to the question again."""
    tried: tuple[str, ...] = ()
    """Numbers on the list that were called already."""
    proposed: bool = False
    """While AWAITING_CONFIRMATION: a result proposed it, so thanks end the matter."""
    plans: tuple[Plan, ...] = ()
    """Confirmed calls that wait for their time, whatever else is talked about."""
    center: tuple[float, float] | None = None
    """Latitude and longitude that the customer shared."""
    booked_with: str = ""
    """The business with which the last booking stands."""

    def planned(self, plan_id: str) -> Plan | None:
        """The planned call of this id, if it is still wanted."""
        return next((plan for plan in self.plans if plan.plan_id == plan_id), None)

    def with_plan(self, plan: Plan) -> tuple[Plan, ...]:
        """The planned calls with this one, in place of an older one for the same errand."""
        others = (
            each
            for each in self.plans
            if plan.plan_id != each.plan_id and plan.errand.errand_id != each.errand.errand_id
        )
        return (*others, plan)

    def without_plan(self, plan_id: str) -> tuple[Plan, ...]:
        """The planned calls but for this one."""
        return tuple(plan for plan in self.plans if plan.plan_id != plan_id)

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
class OpenQuestion:
    """A question of the business's that the customer was asked during the call."""

    question_id: str
    question: str
    options: tuple[str, ...]
    late: bool
    """Its time is over: the agent has gone on, and is told the answer as news."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A call that is over and judged."""

    attempt_id: str
    errand: Errand
    result: CallResult
    quote: str = ""
    """The business's own words behind the result, or ""."""
    detail: str = ""
    """Why it failed, for a person to read, or ""."""
    calendar_url: str = ""
    answered: bool = False
    """Somebody or something picked up."""
    cancelled: bool = False
    """The customer or an operator had it ended."""


@dataclass(frozen=True, slots=True)
class EndContext:
    """What the end of a call needs to know besides."""

    now: float
    """Seconds since the epoch."""
    may_call: Mapping[str, Moment]
    """The numbers that may be called next, and when; a number that is not in it may not."""
    attempt_id: str
    """Fresh, should the next business be called at once."""


@dataclass(frozen=True, slots=True)
class PlanContext:
    """What a planned call's time needs to know."""

    now: float
    """Seconds since the epoch."""
    moment: Moment | None
    """When its business may be called next, by the hours alone; None when nobody knows."""
    attempt_id: str
    """Fresh, for the call."""


@dataclass(frozen=True, slots=True)
class TurnContext:
    """What a turn needs to know besides the message."""

    customer: str
    customer_name: str
    text: str
    """The customer's words."""
    spoken: bool
    """They came as a voice note: nothing is dialled on a spoken yes alone."""
    plan: CallPlan
    """What the words say about the order of calls."""
    question: OpenQuestion | None
    """What the business is waiting to hear, while CALLING."""
    received_at: float
    now: float
    """Seconds since the epoch, as `received_at`."""
    language: str
    default_zone: str
    check_number: Callable[[str], str | Refusal]
    """The number in E.164, or why it is not called."""
    call_moment: Callable[[PlaceInfo], Moment | None]
    """When this business may be called next, by the hours alone; None when nobody knows."""
    delayed: Callable[[PlaceInfo, float], Moment | None]
    """The same, but so many seconds from now at the earliest."""
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
    center: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class OrderCall:
    """Call for this errand: the number in it is the one that was confirmed.

    Refused by `conversation.dial_refused`, ended by `conversation.call_ended`.
    """

    attempt_id: str
    errand: Errand


@dataclass(frozen=True, slots=True)
class KeepPlan:
    """Keep this confirmed call for its time; told by `conversation.plan_due` then."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class DropPlan:
    """The planned call is carried out or not wanted any more."""

    plan_id: str


@dataclass(frozen=True, slots=True)
class AnswerBusiness:
    """Give the business the customer's answer; answered by `conversation.answered`."""

    attempt_id: str
    question_id: str
    answer: str


@dataclass(frozen=True, slots=True)
class CancelCall:
    """End this call."""

    attempt_id: str


@dataclass(frozen=True, slots=True)
class TellAgent:
    """Give the agent in the call what the customer wrote; answered by `conversation.told`."""

    attempt_id: str
    text: str


Step = Say | Search | OrderCall | KeepPlan | DropPlan | AnswerBusiness | CancelCall | TellAgent


def alike(one: str, other: str) -> bool:
    """Whether two wordings of a service mean the same: one's words are among the other's."""
    first, second = set(fold(one).split()), set(fold(other).split())
    return first <= second or second <= first


def joined(before: str, new: str) -> str:
    """Two particular requests as one text."""
    if not new or fold(new) in fold(before):
        return before
    return (f"{before}; {new}" if before else new)[:_LONGEST_REQUEST]

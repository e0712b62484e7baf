"""What the customer is asked, and what a result proposes. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from data.call import CallResult, OutcomeStatus
from data.errand import ConversationStatus, Errand, Preferences
from data.place import PlaceInfo
from data.reply import ChoiceNeeded, ChoicesOffered, ConfirmationAsked, NextStep, Reply
from orchestration.conversation_state import Conversation, Moment, Say, Step, Wish
from orchestration.errands import called_name
from orchestration.local_time import opening
from orchestration.near_me import is_near_me

Status = ConversationStatus


def question(state: Conversation) -> str:
    """The open question in plain words, to help whoever reads the answer; "" when none is open."""
    name = called_name(state.errand)
    if state.status is Status.AWAITING_CONFIRMATION and state.errand:
        return f"Shall I call {name} at {state.errand.business.phone}?"
    if state.status is Status.AWAITING_SELECTION:
        return "Which of the listed businesses?"
    if state.status is Status.IDLE and state.postponed:
        return f"Shall I call {name}?"
    return ""


def choices(state: Conversation) -> tuple[PlaceInfo, ...]:
    """The list that an answer may choose from; empty when none is being asked about."""
    asked = state.status in (Status.AWAITING_SELECTION, Status.AWAITING_CONFIRMATION)
    return state.options if asked or (state.status is Status.IDLE and state.postponed) else ()


def open_question(
    state: Conversation,
    now: float,
    default_zone: str,
    *,
    short: bool = False,
    in_writing: bool = False,
    not_understood: bool = False,
) -> tuple[Step, ...]:
    """The open question once more; `short` does not repeat the whole list, and neither does
    `not_understood`. `now` in seconds since the epoch, for what is open.
    """
    if state.status is Status.AWAITING_CONFIRMATION and state.errand:
        asked = _confirmation(state.errand, state.moment)
        return (Say(replace(asked, in_writing=in_writing, not_understood=not_understood)),)
    if state.status is Status.AWAITING_SELECTION:
        wish = state.wish or Wish()
        reply: Reply = ChoicesOffered(
            wish.service,
            state.options,
            state.from_demo_data,
            tuple(opening(place, now, default_zone) for place in state.options),
            location=wish.location if not is_near_me(wish.location) else "",
            location_helps=state.center is None and is_near_me(wish.location),
        )
        if short or not_understood:
            reply = ChoiceNeeded(len(state.options), not_understood)
        return (Say(reply),)
    return ()


def _confirmation(errand: Errand, moment: Moment | None) -> ConfirmationAsked:
    return ConfirmationAsked(
        business_name=errand.business.name,
        phone=errand.business.phone or "",
        service=errand.service,
        request=errand.request,
        preferences=errand.preferences,
        call_at=moment.shown if moment else "",
        closed=moment.closed if moment else False,
        others=errand.others if errand.go_on else (),
    )


# --- what comes after a result ----------------------------------------------------------------
_CLOCK = re.compile(r"[0-2][0-9]:[0-5][0-9]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def as_asked(result: CallResult, wanted: Preferences) -> bool:
    """Whether what was booked is what was asked for, as far as both are exact. A wish that was not
    met was only a wish.
    """
    if result.status is not OutcomeStatus.BOOKED:
        return True
    day, clock = result.date or "", result.time or ""
    right_day = wanted.date_is_wish or not (wanted.date and _DAY.fullmatch(day))
    right_day = right_day or wanted.date <= day <= (wanted.date_until or wanted.date)
    right_time = wanted.time_is_wish or not _CLOCK.fullmatch(clock)
    right_time = right_time or (wanted.time_from or "00:00") <= clock <= (
        wanted.time_until or "24:00"
    )
    return right_day and right_time


@dataclass(frozen=True, slots=True)
class Proposal:
    """What comes next, and with whom."""

    step: NextStep
    place: PlaceInfo | None = None
    moment: Moment | None = None


NOTHING = Proposal(NextStep.NONE)
_THE_NEXT = frozenset(
    {
        OutcomeStatus.NO_AVAILABILITY,
        OutcomeStatus.WRONG_NUMBER,
        OutcomeStatus.NO_ANSWER,
        OutcomeStatus.VOICEMAIL,
    }
)
"""This business will not do now: the next one may."""


def proposal(
    errand: Errand,
    status: OutcomeStatus,
    *,
    answered: bool,
    tried: Collection[str],
    may_call: Mapping[str, Moment],
    now: float,
) -> Proposal:
    """The rule for what follows an outcome.

    Booked or cancelled: nothing. No room, wrong number, nobody there: the next business, else (when
    nobody was there) the same once more. Busy: the same once more, the second time the next. All
    else that leaves a doubt about what was agreed: the same business, never another by itself.
    With `go_on` the next is called at once, but only when it is certain that nothing was booked.
    `tried` are the numbers called before this one.
    """
    number = errand.business.phone or ""
    others = [
        place for place in errand.others if place.phone in may_call and place.phone not in tried
    ]
    again = Proposal(NextStep.CALL_AGAIN, errand.business, may_call.get(number))
    the_next = NOTHING
    if others:
        moment = may_call[others[0].phone or ""]
        certain = status in _THE_NEXT or status is OutcomeStatus.BUSY or not answered
        at_once = errand.go_on and certain and moment.at <= now
        step = NextStep.GOING_ON if at_once else NextStep.NEXT_PLACE
        the_next = Proposal(step, others[0], moment)
    once_more = again if number in may_call else NOTHING
    match status:
        case OutcomeStatus.BOOKED | OutcomeStatus.CANCELLED:
            return NOTHING
        case OutcomeStatus.NO_AVAILABILITY | OutcomeStatus.WRONG_NUMBER:
            return the_next
        case OutcomeStatus.NO_ANSWER | OutcomeStatus.VOICEMAIL:
            return the_next if others else once_more
        case OutcomeStatus.BUSY:
            if the_next.step is NextStep.GOING_ON or (number in tried and others):
                return the_next
            return once_more if number in may_call else the_next
        case OutcomeStatus.FAILED:
            if the_next.step is NextStep.GOING_ON:
                return the_next
            return once_more if number in may_call else the_next
        case OutcomeStatus.UNCONFIRMED:
            # One follow-up call; a third would only ask the same.
            return NOTHING if number in tried else once_more
        case OutcomeStatus.CALLBACK_NEEDED | OutcomeStatus.INTERRUPTED:
            return once_more
        case _:
            assert_never(status)

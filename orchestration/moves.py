"""The moves that every part of a conversation makes: to idle, to a list, to the question. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from data.errand import ConversationStatus, Errand
from data.place import PlaceInfo
from data.reply import NumberRefused, Refusal
from orchestration.conversation_state import (
    Conversation,
    Moment,
    Say,
    Step,
    TurnContext,
    Wish,
)
from orchestration.errands import callable_ones, new_errand, wish_of
from orchestration.questions import open_question

Status = ConversationStatus
Outcome = tuple[Conversation, tuple[Step, ...]]


def moved(state: Conversation, **changes: Any) -> Conversation:
    """The state with these fields changed."""
    return state.model_copy(update=changes)


def idle(state: Conversation) -> Conversation:
    """Nothing is asked or called; a planned call and the list stay."""
    return moved(
        state,
        status=Status.IDLE,
        wish=None,
        attempt_id="",
        moment=None,
        postponed=False,
        proposed=False,
    )


def asked_again(
    state: Conversation,
    context: TurnContext,
    *,
    short: bool = False,
    not_understood: bool = False,
) -> Outcome:
    """The open question once more, in the same state."""
    steps = open_question(
        state, context.now, context.default_zone, short=short, not_understood=not_understood
    )
    return state, steps


def whole_list(state: Conversation, context: TurnContext) -> Outcome:
    """What of the list was not called yet, to choose from."""
    options = state.untried or state.options
    state = moved(
        state,
        status=Status.AWAITING_SELECTION,
        options=options,
        tried=(),
        wish=state.wish or wish_of(state.errand),
        asked_at=context.now,
        postponed=False,
    )
    return asked_again(state, context)


def asked_to_call(
    state: Conversation,
    whom: Errand | PlaceInfo,
    context: TurnContext,
    moment: Moment | None = None,
    *,
    wish: Wish | None = None,
    others: Sequence[PlaceInfo] = (),
) -> Outcome:
    """The one question before dialling, about exactly the numbers that will be dialled.

    `whom`: an errand, or a business for `wish`. `moment`: when it shall be called, should that not
    be as soon as can be.
    """
    if isinstance(whom, PlaceInfo):
        errand = new_errand(whom, wish or Wish(), context, others)
    else:
        errand = whom
    number = context.check_number(errand.business.phone or "")
    if isinstance(number, Refusal):
        refused = Say(NumberRefused(errand.business.phone or "", number))
        if state.status is Status.AWAITING_SELECTION and len(state.options) > 1:
            return state, (refused, *asked_again(state, context, short=True)[1])
        return moved(idle(state), wish=state.wish), (refused,)
    errand = replace(
        errand,
        business=errand.business.model_copy(update={"phone": number}),
        others=callable_ones(errand.others, context),
    )
    errand = replace(errand, go_on=errand.go_on and bool(errand.others))
    hours = context.call_moment(errand.business)
    if moment is None and hours is not None and hours.at > context.now:
        moment = hours
    state = moved(
        state,
        status=Status.AWAITING_CONFIRMATION,
        errand=errand,
        attempt_id="",
        asked_at=context.now,
        moment=moment,
        postponed=False,
        proposed=False,
    )
    return asked_again(state, context)

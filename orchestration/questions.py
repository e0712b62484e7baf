"""What the customer is asked, and what a result proposes. Pure."""

from __future__ import annotations

from typing import assert_never

from data.call import OutcomeStatus
from data.errand import ConversationStatus, Errand
from data.place import PlaceInfo
from data.reply import ChoiceNeeded, ChoicesOffered, ConfirmationAsked, NextStep, Reply
from orchestration.conversation_state import Conversation, Say, Step, Wish
from orchestration.errands import called_name

Status = ConversationStatus


def question(state: Conversation) -> str:
    """The open question in plain words, to help whoever reads the answer; "" when none is open."""
    name = called_name(state.errand)
    if state.status is Status.AWAITING_CONFIRMATION and state.errand:
        return f"Shall I call {name} at {state.errand.business.phone}?"
    if state.status is Status.AWAITING_SELECTION:
        return "Which of the listed businesses?"
    if state.status is Status.IDLE and state.proposal is NextStep.CALL_AGAIN:
        return f"Shall I call {name} again?"
    if state.status is Status.IDLE and state.proposal is NextStep.OTHER_PLACE:
        return "Shall I show the other businesses on the list?"
    return ""


def choices(state: Conversation) -> tuple[PlaceInfo, ...]:
    """The list that an answer may choose from; empty when none is being asked about."""
    asked = state.status in (Status.AWAITING_SELECTION, Status.AWAITING_CONFIRMATION)
    proposed = state.status is Status.IDLE and state.proposal is not NextStep.NONE
    return state.options if asked or proposed else ()


def open_question(state: Conversation, *, short: bool = False) -> tuple[Step, ...]:
    """The open question once more; `short` does not repeat the whole list."""
    if state.status is Status.AWAITING_CONFIRMATION and state.errand:
        return (Say(_confirmation(state.errand)),)
    if state.status is Status.AWAITING_SELECTION:
        reply: Reply = ChoicesOffered(
            (state.wish or Wish()).service, state.options, state.from_demo_data
        )
        return (Say(ChoiceNeeded(len(state.options)) if short else reply),)
    return ()


def _confirmation(errand: Errand) -> ConfirmationAsked:
    return ConfirmationAsked(
        business_name=errand.business.name,
        phone=errand.business.phone or "",
        service=errand.service,
        request=errand.request,
        preferences=errand.preferences,
    )


def next_step(status: OutcomeStatus, others: bool) -> NextStep:
    """What a result proposes; `others`: the list has entries that were not called."""
    match status:
        case OutcomeStatus.BOOKED | OutcomeStatus.CANCELLED:
            return NextStep.NONE
        case OutcomeStatus.NO_AVAILABILITY | OutcomeStatus.WRONG_NUMBER:
            return NextStep.OTHER_PLACE if others else NextStep.NONE
        case OutcomeStatus.VOICEMAIL:
            return NextStep.OTHER_PLACE if others else NextStep.CALL_AGAIN
        case (
            OutcomeStatus.CALLBACK_NEEDED
            | OutcomeStatus.NO_ANSWER
            | OutcomeStatus.FAILED
            | OutcomeStatus.BUSY
            | OutcomeStatus.INTERRUPTED
            | OutcomeStatus.UNCONFIRMED
        ):
            return NextStep.CALL_AGAIN
        case _:
            assert_never(status)

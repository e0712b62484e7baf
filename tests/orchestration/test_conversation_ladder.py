"""Several businesses for one errand: who is next, who is called unasked, never two bookings."""

from __future__ import annotations

import pytest

from data.call import OutcomeStatus
from data.errand import CallPlan
from data.place import PlaceInfo
from data.reply import ConfirmationAsked, NextStep, ResultTold
from orchestration.conversation_state import Moment, OrderCall
from tests.orchestration.chat import ABROAD, ANA, NOON, TILOS, Chat, Intent, Status

MORA = PlaceInfo(id="4", name="Peluquería Mora", phone="+541140000108")
ALL = CallPlan((1, 2, 3), go_on=True)


@pytest.fixture
def three(chat: Chat) -> Chat:
    """Looking at a list of three."""
    chat.hear(Intent.SEARCH_AND_CALL, service="corte", day="mañana", time="a las 5")
    chat.found(ANA, TILOS, MORA)
    return chat


@pytest.fixture
def through(three: Chat) -> Chat:
    """All three may be called one after the other, and the first one is being called."""
    (asked,) = three.hear(Intent.CONFIRM, option=1, plan=ALL)
    assert isinstance(asked, ConfirmationAsked)
    assert (asked.phone, asked.others) == (ANA.phone, (TILOS, MORA))
    assert three.hear(Intent.CONFIRM) == []
    assert three.order.errand.business == ANA
    return three


def told(chat: Chat, status: OutcomeStatus, *, answered: bool = True) -> ResultTold:
    (reply,) = chat.ended(status, answered=answered)
    assert isinstance(reply, ResultTold)
    return reply


@pytest.mark.parametrize(
    "status",
    [
        OutcomeStatus.NO_AVAILABILITY,
        OutcomeStatus.WRONG_NUMBER,
        OutcomeStatus.NO_ANSWER,
        OutcomeStatus.VOICEMAIL,
        OutcomeStatus.BUSY,
    ],
)
def test_the_next_is_called_at_once_where_that_was_agreed(
    through: Chat, status: OutcomeStatus
) -> None:
    errand_id = through.order.errand.errand_id
    result = told(through, status)
    assert (result.next_step, result.next_phone) == (NextStep.GOING_ON, TILOS.phone)
    assert through.order.errand.business == TILOS
    assert through.order.errand.errand_id == errand_id
    assert through.state.attempt_id == through.order.attempt_id
    assert told(through, status).next_phone == MORA.phone
    last = told(through, status)
    assert last.next_step is not NextStep.GOING_ON
    assert not any(isinstance(step, OrderCall) for step in through.steps)


@pytest.mark.parametrize(
    "status",
    [
        OutcomeStatus.BOOKED,
        OutcomeStatus.UNCONFIRMED,
        OutcomeStatus.INTERRUPTED,
        OutcomeStatus.CANCELLED,
        OutcomeStatus.CALLBACK_NEEDED,
        OutcomeStatus.FAILED,
    ],
)
def test_where_something_may_be_booked_nobody_else_is_called(
    through: Chat, status: OutcomeStatus
) -> None:
    result = told(through, status)
    assert result.next_step is not NextStep.GOING_ON
    assert not any(isinstance(step, OrderCall) for step in through.steps)


def test_a_call_that_never_connected_books_nothing_so_the_next_is_called(through: Chat) -> None:
    assert told(through, OutcomeStatus.FAILED, answered=False).next_step is NextStep.GOING_ON


def test_without_that_word_the_next_is_only_proposed(three: Chat) -> None:
    (asked,) = three.hear(Intent.CONFIRM, option=2)
    assert isinstance(asked, ConfirmationAsked)
    assert asked.others == ()
    three.hear(Intent.CONFIRM)
    result = told(three, OutcomeStatus.NO_ANSWER)
    assert (result.next_step, result.next_phone) == (NextStep.NEXT_PLACE, ANA.phone)
    assert three.is_in(Status.AWAITING_CONFIRMATION)
    assert not any(isinstance(step, OrderCall) for step in three.steps)
    assert three.hear(Intent.CONFIRM) == []
    assert three.order.errand.business == ANA
    assert told(three, OutcomeStatus.NO_ANSWER).next_phone == MORA.phone


def test_the_order_is_the_customers(three: Chat) -> None:
    (asked,) = three.hear(Intent.CONFIRM, option=3, plan=CallPlan((3, 1), go_on=True))
    assert isinstance(asked, ConfirmationAsked)
    assert (asked.phone, asked.others) == (MORA.phone, (ANA,))


def test_going_on_said_at_the_question_is_shown_before_it_counts(three: Chat) -> None:
    three.hear(Intent.CONFIRM, option=1)
    (again,) = three.hear(Intent.CONFIRM, plan=CallPlan(go_on=True))
    assert isinstance(again, ConfirmationAsked) and again.others == (TILOS, MORA)
    three.hear(Intent.CONFIRM)
    assert three.order.errand.go_on


def test_going_on_said_with_the_wish_is_remembered(chat: Chat) -> None:
    chat.hear(Intent.SEARCH_AND_CALL, service="corte", plan=CallPlan(go_on=True))
    chat.found(ANA, TILOS)
    (asked,) = chat.hear(Intent.CONFIRM, option=1)
    assert isinstance(asked, ConfirmationAsked) and asked.others == (TILOS,)


def test_numbers_that_may_not_be_called_are_left_out_of_what_is_agreed(chat: Chat) -> None:
    chat.hear(Intent.SEARCH_AND_CALL, service="corte")
    chat.found(ANA, ABROAD, TILOS)
    (asked,) = chat.hear(Intent.CONFIRM, option=1, plan=ALL)
    assert isinstance(asked, ConfirmationAsked) and asked.others == (TILOS,)


def test_who_is_over_a_limit_is_passed_over(through: Chat) -> None:
    through.blocked.add(TILOS.phone or "")
    assert told(through, OutcomeStatus.NO_ANSWER).next_phone == MORA.phone


def test_who_is_closed_now_is_proposed_for_when_it_opens(through: Chat) -> None:
    through.hours[TILOS.phone or ""] = Moment(NOON + 9000, "14:30", closed=True)
    result = told(through, OutcomeStatus.NO_ANSWER)
    assert (result.next_step, result.next_at) == (NextStep.NEXT_PLACE, "14:30")
    assert not any(isinstance(step, OrderCall) for step in through.steps)


def test_a_busy_line_is_tried_again_once_before_the_next(three: Chat) -> None:
    three.hear(Intent.CONFIRM, option=1)
    three.hear(Intent.CONFIRM)
    assert told(three, OutcomeStatus.BUSY).next_step is NextStep.CALL_AGAIN
    three.hear(Intent.CONFIRM)
    result = told(three, OutcomeStatus.BUSY)
    assert (result.next_step, result.next_phone) == (NextStep.NEXT_PLACE, TILOS.phone)


def test_nothing_is_proposed_that_may_not_be_called(three: Chat) -> None:
    three.hear(Intent.CONFIRM, option=1)
    three.hear(Intent.CONFIRM)
    three.blocked |= {ANA.phone or "", TILOS.phone or "", MORA.phone or ""}
    assert told(three, OutcomeStatus.BUSY).next_step is NextStep.NONE
    assert three.is_in(Status.IDLE)

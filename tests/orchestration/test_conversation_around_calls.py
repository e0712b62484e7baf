"""The conversation during a call and after its result, and whatever may happen in any order."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.call import CallResult, OutcomeStatus
from data.errand import IntentType, ParsedMessage
from data.reply import (
    AlreadyCalling,
    Cancelled,
    CancelUnderway,
    ChoicesOffered,
    ConfirmationAsked,
    Limit,
    NextStep,
    NothingToCancel,
    NotUnderstood,
    NumberRefused,
    OverLimit,
    PassedOn,
    Refusal,
    ResultTold,
)
from orchestration import conversation
from orchestration.conversation_state import (
    CancelCall,
    Conversation,
    OrderCall,
    TellAgent,
    conversation_from_json,
)
from orchestration.questions import question
from tests.orchestration.chat import (
    ABROAD,
    ANA,
    CUSTOMER,
    POLICY,
    TILOS,
    Chat,
    Intent,
    Status,
)


def test_during_a_call(calling: Chat) -> None:
    attempt = calling.state.attempt_id
    assert calling.hear(Intent.CONFIRM) == [AlreadyCalling(ANA.name)]
    assert calling.hear(Intent.SEARCH_AND_CALL, service="plomero") == [AlreadyCalling(ANA.name)]
    assert calling.hear(Intent.CALL_NUMBER, number="+541140000107") == [AlreadyCalling(ANA.name)]
    assert calling.hear(Intent.HELP, text="preguntá si hay wifi") == []
    assert calling.steps == (TellAgent(attempt, "preguntá si hay wifi"),)
    assert calling.keep(conversation.told(calling.state, True)) == [PassedOn(ANA.name)]
    assert calling.keep(conversation.told(calling.state, False)) == [AlreadyCalling(ANA.name)]
    assert calling.hear(Intent.SEARCH_AND_CALL, time="mejor a las 6", text="mejor a las 6") == []
    assert calling.steps == (TellAgent(attempt, "mejor a las 6"),)
    assert calling.hear(Intent.CANCEL) == [CancelUnderway(ANA.name)]
    assert calling.did(CancelCall(attempt))
    assert calling.state.status is Status.CALLING


@pytest.mark.parametrize("text", ["sí", "Ok!", "dale"])
def test_a_second_yes_during_the_call_never_reaches_the_agent(calling: Chat, text: str) -> None:
    (reply,) = calling.hear(Intent.HELP, text=text)
    assert isinstance(reply, AlreadyCalling)
    assert not any(isinstance(step, TellAgent) for step in calling.steps)


def test_a_booking_stands(calling: Chat) -> None:
    (told,) = calling.ended(OutcomeStatus.BOOKED)
    assert isinstance(told, ResultTold)
    assert (told.next_step, told.phone) == (NextStep.NONE, ANA.phone)
    assert calling.hear(Intent.CANCEL) == [NothingToCancel(ANA.name)]
    assert calling.hear(Intent.CONFIRM) == [NotUnderstood()]


def test_calling_again_is_confirmed_again(calling: Chat) -> None:
    (told,) = calling.ended(OutcomeStatus.BUSY)
    assert isinstance(told, ResultTold) and told.next_step is NextStep.CALL_AGAIN
    first = calling.state.errand
    (again,) = calling.hear(Intent.CONFIRM)
    assert isinstance(again, ConfirmationAsked) and again.phone == ANA.phone
    assert calling.state.errand != first
    calling.hear(Intent.CONFIRM)
    assert calling.order.errand.business == ANA


def test_no_to_a_proposal(calling: Chat) -> None:
    calling.ended(OutcomeStatus.BUSY)
    assert calling.hear(Intent.CANCEL) == [Cancelled()]
    assert calling.hear(Intent.CONFIRM) == [NotUnderstood()]


def test_another_time_instead_of_a_yes_to_a_proposal(calling: Chat) -> None:
    calling.ended(OutcomeStatus.UNCONFIRMED)
    (again,) = calling.hear(Intent.SEARCH_AND_CALL, time="a las 6")
    assert isinstance(again, ConfirmationAsked) and again.preferences.time_from == "18:00"


def test_another_place_is_proposed_by_its_number_or_by_yes(calling: Chat) -> None:
    (told,) = calling.ended(OutcomeStatus.NO_AVAILABILITY)
    assert isinstance(told, ResultTold) and told.next_step is NextStep.OTHER_PLACE
    before = calling.state
    (chosen,) = calling.hear(Intent.CONFIRM, option=2)
    assert isinstance(chosen, ConfirmationAsked) and chosen.phone == TILOS.phone
    assert chosen.preferences.time_from == "17:00"
    calling.state = before
    (offered,) = calling.hear(Intent.CONFIRM)
    assert isinstance(offered, ChoicesOffered) and offered.places == (TILOS,)
    (question_then,) = calling.hear(Intent.CONFIRM, option=1)
    assert isinstance(question_then, ConfirmationAsked) and question_then.phone == TILOS.phone


@pytest.mark.parametrize("status", list(OutcomeStatus))
def test_every_outcome_proposes_something_sensible(calling: Chat, status: OutcomeStatus) -> None:
    (told,) = calling.ended(status)
    assert isinstance(told, ResultTold)
    assert calling.state.status is Status.IDLE
    assert bool(question(calling.state)) is (told.next_step is not NextStep.NONE)


def test_a_result_of_an_older_call_leaves_the_conversation_alone(calling: Chat) -> None:
    older = calling.state.errand
    assert older is not None
    outcome = conversation.call_ended(
        calling.state, "another", older, CallResult(status=OutcomeStatus.INTERRUPTED), "", ""
    )
    before = calling.state
    (told,) = calling.keep(outcome)
    assert isinstance(told, ResultTold)
    assert calling.state == before


def test_a_refused_dial_leads_back_to_the_question(calling: Chat) -> None:
    reply = OverLimit(Limit.HOURS, ANA.name, "09:00")
    assert calling.keep(conversation.dial_refused(calling.state, reply)) == [reply]
    assert calling.state.status is Status.IDLE
    (again,) = calling.hear(Intent.CONFIRM)
    assert isinstance(again, ConfirmationAsked)


def test_state_of_an_unknown_form_starts_anew() -> None:
    assert conversation_from_json('{"status": "flying"}') == Conversation()
    assert conversation_from_json(None) == Conversation()


MESSAGES = st.builds(
    ParsedMessage,
    intent=st.sampled_from(IntentType),
    phone_number=st.sampled_from(
        [None, None, "+541140000101", "+541140000107", "+34803123456", "911", "+5491150000001"]
    ),
    service_type=st.sampled_from([None, "corte", "plomero"]),
    location=st.sampled_from([None, None, "Palermo"]),
    date_preference=st.sampled_from([None, "mañana", "nunca"]),
    time_preference=st.sampled_from([None, "a las 5"]),
    specific_request=st.sampled_from([None, "con Ana"]),
    selected_option=st.sampled_from([None, None, 1, 2, 9, -1, 0]),
)
EVENTS = st.one_of(
    MESSAGES,
    MESSAGES,
    st.sampled_from(["found", "found one", "failed", "ended", "refused", "dropped"]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(EVENTS, max_size=14))
def test_nothing_is_dialled_without_a_yes_to_exactly_that_number(
    events: list[ParsedMessage | str],
) -> None:
    chat, shown = Chat(), ""
    for event in events:
        chat.now += 10
        if isinstance(event, ParsedMessage):
            replies = chat.keep(conversation.heard(chat.state, event, chat.context()))
            for step in chat.steps:
                if isinstance(step, OrderCall):
                    assert event.intent is Intent.CONFIRM
                    assert step.errand.business.phone == shown
                    assert POLICY.check_number(shown, CUSTOMER) == shown
        elif event == "found":
            replies = chat.found(ANA, TILOS, ABROAD)
        elif event == "found one":
            replies = chat.found(ANA)
        elif event == "failed":
            replies = chat.keep(conversation.search_done(chat.state, None, chat.context()))
        elif chat.state.status is not Status.CALLING:
            continue
        elif event == "ended":
            replies = chat.ended(OutcomeStatus.NO_AVAILABILITY)
        elif event == "dropped":
            replies = chat.keep(conversation.dial_dropped(chat.state))
        else:
            refused = NumberRefused("+541140000101", Refusal.BLOCKED)
            replies = chat.keep(conversation.dial_refused(chat.state, refused))
        questions = [each.phone for each in replies if isinstance(each, ConfirmationAsked)]
        shown = questions[-1] if questions else ""
        assert chat.state.status is not Status.CALLING or chat.state.attempt_id

"""The conversation during a call and after its result, and whatever may happen in any order."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.call import OutcomeStatus
from data.errand import CallPlan, IntentType, ParsedMessage
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
    Thanked,
)
from orchestration import conversation
from orchestration.conversation_state import (
    CancelCall,
    Conversation,
    KeepPlan,
    Moment,
    OrderCall,
    PlanContext,
    TellAgent,
    conversation_from_json,
)
from orchestration.questions import question
from tests.orchestration.chat import (
    ABROAD,
    ANA,
    CUSTOMER,
    NO_PLAN,
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


def test_one_yes_to_a_proposal_calls_the_number_that_it_showed(calling: Chat) -> None:
    errand_id = calling.order.errand.errand_id
    (told,) = calling.ended(OutcomeStatus.BUSY)
    assert isinstance(told, ResultTold)
    assert (told.next_step, told.next_phone) == (NextStep.CALL_AGAIN, ANA.phone)
    assert calling.hear(Intent.CONFIRM) == []
    assert calling.order.errand.business == ANA
    assert calling.order.errand.errand_id == errand_id


def test_a_yes_from_before_the_result_calls_nobody(calling: Chat) -> None:
    calling.ended(OutcomeStatus.BUSY)
    (again,) = calling.hear(Intent.CONFIRM, written_at=calling.state.asked_at - 1)
    assert isinstance(again, ConfirmationAsked)


def test_a_yes_to_an_old_proposal_is_asked_again(calling: Chat) -> None:
    calling.ended(OutcomeStatus.BUSY)
    calling.now += 13 * 3600
    (again,) = calling.hear(Intent.CONFIRM)
    assert isinstance(again, ConfirmationAsked)
    assert calling.hear(Intent.CONFIRM) == [] and calling.order.errand.business == ANA


def test_no_to_a_proposal(calling: Chat) -> None:
    calling.ended(OutcomeStatus.BUSY)
    assert calling.hear(Intent.CANCEL) == [Cancelled()]
    assert calling.hear(Intent.CONFIRM) == [NotUnderstood()]


def test_thanks_for_a_result_end_the_matter(calling: Chat) -> None:
    calling.ended(OutcomeStatus.BUSY)
    assert calling.hear(Intent.CONFIRM, text="Ok, muchas gracias!") == [Thanked()]
    calling.hear(Intent.CONFIRM, text="ok")
    assert calling.state.status is Status.IDLE
    assert not any(isinstance(step, OrderCall) for step in calling.steps)


def test_thanks_at_a_question_of_the_customers_own_leave_it_open(asked: Chat) -> None:
    assert asked.hear(Intent.HELP, text="gracias") == [Thanked()]
    assert asked.hear(Intent.CONFIRM) == [] and asked.order.errand.business == ANA


def test_what_may_be_booked_is_asked_about_once_more_and_not_booked_again(calling: Chat) -> None:
    (told,) = calling.ended(OutcomeStatus.UNCONFIRMED)
    assert isinstance(told, ResultTold) and told.next_step is NextStep.CALL_AGAIN
    calling.hear(Intent.CONFIRM)
    assert "solo confirmar" in calling.order.errand.request
    (told,) = calling.ended(OutcomeStatus.UNCONFIRMED)
    assert isinstance(told, ResultTold) and told.next_step is NextStep.NONE


def test_details_given_at_the_question_belong_to_it(chat: Chat) -> None:
    chat.hear(Intent.CALL_NUMBER, number="+541140000107")
    (again,) = chat.hear(
        Intent.SEARCH_AND_CALL, service="corte de pelo", text="y pedí turno para un corte de pelo"
    )
    assert isinstance(again, ConfirmationAsked)
    assert (again.phone, again.service) == ("+541140000107", "corte de pelo")
    (again,) = chat.hear(Intent.SEARCH_AND_CALL, where="terraza", text="y que sea en terraza")
    assert isinstance(again, ConfirmationAsked)
    assert (again.phone, again.request) == ("+541140000107", "que sea en terraza")


@pytest.mark.parametrize("text", ["gracias!", "jaja buenísimo"])
def test_small_talk_is_not_for_the_business(calling: Chat, text: str) -> None:
    assert calling.hear(Intent.HELP, text=text) == [Thanked()]


def test_another_time_instead_of_a_yes_to_a_proposal(calling: Chat) -> None:
    calling.ended(OutcomeStatus.UNCONFIRMED)
    (again,) = calling.hear(Intent.SEARCH_AND_CALL, time="a las 6")
    assert isinstance(again, ConfirmationAsked) and again.preferences.time_from == "18:00"


def test_the_next_place_is_called_by_yes_or_chosen_by_its_number(calling: Chat) -> None:
    (told,) = calling.ended(OutcomeStatus.NO_AVAILABILITY)
    assert isinstance(told, ResultTold)
    assert (told.next_step, told.next_phone) == (NextStep.NEXT_PLACE, TILOS.phone)
    before = calling.state
    (chosen,) = calling.hear(Intent.CONFIRM, option=2)
    assert isinstance(chosen, ConfirmationAsked) and chosen.phone == TILOS.phone
    assert chosen.preferences.time_from == "17:00"
    calling.state = before
    (offered,) = calling.hear(Intent.HELP, text="ver la lista")
    assert isinstance(offered, ChoicesOffered) and offered.places == (TILOS,)
    calling.state = before
    assert calling.hear(Intent.CONFIRM) == []
    assert calling.order.errand.business == TILOS
    assert calling.order.errand.preferences.time_from == "17:00"


@pytest.mark.parametrize("status", list(OutcomeStatus))
def test_every_outcome_proposes_something_sensible(calling: Chat, status: OutcomeStatus) -> None:
    (told,) = calling.ended(status)
    assert isinstance(told, ResultTold)
    proposes = told.next_step is not NextStep.NONE
    assert calling.state.status is (Status.AWAITING_CONFIRMATION if proposes else Status.IDLE)
    assert bool(question(calling.state)) is proposes
    assert bool(told.next_phone) is proposes


def test_a_result_of_an_older_call_leaves_the_conversation_alone(calling: Chat) -> None:
    before = calling.state
    (told,) = calling.ended(OutcomeStatus.INTERRUPTED, attempt_id="another")
    assert isinstance(told, ResultTold) and told.next_step is NextStep.NONE
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
YES = ParsedMessage(intent=IntentType.CONFIRM)
EVENTS = st.one_of(
    MESSAGES,
    MESSAGES,
    st.just(YES),
    st.sampled_from(["found", "found one", "failed", "ended", "busy", "refused", "dropped", "due"]),
)
PLANS = st.sampled_from([NO_PLAN, NO_PLAN, CallPlan(go_on=True), CallPlan((2, 1), go_on=True)])


class Watched:
    """A chat that checks every order to call against what the customer was shown and said."""

    def __init__(self) -> None:
        self.chat = Chat()
        self.shown: tuple[str, ...] = ()
        """The numbers of the question that is open, in the order in which they would be called."""
        self.agreed: tuple[str, ...] = ()
        """The numbers of the question that was answered with yes for the call that is on or was
        on last, not yet called."""
        self.planned: tuple[str, ...] = ()
        """The same for the call that is kept for later."""

    def happens(self, event: ParsedMessage | str, plan: CallPlan) -> None:
        chat = self.chat
        chat.now += 10
        if isinstance(event, ParsedMessage):
            replies = chat.keep(conversation.heard(chat.state, event, chat.context(plan=plan)))
        elif event == "found":
            replies = chat.found(ANA, TILOS, ABROAD)
        elif event == "found one":
            replies = chat.found(ANA)
        elif event == "failed":
            replies = chat.keep(conversation.search_done(chat.state, None, chat.context()))
        elif event == "due":
            plan_id = chat.state.plans[0].plan_id if chat.state.plans else "none"
            context = PlanContext(chat.now, Moment(chat.now), f"due-{chat.now}")
            replies = chat.keep(conversation.plan_due(chat.state, plan_id, context))
        elif chat.state.status is not Status.CALLING:
            return
        elif event in ("ended", "busy"):
            outcome = OutcomeStatus.BUSY if event == "busy" else OutcomeStatus.NO_AVAILABILITY
            replies = chat.ended(outcome)
        elif event == "dropped":
            replies = chat.keep(conversation.dial_dropped(chat.state))
        else:
            refused = NumberRefused("+541140000101", Refusal.BLOCKED)
            replies = chat.keep(conversation.dial_refused(chat.state, refused))
        if isinstance(event, ParsedMessage) and event.intent is Intent.CONFIRM:
            if any(isinstance(step, OrderCall) for step in chat.steps):
                self.agreed = self.shown
            if any(isinstance(step, KeepPlan) for step in chat.steps):
                self.planned = self.shown
        elif event == "due" and any(isinstance(step, OrderCall) for step in chat.steps):
            self.agreed, self.planned = self.planned, ()
        for step in chat.steps:
            if isinstance(step, OrderCall):
                number = step.errand.business.phone or ""
                assert number in self.agreed, (event, number, self.agreed)
                self.agreed = self.agreed[self.agreed.index(number) + 1 :]
                assert POLICY.check_number(number, CUSTOMER) == number
        for reply in replies:
            if isinstance(reply, ConfirmationAsked):
                self.shown = (reply.phone, *(place.phone or "" for place in reply.others))
            elif isinstance(reply, ResultTold):
                asks = reply.next_step in (NextStep.CALL_AGAIN, NextStep.NEXT_PLACE)
                self.shown = (reply.next_phone,) if asks else ()
        assert chat.state.status is not Status.CALLING or chat.state.attempt_id


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(EVENTS, PLANS), max_size=16))
def test_nothing_is_dialled_without_a_yes_to_exactly_that_number(
    events: list[tuple[ParsedMessage | str, CallPlan]],
) -> None:
    watched = Watched()
    for event, plan in events:
        watched.happens(event, plan)


@pytest.mark.parametrize("seed", range(20))
def test_long_conversations_dial_nothing_unasked(seed: int) -> None:
    chance, watched = random.Random(seed), Watched()
    for _ in range(400):
        said = [
            YES,
            YES,
            YES.model_copy(update={"selected_option": chance.choice([1, 2, 3])}),
            ParsedMessage(intent=Intent.SEARCH_AND_CALL, service_type="corte"),
            ParsedMessage(intent=Intent.CALL_NUMBER, phone_number="+541140000107"),
            ParsedMessage(intent=Intent.SEARCH_AND_CALL, time_preference="a las 6"),
            ParsedMessage(intent=Intent.CANCEL),
        ]
        events = ["found", "ended", "busy", "refused", "dropped", "due"]
        event: ParsedMessage | str
        event = chance.choice(said) if chance.random() < 0.5 else chance.choice(events)
        if chance.random() < 0.1:
            closed = Moment(watched.chat.now + 40, "later", closed=True)
            watched.chat.hours[chance.choice([ANA, TILOS]).phone or ""] = closed
        plan = chance.choice([NO_PLAN, NO_PLAN, CallPlan(go_on=True), CallPlan((2, 1), True)])
        watched.happens(event, plan)

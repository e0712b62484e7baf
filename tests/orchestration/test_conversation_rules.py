"""The conversation as a machine: what is asked, what counts as a yes, what is dialled."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.call import CallResult, OutcomeStatus
from data.errand import ConversationStatus, IntentType, ParsedMessage
from data.place import PlaceInfo
from data.reply import (
    AlreadyCalling,
    Cancelled,
    CancelUnderway,
    ChoiceNeeded,
    ChoicesOffered,
    ConfirmationAsked,
    HelpGiven,
    Limit,
    NextStep,
    NothingFound,
    NothingToCancel,
    NotUnderstood,
    NumberRefused,
    OverLimit,
    PassedOn,
    Refusal,
    Reply,
    ResultTold,
    SearchFailed,
    WhatToSearch,
)
from orchestration import conversation
from orchestration.conversation_state import (
    CancelCall,
    Conversation,
    OrderCall,
    Say,
    Search,
    Step,
    TellAgent,
    TurnContext,
    conversation_from_json,
)
from orchestration.policy import Policy
from orchestration.ports import Found
from orchestration.questions import question

Intent = IntentType
Status = ConversationStatus
CUSTOMER = "whatsapp:+5491150000001"
ANA = PlaceInfo(id="1", name="Peluquería Ana", phone="+541140000101")
TILOS = PlaceInfo(id="2", name="Peluquería Los Tilos", phone="+541140000102")
ABROAD = PlaceInfo(id="3", name="Lola", phone="+34910000101")
POLICY = Policy(frozenset({"AR"}))
NOON = 1_795_618_800.0
"""2026-11-25 12:00 in Buenos Aires."""


@dataclass
class Chat:
    """A customer in front of the machine; every message goes through the store's JSON."""

    state: Conversation = field(default_factory=Conversation)
    steps: tuple[Step, ...] = ()
    now: float = NOON
    turns: int = 0

    def context(self, text: str = "…", *, written_at: float | None = None) -> TurnContext:
        self.turns += 1
        return TurnContext(
            customer=CUSTOMER,
            customer_name="Lu",
            text=text,
            received_at=self.now if written_at is None else written_at,
            now=self.now,
            language="es",
            default_zone="America/Argentina/Buenos_Aires",
            check_number=lambda number: POLICY.check_number(number, CUSTOMER),
            errand_id=f"errand-{self.turns}",
            attempt_id=f"attempt-{self.turns}",
        )

    def keep(self, outcome: conversation.Outcome) -> list[Reply]:
        state, self.steps = outcome
        self.state = conversation_from_json(state.model_dump_json())
        assert self.state == state
        return [step.reply for step in self.steps if isinstance(step, Say)]

    def hear(
        self,
        intent: IntentType,
        number: str | None = None,
        service: str | None = None,
        where: str | None = None,
        day: str | None = None,
        time: str | None = None,
        request: str | None = None,
        option: int | None = None,
        *,
        text: str = "…",
        written_at: float | None = None,
    ) -> list[Reply]:
        self.now += 10
        parsed = ParsedMessage(
            intent=intent,
            phone_number=number,
            service_type=service,
            location=where,
            date_preference=day,
            time_preference=time,
            specific_request=request,
            selected_option=option,
        )
        context = self.context(text, written_at=written_at)
        return self.keep(conversation.heard(self.state, parsed, context))

    def found(self, *places: PlaceInfo, demo: bool = False) -> list[Reply]:
        return self.keep(conversation.search_done(self.state, Found(places, demo), self.context()))

    def ended(self, status: OutcomeStatus) -> list[Reply]:
        assert self.state.errand is not None
        return self.keep(
            conversation.call_ended(
                self.state,
                self.state.attempt_id,
                self.state.errand,
                CallResult(status=status),
                "",
                "",
            )
        )

    def is_in(self, status: ConversationStatus) -> bool:
        return self.state.status is status

    def did(self, step: Step) -> bool:
        return step in self.steps

    @property
    def order(self) -> OrderCall:
        (order,) = [step for step in self.steps if isinstance(step, OrderCall)]
        return order


@pytest.fixture
def chat() -> Chat:
    return Chat()


@pytest.fixture
def listed(chat: Chat) -> Chat:
    """Looking at a list of two."""
    chat.hear(
        Intent.SEARCH_AND_CALL, service="corte", where="Palermo", day="mañana", time="a las 5"
    )
    assert chat.steps == (Search("corte", "Palermo"),)
    (offered,) = chat.found(ANA, TILOS, demo=True)
    assert offered == ChoicesOffered("corte", (ANA, TILOS), True)
    return chat


@pytest.fixture
def asked(listed: Chat) -> Chat:
    """Asked whether Ana is to be called."""
    (reply,) = listed.hear(Intent.CONFIRM, option=1)
    assert isinstance(reply, ConfirmationAsked)
    assert (reply.business_name, reply.phone) == (ANA.name, ANA.phone)
    assert (reply.preferences.date, reply.preferences.time_from) == ("2026-11-26", "17:00")
    return listed


@pytest.fixture
def calling(asked: Chat) -> Chat:
    """Ana is being called."""
    assert asked.hear(Intent.CONFIRM) == []
    return asked


def test_a_number_needs_nothing_else_but_one_yes(chat: Chat) -> None:
    (reply,) = chat.hear(Intent.CALL_NUMBER, number="+541140000107")
    assert isinstance(reply, ConfirmationAsked)
    assert (reply.phone, reply.business_name, reply.preferences.date) == ("+541140000107", "", "")
    assert chat.is_in(Status.AWAITING_CONFIRMATION)
    chat.hear(Intent.CONFIRM)
    assert chat.order.errand.business.phone == "+541140000107"
    assert chat.order.errand.customer == CUSTOMER
    assert chat.is_in(Status.CALLING)
    assert chat.state.attempt_id == chat.order.attempt_id


def test_the_number_confirmed_is_the_number_ordered(calling: Chat) -> None:
    errand = calling.order.errand
    assert errand.business == ANA
    assert (errand.service, errand.customer_name) == ("corte", "Lu")
    assert errand.preferences.time_until == "17:00"


@pytest.mark.parametrize("service", [None, "x"])
def test_a_yes_to_nothing_dials_nothing(chat: Chat, service: str | None) -> None:
    assert chat.hear(Intent.CONFIRM, service=service) == [NotUnderstood()]
    assert chat.hear(Intent.CONFIRM, option=2) == [NotUnderstood()]
    assert chat.state.status is Status.IDLE


def test_a_yes_written_before_the_question_does_not_count(asked: Chat) -> None:
    (again,) = asked.hear(Intent.CONFIRM, written_at=asked.state.asked_at - 0.1)
    assert isinstance(again, ConfirmationAsked)
    assert asked.state.status is Status.AWAITING_CONFIRMATION


def test_a_yes_with_another_time_asks_again(asked: Chat) -> None:
    (again,) = asked.hear(Intent.CONFIRM, time="a las 6")
    assert isinstance(again, ConfirmationAsked)
    assert (again.preferences.date, again.preferences.time_from) == ("2026-11-26", "18:00")
    asked.hear(Intent.CONFIRM)
    assert asked.order.errand.preferences.time_from == "18:00"


def test_a_yes_that_repeats_the_time_is_a_yes(asked: Chat) -> None:
    asked.hear(Intent.CONFIRM, day="mañana", time="a las cinco de la tarde")
    assert asked.order.errand.business == ANA


def test_a_yes_with_another_number_asks_about_that_number(asked: Chat) -> None:
    (again,) = asked.hear(Intent.CONFIRM, number="+541140000107")
    assert isinstance(again, ConfirmationAsked) and again.phone == "+541140000107"
    assert again.service == "corte"


@pytest.mark.parametrize("intent", [Intent.SEARCH_AND_CALL, Intent.CALL_NUMBER])
def test_preferences_change_what_is_pending(asked: Chat, intent: IntentType) -> None:
    (again,) = asked.hear(intent, time="mejor a las 6", request="con Ana")
    assert isinstance(again, ConfirmationAsked)
    assert again.preferences.time_from == "18:00"
    assert (again.request, again.service) == ("con Ana", "corte")
    (again,) = asked.hear(intent, request="que tenga estacionamiento")
    assert isinstance(again, ConfirmationAsked)
    assert again.request == "con Ana; que tenga estacionamiento"


def test_choosing_otherwise_before_the_yes(asked: Chat) -> None:
    (again,) = asked.hear(Intent.CONFIRM, option=2)
    assert isinstance(again, ConfirmationAsked) and again.phone == TILOS.phone
    (same,) = asked.hear(Intent.CONFIRM, option=7)
    assert same == again
    assert asked.hear(Intent.SEARCH_AND_CALL) == [again]


def test_a_new_wish_replaces_what_was_pending(asked: Chat) -> None:
    assert asked.hear(Intent.SEARCH_ONLY, service="plomero") == []
    assert asked.steps == (Search("plomero", ""),)
    assert asked.hear(Intent.CONFIRM) == [NotUnderstood()]
    (offered,) = asked.found(TILOS)
    assert isinstance(offered, ChoicesOffered) and offered.service == "plomero"
    (question_again,) = asked.hear(Intent.CONFIRM, option=1)
    assert isinstance(question_again, ConfirmationAsked)
    assert question_again.preferences.date == ""


def test_the_same_wish_elsewhere_searches_again(asked: Chat) -> None:
    asked.hear(Intent.SEARCH_AND_CALL, where="Belgrano")
    assert asked.steps == (Search("corte", "Belgrano"),)


def test_no_drops_what_was_pending(asked: Chat, listed: Chat) -> None:
    assert asked.hear(Intent.CANCEL) == [Cancelled()]
    assert asked.hear(Intent.CONFIRM) == [NotUnderstood()]
    assert asked.hear(Intent.CANCEL) == [NothingToCancel("")]


def test_answers_to_a_list(listed: Chat) -> None:
    assert listed.hear(Intent.CONFIRM, option=3) == [ChoiceNeeded(2)]
    assert listed.hear(Intent.CONFIRM) == [ChoiceNeeded(2)]
    assert listed.hear(Intent.HELP, text="eh?") == [NotUnderstood(), listed_again(listed)]
    (offered,) = listed.hear(Intent.SEARCH_AND_CALL, time="a las 6")
    assert isinstance(offered, ChoicesOffered)
    (question_then,) = listed.hear(Intent.CONFIRM, option=2)
    assert isinstance(question_then, ConfirmationAsked)
    assert question_then.preferences.time_from == "18:00"


def listed_again(chat: Chat) -> ChoicesOffered:
    return ChoicesOffered("corte", chat.state.options, True)


def test_a_yes_to_a_list_of_one_chooses_it_but_does_not_dial(chat: Chat) -> None:
    chat.hear(Intent.SEARCH_AND_CALL, service="corte")
    chat.found(ANA)
    assert question(chat.state)
    (reply,) = chat.hear(Intent.CONFIRM)
    assert isinstance(reply, ConfirmationAsked)


def test_a_list_entry_that_may_not_be_called(chat: Chat) -> None:
    chat.hear(Intent.SEARCH_AND_CALL, service="corte")
    chat.found(ABROAD, ANA)
    replies = chat.hear(Intent.CONFIRM, option=1)
    assert replies == [NumberRefused("+34910000101", Refusal.COUNTRY), ChoiceNeeded(2)]
    assert chat.state.status is Status.AWAITING_SELECTION


def test_a_refused_number_leaves_nothing_to_confirm(asked: Chat) -> None:
    assert asked.hear(Intent.CALL_NUMBER, number="+34803123456") == [
        NumberRefused("+34803123456", Refusal.COUNTRY)
    ]
    assert asked.hear(Intent.CONFIRM) == [NotUnderstood()]
    (reply,) = asked.hear(Intent.CALL_NUMBER, number="+541140000107")
    assert isinstance(reply, ConfirmationAsked) and reply.service == "corte"


def test_what_is_missing_is_asked_and_remembered(chat: Chat) -> None:
    assert chat.hear(Intent.SEARCH_AND_CALL, day="mañana", time="a las 5") == [WhatToSearch()]
    chat.hear(Intent.SEARCH_AND_CALL, service="dentista")
    assert chat.steps == (Search("dentista", ""),)
    chat.found(ANA)
    (reply,) = chat.hear(Intent.CONFIRM, option=1)
    assert isinstance(reply, ConfirmationAsked) and reply.preferences.time_from == "17:00"


def test_a_search_without_result(chat: Chat) -> None:
    chat.hear(Intent.SEARCH_ONLY, service="dentista", where="Rosario")
    assert chat.found() == [NothingFound("dentista", "Rosario", False)]
    chat.hear(Intent.SEARCH_AND_CALL, where="Palermo")
    assert chat.steps == (Search("dentista", "Palermo"),)
    failed = conversation.search_done(chat.state, None, chat.context())
    assert chat.keep(failed) == [SearchFailed()]
    assert chat.state.status is Status.IDLE


def test_help(chat: Chat, asked: Chat) -> None:
    assert Chat().hear(Intent.HELP) == [HelpGiven()]
    helped = asked.hear(Intent.HELP, text="Ayuda")
    assert helped[0] == HelpGiven() and isinstance(helped[1], ConfirmationAsked)
    confused = asked.hear(Intent.HELP, text="mmm")
    assert confused[0] == NotUnderstood() and isinstance(confused[1], ConfirmationAsked)


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

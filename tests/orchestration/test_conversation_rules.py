"""The conversation as a machine: what is asked, what counts as a yes, what is dialled."""

from __future__ import annotations

import pytest

from data.errand import IntentType
from data.place import Opening
from data.reply import (
    Cancelled,
    ChoiceNeeded,
    ChoicesOffered,
    ConfirmationAsked,
    HelpGiven,
    NothingFound,
    NothingToCancel,
    NotUnderstood,
    NumberRefused,
    Refusal,
    SearchFailed,
    WhatToSearch,
)
from orchestration import conversation
from orchestration.conversation_state import (
    Search,
)
from orchestration.questions import question
from tests.orchestration.chat import (
    ABROAD,
    ANA,
    CUSTOMER,
    TILOS,
    Chat,
    Intent,
    Status,
)


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
    assert listed.hear(Intent.HELP, text="eh?") == [ChoiceNeeded(2, not_understood=True)]
    assert listed.hear(Intent.HELP, text="hola") == [HelpGiven(), listed_again(listed)]
    (offered,) = listed.hear(Intent.SEARCH_AND_CALL, time="a las 6")
    assert isinstance(offered, ChoicesOffered)
    (question_then,) = listed.hear(Intent.CONFIRM, option=2)
    assert isinstance(question_then, ConfirmationAsked)
    assert question_then.preferences.time_from == "18:00"


def listed_again(chat: Chat) -> ChoicesOffered:
    unknown = tuple(Opening() for _ in chat.state.options)
    return ChoicesOffered("corte", chat.state.options, True, unknown, location="Palermo")


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
    assert [isinstance(each, ConfirmationAsked) and each.not_understood for each in confused] == [
        True
    ]

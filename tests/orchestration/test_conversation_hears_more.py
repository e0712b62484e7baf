"""Locations, voice notes and answers to the business, as the conversation takes them."""

from __future__ import annotations

import pytest

from data.call import CallResult, OutcomeStatus
from data.reply import (
    AlreadyCalling,
    AnswerGiven,
    AnswerLate,
    CancelUnderway,
    ChoiceNeeded,
    ChoicesOffered,
    ConfirmationAsked,
    HelpGiven,
    LocationNoted,
    NotUnderstood,
    NumberRefused,
    Refusal,
    ResultTold,
    Thanked,
)
from orchestration import conversation
from orchestration.conversation_state import (
    AnswerBusiness,
    CancelCall,
    EndContext,
    Ended,
    OpenQuestion,
    OrderCall,
    Search,
)
from orchestration.near_me import is_near_me
from orchestration.small_talk import says_thanks
from tests.orchestration.chat import ANA, TILOS, Chat, Intent, Status

HOME = (-34.588, -58.43)


def share(chat: Chat) -> list[object]:
    return list(chat.keep(conversation.located(chat.state, HOME, chat.context())))


# --- locations --------------------------------------------------------------------------------
def test_a_location_first(chat: Chat) -> None:
    assert share(chat) == [LocationNoted()]
    chat.hear(Intent.SEARCH_ONLY, service="dentista")
    assert chat.steps == (Search("dentista", "", HOME),)


def test_a_location_for_what_is_being_looked_for(chat: Chat) -> None:
    chat.hear(Intent.SEARCH_AND_CALL, service="dentista", where="cerca mío", day="mañana")
    assert chat.steps == (Search("dentista", "cerca mío"),)
    (offered,) = chat.found(ANA, TILOS)
    assert isinstance(offered, ChoicesOffered) and offered.location_helps
    assert share(chat) == []
    assert chat.steps == (Search("dentista", "", HOME),)
    (offered,) = chat.found(ANA, TILOS)
    assert isinstance(offered, ChoicesOffered) and not offered.location_helps
    (asked,) = chat.hear(Intent.CONFIRM, option=1)
    assert isinstance(asked, ConfirmationAsked) and asked.preferences.date == "2026-11-26"


def test_a_place_that_is_named_wins_over_the_location(chat: Chat) -> None:
    share(chat)
    chat.hear(Intent.SEARCH_ONLY, service="dentista", where="Belgrano")
    assert chat.steps == (Search("dentista", "Belgrano"),)


def test_a_location_at_the_question_asks_it_again(asked: Chat) -> None:
    (again,) = share(asked)
    assert isinstance(again, ConfirmationAsked)
    assert asked.is_in(Status.AWAITING_CONFIRMATION)


@pytest.mark.parametrize(
    "text",
    "cerca mío|por acá|near me|cerca de mi casa|por mi barrio|nearby|lo más cerca posible"
    "|acá nomás|aquí mismo|cerca nuestro|a la vuelta de casa|acá a la vuelta|en la zona"
    "|alrededor mío|en los alrededores|por estos lares|que me quede cerca|nearest"
    "|closest to me|near us|walking distance".split("|"),
)
def test_words_for_where_i_am(text: str) -> None:
    assert is_near_me(text)


@pytest.mark.parametrize(
    "text",
    ["", "Palermo", "cerca del Obelisco", "near the station", "Sol", "la plaza", "Las Heras"],
)
def test_words_for_somewhere(text: str) -> None:
    assert not is_near_me(text)


# --- voice ------------------------------------------------------------------------------------
def test_a_spoken_yes_never_dials(asked: Chat) -> None:
    (again,) = asked.hear(Intent.CONFIRM, spoken=True)
    assert isinstance(again, ConfirmationAsked) and again.in_writing
    (again,) = asked.hear(Intent.CONFIRM, spoken=True)
    assert isinstance(again, ConfirmationAsked)
    asked.hear(Intent.CONFIRM)
    assert asked.order.errand.business == ANA


def test_a_spoken_choice_leads_to_the_question(listed: Chat) -> None:
    (asked,) = listed.hear(Intent.CONFIRM, option=1, spoken=True)
    assert isinstance(asked, ConfirmationAsked)
    assert not any(isinstance(step, OrderCall) for step in listed.steps)


# --- what the business asks -------------------------------------------------------------------
@pytest.fixture
def questioned(calling: Chat) -> Chat:
    """The business wants to know with whom."""
    calling.question = OpenQuestion("q", "¿Con Ana o con Carla?", ("Ana", "Carla"), late=False)
    return calling


def test_an_answer_goes_to_the_business(questioned: Chat) -> None:
    attempt = questioned.state.attempt_id
    assert questioned.hear(Intent.HELP, text="con  Carla\nporfa") == []
    assert questioned.steps == (AnswerBusiness(attempt, "q", "con Carla porfa"),)
    questioned.hear(Intent.CONFIRM, option=2, text="2")
    assert questioned.steps == (AnswerBusiness(attempt, "q", "Carla"),)
    questioned.hear(Intent.CONFIRM, text="sí")
    assert questioned.steps == (AnswerBusiness(attempt, "q", "sí"),)
    questioned.hear(Intent.CALL_NUMBER, number="+541140000107", text="11 4000 0107")
    assert questioned.steps == (AnswerBusiness(attempt, "q", "11 4000 0107"),)


def test_cancelling_is_no_answer(questioned: Chat) -> None:
    assert questioned.hear(Intent.CANCEL, text="cancelar") == [CancelUnderway(ANA.name)]
    assert questioned.did(CancelCall(questioned.state.attempt_id))


def test_the_customer_hears_what_became_of_the_answer(questioned: Chat) -> None:
    state = questioned.state
    assert questioned.keep(conversation.answered(state, True, "Ana")) == [
        AnswerGiven(ANA.name, "Ana")
    ]
    assert questioned.keep(conversation.answered(state, False, "Ana")) == [AnswerLate(ANA.name)]


def test_a_huge_answer_is_cut(questioned: Chat) -> None:
    questioned.hear(Intent.HELP, text="x" * 5000)
    (step,) = questioned.steps
    assert isinstance(step, AnswerBusiness) and len(step.answer) == 300


# --- courtesies -------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["gracias", "Muchas gracias!!", "ok, gracias", "Thanks a lot"])
def test_thanks_are_answered_as_thanks(chat: Chat, text: str) -> None:
    assert chat.hear(Intent.HELP, text=text) == [Thanked()]


@pytest.mark.parametrize("text", ["hola", "gracias, y otra cosa", "ok", "no gracias"])
def test_other_words_are_not(text: str) -> None:
    assert not says_thanks(text)


@pytest.mark.parametrize("text", ["ok", "Perfecto!", "genial 👍", "got it"])
def test_contentment_wants_no_help(chat: Chat, text: str) -> None:
    assert chat.hear(Intent.HELP, text=text) == [Thanked()]


def test_contentment_is_no_answer_to_a_question(asked: Chat) -> None:
    replies = asked.hear(Intent.HELP, text="bien")
    assert isinstance(replies[-1], ConfirmationAsked)


def test_who_writes_for_the_first_time_is_told_what_this_is(chat: Chat) -> None:
    assert chat.hear(Intent.HELP, text="mmm") == [HelpGiven()]
    chat.hear(Intent.SEARCH_ONLY, service="corte")
    chat.found()
    assert chat.hear(Intent.HELP, text="mmm") == [NotUnderstood()]
    assert chat.hear(Intent.HELP, text="Buenas tardes, qué podés hacer?") == [HelpGiven()]


@pytest.mark.parametrize("text", ["y?", "¿ya llamaste?", "Is it done?", "novedades?"])
def test_impatience_is_not_passed_on(calling: Chat, text: str) -> None:
    assert calling.hear(Intent.HELP, text=text) == [AlreadyCalling(ANA.name)]


@pytest.mark.parametrize(
    "text", ["llamá a los bomberos!", "call the police", "llama al 911", "911", "¡Emergencia!"]
)
def test_emergencies_are_sent_where_they_belong(chat: Chat, text: str) -> None:
    (reply,) = chat.hear(Intent.CALL_NUMBER, text=text)
    assert isinstance(reply, NumberRefused) and reply.refusal is Refusal.EMERGENCY


def test_an_emergency_during_a_call_is_not_passed_on(calling: Chat) -> None:
    (reply,) = calling.hear(Intent.HELP, text="llama a la policia")
    assert isinstance(reply, NumberRefused) and reply.refusal is Refusal.EMERGENCY


def test_a_number_that_is_none_is_not_passed_over(asked: Chat) -> None:
    replies = asked.hear(Intent.CALL_NUMBER, text="llama al 55 1234 56789 01")
    assert replies[0] == NumberRefused("", Refusal.INVALID)
    assert isinstance(replies[1], ConfirmationAsked)


def test_an_entry_is_chosen_by_where_it_is(chat: Chat) -> None:
    chat.hear(Intent.SEARCH_AND_CALL, service="corte")
    chat.found(
        ANA.model_copy(update={"address": "Av. Santa Fe 3421, Palermo, Buenos Aires"}),
        TILOS.model_copy(update={"address": "Cabildo 1890, Belgrano, Buenos Aires"}),
    )
    (reply,) = chat.hear(Intent.HELP, text="la de Buenos Aires")
    assert isinstance(reply, ChoiceNeeded)
    (reply,) = chat.hear(Intent.HELP, text="la de Belgrano")
    assert isinstance(reply, ConfirmationAsked) and reply.phone == TILOS.phone


def test_instead_is_no_wish(asked: Chat) -> None:
    (again,) = asked.hear(Intent.SEARCH_AND_CALL, time="a las 6", text="mejor a las 6")
    assert isinstance(again, ConfirmationAsked)
    assert again.preferences.time_from == "18:00" and not again.preferences.time_is_wish


def test_who_is_wanted_is_said_once(asked: Chat) -> None:
    (again,) = asked.hear(Intent.SEARCH_AND_CALL, request="con Ana", text="con Ana")
    assert isinstance(again, ConfirmationAsked)
    assert (again.preferences.professional, again.request) == ("Ana", "")


@pytest.mark.parametrize(
    ("day", "clock", "right"),
    [
        ("2026-11-26", "17:00", True),
        ("2026-11-26", "18:30", False),
        ("2026-11-27", "17:00", False),
        ("el jueves", "17:00", True),
    ],
)
def test_what_is_booked_otherwise_is_said_to_be_so(
    calling: Chat, day: str, clock: str, right: bool
) -> None:
    wanted = calling.order.errand.preferences
    booked = CallResult(status=OutcomeStatus.BOOKED, date=day, time=clock)
    ended = Ended(calling.state.attempt_id, calling.order.errand, booked, answered=True)
    (told,) = calling.keep(
        conversation.call_ended(calling.state, ended, EndContext(calling.now, {}, "x"))
    )
    assert isinstance(told, ResultTold)
    assert told.asked == (None if right else wanted)


def test_help_is_help(chat: Chat) -> None:
    assert chat.hear(Intent.HELP, text="hola") == [HelpGiven()]

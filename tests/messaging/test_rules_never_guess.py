"""What the rules promise whatever is written: no guess, no crash, no long thought."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errand import ConversationStatus, IntentType
from messaging.rules import read
from messaging.rules_numbers import read_number
from messaging.rules_refusals import says_no
from messaging.rules_yes import says_yes
from orchestration.ports import ReadingContext

LIST = ("Peluquería Ana", "Barbería El Corte", "Estilo Sur")
PIECES = st.sampled_from(
    "si sí no dale ok llama pero mejor mañana el viernes a las 5 la 2 cancela 4555-0101 ? , . "
    "peluquería Palermo yes but call 17:30 $ +54 911 12.000 el segundo Ana 👍 ninguna".split(" ")
)


def _situation(status: str, options: tuple[str, ...]) -> ReadingContext:
    return ReadingContext(
        datetime(2026, 8, 12, tzinfo=UTC), "AR", ConversationStatus(status), options
    )


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=7).map(" ".join)),
    st.sampled_from(list(ConversationStatus)),
    st.sampled_from([(), LIST]),
)
def test_a_confirmation_is_never_guessed(
    text: str, status: ConversationStatus, options: tuple[str, ...]
) -> None:
    parsed = read(text, _situation(status, options))
    if parsed.intent is not IntentType.CONFIRM:
        assert parsed.selected_option is None
        return
    if parsed.selected_option is not None:
        assert 1 <= parsed.selected_option <= len(options)
    else:
        assert status is ConversationStatus.AWAITING_CONFIRMATION
        assert not re.search(r"\d|\?|\bpero\b|\bmejor\b|\bbut\b|\bno\b|ninguna|cancela", text)


@settings(max_examples=200, deadline=None)
@given(st.text("0123456789+()- .", max_size=24), st.sampled_from(["AR", "MX", "ES", "US", "ZZ"]))
def test_a_number_that_is_read_has_the_digits_that_were_written(text: str, country: str) -> None:
    number = read_number(text, country)
    if number:
        assert re.fullmatch(r"\+[1-9][0-9]{6,14}", number)
        written = re.sub(r"\D", "", text)
        assert number.endswith(written[-6:])


def test_yes_and_no_exclude_each_other() -> None:
    for text in (
        "si",
        "dale",
        "no",
        "no gracias",
        "si no",
        "no si",
        "ok",
        "mejor no",
        "yes",
        "stop",
    ):
        assert not (says_yes(text) and says_no(text)), text


@pytest.mark.parametrize(
    "text",
    [
        "no " * 500,
        "a" * 1600,
        "si " * 500,
        "0" * 1600,
        "1 " * 800,
        "con " * 400,
        "en " * 500,
        "el lunes o " * 140,
        "a las 5 y " * 150,
        "Peluquería De La " * 90,
        "(" * 1600,
        "+" * 1600,
        "quiero un " * 150,
        "pregunta si " * 130,
        "for two people " * 100,
        "," * 1600,
        "preguntá que " + "x " * 700,
    ],
)
@pytest.mark.timeout(10)
def test_no_text_takes_long(text: str, situation: Callable[..., ReadingContext]) -> None:
    # Runaway backtracking would not come back before the test's time limit.
    for status in ("idle", "awaiting_confirmation"):
        read(text, situation(status, options=LIST))


def test_no_answers_the_business_and_does_not_end_the_call(
    situation: Callable[..., ReadingContext],
) -> None:
    asked = situation("calling", asked="¿Le va bien a las seis?")
    assert read("no", asked).intent is IntentType.HELP
    assert read("cancelá", asked).intent is IntentType.CANCEL
    assert read("no", situation("calling")).intent is IntentType.CANCEL


def test_a_yes_when_idle_only_answers_a_question(situation: Callable[..., ReadingContext]) -> None:
    assert read("sí", situation()).intent is IntentType.HELP
    assert read("sí", situation(asked="Shall I call Ana again?")).intent is IntentType.CONFIRM


@pytest.mark.parametrize(
    "text", ["pregunta si hay estacionamiento", "decile que quiero corte", "ask if they do nails"]
)
def test_what_is_meant_for_the_call_is_no_new_wish(
    text: str, situation: Callable[..., ReadingContext]
) -> None:
    parsed = read(text, situation("calling"))
    assert (parsed.intent, parsed.service_type) == (IntentType.HELP, None)
    assert parsed.specific_request


def test_lists_of_bare_numbers_are_chosen_from_by_number_only(
    situation: Callable[..., ReadingContext],
) -> None:
    numbers = situation("awaiting_selection", options=("1", "2", "3"))
    assert read("la 2", numbers).selected_option == 2
    for text in ("para 2 personas", "mañana a las 2", "el martes 2 a la tarde", "dos cortes"):
        assert read(text, numbers).selected_option is None, text


def test_a_new_search_is_no_choice(situation: Callable[..., ReadingContext]) -> None:
    shown = situation("awaiting_selection", options=("Sol", "Dentista Ana"))
    for text in ("buscame otro dentista cerca de Sol", "otra como Dentista Ana", "dentista en Sol"):
        assert read(text, shown).selected_option is None, text
    chosen = read("Dentista Ana mañana a las 5", shown)
    assert (chosen.selected_option, chosen.date_preference) == (2, "mañana")


def test_two_entries_of_one_name_are_not_chosen_by_it(
    situation: Callable[..., ReadingContext],
) -> None:
    twice = situation("awaiting_selection", options=("Farmacia Sur", "Farmacia Sur"))
    assert read("Farmacia Sur", twice).selected_option is None
    longer = situation("awaiting_selection", options=("Ana", "Ana Centro"))
    assert read("Ana Centro", longer).selected_option == 2
    assert read("Ana", longer).selected_option == 1


def test_documents_and_own_numbers_are_not_called(
    situation: Callable[..., ReadingContext],
) -> None:
    for text in (
        "mi dni es 30123456",
        "mi celular es 11 5555 0101",
        "pedido 45550101",
        "30.123.456",
    ):
        assert read(text, situation()).phone_number is None


def test_empty_texts_are_help(situation: Callable[..., ReadingContext]) -> None:
    for text in ("", " ", "\u200b", "…", "?"):
        assert read(text, situation("awaiting_confirmation")).intent is IntentType.HELP

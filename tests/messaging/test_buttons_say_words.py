"""A tapped button says what its payload says for certain, else what the customer saw."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.buttons import said_by_button


@pytest.mark.parametrize(
    ("payload", "visible", "said"),
    [
        ("yes", "Sí, llama", "sí"),
        ("YES", "Yes, call", "yes"),
        ("yes", "👍", "yes"),
        ("si", "👍", "sí"),
        (" Sí ", "", "sí"),
        ("si\u0301", "", "sí"),
        ("confirm", "Confirmar", "sí"),
        ("confirm", "Yes please", "yes"),
        ("no", "No, gracias", "no"),
        ("cancel", "Cancelar todo", "cancelar"),
        ("cancel", "Stop the call", "cancel"),
        ("cancelar", "❌", "cancelar"),
        ("help", "¿Cómo funciona?", "ayuda"),
        ("help", "How does it work", "help"),
    ],
)
def test_a_payload_that_is_certain_counts(payload: str, visible: str, said: str) -> None:
    assert said_by_button(payload, visible) == said


@pytest.mark.parametrize(
    "payload", ["2", "option_2", "option:2", "Opcion-2", "opción 2", "choice_2", "CHOICE2"]
)
def test_an_entry_of_a_list(payload: str) -> None:
    assert said_by_button(payload, "Peluquería Ana") == "2"
    assert said_by_button(payload, "Option 2") == "2"


@pytest.mark.parametrize(
    "payload",
    [
        *("", "yes please", "confirm:1", "place:2", "02", "0", "-2", "2.5", "²", "٢", "100", "1e1"),
        *("option_", "option__2", "{'id': 2}", "yes\x00no", "y" * 9000, "no\nyes", "sii", "ok"),
    ],
)
def test_anything_else_leaves_the_words_on_the_button(payload: str) -> None:
    assert said_by_button(payload, "Peluquería Ana") == "Peluquería Ana"


@pytest.mark.parametrize(
    ("payload", "visible"),
    [
        ("yes", "No"),
        ("yes", "No, gracias"),
        ("confirm", "Cancelar"),
        ("no", "Sí, llama"),
        ("yes", "No llames todavía, prefiero que busques otro lugar"),
        ("2", "1"),
        ("2", "No"),
    ],
)
def test_the_customer_agreed_to_what_they_saw(payload: str, visible: str) -> None:
    assert said_by_button(payload, visible) == visible


YES = {"yes", "si", "sí", "confirm", "confirmar"}


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60) | st.sampled_from(sorted(YES)), st.text(max_size=60))
def test_a_yes_comes_only_from_a_payload_that_says_it(payload: str, visible: str) -> None:
    said = said_by_button(payload, visible)
    if said != visible and said in {"sí", "yes"}:
        assert payload.strip().lower().replace("\u0301", "") in YES
    if said != visible:
        assert said in {"sí", "yes", "no", "cancelar", "cancel", "ayuda", "help"} or (
            said.isascii() and said.isdigit() and 1 <= int(said) <= 99
        )

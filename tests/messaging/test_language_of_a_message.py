"""Spanish or English: told by the message, else as before."""

from __future__ import annotations

import pytest

from messaging.language import language


@pytest.mark.parametrize(
    "text",
    [
        "hola",
        "quiero turno mañana",
        "necesito un plomero",
        "dale",
        "la segunda",
        "¿tienen lugar?",
        "llama al 91 123 45 67",
        "buscame dentistas",
    ],
)
def test_spanish(text: str) -> None:
    assert language(text, "en") == "es"


@pytest.mark.parametrize(
    "text",
    ["hello", "yes please", "book me a haircut tomorrow", "the second one", "call them", "thanks"],
)
def test_english(text: str) -> None:
    assert language(text, "es") == "en"


@pytest.mark.parametrize("text", ["2", "ok", "", "👍", "+54 9 11 5555-0101", "no", "hotel"])
def test_what_does_not_tell_leaves_it(text: str) -> None:
    assert language(text, "en") == "en"
    assert language(text, "es") == "es"


def test_a_foreign_name_does_not_switch() -> None:
    assert language("book me a haircut at Peluquería Ana", "en") == "en"
    assert language("quiero turno en Joe's Barber Shop", "es") == "es"


def test_an_unknown_language_before_is_spanish() -> None:
    assert language("2", "") == "es"
    assert language("2", "fr") == "es"

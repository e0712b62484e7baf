"""Masks: consistent, idempotent, and nothing of a number or key gets through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.masking import Masker, mask_international, mask_number, mask_secrets

NUMBER = "+5491155512301"


def test_a_number_shows_where_it_is_from_and_its_last_two_digits() -> None:
    assert mask_number(NUMBER) == "+5491155***01"
    assert mask_number("+54 9 11 5551-2301") == "+5491155***01"
    assert mask_number("5491155512301") == "5491155***01"
    assert mask_number("+12345678") == "+12***78"


@given(st.integers(10**7, 10**15 - 1))
def test_at_least_four_digits_are_hidden(number: int) -> None:
    shown = sum(character.isdigit() for character in mask_number(f"+{number}"))
    assert len(str(number)) - shown >= 4


@pytest.mark.parametrize(
    "written",
    [
        NUMBER,
        "5491155512301",
        "whatsapp:+5491155512301",
        "+54 9 11 5551-2301",
        "011 (15) 5551-2301",
        "1155512301",
        "5551 2301",
        "55 51 23 01",
        "tel:+54.911.5551.2301;ext=1",
        '"5491155512301"',
    ],
)
def test_a_known_number_is_found_however_it_is_written(written: str) -> None:
    masked = Masker([NUMBER]).mask(f"x {written} y")
    assert "+5491155***01" in masked
    for piece in ("5551", "2301", "5512301"):
        assert piece not in masked


@pytest.mark.parametrize(
    "text",
    [
        "el 23/11/2026 a las 17:00",
        "2026-11-23T17:00:00+00:00",
        "1234567890123 bytes in 0.000125 s",
        "+5 minutos, +54 911",
        "CA0123456789abcdef0123456789abcdef",
        "la clave es venir temprano: key takeaways",
        "secretaría y tokenización",
    ],
)
def test_ordinary_words_and_figures_stay(text: str) -> None:
    assert Masker([NUMBER, ""]).mask(text) == text


@given(st.text(alphabet="+0123456789 -().:whatsp*=&?tokenAC/@", max_size=80))
def test_masking_twice_changes_nothing(text: str) -> None:
    masker = Masker([NUMBER])
    once = masker.mask(text)
    assert masker.mask(once) == once


def test_hostile_text_costs_no_time() -> None:
    for text in (
        "+1 " * 50_000,
        "?token" * 50_000,
        "://a:" * 50_000,
        "1 " * 100_000,
        "AC" * 90_000,
    ):
        mask_secrets(text)
        mask_international(text)
        Masker([NUMBER]).mask(text)

"""Text from outside: made harmless, and cut where nothing is torn."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.text import harmless, shorten, width


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400), st.integers(1, 120))
def test_any_text_becomes_one_harmless_line(text: str, limit: int) -> None:
    line = harmless(text, limit)
    assert width(line) <= limit
    assert not set(line) & set("*~`\n\r\t\x00") and "://" not in line
    line.encode("utf-8")


def test_times_and_decimals_survive_and_addresses_do_not_link() -> None:
    assert harmless("Av. Santa Fe 1234, a las 17.30", 80) == "Av. Santa Fe 1234, a las 17.30"
    assert harmless("1.2.3.4", 80) == "1. 2. 3. 4"
    assert harmless("see evil。com", 80) == "see evil. com"


def test_a_text_is_cut_between_words() -> None:
    assert shorten("uno dos tres cuatro", 14) == "uno dos tres…"
    assert shorten("corto", 14) == "corto"
    assert width(shorten("😀" * 20, 11)) <= 11


def test_a_cut_at_a_words_end_loses_nothing_more() -> None:
    assert shorten("uno dos tres", 8) == "uno dos…"
    assert shorten("uno dos", 0) == ""
    assert shorten("uno dos", 1) == "…"


@pytest.mark.parametrize("limit", range(14, 40))
def test_a_number_is_whole_or_left_out(limit: int) -> None:
    said = shorten("Llama al *Ana* (+54 9 11 5555-0101) mañana a las 17:30 o el 2026-08-14", limit)
    assert len(said) <= limit
    for digits in re.findall(r"[0-9][0-9 :-]*[0-9]|[0-9]", said):
        assert digits in ("54 9 11 5555-0101", "17:30")


@pytest.mark.parametrize("limit", range(5, 60))
def test_a_link_is_whole_or_left_out(limit: int) -> None:
    link = "https://vocero.example/a/bcdefgh"
    said = shorten(f"Al calendario: {link} y gracias por escribir", limit)
    assert len(said) <= limit
    assert link in said or "http" not in said


WORDS = st.lists(
    st.text("abcdeñáéí¿?", min_size=1, max_size=12)
    | st.sampled_from(["+54 9 11 5555-0101", "https://vocero.example/x", "17:30", "😀"]),
    min_size=1,
    max_size=60,
)


@settings(max_examples=300, deadline=None)
@given(WORDS, st.integers(60, 200))
def test_no_word_is_torn(words: list[str], limit: int) -> None:
    whole = " ".join(words)
    cut = shorten(whole, limit)
    assert width(cut) <= limit
    if cut != whole:
        kept = cut.removesuffix("…")
        assert whole.startswith(kept)
        assert (whole + " ")[len(kept)] in " ,;:.-*("


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.integers(-1, 120))
def test_any_text_can_be_cut(text: str, limit: int) -> None:
    assert width(shorten(text, limit)) <= max(limit, 0)

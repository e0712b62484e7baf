"""What is searched and what it is searched in take the same form."""

from __future__ import annotations

import pytest

from data.call import CallEnding, CallReport, CallResult, EndCause, EntryKind, OutcomeStatus
from data.call import Speaker as By
from data.call import TimelineEntry as Line
from data.folding import fold
from data.search_text import LONGEST, MOST_WORDS, of_end, of_order, wanted_words
from data.store import Attempt

MANY_MARKS = "".join(map(chr, range(0x300, 0x340)))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Peluquería ÑANDÚ", "peluqueria nandu"),
        ("peluqueri\N{COMBINING ACUTE ACCENT}a", "peluqueria"),
        ("  dos\n\tpalabras\u2003y más ", "dos palabras y mas"),
        ("¿A las 17:30? 100%_\\'", "¿a las 17:30? 100%_\\'"),
        ("o’clock", "o'clock"),
        ("\uff11\uff12", "12"),
        ("a\x00b\ud800c\u200bd", "abcd"),
        ("a" + MANY_MARKS + "b", "ab"),
        ("", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(folded) == folded


def test_a_search_is_cut_into_words_and_bounded() -> None:
    assert wanted_words("  Ána  ANA corte ") == (("ana",), ("corte",))
    assert wanted_words(" \u0301\x00 ") == ()
    assert wanted_words("+54 (11) 4000-0101 2026-11-27 17:30 -") == (
        ("+54", "54"),
        ("(11)", "11"),
        ("4000-0101", "40000101"),
        ("2026-11-27", "20261127"),
        ("17:30",),
        ("-",),
    )
    assert len(wanted_words(" ".join(map(str, range(10_000))))) == MOST_WORDS
    ((long_word,),) = wanted_words("x" * 10_000)
    assert len(long_word) == 500
    # One sign may fold to many.
    assert sum(len(each) for each in wanted_words("\ufdfa" * 500)[0]) <= 500


def test_a_long_call_is_bounded_and_does_not_push_out_what_was_ordered() -> None:
    attempt = Attempt("a", "e", "whatsapp:+54911", "+5411", "Ñ" * 30_000, "{}", 1.0)
    report = CallReport(
        "a",
        CallEnding(EndCause.AGENT_FINISHED),
        timeline=tuple(Line(1.0, EntryKind.SAID, "ﷺ" * 1_000, By.BUSINESS) for _ in range(90)),
    )
    result = CallResult(status=OutcomeStatus.FAILED, notes="ﷺ" * 30_000, instructions="llegá antes")
    text = of_order(attempt) + of_end(report, result)
    assert len(text) <= LONGEST
    assert "\n5411\n54911" in text
    assert "llega antes" in text


@pytest.mark.parametrize("errand_json", ["", "{", "[]", "3", '{"service": 3, "request": null}'])
def test_an_errand_that_cannot_be_read_is_no_trouble(errand_json: str) -> None:
    assert of_order(Attempt("a", "e", "c", "+1", "Ana", errand_json, 1.0)) == "ana\n1\n"

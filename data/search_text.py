"""What a call is found by: its folded text, and the words of a search in the same form. Pure.

What was ordered comes first and is bounded for itself, so that a long call does not push it out.
"""

from __future__ import annotations

import json
import re

from data.call import CallReport, CallResult
from data.folding import fold
from data.store import Attempt

LONGEST = 20_000
"""Characters of a call's search text."""
_LONGEST_OF_ORDER = 5_000
_LONGEST_FIELD = 1_000
LONGEST_QUERY = 500
"""Characters of a search that count."""
MOST_WORDS = 20
"""Words of a search that count."""
_ERRAND_FIELDS = ("customer_name", "service", "request")
_NUMBER = re.compile(r"[+(]*[0-9][0-9+()./-]*")


def of_order(attempt: Attempt) -> str:
    """Who is called for what: known when the call is ordered."""
    numbers = (re.sub(r"[^0-9]", "", each) for each in (attempt.to_number, attempt.customer))
    fields = (attempt.business_name, *numbers, *_of_errand(attempt.errand_json))
    return _joined(fields, _LONGEST_OF_ORDER)


def of_end(report: CallReport, result: CallResult) -> str:
    """What was noted and said: known when the call is over. It comes after the order's text."""
    notes = (result.notes, result.instructions, result.professional_name)
    said = " ".join(entry.text for entry in report.said())[:LONGEST]
    head = _joined([each for each in notes if each], _LONGEST_OF_ORDER)
    return f"\n{head}\n{fold(said)}"[: LONGEST - _LONGEST_OF_ORDER]


def wanted_words(text: str) -> tuple[tuple[str, ...], ...]:
    """Every word of a search; of each, one of its writings must occur in the search text.

    A number is looked for as it was written and by its digits alone ("4000-0101"). Of a search
    that is too long the beginning counts (LONGEST_QUERY, MOST_WORDS).
    """
    words = dict.fromkeys(fold(text[:LONGEST_QUERY])[:LONGEST_QUERY].split())
    return tuple(_writings(word) for word in list(words)[:MOST_WORDS])


def _writings(word: str) -> tuple[str, ...]:
    digits = re.sub(r"[^0-9]", "", word)
    if _NUMBER.fullmatch(word) and digits != word:
        return word, digits
    return (word,)


def _of_errand(errand_json: str) -> list[str]:
    """Nothing for an errand that cannot be read: it must not keep a call from being placed."""
    try:
        errand = json.loads(errand_json)
    except ValueError:
        return []
    if not isinstance(errand, dict):
        return []
    return [text for name in _ERRAND_FIELDS if isinstance(text := errand.get(name), str)]


def _joined(fields: tuple[str, ...] | list[str], most: int) -> str:
    return "\n".join(fold(each[:_LONGEST_FIELD])[:_LONGEST_FIELD] for each in fields)[:most]

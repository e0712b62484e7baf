"""The words of a message: taken apart, written out, and whether one of them denies."""

from __future__ import annotations

import re

from messaging.text import squeezed

_WORD = re.compile(r"[a-z0-9ñ']+")
LONGEST_ANSWER = 120
"""Characters; what is longer says more than yes or no."""


def words_of(folded: str) -> list[str]:
    """The words of a folded text."""
    return _WORD.findall(folded)


def word_set(text: str) -> frozenset[str]:
    return frozenset(squeezed(word) for word in text.split())


_SHORT_FOR = {
    "q": "que", "k": "que", "ke": "que", "xq": "porque", "x": "por", "xfa": "porfa", "pa": "para",
    "pal": "para el", "kiero": "quiero", "qiero": "quiero", "qro": "quiero", "tmb": "tambien",
    "nesecito": "necesito", "necesit": "necesito", "nesesito": "necesito", "u": "you", "ur": "your",
    "pls": "please", "plz": "please", "thx": "thanks", "appt": "appointment", "n": "and",
    "rez": "reservation", "res": "reservation", "cn": "con", "tb": "tambien", "dnd": "donde",
    "dps": "despues", "desp": "despues", "tmbn": "tambien", "r": "are", "ppl": "people",
    "pers": "personas", "2nite": "tonight", "2day": "today", "sth": "something", "bn": "bien",
    "msj": "mensaje", "tlf": "telefono", "toy": "estoy", "xk": "porque", "pq": "porque",
    "nms": "nomas", "apt": "appointment", "opt": "option", "rn": "right now", "wanna": "want to",
    "gotta": "have to", "lemme": "let me",
    "gimme": "give me",
}  # fmt: skip
_SHORT = re.compile(r"(?<![\w'])(?:" + "|".join(_SHORT_FOR) + r")(?![\w'])")


def spelled_out(folded: str) -> str:
    """A folded text with the usual abbreviations of chats in full. Positions change."""
    return _SHORT.sub(lambda match: _SHORT_FOR[match.group()], folded)


NO = word_set(
    """
    no nop nope na nah nel nones ninguna ninguno ni nada negativo tampoco nunca not don't dont none
    never neither cancel stop
    """
)


def has_no(folded: str) -> bool:
    """Whether any word of it denies."""
    return any(squeezed(word) in NO for word in words_of(folded))

"""Phone numbers in words: "cero once cuarenta y ocho…", "four one five double two…".

Read only when the digits together are a valid number of the customer's country.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_UNITS = {
    "cero": 0, "uno": 1, "una": 1, "un": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5,
    "seis": 6, "siete": 7, "ocho": 8, "nueve": 9,
    "zero": 0, "oh": 0, "o": 0, "nought": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9,
}  # fmt: skip
_TEENS = {
    "diez": 10, "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15, "dieciseis": 16,
    "diecisiete": 17, "dieciocho": 18, "diecinueve": 19, "veintiuno": 21, "veintiun": 21,
    "veintidos": 22, "veintitres": 23, "veinticuatro": 24, "veinticinco": 25, "veintiseis": 26,
    "veintisiete": 27, "veintiocho": 28, "veintinueve": 29,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70,
    "ochenta": 80, "noventa": 90,
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_HUNDREDS = {
    "cien": 100, "ciento": 100, "doscientos": 200, "trescientos": 300, "cuatrocientos": 400,
    "quinientos": 500, "seiscientos": 600, "setecientos": 700, "ochocientos": 800,
    "novecientos": 900,
}  # fmt: skip
_ENGLISH_TENS = frozenset("twenty thirty forty fourty fifty sixty seventy eighty ninety".split())
_TIMES = {"doble": 2, "double": 2, "triple": 3, "treble": 3}
_ALL = sorted({*_UNITS, *_TEENS, *_TENS, *_HUNDREDS, *_TIMES, "hundred"}, key=len, reverse=True)
_WORD = rf"(?:{'|'.join(_ALL)}|[0-9]{{1,4}})"
_RUN = re.compile(
    rf"(?<![\w+])(?:(?:mas|plus|\+) ?)?{_WORD}(?:(?:[ ,.-]{{1,3}}| y ){_WORD}(?!\w)){{3,20}}(?!\w)"
)
_LETTERS = re.compile(r"[a-z]{2}")
_FEWEST_DIGITS = 8
_MOST_DIGITS = 15


def spelled_runs(folded: str) -> Iterator[tuple[int, int, str]]:
    """Where number words follow each other, and their digits ("+" before an international one).

    Only what is written in words at least in part, and gives 8 to 15 digits.
    """
    for match in _RUN.finditer(folded):
        if not _LETTERS.search(match.group()):
            continue
        digits = _digits(re.findall(r"[a-z]+|[0-9]+", match.group()))
        abroad = re.match(r"(?:mas|plus|\+)", match.group()) is not None
        if _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS:
            yield match.start(), match.end(), ("+" if abroad else "") + digits


def _digits(words: list[str]) -> str:
    """The digits that these words say one after the other; "" when they are not said so."""
    if words and words[0] in ("mas", "plus"):
        words = words[1:]
    said: list[str] = []
    at = 0
    while at < len(words):
        value, used = _next(words, at)
        if not used:
            return ""
        said.append(value)
        at += used
    return "".join(said)


def _next(words: list[str], at: int) -> tuple[str, int]:
    """The next number of the run in digits, and how many words it takes (0: none)."""
    word, following = words[at], words[at + 1 :]
    if word.isdigit():
        return word, 1
    if word in _TIMES:
        digit = following[0] if following else ""
        single = digit if digit.isdigit() and len(digit) == 1 else str(_UNITS.get(digit, ""))
        return single * _TIMES[word], 2 if single else 0
    if word in _HUNDREDS:
        rest, used = _below_a_hundred(following)
        return str(_HUNDREDS[word] + rest), 1 + used
    if word in _UNITS and following[:1] == ["hundred"]:
        return str(_UNITS[word] * 100), 2
    if word in _TENS:
        value, used = _below_a_hundred(words[at:])
        return str(value), used
    if word in _TEENS:
        return str(_TEENS[word]), 1
    return (str(_UNITS[word]), 1) if word in _UNITS else ("", 0)


def _below_a_hundred(words: list[str]) -> tuple[int, int]:
    """ "cuarenta y ocho", "forty eight", "quince", "ocho": value and count of words."""
    if not words:
        return 0, 0
    first = words[0]
    if first in _TENS:
        joined = 2 if words[1:2] == ["y"] else 1
        unit = _UNITS.get(words[joined], 0) if len(words) > joined else 0
        bare = first in _ENGLISH_TENS or joined == 2
        return (_TENS[first] + unit, joined + 1) if unit and bare else (_TENS[first], 1)
    if first in _TEENS:
        return _TEENS[first], 1
    return (_UNITS[first], 1) if _UNITS.get(first) else (0, 0)

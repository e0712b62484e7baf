"""Text from outside: made harmless, made comparable, made to fit. Pure functions."""

from __future__ import annotations

import re
import unicodedata

MESSAGE_LIMIT = 1600
"""What Twilio takes in one WhatsApp body (error 21617 beyond); counted here in UTF-16 units."""

_SPACES = re.compile(r"\s+")
_SCHEME = re.compile(r"\b[a-z][a-z0-9+.-]{1,15}://", re.IGNORECASE)
_JOINING_DOT = re.compile(r"(?<=\w)[.\u2024\u3002\uff0e\uff61](?=\w)")
_MARKUP = str.maketrans({"*": "", "~": "", "`": "", "_": "-"})


def clean(text: str, limit: int) -> str:
    """One line without control, formatting, private or broken characters, at most `limit` long.

    Invisible characters (zero width, bidirectional overrides) go too: they make a text read
    otherwise than it is.
    """
    kept = "".join(
        " " if char in "\t\n\r\x0b\x0c\x85\u2028\u2029" else char
        for char in text[: limit * 8]
        if char in "\t\n\r\x0b\x0c\x85" or unicodedata.category(char) not in _DROPPED
    )
    return shorten(_SPACES.sub(" ", kept).strip(), limit)


_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def harmless(text: str, limit: int) -> str:
    """`clean`, and nothing in it formats or becomes a link when WhatsApp shows it.

    A dot that joins two words gets a space ("evil. com"); between two digits it stays ("17.30").
    """
    line = clean(text, limit * 2).translate(_MARKUP)
    line = _SCHEME.sub("", line)
    digits_only = line.count(".") <= 2

    def apart(match: re.Match[str]) -> str:
        before, after = line[match.start() - 1], line[match.end()]
        return match.group() if digits_only and before.isdigit() and after.isdigit() else ". "

    line = _JOINING_DOT.sub(apart, line)
    return shorten(_SPACES.sub(" ", line).strip().lstrip(">#-• ").strip(), limit)


def width(text: str) -> int:
    """Length in UTF-16 units, the stricter way to count characters."""
    return len(text) + sum(1 for char in text if ord(char) > 0xFFFF)


def shorten(text: str, limit: int) -> str:
    """At most `limit` long, cut between words where there is a space to cut at, with "…"."""
    if width(text) <= limit:
        return text
    room = limit - 1
    kept: list[str] = []
    for char in text:
        room -= 2 if ord(char) > 0xFFFF else 1
        if room < 0:
            break
        kept.append(char)
    cut = "".join(kept)
    gap = max(cut.rfind(" "), cut.rfind("\n"))
    if gap > len(cut) // 2:
        cut = cut[:gap]
    return cut.rstrip(" \n,;:.-*") + "…"


def fold(text: str) -> str:
    """Lower case without accents, one character for one character.

    Positions in the folded text are positions in `text`, so what was found in the one can be
    quoted from the other. Give it text in NFC (see `composed`).
    """
    return "".join(_folded(char) for char in text)


def composed(text: str) -> str:
    """NFC, without the marks that keyboards add to digits and emoji, in one line."""
    text = unicodedata.normalize("NFC", text)
    return "".join(
        " " if char.isspace() else char
        for char in text
        if char.isspace() or unicodedata.category(char) not in _INVISIBLE
    )


_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Me", "Mn"})
_QUOTES = {"\u2019": "'", "\u2018": "'", "\u00b4": "'", "`": "'", "\u00ba": "o", "\u00aa": "a"}


def _folded(char: str) -> str:
    if char in _QUOTES:
        return _QUOTES[char]
    base = unicodedata.normalize("NFD", char)[0].lower()
    return base[0] if len(base) != 1 else base


def squeezed(word: str) -> str:
    """A folded word without repeated letters: "siiii" and "dalee" read as meant."""
    return re.sub(r"(.)\1+", r"\1", word)

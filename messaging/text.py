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
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shorten(text: str, limit: int) -> str:
    """At most `limit` long, cut between words, with "…".

    A link or a number is kept whole or left out, a grouped one ("+54 9 11 5555-0101") too. Only a
    word that alone would fill half of it is cut inside.
    """
    if width(text) <= limit:
        return text
    if limit < 1:
        return ""
    end = _before_a_whole(text, _fitting(text, limit - 1))
    if not text[end].isspace():
        gap = max(text.rfind(" ", 0, end), text.rfind("\n", 0, end))
        if gap > end // 2:
            end = _before_a_whole(text, gap)
    return text[:end].rstrip(" \n,;:.-*(") + "…"


_WHOLE = re.compile(r"https?://\S{1,800}|[+(]{0,2}[0-9](?:[ ().-]{0,2}[0-9]){0,20}")
"""What says something else when a part of it is missing."""


def _before_a_whole(text: str, end: int) -> int:
    """The end, or where the link or number begins that it would tear."""
    torn = (found for found in _WHOLE.finditer(text) if found.start() < end < found.end())
    return next((found.start() or end for found in torn), end)


def _fitting(text: str, room: int) -> int:
    """How many characters of the text fit into so many UTF-16 units."""
    for index, char in enumerate(text):
        room -= 2 if ord(char) > 0xFFFF else 1
        if room < 0:
            return index
    return len(text)


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

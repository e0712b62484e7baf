"""A customer's text beside its folded form, letter for letter. Pure."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 1600
"""Characters of a message that are read."""
_GLUED = re.compile(r"(?<=\d)(?=[ap]\.?\s?m\b|hs?\b|hrs\b)", re.IGNORECASE)


def aligned(text: str) -> tuple[str, str]:
    """The text with blanks tidied, and the same in lower case without accents: the n-th character
    of the one is the n-th of the other.
    """
    written = unicodedata.normalize("NFC", text[:LONGEST]).replace("’", "'")
    written = _GLUED.sub(" ", re.sub(r"[^\S\n]+", " ", written)).strip()
    return written, "".join(_plain(letter) for letter in written)


def _plain(letter: str) -> str:
    if letter.isascii():
        return letter.lower()
    base = unicodedata.normalize("NFKD", letter.lower())[:1]
    return base or letter

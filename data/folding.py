"""Text as it is compared: lower case, without accents. Pure."""

from __future__ import annotations

import unicodedata

_DROPPED = frozenset({"Mn", "Mc", "Me", "Cc", "Cf", "Cs"})
"""Accents, and signs that nobody sees; a database may refuse some of those."""


def fold(text: str) -> str:
    """Lower case, without accents, one blank between words: "¡Mañana,  sí!" to "¡manana, si!"."""
    plain = text.casefold().replace("’", "'")
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain)
    # What no transcript should have, and every one might: a NUL, half a sign.
    return " ".join("".join(filter(_kept, plain)).split())


def _kept(sign: str) -> bool:
    return " " <= sign <= "~" or sign.isspace() or unicodedata.category(sign) not in _DROPPED

"""Text that operators type and text about people, made fit to be passed on or shown."""

from __future__ import annotations

import re

from data.masking import mask_number

LONGEST_TYPED = 500
"""Characters of a hint, a summary: what an agent gets to read of them."""


_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


def is_id(text: str) -> bool:
    """Whether a call could be named so; nothing else is asked for in the store."""
    return _ID.fullmatch(text) is not None


def one_line(text: str) -> str:
    """Without control characters and line breaks, runs of spaces as one."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def initials(name: str) -> str:
    """ "Peluquería Ana" becomes "P. A."; at most four letters, "" for no name."""
    words = [word.lstrip("\"'“”‘’«»(¡¿") for word in one_line(name).split(" ")]
    letters = [word[0].upper() for word in words if word]
    return " ".join(f"{letter}." for letter in letters[:4])


def masked_person(name: str, number: str) -> dict[str, str]:
    """A business or a customer as it is shown to whoever did not ask to see more."""
    return {"name": initials(name), "number": mask_number(number) if number else ""}

"""Text in the tables: what SQLite would keep and PostgreSQL refuse is mended on the way in.

A transcript or a form may hold a NUL or half a sign. It must neither keep a message from being
taken nor a call from being written down.
"""

from __future__ import annotations

from sqlalchemy import Dialect, String, TypeDecorator, types


def storable(text: str) -> str:
    """The same, but for what is no text."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    if text.isascii():
        return text
    return text.encode("utf-8", "replace").decode("utf-8")


class Text(TypeDecorator[str]):
    """Of any length."""

    impl = types.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class Word(TypeDecorator[str]):
    """An id, a number, a state: at most so many characters, which PostgreSQL makes sure of."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)

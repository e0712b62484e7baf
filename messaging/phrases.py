"""Replies in words, in the customer's language (this module fits orchestration.ports.Phrasing).

Every text from outside (names, notes, quotes) is shown as data: on one line, without control
characters, formatting or links, and cut to a length.
"""

from __future__ import annotations

from data.reply import Reply
from messaging import phrases_en, phrases_es
from messaging.language import ENGLISH
from messaging.text import MESSAGE_LIMIT, shorten


def words(reply: Reply, language: str) -> str:
    """At most 1,600 characters (UTF-16), in English for "en" and else in Spanish."""
    spoken = phrases_en.words(reply) if language == ENGLISH else phrases_es.words(reply)
    return shorten(spoken, MESSAGE_LIMIT)


def apology(language: str) -> str:
    """Spoken to the business when the agent cannot go on: plain text for <Say>."""
    return phrases_en.APOLOGY if language == ENGLISH else phrases_es.APOLOGY


def callback_explanation(language: str) -> str:
    """Spoken to somebody who calls our number back: plain text for <Say>."""
    if language == ENGLISH:
        return phrases_en.CALLBACK_EXPLANATION
    return phrases_es.CALLBACK_EXPLANATION

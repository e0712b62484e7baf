"""`vocero understand`: what Vocero makes of a message, without acting on it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from data.errand import ConversationStatus, ParsedMessage
from messaging.understanding import Understanding
from orchestration.needs import country_of
from orchestration.ports import ReadingContext
from vocero.settings import Settings


class BadQuestion(Exception):
    """What was asked cannot be answered; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Question:
    """One message and the situation it was written in."""

    text: str
    context: ReadingContext


def make_question(settings: Settings, fields: Mapping[str, object]) -> Question:
    """From `text` and, each optional, `now` (ISO), `tz`, `from`, `status`, `options`.

    `options` is the number of entries of the list the customer is looking at, or their names.
    Raises BadQuestion.
    """
    text = fields.get("text")
    if not isinstance(text, str):
        raise BadQuestion("text must be the customer's words")
    try:
        zone = ZoneInfo(str(fields.get("tz") or settings.default_timezone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadQuestion(
            "tz must be a time zone name such as America/Argentina/Buenos_Aires"
        ) from None
    try:
        said_now = fields.get("now")
        now = datetime.fromisoformat(str(said_now)) if said_now else datetime.now(zone)
    except ValueError:
        raise BadQuestion("now must be an ISO date and time, like 2026-11-22T10:00") from None
    now = now.replace(tzinfo=zone) if now.tzinfo is None else now.astimezone(zone)
    try:
        status = ConversationStatus(str(fields.get("status") or "idle"))
    except ValueError:
        known = ", ".join(ConversationStatus)
        raise BadQuestion(f"status must be one of {known}") from None
    country = country_of(str(fields.get("from") or ""), settings.default_country)
    context = ReadingContext(now, country, status, _options(fields.get("options")))
    return Question(text, context)


def _options(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return tuple(value)
    try:
        count = int(str(value))
    except ValueError:
        raise BadQuestion("options must be a number or a list of names") from None
    if not 0 <= count <= 50:
        raise BadQuestion("options must be between 0 and 50")
    return tuple(f"{number}" for number in range(1, count + 1))


def make_reader(settings: Settings, *, rules_only: bool) -> Understanding:
    """The same reader that serves customers; `rules_only` leaves the model out."""
    return Understanding(
        "" if rules_only else settings.openai_api_key.get_secret_value(),
        settings.openai_base_url,
        settings.openai_model,
    )


async def answer(reader: Understanding, question: Question) -> ParsedMessage:
    """What the message is understood as."""
    return await reader.understand(question.text, question.context)


def questions_from_lines(settings: Settings, lines: Iterable[str]) -> Iterator[Question]:
    """One JSON object per line; empty lines are skipped. Raises BadQuestion with the line."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
        except ValueError:
            raise BadQuestion(f"line {number} is not JSON") from None
        if not isinstance(fields, dict):
            raise BadQuestion(f"line {number} is not a JSON object")
        try:
            yield make_question(settings, fields)
        except BadQuestion as bad:
            raise BadQuestion(f"line {number}: {bad}") from None

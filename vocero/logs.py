"""Logs: one record per line, each with its call, no control characters, no secrets.

JSON lines for machines, a short line for people, coloured on a terminal. Numbers are masked outside
debug, secrets always: those that are known are handed in, others are recognised by their shape.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import IO

from data.call_context import current_call
from data.masking import HIDDEN, mask_international, mask_secrets

MAX_MESSAGE = 8_000
MAX_TRACE = 16_000
"""Characters; what is over is cut off and said so."""
SHORT_ID = 12
"""Characters of a call's id: as `vocero calls` shows it, and `vocero show` takes it."""
LEAST_SECRET = 6
"""Shorter values are too common as ordinary words to be blotted out everywhere."""

QUIET_LOGGERS = (
    *("alembic", "asyncio", "aiosqlite", "httpcore", "httpx", "hypercorn", "muxado", "ngrok"),
    *("openai", "websockets"),
)
"""Chatty libraries: warnings only, outside debug."""

COLOURS = {"DEBUG": "2", "INFO": "36", "WARNING": "33", "ERROR": "31", "CRITICAL": "1;31"}


class Redactor:
    """Takes out what must not be written down."""

    def __init__(self, secrets: Iterable[str] = (), *, show_numbers: bool = False) -> None:
        # Longest first, so that a secret which contains another one goes as a whole.
        known = {secret for secret in secrets if len(secret) >= LEAST_SECRET}
        self._secrets = sorted(known, key=len, reverse=True)
        self._show_numbers = show_numbers

    def redact(self, text: str) -> str:
        """The text without secrets and, unless they may be shown, without full numbers."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        text = mask_secrets(text)
        return text if self._show_numbers else mask_international(text)


class _SafeFormatter(logging.Formatter):
    """What both variants share: redaction, bounds, and never raising."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def message_of(self, record: logging.LogRecord) -> str:
        try:
            text = record.getMessage()
        # Arguments that do not fit, or whose str() fails: the line itself is worth keeping, and
        # logging's own report of such a mistake would print the arguments unredacted.
        except Exception as error:
            text = f"{record.msg} [arguments unusable: {type(error).__name__}]"
        return self._bounded(text, MAX_MESSAGE)

    def trace_of(self, record: logging.LogRecord) -> str:
        parts = []
        if record.exc_info and record.exc_info[0] is not None:
            parts.append(self.formatException(record.exc_info))
        elif record.exc_text:
            parts.append(record.exc_text)
        if record.stack_info:
            parts.append(record.stack_info)
        return self._bounded("\n".join(parts), MAX_TRACE)

    def _bounded(self, text: str, most: int) -> str:
        # Redact first: a cut could leave half a secret that no pattern recognises. What is far
        # too long is cut before that as well, so that its length costs no time.
        text = self._redactor.redact(text[: 4 * most])
        if len(text) > most:
            return f"{text[:most]}… [{len(text) - most} more]"
        return text


class JsonFormatter(_SafeFormatter):
    """One JSON object per line, plain ASCII: controls and line separators are escaped."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, str] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.message_of(record),
        }
        call = getattr(record, "call", "")
        if call:
            line["call"] = str(call)
        trace = self.trace_of(record)
        if trace:
            line["trace"] = trace
        return json.dumps(line, ensure_ascii=True)


class TerminalFormatter(_SafeFormatter):
    """For a person at a terminal; text from outside can neither colour it nor forge a line."""

    def __init__(self, redactor: Redactor, *, colour: bool = False) -> None:
        super().__init__(redactor)
        self._colour = colour

    def format(self, record: logging.LogRecord) -> str:
        clock = datetime.fromtimestamp(record.created).strftime("%H:%M:%S.%f")[:-3]
        level = record.levelname.lower()
        if self._colour:
            level = f"\x1b[{COLOURS.get(record.levelname, '0')}m{level}\x1b[0m"
        call = getattr(record, "call", "")
        where = f"{record.name} {printable(str(call))}" if call else record.name
        text = f"{clock} {level} {where}: {printable(self.message_of(record))}"
        trace = self.trace_of(record)
        lines = [text, *(f"    | {printable(line)}" for line in trace.split("\n") if line)]
        return "\n".join(lines)


def printable(text: str) -> str:
    """Control, format and separator characters as visible escapes (bidirectional marks too)."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class _Handler(logging.StreamHandler[IO[str]]):
    def emit(self, record: logging.LogRecord) -> None:
        record.call = current_call()[:SHORT_ID]
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        # A full disk or a closed pipe must not end a call, and the standard report on stderr
        # would show the record's arguments.
        pass


def set_up_logging(
    *,
    debug: bool = False,
    secrets: Iterable[str] = (),
    stream: IO[str] | None = None,
    human: bool | None = None,
) -> None:
    """Send everything that is logged to `stream` (default: standard error), replacing what was.

    `human` None: the terminal variant when the stream is a terminal. `secrets` are the values of
    the settings that must never appear.
    """
    out = sys.stderr if stream is None else stream
    terminal = out.isatty()
    redactor = Redactor(secrets, show_numbers=debug)
    handler = _Handler(out)
    if terminal if human is None else human:
        handler.setFormatter(TerminalFormatter(redactor, colour=terminal))
    else:
        handler.setFormatter(JsonFormatter(redactor))
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.DEBUG if debug else logging.INFO)
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(logging.INFO if debug else logging.WARNING)
    logging.captureWarnings(True)

"""TwiML as the carrier reads it: strictly, and only the verbs that a call of ours can need.

Source: https://www.twilio.com/docs/voice/twiml and the error pages of the codes used here.
"""

from __future__ import annotations

import ipaddress
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from urllib.parse import urlsplit

TWIML_LIMIT = 64 * 1024
"""Bytes (11750)."""
PARAMETER_LIMIT = 500
"""Characters of name and value together."""


class TwimlError(Exception):
    """This document cannot be obeyed; `code` as Twilio's debugger shows it."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Stream:
    """<Connect><Stream>: the call's sound over a websocket, both ways."""

    url: str
    name: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    status_callback: str = ""
    action: str = ""
    """Of <Connect>: asked for what comes next, instead of the verbs that follow."""
    invalid: int = 0
    """The error code with which it does not even start, or 0."""


@dataclass(frozen=True, slots=True)
class Say:
    """Words spoken to the callee."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Play:
    """A file or keypad tones."""

    url: str = ""
    digits: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing for a while."""

    length_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Hangup:
    """The end of the call."""


Verb = Stream | Say | Play | Pause | Hangup


@dataclass(frozen=True, slots=True)
class Program:
    """What to do, in order, and what was wrong with the document (code, words)."""

    verbs: tuple[Verb, ...]
    warnings: tuple[tuple[int, str], ...] = ()


def read_twiml(document: bytes, content_type: str = "text/xml") -> Program:
    """Reads a voice document. Raises TwimlError where Twilio gives up on the whole of it."""
    if not document.strip():
        raise TwimlError(11770, "empty response body")
    if len(document) > TWIML_LIMIT:
        raise TwimlError(11750, "response body too large")
    if content_type.partition(";")[0].strip().lower() not in {
        "text/xml",
        "application/xml",
        "text/html",
    }:
        raise TwimlError(12300, f"invalid content type {content_type[:80]!r}")
    try:
        root = ElementTree.fromstring(document)
    except ElementTree.ParseError as broken:
        raise TwimlError(12100, f"document parse failure: {broken}") from broken
    if root.tag != "Response":
        raise TwimlError(12100, f"the root is <{root.tag}>, not <Response>")
    verbs: list[Verb] = []
    warnings: list[tuple[int, str]] = []
    for element in root:
        verb = _verb(element, warnings)
        if verb is not None:
            verbs.append(verb)
    return Program(tuple(verbs), tuple(warnings))


def _verb(element: ElementTree.Element, warnings: list[tuple[int, str]]) -> Verb | None:
    match element.tag:
        case "Connect":
            return _stream(element, warnings)
        case "Say":
            return Say("".join(element.itertext()).strip(), element.get("language", ""))
        case "Play":
            return Play((element.text or "").strip(), element.get("digits", ""))
        case "Pause":
            return Pause(_seconds(element.get("length"), warnings))
        case "Hangup":
            return Hangup()
        case other:
            warnings.append((12200, f"<{other}> is not a verb that is obeyed here"))
            return None


def _seconds(text: str | None, warnings: list[tuple[int, str]]) -> float:
    if text is None:
        return 1.0
    if not text.isascii() or not text.isdecimal():
        warnings.append((12200, f"Pause length {text[:20]!r} is not a whole number"))
        return 1.0
    return float(text)


def _stream(connect: ElementTree.Element, warnings: list[tuple[int, str]]) -> Stream | None:
    nouns = list(connect)
    if len(nouns) != 1 or nouns[0].tag != "Stream":
        warnings.append((12200, "<Connect> needs exactly one <Stream>"))
        return None
    noun = nouns[0]
    parameters: list[tuple[str, str]] = []
    for child in noun:
        name, value = child.get("name"), child.get("value")
        if child.tag != "Parameter" or name is None or value is None:
            warnings.append((12200, f"<{child.tag}> in <Stream> is not a whole <Parameter>"))
        elif len(name) + len(value) >= PARAMETER_LIMIT:
            warnings.append((12200, f"parameter {name[:40]!r} is too long"))
        else:
            parameters.append((name, value))
    # The query string is dropped, as the real one does (reported by several projects).
    url, _, _ = noun.get("url", "").partition("?")
    url, _, _ = url.partition("#")
    return Stream(
        url=url,
        name=noun.get("name", ""),
        parameters=tuple(parameters),
        status_callback=noun.get("statusCallback", ""),
        action=connect.get("action", ""),
        invalid=_invalid(url, noun.get("track")),
    )


def _invalid(url: str, track: str | None) -> int:
    if track not in (None, "inbound_track"):
        return 31941
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return 31923
    if not host:
        return 31923
    if parts.scheme == "ws" and _is_loopback(host):
        return 0
    return 0 if parts.scheme == "wss" else 31922


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

"""Twilio's media stream messages as our events, and our commands as its messages.

Source: Twilio's documentation of Media Streams (websocket messages) and captured messages. Almost
everything that looks numeric is a string on this wire; numbers are accepted as well. What Twilio
calls the inbound track is the business.
"""

from __future__ import annotations

import json
import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NoReturn, assert_never

from bridge.commands import ClearPlayback, MarkPlayback, Play
from bridge.errors import BadFrame
from bridge.events import BusinessAudio, KeyPressed, MarkReached, StreamStarted, StreamStopped

MAX_NUMBER_DIGITS: Final = 15
MAX_TEXT: Final = 1000
"""Characters of a name, an id or a parameter; Twilio allows 500 for name and value together."""
KEYS: Final = frozenset("0123456789*#ABCD")


@dataclass(frozen=True, slots=True)
class Connected:
    """The first message of a socket. Says nothing about whose it is."""

    protocol: str


@dataclass(frozen=True, slots=True)
class StreamOpened:
    """The stream's `start`, not yet checked against anything."""

    stream_sid: str
    call_sid: str
    account_sid: str
    encoding: str
    """ "audio/x-mulaw" as far as anybody has seen."""
    sample_rate: int
    channels: int
    parameters: Mapping[str, str]
    """The <Parameter> elements of our TwiML."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """An event that is not in the protocol as we know it. Harmless."""

    name: str


Message = (
    Connected | StreamOpened | Unknown | BusinessAudio | KeyPressed | MarkReached | StreamStopped
)

# The one message that comes 50 times a second, exactly as Twilio writes it. Nothing in it can be
# escaped, so cutting it apart gives what parsing it would give; all else takes the long way. The
# payload is base64 if its length is right, too, and is not decoded here.
# (No going back, `++` and `}+`: nothing that follows could match what was taken.)
_media_parts: Final = re.compile(
    r'\{"event":"media","sequenceNumber":"[0-9]{1,15}+","media":\{"track":"inbound",'
    r'"chunk":"([0-9]{1,15}+)","timestamp":"([0-9]{1,15}+)","payload":"([A-Za-z0-9+/]++={0,2}+)"\},'
    r'"streamSid":"[A-Za-z0-9]{1,64}+"\}'
).fullmatch


def decode(text: str) -> Message:
    """What one text message means. Raises BadFrame for what makes no sense.

    A media message without a chunk or timestamp is still sound: both become 0, which Twilio
    itself never sends. A `stop` is believed whatever else it holds.
    """
    if (common := _media_parts(text)) is not None:
        chunk, timestamp, payload = common.groups()
        if len(payload) % 4:
            raise BadFrame("payload is not base64")
        return BusinessAudio(None, int(timestamp), int(chunk), payload)
    return _decode_any(text)


def started(opened: StreamOpened) -> StreamStarted:
    """The event for a `start` that was found to belong to a call."""
    return StreamStarted(opened.stream_sid, opened.call_sid)


def encode(command: Play | MarkPlayback | ClearPlayback, stream_sid: str) -> str:
    """One of the three messages that Twilio takes; anything else can end the stream (31951)."""
    plain = stream_sid.isascii() and stream_sid.isalnum()  # as any real one
    sid = f'"{stream_sid}"' if plain else json.dumps(stream_sid)
    if isinstance(command, Play):
        payload = b2a_base64(command.sound, newline=False).decode("ascii")
        return f'{{"event":"media","streamSid":{sid},"media":{{"payload":"{payload}"}}}}'
    match command:
        case MarkPlayback(name):
            return f'{{"event":"mark","streamSid":{sid},"mark":{{"name":{json.dumps(name)}}}}}'
        case ClearPlayback():
            return f'{{"event":"clear","streamSid":{sid}}}'
        case _:
            assert_never(command)


def _decode_any(text: str) -> Message:
    message = _object(text)
    name = _text(message, "event")
    match name:
        case "media":
            return _media(_part(message, "media"))
        case "mark":
            return MarkReached(_text(_part(message, "mark"), "name"))
        case "dtmf":
            digit = _text(_part(message, "dtmf"), "digit")
            if digit not in KEYS:
                raise BadFrame("dtmf digit is not a key")
            return KeyPressed(digit)
        case "start":
            return _start(message)
        case "stop":
            return StreamStopped()
        case "connected":
            return Connected(_text(message, "protocol", ""))
        case _:
            return Unknown(name[:64])


def _media(media: Mapping[str, object]) -> BusinessAudio:
    if _text(media, "track", "inbound") != "inbound":
        raise BadFrame("media is not of the inbound track")
    payload = media.get("payload")
    if not isinstance(payload, str):
        raise BadFrame("payload is missing or not text")
    if not payload:
        raise BadFrame("payload is empty")
    try:
        sound = a2b_base64(payload, strict_mode=True)
    except ValueError:  # the base64 error is one, and so is text outside ASCII
        raise BadFrame("payload is not base64") from None
    return BusinessAudio(sound, _number(media, "timestamp", 0), _number(media, "chunk", 0))


def _start(message: Mapping[str, object]) -> StreamOpened:
    start = _part(message, "start")
    outer_sid = _text(message, "streamSid", "")
    stream_sid = _text(start, "streamSid", outer_sid)
    if not stream_sid or (outer_sid and outer_sid != stream_sid):
        raise BadFrame("streamSid is missing or ambiguous")
    call_sid = _text(start, "callSid")
    if not call_sid:
        raise BadFrame("callSid is empty")
    form = _part(start, "mediaFormat")
    given = start.get("customParameters")
    if given is None:
        given = {}
    if not isinstance(given, dict):
        raise BadFrame("customParameters is not an object")
    return StreamOpened(
        stream_sid=stream_sid,
        call_sid=call_sid,
        account_sid=_text(start, "accountSid", ""),
        encoding=_text(form, "encoding"),
        sample_rate=_number(form, "sampleRate"),
        channels=_number(form, "channels"),
        parameters={key: _text(given, key) for key in given},
    )


def _object(text: str) -> dict[str, object]:
    try:
        message = _decoder.decode(text)
    except RecursionError:
        raise BadFrame("nested too deeply") from None
    except ValueError:  # not JSON, or a number of thousands of digits
        raise BadFrame("not JSON") from None
    if not isinstance(message, dict):
        raise BadFrame("not a JSON object")
    return message


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are no JSON


_decoder: Final = json.JSONDecoder(parse_constant=_refuse_constant)


def _part(message: Mapping[str, object], key: str) -> Mapping[str, object]:
    part = message.get(key)
    if not isinstance(part, dict):
        raise BadFrame(f"{key} is missing or not an object")
    return part


def _text(part: Mapping[str, object], key: str, default: str | None = None) -> str:
    value = part.get(key, default)
    if not isinstance(value, str):
        raise BadFrame(f"{key[:40]!a} is missing or not text")
    if len(value) > MAX_TEXT:
        raise BadFrame(f"{key[:40]!a} is too long")
    # JSON can smuggle half a surrogate pair in, which no file or database takes.
    if any(chr(0xD800) <= character <= chr(0xDFFF) for character in value + key):
        raise BadFrame(f"{key[:40]!a} is not Unicode")
    return value


def _number(part: Mapping[str, object], key: str, default: int | None = None) -> int:
    value = part.get(key, default)
    if isinstance(value, str):
        # isdigit() alone would let superscripts through, which int() refuses.
        if not (value.isascii() and value.isdigit() and len(value) <= MAX_NUMBER_DIGITS):
            raise BadFrame(f"{key} is not a number")
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadFrame(f"{key} is missing or not a number")
    if not 0 <= value < 10**MAX_NUMBER_DIGITS:
        raise BadFrame(f"{key} is out of range")
    return value

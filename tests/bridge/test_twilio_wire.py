"""Twilio's media stream messages, as captured and as they should never come."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge import twilio_wire
from bridge.commands import ClearPlayback, MarkPlayback, Play
from bridge.errors import BadFrame
from bridge.events import BusinessAudio, KeyPressed, MarkReached, StreamStarted, StreamStopped
from bridge.twilio_wire import Connected, StreamOpened, Unknown, decode, encode

SOUND = bytes(range(160))
PAYLOAD = base64.b64encode(SOUND).decode()
START = {
    "event": "start",
    "sequenceNumber": "1",
    "start": {
        "accountSid": "AC1",
        "streamSid": "MZ1",
        "callSid": "CA1",
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"token": "abc"},
    },
    "streamSid": "MZ1",
}
OPENED = StreamOpened("MZ1", "CA1", "AC1", "audio/x-mulaw", 8000, 1, {"token": "abc"})


def media(**changes: object) -> str:
    body: dict[str, object] = {
        "track": "inbound",
        "chunk": "1",
        "timestamp": "155",
        "payload": PAYLOAD,
        **changes,
    }
    kept = {key: value for key, value in body.items() if value is not ...}
    return json.dumps(
        {"event": "media", "sequenceNumber": "2", "media": kept, "streamSid": "MZ1"},
        separators=(",", ":"),
    )


def start(**changes: object) -> str:
    inner = {**START["start"], **changes}  # type: ignore[dict-item]  # START is a literal above
    kept = {key: value for key, value in inner.items() if value is not ...}
    return json.dumps({**START, "start": kept})


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ('{"event":"connected","protocol":"Call","version":"1.0.0"}', Connected("Call")),
        (json.dumps(START, separators=(",", ":")), OPENED),
        (media(), BusinessAudio(SOUND, 155, 1)),
        (
            (
                '{"event":"dtmf","streamSid":"MZ1","sequenceNumber":"5",'
                '"dtmf":{"track":"inbound_track","digit":"1"}}'
            ),
            KeyPressed("1"),
        ),
        (
            '{"event":"mark","sequenceNumber":"4","streamSid":"MZ1","mark":{"name":"my label"}}',
            MarkReached("my label"),
        ),
        (
            (
                '{"event":"stop","sequenceNumber":"378","streamSid":"MZ1",'
                '"stop":{"accountSid":"AC1","callSid":"CA1"}}'
            ),
            StreamStopped(),
        ),
        ('{"event":"weather","streamSid":"MZ1"}', Unknown("weather")),
    ],
)
def test_every_documented_message(text: str, meaning: object) -> None:
    assert decode(text) == meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        (media(timestamp=155, chunk=1), BusinessAudio(SOUND, 155, 1)),
        (media(chunk=...), BusinessAudio(SOUND, 155, 0)),
        (media(timestamp=...), BusinessAudio(SOUND, 0, 1)),
        (media(track=...), BusinessAudio(SOUND, 155, 1)),
        (media(extra={"new": [1]}), BusinessAudio(SOUND, 155, 1)),
        (json.dumps(json.loads(media()), indent=2), BusinessAudio(SOUND, 155, 1)),
        ('{"event":"stop"}', StreamStopped()),
        ('{"event":"connected"}', Connected("")),
    ],
)
def test_numbers_or_text_and_what_is_missing_or_new(text: str, meaning: object) -> None:
    assert decode(text) == meaning


def test_start_variants() -> None:
    text_rate = {"encoding": "audio/x-mulaw", "sampleRate": "8000", "channels": "1"}
    assert decode(start(mediaFormat=text_rate)) == OPENED
    assert decode(start(streamSid=...)) == OPENED
    nothing: tuple[object, ...] = (..., None, {})
    for none in nothing:
        opened = decode(start(customParameters=none))
        assert isinstance(opened, StreamOpened)
        assert opened.parameters == {}
    assert twilio_wire.started(OPENED) == StreamStarted("MZ1", "CA1")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ("null", "not a JSON object"),
        ("[" * 100_000, "nested too deeply"),
        ('{"event":"media","n":' + "9" * 5000 + "}", "not JSON"),
        ('{"event":"media","n":NaN}', "not JSON"),
        ("{}", "event"),
        ('{"event":7}', "event"),
        ('{"event":"media"}', "media is missing"),
        ('{"event":"media","media":[]}', "media is missing"),
        (media(payload=...), "payload is missing"),
        (media(payload=17), "payload is missing"),
        (media(payload=""), "payload is empty"),
        (media(payload="!@#$"), "not base64"),
        (media(payload="QUJ"), "not base64"),
        (media(payload="ñandú==="), "not base64"),
        (media(payload="QUJD\nQUJD"), "not base64"),
        (media(track="outbound"), "inbound track"),
        (media(track=1), "track"),
        (media(timestamp="x"), "timestamp"),
        (media(timestamp="²"), "timestamp"),
        (media(timestamp="-1"), "timestamp"),
        (media(timestamp=-1), "timestamp"),
        (media(timestamp=1e400), "not JSON"),
        (media(timestamp=1.5), "timestamp"),
        (media(timestamp=True), "timestamp"),
        (media(timestamp="9" * 16), "timestamp"),
        (media(timestamp=10**15), "timestamp"),
        (media(chunk=[]), "chunk"),
        ('{"event":"mark","mark":{}}', "name"),
        ('{"event":"mark","mark":{"name":"\\ud800"}}', "not Unicode"),
        (json.dumps({"event": "mark", "mark": {"name": "x" * 1001}}), "too long"),
        ('{"event":"dtmf","dtmf":{"digit":"12"}}', "not a key"),
        ('{"event":"dtmf","dtmf":{"digit":1}}', "digit"),
        ('{"event":"start"}', "start is missing"),
        (start(streamSid="MZ2"), "streamSid"),
        ('{"event":"start","start":{}}', "streamSid"),
        (start(callSid=""), "callSid"),
        (start(callSid=...), "callSid"),
        (start(mediaFormat=...), "mediaFormat"),
        (start(mediaFormat={"encoding": "x"}), "sampleRate"),
        (start(customParameters=[]), "customParameters"),
        (start(customParameters={"token": 1}), "token"),
        (start(accountSid=3), "accountSid"),
    ],
)
def test_what_makes_no_sense_is_a_bad_frame(text: str, reason: str) -> None:
    with pytest.raises(BadFrame, match=reason):
        decode(text)


def test_reasons_are_short_and_printable() -> None:
    with pytest.raises(BadFrame) as bad:
        decode(start(customParameters={"\n\x1b" + "k" * 5000: 1}))
    assert len(str(bad.value)) < 300
    assert str(bad.value).isprintable()


def outcome(read: Callable[[str], object], text: str) -> object:
    try:
        return read(text)
    except BadFrame:
        return BadFrame


PIECES = st.sampled_from(
    ['"', "\\", "{", "}", ",", ":", "media", "payload", "inbound", "=", "²", "\n", "0", "\\u0031"]
)


@settings(max_examples=1500, deadline=None)
@given(
    chunk=st.text("0123456789²", max_size=17),
    timestamp=st.text("0123456789 ", max_size=17),
    payload=st.binary(max_size=12).map(lambda b: base64.b64encode(b).decode())
    | st.text("AQ=/+\\", max_size=8),
    sid=st.text('MZ0\\"', max_size=4),
    where=st.integers(0, 300),
    piece=PIECES | st.just(""),
)
def test_the_short_way_equals_the_long_way(
    chunk: str, timestamp: str, payload: str, sid: str, where: int, piece: str
) -> None:
    text = (
        '{"event":"media","sequenceNumber":"2","media":{"track":"inbound",'
        f'"chunk":"{chunk}","timestamp":"{timestamp}","payload":"{payload}"}},'
        f'"streamSid":"{sid}"}}'
    )
    text = text[:where] + piece + text[where:]
    assert outcome(decode, text) == outcome(twilio_wire._decode_any, text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | PIECES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["media", "start", "mark", "dtmf", "name", "payload", "digit", "chunk"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=1500, deadline=None)
@given(
    event=st.sampled_from(["media", "start", "mark", "dtmf", "stop", "connected"]) | JSON,
    parts=st.dictionaries(st.sampled_from(["media", "start", "mark", "dtmf"]), JSON, max_size=3),
)
def test_no_message_does_more_harm_than_a_bad_frame(event: object, parts: object) -> None:
    assert isinstance(parts, dict)
    outcome(decode, json.dumps({"event": event, **parts}))


@settings(max_examples=800, deadline=None)
@given(st.text(max_size=60))
def test_no_text_does_more_harm_than_a_bad_frame(text: str) -> None:
    outcome(decode, text)


def test_the_three_messages_are_exactly_as_documented() -> None:
    sent = encode(Play(SOUND), "MZ1")
    assert sent == f'{{"event":"media","streamSid":"MZ1","media":{{"payload":"{PAYLOAD}"}}}}'
    assert encode(MarkPlayback("g1:2"), "MZ1") == (
        '{"event":"mark","streamSid":"MZ1","mark":{"name":"g1:2"}}'
    )
    assert encode(ClearPlayback(), "MZ1") == '{"event":"clear","streamSid":"MZ1"}'


@settings(max_examples=300, deadline=None)
@given(sound=st.binary(min_size=1, max_size=700), sid=st.text(max_size=10), name=st.text())
def test_what_we_send_is_json_and_keeps_every_byte(sound: bytes, sid: str, name: str) -> None:
    sent = json.loads(encode(Play(sound), sid))
    assert base64.b64decode(sent["media"]["payload"], validate=True) == sound
    assert sent["streamSid"] == sid
    assert json.loads(encode(MarkPlayback(name), sid))["mark"] == {"name": name}

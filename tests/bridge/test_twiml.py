"""What Twilio is told to do, and what its callbacks tell us."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from bridge.events import MachineDetected, PhoneProgress, PhoneStatus
from bridge.twilio_webhooks import (
    CallbackAddresses,
    apology_twiml,
    callback_explanation_twiml,
    connect_twiml,
    parse_status,
    parse_verdict,
)

MEDIA = "wss://v.example.com/media/att1"


def test_the_answered_call_is_connected_and_never_left_in_silence() -> None:
    twiml = ET.fromstring(connect_twiml(MEDIA, "att1", "t0k", "Perdón & adiós <3", "es"))
    assert [verb.tag for verb in twiml] == ["Connect", "Say", "Hangup"]
    (stream,) = twiml[0]
    assert stream.tag == "Stream"
    assert stream.attrib == {"url": MEDIA, "name": "att1"}
    (parameter,) = stream
    assert parameter.attrib == {"name": "token", "value": "t0k"}
    assert twiml[1].text == "Perdón & adiós <3"
    assert twiml[1].attrib == {"language": "es-MX"}


def test_characters_that_xml_forbids_are_left_out() -> None:
    text = "a\x00b\x0bc\ud800d\uffffe\U0001f600"
    for twiml in (
        connect_twiml(MEDIA, "att\x011", "t\x02", text, "es"),
        apology_twiml(text, "en"),
        callback_explanation_twiml(text, "en"),
    ):
        said = [verb.text for verb in ET.fromstring(twiml.encode()).iter("Say")]
        assert set(said) == {"abcde\U0001f600"}


def test_apology_and_explanation_end_the_call() -> None:
    assert [verb.tag for verb in ET.fromstring(apology_twiml("x", "en"))] == ["Say", "Hangup"]
    explained = ET.fromstring(callback_explanation_twiml("x", "en-GB"))
    assert [verb.tag for verb in explained] == ["Pause", "Say", "Pause", "Say", "Hangup"]
    assert explained[1].attrib == {"language": "en-GB"}


def test_long_texts_are_cut_and_twilios_limits_are_ours() -> None:
    assert len(ET.fromstring(apology_twiml("x" * 9000, "en"))[0].text or "") == 1000
    with pytest.raises(ValueError, match="query"):
        connect_twiml(MEDIA + "?token=1", "a", "t", "x", "es")
    with pytest.raises(ValueError, match="500"):
        connect_twiml(MEDIA, "a", "t" * 495, "x", "es")


def test_addresses_are_those_of_the_contract() -> None:
    at = CallbackAddresses("https://v.example.com/")
    assert at.answer("a1") == "https://v.example.com/webhook/voice/outbound/a1"
    assert at.status("a1") == "https://v.example.com/webhook/voice/status/a1"
    assert at.amd("a1") == "https://v.example.com/webhook/voice/amd/a1"
    assert at.media("a1") == "wss://v.example.com/media/a1"
    assert CallbackAddresses("http://127.0.0.1:8000").media("a/?") == (
        "ws://127.0.0.1:8000/media/a%2F%3F"
    )


@pytest.mark.parametrize("status", list(PhoneStatus))
def test_every_state_of_a_call(status: PhoneStatus) -> None:
    assert parse_status({"CallStatus": status.value}) == PhoneProgress(status)


@pytest.mark.parametrize(
    ("code", "read"),
    [
        ("486", 486),
        ("603", 603),
        ("", None),
        ("x", None),
        ("²00", None),
        ("999", None),
        ("48600", None),
    ],
)
def test_sip_codes(code: str, read: int | None) -> None:
    form = {"CallStatus": "busy", "SipResponseCode": code}
    assert parse_status(form) == PhoneProgress(PhoneStatus.BUSY, read)


@pytest.mark.parametrize("status", ["", "dancing", "None"])
def test_a_state_that_is_not_known(status: str) -> None:
    assert parse_status({"CallStatus": status}) is None
    assert parse_status({}) is None


def test_verdicts() -> None:
    assert parse_verdict({"AnsweredBy": "machine_end_beep"}) == MachineDetected("machine_end_beep")
    for nothing in ({}, {"AnsweredBy": ""}, {"AnsweredBy": "x\ny"}, {"AnsweredBy": "m" * 99}):
        assert parse_verdict(nothing) is None

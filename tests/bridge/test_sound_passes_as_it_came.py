"""The business's sound goes to an agent that hears the same format without being decoded."""

from __future__ import annotations

import base64

import pytest

from bridge import elevenlabs_wire, twilio_wire
from bridge.commands import SendToAgent
from bridge.events import BusinessAudio
from tests.bridge.conftest import Driver

SOUND = bytes(range(160))
TEXT = base64.b64encode(SOUND).decode()


def test_base64_and_bytes_are_the_same_sound() -> None:
    carried, plain = BusinessAudio(None, 20, 1, TEXT), BusinessAudio(SOUND, 20, 1)
    assert carried == plain and hash(carried) == hash(plain) and repr(carried) == repr(plain)
    assert carried.sound == SOUND and plain.base64 == TEXT
    assert carried != BusinessAudio(SOUND[1:], 20, 1)
    assert SendToAgent(None, TEXT) == SendToAgent(SOUND)
    assert SendToAgent(SOUND).base64 == TEXT
    with pytest.raises(AttributeError):
        getattr(plain, "loudness")  # noqa: B009 - mypy knows that there is none


def frame(chunk: int) -> str:
    return (
        f'{{"event":"media","sequenceNumber":"{chunk}","media":{{"track":"inbound",'
        f'"chunk":"{chunk}","timestamp":"20","payload":"{TEXT}"}},"streamSid":"MZ1"}}'
    )


@pytest.mark.parametrize("hears", ["ulaw_8000", "pcm_16000"])
def test_only_sound_that_must_be_converted_is_decoded(
    call: Driver, hears: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    call.talking(hears=hears)
    decoded: list[str] = []

    def decode(text: str) -> bytes:
        decoded.append(text)
        return SOUND

    monkeypatch.setattr("bridge.carried_sound.a2b_base64", decode)
    event = twilio_wire.decode(frame(1))
    assert isinstance(event, BusinessAudio)
    (command,) = call.hear(event)
    assert isinstance(command, SendToAgent)
    text = elevenlabs_wire.encode(command)
    if hears == "ulaw_8000":
        assert text == f'{{"user_audio_chunk":"{TEXT}"}}'
        assert decoded == []
    else:
        assert TEXT not in text
        assert decoded == [TEXT]

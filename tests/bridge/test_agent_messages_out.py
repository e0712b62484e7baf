"""What the agent is sent, and how the end of its socket is told: nothing null, nothing secret."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.commands import AnswerTool, Pong, SendToAgent, TellAgent
from bridge.elevenlabs_wire import closed, encode, opening, safe_detail
from bridge.events import AgentClosed, AgentLost


def test_opening_has_the_variables_and_nothing_else() -> None:
    text = opening({"business_name": "Ana", "party_size": 2, "flexible": True, "note": ""})
    assert text == (
        '{"type":"conversation_initiation_client_data","dynamic_variables":'
        '{"business_name":"Ana","party_size":2,"flexible":true,"note":""}}'
    )
    assert json.loads(opening({})) == {
        "type": "conversation_initiation_client_data",
        "dynamic_variables": {},
    }
    assert json.loads(opening({"n": "\ud800ñ"}))["dynamic_variables"] == {"n": "\ufffdñ"}


def test_commands_are_exactly_as_documented() -> None:
    assert encode(SendToAgent(b"\xff\x7f")) == '{"user_audio_chunk":"/38="}'
    assert encode(Pong(7)) == '{"type":"pong","event_id":7}'
    assert encode(AnswerTool("v1", '{"valid": false}', False)) == (
        '{"type":"client_tool_result","tool_call_id":"v1",'
        '"result":"{\\"valid\\": false}","is_error":false}'
    )
    assert encode(AnswerTool("v1", "false", True)).endswith('"result":"false","is_error":true}')
    assert encode(TellAgent("ojo")) == '{"type":"contextual_update","text":"ojo"}'


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=1000), st.text())
def test_what_we_send_keeps_every_byte_and_is_plain_ascii(sound: bytes, text: str) -> None:
    chunk = json.loads(encode(SendToAgent(sound)))
    assert base64.b64decode(chunk["user_audio_chunk"], validate=True) == sound
    told = encode(TellAgent(text))
    assert told.isascii()
    json.loads(told)["text"].encode()


def test_only_1000_is_an_orderly_end() -> None:
    assert closed(1000, "bye") == AgentClosed()
    lost = closed(1008, "Missing required dynamic variables in first message: {'saludo'}")
    assert isinstance(lost, AgentLost)
    assert "1008" in lost.detail and "contract" in lost.detail and "saludo" in lost.detail
    for code, meaning in (
        (1006, "lost"),
        (1002, "operational"),
        (3008, "concurrent"),
        (4999, "unexp"),
    ):
        event = closed(code, "")
        assert isinstance(event, AgentLost)
        assert meaning in event.detail


@pytest.mark.parametrize(
    "secret",
    [
        "wss://api.elevenlabs.io/v1/convai/conversation?agent_id=a&conversation_signature=cvtkn_s3cret",
        "conversation_signature=s3cret",
        'token: "s3cret"',
        "xi-api-key: s3cret",
        "Authorization: Bearer s3cret",
        "sk_s3cret0123456789",
        "cvtkn_s3cret",
    ],
)
def test_details_hold_no_secrets(secret: str) -> None:
    for detail in (safe_detail(f"see {secret} now"), closed(1008, secret)):
        assert "s3cret" not in str(detail)


def test_details_are_one_short_printable_line() -> None:
    detail = safe_detail("a\nb\x1b[31m\ud800" + "c" * 5000)
    assert detail.startswith("a b[31m")
    assert len(detail) == 200 and detail.isprintable()

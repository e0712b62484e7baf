"""ElevenLabs' agent messages: every documented shape, every known variant, and nonsense."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.elevenlabs_wire import decode
from bridge.errors import BadFrame
from bridge.events import (
    AgentAudio,
    AgentCorrected,
    AgentErred,
    AgentEvent,
    AgentPinged,
    AgentReady,
    AgentSaid,
    AgentStirred,
    AgentUsedOwnTool,
    BusinessSaid,
    Interrupted,
    ToolCalled,
)

SLOT = {"date": "2026-11-23", "time": "17:00"}


def tool(parameters: str, extra: str = "") -> str:
    return (
        '{"type":"client_tool_call","client_tool_call":{"tool_name":"validate_slot",'
        f'"tool_call_id":"v1"{parameters},"event_id":6{extra}}}}}'
    )


@pytest.mark.parametrize(
    ("text", "event"),
    [
        (
            (
                '{"type":"conversation_initiation_metadata","conversation_initiation_metadata_event":'
                '{"conversation_id":"conv_1","agent_output_audio_format":"pcm_16000",'
                '"user_input_audio_format":"ulaw_8000"}}'
            ),
            AgentReady("conv_1", "ulaw_8000", "pcm_16000"),
        ),
        ('{"type":"ping","ping_event":{"event_id":3,"ping_ms":null}}', AgentPinged(3)),
        ('{"type":"ping","ping_event":{"event_id":4}}', AgentPinged(4)),
        (
            (
                '{"type":"audio","audio_event":{"audio_base_64":"//8=","event_id":5,"alignment":'
                '{"chars":["H"],"char_start_times_ms":[0],"char_durations_ms":[60]},"is_final":false}}'
            ),
            AgentAudio(5, b"\xff\xff"),
        ),
        (
            '{"type":"audio","audio_event":{"audio_base_64":"/w==","event_id":5}}',
            AgentAudio(5, b"\xff"),
        ),
        (
            '{"type":"audio","audio_event":{"audio_base_64":"/w==","event_id":5,"is_final":true}}',
            AgentAudio(5, b"\xff"),
        ),
        (
            '{"type":"audio","audio_event":{"audio_base_64":"","event_id":5,"is_final":true}}',
            AgentStirred("audio"),
        ),
        ('{"type":"audio","audio_event":{"is_final":true}}', AgentStirred("audio")),
        (
            (
                '{"type":"user_transcript","user_transcription_event":'
                '{"user_transcript":"Peluquería Ana, dígame","event_id":4}}'
            ),
            BusinessSaid("Peluquería Ana, dígame"),
        ),
        (
            '{"type":"user_transcript","user_transcription_event":{"user_transcript":" "}}',
            AgentStirred("user_transcript"),
        ),
        (
            (
                '{"type":"tentative_user_transcript","tentative_user_transcription_event":'
                '{"user_transcript":"Peluq…","event_id":4}}'
            ),
            AgentStirred("tentative_user_transcript"),
        ),
        (
            (
                '{"type":"agent_response","agent_response_event":{"agent_response":"Hola, …",'
                '"event_id":5,"response_id":"r"}}'
            ),
            AgentSaid("Hola, …"),
        ),
        (
            '{"type":"agent_response","agent_response_event":{"agent_response":""}}',
            AgentStirred("agent_response"),
        ),
        (
            (
                '{"type":"agent_response_correction","agent_response_correction_event":'
                '{"original_agent_response":"full","corrected_agent_response":"cut","event_id":5}}'
            ),
            AgentCorrected("cut"),
        ),
        (
            (
                '{"type":"agent_response_correction","agent_response_correction_event":'
                '{"original_agent_response":"full","corrected_agent_response":""}}'
            ),
            AgentCorrected(""),
        ),
        (
            '{"type":"agent_response_complete","agent_response_complete_event":{"event_id":5}}',
            AgentStirred("agent_response_complete"),
        ),
        (
            '{"type":"interruption","interruption_event":{"event_id":5,"reason":"x"}}',
            Interrupted(5),
        ),
        ('{"type":"interruption","interruption_event":{"event_id":"5"}}', Interrupted(5)),
        (
            tool(',"parameters":{"date":"2026-11-23","time":"17:00"}', ',"expects_response":true'),
            ToolCalled("v1", "validate_slot", SLOT),
        ),
        (
            tool(',"parameters":"{\\"date\\":\\"2026-11-23\\",\\"time\\":\\"17:00\\"}"'),
            ToolCalled("v1", "validate_slot", SLOT),
        ),
        (tool(',"parameters":null'), ToolCalled("v1", "validate_slot", {})),
        (tool(""), ToolCalled("v1", "validate_slot", {})),
        (tool(',"parameters":"not json"'), ToolCalled("v1", "validate_slot", {})),
        (tool(',"parameters":[1]'), ToolCalled("v1", "validate_slot", {})),
        (
            tool(',"parameters":{"d":["\\ud800",{"x":1,"y":null}]}'),
            ToolCalled("v1", "validate_slot", {"d": ["\ufffd", {"x": 1, "y": None}]}),
        ),
        (
            (
                '{"type":"agent_tool_request","agent_tool_request":{"tool_name":"end_call",'
                '"tool_call_id":"e","tool_type":"system","event_id":6}}'
            ),
            AgentStirred("agent_tool_request"),
        ),
        (
            (
                '{"type":"agent_tool_response","agent_tool_response":{"tool_name":"end_call",'
                '"tool_call_id":"e","tool_type":"system","is_error":false,"is_called":true}}'
            ),
            AgentUsedOwnTool("end_call"),
        ),
        (
            (
                '{"type":"agent_tool_response","agent_tool_response":{"tool_name":"end_call",'
                '"tool_call_id":"e","tool_type":"system","is_error":true}}'
            ),
            AgentStirred("agent_tool_response"),
        ),
        (
            (
                '{"type":"agent_tool_response","agent_tool_response":{"tool_name":"end_call",'
                '"tool_call_id":"e","tool_type":"system","is_called":false}}'
            ),
            AgentStirred("agent_tool_response"),
        ),
        (
            (
                '{"type":"agent_tool_response","agent_tool_response":{"tool_name":"validate_slot",'
                '"tool_call_id":"v1","tool_type":"client","is_error":false}}'
            ),
            AgentStirred("agent_tool_response"),
        ),
        ('{"type":"vad_score","vad_score_event":{"vad_score":0.93}}', AgentStirred("vad_score")),
        ('{"type":"guardrail_triggered"}', AgentStirred("guardrail_triggered")),
        (
            '{"type":"queue_status","queue_status_event":{"status":"waiting"}}',
            AgentStirred("queue_status"),
        ),
        ('{"type":"dtmf_request"}', AgentStirred("dtmf_request")),
        ('{"type":"\\ud800new"}', AgentStirred("\ufffdnew")),
    ],
)
def test_every_documented_message_and_its_variants(text: str, event: AgentEvent) -> None:
    assert decode(text) == event


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            (
                '{"type":"client_error","error_event":{"code":1008,"message":"Override for field '
                '\'first_message\' is not allowed by config.","error_name":"override_error"}}'
            ),
            ["override_error", "1008", "first_message"],
        ),
        (
            (
                '{"type":"error","error_event":{"code":1002,"message":"slow","error_type":"llm_timeout",'
                '"reason":"why","debug_message":null,"details":{}}}'
            ),
            ["llm_timeout", "1002", "slow", "why"],
        ),
        ('{"type":"error","message":"flat"}', ["flat"]),
        ('{"type":"error"}', ["without details"]),
        ('{"type":"error","error_event":null}', ["without details"]),
        ('{"type":"queue_status","queue_status_event":{"status":"timed_out"}}', ["queue"]),
    ],
)
def test_errors_keep_the_useful_words(text: str, parts: list[str]) -> None:
    event = decode(text)
    assert isinstance(event, AgentErred)
    assert all(part in event.detail for part in parts)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"type":5}',
        "[" * 100_000,
        '{"type":"ping","n":' + "1" * 5000 + "}",
        '{"type":"vad_score","vad_score_event":{"vad_score":NaN}}',
        '{"type":"ping"}',
        '{"type":"ping","ping_event":{}}',
        '{"type":"ping","ping_event":{"event_id":true}}',
        '{"type":"ping","ping_event":{"event_id":1.5}}',
        '{"type":"ping","ping_event":{"event_id":-1}}',
        '{"type":"ping","ping_event":{"event_id":"²"}}',
        '{"type":"ping","ping_event":{"event_id":1000000000000000}}',
        '{"type":"audio"}',
        '{"type":"audio","audio_event":[]}',
        '{"type":"audio","audio_event":{"event_id":5}}',
        '{"type":"audio","audio_event":{"event_id":5,"audio_base_64":""}}',
        '{"type":"audio","audio_event":{"event_id":5,"audio_base_64":"!@#$"}}',
        '{"type":"audio","audio_event":{"event_id":5,"audio_base_64":"é==="}}',
        '{"type":"audio","audio_event":{"audio_base_64":"/w=="}}',
        '{"type":"interruption","interruption_event":{}}',
        '{"type":"user_transcript","user_transcription_event":{"user_transcript":null}}',
        '{"type":"user_transcript"}',
        '{"type":"agent_response","agent_response_event":{}}',
        '{"type":"agent_response_correction","agent_response_correction_event":{}}',
        '{"type":"client_tool_call"}',
        '{"type":"client_tool_call","client_tool_call":{"tool_name":"x"}}',
        '{"type":"client_tool_call","client_tool_call":{"tool_call_id":"x","tool_name":""}}',
        '{"type":"client_tool_call","client_tool_call":{"tool_call_id":"\\udfff","tool_name":"x"}}',
        '{"type":"agent_tool_response","agent_tool_response":{}}',
        '{"type":"conversation_initiation_metadata"}',
        (
            '{"type":"conversation_initiation_metadata","conversation_initiation_metadata_event":'
            '{"conversation_id":"c","agent_output_audio_format":"ulaw_8000"}}'
        ),
        '{"type":"queue_status"}',
    ],
)
def test_what_makes_no_sense_is_a_bad_frame(text: str) -> None:
    with pytest.raises(BadFrame) as bad:
        decode(text)
    assert len(str(bad.value)) < 100


@pytest.mark.parametrize("depth", [33, 300])
def test_a_deep_parameter_is_still_a_call_to_answer(depth: int) -> None:
    deep = "[" * depth + "]" * depth
    assert decode(tool(f',"parameters":{{"d":{deep}}}')) == ToolCalled("v1", "validate_slot", {})


def test_huge_words_are_cut() -> None:
    text = json.dumps(
        {"type": "agent_response", "agent_response_event": {"agent_response": "x" * 10**6}}
    )
    event = decode(text)
    assert isinstance(event, AgentSaid)
    assert len(event.text) == 20_000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["event_id", "audio_base_64", "tool_name", "tool_call_id", "parameters"]
            )
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
KINDS = {
    "audio": "audio_event",
    "ping": "ping_event",
    "interruption": "interruption_event",
    "user_transcript": "user_transcription_event",
    "agent_response": "agent_response_event",
    "agent_response_correction": "agent_response_correction_event",
    "client_tool_call": "client_tool_call",
    "agent_tool_response": "agent_tool_response",
    "conversation_initiation_metadata": "conversation_initiation_metadata_event",
    "error": "error_event",
    "client_error": "error_event",
    "queue_status": "queue_status_event",
}


@settings(max_examples=2000, deadline=None)
@given(kind=st.sampled_from(sorted(KINDS)), payload=JSON)
def test_no_payload_does_more_harm_than_a_bad_frame(kind: str, payload: object) -> None:
    try:
        event = decode(json.dumps({"type": kind, KINDS[kind]: payload}))
    except BadFrame:
        return
    # Whatever came through can be written to a file, a database or a socket.
    repr(event).encode()
    if isinstance(event, ToolCalled):
        json.dumps(dict(event.parameters), ensure_ascii=False).encode()


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=60))
def test_no_text_does_more_harm_than_a_bad_frame(text: str) -> None:
    try:
        decode(text)
    except BadFrame:
        pass

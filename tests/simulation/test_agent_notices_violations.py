"""A client that breaks the protocol is written up, and the conversation goes on."""

from __future__ import annotations

import asyncio
import json

import pytest

from simulation.agent import SimulatedElevenLabs
from simulation.channel import memory_pair
from simulation.clock import run_virtual
from simulation.script import Scene

QUIET = Scene("made_up", "", (), (), (), "booked")
INIT = {"type": "conversation_initiation_client_data"}


def violations_of(message: str | bytes, hears: str = "ulaw_8000") -> list[str]:
    """Opens as it should, sends this, and stays on the line for a second."""

    async def main() -> list[str]:
        agent = SimulatedElevenLabs("key", "agent_1", QUIET, hears_format=hears)
        signature = agent.account.sign("agent_1", asyncio.get_running_loop().time())
        query = f"agent_id=agent_1&conversation_signature={signature}"
        near, far = memory_pair()
        async with asyncio.TaskGroup() as tasks:
            url = f"ws://agent/v1/convai/conversation?{query}"
            tasks.create_task(agent.converse(far, url))
            await near.send(json.dumps(INIT))
            for _ in range(2):
                frame = json.loads(await near.receive())
            assert frame["type"] == "ping"
            await near.send(json.dumps({"type": "pong", "event_id": 1}))
            if isinstance(message, bytes):
                await near.send_bytes(message)
            else:
                await near.send(message)
            await asyncio.sleep(1)
            (conversation,) = agent.conversations
            assert conversation.ended is None
            await near.close()
        return conversation.violations

    return run_virtual(main())


@pytest.mark.parametrize(
    ("message", "complaint"),
    [
        ('{"type":"user_audio_chunk","user_audio_chunk":"/w=="}', "with a type key"),
        ('{"user_audio_chunk":"/w==","n":1}', "with other keys"),
        ('{"user_audio_chunk":""}', "an empty user_audio_chunk"),
        ('{"user_audio_chunk":"%%%"}', "not base64"),
        ('{"user_audio_chunk":7}', "not a string"),
        (json.dumps({"user_audio_chunk": "////" * 3000}), "a chunk of 1125 ms"),
        ('{"type":"client_tool_result","tool_call_id":"x","result":{"valid":true}}', "type dict"),
        ('{"type":"client_tool_result","tool_call_id":"x","result":"no"}', "never called"),
        ('{"type":"client_tool_result","result":"no"}', "without tool_call_id"),
        ('{"type":"client_tool_result","tool_call_id":"x","result":"","is_error":0}', "is_error"),
        ('{"type":"pong","pong_event":{"event_id":1}}', "event_id None"),
        ('{"type":"pong","event_id":77}', "no open ping"),
        ('{"type":"contextual_update","text":""}', "without text"),
        ('{"type":"conversation_initiation_client_data"}', "twice"),
        ('{"type":"audio"}', "unknown type"),
        ("[]", "not a JSON object"),
        ("not JSON", "not JSON"),
        ("[" * 100_000, "not JSON"),
        (b"\x00", "binary"),
    ],
)
def test_a_breach_is_written_up_once(message: str | bytes, complaint: str) -> None:
    (violation,) = violations_of(message)
    assert complaint in violation


def test_half_a_sample_is_a_breach_in_pcm() -> None:
    assert "in two" in violations_of('{"user_audio_chunk":"AAAA"}', "pcm_16000")[0]


@pytest.mark.parametrize(
    "message",
    [
        '{"user_audio_chunk":"/w=="}',
        '{"type":"user_activity"}',
        '{"type":"feedback","event_id":1,"score":null}',
        '{"type":"contextual_update","text":"later, please","context_id":"slot"}',
        '{"type":"user_message","text":"hola"}',
    ],
)
def test_what_is_allowed_is_not_written_up(message: str) -> None:
    assert violations_of(message) == []

"""The simulated ElevenLabs is strict about what it is sent for agents and tools."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from simulation.agent import SimulatedElevenLabs
from simulation.script import EndCall, Say, Scene
from simulation.serving import in_memory

TALK = Scene("made_up", "", (), (), (Say("agent_thanks"), EndCall()), "booked")
TOOL: dict[str, Any] = {
    "type": "client",
    "name": "press_keys",
    "description": "Presses keys.",
    "parameters": {
        "type": "object",
        "required": ["digits"],
        "properties": {"digits": {"type": "string", "description": "Which."}},
    },
}


@pytest.fixture
def agent() -> SimulatedElevenLabs:
    return SimulatedElevenLabs("key", "agent_1", TALK)


@pytest.fixture
async def rest(agent: SimulatedElevenLabs) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"xi-api-key": "key"}
    transport = in_memory(agent.app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://agent/v1/convai", headers=headers
    ) as client:
        yield client


CONFIGS: list[tuple[dict[str, Any], str]] = [
    ({"trun": {}}, "trun"),
    ({"turn": {"turn_timeot": 7}}, "turn_timeot"),
    ({"turn": {"turn_timeout": "7"}}, "turn_timeout"),
    ({"turn": {"turn_eagerness": "hasty"}}, "turn_eagerness"),
    ({"asr": {"user_input_audio_format": "mp3"}}, "user_input_audio_format"),
    ({"conversation": {"client_events": ["audio", "smell"]}}, "client_events"),
    ({"conversation": {"max_duration_seconds": True}}, "max_duration_seconds"),
    ({"agent": {"prompt": {"built_in_tools": {"end_cal": None}}}}, "end_cal"),
    ({"agent": {"prompt": {"tool_ids": "tool_1"}}}, "tool_ids"),
    ({"agent": {"prompt": {"built_in_tools": {"end_call": {"type": "system"}}}}}, "name"),
]


@pytest.mark.parametrize(("config", "culprit"), CONFIGS, ids=lambda value: str(value)[:40])
@pytest.mark.parametrize("new", [True, False])
async def test_what_the_vendor_does_not_know_is_refused(
    rest: httpx.AsyncClient,
    agent: SimulatedElevenLabs,
    config: dict[str, Any],
    culprit: str,
    new: bool,
) -> None:
    before = str(agent.account.agents)
    body = {"conversation_config": config}
    if new:
        answer = await rest.post("/agents/create", json=body)
    else:
        answer = await rest.patch("/agents/agent_1", json=body)
    assert answer.status_code == 422
    assert any(culprit in map(str, fault["loc"]) for fault in answer.json()["detail"])
    assert str(agent.account.agents) == before


@pytest.mark.parametrize(
    ("change", "culprit"),
    [
        ({"expect_response": True}, "expect_response"),
        ({"response_timeout_secs": 500}, "response_timeout_secs"),
        ({"response_timeout_secs": -1}, "tool_config"),
        ({"parameters": {"type": "object", "additionalProperties": False}}, "parameters"),
        ({"parameters": {"type": "object", "properties": {"a": {"type": "string"}}}}, "a"),
        ({"parameters": {"type": "object", "required": ["b"], "properties": {}}}, "required"),
        ({"type": "telepathy"}, "type"),
    ],
    ids=str,
)
async def test_so_are_tools(rest: httpx.AsyncClient, change: dict[str, Any], culprit: str) -> None:
    made = await rest.post("/tools", json={"tool_config": TOOL})
    assert made.status_code == 200
    for answer in (
        await rest.post("/tools", json={"tool_config": {**TOOL, **change}}),
        await rest.patch(f"/tools/{made.json()['id']}", json={"tool_config": {**TOOL, **change}}),
    ):
        assert answer.status_code == 422, answer.text
        assert culprit in str(answer.json()["detail"])
    kept = await rest.get(f"/tools/{made.json()['id']}")
    assert kept.json()["tool_config"]["parameters"]["required"] == ["digits"]


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"agent": {"language": "es"}, "tts": {"model_id": "eleven_flash_v2"}}, "Non-english"),
        ({"agent": {"language": "en"}, "tts": {"model_id": "eleven_turbo_v2_5"}}, "English"),
        ({"agent": {"prompt": {"tool_ids": ["tool_none"]}}}, "tool_none"),
    ],
)
async def test_parts_that_do_not_go_together_are_refused(
    rest: httpx.AsyncClient, config: dict[str, Any], words: str
) -> None:
    for answer in (
        await rest.post("/agents/create", json={"conversation_config": config}),
        await rest.patch("/agents/agent_1", json={"conversation_config": config}),
    ):
        assert answer.status_code == 400
        assert words in answer.json()["detail"]["message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/agents/agent_1"), ("PATCH", "/agents/agent_1"), ("POST", "/agents/create"),
     ("POST", "/tools"), ("GET", "/tools")],
)  # fmt: skip
async def test_a_wrong_key_opens_nothing(
    rest: httpx.AsyncClient, agent: SimulatedElevenLabs, method: str, path: str
) -> None:
    answer = await rest.request(method, path, json={}, headers={"xi-api-key": "wrong"})
    assert answer.status_code == 401
    assert answer.json()["detail"]["status"] == "invalid_api_key"
    assert agent.account.writes == []


async def test_what_was_not_set_is_shown_with_its_default(rest: httpx.AsyncClient) -> None:
    made = await rest.post("/agents/create", json={"conversation_config": {}})
    shown = (await rest.get(f"/agents/{made.json()['agent_id']}")).json()
    assert shown["platform_settings"]["queueing_config"]["enabled"] is True
    assert shown["conversation_config"]["agent"]["prompt"]["built_in_tools"]["end_call"] is None
    tool = (await rest.post("/tools", json={"tool_config": TOOL})).json()["tool_config"]
    assert tool["expects_response"] is False
    assert tool["parameters"]["properties"]["digits"]["enum"] is None

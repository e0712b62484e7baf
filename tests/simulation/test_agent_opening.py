"""Who may open a conversation with the simulated agent, and with what."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from elevenlabs import AsyncElevenLabs
from elevenlabs.core.api_error import ApiError
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from simulation.agent import SimulatedElevenLabs
from simulation.agent_accounts import SIGNATURE_VALID_S
from simulation.agent_manner import Manner
from simulation.channel import ChannelClosed, memory_pair
from simulation.clock import run_virtual
from simulation.script import EndCall, Say, Scene
from simulation.serving import in_memory

TALK = Scene("made_up", "", (), (), (Say("agent_thanks"), EndCall()), "booked")
SIGNED_URL = "/v1/convai/conversation/get-signed-url"
INIT = "conversation_initiation_client_data"
Frame = dict[str, Any]


def agent_of(manner: Manner | None = None) -> SimulatedElevenLabs:
    return SimulatedElevenLabs("key", "agent_1", TALK, manner=manner)


def rest(agent: SimulatedElevenLabs, key: str = "key") -> httpx.AsyncClient:
    transport = in_memory(agent.app)
    headers = {"xi-api-key": key}
    return httpx.AsyncClient(transport=transport, base_url="http://agent", headers=headers)


async def signed_url(agent: SimulatedElevenLabs) -> str:
    async with rest(agent) as client:
        answer = await client.get(SIGNED_URL, params={"agent_id": "agent_1"})
        return str(answer.json()["signed_url"])


async def opened(
    agent: SimulatedElevenLabs, url: str, first: str | None
) -> tuple[list[Frame], ChannelClosed]:
    """All that comes back until the agent closes."""
    near, far = memory_pair()
    frames: list[Frame] = []
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(agent.converse(far, url))
        if first is not None:
            await near.send(first)
        try:
            while True:
                frames.append(json.loads(await near.receive()))
        except ChannelClosed as closed:
            return frames, closed
    raise AssertionError("unreachable: only a close ends the loop")


def opens_with(
    first: str | None, agent: SimulatedElevenLabs | None = None
) -> tuple[list[Frame], ChannelClosed]:
    async def main() -> tuple[list[Frame], ChannelClosed]:
        made = agent or agent_of()
        return await opened(made, await signed_url(made), first)

    return run_virtual(main())


@pytest.mark.parametrize(
    ("key", "agent_id", "status", "detail"),
    [
        ("wrong", "agent_1", 401, "invalid_api_key"),
        ("ключ", "agent_1", 401, "invalid_api_key"),
        ("key", "agent_2", 404, "document_not_found"),
    ],
)
async def test_signed_urls_need_the_key_and_an_agent(
    key: str, agent_id: str, status: int, detail: str
) -> None:
    transport = in_memory(agent_of().app)
    async with httpx.AsyncClient(transport=transport, base_url="http://agent") as client:
        headers = {b"xi-api-key": key.encode()}
        answer = await client.get(SIGNED_URL, params={"agent_id": agent_id}, headers=headers)
    assert answer.status_code == status
    assert answer.json()["detail"]["status"] == detail


async def test_a_signed_url_without_an_agent_is_a_validation_error() -> None:
    async with rest(agent_of()) as client:
        assert (await client.get(SIGNED_URL)).status_code == 422


def test_metadata_comes_first_then_a_ping() -> None:
    frames, closed = opens_with(json.dumps({"type": INIT}))
    assert [each["type"] for each in frames[:2]] == ["conversation_initiation_metadata", "ping"]
    assert closed.code == 1000


def test_a_signature_opens_one_conversation() -> None:
    async def main() -> None:
        agent = agent_of()
        url = await signed_url(agent)
        assert (await opened(agent, url, json.dumps({"type": INIT})))[1].code == 1000
        assert (await opened(agent, url, json.dumps({"type": INIT})))[1].code == 1008
        assert len(agent.conversations) == 1 == agent.refused

    run_virtual(main())


def test_a_signature_expires() -> None:
    async def main() -> None:
        agent = agent_of()
        url = await signed_url(agent)
        await asyncio.sleep(SIGNATURE_VALID_S + 1)
        assert (await opened(agent, url, json.dumps({"type": INIT})))[1].code == 1008

    run_virtual(main())


@pytest.mark.parametrize(
    "query", ["", "?agent_id=agent_1", "?agent_id=agent_1&conversation_signature=cvtkn_00"]
)
def test_without_a_good_signature_nothing_opens(query: str) -> None:
    async def main() -> None:
        agent = agent_of()
        url = f"ws://agent/v1/convai/conversation{query}"
        assert (await opened(agent, url, None))[1].code == 1008

    run_virtual(main())


def test_who_says_nothing_first_is_sent_away() -> None:
    frames, closed = opens_with(None)
    assert closed.code == 1002
    assert [each["type"] for each in frames] == ["error"]


def test_sound_before_the_initiation_data_is_refused() -> None:
    _, closed = opens_with(json.dumps({"user_audio_chunk": "/w=="}))
    assert closed.code == 1008


def test_an_override_that_is_not_allowed_is_refused_by_name() -> None:
    override = {"agent": {"first_message": "Hola"}}
    frames, closed = opens_with(
        json.dumps({"type": INIT, "conversation_config_override": override})
    )
    assert closed.code == 1008
    assert closed.reason == "Override for field 'first_message' is not allowed by config."
    assert frames[0]["error_event"]["error_name"] == "override_error"


def test_variables_that_the_prompt_uses_must_be_given() -> None:
    async def main() -> None:
        agent = agent_of()
        async with rest(agent) as client:
            prompt = {"prompt": "Llamás a {{business_name}} por {{ service }} {{system__time}}."}
            change = {"conversation_config": {"agent": {"prompt": prompt}}}
            patched = await client.patch("/v1/convai/agents/agent_1", json=change)
            assert patched.status_code == 200
        given = {"type": INIT, "dynamic_variables": {"business_name": "Ana"}}
        _, closed = await opened(agent, await signed_url(agent), json.dumps(given))
        assert closed.code == 1008
        assert closed.reason == "Missing required dynamic variables in prompt: {'service'}"
        given = {"type": INIT, "dynamic_variables": {"business_name": "Ana", "service": ""}}
        _, closed = await opened(agent, await signed_url(agent), json.dumps(given))
        assert closed.code == 1000

    run_virtual(main())


@pytest.mark.parametrize(("queue", "code"), [("admitted", 1000), ("timed_out", 3008)])
def test_a_queue_admits_or_times_out(queue: Any, code: int) -> None:
    frames, closed = opens_with(json.dumps({"type": INIT}), agent_of(Manner(queue=queue)))
    statuses = [each["queue_status_event"]["status"] for each in frames[:2]]
    assert statuses == ["waiting", queue]
    assert closed.code == code


def test_conversations_at_once_do_not_touch_each_other() -> None:
    async def main() -> None:
        agent = agent_of()
        async with asyncio.TaskGroup() as tasks:
            for number in range(5):
                init = {"type": INIT, "dynamic_variables": {"number": number}}
                url = await signed_url(agent)
                tasks.create_task(opened(agent, url, json.dumps(init)))
        assert [each.variables["number"] for each in agent.conversations] == [0, 1, 2, 3, 4]
        assert len({each.conversation_id for each in agent.conversations}) == 5
        whole = [b"".join(piece.sound for piece in each.spoken) for each in agent.conversations]
        assert len(set(whole)) == 1 and whole[0]

    run_virtual(main())


async def test_an_agent_set_up_by_the_vendors_own_client_takes_effect() -> None:
    agent = agent_of()
    client = AsyncElevenLabs(api_key="key", base_url="http://agent", httpx_client=rest(agent))
    tools, agents = client.conversational_ai.tools, client.conversational_ai.agents
    config: Any = {
        "type": "client",
        "name": "report_result",
        "description": "Report how it ended.",
        "expects_response": True,
        "parameters": {
            "type": "object",
            "properties": {"status": {"type": "string", "description": "How."}},
        },
    }
    tool = await tools.create(request={"tool_config": config})
    settings: Any = {
        "tts": {"agent_output_audio_format": "pcm_24000"},
        "agent": {"prompt": {"prompt": "Hola", "tool_ids": [tool.id]}},
    }
    made = await agents.create(name="vocero", conversation_config=settings)
    profile = agent.account.profile(made.agent_id)
    assert profile.speaks == "pcm_24000"
    assert profile.has_tool("report_result") and not profile.has_tool("validate_slot")
    assert profile.waits_for("report_result") and not profile.can_end_calls()
    assert not profile.sends("client_tool_call")  # the vendor's default list leaves it out
    change: Any = {"asr": {"user_input_audio_format": "ulaw_8000"}}
    await agents.update(made.agent_id, conversation_config=change)
    profile = agent.account.profile(made.agent_id)
    assert (profile.speaks, profile.hears) == ("pcm_24000", "ulaw_8000")
    shown = await agents.get(made.agent_id)
    assert shown.conversation_config.agent and shown.conversation_config.agent.prompt
    assert shown.conversation_config.agent.prompt.tool_ids == [tool.id]
    with pytest.raises(ApiError) as refused:
        await agents.get("agent_none")
    assert refused.value.status_code == 404


@pytest.mark.sockets
@pytest.mark.parametrize("refuses", ["http", "close"])
async def test_over_real_sockets_as_in_memory(refuses: Any) -> None:
    agent = agent_of(Manner(refuses=refuses))
    base_url = await agent.start()
    try:
        async with httpx.AsyncClient(headers={"xi-api-key": "key"}) as client:
            answer = await client.get(f"{base_url}{SIGNED_URL}?agent_id=agent_1")
        url = answer.json()["signed_url"]
        kinds = []
        async with connect(url, proxy=None) as socket:
            await socket.send(json.dumps({"type": INIT}))
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    kinds.append(json.loads(await socket.recv())["type"])
        assert closed.value.rcvd and closed.value.rcvd.code == 1000
        assert kinds[0] == "conversation_initiation_metadata" and "audio" in kinds
        if refuses == "http":
            with pytest.raises(InvalidStatus) as status:
                await connect(url, proxy=None)
            assert status.value.response.status_code == 403
        else:
            async with connect(url, proxy=None) as socket:
                with pytest.raises(ConnectionClosed) as closed:
                    await socket.recv()
            assert closed.value.rcvd and closed.value.rcvd.code == 1008
    finally:
        await agent.stop()

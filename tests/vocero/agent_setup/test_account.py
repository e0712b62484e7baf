"""The way to ElevenLabs: deadlines, one try, and pages."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from simulation.agent import SimulatedElevenLabs
from vocero.agent_setup.account import AgentAccount
from vocero.agent_setup.agent_tools import CLIENT_TOOLS
from vocero.agent_setup.differences import differences
from vocero.agent_setup.push import apply_plan, make_agent, plan_for
from vocero.agent_setup.refusals import AgentSetupError, what_it_says
from vocero.agent_setup.wanted import WantedAgent


async def test_what_is_made_is_read_back_as_wanted(
    account: AgentAccount, wanted: WantedAgent
) -> None:
    agent_id = await make_agent(account, wanted)
    assert differences(await account.read(agent_id), wanted) == ()
    assert (await plan_for(account, agent_id, wanted)).is_empty
    assert await account.agents_tagged("vocero") == (agent_id,)


async def test_the_agent_of_the_demo_can_be_mended(
    account: AgentAccount, wanted: WantedAgent, elevenlabs: SimulatedElevenLabs
) -> None:
    plan = await plan_for(account, "agent_1", wanted)
    assert [tool.name for tool in plan.new_tools] == [tool.name for tool in CLIENT_TOOLS]
    await apply_plan(account, "agent_1", plan)
    assert (await plan_for(account, "agent_1", wanted)).is_empty
    assert elevenlabs.account.profile("agent_1").waits_for("ask_customer")


async def test_nothing_is_sent_twice_and_everything_has_a_deadline() -> None:
    asked: list[httpx.Request] = []

    async def broken(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(500, headers={"retry-after": "0"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(broken)) as http:
        with pytest.raises(AgentSetupError, match="HTTP 500"):
            await AgentAccount("k", "http://e", http).make_tool(CLIENT_TOOLS[0].config())
    (request,) = asked
    assert request.headers["xi-api-key"] == "k"
    assert request.extensions["timeout"]["read"] <= 20


async def test_an_answer_that_never_comes_is_given_up() -> None:
    async def silent(request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with httpx.AsyncClient(transport=httpx.MockTransport(silent)) as http:
        with pytest.raises(AgentSetupError, match=r"within 0\.05 s"):
            await AgentAccount("k", "http://e", http, timeout_s=0.05).read("agent_1")


async def test_tools_on_later_pages_are_found() -> None:
    pages: list[dict[str, Any]] = [
        {"tools": [{"id": f"t{n}", "tool_config": {"name": f"n{n}"}}], "has_more": n < 2,
         "next_cursor": f"c{n}" if n < 2 else None}
        for n in range(3)
    ]  # fmt: skip
    cursors: list[str | None] = []

    async def paged(request: httpx.Request) -> httpx.Response:
        cursors.append(request.url.params.get("cursor"))
        return httpx.Response(200, json=pages[len(cursors) - 1])

    async with httpx.AsyncClient(transport=httpx.MockTransport(paged)) as http:
        assert set(await AgentAccount("k", "http://e", http).all_tools()) == {"t0", "t1", "t2"}
    assert cursors == [None, "c0", "c1"]


@pytest.mark.parametrize("answer", [{}, {"status": "ok"}, [], {"id": 5}, "text"], ids=str)
async def test_somebody_else_s_answers_are_unreadable(answer: Any, wanted: WantedAgent) -> None:
    def other(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=answer)

    async with httpx.AsyncClient(transport=httpx.MockTransport(other)) as http:
        account = AgentAccount("k", "http://e", http)
        for asked in (
            account.read("agent_1"),
            account.make_tool(CLIENT_TOOLS[0].config()),
            make_agent(account, wanted),
        ):
            with pytest.raises(AgentSetupError, match="unreadable"):
                await asked


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"detail": {"status": "a", "message": "b"}}, "a: b"),
        ({"detail": [{"loc": ["body", "x"], "msg": "bad", "type": "t"}]}, "body.x: bad"),
        ({"detail": "plain"}, "plain"),
        ({"detail": {"message": "see https://x.example/?key=1\nnow"}}, "see [address] now"),
        (None, ""),
        (["x"], ""),
    ],
    ids=str,
)
def test_what_elevenlabs_says(body: object, words: str) -> None:
    assert what_it_says(body) == words

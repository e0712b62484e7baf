"""ElevenLabs: the key, the agent, how it is set up, and whether a conversation could be opened."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import httpx

from bridge.elevenlabs_agent import AgentDoor
from bridge.errors import AgentError
from vocero.agent_setup.differences import Provisioned
from vocero.agent_setup.for_settings import wanted_by
from vocero.doctor.agent_shape import NAMES as SHAPE
from vocero.doctor.agent_shape import TOOLS, shape_findings
from vocero.doctor.case import Case
from vocero.doctor.finding import Finding, failed, needs_setting, not_checked, ok
from vocero.doctor.rest import Answer, NoReply, Reply

KEY = "ElevenLabs key"
AGENT = "ElevenLabs agent"
DOOR = "conversation address"
NAMES = (KEY, AGENT, DOOR, *SHAPE)
MOST_TOOLS = 40

_KEYS = "make a key with access to Agents at https://elevenlabs.io/app/settings/api-keys"
_AGENTS = "run `vocero agent push` to make one, or set ELEVENLABS_AGENT_ID to the one that you have"
_REACH = "see that this machine reaches ELEVENLABS_BASE_URL; https://status.elevenlabs.io"


async def look(case: Case, http: httpx.AsyncClient) -> Sequence[Finding]:
    """A line for each of NAMES; `http` is lent."""
    lacking = case.lacks("ELEVENLABS_API_KEY", "ELEVENLABS_BASE_URL")
    if lacking:
        return [needs_setting(name, lacking) for name in NAMES]
    lacking = case.lacks("ELEVENLABS_AGENT_ID")
    if lacking:
        # Any agent will do to learn whether the key is right.
        key = _key(await _get(case, "agents?page_size=1"))
        return [key, *(needs_setting(name, lacking) for name in NAMES[1:])]
    agent_id = case.settings.elevenlabs_agent_id
    answer, door = await asyncio.gather(
        _get(case, f"agents/{quote(agent_id, safe='')}"), _door(case, http)
    )
    key = _key(answer)
    if key.mend:
        return [key, *(_later(name, KEY) for name in NAMES[1:])]
    agent = _agent(answer)
    if agent.mend or isinstance(answer, NoReply):
        return [key, agent, *(_later(name, AGENT) for name in NAMES[2:])]
    tools, untold = await _tools(case, answer)
    shape = shape_findings(Provisioned(answer.fields(), tools), wanted_by(case.settings))
    if untold:
        shape = [not_checked(TOOLS, untold, _REACH) if f.name == TOOLS else f for f in shape]
    return [key, agent, door, *shape]


def _later(name: str, first: str) -> Finding:
    return not_checked(name, f"see {first}", f"mend {first} first")


async def _get(case: Case, path: str) -> Answer:
    key = case.settings.elevenlabs_api_key.get_secret_value()
    url = f"{case.settings.elevenlabs_base_url}/v1/convai/{path}"
    return await case.asker.ask("GET", url, headers={"xi-api-key": key})


def _key(answer: Answer) -> Finding:
    if isinstance(answer, NoReply):
        return failed(KEY, answer.why, _REACH)
    if answer.status == 401 and _reason(answer) != "missing_permissions":
        return failed(KEY, "ElevenLabs does not accept it", _KEYS)
    if answer.status in (401, 403):
        return failed(KEY, "it lacks the permission for Agents (convai_read)", _KEYS)
    if answer.status == 429 or answer.status >= 500:
        return failed(KEY, f"ElevenLabs answered HTTP {answer.status}", f"try again; {_REACH}")
    return ok(KEY, "ElevenLabs accepts it")


def _agent(answer: Answer) -> Finding:
    assert isinstance(answer, Reply)
    if answer.status == 200 and answer.fields():
        return ok(AGENT, "the agent is there")
    if answer.status in (404, 422):
        where = "; a residency host has agents of its own"
        return failed(AGENT, "ElevenLabs knows no such agent", _AGENTS + where)
    return failed(AGENT, f"ElevenLabs answered HTTP {answer.status}", _REACH)


def _reason(answer: Reply) -> object:
    detail = answer.fields().get("detail")
    return detail.get("status") if isinstance(detail, dict) else None


async def _door(case: Case, http: httpx.AsyncClient) -> Finding:
    settings = case.settings
    door = await asyncio.to_thread(  # it imports for a while
        AgentDoor,
        settings.elevenlabs_api_key.get_secret_value(),
        settings.elevenlabs_agent_id,
        settings.elevenlabs_base_url,
        http,
    )
    try:
        async with asyncio.timeout(case.asker.within_s):
            await door.signed_url()
    except TimeoutError:
        return failed(DOOR, "ElevenLabs did not answer in time", f"try again; {_REACH}")
    except AgentError as error:
        return failed(DOOR, str(error), f"try again; {_REACH}")
    return ok(DOOR, "a conversation can be opened")


async def _tools(case: Case, agent: Reply) -> tuple[Mapping[str, dict[str, Any]], str]:
    """The configurations of the tools that the agent names, by id; and why they are not all known,
    or "".
    """
    ids = Provisioned(agent.fields()).tool_ids[:MOST_TOOLS]
    answers = await asyncio.gather(*(_get(case, f"tools/{quote(n, safe='')}") for n in ids))
    untold = next(filter(None, map(_untold, answers)), "")
    tools: dict[str, dict[str, Any]] = {}
    for tool_id, each in zip(ids, answers, strict=True):
        config = each.fields().get("tool_config") if isinstance(each, Reply) else None
        if isinstance(config, dict):
            tools[tool_id] = config
    return tools, untold


def _untold(answer: Answer) -> str:
    if isinstance(answer, NoReply):
        return answer.why
    # A tool that was deleted is told by 404: it is missing.
    return "" if answer.status in (200, 404) else f"ElevenLabs answered HTTP {answer.status}"

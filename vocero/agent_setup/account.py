"""The agents and tools of one ElevenLabs account, through ElevenLabs' own SDK.

Every request has a deadline and is sent once: the SDK would repeat by itself, and a repeated order
could make a second agent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from json import JSONDecodeError
from typing import Any

import httpx
from elevenlabs.client import AsyncElevenLabs
from elevenlabs.core.api_error import ApiError
from elevenlabs.core.parse_error import ParsingError
from elevenlabs.core.request_options import RequestOptions
from pydantic import BaseModel, ValidationError

from vocero.agent_setup.differences import Provisioned
from vocero.agent_setup.refusals import AgentSetupError, refused
from vocero.agent_setup.tool_schema import Json

ANSWER_S = 20.0
"""Agents are large; ElevenLabs takes seconds for some of these requests."""
_MOST_PAGES = 20


class AgentAccount:
    """Reads and writes agents and tools. Every method raises AgentSetupError, in plain words."""

    def __init__(
        self,
        api_key: str,
        base_url: str,
        http: httpx.AsyncClient | None = None,
        *,
        timeout_s: float = ANSWER_S,
    ) -> None:
        """`http` replaces the connection pool; whoever hands one in closes it."""
        self._owned = httpx.AsyncClient() if http is None else None
        self._timeout_s = timeout_s
        self._base_url = base_url
        client = AsyncElevenLabs(
            api_key=api_key,
            base_url=base_url.rstrip("/"),
            timeout=timeout_s,
            httpx_client=http or self._owned,
        )
        self._agents = client.conversational_ai.agents
        self._tools = client.conversational_ai.tools
        self._options: RequestOptions = {
            "timeout_in_seconds": max(1, round(timeout_s)),
            "max_retries": 0,
        }

    async def aclose(self) -> None:
        """Close the connections that are our own."""
        if self._owned is not None:
            await self._owned.aclose()

    async def read(self, agent_id: str) -> Provisioned:
        """The agent with the tools that it names."""
        agent = await self._asked(
            self._agents.get(agent_id, request_options=self._options), of_agent=True
        )
        if not isinstance(agent.get("conversation_config"), dict):
            raise _unreadable()
        whole = Provisioned(agent)
        tools: dict[str, Json] = {}
        for tool_id in whole.tool_ids:
            try:
                tool = await self._asked(self._tools.get(tool_id, request_options=self._options))
            except AgentSetupError as error:
                if error.status != 404:
                    raise
                continue  # deleted since: told as a difference
            tools[tool_id] = tool.get("tool_config") or {}
        return Provisioned(agent, tools)

    async def make_agent(self, tree: Json) -> str:
        """A new agent; its id."""
        made = await self._asked(
            self._agents.create(
                name=tree["name"],
                tags=tree["tags"],
                conversation_config=tree["conversation_config"],
                platform_settings=tree["platform_settings"],
                request_options=self._options,
            )
        )
        return _id_in(made, "agent_id")

    async def change_agent(self, agent_id: str, tree: Json) -> None:
        """Merge a partial tree into the agent."""
        await self._asked(
            self._agents.update(agent_id, **tree, request_options=self._options), of_agent=True
        )

    async def make_tool(self, config: Json) -> str:
        """A new tool; its id."""
        made = await self._asked(
            self._tools.create(request=_as_request(config), request_options=self._options)
        )
        return _id_in(made, "id")

    async def change_tool(self, tool_id: str, config: Json) -> None:
        """Replace a tool's configuration."""
        await self._asked(
            self._tools.update(tool_id, request=_as_request(config), request_options=self._options)
        )

    async def all_tools(self) -> dict[str, Json]:
        """The account's client tools: id to configuration."""
        found: dict[str, Json] = {}
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            page = await self._asked(
                self._tools.list(
                    types=["client"], page_size=100, cursor=cursor, request_options=self._options
                )
            )
            for tool in page.get("tools") or ():
                found[_id_in(tool, "id")] = tool.get("tool_config") or {}
            cursor = page.get("next_cursor")
            if not (page.get("has_more") and cursor):
                break
        return found

    async def agents_tagged(self, tag: str) -> tuple[str, ...]:
        """The ids of the account's agents with this tag."""
        page = await self._asked(
            self._agents.list(tags=[tag], page_size=100, request_options=self._options)
        )
        # The tag is looked at here, too: whoever does not know the filter sends all agents.
        return tuple(
            _id_in(agent, "agent_id")
            for agent in page.get("agents") or ()
            if tag in (agent.get("tags") or ())
        )

    async def _asked(self, answer: Awaitable[Any], *, of_agent: bool = False) -> Json:
        """The answer as JSON."""
        try:
            async with asyncio.timeout(self._timeout_s):
                found = _as_json(await answer)
        except (TimeoutError, httpx.TimeoutException):
            raise AgentSetupError(
                f"ElevenLabs did not answer within {self._timeout_s:g} s: try again, or check "
                "ELEVENLABS_BASE_URL"
            ) from None
        except (ApiError, ParsingError) as error:
            raise refused(error.status_code, error.body, of_agent=of_agent) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise AgentSetupError(
                f"ElevenLabs cannot be reached ({type(error).__name__}): check the network and "
                "ELEVENLABS_BASE_URL"
            ) from None
        except UnicodeEncodeError:
            raise AgentSetupError(
                "ELEVENLABS_API_KEY holds characters that no key has: copy it anew"
            ) from None
        except (JSONDecodeError, ValidationError, ValueError, TypeError, AttributeError):
            # The SDK builds its models from whatever the JSON holds.
            raise _unreadable() from None
        return found


def _unreadable() -> AgentSetupError:
    return AgentSetupError(
        "ElevenLabs answered with something unreadable: check ELEVENLABS_BASE_URL"
    )


def _id_in(found: Json, name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise _unreadable()
    return value


def _as_json(answer: object) -> Json:
    """What ElevenLabs sent, from the SDK's model of it. Raises TypeError for anything else."""
    # The SDK's models are not checked, so values may not fit them, which is no reason to warn.
    if isinstance(answer, BaseModel):
        return answer.model_dump(exclude_unset=True, warnings=False)
    if isinstance(answer, dict):
        return answer
    raise TypeError(type(answer).__name__)


def _as_request(config: Json) -> Any:
    # The SDK's models and plain JSON are sent alike.
    return {"tool_config": config}

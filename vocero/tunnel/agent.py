"""The ngrok agent that already runs on this machine: its tunnels, as its local interface tells.

Source: https://ngrok.com/docs/agent/api (`/api/tunnels`); agents with a configuration of version 3
also tell of `/api/endpoints`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from vocero.doctor.rest import Answer, Asker, NoReply
from vocero.tunnel.choice import Chosen, Here, Listed, choose, shown
from vocero.tunnel.tunnel import TunnelError

LOOK_EVERY_S = 5.0
SECOND_LOOK_S = 1.0
MISSES = 2
"""An agent that is busy once has lost nothing."""


class NoAgent(Exception):
    """No ngrok agent answers; str() is a clause that says so."""


class Agent:
    """Asks one agent."""

    def __init__(self, asker: Asker, api_url: str, here: Here) -> None:
        self._asker = asker
        self._api = api_url
        self._here = here

    @property
    def where(self) -> str:
        """Its address, without "http://"."""
        return urlsplit(self._api).netloc

    async def chosen(self, wished: str) -> tuple[Chosen | None, list[Listed]]:
        """The tunnel that leads here, and all that there are.

        Raises NoAgent, and TunnelError when what leads here is of no use.
        """
        found = list(_tunnels(self._read(await self._ask("/api/tunnels"))))
        chosen = choose(found, self._here, wished)
        if chosen is None:
            answer = await self._ask("/api/endpoints")
            if not isinstance(answer, NoReply) and answer.status == 200:
                found += _endpoints(answer.fields())
                chosen = choose(found, self._here, wished)
        return chosen, found

    async def _ask(self, path: str) -> Answer:
        return await self._asker.ask("GET", f"{self._api}{path}")

    def _read(self, answer: Answer) -> dict[str, Any]:
        if isinstance(answer, NoReply):
            raise NoAgent(f"no ngrok agent answers ({answer.why})")
        fields = answer.fields()
        if answer.status == 200 and isinstance(fields.get("tunnels"), list):
            return fields
        if answer.status == 404 and "error_code" in fields:
            return {}
        raise NoAgent(f"what answers at {self.where} is no ngrok agent (HTTP {answer.status})")


def _tunnels(fields: dict[str, Any]) -> Iterator[Listed]:
    for each in fields.get("tunnels", ()):
        config = each.get("config") if isinstance(each, dict) else None
        if isinstance(config, dict):
            yield from _listed(each.get("public_url"), config.get("addr"))


def _endpoints(fields: dict[str, Any]) -> Iterator[Listed]:
    endpoints = fields.get("endpoints")
    for each in endpoints if isinstance(endpoints, list) else ():
        upstream = each.get("upstream") if isinstance(each, dict) else None
        if isinstance(upstream, dict):
            yield from _listed(each.get("url"), upstream.get("url"))


def _listed(public: object, local: object) -> Iterator[Listed]:
    if isinstance(public, str) and isinstance(local, str | int):
        yield Listed(public, str(local))


class AgentTunnel:
    """A tunnel of an agent that somebody else started, and that we leave alone."""

    def __init__(self, agent: Agent, chosen: Chosen) -> None:
        self._agent = agent
        self.url = chosen.url
        self.how = f"by the ngrok agent at {agent.where}"
        self.remarks = _other_ways(chosen)

    async def lost(self) -> str:
        """Waits until the agent does not tell of it any more."""
        misses, why = 0, ""
        while misses < MISSES:
            await asyncio.sleep(SECOND_LOOK_S if misses else LOOK_EVERY_S)
            try:
                there = await self._there()
            except NoAgent as error:
                misses, why = misses + 1, str(error)
                continue
            except TunnelError as error:
                misses, why = misses + 1, error.wrong
                continue
            misses = 0 if there == self.url else misses + 1
            why = "the ngrok agent does not tell of it any more"
        return why

    async def reopen(self) -> str:
        """Looks whether there is one again."""
        try:
            return await self._there()
        except NoAgent as error:
            raise TunnelError(str(error), "start it again") from None

    async def close(self) -> None:
        """It is not ours."""

    async def _there(self) -> str:
        chosen, _ = await self._agent.chosen(self.url)
        if chosen is None:
            raise TunnelError("the ngrok agent has no tunnel to this port", "start one")
        return chosen.url


def _other_ways(chosen: Chosen) -> tuple[str, ...]:
    if not chosen.others:
        return ()
    others = ", ".join(map(shown, chosen.others))
    return (
        f"{1 + len(chosen.others)} tunnels lead here; besides the one that was taken: {others}",
        "(set BASE_URL to one of them to have it taken).",
    )

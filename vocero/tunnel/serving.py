"""`vocero serve --tunnel`: first an address, then the service that is built on it."""

from __future__ import annotations

import asyncio
import logging
import math
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import httpx

from vocero.doctor.rest import Asker
from vocero.server import serve
from vocero.setting_values import is_loopback
from vocero.settings import Settings
from vocero.tunnel.agent import Agent, AgentTunnel, NoAgent
from vocero.tunnel.choice import ANY_ADDRESS, Here, Listed, shown
from vocero.tunnel.keeping import keep_open
from vocero.tunnel.package import TOKEN_PAGE, PackageTunnel, load_package
from vocero.tunnel.telling import next_steps
from vocero.tunnel.tunnel import Tunnel, TunnelError

log = logging.getLogger(__name__)

ANSWER_S = 3.0
"""For one answer of the agent, which runs here."""
NGROK_NAMES = (".ngrok-free.app", ".ngrok-free.dev", ".ngrok.app", ".ngrok.dev", ".ngrok.io")


async def serve_through_tunnel(settings: Settings, *, ready: Callable[[str], None]) -> None:
    """As `serve`, with BASE_URL from a tunnel. Raises TunnelError besides what `serve` raises."""
    async with open_tunnel(settings) as tunnel:
        lines = next_steps(
            tunnel.url,
            tunnel.how,
            tunnel.remarks,
            whatsapp_number=settings.twilio_whatsapp_number,
            doctor=f"{_typed_here()} doctor",
        )

        def tell(where: str) -> None:
            ready(where)
            for line in lines:
                click.echo(line)

        await serve(settings.model_copy(update={"base_url": tunnel.url}), ready=tell)


@asynccontextmanager
async def open_tunnel(
    settings: Settings, load: Callable[[], Any] = load_package
) -> AsyncIterator[Tunnel]:
    """A tunnel that is watched until the end. Raises TunnelError.

    That of a running agent when one leads here, else one of our own. `load` gives the `ngrok`
    module, or raises TunnelError.
    """
    if not settings.port:
        raise TunnelError("PORT is 0", "set it to the port that is to be reached", setting=True)
    remote = not is_loopback(urlsplit(settings.ngrok_api_url).hostname or "")
    here = Here(settings.host, settings.port, any_host=remote or settings.host in ANY_ADDRESS)
    async with httpx.AsyncClient(trust_env=False) as http:
        asker = Asker(http, time.time, ANSWER_S, math.inf)
        agent = Agent(asker, settings.ngrok_api_url, here)
        tunnel: Tunnel
        try:
            tunnel = await _of_the_agent(agent, settings.base_url)
        except NoAgent as why:
            tunnel = await _our_own(settings, here, str(why), load)
        keeping = asyncio.create_task(keep_open(tunnel), name="tunnel")
        keeping.add_done_callback(_say_if_it_broke)
        try:
            yield tunnel
        finally:
            keeping.cancel()
            await asyncio.wait({keeping})
            await tunnel.close()


async def _of_the_agent(agent: Agent, wished: str) -> AgentTunnel:
    """The agent's tunnel. Raises NoAgent, also when it has none for us."""
    chosen, all_of_them = await agent.chosen(wished)
    if chosen is None:
        raise NoAgent(f"the ngrok agent at {agent.where} {_leading_to(all_of_them)}")
    return AgentTunnel(agent, chosen)


def _leading_to(tunnels: list[Listed]) -> str:
    elsewhere = ", ".join(dict.fromkeys(shown(each.local) for each in tunnels[:3]))
    return f"leads to {elsewhere}, not here" if elsewhere else "has no tunnel"


async def _our_own(
    settings: Settings, here: Here, no_agent: str, load: Callable[[], Any]
) -> PackageTunnel:
    by_agent = f"start `ngrok http {here.port}` and then this again"
    try:
        ngrok = load()
    except TunnelError as error:
        mend = f"{by_agent}, or {error.mend} for a tunnel without it" if error.mend else by_agent
        raise TunnelError(f"{no_agent}, and {error.wrong}", mend, setting=True) from None
    token = settings.ngrok_authtoken.get_secret_value()
    if not token:
        wrong = f"{no_agent}, and NGROK_AUTHTOKEN is missing"
        mend = f"{by_agent}, or put NGROK_AUTHTOKEN into .env ({TOKEN_PAGE})"
        raise TunnelError(wrong, mend, setting=True)
    tunnel = PackageTunnel(ngrok, token, here)
    host = urlsplit(settings.base_url).hostname or ""
    await tunnel.open(host if host.endswith(NGROK_NAMES) else "")
    return tunnel


def _say_if_it_broke(keeping: asyncio.Task[None]) -> None:
    if not keeping.cancelled() and (error := keeping.exception()) is not None:
        log.error("the tunnel is not watched any more", exc_info=error)


def _typed_here() -> str:
    program = Path(sys.argv[0])
    if program.name != "vocero":
        return "vocero"
    try:
        return str(program.relative_to(Path.cwd()))
    except ValueError:
        return str(program)

"""Where the doctor is tried: a served Vocero among simulated neighbours, all of them well."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from simulation.carrier_holdings import Holdings, OwnNumber, Sender
from simulation.scenes import BUSY
from simulation.world import AGENT_ID, ELEVENLABS_KEY, PHONE_NUMBER, World
from vocero.agent_setup.account import AgentAccount
from vocero.agent_setup.managed import wanted_agent
from vocero.agent_setup.push import apply_plan, plan_for
from vocero.doctor.case import Machine
from vocero.doctor.finding import Finding, Status
from vocero.doctor.visit import visit
from vocero.rehearsal import BASE_SETTINGS, over_sockets
from vocero.settings import problems, read_settings

WHATSAPP = "+541140001001"
WELL: Mapping[str, str] = {
    "CALLS_PER_SECOND": "1",
    "TWILIO_WHATSAPP_NUMBER": WHATSAPP,
    "OPERATOR_PASSWORD": "long enough a password",
    "SECRET_KEY": "any long random text",
}
"""Besides what the world needs."""
ROOMY = Machine(free_bytes=lambda _: 50 * 10**9, open_files=lambda: 65_536)
PATIENCE_S = 20.0
"""Nobody is waited for here unless a test makes somebody hang."""


@dataclass
class Practice:
    """One patient."""

    world: World
    env: dict[str, str]
    machine: Machine = ROOMY

    @property
    def url(self) -> str:
        return self.env["BASE_URL"]

    @property
    def holdings(self) -> Holdings:
        """What the Twilio account has."""
        return self.world.twilio.office.holdings

    async def findings(self, within_s: float = PATIENCE_S, **changes: str) -> dict[str, Finding]:
        """Every line by its name, with these settings changed for the doctor alone."""
        settings, unreadable = read_settings({**self.env, **changes})
        told = {problem.name for problem in unreadable}
        wrong = [p for p in problems(settings) if p.name not in told]
        visited = await visit(
            settings, [*unreadable, *wrong], within_s=within_s, this_machine=self.machine
        )
        by_name = {finding.name: finding for finding in visited.findings}
        assert len(by_name) == len(visited.findings), "a name came twice"
        return by_name

    async def faults(self, within_s: float = PATIENCE_S, **changes: str) -> dict[str, Finding]:
        """The lines that failed. Whatever is not well has its mend."""
        found = await self.findings(within_s, **changes)
        assert all(f.mend for f in found.values() if f.status is not Status.OK)
        return {name: f for name, f in found.items() if f.status is Status.FAILED}

    def leads_to(self, url: str) -> None:
        """Twilio's webhooks are set to this address."""
        self.holdings.numbers[PHONE_NUMBER].voice_url = f"{url}/webhook/voice/outbound"
        self.holdings.senders[WHATSAPP] = Sender(f"{url}/webhook/whatsapp")

    @property
    def agent(self) -> Any:
        """The agent's JSON at ElevenLabs, to be changed as if in the dashboard."""
        return self.world.elevenlabs.account.agents[AGENT_ID]

    def tool(self, name: str) -> Any:
        """The configuration of one of its tools, likewise."""
        tools: Any = self.world.elevenlabs.account.tools.values()
        return next(t["tool_config"] for t in tools if t["tool_config"]["name"] == name)


@asynccontextmanager
async def open_practice(folder: Path, **settings: str) -> AsyncIterator[Practice]:
    """A Vocero that is served, with these settings besides WELL."""
    async with over_sockets(BUSY, folder, settings={**WELL, **settings}) as rehearsal:
        env = {
            **BASE_SETTINGS,
            **rehearsal.world.settings(),
            "BASE_URL": rehearsal.url,
            "PORT": rehearsal.url.rpartition(":")[2],
            "VAR_DIR": str(folder),
            **WELL,
            **settings,
        }
        practice = Practice(rehearsal.world, env)
        practice.leads_to(practice.url)
        await push_agent(rehearsal.world)
        yield practice


async def push_agent(world: World) -> None:
    """What `vocero agent push` does."""
    base_url = world.settings()["ELEVENLABS_BASE_URL"]
    async with httpx.AsyncClient() as http:
        account = AgentAccount(ELEVENLABS_KEY, base_url, http)
        wanted = wanted_agent(country="AR", max_call_s=300.0)
        await apply_plan(account, AGENT_ID, await plan_for(account, AGENT_ID, wanted))


# --- neighbours that hang, and proxies -----------------------------------------------------------
Edit = Callable[[bytes], bytes]
"""What a proxy makes of a request's head; or a whole answer, given in the service's place."""


@asynccontextmanager
async def silent() -> AsyncIterator[str]:
    """The address of somebody who takes every connection and never says a word."""

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with _listening(hold) as address:
        yield address


@asynccontextmanager
async def proxy(port: int, edit: Edit) -> AsyncIterator[str]:
    """The address of a proxy in front of 127.0.0.1:`port`, which may not be there yet."""

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _through(reader, writer, port, edit)

    async with _listening(pass_on) as address:
        yield address


@asynccontextmanager
async def _listening(
    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    busy: set[asyncio.Task[None]] = set()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        busy.add(task)
        try:
            await serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # whoever asked is told by the end of the connection
        finally:
            busy.discard(task)
            writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        left = tuple(busy)
        for task in left:
            task.cancel()
        await asyncio.gather(*left)


async def _through(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, edit: Edit
) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    # One request per connection, so that every head is seen.
    edited = edit(head.replace(b"Connection: keep-alive\r\n", b"Connection: close\r\n"))
    if edited.startswith(b"HTTP/1.1 "):
        writer.write(edited)
        await writer.drain()
        return
    inner, outer = await asyncio.open_connection("127.0.0.1", port)
    outer.write(edited)
    there = asyncio.create_task(_pump(reader, outer))
    try:
        await _pump(inner, writer)
    finally:
        there.cancel()
        await asyncio.gather(there, return_exceptions=True)
        outer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()


def own_number(**changes: Any) -> OwnNumber:
    """The world's number, changed."""
    return OwnNumber(**changes)

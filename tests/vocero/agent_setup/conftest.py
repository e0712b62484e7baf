"""An ElevenLabs account of a test's own, and `vocero agent` as somebody types it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from simulation.agent import SimulatedElevenLabs
from simulation.script import EndCall, Say, Scene
from simulation.serving import in_memory
from vocero.__main__ import commands
from vocero.agent_setup.account import AgentAccount
from vocero.agent_setup.managed import wanted_agent
from vocero.agent_setup.wanted import WantedAgent

KEY = "xi-simulated-key"
TALK = Scene("made_up", "", (), (), (Say("agent_thanks"), EndCall()), "booked")
Typed = Callable[..., Result]


@pytest.fixture
def wanted() -> WantedAgent:
    """What a Vocero in Argentina wants."""
    return wanted_agent(country="AR", max_call_s=300.0)


@pytest.fixture
def elevenlabs() -> SimulatedElevenLabs:
    """With one agent, agent_1, that Vocero did not make."""
    return SimulatedElevenLabs(KEY, "agent_1", TALK)


@pytest.fixture
async def account(elevenlabs: SimulatedElevenLabs) -> AsyncIterator[AgentAccount]:
    """That account without a socket."""
    async with httpx.AsyncClient(transport=in_memory(elevenlabs.app)) as http:
        yield AgentAccount(KEY, "http://elevenlabs", http)


@pytest.fixture
def served(elevenlabs: SimulatedElevenLabs) -> Iterator[str]:
    """The base URL of the account on a real port; its loop runs in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def there(work: Callable[[], object]) -> object:
        return asyncio.run_coroutine_threadsafe(work(), loop).result(20)  # type: ignore[arg-type]

    try:
        yield str(there(elevenlabs.start))
    finally:
        there(elevenlabs.stop)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()


@pytest.fixture
def vocero_agent(served: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """`vocero agent …` in a folder of its own, with nothing set but ELEVENLABS_*."""
    monkeypatch.chdir(tmp_path)
    for name in ("DEFAULT_COUNTRY", "MAX_CALL_SECONDS", "RECORD_CALLS", "BASE_URL", "PORT"):
        monkeypatch.delenv(name, raising=False)

    def typed(*arguments: str, **settings: str) -> Result:
        known = {"ELEVENLABS_API_KEY": KEY, "ELEVENLABS_BASE_URL": served, **settings}
        known.setdefault("ELEVENLABS_AGENT_ID", "")
        return CliRunner().invoke(commands, ["agent", *arguments], env=known)

    return typed

"""An agent as `vocero agent push` sets it up holds whole calls: variables, tools, events."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from simulation.clock import run_virtual
from simulation.scenes import SCENES
from simulation.serving import in_memory
from simulation.world import AGENT_ID, ELEVENLABS_KEY
from vocero.agent_setup.account import AgentAccount
from vocero.agent_setup.managed import wanted_agent
from vocero.agent_setup.push import apply_plan, plan_for
from vocero.rehearsal import in_virtual_time


@pytest.mark.parametrize("name", ["booked", "voicemail"])
@pytest.mark.parametrize("country", ["AR", "US"])
def test_a_scene_ends_as_it_should(tmp_path: Path, name: str, country: str) -> None:
    scene = SCENES[name]

    async def story() -> None:
        async with in_virtual_time(scene, tmp_path) as rehearsal:
            elevenlabs = rehearsal.world.elevenlabs
            async with httpx.AsyncClient(transport=in_memory(elevenlabs.app)) as http:
                account = AgentAccount(ELEVENLABS_KEY, "http://elevenlabs", http)
                wanted = wanted_agent(country=country, max_call_s=300.0)
                await apply_plan(account, AGENT_ID, await plan_for(account, AGENT_ID, wanted))
            profile = elevenlabs.account.profile(AGENT_ID)
            assert "{{opening}}" in str(profile.settings) and profile.tools
            played = await rehearsal.play()
            assert played.ended_well, played
            (conversation,) = elevenlabs.conversations
            assert conversation.violations == []
            assert "inteligencia artificial" in str(conversation.variables["opening"])

    run_virtual(story())

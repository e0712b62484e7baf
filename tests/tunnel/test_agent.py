"""The ngrok agent that somebody else started, over its local interface."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from quart import Quart

from simulation.clock import run_virtual
from simulation.ngrok_agent import SimulatedNgrokAgent
from simulation.serving import in_memory, serve_app
from tests.doctor.practice import silent
from tests.tunnel.stand_in import TOKEN, StandIn
from vocero.doctor.rest import Asker
from vocero.rehearsal import free_port
from vocero.settings import Settings, load_settings
from vocero.tunnel import serving
from vocero.tunnel.agent import LOOK_EVERY_S, Agent, AgentTunnel
from vocero.tunnel.choice import Here
from vocero.tunnel.package import load_package
from vocero.tunnel.serving import open_tunnel
from vocero.tunnel.tunnel import TunnelError

PUBLIC = "https://mine.ngrok-free.app"
sockets = pytest.mark.sockets


def no_package() -> object:
    raise TunnelError("the ngrok package is not installed", "install it", setting=True)


def settings(api: str, **more: str) -> Settings:
    return load_settings({"PORT": "8000", "NGROK_API_URL": api, **more})


@asynccontextmanager
async def running(version: int = 2) -> AsyncIterator[tuple[SimulatedNgrokAgent, str]]:
    agent = SimulatedNgrokAgent(version=version)
    try:
        yield agent, await agent.start()
    finally:
        await agent.close()


async def refused(api: str, **more: str) -> TunnelError:
    with pytest.raises(TunnelError) as told:
        async with open_tunnel(settings(api, **more), no_package):
            raise AssertionError("it was opened")
    assert "\n" not in str(told.value)
    return told.value


@sockets
@pytest.mark.parametrize("version", [2, 3])
async def test_its_tunnel_to_our_port_is_taken(version: int) -> None:
    async with running(version) as (agent, api):
        await agent.open(5000, public_url="https://other.ngrok-free.app")
        await agent.open(8000, public_url=PUBLIC)
        async with open_tunnel(settings(api), no_package) as tunnel:
            assert tunnel.url == PUBLIC
            assert api.removeprefix("http://") in tunnel.how and tunnel.remarks == ()
        assert len(agent.tunnels) == 2, "it is not ours to close"


@sockets
async def test_of_several_it_says_which() -> None:
    async with running() as (agent, api):
        for url in (PUBLIC, "https://second.ngrok-free.app"):
            await agent.open(8000, public_url=url)
        async with open_tunnel(settings(api), no_package) as tunnel:
            assert tunnel.url == PUBLIC
            assert "2 tunnels lead here" in tunnel.remarks[0]
            assert "https://second.ngrok-free.app" in tunnel.remarks[0]
        wished = settings(api, BASE_URL="https://second.ngrok-free.app")
        async with open_tunnel(wished, no_package) as tunnel:
            assert tunnel.url == "https://second.ngrok-free.app"


@sockets
async def test_one_that_is_not_https_is_refused() -> None:
    async with running() as (agent, api):
        await agent.open(8000, public_url="http://mine.ngrok-free.app")
        error = await refused(api)
    assert "is not https" in error.wrong and "ngrok http 8000" in error.mend


@sockets
async def test_a_tunnel_to_another_port_is_named() -> None:
    async with running() as (agent, api):
        assert "has no tunnel" in (await refused(api)).wrong
        await agent.open(5000, public_url=PUBLIC)
        error = await refused(api)
    assert "leads to http://localhost:5000, not here" in error.wrong
    assert "start `ngrok http 8000` and then this again, or install it" in error.mend


@sockets
async def test_no_agent_and_no_package_is_one_line_with_both_ways_out() -> None:
    error = await refused(f"http://127.0.0.1:{free_port()}")
    assert "nothing listens at 127.0.0.1" in error.wrong and "not installed" in error.wrong
    assert "ngrok http 8000" in error.mend and error.setting


@sockets
async def test_something_else_at_its_address_is_not_taken_for_one() -> None:
    app = Quart("something", static_folder=None)

    @app.get("/api/tunnels")
    async def tunnels() -> str:
        return "<html>hello</html>"

    served = await serve_app(app)
    try:
        assert "is no ngrok agent (HTTP 200)" in (await refused(served.base_url)).wrong
    finally:
        await served.stop()


@sockets
async def test_an_agent_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "ANSWER_S", 0.2)
    async with silent() as address:
        assert "did not answer within 0.2 s" in (await refused(address)).wrong


async def test_a_port_that_is_not_known_beforehand_is_of_no_use() -> None:
    assert "PORT is 0" in (await refused("http://127.0.0.1:9", PORT="0")).wrong


@sockets
async def test_our_own_is_opened_when_the_agent_has_none_for_us() -> None:
    async with running() as (agent, api):
        await agent.open(5000, public_url=PUBLIC)
        ngrok = StandIn()
        async with open_tunnel(settings(api, NGROK_AUTHTOKEN=TOKEN), lambda: ngrok) as tunnel:
            assert (tunnel.url, ngrok.opened[0].to) == (ngrok.url, "http://127.0.0.1:8000")
        assert ngrok.opened[0].closed
        without = settings(api)
        with pytest.raises(TunnelError, match="NGROK_AUTHTOKEN is missing") as told:
            async with open_tunnel(without, lambda: ngrok):
                pass
        assert "dashboard.ngrok.com" in told.value.mend and told.value.setting


def test_that_it_is_lost_and_comes_back_is_noticed() -> None:
    async def story() -> None:
        agent = SimulatedNgrokAgent()
        mine = await agent.open(8000, public_url=PUBLIC)
        loop = asyncio.get_running_loop()
        async with httpx.AsyncClient(transport=in_memory(agent.app)) as http:
            asker = Asker(http, time.time, 3.0, math.inf)
            asked = Agent(asker, "http://127.0.0.1:4040", Here("127.0.0.1", 8000))
            chosen, _ = await asked.chosen("")
            assert chosen is not None
            tunnel = AgentTunnel(asked, chosen)
            lost = asyncio.create_task(tunnel.lost())
            await asyncio.sleep(10 * LOOK_EVERY_S)
            assert not lost.done()
            # Once is nothing; for good it is.
            mine.listed = False
            before = loop.time()
            assert "no tunnel to this port" in await lost
            assert loop.time() - before < 2 * LOOK_EVERY_S
            with pytest.raises(TunnelError):
                await tunnel.reopen()
            await agent.open(8000, public_url="https://new.ngrok-free.app")
            assert await tunnel.reopen() == "https://new.ngrok-free.app"
            assert tunnel.url == PUBLIC
            mine.listed = True
            assert await tunnel.reopen() == PUBLIC

    run_virtual(story())


def test_a_package_that_is_installed_can_be_loaded() -> None:
    pytest.importorskip("ngrok")
    assert load_package().SessionBuilder

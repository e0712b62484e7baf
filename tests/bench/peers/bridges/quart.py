"""A Quart websocket on Hypercorn and a `websockets` client; on uvloop, which is not its default."""

from __future__ import annotations

import asyncio
import contextlib

import uvloop
from hypercorn.asyncio import serve
from hypercorn.config import Config
from quart import Quart, websocket
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.bench.peers.bridges.place import Place, given
from tests.bench.peers.bridges.talk import OPENING, Talk


def make_app(place: Place) -> Quart:
    """The whole bridge."""
    app = Quart(__name__)

    @app.websocket("/media/<attempt>")
    async def media(attempt: str) -> None:
        await websocket.accept()
        talk = Talk(place.agent_format)
        async with connect(place.agent_url(attempt)) as agent:
            await agent.send(OPENING)
            answering = asyncio.create_task(to_carrier(agent, talk))
            try:
                await to_agent(agent, talk)
            finally:  # Quart cancels this handler when the carrier is gone
                answering.cancel()

    return app


async def to_agent(agent: ClientConnection, talk: Talk) -> None:
    """The business's side, until it hangs up."""
    while not talk.over:
        told = talk.from_carrier(await websocket.receive())
        if told is not None:
            await agent.send(told)


async def to_carrier(agent: ClientConnection, talk: Talk) -> None:
    """The agent's side, until it ends the conversation."""
    with contextlib.suppress(ConnectionClosed):
        async for text in agent:
            for_carrier, for_agent = talk.from_agent(text)
            if for_carrier is not None:
                await websocket.send(for_carrier)
            if for_agent is not None:
                await agent.send(for_agent)


if __name__ == "__main__":
    its_place = given()
    config = Config()
    config.bind = [f"127.0.0.1:{its_place.port}"]
    config.loglevel = "WARNING"
    uvloop.run(serve(make_app(its_place), config))

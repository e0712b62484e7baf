"""FastAPI on uvicorn and a `websockets` client, a task for each direction: the public samples' way.

uvicorn as its standard installation has it, with uvloop and httptools.
"""

from __future__ import annotations

import asyncio
import contextlib

import uvicorn
from fastapi import FastAPI, WebSocket
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.bench.peers.bridges.place import Place, given
from tests.bench.peers.bridges.talk import OPENING, Talk


def make_app(place: Place) -> FastAPI:
    """The whole bridge."""
    app = FastAPI()

    @app.websocket("/media/{attempt}")
    async def media(carrier: WebSocket, attempt: str) -> None:
        await carrier.accept()
        talk = Talk(place.agent_format)
        async with connect(place.agent_url(attempt)) as agent:
            await agent.send(OPENING)
            directions = {
                asyncio.create_task(to_agent(carrier, agent, talk)),
                asyncio.create_task(to_carrier(carrier, agent, talk)),
            }
            _, left = await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
            for direction in left:
                direction.cancel()

    return app


async def to_agent(carrier: WebSocket, agent: ClientConnection, talk: Talk) -> None:
    """The business's side, until it hangs up."""
    async for text in carrier.iter_text():
        told = talk.from_carrier(text)
        if told is not None:
            await agent.send(told)
        elif talk.over:
            return


async def to_carrier(carrier: WebSocket, agent: ClientConnection, talk: Talk) -> None:
    """The agent's side, until it ends the conversation."""
    with contextlib.suppress(ConnectionClosed):
        async for text in agent:
            for_carrier, for_agent = talk.from_agent(text)
            if for_carrier is not None:
                await carrier.send_text(for_carrier)
            if for_agent is not None:
                await agent.send(for_agent)


if __name__ == "__main__":
    its_place = given()
    uvicorn.run(make_app(its_place), host="127.0.0.1", port=its_place.port, log_level="warning")

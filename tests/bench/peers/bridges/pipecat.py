"""pipecat: its FastAPI transport with its Twilio serializer, and one processor for the agent's leg.

The pipeline runs at the agent's rate; the serializer converts. What costs and is not needed for a
phone call (RTVI, turn tracking, debug logs) is off.
"""

from __future__ import annotations

import asyncio
import audioop
import contextlib
import json
import sys
from base64 import b64decode, b64encode
from typing import Any

import uvicorn
from fastapi import FastAPI, WebSocket
from loguru import logger
from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InputAudioRawFrame,
    StartFrame,
    TTSAudioRawFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.serializers.twilio import TwilioFrameSerializer
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport
from pipecat.workers.runner import WorkerRunner
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.bench.peers.bridges.place import Place, given
from tests.bench.peers.bridges.talk import OPENING, tool_result

WIDTH, MONO = 2, 1


class AgentLeg(FrameProcessor):
    """Sends the business's sound to the agent and brings back what it says."""

    def __init__(self, url: str, agent_format: str, rate: int) -> None:
        super().__init__()
        self._url = url
        self._is_ulaw = agent_format == "ulaw_8000"
        self._rate = rate
        self._agent: ClientConnection | None = None
        self._listening: asyncio.Task[None] | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, InputAudioRawFrame):
            await self._hear(frame.audio)
            return
        if isinstance(frame, StartFrame):
            await self._open()
        elif isinstance(frame, (EndFrame, CancelFrame)):
            await self._close()
        await self.push_frame(frame, direction)

    async def _open(self) -> None:
        self._agent = await connect(self._url)
        await self._agent.send(OPENING)
        self._listening = self.create_task(self._listen(self._agent))

    async def _close(self) -> None:
        if self._listening is not None:
            await self.cancel_task(self._listening)
            self._listening = None
        if self._agent is not None:
            await self._agent.close()
            self._agent = None

    async def _hear(self, samples: bytes) -> None:
        if self._agent is not None:
            sound = audioop.lin2ulaw(samples, WIDTH) if self._is_ulaw else samples
            payload = b64encode(sound).decode("ascii")
            await self._agent.send(json.dumps({"user_audio_chunk": payload}))

    async def _listen(self, agent: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for text in agent:
                await self._said(agent, json.loads(text))

    async def _said(self, agent: ClientConnection, message: dict[str, Any]) -> None:
        match message["type"]:
            case "audio":
                sound = b64decode(message["audio_event"]["audio_base_64"])
                samples = audioop.ulaw2lin(sound, WIDTH) if self._is_ulaw else sound
                await self.push_frame(TTSAudioRawFrame(samples, self._rate, MONO))
            case "interruption":
                await self.broadcast_interruption()
            case "ping":
                event_id = message["ping_event"]["event_id"]
                await agent.send(json.dumps({"type": "pong", "event_id": event_id}))
            case "client_tool_call":
                await agent.send(tool_result(message["client_tool_call"]["tool_call_id"]))


def make_app(place: Place) -> FastAPI:
    """The whole bridge."""
    app = FastAPI()
    rate = 8000 if place.agent_format == "ulaw_8000" else 16000

    @app.websocket("/media/{attempt}")
    async def media(carrier: WebSocket, attempt: str) -> None:
        await carrier.accept()
        start = json.loads(await carrier.receive_text())
        while start["event"] != "start":
            start = json.loads(await carrier.receive_text())
        serializer = TwilioFrameSerializer(
            start["start"]["streamSid"],
            params=TwilioFrameSerializer.InputParams(auto_hang_up=False),
        )
        transport = FastAPIWebsocketTransport(
            carrier,
            FastAPIWebsocketParams(
                audio_in_enabled=True, audio_out_enabled=True, serializer=serializer
            ),
        )
        leg = AgentLeg(place.agent_url(attempt), place.agent_format, rate)
        worker = PipelineWorker(
            Pipeline([transport.input(), leg, transport.output()]),
            params=PipelineParams(audio_in_sample_rate=rate, audio_out_sample_rate=rate),
            enable_rtvi=False,
            enable_turn_tracking=False,
        )

        @transport.event_handler("on_client_disconnected")
        async def gone(transport: object, client: object) -> None:
            await worker.cancel()

        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(worker)
        await runner.run()

    return app


if __name__ == "__main__":
    its_place = given()
    logger.remove()
    logger.add(sys.stderr, level="WARNING")
    uvicorn.run(make_app(its_place), host="127.0.0.1", port=its_place.port, log_level="warning")

"""The ElevenLabs SDK's `Conversation` behind a FastAPI websocket, the way of its Twilio example.

The SDK runs every conversation in a thread of its own. Sound comes and goes through its audio
interface: what the business says is sent from the event loop, what the agent says is handed back to
the loop. As in the example, a hang-up ends the session and waits for its thread.
"""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

import uvicorn
from elevenlabs import ElevenLabs
from elevenlabs.conversational_ai.conversation import AudioInterface, ClientTools, Conversation
from fastapi import FastAPI, WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketState

from tests.bench.peers.bridges.converter import Converter
from tests.bench.peers.bridges.place import Place, given
from tests.bench.peers.bridges.talk import TOOL_RESULT


class CarrierSound(AudioInterface):
    """The carrier's stream, as the SDK wants to see it."""

    def __init__(self, carrier: WebSocket, agent_format: str) -> None:
        self._carrier = carrier
        self._loop = asyncio.get_running_loop()
        self._converter = Converter(agent_format)
        self._stream_sid = ""
        self._to_agent: Callable[[bytes], None] | None = None

    def start(self, input_callback: Callable[[bytes], None]) -> None:
        self._to_agent = input_callback

    def stop(self) -> None:
        self._to_agent = None

    def output(self, audio: bytes) -> None:
        payload = b64encode(self._converter.to_carrier(audio)).decode("ascii")
        self._say({"event": "media", "media": {"payload": payload}})

    def interrupt(self) -> None:
        self._say({"event": "clear"})

    def heard(self, message: dict[str, Any]) -> None:
        """What the carrier said."""
        if message["event"] == "start":
            self._stream_sid = message["start"]["streamSid"]
        elif message["event"] == "media" and self._to_agent is not None:
            self._to_agent(self._converter.to_agent(b64decode(message["media"]["payload"])))

    def _say(self, message: dict[str, Any]) -> None:
        """From the session's thread."""
        told = json.dumps({**message, "streamSid": self._stream_sid})
        asyncio.run_coroutine_threadsafe(self._send(told), self._loop)

    async def _send(self, told: str) -> None:
        try:
            if self._carrier.application_state == WebSocketState.CONNECTED:
                await self._carrier.send_text(told)
        except (WebSocketDisconnect, RuntimeError):
            pass


def make_app(place: Place) -> FastAPI:
    """The whole bridge."""
    app = FastAPI()

    @app.websocket("/media/{attempt}")
    async def media(carrier: WebSocket, attempt: str) -> None:
        await carrier.accept()
        sound = CarrierSound(carrier, place.agent_format)
        tools = ClientTools()
        tools.register("validate_slot", lambda parameters: TOOL_RESULT)
        # The SDK adds the path of a conversation to this address.
        base_url = f"http://127.0.0.1:{place.agents_port}/{attempt}"
        conversation = Conversation(
            ElevenLabs(base_url=base_url, api_key="none"),
            agent_id=attempt,
            requires_auth=False,
            audio_interface=sound,
            client_tools=tools,
        )
        conversation.start_session()
        try:
            async for text in carrier.iter_text():
                sound.heard(json.loads(text))
        finally:
            conversation.end_session()
            conversation.wait_for_session_end()

    return app


if __name__ == "__main__":
    its_place = given()
    uvicorn.run(make_app(its_place), host="127.0.0.1", port=its_place.port, log_level="warning")

"""A stranger vouches for the simulated agent: ElevenLabs' own SDK holds a scene with it."""

from __future__ import annotations

import asyncio
import json
import threading
import warnings
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from audio.formats import ULAW_8000, parse_format
from audio.mulaw import silence
from audio.transcode import Transcoder
from simulation.agent import SimulatedElevenLabs
from simulation.script import EndCall, Hear, Say, Scene, UseTool
from simulation.speech import clips

PCM = parse_format("pcm_16000")
SCENE = Scene(
    "vouched_for",
    "",
    (),
    (),
    (
        Hear("james_greets", quiet_ms=300),
        Say("agent_accepts", interruptible=False),
        Hear("james_offers", quiet_ms=300),
        UseTool("validate_slot", {"date": "{tomorrow}", "time": "15:00"}),
        UseTool("report_result", {"status": "booked", "time": "15:00"}),
        Say("agent_says_bye"),
        EndCall(),
    ),
    "booked",
)


def as_pcm(mulaw: bytes) -> bytes:
    transcoder = Transcoder(ULAW_8000, PCM)
    return transcoder.convert(mulaw) + transcoder.flush()


@pytest.mark.sockets
async def test_the_sdks_own_conversation_holds_a_scene_with_tools() -> None:
    with warnings.catch_warnings():
        # The SDK's conversation module still imports the old half of `websockets`.
        warnings.simplefilter("ignore", DeprecationWarning)
        from elevenlabs import ElevenLabs
        from elevenlabs.conversational_ai.conversation import (
            AudioInterface,
            ClientTools,
            Conversation,
            ConversationInitiationData,
        )

    class Business(AudioInterface):
        """Speaks 250 ms at a time, as the SDK's own microphone does: greets, listens, offers."""

        def __init__(self) -> None:
            self.played = bytearray()
            self.hung_up = threading.Event()
            self._thread: threading.Thread | None = None

        def start(self, input_callback: Callable[[bytes], None]) -> None:
            self._thread = threading.Thread(target=self._speak, args=(input_callback,))
            self._thread.start()

        def _speak(self, send: Callable[[bytes], None]) -> None:
            pending = as_pcm(clips()["james_greets"].mulaw + silence(400))
            offer = as_pcm(clips()["james_offers"].mulaw)
            first_turn = len(as_pcm(clips()["agent_accepts"].mulaw))
            quiet, chunk = as_pcm(silence(250)), PCM.bytes_for(250)
            while not self.hung_up.wait(0.05):  # five times faster than real time
                if offer and len(self.played) >= first_turn:
                    pending, offer = pending + offer, b""
                send(pending[:chunk] or quiet)
                pending = pending[chunk:]

        def stop(self) -> None:
            self.hung_up.set()
            # Where sending fails, the SDK hangs up from the very thread that sends.
            if self._thread not in (None, threading.current_thread()):
                self._thread.join()

        def output(self, audio: bytes) -> None:
            self.played += audio

        def interrupt(self) -> None:
            raise AssertionError("nobody interrupted")

    business = Business()
    said: list[str] = []
    heard: list[str] = []
    tool_calls: list[tuple[str, Any]] = []
    disconnected: list[Any] = []

    def answer(name: str) -> Callable[[dict[str, Any]], str]:
        def tool(parameters: dict[str, Any]) -> str:
            tool_calls.append((name, parameters))
            return json.dumps({"valid": True})

        return tool

    def agent_said(text: str) -> None:
        said.append(text)

    def business_said(text: str) -> None:
        heard.append(text)

    agent = SimulatedElevenLabs("key", "agent_1", SCENE, "pcm_16000", "pcm_16000")
    base_url = await agent.start()
    web = httpx.Client()
    tools = ClientTools()
    for name in ("validate_slot", "report_result"):
        tools.register(name, answer(name))

    def hold_it() -> object:
        session: Any = Conversation(  # its methods are not annotated
            ElevenLabs(api_key="key", base_url=base_url, httpx_client=web),
            "agent_1",
            requires_auth=True,
            audio_interface=business,
            config=ConversationInitiationData(dynamic_variables={"business_name": "Palermo"}),
            client_tools=tools,
            callback_agent_response=agent_said,
            callback_user_transcript=business_said,
            callback_disconnect=disconnected.append,
        )
        session.start_session()
        return session.wait_for_session_end()

    try:
        async with asyncio.timeout(30):
            conversation_id = await asyncio.to_thread(hold_it)
    finally:
        business.hung_up.set()
        await asyncio.to_thread(web.close)
        await agent.stop()

    (conversation,) = agent.conversations
    assert conversation_id == conversation.conversation_id
    assert conversation.violations == []
    assert conversation.variables == {"business_name": "Palermo"}
    assert heard == [clips()["james_greets"].text, clips()["james_offers"].text]
    assert said == [clips()["agent_accepts"].text, clips()["agent_says_bye"].text]
    assert bytes(business.played) == b"".join(piece.sound for piece in conversation.spoken)
    assert [name for name, _ in tool_calls] == ["validate_slot", "report_result"]
    assert tool_calls[0][1]["time"] == "15:00"
    assert [use.result for use in conversation.tools] == [json.dumps({"valid": True})] * 2
    assert disconnected and disconnected[0].close_code == 1000

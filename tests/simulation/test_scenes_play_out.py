"""Business and agent of every scene come to its end over a wire that does nothing but pass on."""

from __future__ import annotations

import asyncio
import base64
import json
import random
from collections import deque
from datetime import date

import pytest

from simulation.agent import SimulatedElevenLabs
from simulation.agent_conversation import Conversation
from simulation.carrier_line import Business, Line
from simulation.channel import ChannelClosed, MemoryChannel, memory_pair
from simulation.clock import run_virtual
from simulation.scenes import SCENES
from simulation.script import BreakOff, EndCall, Pickup, Scene
from simulation.speech import clips, sounds

SPOKEN = [each for each in SCENES.values() if each.pickup in {Pickup.ANSWERS, Pickup.MACHINE}]
FRAME = 160


class Wire:
    """The least that a bridge must do."""

    def __init__(self, end: MemoryChannel, line: Line, tool_delay_s: float) -> None:
        self.end = end
        self.line = line
        self.tool_delay_s = tool_delay_s
        self.pending: deque[tuple[int, bytes]] = deque()
        self.heard = bytearray()
        self.is_open = True

    async def send(self, message: dict[str, object]) -> None:
        await self.end.send(json.dumps(message))

    async def read(self, tasks: asyncio.TaskGroup) -> None:
        void_id = 0
        try:
            while True:
                message = json.loads(await self.end.receive())
                match message["type"]:
                    case "ping":
                        event_id = message["ping_event"]["event_id"]
                        await self.send({"type": "pong", "event_id": event_id})
                    case "interruption":
                        void_id = message["interruption_event"]["event_id"]
                        self.pending = deque(each for each in self.pending if each[0] > void_id)
                    case "audio" if message["audio_event"]["event_id"] > void_id:
                        sound = base64.b64decode(message["audio_event"]["audio_base_64"])
                        event_id = message["audio_event"]["event_id"]
                        for start in range(0, len(sound), FRAME):
                            self.pending.append((event_id, sound[start : start + FRAME]))
                    case "client_tool_call":
                        tasks.create_task(self.answer(message["client_tool_call"]["tool_call_id"]))
        except ChannelClosed:
            self.is_open = False

    async def answer(self, call_id: str) -> None:
        await asyncio.sleep(self.tool_delay_s)
        answer = {"type": "client_tool_result", "tool_call_id": call_id, "result": "{}"}
        await self.send({**answer, "is_error": False})

    async def tick(self) -> None:
        _, sound = self.pending.popleft() if self.pending else (0, b"")
        self.heard += sound
        frame, _ = self.line.tick(sound.ljust(FRAME, b"\xff"))
        if self.is_open:
            await self.send({"user_audio_chunk": base64.b64encode(frame).decode()})
        await asyncio.sleep(0.02)


def played(scene: Scene, seed: int) -> tuple[Conversation, bytes, float]:
    """The conversation, what the business heard, and the seconds until all of it was heard."""

    async def main() -> tuple[Conversation, bytes, float]:
        loop = asyncio.get_running_loop()
        agent = SimulatedElevenLabs(
            "key", "agent_1", scene, seed=seed, today=lambda: date(2026, 11, 30)
        )
        signature = agent.account.sign("agent_1", loop.time())
        url = f"ws://a/v1/convai/conversation?agent_id=agent_1&conversation_signature={signature}"
        near, far = memory_pair()
        line = Line(Business.of(scene, sounds()), random.Random(seed))
        wire = Wire(near, line, scene.tool_delay_ms / 1000)
        began = loop.time()
        async with asyncio.timeout(90), asyncio.TaskGroup() as tasks:
            tasks.create_task(agent.converse(far, url))
            await wire.send({"type": "conversation_initiation_client_data"})
            tasks.create_task(wire.read(tasks))
            await asyncio.sleep(0.05)
            (conversation,) = agent.conversations
            while wire.pending or (wire.is_open and conversation.steps_done < len(scene.agent)):
                await wire.tick()
            took = loop.time() - began
            await near.close()
        return conversation, bytes(wire.heard), took

    return run_virtual(main())


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("scene", SPOKEN, ids=lambda scene: scene.name)
def test_the_scene_comes_to_its_end(scene: Scene, seed: int) -> None:
    conversation, heard, took = played(scene, seed)
    assert conversation.violations == []
    leaves = isinstance(scene.agent[-1], EndCall | BreakOff)
    assert conversation.steps_done == len(scene.agent) - leaves
    assert conversation.ended and conversation.ended.by_agent == leaves
    assert len(conversation.interruptions) == (scene.name == "interrupted")
    assert took < 32
    if scene.ends_as == "booked":
        assert conversation.tools[-1].parameters["date"] == "2026-12-01"
        last = conversation.spoken[-1]
        assert heard.endswith(last.sound) and not last.late


def test_an_interruption_cuts_the_sentence_and_late_sound_stays_unheard() -> None:
    conversation, heard, _ = played(SCENES["interrupted"], 1)
    late = [piece.sound for piece in conversation.spoken if piece.late]
    assert len(late) == 2
    assert not any(sound in heard for sound in late)
    assert clips()["agent_explains_at_length"].mulaw not in heard

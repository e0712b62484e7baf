"""The simulated agent keeps to its protocol, and notices when a client does not."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from typing import Any

import pytest

from audio.formats import ULAW_8000, parse_format
from audio.levels import loudness_dbfs
from audio.mulaw import silence
from audio.transcode import Transcoder
from simulation.agent import SimulatedElevenLabs
from simulation.agent_conversation import Conversation
from simulation.agent_manner import Manner
from simulation.channel import ChannelClosed, memory_pair
from simulation.clock import run_virtual
from simulation.script import AgentStep, BreakOff, EndCall, FallSilent, Hear, Say, Scene, UseTool
from simulation.speech import clips

TODAY = date(2026, 11, 30)
TOOL_ANSWER = json.dumps({"valid": True})
Frame = dict[str, Any]


def scene(*steps: AgentStep) -> Scene:
    return Scene("made_up", "", (), (), steps, "booked")


class Client:
    """A client that keeps to the protocol, unless told otherwise."""

    def __init__(self, agent: SimulatedElevenLabs, **init: object) -> None:
        self.agent = agent
        self.end, self.far_end = memory_pair()
        self.init = init
        self.frames: list[Frame] = []
        self.closed: ChannelClosed | None = None
        self.pongs = self.talks = True
        self.tool_delay_s = 0.1
        self._to_say = bytearray()
        self._news = asyncio.Event()

    def say(self, clip: str) -> None:
        hears = parse_format(self.conversation_format("user_input_audio_format"))
        self._to_say += Transcoder(ULAW_8000, hears).convert(clips()[clip].mulaw)

    def conversation_format(self, key: str) -> str:
        event = self.of("conversation_initiation_metadata")[0]
        return str(event["conversation_initiation_metadata_event"][key])

    def of(self, kind: str) -> list[Frame]:
        return [frame for frame in self.frames if frame["type"] == kind]

    def sound(self) -> list[tuple[int, bytes]]:
        events = [frame["audio_event"] for frame in self.of("audio")]
        return [(each["event_id"], base64.b64decode(each["audio_base_64"])) for each in events]

    async def until(self, true: Callable[[], object], within_s: float = 30) -> None:
        async with asyncio.timeout(within_s):
            while not true():
                self._news.clear()
                await self._news.wait()

    async def send(self, **message: object) -> None:
        await self.end.send(json.dumps(message))

    async def read(self) -> None:
        try:
            while True:
                frame = json.loads(await self.end.receive())
                self.frames.append(frame)
                self._news.set()
                match frame["type"]:
                    case "ping" if self.pongs:
                        await self.send(type="pong", event_id=frame["ping_event"]["event_id"])
                    case "client_tool_call":
                        call_id = frame["client_tool_call"]["tool_call_id"]
                        asyncio.get_running_loop().call_later(
                            self.tool_delay_s, self._answer_soon, call_id
                        )
        except ChannelClosed as closed:
            self.closed = closed
            self._news.set()

    def _answer_soon(self, call_id: str) -> None:
        result = {"type": "client_tool_result", "tool_call_id": call_id, "result": TOOL_ANSWER}
        task = asyncio.ensure_future(self.end.send(json.dumps({**result, "is_error": False})))
        task.add_done_callback(lambda done: done.exception())

    async def talk(self) -> None:
        with contextlib.suppress(ChannelClosed):
            await self.until(lambda: self.of("conversation_initiation_metadata"))
            hears = parse_format(self.conversation_format("user_input_audio_format"))
            quiet = Transcoder(ULAW_8000, hears).convert(silence(20))
            while True:
                chunk = bytes(self._to_say[: hears.frame_bytes]) or quiet
                del self._to_say[: hears.frame_bytes]
                if self.talks:
                    await self.send(user_audio_chunk=base64.b64encode(chunk).decode())
                await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def calling(
    agent: SimulatedElevenLabs, **init: object
) -> AsyncIterator[tuple[Client, Conversation]]:
    client = Client(agent, **init)
    signature = agent.account.sign("agent_1", asyncio.get_running_loop().time())
    url = "ws://agent.simulation/v1/convai/conversation?agent_id=agent_1"
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(
            agent.converse(client.far_end, f"{url}&conversation_signature={signature}")
        )
        await client.send(type="conversation_initiation_client_data", **init)
        reading = tasks.create_task(client.read())
        talking = tasks.create_task(client.talk())
        await client.until(lambda: agent.conversations)
        yield client, agent.conversations[-1]
        await client.end.close(1000, "")
        await asyncio.wait({reading, talking}, timeout=5)
        talking.cancel()


def held(
    story: Callable[[Client, Conversation], Awaitable[None]],
    *steps: AgentStep,
    manner: Manner | None = None,
    formats: tuple[str, str] = ("ulaw_8000", "ulaw_8000"),
    **init: object,
) -> Conversation:
    """One conversation in virtual time."""

    async def main() -> Conversation:
        agent = SimulatedElevenLabs(
            "key", "agent_1", scene(*steps), *formats, manner=manner, today=lambda: TODAY
        )
        async with calling(agent, **init) as (client, conversation):
            await story(client, conversation)
        return conversation

    return run_virtual(main())


async def to_the_end(client: Client, conversation: Conversation) -> None:
    await client.until(lambda: client.closed, within_s=120)


def test_a_whole_call_has_every_message_and_no_violation() -> None:
    async def story(client: Client, conversation: Conversation) -> None:
        await client.until(lambda: client.of("ping"))
        client.say("ana_greets")
        await client.until(lambda: client.of("agent_response"))
        await client.until(lambda: client.of("agent_response_complete"))
        client.say("ana_offers")
        await client.until(lambda: client.closed)
        assert client.closed and client.closed.code == 1000
        said = [each["user_transcription_event"] for each in client.of("user_transcript")]
        assert [each["user_transcript"] for each in said] == [
            clips()["ana_greets"].text,
            clips()["ana_offers"].text,
        ]
        ids = [event_id for event_id, _ in client.sound()]
        assert ids == sorted(set(ids))
        spoken = b"".join(sound for _, sound in client.sound())
        assert spoken == clips()["agent_asks_haircut"].mulaw + clips()["agent_thanks"].mulaw
        call = client.of("client_tool_call")[0]["client_tool_call"]
        assert call["parameters"] == {"date": "2026-12-01", "time": "17:00"}
        assert client.frames[-1]["agent_tool_response"]["tool_name"] == "end_call"
        pings = [each["ping_event"] for each in client.of("ping")]
        assert "ping_ms" not in pings[0] and pings[1]["ping_ms"] >= 0

    conversation = held(
        story,
        Hear("ana_greets"),
        Say("agent_asks_haircut"),
        Hear("ana_offers"),
        UseTool("validate_slot", {"date": "{tomorrow}", "time": "17:00"}),
        Say("agent_thanks"),
        EndCall(),
        dynamic_variables={"business_name": "Ana", "party": 2},
    )
    assert conversation.violations == []
    assert conversation.variables == {"business_name": "Ana", "party": 2}
    assert [use.result for use in conversation.tools] == [TOOL_ANSWER]
    assert clips()["ana_offers"].mulaw in conversation.heard


def test_it_closes_before_its_goodbye_could_have_been_heard() -> None:
    async def story(client: Client, conversation: Conversation) -> None:
        await client.until(lambda: client.of("audio"))
        began = asyncio.get_running_loop().time()
        await client.until(lambda: client.closed)
        assert asyncio.get_running_loop().time() - began < 2
        total = sum(len(sound) for _, sound in client.sound())
        assert total == len(clips()["agent_says_a_long_goodbye"].mulaw)

    held(story, Say("agent_says_a_long_goodbye"), EndCall())


@pytest.mark.parametrize("late_frames", [0, 1, 3])
def test_speech_into_its_turn_interrupts_it_and_late_sound_carries_the_old_id(
    late_frames: int,
) -> None:
    async def story(client: Client, conversation: Conversation) -> None:
        await client.until(lambda: client.of("audio"))
        await asyncio.sleep(2)
        client.say("barber_interrupts")
        await client.until(lambda: client.of("user_transcript"))
        void_id = client.of("interruption")[0]["interruption_event"]["event_id"]
        at = client.frames.index(client.of("interruption")[0])
        late = [each for each in client.frames[at:] if each["type"] == "audio"]
        assert [each["audio_event"]["event_id"] for each in late] == [void_id] * late_frames
        event = client.of("agent_response_correction")[0]["agent_response_correction_event"]
        whole, cut = event["original_agent_response"], event["corrected_agent_response"]
        assert whole.startswith(cut.removesuffix("...")) and 10 < len(cut) < len(whole)

    conversation = held(
        story,
        Say("agent_explains_at_length", late_frames=late_frames),
        Hear("barber_interrupts"),
    )
    assert len(conversation.interruptions) == 1
    assert sum(piece.late for piece in conversation.spoken) == late_frames


def test_quiet_on_the_line_does_not_interrupt() -> None:
    async def story(client: Client, conversation: Conversation) -> None:
        await client.until(lambda: client.of("agent_response_complete"))
        assert not client.of("interruption")

    held(story, Say("agent_asks_haircut"))


@pytest.mark.parametrize("speaks", ["pcm_16000", "pcm_44100", "pcm_8000"])
def test_it_speaks_and_hears_in_the_formats_that_it_announces(speaks: str) -> None:
    async def story(client: Client, conversation: Conversation) -> None:
        assert client.conversation_format("agent_output_audio_format") == speaks
        client.say("ana_greets")
        await client.until(lambda: client.of("agent_response_complete"))
        sound = b"".join(each for _, each in client.sound())
        took_ms = parse_format(speaks).milliseconds(len(sound))
        assert abs(took_ms - clips()["agent_thanks"].ms) < 10
        assert -24 < loudness_dbfs(sound, parse_format(speaks)) < -18

    async def after_metadata(client: Client, conversation: Conversation) -> None:
        await client.until(lambda: client.frames)
        await story(client, conversation)

    conversation = held(
        after_metadata, Hear("ana_greets"), Say("agent_thanks"), formats=(speaks, "pcm_16000")
    )
    assert conversation.violations == []


@pytest.mark.parametrize(("step", "code"), [(BreakOff(1011), 1011), (BreakOff(0), 1006)])
def test_it_can_be_lost(step: BreakOff, code: int) -> None:
    conversation = held(to_the_end, Say("agent_asks_haircut"), step)
    assert conversation.ended and conversation.ended.code == code
    assert conversation.ended.by_agent


def test_fallen_silent_it_sends_nothing_more_and_stays() -> None:
    async def story(client: Client, conversation: Conversation) -> None:
        await client.until(lambda: client.of("ping"))
        before = len(client.frames)
        await asyncio.sleep(30)
        assert len(client.frames) <= before + 1
        assert client.closed is None

    held(story, FallSilent())


def test_without_any_sound_for_a_minute_it_leaves() -> None:
    async def story(client: Client, conversation: Conversation) -> None:
        client.talks = False
        await to_the_end(client, conversation)
        assert client.of("error")[0]["error_event"]["error_type"] == "transport_receive_timeout"

    conversation = held(story, Hear("ana_greets"))
    assert conversation.ended and conversation.ended.code == 1002


def test_a_tool_without_an_answer_is_given_up_with_an_apology() -> None:
    async def story(client: Client, conversation: Conversation) -> None:
        client.tool_delay_s = 60
        await client.until(lambda: len(client.of("agent_response")) == 2)
        answer = client.of("agent_tool_response")[0]["agent_tool_response"]
        assert answer["is_error"] is True

    conversation = held(story, Say("agent_checks"), UseTool("validate_slot", {}, within_s=3))
    assert "no answer to validate_slot" in conversation.violations[0]


@pytest.mark.parametrize(
    "manner",
    [
        Manner(odd_messages=True, huge_frame=True),
        Manner(duplicate_tool_call=True),
        Manner(parallel_tool_calls=True),
        Manner(tool_sound=True),
    ],
)
def test_its_oddities_are_within_what_the_real_one_does(manner: Manner) -> None:
    async def story(client: Client, conversation: Conversation) -> None:
        await to_the_end(client, conversation)
        assert max(len(json.dumps(each)) for each in client.frames) < 16 * 2**20
        if manner.tool_sound:
            at = client.frames.index(client.of("interruption")[0])
            newest = max(event_id for event_id, _ in client.sound())
            assert client.frames[at]["interruption_event"]["event_id"] < newest

    conversation = held(
        story, UseTool("validate_slot", {}), Say("agent_thanks"), EndCall(), manner=manner
    )
    answers = 2 if manner.duplicate_tool_call else 1
    assert len(conversation.tools) == (2 if manner.parallel_tool_calls else 1)
    seconds = [each for each in conversation.violations if "a second answer" in each]
    assert len(seconds) == answers - 1 == len(conversation.violations)


def test_pings_that_nobody_answers_are_violations() -> None:
    async def story(client: Client, conversation: Conversation) -> None:
        client.pongs = False
        await asyncio.sleep(9)

    conversation = held(story)
    assert [each for each in conversation.violations if "not answered" in each]


def test_context_is_kept() -> None:
    async def story(client: Client, conversation: Conversation) -> None:
        await client.send(type="contextual_update", text="The customer says: at six, please.")
        await asyncio.sleep(1)

    conversation = held(story)
    assert conversation.told == ["The customer says: at six, please."]
    assert conversation.violations == []

"""A small call driven by hand through session, wires and recorder, as bridge.call does it."""

from __future__ import annotations

import heapq
import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random

import pytest

from bridge import elevenlabs_wire, twilio_wire
from bridge.commands import (
    AnswerTool,
    ClearPlayback,
    Command,
    Finish,
    HangUp,
    MarkPlayback,
    Play,
    Pong,
    RunTool,
    SendToAgent,
    TellAgent,
)
from bridge.events import (
    AgentClosed,
    AnswerAsked,
    CustomerSaid,
    Dialed,
    Event,
    PhoneProgress,
    PhoneStatus,
    ToolAnswered,
)
from bridge.recorder import MAX_BYTES, CallRecorder
from bridge.recording import RecordedCall
from bridge.session import CallSession
from bridge.timings import CallTimings
from data.call import CallEnding, CallReport

BUSINESS = "+541143211234"
CUSTOMER = "+5491155512301"
STREAM = "MZ" + "1" * 32
CALL = "CA" + "2" * 32
TOKEN = "canary-token-9d1e"


class HandDriven:
    """The call, and what really went to and fro (unmasked)."""

    def __init__(self, max_bytes: int, lead_ms: int) -> None:
        timings = CallTimings(lead_ms=lead_ms)
        self.session = CallSession(timings)
        self.recorder = CallRecorder(
            "attempt_1", timings, [BUSINESS, CUSTOMER], max_bytes=max_bytes
        )
        self.business = bytearray()
        self.agent_sent: dict[int, bytes] = {}
        self.played: list[tuple[float, bytes | None]] = []
        self.ending: CallEnding | None = None
        self._waiting: list[tuple[float, int, str, str | Event]] = []
        self._count = 0
        self._playhead = 0.0
        self._pending: list[str] = []

    def at(self, t: float, side: str, what: str | Event | Mapping[str, object]) -> None:
        self._count += 1
        text = json.dumps(what, ensure_ascii=False) if isinstance(what, Mapping) else what
        heapq.heappush(self._waiting, (t, self._count, side, text))

    def run(self) -> None:
        now = 0.0
        while self.ending is None:
            deadline = self.session.deadline()
            if self._waiting and (deadline is None or self._waiting[0][0] <= deadline):
                t, _, side, what = heapq.heappop(self._waiting)
                now = max(now, t)
                self._do(self._hear(now, side, what), now)
            else:
                assert deadline is not None, "nothing more will happen"
                now = max(now, deadline + 0.0004)
                self.recorder.deadline_fired(now)
                self._do(self.session.time_passed(now), now)

    def _hear(self, now: float, side: str, what: str | Event) -> tuple[Command, ...]:
        if not isinstance(what, str):
            self.recorder.happened(now, what)
            return self.session.receive(what, now)
        if side == "agent":
            self.recorder.agent_said(now, what)
            return self.session.receive(elevenlabs_wire.decode(what), now)
        message = twilio_wire.decode(what)
        assert not isinstance(message, twilio_wire.Connected | twilio_wire.Unknown)
        self.recorder.carrier_said(now, what)
        if isinstance(message, twilio_wire.StreamOpened):
            return self.session.receive(twilio_wire.started(message), now)
        return self.session.receive(message, now)

    def _do(self, commands: tuple[Command, ...], now: float) -> None:
        for command in commands:
            match command:
                case Play() | MarkPlayback() | ClearPlayback():
                    text = twilio_wire.encode(command, STREAM)
                    self.recorder.vocero_said_to_carrier(now, text)
                    self._play(command, now)
                case SendToAgent() | Pong() | AnswerTool() | TellAgent():
                    self.recorder.vocero_said_to_agent(now, elevenlabs_wire.encode(command))
                case _:
                    self.recorder.ordered(now, command)
            match command:
                case HangUp():
                    stop = {"event": "stop", "streamSid": STREAM, "stop": {"callSid": CALL}}
                    self.at(now + 0.1, "carrier", stop)
                    self.at(now + 0.2, "", PhoneProgress(PhoneStatus.COMPLETED))
                case RunTool(tool_call_id):
                    found = json.dumps({"valid": True, "message": f"llame al {CUSTOMER}"})
                    self.at(now + 0.35, "", ToolAnswered(tool_call_id, found))
                case Finish(ending):
                    self.ending = ending
                case _:
                    pass

    def _play(self, command: Play | MarkPlayback | ClearPlayback, now: float) -> None:
        match command:
            case Play(sound):
                self._playhead = max(self._playhead, now) + len(sound) / 8000
                self.played.append((now, sound))
            case MarkPlayback(name):
                mark = {"event": "mark", "streamSid": STREAM, "mark": {"name": name}}
                self.at(max(now, self._playhead) + 0.05, "carrier", mark)
            case ClearPlayback():
                self._playhead = now
                self.played.append((now, None))

    def report(self) -> CallReport:
        assert self.ending is not None
        return CallReport("attempt_1", self.ending, CALL, "conv_1", True, 9.0)

    async def save(self, folder: Path) -> Path:
        result = json.dumps({"status": "booked", "notes": f"de parte de {CUSTOMER}"})
        extra = {"started_at": "2026-11-23T12:00:00Z", "who": {"business": BUSINESS}}
        return await self.recorder.save(folder, self.report(), result, extra)


def media(chunk: int, at_ms: int, sound: bytes) -> str:
    payload = b64encode(sound).decode()
    return (
        f'{{"event":"media","sequenceNumber":"{chunk + 1}","media":{{"track":"inbound",'
        f'"chunk":"{chunk}","timestamp":"{at_ms}","payload":"{payload}"}},"streamSid":"{STREAM}"}}'
    )


def audio(event_id: int, sound: bytes) -> dict[str, object]:
    payload = b64encode(sound).decode()
    spelled = {"chars": list(CUSTOMER), "char_start_times_ms": [0] * len(CUSTOMER)}
    return {
        "type": "audio",
        "audio_event": {"audio_base_64": payload, "event_id": event_id, "alignment": spelled},
    }


def script(call: HandDriven, agent_format: str) -> None:
    """Ten seconds: greeting, interruption with late sound, a tool, words, a goodbye."""
    random = Random(5)
    call.at(0.31, "", Dialed(CALL))
    call.at(0.5, "", PhoneProgress(PhoneStatus.RINGING))
    call.at(2.0, "", AnswerAsked())
    call.at(2.02, "", PhoneProgress(PhoneStatus.IN_PROGRESS))
    start = {
        "accountSid": "AC" + "3" * 32,
        "streamSid": STREAM,
        "callSid": CALL,
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"token": TOKEN},
    }
    call.at(2.2, "carrier", {"event": "start", "sequenceNumber": "1", "start": start})
    for index in range(450):
        sound = random.randbytes(160)
        call.business += sound
        call.at(2.3 + index * 0.02, "carrier", media(index + 1, 80 + index * 20, sound))
    metadata = {
        "conversation_id": "conv_1",
        "agent_output_audio_format": agent_format,
        "user_input_audio_format": agent_format,
    }
    ready = {"type": "conversation_initiation_metadata"}
    call.at(2.5, "agent", ready | {"conversation_initiation_metadata_event": metadata})
    per_ms = 8 if agent_format == "ulaw_8000" else 2 * int(agent_format[4:]) // 1000

    def say(t: float, event_id: int, milliseconds: int) -> None:
        sound = random.randbytes(milliseconds * per_ms)
        call.agent_sent[event_id] = call.agent_sent.get(event_id, b"") + sound
        call.at(t, "agent", audio(event_id, sound))

    for index in range(6):
        say(2.6 + index * 0.01, 1, 500)
        call.at(3.0 + index, "agent", {"type": "ping", "ping_event": {"event_id": index}})
    call.at(4.1, "agent", {"type": "interruption", "interruption_event": {"event_id": 1}})
    say(4.15, 1, 300)
    said = {"user_transcript": f"llame al {CUSTOMER[3:]}, or +54 9 11 5551-2301, sí"}
    call.at(4.5, "agent", {"type": "user_transcript", "user_transcription_event": said})
    say(4.6, 2, 800)
    tool = {"tool_name": "validate_slot", "tool_call_id": "t1", "parameters": {"phone": CUSTOMER}}
    call.at(5.0, "agent", {"type": "client_tool_call", "client_tool_call": tool})
    call.at(5.2, "", CustomerSaid(f"mi número es {CUSTOMER}"))
    say(6.0, 3, 1500)
    ended = {"tool_name": "end_call", "tool_call_id": "t2", "tool_type": "system"}
    call.at(6.2, "agent", {"type": "agent_tool_response", "agent_tool_response": ended})
    call.at(6.3, "", AgentClosed())


Drive = Callable[..., HandDriven]


@pytest.fixture
def drive() -> Drive:
    """Holds the small call; `agent_format`, `max_bytes` and `lead_ms` can be given, and what
    happens `also`."""

    def held(
        agent_format: str = "ulaw_8000",
        max_bytes: int = MAX_BYTES,
        lead_ms: int = 200,
        also: Sequence[tuple[float, Event]] = (),
    ) -> HandDriven:
        call = HandDriven(max_bytes, lead_ms)
        script(call, agent_format)
        for t, event in also:
            call.at(t, "", event)
        call.run()
        return call

    return held


@pytest.fixture
async def folder(drive: Drive, tmp_path: Path) -> Path:
    """The small call, recorded."""
    return await drive().save(tmp_path)


@pytest.fixture
def recorded(folder: Path) -> RecordedCall:
    """The same, loaded."""
    return RecordedCall.load(folder)

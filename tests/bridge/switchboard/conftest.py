"""A switchboard among neighbours that do as they are told: sockets, dialer, agent, observer."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import pytest

from bridge.call import Call
from bridge.chores import CallNeeds
from bridge.dial_pace import DialPace
from bridge.errors import BridgeError
from bridge.events import PhoneStatus
from bridge.ports import Elsewhere, SocketListener, TextSocket, ToolReply
from bridge.recorder import CallRecorder
from bridge.switchboard import Switchboard
from bridge.timings import CallTimings
from bridge.twilio_signature import TwilioSignature
from data.call import CallOrder, CallReport, TimelineEntry
from simulation.clock import run_virtual
from simulation.signing import sign

AUTH_TOKEN = "0123456789abcdef0123456789abcdef"
BASE_URL = "https://vocero.example"
NUMBER = "+541140001701"
FRAME = b64encode(b"\x7f\xff" * 80).decode()


def sid_of(attempt_id: str) -> str:
    """The carrier's id of an attempt's call."""
    return "CA" + attempt_id.encode().hex().ljust(32, "0")[:32]


class Socket:
    """Our end of a websocket whose far end is the test."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.closed: tuple[int, str] | None = None
        self.unsent_bytes = 0

    def send(self, text: str) -> None:
        if self.closed is None:
            self.sent.append(text)

    def close(self, code: int = 1000, reason: str = "") -> None:
        if self.closed is None:
            self.closed = (code, reason)

    def kinds(self) -> list[str]:
        """What was sent, by event or type."""
        messages = [json.loads(text) for text in self.sent]
        return [
            str(each.get("event") or each.get("type") or next(iter(each), "")) for each in messages
        ]


@dataclass
class Carrier:
    """The carrier's REST side."""

    orders: list[str] = field(default_factory=list)
    hung_up: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    dial_takes_s: float = 0.0
    hang_up_takes_s: float = 0.0
    refuse: BridgeError | None = None
    refuse_hang_up: BridgeError | None = None
    refuse_questions: BridgeError | None = None
    state: PhoneStatus = PhoneStatus.IN_PROGRESS
    found: tuple[str, PhoneStatus] | None = None

    async def dial(self, order: CallOrder) -> str:
        self.orders.append(order.attempt_id)
        await asyncio.sleep(self.dial_takes_s)
        if self.refuse is not None:
            raise self.refuse
        return sid_of(order.attempt_id)

    async def hang_up(self, call_sid: str) -> None:
        await asyncio.sleep(self.hang_up_takes_s)
        self.hung_up.append(call_sid)
        if self.refuse_hang_up is not None:
            raise self.refuse_hang_up

    async def status(self, call_sid: str) -> PhoneStatus:
        self.asked.append(call_sid)
        if self.refuse_questions is not None:
            raise self.refuse_questions
        return self.state

    async def find(self, to_number: str, since: float) -> tuple[str, PhoneStatus] | None:
        self.asked.append(to_number)
        return self.found


class Door:
    """Where the agent's address comes from."""

    async def signed_url(self) -> str:
        return "wss://agent.example"


@dataclass
class Observer:
    """Writes down; may fail."""

    reports: list[CallReport] = field(default_factory=list)
    notes: list[TimelineEntry] = field(default_factory=list)
    told: int = 0
    """How often a report was handed over, taken or not."""
    fails: int = 0
    """So many reports are not taken."""
    note_fails: bool = False

    def call_noted(self, attempt_id: str, entry: TimelineEntry) -> None:
        if self.note_fails:
            raise RuntimeError("the observer has a defect")
        self.notes.append(entry)

    async def call_finished(self, report: CallReport) -> None:
        self.told += 1
        if self.told <= self.fails:
            raise RuntimeError("the store is away")
        self.reports.append(report)


@dataclass
class Tools:
    """Answers as `answer` says."""

    answer: Callable[[], Awaitable[ToolReply]] | None = None

    async def answer_tool(
        self, attempt_id: str, name: str, parameters: Mapping[str, object]
    ) -> ToolReply:
        return await self.answer() if self.answer is not None else ToolReply("done")


@dataclass
class Exchange:
    """One switchboard and all around it. `run` plays a story in virtual time."""

    carrier: Carrier = field(default_factory=Carrier)
    observer: Observer = field(default_factory=Observer)
    tools: Tools = field(default_factory=Tools)
    bad_frames: Counter[str] = field(default_factory=Counter)
    timed: list[tuple[str, float]] = field(default_factory=list)
    """Frames whose passing was timed: the direction, and the seconds."""
    agents: list[tuple[Socket, SocketListener]] = field(default_factory=list)
    timings: CallTimings = field(default_factory=CallTimings)
    agent_takes_s: float = 0.0
    bind_fails: bool = False
    max_calls: int = 3
    calls_per_second: float = 1000.0
    recorders: list[CallRecorder] = field(default_factory=list)
    save: Callable[[CallRecorder, CallReport], Awaitable[None]] | None = None
    elsewhere: Elsewhere | None = None
    board: Switchboard = field(init=False)

    def run(self, story: Callable[[], Awaitable[None]]) -> None:
        async def whole() -> None:
            async with self.open():
                await story()

        run_virtual(whole())

    def open(self) -> Switchboard:
        """A fresh switchboard, to be entered."""
        self.board = self._board()
        return self.board

    def _board(self) -> Switchboard:
        def new_recorder(order: CallOrder) -> CallRecorder:
            self.recorders.append(CallRecorder(order.attempt_id, self.timings))
            return self.recorders[-1]

        needs = CallNeeds(
            dialer=self.carrier,
            agent_door=Door(),
            open_socket=self._open_socket,
            tools=self.tools,
            observer=self.observer,
            timings=self.timings,
            wait_for_turn=DialPace(self.calls_per_second).wait_for_turn,
            call_bound=self._bind,
            frame_bad=lambda side: self.bad_frames.update([side]),
            sound_passed=lambda direction, seconds: self.timed.append((direction, seconds)),
        )
        return Switchboard(
            needs,
            TwilioSignature(AUTH_TOKEN, BASE_URL),
            max_calls=self.max_calls,
            new_recorder=new_recorder if self.save is not None else None,
            save_recording=self.save,
            elsewhere=self.elsewhere,
        )

    async def _open_socket(
        self, url: str, listen: Callable[[TextSocket], SocketListener]
    ) -> TextSocket:
        await asyncio.sleep(self.agent_takes_s)
        socket = Socket()
        self.agents.append((socket, listen(socket)))
        return socket

    async def _bind(self, attempt_id: str, call_sid: str) -> None:
        if self.bind_fails:
            raise OSError("no space left on device")

    # --- what the neighbours do -----------------------------------------------------------------
    def place(self, attempt_id: str = "one") -> None:
        self.board.place(CallOrder(attempt_id, NUMBER))

    async def answer(self, attempt_id: str = "one") -> str:
        """The call rings, is answered and asks for its TwiML: the token."""
        await asyncio.sleep(0.01)
        token = self.board.answer(attempt_id, sid_of(attempt_id))
        assert token is not None
        return token

    def connect(self, attempt_id: str = "one") -> tuple[Socket, SocketListener]:
        """A media socket, still without a start."""
        path = f"/media/{attempt_id}"
        signature = sign(AUTH_TOKEN, f"wss://vocero.example{path}")
        assert self.board.refuse_upgrade(path, signature) is None
        socket = Socket()
        return socket, self.board.media_connected(path, socket)

    async def talk(self, attempt_id: str = "one") -> tuple[Socket, SocketListener]:
        """A call in which both sides stand: its media socket."""
        self.place(attempt_id)
        token = await self.answer(attempt_id)
        socket, listener = self.connect(attempt_id)
        listener.text_received(self.start(token, attempt_id))
        await asyncio.sleep(self.agent_takes_s + 0.01)
        self.agents[-1][1].text_received(self.metadata())
        return socket, listener

    def call(self, attempt_id: str = "one") -> Call:
        """The live call, for faults that no neighbour can cause."""
        return self.board._lines[attempt_id].call

    def report_count(self) -> int:
        """How many calls are over."""
        return len(self.observer.reports)

    @property
    def report(self) -> CallReport:
        (report,) = self.observer.reports
        return report

    # --- messages -------------------------------------------------------------------------------
    @staticmethod
    def start(token: str, attempt_id: str = "one", **changes: object) -> str:
        start: dict[str, object] = {
            "accountSid": "AC" + "5" * 32,
            "streamSid": "MZ" + "1" * 32,
            "callSid": sid_of(attempt_id),
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {"token": token},
            **changes,
        }
        return json.dumps({"event": "start", "sequenceNumber": "1", "start": start})

    @staticmethod
    def media(chunk: int) -> str:
        media = {
            "track": "inbound",
            "chunk": str(chunk),
            "timestamp": str(chunk * 20),
            "payload": FRAME,
        }
        return json.dumps({"event": "media", "media": media})

    @staticmethod
    def stop() -> str:
        return json.dumps({"event": "stop", "stop": {}})

    @staticmethod
    def metadata(speaks: str = "ulaw_8000") -> str:
        inside = {
            "conversation_id": "conv_1",
            "agent_output_audio_format": speaks,
            "user_input_audio_format": "ulaw_8000",
        }
        kind = "conversation_initiation_metadata"
        return json.dumps({"type": kind, f"{kind}_event": inside})

    @staticmethod
    def speech(event_id: int, ms: int = 100) -> str:
        """Sound of the agent."""
        inside = {"audio_base_64": b64encode(b"\x55" * (8 * ms)).decode(), "event_id": event_id}
        return json.dumps({"type": "audio", "audio_event": inside})

    @staticmethod
    def tool_call(name: str = "validate_slot", call_id: str = "tool_1") -> str:
        inside = {"tool_name": name, "tool_call_id": call_id, "parameters": {}}
        return json.dumps({"type": "client_tool_call", "client_tool_call": inside})


@pytest.fixture
def exchange() -> Exchange:
    """A switchboard with room for three calls."""
    return Exchange()

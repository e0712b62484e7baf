"""The far ends of `bench_bridge.py`, in a process of their own: N carriers and N agents.

Started by the bench, never by hand. They speak the vendors' messages with as little as possible
around them, stamp what they send and get with one clock, and compare what arrives with what was
sent. Standard input: one line per call, then "measure", then "end". Standard output: the agents'
port, "ready", the figures, each as one line of JSON.
"""

from __future__ import annotations

import asyncio
import gc
import json
import random
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.uri import parse_uri

from audio.formats import AudioFormat, parse_format
from vocero.server import run

FRAME_S = 0.020
TURN_S = 3.0
"""Every so often the agent speaks, for half of that time, in one burst of pieces."""
PIECES = 4
CUT_EVERY = 3
"""One turn of so many is interrupted."""
CUT_AFTER_S = 0.7
SETTLE_S = 0.5
"""What is on its way at the end arrives within this."""
FILTER_TAIL = 80
"""Bytes that a resampler may hold back until the next turn."""

clock = time.perf_counter


class FarSocket(asyncio.Protocol):
    """One websocket: text in, text out."""

    def __init__(self, protocol: ClientProtocol | ServerProtocol) -> None:
        self._protocol = protocol
        self._transport: asyncio.Transport | None = None
        self.got: Callable[[str], None] = lambda text: None
        self.opened: Callable[[str], None] = lambda path: None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        if isinstance(self._protocol, ClientProtocol):
            self._protocol.send_request(self._protocol.connect())
            self._write()

    def data_received(self, data: bytes) -> None:
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                if event.opcode is Opcode.TEXT:
                    self.got(bytes(event.data).decode())
            elif isinstance(event, Request) and isinstance(self._protocol, ServerProtocol):
                self._protocol.send_response(self._protocol.accept(event))
                self._write()
                self.opened(event.path)
            else:
                self.opened("")
        self._write()

    def send(self, text: str) -> None:
        if self._protocol.state is State.OPEN:
            self._protocol.send_text(text.encode())
            self._write()

    def _write(self) -> None:
        assert self._transport is not None
        for data in self._protocol.data_to_send():
            if data:
                self._transport.write(data)


@dataclass(slots=True)
class Figures:
    """What all calls measured; times in seconds."""

    up: list[float] = field(default_factory=list)
    first_frame: list[float] = field(default_factory=list)
    clear: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    """How far behind its time this process itself was, at every frame."""
    up_lost: int = 0
    up_foreign: int = 0
    down_lost: int = 0
    down_foreign: int = 0
    underruns: int = 0
    cpu_share: float = 0.0


class FarCall:
    """The carrier and the agent of one call."""

    def __init__(self, number: int, form: AudioFormat, figures: Figures) -> None:
        self._form = form
        self._exact = form.name == "ulaw_8000"
        """Sound passes as it is, so that every byte can be recognized."""
        self._figures = figures
        self._loop = asyncio.get_running_loop()
        self._random = random.Random(number)
        self._carrier: FarSocket | None = None
        self._agent: FarSocket | None = None
        self.attempt_id = f"bench{number}"
        self._sid = f"MZ{number:032d}"
        self._frames = 0
        self._sent: list[tuple[float, bytes]] = []
        self._heard = 0
        self._said, self._said_at, self._awaiting_first = b"", 0.0, False
        self._arrived = 0
        self._event_id = 0
        self._turns = 0
        self._cut_at: float | None = None
        self._was_cut = False
        self._plays_until = 0.0
        self._marks: dict[str, asyncio.TimerHandle] = {}
        self.measuring = self.ending = False
        self.agent_here = asyncio.Event()

    # --- the carrier --------------------------------------------------------------------------
    async def join(self, port: int, token: str, call_sid: str) -> None:
        """Open the media socket and say the start."""
        uri = parse_uri(f"ws://127.0.0.1:{port}/media/{self.attempt_id}")
        carrier = self._carrier = FarSocket(ClientProtocol(uri))
        carrier.got = self._carrier_got
        ready = self._loop.create_future()
        carrier.opened = lambda path: ready.set_result(None)
        await self._loop.create_connection(lambda: carrier, "127.0.0.1", port)
        await ready
        start = {
            "accountSid": "AC0",
            "streamSid": self._sid,
            "callSid": call_sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {"token": token},
        }
        opening = {"event": "start", "sequenceNumber": "1", "start": start, "streamSid": self._sid}
        carrier.send('{"event":"connected","protocol":"Call","version":"1.0.0"}')
        carrier.send(json.dumps(opening))

    def start_frames(self, at: float) -> None:
        """A frame every 20 ms from the loop's time `at` on."""
        self._first_at = at
        self._loop.call_at(at, self._frame)

    def _frame(self) -> None:
        if self.ending:
            return
        self._frames += 1
        due = self._first_at + (self._frames - 1) * FRAME_S
        self._loop.call_at(due + FRAME_S, self._frame)
        if self.measuring:
            self._figures.late.append(clock() - due)
        sound = self._random.randbytes(160)
        text = (
            f'{{"event":"media","sequenceNumber":"{self._frames + 1}","media":{{"track":"inbound",'
            f'"chunk":"{self._frames}","timestamp":"{self._frames * 20}",'
            f'"payload":"{b64encode(sound).decode("ascii")}"}},"streamSid":"{self._sid}"}}'
        )
        assert self._carrier is not None
        self._sent.append((clock(), sound))
        self._carrier.send(text)

    def _carrier_got(self, text: str) -> None:
        now = clock()
        message = json.loads(text)
        match message["event"]:
            case "media":
                sound = b64decode(message["media"]["payload"])
                if self._awaiting_first:
                    self._awaiting_first = False
                    if self.measuring:
                        self._figures.first_frame.append(now - self._said_at)
                elif now > self._plays_until and self._arrived < self._expected:
                    self._figures.underruns += self.measuring
                self._arrive(sound)
                self._plays_until = max(now, self._plays_until) + len(sound) / 8000
            case "mark":
                wait = max(0.0, self._plays_until - now)
                name = message["mark"]["name"]
                self._marks[name] = self._loop.call_later(wait, self._echo, name)
            case "clear":
                self._plays_until = now
                for name, timer in tuple(self._marks.items()):
                    timer.cancel()
                    self._echo(name)
                if self._cut_at is not None and self.measuring:
                    self._figures.clear.append(now - self._cut_at)
                self._cut_at = None

    def _arrive(self, sound: bytes) -> None:
        if self._exact:
            found = self._said.find(sound, self._arrived)
            if found < 0:
                self._figures.down_foreign += len(sound)
                return
            self._figures.down_lost += found - self._arrived
            self._arrived = found
        self._arrived += len(sound)

    def _echo(self, name: str) -> None:
        self._marks.pop(name, None)
        assert self._carrier is not None
        mark = {"event": "mark", "sequenceNumber": "9", "streamSid": self._sid}
        self._carrier.send(json.dumps(mark | {"mark": {"name": name}}))

    # --- the agent ----------------------------------------------------------------------------
    def agent_connected(self, socket: FarSocket) -> None:
        """The bridge opened the conversation."""
        self._agent = socket
        self.agent_here.set()
        socket.got = self._agent_got

    def _agent_got(self, text: str) -> None:
        now = clock()
        message = json.loads(text)
        if "user_audio_chunk" in message:
            self._hear(b64decode(message["user_audio_chunk"]), now)
        elif message.get("type") == "conversation_initiation_client_data":
            about = {
                "conversation_id": self.attempt_id,
                "agent_output_audio_format": self._form.name,
                "user_input_audio_format": self._form.name,
            }
            kind = "conversation_initiation_metadata"
            assert self._agent is not None
            self._agent.send(json.dumps({"type": kind, f"{kind}_event": about}))

    def _hear(self, sound: bytes, now: float) -> None:
        index = self._heard
        if self._exact:
            nearby = range(index, min(index + 50, len(self._sent)))
            found = next((each for each in nearby if self._sent[each][1] == sound), -1)
            self._figures.up_lost += max(0, found - index) * 160
            index = found
        if not 0 <= index < len(self._sent) or len(sound) != self._form.frame_bytes:
            self._figures.up_foreign += len(sound)
            return
        self._heard = index + 1
        if self.measuring:
            self._figures.up.append(now - self._sent[index][0])

    @property
    def _expected(self) -> int:
        """Bytes that the carrier gets of this turn."""
        return round(self._form.milliseconds(len(self._said)) * 8)

    def speak(self) -> None:
        """A turn of the agent, now and then every TURN_S."""
        self._loop.call_later(TURN_S, self.speak)
        self._finish_turn()
        self._turns += 1
        self._said = self._random.randbytes(self._form.bytes_for(TURN_S * 500))
        size = len(self._said) // PIECES
        messages = []
        for start in range(0, len(self._said), size):
            self._event_id += 1
            payload = b64encode(self._said[start : start + size]).decode("ascii")
            audio = {"audio_base_64": payload, "event_id": self._event_id}
            messages.append(json.dumps({"type": "audio", "audio_event": audio}))
        assert self._agent is not None
        self._awaiting_first = True
        self._said_at = clock()
        for message in messages:
            self._agent.send(message)
        if self._turns % CUT_EVERY == 0:
            self._loop.call_later(CUT_AFTER_S, self._cut)

    def _cut(self) -> None:
        self._was_cut = True
        self._cut_at = clock()
        event = {"event_id": self._event_id}
        assert self._agent is not None
        self._agent.send(json.dumps({"type": "interruption", "interruption_event": event}))

    def _finish_turn(self) -> None:
        tail = 0 if self._exact else FILTER_TAIL
        missing, self._arrived = self._expected - self._arrived, 0
        if not self._was_cut:
            self._figures.down_lost += max(0, missing - tail)
        self._figures.down_foreign += max(0, -missing - tail)
        self._was_cut = False

    def settle(self) -> None:
        """Count what never came."""
        self._figures.up_lost += (len(self._sent) - self._heard) * 160


async def main(port: int, form: AudioFormat, count: int) -> None:
    loop = asyncio.get_running_loop()
    figures = Figures()
    calls = {f"bench{n}": FarCall(n, form, figures) for n in range(count)}

    def agent_socket() -> FarSocket:
        socket = FarSocket(ServerProtocol())
        socket.opened = lambda path: calls[path.strip("/")].agent_connected(socket)
        return socket

    server = await loop.create_server(agent_socket, "127.0.0.1", 0)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    _say(server.sockets[0].getsockname()[1])
    for call in calls.values():
        line: dict[str, Any] = json.loads(await reader.readline())
        await call.join(port, line["token"], line["call_sid"])
        await call.agent_here.wait()
    _say("ready")
    await reader.readline()
    gc.freeze()
    for number, call in enumerate(calls.values()):
        share = number / len(calls)
        call.start_frames(loop.time() + 0.1 + share * FRAME_S)
        loop.call_later(0.2 + share * TURN_S, call.speak)
    await asyncio.sleep(1.0)
    for call in calls.values():
        call.measuring = True
    began, cpu = clock(), time.process_time()
    await reader.readline()
    figures.cpu_share = (time.process_time() - cpu) / (clock() - began)
    for call in calls.values():
        call.ending = True
    await asyncio.sleep(SETTLE_S)
    for call in calls.values():
        call.settle()
    _say(asdict(figures))


def _say(figure: object) -> None:
    sys.stdout.write(json.dumps(figure) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    run(main(int(sys.argv[1]), parse_format(sys.argv[2]), int(sys.argv[3])))

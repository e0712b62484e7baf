"""What a second of a call costs in our own code: `python tests/bench/bench_call.py`.

Both sockets, both wires and the call machine, between transports that keep nothing: no kernel, no
loop, no far ends. The business talks all the time, the agent half of it, in bursts. Each line is
one way to run a call: microseconds of CPU per call-second, best and middle of repeated runs.
Interleave it with the same file in another checkout (PYTHONPATH) to compare two versions.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Mapping

from bridge.call import Call
from bridge.chores import CallNeeds
from bridge.events import AnswerAsked, PhoneStatus
from bridge.phases import Phase
from bridge.ports import SocketListener, TextSocket, ToolReply
from bridge.recorder import CallRecorder
from bridge.timings import CallTimings
from bridge.twilio_socket import CarrierLeg, CarrierSocket
from bridge.twilio_wire import StreamOpened
from data.call import CallOrder, CallReport, TimelineEntry
from tests.bench.bench_frames import client, server, wire

SECONDS = 60
REPEATS = 25
FRAME_S = 0.02
TURN_S = 4.0
"""The agent speaks for half of this, then the business alone."""
BURST_S = 0.5
"""A message of the agent; each turn's come at once."""
SID = "MZ00000000000000000000000000000001"
BYTES_PER_S = {"ulaw_8000": 8000, "pcm_16000": 32000}


class SetClock(asyncio.SelectorEventLoop):
    """A loop whose time is what it was set to, once that was done."""

    set_to: float | None = None

    def time(self) -> float:
        return super().time() if self.set_to is None else self.set_to


class Outside:
    """Whatever a call needs beside its two sockets."""

    async def dial(self, order: CallOrder) -> str:
        return "CA1"

    async def hang_up(self, call_sid: str) -> None:
        pass

    async def status(self, call_sid: str) -> PhoneStatus:
        return PhoneStatus.IN_PROGRESS

    async def find(self, to_number: str, since: float) -> None:
        return None

    async def signed_url(self) -> str:
        return "ws://agent/"

    async def answer_tool(
        self, attempt_id: str, name: str, parameters: Mapping[str, object]
    ) -> ToolReply:
        return ToolReply("{}")

    def call_noted(self, attempt_id: str, entry: TimelineEntry) -> None:
        pass

    async def call_finished(self, report: CallReport) -> None:
        pass


class Reception:
    """Lets the one socket into the one call."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def refuse_upgrade(self, path: str, signature: str | None) -> int | None:
        return None

    def media_connected(self, path: str, socket: TextSocket) -> SocketListener:
        return CarrierSocket(socket, "a1", self)

    def stream_opened(
        self, attempt_id: str, opened: StreamOpened, socket: CarrierSocket
    ) -> CarrierLeg | None:
        self._call.join_stream(socket)
        return self._call

    def socket_left(self, socket: CarrierSocket) -> None:
        pass

    def bad_frame(self, side: str) -> None:
        raise AssertionError("a frame of the bench is bad")


class Talk:
    """One call with everything that its far ends will say, ready to be fed."""

    def __init__(self, loop: SetClock, agent_format: str, recorder: CallRecorder | None) -> None:
        self._loop = loop
        self._format = agent_format
        outside = Outside()

        async def nothing(*_: object) -> None:
            pass

        async def open_socket(
            url: str, listen: Callable[[TextSocket], SocketListener]
        ) -> TextSocket:
            self._agent = client(listen)
            return self._agent

        needs = CallNeeds(
            dialer=outside,
            agent_door=outside,
            open_socket=open_socket,
            tools=outside,
            observer=outside,
            timings=CallTimings(max_call_s=1e9),
            wait_for_turn=nothing,
            call_bound=nothing,
            frame_bad=lambda side: None,
        )
        self.call = Call(CallOrder("a1", "+5491100000000"), needs, recorder)
        reception = Reception(self.call)
        self._carrier = server(lambda socket: CarrierSocket(socket, "a1", reception))
        self._chunk = 0
        self._event_id = 0

    async def begin(self) -> None:
        """Both sides say their first words."""
        self._running = asyncio.create_task(self.call.run())
        await asyncio.sleep(0.01)
        self.call.receive(AnswerAsked())
        await asyncio.sleep(0.01)
        start = {
            "accountSid": "AC0",
            "streamSid": SID,
            "callSid": "CA1",
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {"token": "abc"},
        }
        self._carrier.data_received(wire(json.dumps({"event": "start", "start": start}), mask=True))
        ready = {
            "type": "conversation_initiation_metadata",
            "conversation_initiation_metadata_event": {
                "conversation_id": "c",
                "user_input_audio_format": self._format,
                "agent_output_audio_format": self._format,
            },
        }
        self._agent.data_received(wire(json.dumps(ready), mask=False))
        assert self.call.session.phase is Phase.TALKING, self.call.session.phase

    def script(self, seconds: float) -> list[tuple[float, Callable[[bytes], None], bytes]]:
        """What comes when, and to which socket."""
        said: list[tuple[float, Callable[[bytes], None], bytes]] = []
        per_turn, frames = round(TURN_S / FRAME_S), round(seconds / FRAME_S)
        payload = b64encode(bytes(range(160))).decode("ascii")
        burst = bytes(round(BYTES_PER_S[self._format] * BURST_S))
        for number in range(frames):
            at = number * FRAME_S
            if number % per_turn == 0:
                self._event_id += 1
                audio = {"audio_base_64": b64encode(burst).decode(), "event_id": self._event_id}
                text = json.dumps({"type": "audio", "audio_event": audio})
                piece = wire(text, mask=False)
                said += [(at, self._agent.data_received, piece)] * round(TURN_S / 2 / BURST_S)
            self._chunk += 1
            text = (
                f'{{"event":"media","sequenceNumber":"{self._chunk + 1}","media":{{"track":'
                f'"inbound","chunk":"{self._chunk}","timestamp":"{self._chunk * 20}",'
                f'"payload":"{payload}"}},"streamSid":"{SID}"}}'
            )
            said.append((at, self._carrier.data_received, wire(text, mask=True)))
        return said

    def run(self, seconds: float) -> float:
        """CPU seconds per call-second."""
        script = self.script(seconds)
        loop, began = self._loop, self._loop.time()
        loop.set_to = began
        start = time.process_time()
        for at, receive, data in script:
            loop.set_to = began + at
            receive(data)
        took = time.process_time() - start
        loop.set_to = began + seconds
        return took / seconds

    async def end(self) -> None:
        """Leave nothing behind."""
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)


async def measure(loop: SetClock, what: str, agent_format: str, *, record: bool = False) -> None:
    """One line: best and median microseconds."""
    recorder = CallRecorder("a1", CallTimings(), max_bytes=1 << 40) if record else None
    loop.set_to = None
    talk = Talk(loop, agent_format, recorder)
    await talk.begin()
    talk.run(SECONDS)
    runs = [talk.run(SECONDS) for _ in range(REPEATS)]
    assert talk.call.session.phase is Phase.TALKING
    await talk.end()
    best, median = min(runs) * 1e6, statistics.median(runs) * 1e6
    sys.stdout.write(f"{what:40} {best:8.1f} {median:8.1f}\n")
    sys.stdout.flush()


async def main(loop: SetClock) -> None:
    sys.stdout.write(f"{'microseconds per call-second':40} {'best':>8} {'median':>8}\n")
    await measure(loop, "ulaw_8000", "ulaw_8000")
    await measure(loop, "pcm_16000", "pcm_16000")
    await measure(loop, "ulaw_8000, recorded", "ulaw_8000", record=True)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=SetClock) as runner:
        clock = runner.get_loop()
        assert isinstance(clock, SetClock)
        runner.run(main(clock))

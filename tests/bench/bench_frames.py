"""What one frame costs in our own code: `python tests/bench/bench_frames.py`.

Sockets and wires with a transport that keeps nothing: no kernel, no loop, no call machine. Each
line is one message of the usual kind: microseconds, best and middle of repeated runs. Interleave
it with the same file in another checkout (PYTHONPATH) to compare two versions.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import timeit
from base64 import b64encode
from collections.abc import Callable

from websockets.client import ClientProtocol
from websockets.datastructures import Headers
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri
from websockets.utils import accept_key

from bridge import twilio_socket
from bridge.commands import MarkPlayback, Play, SendToAgent
from bridge.elevenlabs_socket import AgentSocket
from bridge.events import AgentClosed, AgentEvent, AgentLost, CarrierEvent, CarrierLost
from bridge.lean_websocket import LeanClientSocket, LeanServerSocket
from bridge.ports import SocketListener, TextSocket
from bridge.twilio_socket import CarrierLeg, CarrierSocket
from bridge.twilio_wire import StreamOpened

FRAMES = 400
REPEATS = 90
UPGRADE = (
    b"GET /media/a1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
SOUND = bytes(range(160))


class Void(asyncio.Transport):
    """Takes everything and has sent it already."""

    def __init__(self) -> None:
        super().__init__()
        self.written = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += len(data)

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return False

    def abort(self) -> None:
        pass


class Ear:
    """A listener, and what stands where the call is."""

    def text_received(self, text: str) -> None:
        pass

    def binary_received(self, data: bytes) -> None:
        pass

    def socket_closed(self, code: int, reason: str) -> None:
        pass

    def carrier_said(self, text: str, event: CarrierEvent) -> None:
        pass

    def carrier_skipped(self, text: str) -> None:
        pass

    def agent_said(self, text: str, event: AgentEvent) -> None:
        pass

    def receive(self, event: CarrierLost | AgentClosed | AgentLost) -> None:
        pass

    def agent_skipped(self, text: str) -> None:
        pass


class Desk:
    """An entrance and a reception that let everybody in."""

    def __init__(self, listen: Callable[[TextSocket], SocketListener]) -> None:
        self._listen = listen

    def refuse_upgrade(self, path: str, signature: str | None) -> int | None:
        return None

    def media_connected(self, path: str, socket: TextSocket) -> SocketListener:
        return self._listen(socket)

    def stream_opened(
        self, attempt_id: str, opened: StreamOpened, socket: CarrierSocket
    ) -> CarrierLeg | None:
        return Ear()

    def socket_left(self, socket: CarrierSocket) -> None:
        pass

    def bad_frame(self, side: str) -> None:
        raise AssertionError("a frame of the bench is bad")


def server(listen: Callable[[TextSocket], SocketListener]) -> LeanServerSocket:
    """A media socket after its handshake."""
    socket = LeanServerSocket(Desk(listen), lambda _: None, lambda _: None)
    socket.connection_made(Void())
    socket.data_received(UPGRADE)
    return socket


def client(listen: Callable[[TextSocket], SocketListener]) -> LeanClientSocket:
    """An agent's socket after its handshake."""
    protocol = ClientProtocol(parse_uri("ws://x/"), max_size=16 * 2**20)
    socket = LeanClientSocket(protocol, listen, Headers())
    socket.connection_made(Void())
    answer = (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accept_key(protocol.key)}\r\n\r\n"
    )
    socket.data_received(answer.encode())
    return socket


def wire(text: str, *, mask: bool) -> bytes:
    """A text message as the far end sends it."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=mask)


def carrier_media() -> str:
    """A frame of the business's sound."""
    return (
        '{"event":"media","sequenceNumber":"4001","media":{"track":"inbound","chunk":"4000",'
        f'"timestamp":"80000","payload":"{b64encode(SOUND).decode("ascii")}"}},'
        '"streamSid":"MZ00000000000000000000000000000001"}'
    )


def agent_audio(size: int) -> str:
    """A piece of the agent's sound."""
    audio = {"audio_base_64": b64encode(bytes(size)).decode("ascii"), "event_id": 7}
    return json.dumps({"type": "audio", "audio_event": audio})


def carrier_socket() -> tuple[LeanServerSocket, CarrierSocket]:
    """A media socket that has said its start."""
    made: list[CarrierSocket] = []

    def listen(socket: TextSocket) -> SocketListener:
        made.append(CarrierSocket(socket, "a1", Desk(listen)))
        return made[0]

    socket = server(listen)
    start = {
        "accountSid": "AC0",
        "streamSid": "MZ00000000000000000000000000000001",
        "callSid": "CA1",
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"token": "abc"},
    }
    socket.data_received(wire(json.dumps({"event": "start", "start": start}), mask=True))
    return socket, made[0]


def agent_socket() -> tuple[LeanClientSocket, AgentSocket]:
    """An agent's socket with its listener."""
    made: list[AgentSocket] = []

    def listen(socket: TextSocket) -> SocketListener:
        made.append(AgentSocket(socket, Ear()))
        return made[0]

    socket = client(listen)
    return socket, made[0]


def measure(what: str, once: Callable[[], object]) -> None:
    """One line: best and median microseconds."""
    once()
    runs = timeit.repeat(once, number=FRAMES, repeat=REPEATS)
    best, median = min(runs) / FRAMES * 1e6, statistics.median(runs) / FRAMES * 1e6
    sys.stdout.write(f"{what:58} {best:7.2f} {median:7.2f}\n")


async def main() -> None:
    sys.stdout.write(f"{'microseconds':58} {'best':>7} {'median':>7}\n")
    ear = Ear()
    plain_server, plain_client = server(lambda _: ear), client(lambda _: ear)
    media, audio = carrier_media(), agent_audio(3000)
    chunk = f'{{"user_audio_chunk":"{b64encode(SOUND).decode("ascii")}"}}'
    masked, unmasked = wire(media, mask=True), wire(audio, mask=False)
    half = len(unmasked) // 2
    measure("server socket: 20 ms in", lambda: plain_server.data_received(masked))
    three = masked * 3
    measure("server socket: three frames in one read", lambda: plain_server.data_received(three))
    measure("server socket: 20 ms out", lambda: plain_server.send(chunk))
    measure("client socket: 20 ms out", lambda: plain_client.send(chunk))
    measure("client socket: 375 ms in", lambda: plain_client.data_received(unmasked))

    def two_reads() -> None:
        plain_client.data_received(unmasked[:half])
        plain_client.data_received(unmasked[half:])

    measure("client socket: 375 ms in, in two reads", two_reads)

    # A flood is what comes now, and the guard against it stays part of what is measured.
    twilio_socket.FRAMES_PER_S = 10**9
    lean_carrier, carrier = carrier_socket()
    lean_agent, agent = agent_socket()
    play, mark = Play(bytes(range(160)) * 3), MarkPlayback("g0:17")
    up, wide = SendToAgent(SOUND), SendToAgent(SOUND * 4)
    measure("carrier: 20 ms in, decoded", lambda: lean_carrier.data_received(masked))
    measure("carrier: 60 ms out, encoded", lambda: carrier.perform(play))
    measure("carrier: a mark out, encoded", lambda: carrier.perform(mark))
    measure("agent: 20 ms of ulaw_8000 out, encoded", lambda: agent.perform(up))
    measure("agent: 20 ms of pcm_16000 out, encoded", lambda: agent.perform(wide))
    measure("agent: 375 ms in, decoded", lambda: lean_agent.data_received(unmasked))


if __name__ == "__main__":
    asyncio.run(main())

"""The carrier's side of one call: a frame every 20 ms, and a player for what it is sent."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode

from simulation.far_ends.sockets import FarSocket, clock
from simulation.far_ends.tracks import DownTrack, UpTrack

_MEDIA = b'{"event":"media",'
_PAYLOAD = b'"payload":"'


class FarCarrier:
    """One media stream."""

    def __init__(self, number: int, attempt_id: str, up: UpTrack, down: DownTrack) -> None:
        self._loop = asyncio.get_running_loop()
        self._attempt_id = attempt_id
        self._stream_sid = f"MZ{number:032d}"
        self._call_sid = ""
        self._up = up
        self._down = down
        self._socket = FarSocket(f"/media/{attempt_id}")
        self._socket.got = self._got
        self._frames = 0
        self._marks: dict[str, asyncio.TimerHandle] = {}
        self.hung_up = False

    async def join(self, port: int, token: str, call_sid: str) -> None:
        """Open the stream with the bridge at this port of 127.0.0.1 and say its start."""
        self._call_sid = call_sid
        opened: asyncio.Future[None] = self._loop.create_future()

        def gone() -> None:
            if not opened.done():
                opened.set_exception(ConnectionError("the bridge did not take a media socket"))

        self._socket.opened = lambda path: opened.set_result(None)
        self._socket.gone = gone
        await self._loop.create_connection(lambda: self._socket, "127.0.0.1", port)
        await opened
        self._say({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        start = {
            "accountSid": "AC" + "0" * 32,
            "streamSid": self._stream_sid,
            "callSid": call_sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {"token": token},
        }
        self._say(
            {
                "event": "start",
                "sequenceNumber": "1",
                "start": start,
                "streamSid": self._stream_sid,
            }
        )

    def frame(self) -> None:
        """The business is heard for another 20 ms."""
        if self.hung_up:
            return
        self._frames = number = self._frames + 1
        coded = self._up.send(clock()).decode("ascii")
        self._socket.send(
            f'{{"event":"media","sequenceNumber":"{number + 1}","media":{{"track":"inbound",'
            f'"chunk":"{number}","timestamp":"{number * 20}","payload":"{coded}"}},'
            f'"streamSid":"{self._stream_sid}"}}'.encode("ascii")
        )

    def hang_up(self) -> None:
        """The business hangs up: the stream stops and its socket is closed."""
        self.hung_up = True
        for timer in self._marks.values():
            timer.cancel()
        self._say(
            {
                "event": "stop",
                "sequenceNumber": str(self._frames + 2),
                "streamSid": self._stream_sid,
                "stop": {"accountSid": "AC" + "0" * 32, "callSid": self._call_sid},
            }
        )
        self._socket.close()

    def _say(self, message: dict[str, object]) -> None:
        self._socket.send(json.dumps(message, separators=(",", ":")).encode("ascii"))

    def _got(self, message: bytes, at: float) -> None:
        if message.startswith(_MEDIA):
            begin = message.find(_PAYLOAD) + len(_PAYLOAD)
            coded: bytes | str = message[begin : message.find(b'"', begin)]
        else:
            told = json.loads(message)
            if told["event"] == "mark":
                self._mark(told["mark"]["name"], at)
                return
            if told["event"] == "clear":
                self._clear(at)
                return
            coded = told["media"]["payload"]
        self._down.hear(b64decode(coded), at)

    def _mark(self, name: str, at: float) -> None:
        wait = max(0.0, self._down.plays_until - at)
        self._marks[name] = self._loop.call_later(wait, self._echo, name)

    def _clear(self, at: float) -> None:
        self._down.clear(at)
        for name, timer in tuple(self._marks.items()):
            timer.cancel()
            self._echo(name)

    def _echo(self, name: str) -> None:
        self._marks.pop(name, None)
        self._say({"event": "mark", "streamSid": self._stream_sid, "mark": {"name": name}})

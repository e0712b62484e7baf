"""One media stream as Twilio runs it: frames out every 20 ms, playback and marks in.

Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages and captured messages.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from random import Random

from simulation.carrier_faults import Faults
from simulation.carrier_line import Line
from simulation.carrier_player import FRAME_BYTES, Playback
from simulation.channel import Channel, ChannelClosed
from simulation.probe import Probe

FRAME_S = 0.020
CONGESTED_S = 1.0
"""Frames that could not be sent for that long are discarded (warning 31930)."""
GIVE_UP_S = 5.0
"""How long a far end that does not read may hold back the end of a call."""


class StreamEnd(Enum):
    """Who ended a media stream."""

    CALL = "the call ended or got other instructions"
    APPLICATION = "the application closed the websocket"
    DROPPED = "the connection was dropped on purpose"


@dataclass(frozen=True, slots=True)
class StreamIds:
    """What `start` says about a stream."""

    account_sid: str
    call_sid: str
    stream_sid: str
    parameters: tuple[tuple[str, str], ...] = ()


class MediaStream:
    """One open media websocket, from `connected` to its end. `run` does it all."""

    def __init__(
        self,
        channel: Channel,
        ids: StreamIds,
        line: Line,
        *,
        faults: Faults,
        randomness: Random,
        probe: Probe | None,
        alert: Callable[[int, str], None],
        on_put_down: Callable[[], None],
    ) -> None:
        self._channel = channel
        self._ids = ids
        self._line = line
        self._faults = faults
        self._random = randomness
        self._probe = probe
        self._alert = alert
        self._on_put_down = on_put_down
        self._loop = asyncio.get_running_loop()
        self._origin = self._loop.time()
        self._playback = Playback(self._origin)
        self._first_timestamp = randomness.randint(70, 170)
        self._sequence = 0
        self._chunk = 0
        self._echoes: deque[str] = deque()
        self._held: list[tuple[int, bytes]] = []
        self._finishing = False
        self._give_up: asyncio.TimerHandle | None = None
        self._alarm: asyncio.Future[None] | None = None
        self._warned: set[int] = set()
        self.closed: ChannelClosed | None = None
        """How the far end closed, once it has."""

    @property
    def stream_sid(self) -> str:
        """The MZ… identifier."""
        return self._ids.stream_sid

    def finish(self) -> None:
        """The call is over or goes on elsewhere: `stop` and close."""
        if not self._finishing:
            self._finishing = True
            self._give_up = self._loop.call_later(GIVE_UP_S, self._channel.abort)
            self._wake()

    async def run(self) -> StreamEnd:
        """Plays the whole stream."""
        self._line.playbacks.append(self._playback)
        try:
            async with asyncio.TaskGroup() as group:
                reader = group.create_task(self._read(), name="media reader")
                end = await self._pump()
                reader.cancel()
        finally:
            self._playback.advance(self._loop.time())
            # Nothing is left of it, however it ended; a closed channel does not mind.
            self._channel.abort()
            if self._give_up is not None:
                self._give_up.cancel()
        return end

    # --- towards the application ------------------------------------------------------------
    async def _pump(self) -> StreamEnd:
        try:
            await self._channel.send('{"event":"connected","protocol":"Call","version":"1.0.0"}')
            await self._send_start()
            return await self._send_frames()
        except ChannelClosed as gone:
            self.closed = self.closed or gone
            return StreamEnd.CALL if self._finishing else StreamEnd.APPLICATION

    async def _send_frames(self) -> StreamEnd:
        index = 0
        while self.closed is None:
            now = self._loop.time()
            self._echoes.extend(self._playback.advance(now))
            while self._echoes:
                await self._send("mark", {"name": self._echoes.popleft()})
            if self._finishing:
                await self._send(
                    "stop",
                    {"accountSid": self._ids.account_sid, "callSid": self._ids.call_sid},
                )
                await self._channel.close()
                return StreamEnd.CALL
            age = now - self._origin
            if self._faults.drop_stream_after_s is not None:
                if age >= self._faults.drop_stream_after_s:
                    self._channel.abort()
                    return StreamEnd.DROPPED
            due = self._origin + (index + 1) * FRAME_S
            if now >= due:
                await self._frame(index, late_s=now - due)
                index += 1
                if self._line.put_down:
                    self._on_put_down()
                continue
            await self._sleep_until(min(due, self._playback.next_mark_at() or math.inf))
        return StreamEnd.CALL if self._finishing else StreamEnd.APPLICATION

    async def _frame(self, index: int, late_s: float) -> None:
        heard = self._playback.heard[index * FRAME_BYTES : (index + 1) * FRAME_BYTES]
        payload, sounding = self._line.tick(bytes(heard))
        if late_s > CONGESTED_S:
            self._warn(31930, "inbound sound discarded: the stream is congested")
            self._chunk += 1
            return
        if self._faults.silent_frames_left_out and not sounding:
            return
        self._held.append((index, payload))
        if self._is_stalled((index + 1) * FRAME_S):
            return
        held, self._held = self._held, []
        for each, sound in held:
            await self._send_media(each, sound)

    def _is_stalled(self, age: float) -> bool:
        begins = self._faults.stall_at_s
        return begins is not None and begins <= age < begins + self._faults.stall_s

    async def _send_media(self, index: int, payload: bytes) -> None:
        self._chunk += 1
        self._sequence += 1
        jitter = self._random.randint(-2, 2) if index else 0
        text = (
            f'{{"event":"media","sequenceNumber":"{self._sequence}","media":{{"track":"inbound",'
            f'"chunk":"{self._chunk}","timestamp":"{self._first_timestamp + 20 * index + jitter}",'
            f'"payload":"{base64.b64encode(payload).decode("ascii")}"}},'
            f'"streamSid":"{self._ids.stream_sid}"}}'
        )
        if self._probe is not None:
            self._probe.business_sent(self._loop.time(), payload)
        await self._channel.send(text)

    async def _send_start(self) -> None:
        start = {
            "accountSid": self._ids.account_sid,
            "streamSid": self._ids.stream_sid,
            "callSid": self._ids.call_sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": dict(self._ids.parameters),
        }
        await self._send("start", start)

    async def send_key(self, digit: str) -> None:
        """The business pressed a key."""
        self._sequence += 1
        message = {
            "event": "dtmf",
            "streamSid": self._ids.stream_sid,
            "sequenceNumber": str(self._sequence),
            "dtmf": {"track": "inbound_track", "digit": digit},
        }
        await self._channel.send(json.dumps(message, separators=(",", ":")))

    async def _send(self, event: str, body: Mapping[str, object]) -> None:
        self._sequence += 1
        message: dict[str, object] = {"event": event, "sequenceNumber": str(self._sequence)}
        # In captured messages only `start` names its stream after its body.
        if event == "start":
            message |= {event: body, "streamSid": self._ids.stream_sid}
        else:
            message |= {"streamSid": self._ids.stream_sid, event: body}
        await self._channel.send(json.dumps(message, separators=(",", ":")))

    async def _sleep_until(self, when: float) -> None:
        alarm = self._alarm = self._loop.create_future()
        timer = self._loop.call_at(when, self._wake)
        try:
            await alarm
        finally:
            timer.cancel()

    def _wake(self) -> None:
        if self._alarm is not None and not self._alarm.done():
            self._alarm.set_result(None)

    # --- from the application ---------------------------------------------------------------
    async def _read(self) -> None:
        while True:
            try:
                message = await self._channel.receive()
            except ChannelClosed as gone:
                self.closed = gone
                self._wake()
                return
            if isinstance(message, bytes):
                self._warn(31950, "binary frame")
            else:
                self._take(message, self._loop.time())

    def _take(self, text: str, now: float) -> None:
        try:
            message: object = json.loads(text)
        except (ValueError, RecursionError):
            return self._warn(31951, "not JSON")
        match message:
            case {"streamSid": str(sid)} if sid != self._ids.stream_sid:
                self._warn(31951, "wrong streamSid")
            case {
                "event": "media",
                "streamSid": str(),
                "media": {"payload": str(payload), **others},
                **more,
            } if not others and not more:
                self._play(payload, now)
            case {
                "event": "mark",
                "streamSid": str(),
                "mark": {"name": str(name), **others},
                **more,
            } if not others and not more:
                self._echoes.extend(self._playback.mark(name, now))
                self._wake()
            case {"event": "clear", "streamSid": str(), **more} if not more:
                self._echoes.extend(self._playback.clear(now))
                self._line.clears.append(now)
                if self._probe is not None:
                    self._probe.clear_got(now)
                self._wake()
            case _:
                self._warn(31951, "invalid message")

    def _play(self, payload: str, now: float) -> None:
        try:
            sound = base64.b64decode(payload, validate=True)
        except (binascii.Error, ValueError):
            return self._warn(31951, "invalid base64")
        reached, too_much = self._playback.push(sound, now)
        self._echoes.extend(reached)
        self._line.arrivals.append((now, sound))
        if self._probe is not None:
            self._probe.business_got(now, sound)
        if too_much:
            self._warn(31931, "more than ten minutes of sound buffered")
        if reached:
            self._wake()

    def _warn(self, code: int, text: str) -> None:
        if code not in self._warned:
            self._warned.add(code)
            self._alert(code, text)

"""The agent's side of one call. It speaks half of the time, one turn after the other.

Three kinds of turn follow one another: pieces in real time (each is stamped), one burst of all that
is to be said, and a burst that is interrupted. In every turn one tool is called.
"""

from __future__ import annotations

import asyncio
import json
import random
from base64 import b64encode
from collections.abc import Callable, Sequence

from audio.formats import AudioFormat
from simulation.far_ends.figures import Figures
from simulation.far_ends.sockets import FarSocket, clock
from simulation.far_ends.tracks import DownTrack, UpTrack, noise, turn_bytes

IN_REAL_TIME, BURST, INTERRUPTED = range(3)
BURST_PIECES = 4
AHEAD_S = 0.2
"""What is said at once at the beginning of a turn in real time; then a piece every PIECE_S."""
PIECE_S = 0.1
CUT_AFTER = 0.25
"""The interruption comes after this share of a turn, the tool call after the next one."""
TOOL_AFTER = 0.6
UTTERANCES = 16
_CHUNK = b'{"user_audio_chunk":"'
# What a real piece carries beside its sound, so that reading it costs what it costs.
_ALIGNMENT = (
    '"alignment":{"chars":["H","o","l","a",","," ","s","í"],'
    '"char_start_times_ms":[0,60,115,170,240,290,330,400],'
    '"char_durations_ms":[60,55,55,70,50,40,70,80]},"is_final":false'
)


class Utterances:
    """What agents say: noise, so that no two stretches of it are alike."""

    def __init__(self, form: AudioFormat, turn_s: float, seed: int = 2) -> None:
        dice = random.Random(seed)
        size = turn_bytes(form, turn_s / 2)
        self.sounds = [noise(dice, size) for _ in range(UTTERANCES)]


class FarAgent:
    """One conversation."""

    def __init__(
        self,
        number: int,
        form: AudioFormat,
        turn_s: float,
        utterances: Sequence[bytes],
        tracks: tuple[UpTrack, DownTrack],
        figures: Figures,
    ) -> None:
        self.here = asyncio.Event()
        """Set once the bridge has opened the conversation."""
        self._loop = asyncio.get_running_loop()
        self._number = number
        self._form = form
        self._turn_s = turn_s
        self._utterances = utterances
        self._up, self._down = tracks
        self._figures = figures
        self._socket: FarSocket | None = None
        self._turns = 0
        self._event_id = 0
        self._tools: dict[str, float] = {}
        self._last_turn = self._silent = False

    def connected(self, socket: FarSocket) -> None:
        """The bridge opened this conversation."""
        self._socket = socket
        socket.got = self._got
        self.here.set()

    def begin(self, in_s: float) -> None:
        """Speak for the first time in so many seconds."""
        self._later(in_s, self._turn)

    def finish(self) -> None:
        """Say what is begun and nothing more; it takes half a turn."""
        self._last_turn = True

    def line_gone(self) -> None:
        """The business hung up: nothing is said any more, and no answer is owed."""
        self._silent = True
        self._figures.tool_calls -= len(self._tools)
        self._tools.clear()

    def _later(self, in_s: float, what: Callable[..., None], *about: object) -> None:
        self._loop.call_later(in_s, self._now, what, *about)

    def _now(self, what: Callable[..., None], *about: object) -> None:
        if not self._silent:
            what(*about)

    def _turn(self) -> None:
        if self._last_turn:
            return
        self._later(self._turn_s, self._turn)
        kind = (self._number + self._turns) % 3
        sound = self._utterances[(self._number * 7 + self._turns) % len(self._utterances)]
        self._turns += 1
        self._down.begin(sound, in_real_time=kind == IN_REAL_TIME)
        self._later(self._turn_s * TOOL_AFTER, self._call_tool)
        if kind == IN_REAL_TIME:
            ahead = self._form.bytes_for(AHEAD_S * 1000)
            self._speak(sound[:ahead])
            self._go_on(sound, ahead, clock() + PIECE_S)
            return
        size = -(-len(sound) // BURST_PIECES) // 2 * 2
        for begin in range(0, len(sound), size):
            self._speak(sound[begin : begin + size])
        if kind == INTERRUPTED:
            self._later(self._turn_s * CUT_AFTER, self._interrupt)

    def _go_on(self, sound: bytes, begin: int, due: float) -> None:
        """The rest of a turn in real time, from this byte on."""
        if begin < len(sound):
            wait = max(0.0, due - clock())
            self._later(wait, self._speak_on, sound, begin, due)

    def _speak_on(self, sound: bytes, begin: int, due: float) -> None:
        end = begin + self._form.bytes_for(PIECE_S * 1000)
        self._speak(sound[begin:end])
        self._go_on(sound, end, due + PIECE_S)

    def _speak(self, sound: bytes) -> None:
        self._event_id += 1
        coded = b64encode(sound).decode("ascii")
        message = (
            f'{{"type":"audio","audio_event":{{"audio_base_64":"{coded}",'
            f'"event_id":{self._event_id},{_ALIGNMENT}}}}}'
        ).encode()
        self._down.send(len(sound), clock())
        self._send(message)

    def _interrupt(self) -> None:
        said = {"type": "interruption", "interruption_event": {"event_id": self._event_id}}
        message = json.dumps(said).encode()
        self._down.cut(clock())
        self._send(message)

    def _call_tool(self) -> None:
        tool_call_id = f"tool_{self._number}_{self._turns}"
        call = {
            "tool_name": "validate_slot",
            "tool_call_id": tool_call_id,
            "parameters": {"date": "2026-12-01", "time": "17:00"},
        }
        message = json.dumps({"type": "client_tool_call", "client_tool_call": call}).encode()
        self._figures.tool_calls += 1
        self._tools[tool_call_id] = clock()
        self._send(message)

    def _send(self, message: bytes) -> None:
        assert self._socket is not None, "it speaks only once it is connected"
        self._socket.send(message)

    def _got(self, message: bytes, at: float) -> None:
        if message.startswith(_CHUNK):
            self._up.hear(message[len(_CHUNK) : message.find(b'"', len(_CHUNK))], at)
            return
        told = json.loads(message)
        if "user_audio_chunk" in told:
            self._up.hear(told["user_audio_chunk"].encode(), at)
        elif told.get("type") == "client_tool_result":
            asked_at = self._tools.pop(told["tool_call_id"], None)
            if asked_at is not None:
                self._figures.tool_answers += 1
                self._figures.window.tools.append(at - asked_at)
        elif told.get("type") == "conversation_initiation_client_data":
            self._announce()

    def _announce(self) -> None:
        about = {
            "conversation_id": f"conv_{self._number}",
            "agent_output_audio_format": self._form.name,
            "user_input_audio_format": self._form.name,
        }
        kind = "conversation_initiation_metadata"
        self._send(json.dumps({"type": kind, f"{kind}_event": about}).encode())

"""The business on the phone: what it hears, what it says, when it hangs up.

Counted in 20 ms frames, never in clock time: it reacts to the sound that really came out of the
playback, so a pause of the network is a pause for it too.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from audio.levels import SilenceWatch
from simulation.carrier_player import FRAME_BYTES, FRAME_MS, SILENCE, Playback
from simulation.script import (
    BusinessStep,
    ListenFor,
    ListenOut,
    Pickup,
    PutDown,
    Scene,
    Speak,
    Wait,
)

# A real line's silence is a mix of both zeros of G.711 (captured streams), never all 0xFF.
_NOISE = bytes(0xFF if byte < 128 else 0x7F for byte in range(256))


@dataclass(frozen=True, slots=True)
class Business:
    """Who answers at a number, and how."""

    steps: tuple[BusinessStep, ...] = ()
    clips: Mapping[str, bytes] = field(default_factory=dict)
    """Sound by name: raw 8 kHz mu-law."""
    pickup: Pickup = Pickup.ANSWERS
    ring_ms: int = 1500
    voicemail_greeting: str = ""
    """Clip that a MACHINE plays before its steps."""

    def __post_init__(self) -> None:
        wanted = {step.clip for step in self.walk() if isinstance(step, Speak)}
        if missing := wanted - self.clips.keys():
            raise ValueError(f"clips that were not handed in: {', '.join(sorted(missing))}")

    @classmethod
    def of(cls, scene: Scene, clips: Mapping[str, bytes]) -> Business:
        """The business of a scene."""
        return cls(scene.business, clips, scene.pickup, scene.ring_ms, scene.voicemail_greeting)

    @property
    def greeting_ms(self) -> float:
        """How long a machine speaks."""
        return len(self.clips.get(self.voicemail_greeting, b"")) / 8

    def walk(self) -> tuple[BusinessStep, ...]:
        """Every step from picking up."""
        if self.pickup is Pickup.MACHINE and self.voicemail_greeting:
            return (Speak(self.voicemail_greeting), *self.steps)
        return self.steps


@dataclass(frozen=True, slots=True)
class Announcement:
    """Something that the carrier itself let the callee hear."""

    at: float
    """Clock time in seconds."""
    text: str
    language: str = ""
    kind: str = "say"
    """say, play, keys or trial."""


class Line:
    """One call's far end.

    `tick` is called once per 20 ms with what was heard in them and gives what was said in them.
    """

    def __init__(self, business: Business, randomness: random.Random) -> None:
        self._clips = business.clips
        self._steps = deque(business.walk())
        self._random = randomness
        self._saying: bytes = b""
        self._said_to = 0
        self._frames_in_step = 0
        self._watch = SilenceWatch()
        self.put_down = False
        """True once the business hung up."""
        self.playbacks: list[Playback] = []
        """One for each media stream of the call."""
        self.arrivals: list[tuple[float, bytes]] = []
        """Sound for the business as it came in: clock time, mu-law."""
        self.clears: list[float] = []
        """Clock times at which the playback was cleared."""
        self.announcements: list[Announcement] = []
        self.said = bytearray()
        """Everything that the business said, 20 ms by 20 ms, silences too."""

    @property
    def heard(self) -> bytes:
        """What came out of the earpiece since the first stream started, silence included."""
        return b"".join(bytes(each.heard) for each in self.playbacks)

    @property
    def waiting_in(self) -> BusinessStep | None:
        """The step that it is in, for a person who asks why a scene does not go on."""
        return self._steps[0] if self._steps else None

    def underruns(self) -> int:
        """How often the agent's voice broke off within an utterance."""
        return sum(each.underruns() for each in self.playbacks)

    def tick(self, heard: bytes) -> tuple[bytes, bool]:
        """20 ms pass: what the business says in them (160 bytes), and whether that is sound."""
        self._watch.push(heard)
        self._take_steps()
        frame, sounding = self._frame()
        self._frames_in_step += 1
        self.said += frame
        return frame, sounding

    def _take_steps(self) -> None:
        while self._steps and not self.put_down and self._is_over(self._steps[0]):
            self._steps.popleft()
            self._frames_in_step = 0
            self._saying, self._said_to = b"", 0
            self._watch = SilenceWatch()

    def _is_over(self, step: BusinessStep) -> bool:
        match step:
            case Speak(clip):
                if not self._saying:
                    self._saying = self._clips[clip]
                return self._said_to >= len(self._saying)
            case ListenOut(quiet_ms):
                return self._watch.heard_ms > 0 and self._watch.quiet_ms >= quiet_ms
            case ListenFor(heard_ms):
                return self._watch.heard_ms >= heard_ms
            case Wait(ms):
                return self._frames_in_step * FRAME_MS >= ms
            case PutDown():
                self.put_down = True
                return False
            case _:
                assert_never(step)

    def _frame(self) -> tuple[bytes, bool]:
        piece = self._saying[self._said_to : self._said_to + FRAME_BYTES]
        self._said_to += len(piece)
        if not piece:
            return self._random.randbytes(FRAME_BYTES).translate(_NOISE), False
        return piece.ljust(FRAME_BYTES, bytes((SILENCE,))), True

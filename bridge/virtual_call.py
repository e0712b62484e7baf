"""A session in virtual time, with a carrier and tools that react, and rules that must always hold.

For replays under chaos: what happens is put in beforehand with `add`, what follows from the
session's own orders (marks, hang-ups, tool answers) is made up here, as a carrier would.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping

from audio.formats import parse_format
from bridge import elevenlabs_wire, twilio_wire
from bridge.commands import (
    AnswerTool,
    AskCarrier,
    ClearPlayback,
    CloseAgent,
    CloseStream,
    Command,
    Finish,
    HangUp,
    MarkPlayback,
    OpenAgent,
    Play,
    Pong,
    RunTool,
)
from bridge.errors import BadFrame
from bridge.events import (
    AgentAudio,
    AgentClosed,
    AgentEvent,
    AgentLost,
    AgentPinged,
    AgentReady,
    CarrierEvent,
    CarrierLost,
    Event,
    Interrupted,
    MarkReached,
    OperatorAudio,
    OperatorKeys,
    PhoneProgress,
    PhoneStatus,
    StreamStarted,
    StreamStopped,
    ToolAnswered,
    ToolCalled,
)
from bridge.playback import BYTES_PER_S
from bridge.session import CallSession
from bridge.tool_desk import PRESS_KEYS, BadKeys, keys_to_press
from data.call import CallEnding, EndCause

TOOL_TAKES_S = 0.2
CARRIER_TAKES_S = 0.15
PATIENCE_S = 900.0
"""A call that has not ended that long after its last input never will."""
ROUNDING_MS = 80.0
"""What resampling and whole pieces may add to the length of some sound."""
MUST_BE_BLAMED = frozenset(
    {EndCause.DIAL_FAILED, EndCause.AGENT_LOST, EndCause.CARRIER_LOST, EndCause.SHUTDOWN}
)


class VirtualCall:
    """Runs one session to its end."""

    def __init__(self, session: CallSession) -> None:
        self.broken: list[str] = []
        """Rules that did not hold."""
        self.ending: CallEnding | None = None
        self.inputs = 0
        self.tool_answers: dict[str, tuple[float, ToolAnswered]] = {}
        """What a tool call is answered, and after how many seconds."""
        self.ordered: list[Command] = []
        self._session = session
        self._waiting: list[tuple[float, int, Event | str]] = []
        self._number = 0
        self._now = 0.0
        self._last_given = 0.0
        self._stream = "awaited"
        self._agent = "unopened"
        self._hung_up = False
        self._playhead = 0.0
        self._marks: list[str] = []
        self._agent_openings = 0
        self._tool_calls: Counter[str] = Counter()
        self._tools_answered: Counter[str] = Counter()
        self._speaks = ""
        self._said_ms: Counter[int] = Counter()
        self._tones_ms = 0.0
        self._refused: int | None = None
        self._played_since_ms = 0.0

    def add(self, t: float, event: Event | str) -> None:
        """This will happen; a text stands for a broken message on either socket."""
        self._last_given = max(self._last_given, t)
        self._schedule(t, event)

    def _schedule(self, t: float, event: Event | str) -> None:
        self._number += 1
        heapq.heappush(self._waiting, (t, self._number, event))

    def run(self) -> None:
        """Until the session has ended and everything was delivered."""
        try:
            while self._step():
                pass
        # A defect of the machine is what chaos is there to find.
        except Exception as error:
            self.broken.append(
                f"the call machine failed at {self._now:.3f} s: {type(error).__name__}: {error}"
            )
        if self.ending is None:
            self.broken.append("the call did not end")

    def _step(self) -> bool:
        deadline = self._session.deadline() if self.ending is None else None
        if deadline is not None and not (self._waiting and self._waiting[0][0] < deadline):
            self._now = max(self._now, deadline)
            self._obey(self._session.time_passed(self._now))
            after = self._session.deadline()
            if self.ending is None and after is not None and after <= self._now:
                self.broken.append(f"a deadline stays in the past at {self._now:.3f} s")
                return False
            return self._now < self._last_given + PATIENCE_S
        if not self._waiting:
            return False
        t, _, event = heapq.heappop(self._waiting)
        self._now = max(self._now, t)
        if isinstance(event, str):
            self._break_in(event)
        elif self._reaches_us(event):
            self.inputs += 1
            self._expect(event)
            commands = self._session.receive(event, self._now)
            if self.ending is None:
                self._check_answers(event, commands)
            self._obey(commands)
        return True

    def _break_in(self, text: str) -> None:
        self.inputs += 1
        for decode in (twilio_wire.decode, elevenlabs_wire.decode):
            try:
                decode(text)
            except BadFrame:
                continue

    def _reaches_us(self, event: Event) -> bool:
        if isinstance(event, CarrierEvent):
            if isinstance(event, StreamStarted):
                return self._stream == "awaited"
            return self._stream == "open"
        if isinstance(event, AgentEvent):
            return self._agent == "open"
        return True

    def _expect(self, event: Event) -> None:
        """Keep the books that the rules are checked against."""
        match event:
            case StreamStarted():
                self._stream = "open"
                self._playhead = self._now
            case StreamStopped() | CarrierLost():
                self._stream = "closed"
            case AgentClosed() | AgentLost():
                self._agent = "closed"
            case AgentReady(_, _, speaks):
                self._speaks = speaks
            case AgentAudio(event_id, sound):
                self._said_ms[event_id] += self._milliseconds(sound)
            case Interrupted(event_id):
                self._refused = max(event_id, self._refused or 0)
                self._played_since_ms = 0.0
            case ToolCalled(tool_call_id, name, parameters):
                self._tool_calls[tool_call_id] += 1
                if name == PRESS_KEYS:
                    self._expect_keys(parameters)
            case OperatorKeys(digits):
                self._expect_keys({"digits": digits})
            case OperatorAudio(sound):
                self._tones_ms += len(sound) * 1000 / BYTES_PER_S
            case _:
                pass

    def _expect_keys(self, parameters: Mapping[str, object]) -> None:
        try:
            self._tones_ms += len(keys_to_press(parameters)[1]) * 1000 / BYTES_PER_S
        except BadKeys:
            return

    def _milliseconds(self, sound: bytes) -> int:
        try:
            return round(parse_format(self._speaks).milliseconds(len(sound)))
        except ValueError:  # a format that nobody can play
            return 0

    def _obey(self, commands: tuple[Command, ...]) -> None:
        for command in commands:
            self._check(self.ending is None, f"{type(command).__name__} after the end")
            self.ordered.append(command)
            self._perform(command)

    def _perform(self, command: Command) -> None:
        match command:
            case Play(sound):
                self._check(self._stream == "open", "sound for a stream that is not open")
                self._playhead = max(self._playhead, self._now) + len(sound) / BYTES_PER_S
                self._check_refused(len(sound))
            case MarkPlayback(name):
                self._marks.append(name)
                self._schedule(max(self._playhead, self._now), MarkReached(name))
            case ClearPlayback():
                self._playhead = self._now
                for name in self._marks:
                    self._schedule(self._now + CARRIER_TAKES_S, MarkReached(name))
                self._marks.clear()
            case CloseStream():
                self._stream = "closed"
            case HangUp():
                self._check(not self._hung_up, "hung up twice")
                self._hung_up = True
                self._schedule(self._now + CARRIER_TAKES_S, StreamStopped())
                completed = PhoneProgress(PhoneStatus.COMPLETED)
                self._schedule(self._now + 2 * CARRIER_TAKES_S, completed)
            case AskCarrier():
                over = self._hung_up or self._now > self._last_given
                status = PhoneStatus.COMPLETED if over else PhoneStatus.IN_PROGRESS
                self._schedule(self._now + CARRIER_TAKES_S, PhoneProgress(status))
            case OpenAgent():
                self._agent_openings += 1
                self._check(self._agent_openings == 1, "the agent was opened twice")
                self._agent = "open"
            case CloseAgent():
                self._agent = "closed"
            case RunTool(tool_call_id):
                default = ToolAnswered(tool_call_id, '{"valid": true}')
                after, answer = self.tool_answers.get(tool_call_id, (TOOL_TAKES_S, default))
                self._schedule(self._now + after, answer)
            case AnswerTool(tool_call_id):
                self._tools_answered[tool_call_id] += 1
                self._check(self._tool_calls[tool_call_id] > 0, "an answer that nobody asked for")
                self._check(self._tools_answered[tool_call_id] == 1, "a tool was answered twice")
            case Finish(ending):
                self.ending = ending
                blamed = ending.blame is not None or ending.cause not in MUST_BE_BLAMED
                self._check(blamed, f"ended as {ending.cause.value} and nobody is to blame")
            case _:
                pass

    def _check_answers(self, event: Event, commands: tuple[Command, ...]) -> None:
        match event:
            case AgentPinged(event_id):
                self._check(Pong(event_id) in commands, "a ping was not answered")
            case ToolAnswered(tool_call_id, result, is_error) if self._agent == "open":
                told = AnswerTool(tool_call_id, result, is_error) in commands
                self._check(told, "a tool's answer did not reach the agent")
            case _:
                pass

    def _check_refused(self, size: int) -> None:
        """Since an interruption no more may be played than was ever said with later ids."""
        if self._refused is None:
            return
        self._played_since_ms += size * 1000 / BYTES_PER_S
        later = sum(ms for event_id, ms in self._said_ms.items() if event_id > self._refused)
        allowed = later + self._tones_ms + (ROUNDING_MS if later else 0.0)
        self._check(self._played_since_ms <= allowed, "sound of a refused id was played")

    def _check(self, holds: bool, rule: str) -> None:
        if not holds:
            self.broken.append(f"{rule} (at {self._now:.3f} s)")

"""A call held in the hand: events in, commands out, time by hand; and an ear at the far end."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

import pytest

from bridge.commands import ClearPlayback, Command, Finish, MarkPlayback, Note, Play, TellAgent
from bridge.events import (
    AgentReady,
    AnswerAsked,
    Dialed,
    Event,
    MarkReached,
    PhoneProgress,
    PhoneStatus,
    StreamStarted,
)
from bridge.session import CallSession
from bridge.timings import CallTimings
from data.call import CallEnding, EntryKind


class Ear:
    """The carrier's playing: what it is sent is heard at real time, `late_s` after it was sent."""

    def __init__(self, late_s: float = 0.0) -> None:
        self.late_s = late_s
        self.heard = bytearray()
        self.silent_s = 0.0
        self._buffer: deque[bytes | str] = deque()
        self._played_until = 0.0
        self._began = False

    def take(self, command: Command, now: float) -> list[str]:
        """Obey a command; the marks that a clear sends back at once."""
        at = now + self.late_s
        echoed = self.listen(at)
        match command:
            case Play(sound):
                if self._began and not self._buffer and at > self._played_until:
                    self.silent_s += at - self._played_until
                if not self._buffer:
                    self._played_until = max(at, self._played_until)
                self._began = True
                self._buffer.append(sound)
            case MarkPlayback(name):
                self._buffer.append(name)
            case ClearPlayback():
                echoed += [item for item in self._buffer if isinstance(item, str)]
                self._buffer.clear()
                self._played_until = at
            case _:
                pass
        return echoed

    def listen(self, now: float) -> list[str]:
        """Hear until `now` (the ear's own time); the marks that were reached."""
        reached: list[str] = []
        while self._buffer:
            item = self._buffer[0]
            if isinstance(item, str):
                reached.append(item)
                self._buffer.popleft()
                continue
            # A hair of tolerance: sums of floats decide here whether a byte was heard.
            playable = int((now - self._played_until) * 8000 + 1e-6)
            if playable <= 0:
                break
            self.heard += item[:playable]
            self._played_until += min(playable, len(item)) / 8000
            if playable < len(item):
                self._buffer[0] = item[playable:]
                break
            self._buffer.popleft()
        return reached

    def next_mark_at(self) -> float | None:
        """When the next mark is due, if there is one."""
        at = self._played_until
        for item in self._buffer:
            if isinstance(item, str):
                return at
            at += len(item) / 8000
        return None


class Driver:
    """Drives one session; keeps everything that it ordered."""

    def __init__(self, timings: CallTimings | None = None, ear: Ear | None = None) -> None:
        self.session = CallSession(timings)
        self.ear = ear
        self.now = 0.0
        self.ordered: list[tuple[float, Command]] = []

    def hear(self, *events: Event) -> list[Command]:
        """Events happen now; what is ordered, notes left out."""
        acts: list[Command] = []
        for event in events:
            acts += self._keep(self.session.receive(event, self.now))
        return acts

    def until(self, at: float, *events: Event) -> list[Command]:
        """Time passes until `at`, every deadline on its time, then events happen."""
        acts: list[Command] = []
        for _ in range(100_000):
            deadline = self.session.deadline()
            mark_at = self.ear.next_mark_at() if self.ear is not None else None
            if mark_at is not None:
                mark_at = max(self.now, mark_at)
            due = [moment for moment in (deadline, mark_at) if moment is not None and moment <= at]
            if not due:
                self.now = at
                return acts + self.hear(*events)
            self.now = max(self.now, min(due))
            if self.ear is not None:
                acts += self._marks(self.ear.listen(self.now))
            if deadline is not None and deadline <= self.now:
                acts += self._keep(self.session.time_passed(self.now))
                again = self.session.deadline()
                assert again is None or again > self.now, "a deadline must not stay due"
        raise AssertionError("this does not come to rest")

    def _marks(self, names: Iterable[str]) -> list[Command]:
        acts: list[Command] = []
        for name in names:
            acts += self._keep(self.session.receive(MarkReached(name), self.now))
        return acts

    def _keep(self, commands: tuple[Command, ...]) -> list[Command]:
        self.ordered += [(self.now, command) for command in commands]
        if self.ear is not None:
            for command in commands:
                flushed = self.ear.take(command, self.now)
                for name in flushed:
                    self.ordered += [
                        (self.now, more)
                        for more in self.session.receive(MarkReached(name), self.now)
                    ]
        return [command for command in commands if not isinstance(command, Note)]

    def ringing(self) -> None:
        """The phone rings, at 1 s."""
        self.until(1.0, Dialed("CA1"), PhoneProgress(PhoneStatus.RINGING))

    def connecting(self) -> None:
        """The business answers at 5 s and the agent is being opened."""
        self.ringing()
        self.until(5.0, PhoneProgress(PhoneStatus.IN_PROGRESS), AnswerAsked())

    def talking(self, hears: str = "ulaw_8000", speaks: str = "ulaw_8000") -> None:
        """Both legs stand at 6 s."""
        self.connecting()
        self.until(6.0, StreamStarted("MZ1", "CA1"), AgentReady("conv1", hears, speaks))

    @staticmethod
    def told(acts: Iterable[Command]) -> list[str]:
        """What the agent is told by these."""
        return [act.text for act in acts if isinstance(act, TellAgent)]

    def notes(self, kind: EntryKind) -> list[str]:
        """The timeline's texts of this kind."""
        return [
            command.entry.text
            for _, command in self.ordered
            if isinstance(command, Note) and command.entry.kind is kind
        ]

    @property
    def endings(self) -> list[CallEnding]:
        """All endings that were ordered (there must never be two)."""
        return [command.ending for _, command in self.ordered if isinstance(command, Finish)]

    @property
    def played(self) -> bytes:
        """All sound that was sent to the business."""
        return b"".join(command.sound for _, command in self.ordered if isinstance(command, Play))


@pytest.fixture
def call() -> Driver:
    """A call that was just ordered."""
    return Driver()


@pytest.fixture
def call_with() -> Callable[..., Driver]:
    """Makes calls with other timings, or with an ear that plays at real time."""
    return Driver


@pytest.fixture
def new_ear() -> Callable[..., Ear]:
    """Makes ears."""
    return Ear

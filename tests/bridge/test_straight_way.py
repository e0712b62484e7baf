"""Frames that go straight through do what they would have done the long way round."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from bridge.commands import Command, MarkPlayback, SendToAgent
from bridge.events import (
    AgentAudio,
    AgentClosed,
    AgentReady,
    AnswerAsked,
    BusinessAudio,
    BusinessSaid,
    Dialed,
    Event,
    Interrupted,
    MarkReached,
    OperatorHandsBack,
    OperatorTookOver,
    PhoneProgress,
    PhoneStatus,
    StreamStarted,
    StreamStopped,
    ToolCalled,
)
from bridge.session import CallSession
from bridge.timings import CallTimings

BEGINNING: tuple[Event, ...] = (
    Dialed("CA1"),
    PhoneProgress(PhoneStatus.IN_PROGRESS),
    AnswerAsked(),
    StreamStarted("MZ1", "CA1"),
)

PATIENT = CallTimings(agent_stall_s=1e4, max_call_s=1e4)


def straight(session: CallSession, event: Event, now: float) -> tuple[list[Command], bool]:
    """As a call does it: what is ordered, and whether it went the straight way."""
    if not (isinstance(event, BusinessAudio) and session.simply_talks):
        return list(session.receive(event, now)), False
    sound = session.pass_on(event, now)
    if sound is None:
        return list(session.receive(event, now)), False
    commands: list[Command] = [SendToAgent(None, sound)] if sound else []
    if now >= session.playback.due_at:
        commands += session.release(now)
    return commands, True


class Chance:
    """What may happen in a call, in any order, with the frames of the business between it."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._chunk = self._event_id = 0
        self._rare: tuple[Callable[[], Event], ...] = (
            self._speech,
            self._speech,
            lambda: Interrupted(self._event_id),
            lambda: BusinessSaid("a las cinco"),
            lambda: ToolCalled("t1", "press_keys", {"digits": "12"}),
            lambda: OperatorTookOver("ana"),
            *[lambda: OperatorHandsBack("")] * 8,
        )

    def pause(self) -> float:
        """Mostly the usual 20 ms; once in a while the carrier is asked what became of the call."""
        return self._random.choice([0.02] * 200 + [0.0, 0.05, 0.3, 35.0])

    def next(self, marks: list[str]) -> Event:
        if self._random.random() < 0.85:
            return self._frame()
        if marks and self._random.random() < 0.5:
            return MarkReached(marks.pop(0))
        return self._random.choice(self._rare)()

    def _frame(self) -> BusinessAudio:
        self._chunk = max(0, self._chunk + self._random.choice([1] * 20 + [0, 2, -1]))
        sound = self._random.randbytes(self._random.choice([160] * 20 + [0, 161]))
        return BusinessAudio(sound, self._chunk * 20, self._chunk)

    def _speech(self) -> AgentAudio:
        self._event_id += self._random.choice([0, 1])
        return AgentAudio(self._event_id, self._random.randbytes(self._random.randrange(30_000)))


@pytest.mark.parametrize("hears", ["ulaw_8000", "pcm_16000"])
@pytest.mark.parametrize("seed", range(12))
def test_both_ways_lead_to_the_same_call(seed: int, hears: str) -> None:
    long_way, short_way = CallSession(PATIENT), CallSession(PATIENT)
    chance, marks, now, went_straight = Chance(seed), list[str](), 1.0, 0
    ready = AgentReady("conv_1", hears, "ulaw_8000")
    events = [*BEGINNING, ready, *([None] * 1500), AgentClosed(), StreamStopped()]
    for event in events:
        now += 0.02 if event else chance.pause()
        while (due := long_way.deadline()) is not None and due <= now:
            assert long_way.time_passed(due) == short_way.time_passed(due)
        happens = event or chance.next(marks)
        expected = list(long_way.receive(happens, now))
        ordered, was_straight = straight(short_way, happens, now)
        assert ordered == expected
        assert short_way.deadline() == long_way.deadline()
        assert short_way.snapshot() == long_way.snapshot()
        marks += [each.name for each in expected if isinstance(each, MarkPlayback)]
        went_straight += was_straight
    assert went_straight > 300, "this has compared next to nothing"


@pytest.mark.parametrize("seed", range(4))
def test_no_deadline_comes_nearer_on_the_straight_way(seed: int) -> None:
    session, chance, marks, now = CallSession(PATIENT), Chance(seed), list[str](), 1.0
    for event in (*BEGINNING, AgentReady("conv_1", "ulaw_8000", "ulaw_8000"), *([None] * 1500)):
        now += 0.02
        while (due := session.deadline()) is not None and due <= now:
            session.time_passed(due)
        before = session.latest()
        ordered, was_straight = straight(session, event or chance.next(marks), now)
        marks += [each.name for each in ordered if isinstance(each, MarkPlayback)]
        after = session.latest()
        if was_straight and before is not None and after is not None:
            # A timer that was set for `before` need not be set anew.
            assert after >= before

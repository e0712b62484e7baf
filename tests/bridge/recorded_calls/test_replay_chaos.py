"""Replays under faults: what must hold of every call holds, and its absence would be noticed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bridge.chaos import CHAOS
from bridge.commands import (
    AnswerTool,
    ClearPlayback,
    Command,
    Finish,
    OpenAgent,
    Play,
    Pong,
)
from bridge.events import (
    AgentAudio,
    AgentLost,
    AgentPinged,
    AgentReady,
    AnswerAsked,
    Dialed,
    Event,
    Interrupted,
    StreamStarted,
    ToolCalled,
)
from bridge.recording import RecordedCall
from bridge.replay import replay
from bridge.session import CallSession
from bridge.virtual_call import VirtualCall
from data.call import Blame, CallEnding, EndCause
from tests.compiled import interpreted_only


@pytest.mark.parametrize("chaos", CHAOS)
@pytest.mark.parametrize("agent_format", ["ulaw_8000", "pcm_24000"])
async def test_nothing_breaks(
    drive: Callable[..., Any], tmp_path: Path, chaos: str, agent_format: str
) -> None:
    recorded = RecordedCall.load(await drive(agent_format=agent_format).save(tmp_path))
    for seed in range(8):
        report = replay(recorded, chaos, seed)
        assert report.passed, "\n".join(report.lines())
    assert report == replay(recorded, chaos, seed)


@pytest.mark.parametrize(
    ("chaos", "cause", "blame"),
    [
        ("lose-agent", EndCause.AGENT_LOST, Blame.AGENT),
        ("lose-carrier", EndCause.CARRIER_LOST, Blame.CARRIER),
    ],
)
def test_who_broke_off_is_to_blame(
    recorded: RecordedCall, chaos: str, cause: EndCause, blame: Blame
) -> None:
    # After the agent's goodbye neither loss matters any more, so not every seed ends like this.
    endings = [replay(recorded, chaos, seed).ending for seed in range(12)]
    assert any(e is not None and (e.cause, e.blame) == (cause, blame) for e in endings)


def test_the_faults_do_something(recorded: RecordedCall) -> None:
    calm = replay(recorded)
    assert replay(recorded, "drop-frames").to_agent.byte_count < calm.to_agent.byte_count * 0.85
    assert replay(recorded, "duplicate-frames").to_agent == calm.to_agent
    assert replay(recorded, "bad-frames").to_business == calm.to_business
    late = {replay(recorded, "late-agent", seed).to_business for seed in range(5)}
    assert len(late) > 1


def test_an_unknown_fault_is_refused_by_name(recorded: RecordedCall) -> None:
    with pytest.raises(ValueError, match="drop-frames"):
        replay(recorded, "earthquake")


async def test_a_call_that_never_talked_can_be_disturbed(
    drive: Callable[..., Any], tmp_path: Path
) -> None:
    folder = await drive(max_bytes=600).save(tmp_path)
    recorded = RecordedCall.load(folder)
    for chaos in CHAOS:
        report = replay(recorded, chaos)
        assert report.passed, "\n".join(report.lines())


class Spoiled(CallSession):
    """The real machine with one thing done wrong."""

    def __init__(self, spoil: Callable[[Event, tuple[Command, ...]], tuple[Command, ...]]) -> None:
        super().__init__()
        self._spoil = spoil

    def receive(self, event: Event, now: float) -> tuple[Command, ...]:
        return self._spoil(event, super().receive(event, now))


def broken_by(spoil: Callable[[Event, tuple[Command, ...]], tuple[Command, ...]]) -> str:
    call = VirtualCall(Spoiled(spoil))
    events: list[tuple[float, Event]] = [
        (0.1, Dialed("CA1")),
        (1.0, AnswerAsked()),
        (1.1, StreamStarted("MZ1", "CA1")),
        (1.2, AgentReady("c", "ulaw_8000", "ulaw_8000")),
        (1.3, AgentAudio(1, b"\x01" * 16_000)),
        (1.4, AgentPinged(4)),
        (1.5, Interrupted(1)),
        (1.6, ToolCalled("t1", "validate_slot", {})),
        (4.0, AgentLost("gone")),
    ]
    for t, event in events:
        call.add(t, event)
    call.run()
    return "\n".join(call.broken)


def only(
    kind: type[Event], change: Callable[[tuple[Command, ...]], tuple[Command, ...]]
) -> Callable[[Event, tuple[Command, ...]], tuple[Command, ...]]:
    return lambda event, commands: change(commands) if isinstance(event, kind) else commands


def without(kind: type[Command]) -> Callable[[Event, tuple[Command, ...]], tuple[Command, ...]]:
    return lambda _, commands: tuple(c for c in commands if not isinstance(c, kind))


@interpreted_only
def test_the_unspoiled_machine_breaks_no_rule() -> None:
    assert broken_by(lambda _, commands: commands) == ""


@interpreted_only
@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (without(Pong), "a ping was not answered"),
        (without(AnswerTool), "a tool's answer did not reach the agent"),
        (
            lambda _, cs: (*cs, *(c for c in cs if isinstance(c, AnswerTool))),
            "answered twice",
        ),
        (
            lambda _, cs: (*cs, OpenAgent()) if OpenAgent() in cs else cs,
            "the agent was opened twice",
        ),
        (
            only(Interrupted, lambda cs: (*cs, Play(b"\x01" * 160))),
            "sound of a refused id was played",
        ),
        (only(Dialed, lambda cs: (*cs, Play(b"\x01"))), "sound for a stream that is not open"),
        (
            only(Dialed, lambda cs: (Finish(CallEnding(EndCause.BUSY)), *cs)),
            "after the end",
        ),
        (
            only(AgentReady, lambda cs: (*cs, Finish(CallEnding(EndCause.AGENT_LOST)))),
            "nobody is to blame",
        ),
        (only(Interrupted, lambda cs: (*cs, AnswerTool("t9", "", False))), "nobody asked for"),
        (only(Interrupted, lambda cs: cs[: int("x")]), "the call machine failed"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_noticed(
    spoil: Callable[[Event, tuple[Command, ...]], tuple[Command, ...]], rule: str
) -> None:
    assert rule in broken_by(spoil)


@interpreted_only
def test_a_call_that_never_ends_is_noticed() -> None:
    class Endless(CallSession):
        def time_passed(self, now: float) -> tuple[Command, ...]:
            commands = super().time_passed(now)
            return tuple(c for c in commands if not isinstance(c, Finish | ClearPlayback))

    call = VirtualCall(Endless())
    call.run()
    assert call.broken == ["the call did not end"]

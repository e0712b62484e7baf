"""An operator's hints and keys, and the ways in which an operator ends a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audio.tones import keypad_tones
from bridge.commands import CloseAgent, CloseStream, Finish, HangUp, Play, RunTool, TellAgent
from bridge.events import (
    AgentAudio,
    AgentClosed,
    AgentLost,
    AgentPinged,
    Interrupted,
    MarkReached,
    OperatorAudio,
    OperatorEnds,
    OperatorKeys,
    OperatorSaid,
    OperatorTookOver,
    PhoneProgress,
    PhoneStatus,
    StreamStopped,
    ToolCalled,
)
from bridge.phases import Phase
from data.call import CallEnding, EndCause, EntryKind, Speaker, TimelineEntry

if TYPE_CHECKING:
    from tests.bridge.conftest import Driver

ENDED = CallEnding(EndCause.CANCELLED, detail="an operator ended the call")


def notes(call: Driver) -> list[TimelineEntry]:
    """The timeline."""
    from bridge.commands import Note

    return [command.entry for _, command in call.ordered if isinstance(command, Note)]


# --- keys ----------------------------------------------------------------------------------------
def test_keys_are_pressed_and_the_agent_knows(call: Driver) -> None:
    call.talking()
    acts = call.hear(OperatorKeys("1 #"))
    (told,) = [act for act in acts if isinstance(act, TellAgent)]
    assert '"1 #"' in told.text
    call.until(8.0)
    assert call.played == keypad_tones("1#")
    assert TimelineEntry(6.0, EntryKind.KEYS, "1 #", Speaker.OPERATOR) in notes(call)


def test_keys_are_no_agents_sound(call: Driver) -> None:
    call.talking()
    call.hear(OperatorKeys("1"), Interrupted(5), OperatorTookOver("Ana"))
    call.until(8.0)
    assert call.played == keypad_tones("1")


def test_bad_keys_are_told_and_not_pressed(call: Driver) -> None:
    call.talking()
    assert call.hear(OperatorKeys("llama")) == []
    (trouble,) = call.notes(EntryKind.TROUBLE)
    assert "not pressed" in trouble


def test_no_keys_on_a_phone_that_rings(call: Driver) -> None:
    call.ringing()
    assert call.hear(OperatorKeys("1")) == []
    assert call.notes(EntryKind.KEYS) == []


def test_a_hint_is_the_operators(call: Driver) -> None:
    call.talking()
    call.hear(OperatorSaid("pregunta por Ana"))
    assert TimelineEntry(6.0, EntryKind.TOLD_AGENT, "pregunta por Ana", Speaker.OPERATOR) in notes(
        call
    )


# --- a polite end --------------------------------------------------------------------------------
def test_the_agent_says_goodbye(call: Driver) -> None:
    call.talking()
    (told,) = call.hear(OperatorEnds(at_once=False))
    assert isinstance(told, TellAgent)
    assert "operator" in told.text and "customer" not in told.text
    assert call.hear(OperatorEnds(at_once=False)) == []
    call.until(15.0, AgentPinged(1))
    assert HangUp() in call.until(16.1)
    call.until(30.0)
    assert call.endings == [ENDED]


@pytest.mark.parametrize("at_once", [False, True])
def test_a_ringing_phone_is_hung_up(call: Driver, at_once: bool) -> None:
    call.ringing()
    assert call.hear(OperatorEnds(at_once)) == [HangUp()]
    assert call.hear(PhoneProgress(PhoneStatus.CANCELED)) == [Finish(ENDED)]


def test_the_operators_own_goodbye_is_heard_to_its_end(call: Driver) -> None:
    call.talking()
    call.hear(OperatorTookOver("Ana"), OperatorAudio(b"o" * 1600))
    acts = call.hear(OperatorEnds(at_once=False))
    assert HangUp() not in acts
    assert sum(isinstance(act, TellAgent) for act in acts) == 1
    assert call.played == b"o" * 1600
    assert call.hear(OperatorAudio(b"x" * 800)) == []
    assert HangUp() in call.until(6.3, MarkReached("g0:1"))
    assert call.hear(ToolCalled("r1", "report_result")) == [RunTool("r1", "report_result", {})]
    call.until(30.0)
    assert call.endings == [ENDED]


# --- at once -------------------------------------------------------------------------------------
def test_at_once_is_at_once(call: Driver) -> None:
    call.talking()
    call.hear(AgentAudio(1, b"a" * 16_000))
    acts = call.hear(OperatorEnds(at_once=True))
    assert acts[0] == HangUp()
    # The agent may still say what came of it.
    assert isinstance(acts[1], TellAgent)
    acts = call.until(20.0)
    assert not any(isinstance(act, Play) for act in acts)
    assert call.endings == [ENDED]


def test_at_once_during_the_goodbye(call: Driver) -> None:
    call.talking()
    call.hear(AgentAudio(1, b"a" * 80_000), AgentClosed())
    assert call.session.phase is Phase.CLOSING
    assert call.hear(OperatorEnds(at_once=False)) == []
    assert call.hear(OperatorEnds(at_once=True)) == [HangUp()]
    acts = call.until(7.0, PhoneProgress(PhoneStatus.COMPLETED))
    assert acts == [CloseStream(), Finish(CallEnding(EndCause.AGENT_FINISHED))]


def test_at_once_during_the_apology(call: Driver) -> None:
    call.talking()
    assert call.hear(AgentLost("1006")) == [CloseStream()]
    assert call.hear(OperatorEnds(at_once=True)) == [HangUp()]


def test_at_once_when_it_is_over_already(call: Driver) -> None:
    call.talking()
    call.hear(StreamStopped())
    assert call.hear(OperatorEnds(at_once=True)) == []
    assert call.until(8.1) == [CloseAgent(), Finish(CallEnding(EndCause.BUSINESS_HUNG_UP))]

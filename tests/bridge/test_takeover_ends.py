"""A call that an operator has, and all that can end meanwhile: the agent, the line, the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge.commands import (
    CloseAgent,
    CloseStream,
    Command,
    Finish,
    HangUp,
    Play,
    RunTool,
    SendToAgent,
)
from bridge.events import (
    AgentClosed,
    AgentLost,
    AgentPinged,
    AgentUsedOwnTool,
    BusinessAudio,
    BusinessSaid,
    CancelAsked,
    MachineDetected,
    OperatorAudio,
    OperatorHandsBack,
    OperatorTookOver,
    PhoneProgress,
    PhoneStatus,
    ShutdownAsked,
    StreamStopped,
    ToolAnswered,
    ToolCalled,
)
from bridge.phases import Phase
from data.call import Blame, CallEnding, EndCause, EntryKind

if TYPE_CHECKING:
    from tests.bridge.conftest import Driver

TAKES = OperatorTookOver("Ana")
REPORT = ToolCalled("r1", "report_result", {"status": "booked"})


def alive(call: Driver, until: float) -> list[Command]:
    """Time passes; the agent's connection lives."""
    acts: list[Command] = []
    for second in range(int(call.now) + 1, int(until) + 1):
        acts += call.until(float(second), AgentPinged(second), BusinessAudio(b"b" * 160, 0, 0))
    return acts


# --- the agent goes ------------------------------------------------------------------------------
@pytest.mark.parametrize("gone", [AgentClosed(), AgentLost("1006"), None])
def test_the_line_stays_with_the_operator(
    call: Driver, gone: AgentClosed | AgentLost | None
) -> None:
    call.talking()
    call.hear(TAKES, AgentUsedOwnTool("end_call"))
    acts = [] if gone is None else call.hear(gone)
    acts += call.until(20.0)  # None: no message for 10 s
    assert not any(isinstance(act, (HangUp, CloseStream, Finish)) for act in acts)
    assert call.session.phase is Phase.TALKING
    assert not call.session.agent_live
    assert any("the operator has the call" in text for text in call.notes(EntryKind.TROUBLE))
    # Nobody is there to send sound or silence to.
    acts = call.hear(BusinessAudio(b"b" * 160, 20, 1), OperatorAudio(b"o" * 480))
    acts += call.until(34.0)
    assert not any(isinstance(act, SendToAgent) for act in acts)
    assert call.played == b"o" * 480


def test_a_call_that_nobody_can_take_back_ends_with_the_apology(call: Driver) -> None:
    call.talking()
    call.hear(TAKES, AgentLost("it broke off"))
    acts = call.until(8.0, OperatorHandsBack("sigue tú"))
    assert acts == [CloseStream()]
    assert call.notes(EntryKind.HANDED_BACK) == ["sigue tú"]
    assert call.notes(EntryKind.TROUBLE)[-1] == (
        "agent: it broke off, so nobody could take the call back"
    )
    call.until(9.0, PhoneProgress(PhoneStatus.COMPLETED))
    (ending,) = call.endings
    assert (ending.cause, ending.blame) == (EndCause.AGENT_LOST, Blame.AGENT)


def test_a_goodbye_before_the_takeover_is_forgotten(call: Driver) -> None:
    call.talking()
    call.hear(AgentUsedOwnTool("end_call"), TAKES, OperatorHandsBack(""))
    assert CloseStream() in call.hear(AgentLost("1006"))


def test_a_machines_verdict_does_not_cut_a_person_off(call: Driver) -> None:
    call.talking()
    call.hear(TAKES, AgentUsedOwnTool("voicemail_detection"), MachineDetected("machine_start"))
    assert call.session.phase is Phase.TALKING
    assert call.session.snapshot().ending is None
    assert call.notes(EntryKind.MACHINE) == ["machine_start"]


# --- ends ----------------------------------------------------------------------------------------
def test_the_business_hangs_up_on_the_operator(call: Driver) -> None:
    call.talking()
    call.hear(TAKES, BusinessSaid("Hecho, a las 6"))
    (words,) = call.told(call.hear(StreamStopped()))
    # The agent reports after all, and knows of what.
    assert "Hecho, a las 6" in words and "report_result" in words
    assert call.hear(REPORT) == [RunTool("r1", "report_result", REPORT.parameters)]
    acts = call.hear(ToolAnswered("r1", "ok"))
    assert acts[-2:] == [CloseAgent(), Finish(CallEnding(EndCause.BUSINESS_HUNG_UP))]


def test_the_longest_duration_holds(call: Driver) -> None:
    call.talking()
    call.hear(TAKES)
    words = [text for text in call.told(alive(call, 307)) if "cut off" in text]
    assert len(words) == 1 and "stay silent" in words[0]
    call.until(309.0, PhoneProgress(PhoneStatus.COMPLETED))
    call.until(330.0)
    assert [ending.cause for ending in call.endings] == [EndCause.TOO_LONG]


def test_a_shutdown_ends_it(call: Driver) -> None:
    call.talking()
    call.hear(TAKES, OperatorAudio(b"o" * 1600))
    assert HangUp() in call.hear(ShutdownAsked())
    call.until(9.0)
    assert [ending.cause for ending in call.endings] == [EndCause.SHUTDOWN]


def test_a_cancellation_leaves_the_operator_time_for_a_goodbye(call: Driver) -> None:
    call.talking()
    (words,) = call.told(call.hear(TAKES, CancelAsked(), CancelAsked()))[1:]
    assert "cancelled" in words and "stay silent" in words
    assert call.notes(EntryKind.TROUBLE) == [
        "customer: the request is cancelled; the operator has 30 s to say goodbye"
    ]
    assert HangUp() not in alive(call, 35)
    assert HangUp() in alive(call, 37)
    call.until(60.0)
    assert [ending.cause for ending in call.endings] == [EndCause.CANCELLED]


def test_an_agent_that_gets_a_cancelled_call_back_says_goodbye(call: Driver) -> None:
    call.talking()
    call.hear(TAKES, CancelAsked())
    alive(call, 10)
    assert "say goodbye politely now" in call.told(call.hear(OperatorHandsBack("")))[-1]
    assert HangUp() not in alive(call, 19)
    assert HangUp() in alive(call, 21)


def test_a_takeover_does_not_extend_a_cancellation(call: Driver) -> None:
    call.talking()
    call.hear(CancelAsked(), TAKES)
    assert HangUp() in alive(call, 17)


def test_pauses_are_not_the_agents_to_answer(call: Driver) -> None:
    call.talking()
    acts = call.hear(TAKES, BusinessSaid("¿Hola?"), OperatorAudio(b"o" * 800))
    acts += call.until(8.0)
    assert any(isinstance(act, Play) for act in acts)
    assert call.notes(EntryKind.MEASURED) == []

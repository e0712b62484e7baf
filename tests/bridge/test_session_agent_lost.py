"""The agent fails: the business hears an apology or nothing more, never silence for long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge.commands import CloseAgent, CloseStream, Finish, HangUp
from bridge.events import (
    AgentAudio,
    AgentClosed,
    AgentLost,
    AgentPinged,
    AgentReady,
    AgentUsedOwnTool,
    CancelAsked,
    CarrierLost,
    PhoneProgress,
    PhoneStatus,
    StreamStarted,
    StreamStopped,
)
from bridge.phases import Phase
from data.call import Blame, CallEnding, EndCause, EntryKind

if TYPE_CHECKING:
    from tests.bridge.conftest import Driver

COMPLETED = PhoneProgress(PhoneStatus.COMPLETED)


def lost(detail: str) -> CallEnding:
    return CallEnding(EndCause.AGENT_LOST, Blame.AGENT, detail)


def test_the_carrier_speaks_the_apology_and_ends_the_call(call: Driver) -> None:
    call.talking()
    call.hear(AgentAudio(1, b"a" * 8000))
    assert call.hear(AgentLost("closed with 1011")) == [CloseStream()]
    assert call.session.phase is Phase.CLOSING
    # The socket that we closed reports its end; that is not the line's.
    assert call.hear(CarrierLost("closed"), StreamStopped()) == []
    assert call.until(9.0, COMPLETED) == [Finish(lost("closed with 1011"))]
    assert call.notes(EntryKind.TROUBLE) == ["agent: closed with 1011"]


def test_a_call_that_outlives_the_apology_is_hung_up(call: Driver) -> None:
    call.talking()
    call.hear(AgentLost("1006"))
    assert call.until(20.9) == []
    assert call.until(21.1) == [HangUp(), Finish(lost("1006"))]


def test_a_silent_agent_is_lost(call: Driver) -> None:
    call.talking()
    call.until(10.0, AgentPinged(1))
    assert CloseStream() not in call.until(19.9)
    assert call.until(20.0)[-2:] == [CloseAgent(), CloseStream()]
    assert call.hear(COMPLETED) == [Finish(lost("no message for 10 s"))]


def test_a_silent_agent_that_said_goodbye_has_finished(call: Driver) -> None:
    call.talking()
    call.hear(AgentUsedOwnTool("end_call"))
    acts = call.until(16.1)
    assert acts[-2:] == [CloseAgent(), HangUp()]
    assert call.hear(COMPLETED)[-1] == Finish(CallEnding(EndCause.AGENT_FINISHED))


def test_an_agent_that_is_not_ready_in_time_is_lost(call: Driver) -> None:
    call.connecting()
    call.hear(StreamStarted("MZ1", "CA1"))
    assert call.until(7.9) == []
    assert call.until(8.0) == [CloseAgent(), CloseStream()]
    assert call.hear(COMPLETED) == [Finish(lost("not ready within 3 s"))]


@pytest.mark.parametrize("event", [AgentLost("401"), AgentClosed()])
def test_an_agent_lost_before_the_stream_is_remembered(
    call: Driver, event: AgentLost | AgentClosed
) -> None:
    call.connecting()
    assert call.hear(event) == []
    assert call.session.phase is Phase.CONNECTING
    assert call.until(7.0, StreamStarted("MZ1", "CA1")) == [CloseStream()]
    call.hear(COMPLETED)
    (ending,) = call.endings
    assert (ending.cause, ending.blame) == (EndCause.AGENT_LOST, Blame.AGENT)


def test_an_agent_lost_before_a_stream_that_never_comes(call: Driver) -> None:
    call.connecting()
    call.hear(AgentLost("401"))
    assert call.until(20.0) == [HangUp()]
    assert call.hear(COMPLETED) == [Finish(lost("401"))]


def test_a_business_that_hung_up_on_a_lost_agent(call: Driver) -> None:
    call.connecting()
    call.hear(AgentLost("401"))
    assert call.hear(COMPLETED) == [Finish(lost("401"))]


def test_a_ready_agent_that_stalls_before_the_stream_is_lost(call: Driver) -> None:
    call.connecting()
    call.hear(AgentReady("c", "ulaw_8000", "ulaw_8000"))
    assert call.until(15.0) == [CloseAgent()]
    assert call.hear(StreamStarted("MZ1", "CA1")) == [CloseStream()]


def test_nothing_is_heard_of_a_lost_agent_any_more(call: Driver) -> None:
    call.talking()
    call.hear(AgentLost("1006"))
    assert call.hear(AgentAudio(1, b"a"), AgentPinged(1), AgentLost("again"), AgentClosed()) == []


def test_a_machine_gets_no_apology(call: Driver) -> None:
    call.talking()
    # The verdict came from the agent itself, but its goodbye was not announced as over.
    call.hear(AgentUsedOwnTool("voicemail_detection"))
    assert call.hear(AgentLost("1006")) == [HangUp()]
    assert call.hear(COMPLETED)[-1] == Finish(CallEnding(EndCause.VOICEMAIL))


def test_a_machine_that_was_recognised_before_the_line_stood_gets_no_apology(
    call: Driver,
) -> None:
    call.connecting()
    call.hear(AgentUsedOwnTool("voicemail_detection"), AgentLost("1006"))
    assert call.hear(StreamStarted("MZ1", "CA1")) == [HangUp()]


def test_a_cancelled_call_stays_cancelled_when_its_agent_is_lost(call: Driver) -> None:
    call.talking()
    call.hear(CancelAsked())
    assert call.hear(AgentLost("1006")) == [CloseStream()]
    assert call.hear(COMPLETED) == [Finish(CallEnding(EndCause.CANCELLED))]

"""The agent's tools: one answer per id, keys pressed inside, the end waits for what runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audio.tones import keypad_tones
from bridge.commands import (
    AnswerTool,
    CloseAgent,
    CloseStream,
    Finish,
    MarkPlayback,
    Play,
    RunTool,
    TellAgent,
)
from bridge.events import (
    AgentClosed,
    AgentLost,
    AgentPinged,
    CancelAsked,
    PhoneProgress,
    PhoneStatus,
    StreamStopped,
    ToolAnswered,
    ToolCalled,
)
from bridge.phases import Phase
from bridge.tool_desk import MOST_CALLS
from data.call import CallEnding, EndCause, EntryKind

if TYPE_CHECKING:
    from tests.bridge.conftest import Driver

HUNG_UP = CallEnding(EndCause.BUSINESS_HUNG_UP)
SLOT = ToolCalled("t1", "validate_slot", {"date": "2026-11-23", "time": "17:00"})
QUESTION = ToolCalled("q1", "ask_customer", {"question": "¿Para cuántos?"})
REPORT = ToolCalled("r1", "report_result", {"status": "booked"})


def test_a_tool_runs_outside_and_its_answer_goes_back(call: Driver) -> None:
    call.talking()
    assert call.hear(SLOT) == [RunTool("t1", "validate_slot", SLOT.parameters)]
    assert call.session.snapshot().pending_tools == ("t1",)
    assert call.hear(ToolAnswered("t1", '{"valid": false}')) == [
        AnswerTool("t1", '{"valid": false}', False)
    ]
    assert call.session.snapshot().pending_tools == ()
    assert call.notes(EntryKind.TOOL_CALLED) == [
        'validate_slot {"date":"2026-11-23","time":"17:00"}'
    ]
    assert call.notes(EntryKind.TOOL_ANSWERED) == ['validate_slot {"valid": false}']


def test_an_id_is_run_and_answered_once(call: Driver) -> None:
    call.talking()
    call.hear(SLOT)
    assert call.hear(SLOT) == []
    call.hear(ToolAnswered("t1", "false"))
    assert call.hear(SLOT, ToolAnswered("t1", "true"), ToolAnswered("unknown", "x")) == []
    assert call.session.snapshot().tool_calls_ignored == 2


def test_errors_stay_errors_and_tools_run_side_by_side(call: Driver) -> None:
    call.talking()
    call.hear(SLOT, ToolCalled("t2", "ask_customer", {"question": "¿?"}))
    assert call.hear(ToolAnswered("t2", "no", True)) == [AnswerTool("t2", "no", True)]
    assert call.hear(ToolAnswered("t1", "false")) == [AnswerTool("t1", "false", False)]


def test_a_long_answer_is_noted_in_short_and_told_whole(call: Driver) -> None:
    call.talking()
    call.hear(SLOT)
    assert call.hear(ToolAnswered("t1", "x" * 5000)) == [AnswerTool("t1", "x" * 5000, False)]
    assert len(call.notes(EntryKind.TOOL_ANSWERED)[0]) == 500


def test_too_many_tool_calls_are_ignored(call: Driver) -> None:
    call.talking()
    for number in range(MOST_CALLS):
        assert call.hear(ToolCalled(f"t{number}", "x"), ToolAnswered(f"t{number}", "y"))
    assert call.hear(ToolCalled("one more", "x")) == []


# --- keys ----------------------------------------------------------------------------------------
def test_keys_are_pressed_on_the_line(call: Driver) -> None:
    call.talking()
    acts = call.hear(ToolCalled("k1", "press_keys", {"digits": "1 #w"}))
    assert acts[-1] == AnswerTool("k1", '{"pressed": "1 #w"}', False)
    call.until(9.0)
    assert call.played == keypad_tones("1#w")
    assert call.notes(EntryKind.KEYS) == ["1 #w"]


@pytest.mark.parametrize(
    "parameters",
    [{}, {"digits": ""}, {"digits": " "}, {"digits": 5}, {"digits": "E"}, {"digits": "1" * 33},
     {"digits": "²"}, {"digits": "1\n"}, {"digits": ["1"]}],
)  # fmt: skip
def test_bad_keys_are_refused_with_a_reason(call: Driver, parameters: dict[str, object]) -> None:
    call.talking()
    (answer,) = call.hear(ToolCalled("k1", "press_keys", parameters))
    assert isinstance(answer, AnswerTool)
    assert answer.is_error
    assert "digits must be" in answer.result
    assert call.played == b""


def test_keys_before_the_stream_wait_for_it(call: Driver) -> None:
    call.connecting()
    (answer,) = call.hear(ToolCalled("k1", "press_keys", {"digits": "5"}))
    assert answer == AnswerTool("k1", '{"pressed": "5"}', False)


def test_no_keys_on_a_dead_line(call: Driver) -> None:
    call.talking()
    call.hear(StreamStopped())
    (answer,) = call.hear(ToolCalled("k1", "press_keys", {"digits": "5"}))
    assert isinstance(answer, AnswerTool)
    assert answer.is_error


# --- the business hangs up -----------------------------------------------------------------------
def test_a_hung_up_line_leaves_the_agent_time_to_report(call: Driver) -> None:
    call.talking()
    (told,) = call.hear(StreamStopped())
    assert isinstance(told, TellAgent)
    assert "report_result" in told.text
    assert call.session.phase is Phase.CLOSING
    assert call.until(7.0, REPORT) == [RunTool("r1", "report_result", REPORT.parameters)]
    assert call.hear(ToolAnswered("r1", '{"success": true}')) == [
        AnswerTool("r1", '{"success": true}', False),
        CloseAgent(),
        Finish(HUNG_UP),
    ]


def test_an_agent_that_does_not_report_is_closed(call: Driver) -> None:
    call.talking()
    call.hear(StreamStopped())
    assert call.until(7.9) == []
    assert call.until(8.1) == [CloseAgent(), Finish(HUNG_UP)]


def test_a_refused_report_may_be_repeated_within_the_grace(call: Driver) -> None:
    call.talking()
    call.hear(REPORT, ToolAnswered("r1", "status missing", True))
    assert not call.session.snapshot().reported
    (told,) = call.hear(StreamStopped())
    assert isinstance(told, TellAgent)


def test_an_agent_that_has_reported_is_not_asked_again(call: Driver) -> None:
    call.talking()
    call.hear(REPORT, ToolAnswered("r1", "ok"))
    assert call.hear(StreamStopped()) == [CloseAgent(), Finish(HUNG_UP)]


def test_an_agent_that_leaves_during_the_grace_ends_it(call: Driver) -> None:
    call.talking()
    call.hear(StreamStopped())
    assert call.hear(AgentClosed()) == [Finish(HUNG_UP)]


def test_an_agent_lost_during_the_grace_changes_no_ending(call: Driver) -> None:
    call.talking()
    call.hear(StreamStopped())
    assert call.hear(AgentLost("1006")) == [Finish(HUNG_UP)]


def test_a_completed_callback_before_the_stop_is_the_same(call: Driver) -> None:
    call.talking()
    (told,) = call.hear(PhoneProgress(PhoneStatus.COMPLETED))
    assert isinstance(told, TellAgent)
    assert call.hear(StreamStopped()) == []
    assert call.until(8.1) == [CloseAgent(), Finish(HUNG_UP)]


# --- the end waits for tools ---------------------------------------------------------------------
def test_the_end_waits_for_a_running_tool_whose_answer_is_then_dropped(call: Driver) -> None:
    call.talking()
    call.hear(REPORT)
    assert call.hear(StreamStopped()) == [CloseAgent()]
    assert call.until(12.0) == []
    assert call.hear(ToolAnswered("r1", "ok")) == [Finish(HUNG_UP)]
    assert call.notes(EntryKind.TOOL_ANSWERED) == ["report_result ok"]


def test_the_end_does_not_wait_for_ever(call: Driver) -> None:
    call.talking()
    call.hear(SLOT)
    call.until(7.0, REPORT)
    call.hear(StreamStopped())
    assert call.until(18.9) == []
    assert call.until(19.1) == [Finish(HUNG_UP)]
    assert call.hear(ToolAnswered("r1", "ok")) == []


def test_the_end_does_not_wait_for_the_customer(call: Driver) -> None:
    call.talking()
    call.hear(QUESTION)
    call.hear(StreamStopped())
    assert call.until(7.9) == []
    assert call.until(8.1) == [CloseAgent(), Finish(HUNG_UP)]
    assert call.hear(ToolAnswered("q1", "dos")) == []


def test_the_end_waits_for_a_report_beside_an_open_question(call: Driver) -> None:
    call.talking()
    call.hear(REPORT, QUESTION)
    assert call.hear(StreamStopped()) == [CloseAgent()]
    assert call.hear(ToolAnswered("r1", "ok")) == [Finish(HUNG_UP)]


def test_the_customers_answer_reaches_the_agent_however_long_it_took(call: Driver) -> None:
    call.talking()
    call.hear(QUESTION)
    call.until(15.0, AgentPinged(1))
    acts = call.until(24.0, ToolAnswered("q1", "dos"))
    assert acts[-1] == AnswerTool("q1", "dos", False)


def test_a_question_of_a_cancelled_call_is_dropped(call: Driver) -> None:
    call.talking()
    call.hear(QUESTION, CancelAsked())
    acts = call.hear(AgentClosed())
    assert call.session.snapshot().pending_tools == ("q1",)
    acts += call.until(6.5, PhoneProgress(PhoneStatus.COMPLETED))
    assert acts[-1] == Finish(CallEnding(EndCause.CANCELLED))


def test_a_tool_of_a_lost_agent_is_waited_for(call: Driver) -> None:
    call.talking()
    call.hear(REPORT)
    assert call.hear(AgentLost("1011")) == [CloseStream()]
    assert call.hear(PhoneProgress(PhoneStatus.COMPLETED)) == []
    (finish,) = call.hear(ToolAnswered("r1", "ok"))
    assert isinstance(finish, Finish)


def test_sound_flows_while_a_tool_runs(call: Driver) -> None:
    from bridge.events import AgentAudio

    call.talking()
    call.hear(SLOT)
    assert call.hear(AgentAudio(1, b"a" * 80)) == [Play(b"a" * 80), MarkPlayback("g0:1")]

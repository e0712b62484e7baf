"""An operator speaks instead of the agent, and hands the call back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from bridge.commands import (
    AnswerTool,
    ClearPlayback,
    RunTool,
    SendToAgent,
)
from bridge.events import (
    AgentAudio,
    AgentCorrected,
    AgentPinged,
    AgentSaid,
    AgentUsedOwnTool,
    BusinessAudio,
    BusinessSaid,
    Interrupted,
    OperatorAudio,
    OperatorGone,
    OperatorHandsBack,
    OperatorTookOver,
    PhoneProgress,
    PhoneStatus,
    StreamStopped,
    ToolAnswered,
    ToolCalled,
)
from data.call import EntryKind

if TYPE_CHECKING:
    from tests.bridge.conftest import Driver, Ear

TAKES = OperatorTookOver("Ana")
REPORT = ToolCalled("r1", "report_result", {"status": "booked"})


# --- muted ---------------------------------------------------------------------------------------
def test_what_the_agent_said_and_nobody_heard_is_cleared(
    call_with: Callable[..., Driver], new_ear: Callable[..., Ear]
) -> None:
    ear = new_ear()
    call = call_with(ear=ear)
    call.talking()
    call.hear(AgentAudio(1, b"a" * 16_000))
    acts = call.until(7.0, TAKES)
    assert ClearPlayback() in acts
    (words,) = call.told(acts)
    assert "skip_turn" in words and "do not report" in words
    call.until(9.0)
    # One second of the two was heard; the rest neither then nor later.
    assert bytes(ear.heard) == b"a" * 8000
    assert call.session.snapshot().taken_over_by == "Ana"
    assert call.notes(EntryKind.TAKEN_OVER) == ["Ana"]


def test_a_silent_line_needs_no_clear(call: Driver) -> None:
    call.talking()
    assert ClearPlayback() not in call.hear(TAKES)


def test_what_the_agent_says_from_then_on_is_dropped_and_counted(call: Driver) -> None:
    call.talking()
    call.hear(TAKES)
    assert call.hear(AgentAudio(1, b"a" * 800), AgentAudio(2, b"a" * 800)) == []
    call.until(8.0)
    assert call.played == b""
    figures = dict(call.session.snapshot().figures())
    assert figures["muted_pieces"] == 2


def test_a_call_that_nobody_took_over_has_no_such_figures(call: Driver) -> None:
    call.talking()
    assert "muted_pieces" not in dict(call.session.snapshot().figures())


def test_the_agent_goes_on_hearing_the_business(call: Driver) -> None:
    call.talking()
    call.hear(TAKES)
    assert call.hear(BusinessAudio(b"b" * 160, 20, 1)) == [SendToAgent(b"b" * 160)]


def test_words_that_nobody_heard_are_in_no_transcript(call: Driver) -> None:
    call.talking()
    call.hear(AgentSaid("¿Tiene hora?"), TAKES)
    call.hear(AgentCorrected("¿Tiene"))  # of the words before
    call.hear(AgentSaid("Lo tomo"), AgentCorrected("Lo"), BusinessSaid("Sí"))
    call.hear(OperatorHandsBack(""), AgentCorrected("Lo"), AgentSaid("Gracias"))
    assert call.notes(EntryKind.SAID) == ["¿Tiene hora?", "Sí", "Gracias"]
    assert call.notes(EntryKind.CORRECTED) == ["¿Tiene"]


def test_an_interruption_spares_the_operator(call: Driver) -> None:
    call.talking()
    call.hear(TAKES, OperatorAudio(b"o" * 1600))
    call.until(6.1)
    assert call.hear(Interrupted(9)) == []
    assert call.notes(EntryKind.INTERRUPTED) == []
    call.until(7.0)
    assert call.played == b"o" * 1600


# --- handed back ---------------------------------------------------------------------------------
def test_new_sound_of_the_agent_is_heard_again(call: Driver) -> None:
    call.talking()
    call.hear(AgentAudio(1, b"1" * 80), TAKES, AgentAudio(3, b"3" * 80))
    call.hear(OperatorHandsBack("listo"))
    call.hear(AgentAudio(3, b"3" * 80), AgentAudio(2, b"2" * 80), AgentAudio(4, b"4" * 80))
    call.until(8.0)
    assert call.played == b"1" * 80 + b"4" * 80


def test_the_agent_is_told_what_it_missed(call: Driver) -> None:
    call.talking()
    call.hear(BusinessSaid("antes"), TAKES, BusinessSaid('a las "5"'), BusinessSaid("o a las 6"))
    (words,) = call.told(call.hear(OperatorHandsBack("Quedamos a las 6")))
    assert '["a las \\"5\\"", "o a las 6"]' in words
    assert '"Quedamos a las 6"' in words
    assert "antes" not in words
    assert call.notes(EntryKind.HANDED_BACK) == ["Quedamos a las 6"]
    assert call.session.snapshot().taken_over_by == ""


def test_what_it_is_told_is_bounded(call: Driver) -> None:
    call.talking()
    call.hear(TAKES, *(BusinessSaid(f"{number} " + "x" * 700) for number in range(20)))
    (words,) = call.told(call.hear(OperatorHandsBack("s" * 5000)))
    assert len(words) < 2800
    assert "earlier words are left out" in words
    assert "19 x" in words and '"16 x' not in words


def test_nothing_said_and_no_summary_are_told_as_such(call: Driver) -> None:
    call.talking()
    call.hear(TAKES)
    (words,) = call.told(call.hear(OperatorHandsBack(" ")))
    assert "said nothing that was understood" in words
    assert "left no summary" in words


def test_a_second_takeover_remembers_only_its_own_time(call: Driver) -> None:
    call.talking()
    call.hear(TAKES, BusinessSaid("uno"), OperatorHandsBack(""), TAKES, BusinessSaid("dos"))
    (words,) = call.told(call.hear(OperatorHandsBack("")))
    assert '["dos"]' in words
    assert call.notes(EntryKind.TAKEN_OVER) == ["Ana", "Ana"]


def test_what_nobody_took_cannot_be_handed_back(call: Driver) -> None:
    call.talking()
    assert call.hear(OperatorHandsBack("x"), OperatorGone(), OperatorAudio(b"o" * 800)) == []
    call.until(6.9)
    assert call.played == b""


# --- who may -------------------------------------------------------------------------------------
def test_only_while_people_talk(call: Driver) -> None:
    call.ringing()
    assert call.hear(TAKES) == []
    call.until(5.0, PhoneProgress(PhoneStatus.IN_PROGRESS))
    assert call.hear(TAKES) == []
    assert call.session.taken_over_by == ""


def test_not_once_the_call_is_closing(call: Driver) -> None:
    call.talking()
    call.hear(StreamStopped())
    assert call.hear(TAKES) == []
    assert call.session.taken_over_by == ""


def test_another_operator_waits_for_the_first(call: Driver) -> None:
    call.talking()
    call.hear(TAKES)
    assert call.hear(OperatorTookOver("Beto"), OperatorTookOver("")) == []
    assert call.session.taken_over_by == "Ana"
    call.hear(OperatorGone(), OperatorTookOver("Beto"))
    assert call.session.taken_over_by == "Beto"
    assert call.notes(EntryKind.TAKEN_OVER) == ["Ana", "Beto"]


# --- gone ----------------------------------------------------------------------------------------
def test_the_agent_gets_the_call_of_an_operator_who_stays_away(call: Driver) -> None:
    call.talking()
    call.hear(TAKES, OperatorGone())
    assert call.told(call.until(10.9)) == []
    assert len(call.told(call.until(11.1))) == 1
    assert call.notes(EntryKind.HANDED_BACK) == [""]
    assert call.session.taken_over_by == ""


def test_an_operator_who_comes_back_in_time_goes_on(call: Driver) -> None:
    call.talking()
    call.hear(TAKES, OperatorGone())
    assert call.session.operator_is_away()
    assert call.until(10.0, TAKES) == []
    assert not call.session.operator_is_away()
    call.hear(AgentPinged(1))
    assert call.told(call.until(15.0)) == []
    assert call.session.taken_over_by == "Ana"
    assert call.notes(EntryKind.TAKEN_OVER) == ["Ana"]


# --- tools ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["report_result", "press_keys", "validate_slot"])
def test_no_tool_runs_and_each_is_told_why(call: Driver, name: str) -> None:
    call.talking()
    call.hear(TAKES)
    asked = ToolCalled("t1", name, {"digits": "1"})
    (answer,) = call.hear(asked)
    assert isinstance(answer, AnswerTool)
    assert answer.is_error and "did not run" in answer.result
    snapshot = call.session.snapshot()
    assert not snapshot.reported and snapshot.pending_tools == ()
    assert call.hear(asked) == []
    call.until(7.0)
    assert call.played == b""


def test_a_report_from_before_stays_one(call: Driver) -> None:
    call.talking()
    call.hear(REPORT, ToolAnswered("r1", "ok"), TAKES, ToolCalled("r2", "report_result"))
    assert call.session.snapshot().reported


def test_a_tool_from_before_is_answered(call: Driver) -> None:
    call.talking()
    call.hear(ToolCalled("q1", "ask_customer"), TAKES)
    assert call.hear(ToolAnswered("q1", "dos")) == [AnswerTool("q1", "dos", False)]


def test_tools_work_again_afterwards(call: Driver) -> None:
    call.talking()
    call.hear(TAKES, AgentUsedOwnTool("skip_turn"), OperatorHandsBack(""))
    assert call.hear(AgentUsedOwnTool("skip_turn")) == []
    assert call.hear(REPORT) == [RunTool("r1", "report_result", REPORT.parameters)]

"""The line fails: a broken stream, a business that falls silent, a call without end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge.commands import (
    AskCarrier,
    CloseAgent,
    CloseStream,
    Finish,
    HangUp,
    SendToAgent,
    TellAgent,
)
from bridge.events import (
    AgentPinged,
    BusinessAudio,
    CarrierLost,
    MachineDetected,
    PhoneProgress,
    PhoneStatus,
    PhoneUnknown,
    StreamStopped,
)
from bridge.phases import Phase
from data.call import Blame, CallEnding, EndCause, EntryKind

if TYPE_CHECKING:
    from tests.bridge.conftest import Driver

COMPLETED = PhoneProgress(PhoneStatus.COMPLETED)
IN_PROGRESS = PhoneProgress(PhoneStatus.IN_PROGRESS)
BROKE = CallEnding(EndCause.CARRIER_LOST, Blame.CARRIER, "closed with 1006")
STAYED_AWAY = CallEnding(
    EndCause.CARRIER_LOST,
    Blame.CARRIER,
    "the business's sound stayed away in the middle of the call",
)


def talk_on(call: Driver, until: float, *, with_sound: bool) -> list[object]:
    """The agent stays awake until then; the business is heard or not."""
    acts: list[object] = []
    second = call.now
    while second + 0.5 <= until:
        second += 0.5
        acts += call.until(second, AgentPinged(1))
        if with_sound:
            acts += call.hear(BusinessAudio(b"b" * 160, 0, 0))
    return [act for act in acts if not type(act).__name__ == "Pong"]


# --- the socket breaks ------------------------------------------------------------------------
def test_a_broken_stream_leaves_nobody_listening(call: Driver) -> None:
    call.talking()
    assert call.hear(CarrierLost("closed with 1006")) == [AskCarrier(), HangUp(), CloseAgent()]
    assert call.session.phase is Phase.CLOSING
    assert call.until(15.9) == []
    assert call.until(16.1) == [Finish(BROKE)]
    assert call.notes(EntryKind.TROUBLE) == ["carrier: closed with 1006"]


def test_a_call_that_outlived_its_stream_was_the_carriers_fault(call: Driver) -> None:
    call.talking()
    call.hear(CarrierLost("closed with 1006"))
    assert call.hear(IN_PROGRESS) == []
    assert call.until(6.5, COMPLETED) == [Finish(BROKE)]


def test_a_call_that_was_over_with_its_stream_was_hung_up(call: Driver) -> None:
    call.talking()
    call.hear(CarrierLost("closed with 1006"))
    assert call.until(6.5, COMPLETED) == [Finish(CallEnding(EndCause.BUSINESS_HUNG_UP))]


def test_any_other_end_of_a_broken_line_is_the_carriers_fault(call: Driver) -> None:
    call.talking()
    call.hear(CarrierLost("closed with 1006"), PhoneUnknown("503"))
    assert call.hear(PhoneProgress(PhoneStatus.FAILED)) == [Finish(BROKE)]


def test_a_stop_without_a_stream_means_nothing(call: Driver) -> None:
    call.connecting()
    assert call.hear(StreamStopped(), CarrierLost("x")) == []
    assert call.session.phase is Phase.CONNECTING


# --- the business falls silent ----------------------------------------------------------------
def test_the_agent_is_fed_silence_until_sound_returns(call: Driver) -> None:
    call.talking()
    acts = talk_on(call, 15.5, with_sound=False)
    assert acts == []
    acts = talk_on(call, 18.0, with_sound=False)
    silence = [act for act in acts if isinstance(act, SendToAgent)]
    # from 16 s on, every 100 ms: 16.0, 16.1 … 18.0
    assert len(silence) in (20, 21)
    assert all(len(act.sound) == 800 and set(act.sound) <= {0xFF, 0x7F} for act in silence)
    call.hear(BusinessAudio(b"b" * 160, 0, 0))
    assert talk_on(call, 27.5, with_sound=False) == []


def test_silence_is_in_the_agents_format(call: Driver) -> None:
    call.talking(hears="pcm_16000")
    acts = talk_on(call, 17.0, with_sound=False)
    silence = b"".join(act.sound for act in acts if isinstance(act, SendToAgent))
    assert len(silence) in range(10 * 3200 - 200, 11 * 3200 + 1)
    assert not any(silence)


def test_silence_keeps_to_its_own_clock_when_its_timer_comes_late(call: Driver) -> None:
    call.talking()
    call.now = 15.0
    call.hear(AgentPinged(1))
    assert len(call.session.time_passed(16.07)) == 1
    assert call.session.deadline() == pytest.approx(16.1)
    assert len(call.session.time_passed(16.45)) == 4
    assert call.session.deadline() == pytest.approx(16.5)


def test_silence_owed_for_a_process_that_slept_is_not_poured_out(call: Driver) -> None:
    call.talking()
    call.now = 15.0
    call.hear(AgentPinged(1))
    commands = call.session.time_passed(22.0)
    pieces = [command for command in commands if isinstance(command, SendToAgent)]
    assert 0 < len(pieces) <= 12
    deadline = call.session.deadline()
    assert deadline is not None and deadline > 22.0


def test_late_media_is_no_sign_of_life(call: Driver) -> None:
    call.talking()
    call.hear(BusinessAudio(b"b" * 160, 20, 100))
    for second in range(7, 17):
        call.until(float(second), AgentPinged(1), BusinessAudio(b"b" * 160, 20, 50))
    assert any(
        isinstance(act, SendToAgent) and len(act.sound) == 800
        for act in call.until(17.0, AgentPinged(1))
    )


def test_a_call_in_progress_without_sound_is_ended(call: Driver) -> None:
    call.talking()
    acts = talk_on(call, 36.0, with_sound=False)
    assert acts.count(AskCarrier()) == 1
    hung_up, told = call.hear(IN_PROGRESS)
    assert hung_up == HangUp()
    assert isinstance(told, TellAgent)
    assert call.hear(StreamStopped()) == []
    assert call.until(40.0) == [CloseAgent(), Finish(STAYED_AWAY)]


def test_a_silent_call_nobody_knows_of_is_ended(call: Driver) -> None:
    call.talking()
    talk_on(call, 36.0, with_sound=False)
    assert call.hear(PhoneUnknown("503"))[0] == HangUp()


def test_a_silent_call_without_an_answer_is_ended(call: Driver) -> None:
    call.talking()
    talk_on(call, 36.0, with_sound=False)
    acts = talk_on(call, 46.5, with_sound=False)
    assert HangUp() in acts
    assert call.hear(COMPLETED) == []
    call.until(60.0)
    assert call.endings == [STAYED_AWAY]


def test_a_silent_call_that_is_over_was_hung_up(call: Driver) -> None:
    call.talking()
    talk_on(call, 36.0, with_sound=False)
    call.hear(COMPLETED)
    call.until(60.0)
    assert call.endings == [CallEnding(EndCause.BUSINESS_HUNG_UP)]


def test_sound_that_returns_after_the_question_settles_it(call: Driver) -> None:
    call.talking()
    talk_on(call, 36.0, with_sound=False)
    call.hear(BusinessAudio(b"b" * 160, 0, 0))
    assert call.hear(IN_PROGRESS, PhoneUnknown("late")) == []
    assert call.session.phase is Phase.TALKING


# --- too long ---------------------------------------------------------------------------------
def test_a_call_without_end_is_ended(call: Driver) -> None:
    call.talking()
    acts = talk_on(call, 285.5, with_sound=True)
    assert not [act for act in acts if isinstance(act, (TellAgent, HangUp))]
    acts = talk_on(call, 286.5, with_sound=True)
    (told,) = [act for act in acts if isinstance(act, TellAgent)]
    assert "20 seconds" in told.text
    acts = talk_on(call, 306.0, with_sound=True)
    assert [act for act in acts if isinstance(act, HangUp)] == [HangUp()]
    assert call.hear(StreamStopped()) == []
    assert call.until(309.0) == [CloseAgent(), Finish(CallEnding(EndCause.TOO_LONG))]


def test_a_machine_verdict_while_closing_is_only_noted(call: Driver) -> None:
    call.talking()
    call.hear(CarrierLost("closed with 1006"))
    assert call.hear(MachineDetected("machine_end_beep")) == []
    assert CloseStream() not in [act for _, act in call.ordered]

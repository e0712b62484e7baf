"""News of the phone: every status, any order, lost callbacks, and dials nobody confirmed."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from bridge.commands import AskCarrier, CloseAgent, CloseStream, Finish, HangUp, OpenAgent
from bridge.events import (
    AgentReady,
    AnswerAsked,
    Dialed,
    DialFailed,
    DialUnanswered,
    Event,
    MachineDetected,
    PhoneProgress,
    PhoneStatus,
    PhoneUnknown,
    StreamStarted,
    StreamStopped,
)
from bridge.phases import Phase
from data.call import Blame, CallEnding, EndCause, EntryKind

if TYPE_CHECKING:
    from tests.bridge.conftest import Driver

RINGING = PhoneProgress(PhoneStatus.RINGING)
IN_PROGRESS = PhoneProgress(PhoneStatus.IN_PROGRESS)
COMPLETED = PhoneProgress(PhoneStatus.COMPLETED)
NEVER_CAME = CallEnding(
    EndCause.CARRIER_LOST, Blame.CARRIER, "the line was answered but its audio never came"
)


@pytest.mark.parametrize(
    ("progress", "ending"),
    [
        (PhoneProgress(PhoneStatus.BUSY, 486), CallEnding(EndCause.BUSY)),
        (PhoneProgress(PhoneStatus.NO_ANSWER, 487), CallEnding(EndCause.NO_ANSWER)),
        (PhoneProgress(PhoneStatus.CANCELED), CallEnding(EndCause.NO_ANSWER)),
        (
            PhoneProgress(PhoneStatus.FAILED, 404),
            CallEnding(
                EndCause.DIAL_FAILED,
                Blame.CARRIER,
                "the carrier could not place the call (SIP 404)",
            ),
        ),
        (
            PhoneProgress(PhoneStatus.FAILED),
            CallEnding(EndCause.DIAL_FAILED, Blame.CARRIER, "the carrier could not place the call"),
        ),
    ],
)
def test_a_call_that_is_not_answered_ends_by_its_status(
    call: Driver, progress: PhoneProgress, ending: CallEnding
) -> None:
    call.ringing()
    assert call.hear(progress) == [Finish(ending)]
    assert call.hear(progress, RINGING, AnswerAsked()) == []
    assert call.until(500.0) == []
    assert call.session.phase is Phase.ENDED
    assert call.session.deadline() is None


def test_a_refused_dial_ends_with_the_carriers_reason(call: Driver) -> None:
    ending = CallEnding(EndCause.DIAL_FAILED, Blame.CARRIER, "21215: country not allowed")
    assert call.hear(DialFailed(ending)) == [Finish(ending)]
    assert call.notes(EntryKind.TROUBLE) == ["carrier: 21215: country not allowed"]


def test_a_failed_request_does_not_outweigh_the_carriers_own_news(call: Driver) -> None:
    call.ringing()
    assert call.hear(DialFailed(CallEnding(EndCause.DIAL_FAILED, None, "odd"))) == []
    assert call.hear(DialUnanswered("late")) == []
    assert call.session.phase is Phase.RINGING


def test_completed_without_an_answer_waits_for_stragglers_and_is_no_answer(call: Driver) -> None:
    call.ringing()
    assert call.hear(COMPLETED) == []
    assert call.until(2.9) == []
    assert call.until(3.1) == [Finish(CallEnding(EndCause.NO_ANSWER))]


def test_completed_after_the_answer_without_a_stream_is_the_carriers_fault(call: Driver) -> None:
    call.connecting()
    assert call.hear(COMPLETED) == [CloseAgent()]
    assert call.until(8.0) == [Finish(NEVER_CAME)]


def test_an_answered_line_without_a_stream_is_hung_up(call: Driver) -> None:
    call.connecting()
    assert call.until(19.9) == []
    assert call.until(20.0) == [HangUp(), CloseAgent()]
    assert call.hear(COMPLETED) == [Finish(NEVER_CAME)]


def test_the_phone_never_goes_backwards(call: Driver) -> None:
    call.talking()
    call.hear(RINGING, PhoneProgress(PhoneStatus.QUEUED), IN_PROGRESS)
    assert call.session.phase is Phase.TALKING


CALLBACKS: tuple[Event, ...] = (
    PhoneProgress(PhoneStatus.INITIATED),
    RINGING,
    IN_PROGRESS,
    COMPLETED,
)


def test_any_order_of_callbacks_around_the_stream_gives_one_end(
    call_with: Callable[..., Driver],
) -> None:
    stream: tuple[Event, ...] = (StreamStarted("MZ1", "CA1"), StreamStopped())
    for callbacks in itertools.permutations(CALLBACKS):
        for at in itertools.combinations(range(6), 2):
            order: list[Event] = list(callbacks)
            for event, position in zip(stream, at, strict=True):
                order.insert(position, event)
            call = call_with()
            call.hear(Dialed("CA1"), *order)
            call.until(400.0)
            assert call.endings == [CallEnding(EndCause.BUSINESS_HUNG_UP)], order
            assert isinstance(call.ordered[-1][1], Finish)


@pytest.mark.parametrize("asked", [True, False])
def test_any_order_of_callbacks_without_a_stream_gives_one_end(
    call_with: Callable[..., Driver], asked: bool
) -> None:
    events = (*CALLBACKS, AnswerAsked()) if asked else CALLBACKS
    for order in itertools.permutations(events):
        call = call_with()
        call.hear(Dialed("CA1"), *order)
        call.until(400.0)
        assert call.endings == [NEVER_CAME], order
        assert sum(isinstance(act, OpenAgent) for _, act in call.ordered) <= 1


def test_a_terminal_status_counts_once(call: Driver) -> None:
    call.talking()
    call.hear(COMPLETED, PhoneProgress(PhoneStatus.BUSY), COMPLETED)
    call.until(100.0)
    assert call.endings == [CallEnding(EndCause.BUSINESS_HUNG_UP)]


# --- machines ----------------------------------------------------------------------------------
@pytest.mark.parametrize("verdict", ["machine_start", "machine_end_beep", "fax"])
def test_a_machine_is_hung_up_on(call: Driver, verdict: str) -> None:
    call.talking()
    assert call.hear(MachineDetected(verdict)) == [HangUp(), CloseAgent()]
    assert call.hear(StreamStopped()) == [Finish(CallEnding(EndCause.VOICEMAIL))]
    assert call.notes(EntryKind.MACHINE) == [verdict]


@pytest.mark.parametrize("verdict", ["human", "unknown", ""])
def test_a_human_is_only_noted(call: Driver, verdict: str) -> None:
    call.talking()
    assert call.hear(MachineDetected(verdict)) == []
    assert call.session.phase is Phase.TALKING
    assert call.notes(EntryKind.MACHINE) == [verdict]


# --- nobody calls back ---------------------------------------------------------------------------
def test_a_silent_carrier_is_asked_and_given_up(call: Driver) -> None:
    call.ringing()
    call.until(260.0)
    asked = [at for at, command in call.ordered if isinstance(command, AskCarrier)]
    assert asked == [61.0, 91.0, 121.0, 151.0]
    hung_up = [at for at, command in call.ordered if isinstance(command, HangUp)]
    assert hung_up == [181.0]
    (ending,) = call.endings
    assert (ending.cause, ending.blame) == (EndCause.NO_ANSWER, Blame.CARRIER)


def test_an_answer_that_is_no_news_does_not_prolong_the_wait(call: Driver) -> None:
    call.ringing()
    call.until(61.0, RINGING)
    call.until(91.0, PhoneUnknown("503"))
    call.until(300.0)
    assert [at for at, command in call.ordered if isinstance(command, HangUp)] == [181.0]


def test_a_lost_callback_is_made_up_for_by_asking(call: Driver) -> None:
    call.ringing()
    assert call.until(61.0) == [AskCarrier()]
    assert call.hear(PhoneProgress(PhoneStatus.BUSY)) == [Finish(CallEnding(EndCause.BUSY))]


def test_an_unconfirmed_dial_is_looked_up_and_never_repeated(call: Driver) -> None:
    assert call.until(10.0, DialUnanswered("timeout")) == [AskCarrier()]
    assert call.until(24.9) == [AskCarrier()] * 4
    acts = call.until(25.0)
    assert acts == [
        Finish(
            CallEnding(
                EndCause.DIAL_FAILED, Blame.CARRIER, "it is not known whether the call was placed"
            )
        )
    ]
    assert [at for at, act in call.ordered if act == AskCarrier()] == [10.0, 13.0, 16.0, 19.0, 22.0]


def test_an_unconfirmed_dial_that_is_found_goes_on(call: Driver) -> None:
    call.until(10.0, DialUnanswered("timeout"))
    call.until(13.0, PhoneUnknown("not there yet"))
    call.until(16.0, Dialed("CA1"), RINGING)
    assert call.until(70.0) == []
    assert call.session.phase is Phase.RINGING


def test_a_callback_of_an_unconfirmed_dial_proves_it(call: Driver) -> None:
    call.until(10.0, DialUnanswered("timeout"))
    call.until(12.0, RINGING)
    call.until(30.0)
    assert call.session.phase is Phase.RINGING
    assert call.endings == []


def test_a_ready_agent_without_a_line_is_closed_at_the_end(call: Driver) -> None:
    call.connecting()
    call.hear(AgentReady("c", "ulaw_8000", "ulaw_8000"))
    call.until(9.0)
    assert call.hear(PhoneProgress(PhoneStatus.FAILED)) == [CloseAgent(), Finish(NEVER_CAME)]
    assert CloseStream() not in [act for _, act in call.ordered]

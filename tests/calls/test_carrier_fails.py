"""Twilio refuses, loses, swaps, doubles or drops: one order, one result, the right culprit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from data.call import Blame, EndCause
from simulation.carrier_faults import Settings
from simulation.scenes import BOOKED, BUSY, INTERRUPTED, NO_ANSWER, VOICEMAIL
from simulation.scenes_of_errands import CUSTOMER_CANCELS
from simulation.script import Pickup, PutDown, Scene, Speak, Wait
from vocero.rehearsal import Rehearsal

if TYPE_CHECKING:
    from data.call import CallReport
    from simulation.carrier_call import SimulatedCall
    from tests.calls.conftest import Outcome, Stage


ALL = frozenset({"initiated", "ringing", "in-progress", "completed", "busy", "no-answer"})


def _with(**faults: object) -> Callable[[Rehearsal], None]:
    def before(rehearsal: Rehearsal) -> None:
        for name, value in faults.items():
            assert hasattr(rehearsal.world.twilio.faults, name)
            setattr(rehearsal.world.twilio.faults, name, value)

    return before


def _went_well(outcome: Outcome, status: str = "booked") -> None:
    assert outcome.result.status == status, outcome.report.ending
    assert outcome.told_once(), outcome.texts
    assert outcome.posts["POST order"] == len(outcome.calls) == 1


# --- the order ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("code", "blame", "orders"),
    [
        (20003, Blame.OURS, 1),
        (21210, Blame.OURS, 1),
        (21211, Blame.CUSTOMER, 1),
        (21215, Blame.OURS, 1),
    ],
)
def test_a_refused_order_is_told_once_and_not_repeated(
    code: int, blame: Blame, orders: int, stage: Stage
) -> None:
    outcome = stage.run(BOOKED, before=_with(refuse_calls=[code] * 5))
    ending = outcome.report.ending
    assert (ending.cause, ending.blame) == (EndCause.DIAL_FAILED, blame), ending
    assert outcome.calls == []
    assert outcome.posts["POST order"] == orders
    assert outcome.result.status == "failed"
    assert outcome.told_once()


def test_a_rate_limit_is_waited_out(stage: Stage) -> None:
    outcome = stage.run(BOOKED, before=_with(refuse_calls=[20429]))
    assert outcome.posts["POST order"] == 2
    assert len(outcome.calls) == 1
    assert outcome.result.status == "booked"
    assert outcome.told_once()


def test_a_gateway_that_fails_leaves_the_order_open_and_is_never_asked_again(
    stage: Stage,
) -> None:
    outcome = stage.run(BOOKED, before=_with(bad_gateways=1))
    assert outcome.posts["POST order"] == 1
    assert outcome.calls == []
    assert outcome.posts["GET order"] > 1, "nobody looked whether the call exists"
    ending = outcome.report.ending
    assert (ending.cause, ending.blame) == (EndCause.DIAL_FAILED, Blame.CARRIER)
    assert outcome.told_once()


def test_a_lost_answer_to_the_order_is_made_good_by_the_callbacks(stage: Stage) -> None:
    outcome = stage.run(BOOKED, before=_with(lost_call_responses=1))
    _went_well(outcome)
    assert outcome.record.attempt.call_sid == outcome.call.sid


def test_a_lost_answer_and_lost_callbacks_are_made_good_by_asking(stage: Stage) -> None:
    outcome = stage.run(BUSY, before=_with(lost_call_responses=1, lose_callbacks=ALL))
    _went_well(outcome, "busy")
    assert outcome.record.attempt.call_sid == outcome.call.sid


# --- callbacks ------------------------------------------------------------------------------
@pytest.mark.parametrize("scene", [BOOKED, BUSY, NO_ANSWER, VOICEMAIL], ids=lambda s: str(s.name))
@pytest.mark.parametrize("how", ["swapped", "doubled", "lost", "swapped and doubled"])
def test_odd_callbacks_do_not_change_the_end(how: str, scene: Scene, stage: Stage) -> None:
    outcome = stage.run(
        scene,
        before=_with(
            swap_callbacks="swapped" in how,
            duplicate_callbacks="doubled" in how,
            lose_callbacks=ALL if how == "lost" else frozenset(),
        ),
    )
    _went_well(outcome, scene.ends_as)


def test_a_number_that_cannot_be_reached(stage: Stage) -> None:
    outcome = stage.run(replace(BUSY, pickup=Pickup.FAILS))
    ending = outcome.report.ending
    assert ending.cause is EndCause.DIAL_FAILED
    assert ending.blame in (Blame.CARRIER, Blame.BUSINESS, Blame.CUSTOMER)
    _went_well(outcome, "failed")


# --- the media stream -----------------------------------------------------------------------
def test_a_stream_that_never_comes_ends_the_call_after_fifteen_seconds(stage: Stage) -> None:
    outcome = stage.run(BOOKED, before=_with(no_stream=True))
    ending = outcome.report.ending
    assert (ending.cause, ending.blame) == (EndCause.CARRIER_LOST, Blame.CARRIER)
    call = outcome.call.record
    assert call.answered_at is not None and call.ended_at is not None
    assert call.ended_at - call.answered_at == pytest.approx(15.0, abs=1.5)
    assert outcome.call.ended_by == "rest"
    _went_well(outcome, "failed")


def test_a_trial_account_that_says_a_notice_instead_of_streaming(stage: Stage) -> None:
    def before(rehearsal: Rehearsal) -> None:
        rehearsal.world.twilio.office.settings = Settings(
            calls_per_s=None, trial=True, verified_numbers=frozenset({"+541140001701"})
        )

    outcome = stage.run(BOOKED, before=before)
    # The trial notice, then our apology, then the hang-up: nobody waits for a stream.
    assert [said.kind for said in outcome.call.line.announcements] == ["trial", "say"]
    assert outcome.result.status == "failed"
    assert outcome.told_once()


@pytest.mark.parametrize("after_s", [0.0, 1.0, 9.0])
def test_a_stream_that_drops_without_a_stop(
    after_s: float, stage: Stage, silence_of: Callable[[SimulatedCall], float]
) -> None:
    outcome = stage.run(BOOKED, before=_with(drop_stream_after_s=after_s))
    ending = outcome.report.ending
    assert (ending.cause, ending.blame) == (EndCause.CARRIER_LOST, Blame.CARRIER), ending
    _went_well(outcome, "failed")
    assert silence_of(outcome.call) < 3.5


@pytest.mark.parametrize("scene", [BOOKED, INTERRUPTED], ids=lambda s: str(s.name))
def test_no_frames_in_silence(
    scene: Scene, stage: Stage, underruns_of: Callable[[CallReport], int]
) -> None:
    """The agent's turn-taking hears a pause only as silence: what Twilio leaves out is filled."""
    outcome = stage.run(scene, before=_with(silent_frames_left_out=True))
    assert outcome.told_once()
    assert outcome.posts["POST order"] == 1
    assert underruns_of(outcome.report) == 0
    (conversation,) = outcome.conversations
    assert conversation.violations == []


def test_a_stall_of_the_network_then_everything_at_once(
    stage: Stage, underruns_of: Callable[[CallReport], int]
) -> None:
    outcome = stage.run(BOOKED, before=_with(stall_at_s=5.0, stall_s=4.0))
    _went_well(outcome)
    assert underruns_of(outcome.report) == 0
    (conversation,) = outcome.conversations
    assert bytes(outcome.call.line.said).startswith(conversation.heard)


# --- people ---------------------------------------------------------------------------------
def test_a_business_that_hangs_up_at_once(stage: Stage) -> None:
    scene = replace(BOOKED, business=(Wait(200), Speak("ana_greets"), PutDown()))
    outcome = stage.run(scene)
    assert outcome.report.ending.cause is EndCause.BUSINESS_HUNG_UP
    assert outcome.told_once()
    assert outcome.call.ended_by == "business"


def test_a_business_that_never_speaks_is_not_held_for_ever(stage: Stage) -> None:
    outcome = stage.run(
        replace(BOOKED, business=(Wait(3_600_000),)), settings={"MAX_CALL_SECONDS": "40"}
    )
    assert outcome.report.ending.cause is EndCause.TOO_LONG
    assert outcome.told_once()
    assert outcome.call.ended_by == "rest"
    (conversation,) = outcome.conversations
    assert len(conversation.told) == 2, "asked to wrap up, then to report"


@pytest.mark.parametrize(("after_s", "ended_in"), [(1.0, "ringing"), (6.0, "talking")])
def test_a_customer_who_cancels(after_s: float, ended_in: str, stage: Stage) -> None:
    async def cancel(rehearsal: Rehearsal) -> None:
        await rehearsal.world.twilio.call_reaches("ringing")
        await asyncio.sleep(after_s)
        await rehearsal.world.customer.write("cancelar")

    outcome = stage.run(CUSTOMER_CANCELS, cancel)
    assert outcome.result.status == "cancelled"
    assert outcome.told_once()
    phases = [entry.text for entry in outcome.report.timeline if entry.kind == "phase"]
    assert ended_in in phases
    assert ("talking" in phases) == (ended_in == "talking")
    assert outcome.report.ending.cause is EndCause.CANCELLED

"""ElevenLabs refuses, vanishes or falls silent: the business hears an apology, the customer why."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from quart import Response

from bridge.errors import AgentError
from bridge.ports import SocketListener, TextSocket
from data.call import Blame, EndCause
from simulation.agent_manner import Manner
from simulation.scenes import BOOKED, INTERRUPTED
from simulation.script import BreakOff, FallSilent, Hear, Say
from simulation.world import World
from vocero.outside import Outside
from vocero.rehearsal import Rehearsal

if TYPE_CHECKING:
    from simulation.carrier_call import SimulatedCall
    from tests.calls.conftest import Outcome, Stage

AT_MOST_S = 3.5
"""A refused business waits for the apology no longer: 3 s for the agent and a little for sound."""


def _ends_with_an_apology(outcome: Outcome, blame: Blame) -> None:
    ending = outcome.report.ending
    assert (ending.cause, ending.blame) == (EndCause.AGENT_LOST, blame)
    assert outcome.told_once(), outcome.texts
    assert outcome.result.status == "failed"
    assert outcome.posts["POST order"] == 1
    apologies = [said for said in outcome.call.line.announcements if said.kind == "say"]
    assert len(apologies) == 1
    assert outcome.call.ended_by == "twiml"
    assert f'vocero_failures_total{{blame="{blame}",cause="agent_lost"}} 1' in outcome.metrics


def _answer_with(status: int) -> Callable[[Rehearsal], None]:
    def before(rehearsal: Rehearsal) -> None:
        async def refuse() -> Response:
            return Response('{"detail": "no"}', status=status, content_type="application/json")

        rehearsal.world.elevenlabs.app.before_request(refuse)

    return before


@pytest.mark.parametrize(
    ("status", "blame", "because"),
    [
        (401, Blame.OURS, "ELEVENLABS_API_KEY"),
        (403, Blame.OURS, "permission"),
        (404, Blame.OURS, "ELEVENLABS_AGENT_ID"),
        (429, Blame.AGENT, "limit"),
        (500, Blame.AGENT, "HTTP 500"),
    ],
)
def test_the_signed_address_is_refused(
    status: int,
    blame: Blame,
    because: str,
    stage: Stage,
    silence_of: Callable[[SimulatedCall], float],
) -> None:
    outcome = stage.run(BOOKED, before=_answer_with(status))
    _ends_with_an_apology(outcome, blame)
    assert because in outcome.report.ending.detail
    assert silence_of(outcome.call) < AT_MOST_S
    assert outcome.conversations == []


def test_a_service_that_does_not_answer_costs_three_seconds(
    stage: Stage, silence_of: Callable[[SimulatedCall], float]
) -> None:
    def before(rehearsal: Rehearsal) -> None:
        async def hang() -> None:
            await asyncio.sleep(3600)

        rehearsal.world.elevenlabs.app.before_request(hang)

    outcome = stage.run(BOOKED, before=before)
    _ends_with_an_apology(outcome, Blame.AGENT)
    assert silence_of(outcome.call) < AT_MOST_S


def test_the_websocket_is_refused(
    stage: Stage, silence_of: Callable[[SimulatedCall], float]
) -> None:
    def rewire(_: World, outside: Outside) -> Outside:
        async def refuse(url: str, listen: Callable[[TextSocket], SocketListener]) -> TextSocket:
            raise AgentError("the agent's websocket was refused (HTTP 403)")

        return replace(outside, open_socket=refuse)

    outcome = stage.run(BOOKED, rewire=rewire)
    _ends_with_an_apology(outcome, Blame.AGENT)
    assert "403" in outcome.report.ending.detail
    assert silence_of(outcome.call) < AT_MOST_S


def test_the_websocket_never_opens(
    stage: Stage, silence_of: Callable[[SimulatedCall], float]
) -> None:
    def rewire(_: World, outside: Outside) -> Outside:
        async def hang(url: str, listen: Callable[[TextSocket], SocketListener]) -> TextSocket:
            await asyncio.sleep(3600)
            raise AssertionError("nobody waits that long")

        return replace(outside, open_socket=hang)

    outcome = stage.run(BOOKED, rewire=rewire)
    _ends_with_an_apology(outcome, Blame.AGENT)
    assert silence_of(outcome.call) < AT_MOST_S


def test_a_bad_signature_is_closed_with_1008(
    stage: Stage, silence_of: Callable[[SimulatedCall], float]
) -> None:
    def rewire(_: World, outside: Outside) -> Outside:
        async def spoil(url: str, listen: Callable[[TextSocket], SocketListener]) -> TextSocket:
            return await outside.open_socket(url + "x", listen)

        return replace(outside, open_socket=spoil)

    outcome = stage.run(BOOKED, rewire=rewire)
    _ends_with_an_apology(outcome, Blame.AGENT)
    assert "1008" in outcome.report.ending.detail
    assert silence_of(outcome.call) < AT_MOST_S


def test_it_queues_us_and_gives_up(
    stage: Stage, silence_of: Callable[[SimulatedCall], float]
) -> None:
    def before(rehearsal: Rehearsal) -> None:
        rehearsal.world.elevenlabs.manner = Manner(queue="timed_out")

    outcome = stage.run(BOOKED, before=before)
    _ends_with_an_apology(outcome, Blame.AGENT)
    assert silence_of(outcome.call) < AT_MOST_S


@pytest.mark.parametrize("code", [0, 1000, 1006, 1008, 1011])
def test_it_breaks_off_in_the_midst_of_its_words(
    code: int, stage: Stage, silence_of: Callable[[SimulatedCall], float]
) -> None:
    scene = replace(
        BOOKED, agent=(Hear("ana_greets"), Say("agent_asks_haircut"), BreakOff(code or 0))
    )
    outcome = stage.run(scene)
    if code == 1000:
        # Closed in order: its last words are heard, then the line is hung up.
        assert outcome.report.ending.cause is EndCause.AGENT_FINISHED
        assert outcome.told_once()
        assert outcome.call.ended_by == "rest"
        return
    _ends_with_an_apology(outcome, Blame.AGENT)
    assert silence_of(outcome.call) < AT_MOST_S


def test_it_falls_silent_and_counts_as_lost_after_its_patience(
    stage: Stage, silence_of: Callable[[SimulatedCall], float]
) -> None:
    scene = replace(BOOKED, agent=(Hear("ana_greets"), FallSilent()))
    outcome = stage.run(scene, settings={"AGENT_STALL_SECONDS": "4"})
    _ends_with_an_apology(outcome, Blame.AGENT)
    assert "no message for 4 s" in outcome.report.ending.detail
    assert silence_of(outcome.call) < 5.5


def test_odd_and_huge_messages_do_not_disturb_the_call(stage: Stage) -> None:
    def before(rehearsal: Rehearsal) -> None:
        rehearsal.world.elevenlabs.manner = Manner(
            odd_messages=True,
            huge_frame=True,
            duplicate_tool_call=True,
            parallel_tool_calls=True,
            tool_sound=True,
        )

    outcome = stage.run(BOOKED, before=before)
    (conversation,) = outcome.conversations
    assert outcome.result.status == "booked"
    assert outcome.told_once()
    assert conversation.violations == []
    assert all(use.result is not None for use in conversation.tools)


def test_what_was_agreed_before_it_was_lost_is_told_from_the_transcript(stage: Stage) -> None:
    steps = (*INTERRUPTED.agent[:5], BreakOff(1011))
    outcome = stage.run(replace(INTERRUPTED, agent=steps))
    assert outcome.report.ending.cause is EndCause.AGENT_LOST
    assert outcome.result.status == "booked"
    assert outcome.record.quote is not None
    assert outcome.record.quote.text in outcome.result_texts[0]
    assert outcome.told_once()


def test_an_agent_that_is_lost_before_anything_was_agreed_books_nothing(stage: Stage) -> None:
    steps = (*INTERRUPTED.agent[:4], BreakOff(1011))
    outcome = stage.run(replace(INTERRUPTED, agent=steps))
    assert outcome.report.ending.cause is EndCause.AGENT_LOST
    assert outcome.result.status in ("unconfirmed", "failed")
    assert outcome.told_once()

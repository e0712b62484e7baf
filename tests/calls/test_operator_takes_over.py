"""An operator listens to a whole call, speaks in it instead of the agent, and hands it back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bridge.live_calls import LiveCall
from bridge.recording import RecordedCall
from bridge.replay import replay
from data.call import EndCause, EntryKind, Speaker
from simulation.scene_parts import answers
from simulation.scenes import BOOKED
from simulation.script import EndCall, Hear, Say, UseTool
from simulation.speech import sounds

if TYPE_CHECKING:
    from bridge.listening import SoundPiece
    from tests.calls.conftest import Stage
    from vocero.rehearsal import Rehearsal

SCENE = replace(
    BOOKED,
    name="taken over",
    business=answers("ana_greets", "ana_offers", "ana_confirms"),
    agent=(
        Hear("ana_greets"),
        Say("agent_asks_haircut"),
        Hear("ana_offers"),
        Say("agent_takes_it"),
        Hear("ana_confirms"),
        UseTool("report_result", {"status": "callback_needed", "notes": "Habló una persona"}),
        Say("agent_thanks"),
        EndCall(),
    ),
)
OPERATOR_SAYS = "agent_names_the_day"
FRAME = 160


class Operator:
    """Listens from the first ring on, takes the call after the greeting, asks, hands it back."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self._board = rehearsal.service.switchboard
        self.heard: list[SoundPiece] = []
        self.lost = 0

    async def act(self) -> None:
        attempt_id = (await self._until(lambda call: True)).order.attempt_id
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen(attempt_id))
            await self._until(lambda call: said(call) == 1)
            assert self._board.take_over(attempt_id, "Ana")
            speech = sounds()[OPERATOR_SAYS]
            for at in range(0, len(speech), FRAME):
                assert self._board.operator_audio(attempt_id, "Ana", speech[at : at + FRAME])
                await asyncio.sleep(0.02)
            await self._until(lambda call: said(call) == 2)
            assert self._board.hand_back(attempt_id, "Ana", "Hay lugar a las cinco, aceptalo")

    async def _listen(self, attempt_id: str) -> None:
        ear = self._board.listen(attempt_id)
        assert ear is not None
        async with ear:
            self.heard += [piece async for piece in ear]
        self.lost = ear.lost

    async def _until(self, holds: Callable[[LiveCall], bool]) -> LiveCall:
        async with asyncio.timeout(60.0):
            # The switchboard has no bell for it, and virtual time costs nothing.
            while True:
                for call in self._board.live():
                    if holds(call):
                        return call
                await asyncio.sleep(0.02)


def said(call: LiveCall) -> int:
    """How often the business was understood."""
    return sum(
        entry.kind is EntryKind.SAID and entry.speaker is Speaker.BUSINESS
        for entry in call.timeline
    )


def voices(sound: bytes) -> bytes:
    """Without the silence between them."""
    return sound.replace(b"\xff", b"")


@pytest.mark.parametrize("recorded", [True, False])
def test_the_operator_is_heard_and_the_agent_is_not(stage: Stage, recorded: bool) -> None:
    operators: list[Operator] = []

    async def story(rehearsal: Rehearsal) -> None:
        operators.append(Operator(rehearsal))
        await operators[0].act()

    settings = {"RECORD_CALLS": "true"} if recorded else None
    outcome = stage.run(SCENE, story, settings=settings)
    (operator,) = operators
    timeline = outcome.report.timeline
    assert outcome.report.ending.cause is EndCause.AGENT_FINISHED
    # What the business heard: the operator, then the agent again, and no other word of it.
    clips = sounds()
    heard = outcome.call.line.heard
    assert voices(heard).startswith(voices(clips[OPERATOR_SAYS]))
    assert clips["agent_takes_it"][4000:8000] in heard
    assert clips["agent_asks_haircut"][4000:4800] not in heard
    # Whoever listened heard the same, and the business on the other side.
    right = b"".join(piece.right for piece in operator.heard)
    left = b"".join(piece.left for piece in operator.heard)
    assert operator.lost == 0
    assert voices(right) == voices(heard)
    for name in ("ana_greets", "ana_offers", "ana_confirms"):
        assert clips[name][1000:5000] in left
    assert {piece.operator for piece in operator.heard} == {True, False}
    # The agent knows, and the timeline tells it all.
    (conversation,) = outcome.conversations
    assert any("skip_turn" in text for text in conversation.told)
    assert any("Hay lugar a las cinco" in text for text in conversation.told)
    assert not conversation.violations
    kinds = [entry.kind for entry in timeline]
    assert kinds.index(EntryKind.TAKEN_OVER) < kinds.index(EntryKind.HANDED_BACK)
    spoken = [e.text for e in timeline if e.kind is EntryKind.SAID and e.speaker is Speaker.AGENT]
    assert len(spoken) == 2
    if recorded:
        (folder,) = (path.parent for path in stage.var_dir.rglob("call.json"))
        report = replay(RecordedCall.load(folder))
        assert report.passed, "\n".join(report.lines())


def test_a_call_whose_operator_ends_it_is_a_cancelled_one(stage: Stage) -> None:
    async def story(rehearsal: Rehearsal) -> None:
        board = rehearsal.service.switchboard
        # Nobody rings a bell for it, and virtual time costs nothing.
        while not any(said(call) for call in board.live()):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        (call,) = board.live()
        assert board.end(call.order.attempt_id, at_once=True)

    outcome = stage.run(SCENE, story)
    ending = outcome.report.ending
    assert (ending.cause, ending.detail) == (EndCause.CANCELLED, "an operator ended the call")
    assert outcome.told_once(), outcome.texts
    assert outcome.result.status == "cancelled"

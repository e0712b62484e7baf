"""What we cannot judge or put into words costs nobody their result."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pytest

from data.call import EndCause, EntryKind, TimelineEntry
from orchestration import conversation, judging
from simulation.clock import run_virtual

if TYPE_CHECKING:
    from tests.orchestration.conftest import World


@pytest.mark.parametrize(
    ("lines", "status"), [(("A: ¿Mañana a las 5?", "B: Sí."), "unconfirmed"), ((), "failed")]
)
def test_a_call_that_cannot_be_judged_is_told_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch, lines: Sequence[str], status: str
) -> None:
    def broken(*_: Any) -> None:
        raise OverflowError("date value out of range")

    async def story() -> None:
        monkeypatch.setattr(judging, "judge", broken)
        async with world.open() as concierge:
            attempt_id = await world.to_a_call(concierge)
            await concierge.call_finished(world.report(attempt_id, EndCause.AGENT_FINISHED, lines))
            (told,) = await world.read()
            assert told.startswith("ResultTold")
            assert f"OutcomeStatus.{status.upper()}" in told

    run_virtual(story())


def test_a_fault_in_what_follows_costs_no_result(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("a fault in the rules")

    async def story() -> None:
        monkeypatch.setattr(conversation, "call_ended", broken)
        async with world.open() as concierge:
            attempt_id = await world.to_a_call(concierge)
            await concierge.call_finished(world.report(attempt_id, EndCause.BUSY))
            (told,) = await world.read()
            assert told.startswith("ResultTold") and "OutcomeStatus.BUSY" in told
            await world.write(concierge, "cancelar")
            assert (await world.read())[0].startswith("NothingToCancel")

    run_virtual(story())


def test_a_progress_note_without_words_ends_nothing(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            attempt_id = await world.to_a_call(concierge)
            world.phrasing.broken = True
            concierge.call_noted(attempt_id, TimelineEntry(1.0, EntryKind.PHASE, "talking"))
            await asyncio.sleep(10.0)
            world.phrasing.broken = False
            await concierge.call_finished(world.report(attempt_id, EndCause.BUSY))
            (told,) = await world.read()
            assert told.startswith("ResultTold")

    run_virtual(story())

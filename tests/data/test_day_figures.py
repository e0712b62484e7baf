"""What a day counts: every call, its outcome, its length, and how fast the agent answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import data.memory_past_calls
import data.sql_past_calls
from data.call import CallResult, OutcomeStatus
from data.store import CallFigures, Store, Turn
from tests.data.past_calls import ANA, end, ordered

if TYPE_CHECKING:
    from tests.data.conftest import Reopen


async def test_figures_of_a_day(stores: tuple[Store, Reopen]) -> None:
    store, reopen = stores
    for name, at in (("late", 30.0), ("early", 10.0), ("live", 20.0), ("next day", 40.0)):
        await store.commit_turn(Turn(ANA, attempt=ordered(name, at)))
    await end(store, "early", 99.0, answer_ms=("answer_ms=350", "lead_ms=80", "answer_ms=1200"))
    busy = CallResult(status=OutcomeStatus.BUSY)
    await end(store, "late", 99.0, result=busy, talked_s=0.0)
    store = await reopen()
    early = CallFigures(10.0, OutcomeStatus.BOOKED, 60.0, (350, 1200))
    live = CallFigures(20.0, None, 0.0, ())
    # It was answered: that has to be paid for.
    late = CallFigures(30.0, OutcomeStatus.BUSY, 1.0, ())
    assert await store.call_figures(10.0, 40.0) == [early, live, late]
    assert await store.call_figures(10.1, 30.0) == [live]
    assert await store.call_figures(50.0, 60.0) == []
    # What is erased still happened.
    assert await store.erase_call("early")
    store = await reopen()
    assert await store.call_figures(10.0, 40.0) == [early, live, late]


async def test_a_figure_that_cannot_be_read_is_left_out(stores: tuple[Store, Reopen]) -> None:
    store, reopen = stores
    await store.commit_turn(Turn(ANA, attempt=ordered("a", 10.0)))
    unreadable = (
        *("answer_ms=", "answer_ms=-5", "answer_ms=1.5", "answer_ms=nan", "answer_ms=12,13"),
        *("answer_ms=٣", "xanswer_ms=7", "answer_ms=7\n", "answer_ms=" + "9" * 50, ""),
    )
    # Said is not measured.
    await end(store, "a", 99.0, said="answer_ms=5", answer_ms=(*unreadable, "answer_ms=0"))
    store = await reopen()
    assert [each.answer_ms for each in await store.call_figures(0.0, 99.0)] == [(0,)]


async def test_figures_are_bounded(
    stores: tuple[Store, Reopen], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, _ = stores
    for module in (data.memory_past_calls, data.sql_past_calls):
        monkeypatch.setattr(module, "MOST_FIGURES", 2)
    for at in (3.0, 1.0, 2.0):
        await store.commit_turn(Turn(ANA, attempt=ordered(f"at {at}", at)))
    assert [each.created_at for each in await store.call_figures(0.0, 9.0)] == [1.0, 2.0]


@pytest.mark.parametrize("most", [1, 2, 3, 4, 6, 7, 8, 99])
async def test_figures_are_read_bit_by_bit_and_lose_none(
    stores: tuple[Store, Reopen], monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """A day's worth in one go would hold up live calls; many calls may be of one moment."""
    store, _ = stores
    for module in (data.memory_past_calls, data.sql_past_calls):
        monkeypatch.setattr(module, "MOST_FIGURES", most)
    monkeypatch.setattr(data.sql_past_calls, "_FIGURES_AT_ONCE", 3)
    times = [5.0, 5.0, 1.0, 5.0, 5.0, 9.0, 5.0]
    for index, at in enumerate(times):
        await store.commit_turn(Turn(ANA, attempt=ordered(f"a{index}", at)))
        await end(store, f"a{index}", 99.0, answer_ms=(f"answer_ms={index}",))
    figures = await store.call_figures(0.0, 10.0)
    assert [each.answer_ms for each in figures] == [
        (index,) for index in (2, 0, 1, 3, 4, 6, 5)[:most]
    ]

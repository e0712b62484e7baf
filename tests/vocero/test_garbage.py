"""A thorough look for garbage waits for a quiet moment, but not for ever."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from simulation.clock import run_virtual
from vocero.garbage import (
    AMONG_FEW_S,
    AT_THE_LATEST_S,
    EVERY_S,
    FEW_CALLS,
    GarbageWatch,
    keep_what_is_there,
    thorough_look_is_due,
)


class Knot:
    """Refers to itself, so that only a look for garbage ends it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def ends_as_it_began() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.mark.parametrize(
    ("since_s", "live", "due"),
    [
        (EVERY_S, 0, True),
        (EVERY_S - 1, 0, False),
        (AMONG_FEW_S - 1, 1, False),
        (AMONG_FEW_S, 1, True),
        (AMONG_FEW_S, FEW_CALLS, True),
        (AT_THE_LATEST_S - 1, FEW_CALLS + 1, False),
        (AT_THE_LATEST_S, FEW_CALLS + 1, True),
    ],
)
def test_when_a_look_is_due(since_s: float, live: int, due: bool) -> None:
    assert thorough_look_is_due(since_s, live) is due


@pytest.mark.parametrize(
    ("live", "patience_s"), [(0, EVERY_S), (3, AMONG_FEW_S), (300, AT_THE_LATEST_S)]
)
def test_what_was_left_behind_goes(live: int, patience_s: float) -> None:
    async def story() -> float:
        watch = GarbageWatch(lambda: live)
        keep_what_is_there()
        gc.disable()  # nothing but the watch may find it
        try:
            watch.start()
            left = weakref.ref(Knot())
            began = asyncio.get_running_loop().time()
            while left() is not None:  # noqa: ASYNC110 - it has no bell
                await asyncio.sleep(EVERY_S / 2)
            return asyncio.get_running_loop().time() - began
        finally:
            gc.enable()
            watch.stop()

    took_s = run_virtual(story())
    assert patience_s <= took_s <= patience_s + 2 * EVERY_S


def test_short_looks_never_walk_through_everything() -> None:
    keep_what_is_there()
    old = [Knot() for _ in range(10)]
    gc.collect()
    generations: list[int] = []

    def collecting(phase: str, about: dict[str, int]) -> None:
        generations.append(about["generation"])

    gc.callbacks.append(collecting)
    try:
        kept = [[Knot()] for _ in range(100_000)]
    finally:
        gc.callbacks.remove(collecting)
    assert len(old) + len(kept) == 100_010
    assert generations and max(generations) < 2

"""Who is left in circles: what only a look for garbage ends, which live calls would notice."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

OURS = ("audio", "bridge", "data", "messaging", "orchestration", "vocero")
GONE_WITHIN_S = 8.0


@contextmanager
def nobody_looks() -> Iterator[None]:
    """No garbage is looked for, and what there was before is not seen among what comes."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


async def all_gone(*types: type) -> None:
    """Returns when nothing of these types is there any more. Within `nobody_looks`."""
    async with asyncio.timeout(GONE_WITHIN_S):
        # What goes away has no bell.
        while any(issubclass(type(each), types) for each in gc.get_objects()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@contextmanager
def nobody_left_in_circles(*packages: str) -> Iterator[None]:
    """Fails if something of these packages was dropped meanwhile and is still there."""
    with nobody_looks():
        yield
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            gc.collect()
            names = [f"{type(each).__module__}.{type(each).__qualname__}" for each in gc.garbage]
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
    left = Counter(name for name in names if name.partition(".")[0] in packages)
    if left:
        pytest.fail(f"left in circles: {dict(left)}")

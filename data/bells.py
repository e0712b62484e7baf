"""Bells within one process: who rings and who hears share a store."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

LONGEST_RING = 200
"""Characters; what is longer is cut. A ring is a hint: who misses one looks on its own."""


def worded(about: str) -> str:
    """As it is rung."""
    return about.replace("\0", "")[:LONGEST_RING]


class LocalBells:
    """Heard on the event loop's next round, never within the ring."""

    def __init__(self) -> None:
        self._heard: list[Callable[[str], None]] = []

    def ring(self, about: str) -> None:
        """Needs a running event loop."""
        loop = asyncio.get_running_loop()
        for heard in self._heard:
            loop.call_soon(self._tell, heard, worded(about))

    @contextlib.asynccontextmanager
    async def heard_by(self, heard: Callable[[str], None]) -> AsyncIterator[None]:
        """Until the block ends; then nothing is heard any more."""

        # One of its own: the same function may listen twice.
        def hear(about: str) -> None:
            heard(about)

        self._heard.append(hear)
        try:
            yield
        finally:
            self._heard.remove(hear)

    def _tell(self, heard: Callable[[str], None], about: str) -> None:
        if heard in self._heard:
            heard(about)

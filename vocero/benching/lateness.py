"""The measured loop: how late it is, and how long garbage collections hold it up."""

from __future__ import annotations

import asyncio
import gc
import time

EVERY_S = 0.010


class LoopWatch:
    """Collects how late a timer fires, in microseconds, and the collector's pauses.

    uvloop's timers count whole milliseconds: less than one is no lateness.
    """

    def __init__(self) -> None:
        self.late_us: list[int] = []
        self.pauses_us: list[int] = []
        self._loop = asyncio.get_running_loop()
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._collection_began = 0.0

    def __enter__(self) -> LoopWatch:
        gc.callbacks.append(self._collecting)
        self._due = time.perf_counter()
        self._arm()
        return self

    def __exit__(self, *error: object) -> None:
        gc.callbacks.remove(self._collecting)
        if self._timer is not None:
            self._timer.cancel()

    def take(self) -> tuple[list[int], list[int]]:
        """(lateness, pauses) since the last time that they were taken."""
        taken = self.late_us, self.pauses_us
        self.late_us, self.pauses_us = [], []
        return taken

    def _arm(self) -> None:
        self._due += EVERY_S
        wait = max(0.0, self._due - time.perf_counter())
        self._timer = self._loop.call_later(wait, self._look)

    def _look(self) -> None:
        now = time.perf_counter()
        self.late_us.append(max(0, round((now - self._due) * 1e6)))
        if now - self._due > EVERY_S:
            self._due = now  # the looks that a stall swallowed are not made up for
        self._arm()

    def _collecting(self, phase: str, _: dict[str, int]) -> None:
        if phase == "start":
            self._collection_began = time.perf_counter()
        else:
            self.pauses_us.append(round((time.perf_counter() - self._collection_began) * 1e6))

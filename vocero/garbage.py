"""When Python looks for garbage: shortly while somebody talks, thoroughly when nobody does.

A thorough look stops every call for as long as it takes to walk through all objects, some
milliseconds for a hundred calls. What a call leaves behind is little, so that can wait.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable

SHORT_LOOKS = (1000, 4, 1_000_000)
"""For gc.set_threshold: at most some 5,000 of the newest objects at once, and never all of them."""
EVERY_S = 60.0
AT_THE_LATEST_S = 1800.0
"""Calls may overlap for ever, and what they leave behind may not grow for ever."""

log = logging.getLogger(__name__)


def thorough_look_is_due(since_last_s: float, live_calls: int) -> bool:
    """Whether now is the time to look through everything."""
    return since_last_s >= (AT_THE_LATEST_S if live_calls else EVERY_S)


def keep_what_is_there() -> None:
    """Nothing that was imported and built so far is looked through again; short looks from now."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SHORT_LOOKS)


class GarbageWatch:
    """Looks thoroughly at the right moments, from `start` to `stop`."""

    def __init__(self, live_calls: Callable[[], int]) -> None:
        self._live_calls = live_calls
        self._last = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """From now on, on the running loop."""
        loop = asyncio.get_running_loop()
        self._last = loop.time()
        self._arm(loop)

    def stop(self) -> None:
        """Look no longer."""
        if self._timer is not None:
            self._timer.cancel()

    def _arm(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = loop.call_later(EVERY_S, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        began, live = loop.time(), self._live_calls()
        if thorough_look_is_due(began - self._last, live):
            found = gc.collect()
            self._last = loop.time()
            took_ms = 1000 * (self._last - began)
            log.debug("garbage: %d objects in %.1f ms, %d live calls", found, took_ms, live)
        self._arm(loop)

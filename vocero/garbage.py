"""When Python looks for garbage: shortly while people talk, thoroughly when nobody does.

A thorough look stops every call for as long as it takes to walk through all objects: some
milliseconds for a hundred calls, and more the longer they last. It can wait: a call, its sockets
and a web connection are in no circle when they are over, so they go by themselves (tests/circles.py
watches that). What is left is the libraries', some fifty small objects for a whole errand.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable

SHORT_LOOKS = (400, 1, 1_000_000)
"""For gc.set_threshold: at most some 1,200 of the newest objects at once, and never all of them. A
call is slow to make objects, so they are cold when they are looked at: up to 3 µs each."""
EVERY_S = 60.0
FEW_CALLS = 10
AMONG_FEW_S = 1800.0
AT_THE_LATEST_S = 86_400.0
"""Many calls may go on for ever, and what is left may not grow for ever."""

log = logging.getLogger(__name__)


def thorough_look_is_due(since_last_s: float, live_calls: int) -> bool:
    """Whether now is the time to look through everything."""
    if not live_calls:
        return since_last_s >= EVERY_S
    return since_last_s >= (AMONG_FEW_S if live_calls <= FEW_CALLS else AT_THE_LATEST_S)


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

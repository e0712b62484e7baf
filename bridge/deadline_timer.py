"""The one timer of a call: it fires when the session's deadline has come."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Final

from bridge.session import CallSession

TIMER_SLACK_S: Final = 0.0005


class DeadlineTimer:
    """Lazy: a timer that fires too early just looks again, so that a frame costs no re-arming."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        began: float,
        session: CallSession,
        fire: Callable[[], None],
    ) -> None:
        """`began`: the loop's time from which the session counts."""
        self._loop = loop
        self._began = began
        self._soonest = session.soonest
        self._deadline = session.latest
        self._fire = fire
        self._handle: asyncio.TimerHandle | None = None
        self._at = math.inf
        """When it fires; infinite while it does not run."""

    def arm(self) -> None:
        """The deadline may have changed."""
        if self._at <= self._soonest() + TIMER_SLACK_S:
            return
        deadline = self._deadline()
        if deadline is None:
            return
        if self._handle is not None:
            if self._at <= deadline + TIMER_SLACK_S:
                return
            self._handle.cancel()
        self._at = deadline
        self._handle = self._loop.call_at(self._began + deadline, self._look)

    def end(self) -> None:
        """Never fire again, and forget whom it told."""
        self._fire = _tell_nobody
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
            self._at = math.inf

    def _look(self) -> None:
        self._handle = None
        self._at = math.inf
        deadline = self._deadline()
        if deadline is None:
            return
        if self._loop.time() - self._began < deadline - TIMER_SLACK_S:
            self.arm()
        else:
            self._fire()


def _tell_nobody() -> None:
    pass

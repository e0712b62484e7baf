"""The figures of a service at work: what is asked when somebody reads /metrics, and what it is fed.

The page is open to whoever reaches it, so the store is asked at most once in ASK_AGAIN_S however
often it is read, and not waited for for long.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Protocol

from data.jobs_waiting import JobsWaiting
from data.store import IncomingMessage, Store, StoreError
from vocero.loop_lag import LagWatch
from vocero.metrics import JOB_KINDS, Metrics

ASK_AGAIN_S = 2.0
PATIENCE_S = 1.0


class Board(Protocol):
    """What can be counted at the switchboard."""

    draining: bool

    @property
    def live_calls(self) -> int: ...


class FiguresOfService:
    """Feeds the metrics of one service."""

    def __init__(self, metrics: Metrics, store: Store, now: Callable[[], float]) -> None:
        """`now`: seconds since the epoch."""
        self._metrics = metrics
        self._store = store
        self._now = now
        self._jobs: JobsWaiting | None = None
        self._asked_at = float("-inf")
        self._asking = asyncio.Lock()
        for kind in JOB_KINDS:
            metrics.jobs.follow(partial(self._waiting, kind), kind)
        metrics.overdue.follow(self._overdue_s)

    def follow(self, board: Board, lag: LagWatch) -> None:
        """The calls and the loop that are told of from now on."""
        metrics = self._metrics
        metrics.live_calls.follow(lambda: board.live_calls)
        metrics.draining.follow(lambda: float(board.draining))
        metrics.loop_lag.follow(lambda: lag.average_s)
        metrics.loop_lag_worst.follow(lambda: lag.worst_s)
        metrics.loop_late.follow(lambda: float(lag.late))

    async def page(self) -> str:
        """The page as it is now."""
        async with self._asking:
            loop_time = asyncio.get_running_loop().time()
            if loop_time - self._asked_at >= ASK_AGAIN_S:
                self._asked_at = loop_time
                self._jobs = await self._ask()
        return self._metrics.render()

    def count_message(self, message: IncomingMessage) -> None:
        """A customer's message has come."""
        self._metrics.messages_in.add(kind_of_message(message))

    def sound_passed(self, direction: str, seconds: float) -> None:
        """A frame of sound was timed (bridge.passing_time)."""
        self._metrics.added_latency.observe(seconds, direction)

    async def _ask(self) -> JobsWaiting | None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._store.jobs_waiting()
        except (StoreError, TimeoutError):
            return None

    def _waiting(self, kind: str) -> float | None:
        return None if self._jobs is None else float(getattr(self._jobs, kind))

    def _overdue_s(self) -> float | None:
        if self._jobs is None:
            return None
        due_at = self._jobs.oldest_due_at
        return 0.0 if due_at is None else max(0.0, self._now() - due_at)


def kind_of_message(message: IncomingMessage) -> str:
    """What a customer's message is, as /metrics counts it."""
    if message.media_type:
        return "voice" if message.media_type.startswith("audio/") else "media"
    if message.latitude is not None:
        return "location"
    return "button" if message.button_payload else "text"

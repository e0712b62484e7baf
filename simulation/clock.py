"""A clock that jumps: whole calls in milliseconds, the same every time.

`VirtualTimeLoop` is an asyncio event loop. When nothing is ready it does not wait for the next
timer: it sets its clock to it. While a thread of an executor works, the clock stands still, so that
how fast this machine is changes nothing; work of over `PATIENCE_S` counts as stuck, and timers go
on. While a file descriptor besides the loop's own self-pipe is watched, the loop really waits and
its clock follows the real one. A loop in which nothing can ever happen again is an error, not a
hang.
"""

from __future__ import annotations

import asyncio
import heapq
import selectors
import time
from collections.abc import Callable, Coroutine, Sequence
from contextvars import Context
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE_S = 1.0
"""Real seconds for which the clock stands still for work in a thread, before it goes on."""

START = 1_000.0
"""Seconds on a new virtual clock; not 0, which careless code takes for "no time"."""


class DeadLoop(RuntimeError):
    """Every task waits for something that cannot happen any more."""


class _JumpingSelector(selectors.BaseSelector):
    """Passes everything on to a real selector, but tells the loop instead of sleeping."""

    def __init__(self) -> None:
        self._real = selectors.DefaultSelector()
        self.loop: VirtualTimeLoop | None = None

    def register(
        self, fileobj: Any, events: int, data: Any = None
    ) -> selectors.SelectorKey:  # the base class's own signature
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def get_map(self) -> Any:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = self._real.select(0)
        if ready or self.loop is None or (timeout is not None and timeout <= 0):
            return ready
        if self.loop.threads_at_work():
            ready = self._real.select(PATIENCE_S if timeout is not None else None)
            if not ready and timeout is not None:
                self.loop.advance(timeout)
        elif self.loop.outside_world_at_work():
            began = time.monotonic()
            ready = self._real.select(timeout)
            self.loop.advance(time.monotonic() - began)
        elif timeout is None:
            raise DeadLoop(self.loop.describe_waiting())
        else:
            self.loop.advance(timeout)
        return ready


class _OrderedTimer(asyncio.TimerHandle):
    """Of two timers for the same instant the one that was set first goes first.

    asyncio's heap compares the instants only; which of two equal ones it hands out depends on
    whatever else lies in it.
    """

    def __init__(
        self,
        nth: int,
        when: float,
        callback: Callable[..., object],
        args: Sequence[Any],
        loop: asyncio.AbstractEventLoop,
        context: Context | None,
    ) -> None:
        super().__init__(when, callback, args, loop, context)
        self._nth = nth

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, _OrderedTimer):
            return NotImplemented
        return (self.when(), self._nth) < (other.when(), other._nth)


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop whose `time()` jumps to the next timer when nothing else is to be done."""

    def __init__(self) -> None:
        self._virtual_now = START
        self._executor_jobs = 0
        self._timers_set = 0
        selector = _JumpingSelector()
        super().__init__(selector)
        self._own_descriptors = len(selector.get_map())
        self._jumping = selector
        selector.loop = self

    def time(self) -> float:
        """Seconds, virtual."""
        return self._virtual_now

    def call_at(  # type: ignore[override]  # typeshed's form needs TypeVarTuple
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """As the base class; what is due at the same instant happens in the order of asking."""
        if self.is_closed():
            raise RuntimeError("Event loop is closed")
        self._timers_set += 1
        timer = _OrderedTimer(self._timers_set, when, callback, args, self, context)
        # The base class's own heap and mark, the same from Python 3.11 to 3.14.
        heapq.heappush(self._scheduled, timer)  # type: ignore[attr-defined]
        timer._scheduled = True  # type: ignore[attr-defined]
        return timer

    def advance(self, seconds: float) -> None:
        """Moves the clock forward; for the selector."""
        self._virtual_now += seconds

    def outside_world_at_work(self) -> bool:
        """Whether a descriptor besides the loop's own could still report something."""
        return len(self._jumping.get_map()) > self._own_descriptors

    def threads_at_work(self) -> bool:
        """Whether nothing but work in threads could still report something."""
        return self._executor_jobs > 0 and not self.outside_world_at_work()

    def describe_waiting(self) -> str:
        """What every unfinished task waits in, for the message of DeadLoop."""
        tasks = sorted(asyncio.all_tasks(self), key=lambda each: each.get_name())
        return "\n".join(
            [
                "nothing is ready and nothing is scheduled; waiting for ever:",
                *(
                    f"  {each.get_name()}: {' > '.join(_awaiting(each.get_coro()))}"
                    for each in tasks
                ),
            ]
        )

    def run_in_executor(  # type: ignore[override]  # typeshed's form needs TypeVarTuple
        self, executor: Any, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """As the base class; the clock does not jump until the work is done."""
        future: asyncio.Future[T] = super().run_in_executor(executor, func, *args)
        self._executor_jobs += 1
        future.add_done_callback(self._executor_job_done)
        return future

    def _executor_job_done(self, _: asyncio.Future[Any]) -> None:
        self._executor_jobs -= 1

    async def shutdown_default_executor(self, *args: Any) -> None:
        """As the base class, which waits here for a thread that no counter knows of."""
        self._executor_jobs += 1
        try:
            await super().shutdown_default_executor(*args)
        finally:
            self._executor_jobs -= 1


def _awaiting(coroutine: object) -> list[str]:
    """The chain of coroutines that a suspended task is in, outermost first."""
    chain = []
    while (frame := getattr(coroutine, "cr_frame", None)) is not None:
        chain.append(f"{frame.f_code.co_qualname} line {frame.f_lineno}")
        coroutine = getattr(coroutine, "cr_await", None)
    return chain or ["?"]


def run_virtual(main: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine to its end on a new VirtualTimeLoop, as asyncio.run would.

    Raises DeadLoop when nothing can happen any more, with the place where each task waits.
    """
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)

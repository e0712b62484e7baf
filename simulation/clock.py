"""A clock that jumps: whole calls in milliseconds, the same every time.

`VirtualTimeLoop` is an asyncio event loop. When nothing is ready it does not wait for the next
timer: it sets its clock to it. While the outside world may still have something to say (a file
descriptor besides the loop's own self-pipe is watched, or work runs in an executor), it really
waits and its clock follows the real one. A loop in which nothing can ever happen again is an error,
not a hang.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

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
        if self.loop.outside_world_at_work():
            began = time.monotonic()
            ready = self._real.select(timeout)
            self.loop.advance(time.monotonic() - began)
        elif timeout is None:
            raise DeadLoop(self.loop.describe_waiting())
        else:
            self.loop.advance(timeout)
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop whose `time()` jumps to the next timer when nothing else is to be done."""

    def __init__(self) -> None:
        self._virtual_now = START
        self._executor_jobs = 0
        selector = _JumpingSelector()
        super().__init__(selector)
        self._own_descriptors = len(selector.get_map())
        self._jumping = selector
        selector.loop = self

    def time(self) -> float:
        """Seconds, virtual."""
        return self._virtual_now

    def advance(self, seconds: float) -> None:
        """Moves the clock forward; for the selector."""
        self._virtual_now += seconds

    def outside_world_at_work(self) -> bool:
        """Whether a descriptor or a thread could still report something."""
        return self._executor_jobs > 0 or len(self._jumping.get_map()) > self._own_descriptors

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

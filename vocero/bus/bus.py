"""The way from one worker to the others: notes, questions, sound; and none, where there are none.

Nothing that may not be lost goes this way: whoever is not reached in that moment never hears of
it. What is told as `announce`d news is told again and again, and so comes right by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from types import TracebackType
from typing import Any, Protocol, Self

Json = dict[str, Any]

ANSWER_S = 3.0
"""How long a question may take, and how long it may take until somebody says that it takes longer.
"""
GONE_S = 6.0
"""A worker that was not heard for so long is gone."""

Hear = Callable[[bytes], None]
"""Quick, never waits."""
Told = Callable[[str, Json], None]
"""(worker, fields): quick, never waits."""
Answerer = Callable[[str, str, Json], "Json | Awaitable[Json] | None"]
"""(worker, what it is about, arguments): None when that is not here; an awaitable when it takes
longer."""


class OutOfReach(Exception):
    """The others cannot be reached; nothing was done."""


class NoAnswer(Exception):
    """Asked, and not answered in time: whether anything was done is not known."""


class BusWatcher(Protocol):
    """Is told who is there. Quick, never waits."""

    def link_changed(self) -> None:
        """The others can be reached now, or cannot any more: see `Bus.linked`."""

    def worker_here(self, worker: str, news: Json) -> None:
        """This worker is there, with the news that it announces; every two seconds."""

    def worker_gone(self, worker: str) -> None:
        """Nothing was heard of it any more."""


class Bus(Protocol):
    """`async with` it while the service runs."""

    @property
    def several(self) -> bool:
        """Whether there may be other workers at all."""

    @property
    def name(self) -> str:
        """Of this worker, another one after each start; [0-9a-f]+."""

    @property
    def linked(self) -> bool:
        """Whether the others can be reached right now."""

    @property
    def workers(self) -> frozenset[str]:
        """The others that are there."""

    def watch(self, watcher: BusWatcher) -> None:
        """From now on it is told."""

    def announce(self, **news: object) -> None:
        """Every other worker hears this at once and again every two seconds; JSON values."""

    def publish(self, channel: str, message: bytes) -> bool:
        """To whoever hears this channel. Never waits; False: dropped."""

    def hear(self, channel: str, hear: Hear) -> Callable[[], None]:
        """Everything that others publish there; what is returned ends it. One per channel."""

    def tell(self, kind: str, fields: Mapping[str, object], to: str = "") -> bool:
        """A note to all others, or to one. Never waits; False: dropped."""

    def told(self, kind: str, told: Told) -> None:
        """Notes of this kind go there. They come from outside: nothing about them is certain."""

    async def ask(
        self, what: str, about: str, arguments: Mapping[str, object], *, longest_s: float = ANSWER_S
    ) -> Json | None:
        """Ask whoever has `about`; None: nobody has. `longest_s` is for what takes longer.

        Raises OutOfReach and NoAnswer. The answer comes from outside: nothing about it is certain.
        """

    def answer(self, what: str, answerer: Answerer) -> None:
        """Questions of this kind are answered so. The arguments come from outside."""

    async def first(self, key: str, within_s: int) -> bool:
        """Whether nobody has asked for this key within that time. Raises OutOfReach."""

    def start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Goes on for as long as this bus is entered; what goes wrong in it ends nothing else."""

    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class NoOthers:
    """A Vocero of one process: nobody hears, nobody answers."""

    several = False
    name = "0"
    linked = True
    workers: frozenset[str] = frozenset()

    def watch(self, watcher: BusWatcher) -> None:
        """There is nothing to see."""

    def announce(self, **news: object) -> None:
        """Nobody hears it."""

    def publish(self, channel: str, message: bytes) -> bool:
        """Nobody hears it."""
        return False

    def hear(self, channel: str, hear: Hear) -> Callable[[], None]:
        """Nobody speaks."""
        return lambda: None

    def tell(self, kind: str, fields: Mapping[str, object], to: str = "") -> bool:
        """Nobody hears it."""
        return False

    def told(self, kind: str, told: Told) -> None:
        """Nobody speaks."""

    async def ask(
        self, what: str, about: str, arguments: Mapping[str, object], *, longest_s: float = ANSWER_S
    ) -> Json | None:
        """Nobody else has anything."""
        return None

    def answer(self, what: str, answerer: Answerer) -> None:
        """Nobody asks."""

    async def first(self, key: str, within_s: int) -> bool:
        """Nobody else can have asked."""
        return True

    def start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Nothing is ever done for others."""
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

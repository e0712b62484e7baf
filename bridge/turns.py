"""A few after the other, when many calls end in one moment: what they take, others wait for.

A carrier that breaks down, or a clock that strikes, ends a hundred calls between two frames of the
others. What is done in turns is done at once if the event loop has just come round, else in one of
its next rounds: between two of them it looks at its sockets.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

IN_ONE_ROUND = 2
"""Endings of calls: half a millisecond."""


class Turns:
    """Shared by all calls of one event loop. Nothing is lost, the order is that of asking."""

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()
        self._left = 0
        """So many may still be done in this round."""
        self._counts = False
        """Whether the next round is asked for."""

    def take(self, do: Callable[[], None]) -> None:
        """Do this now or soon. It must not raise."""
        if not self._counts:
            self._next_round()
        if self._left and not self._waiting:
            self._left -= 1
            do()
        else:
            self._waiting.append(do)

    def _next_round(self) -> None:
        self._left = IN_ONE_ROUND
        self._counts = True
        asyncio.get_running_loop().call_soon(self._round)

    def _round(self) -> None:
        if not self._waiting and self._left == IN_ONE_ROUND:
            self._counts = False  # nobody came for a whole round
            return
        self._next_round()
        while self._waiting and self._left:
            self._left -= 1
            self._waiting.popleft()()

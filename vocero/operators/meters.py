"""How loud the calls are, between one telling and the next. Pure."""

from __future__ import annotations

from collections.abc import Mapping

Levels = dict[str, tuple[int, int]]
"""By call: left and right in dBFS."""

TELLINGS = 2
"""For so many tellings a level of another worker is good: its clock is not ours."""


class Meters:
    """The loudest of each call since it was told last."""

    def __init__(self) -> None:
        self._own: Levels = {}
        self._elsewhere: dict[str, tuple[int, tuple[int, int]]] = {}

    def heard(self, attempt_id: str, left: int, right: int) -> None:
        """A piece of a call of ours."""
        known = self._own.get(attempt_id, (left, right))
        self._own[attempt_id] = (max(left, known[0]), max(right, known[1]))

    def heard_elsewhere(self, levels: Mapping[str, tuple[int, int]]) -> None:
        """Another worker told of its calls."""
        for attempt_id, pair in levels.items():
            self._elsewhere[attempt_id] = (TELLINGS, pair)

    def take(self) -> tuple[Levels, Levels]:
        """To be told now: our own calls, and all calls."""
        own, self._own = self._own, {}
        every = {one: pair for one, (_, pair) in self._elsewhere.items()} | own
        self._elsewhere = {
            one: (left - 1, pair) for one, (left, pair) in self._elsewhere.items() if left > 1
        }
        return own, every

    def clear(self) -> None:
        """Nobody looks any more."""
        self._own.clear()
        self._elsewhere.clear()

"""What one live page is still to be sent: bounded, and begun anew when the page is too slow."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection

MOST_WAITING = 200
"""Messages for a page that does not read; with one more all of them give way to a snapshot."""


class Subscriber:
    """A live page's queue. Messages are JSON objects as text; each gets its number on the way."""

    is_page = True

    def __init__(self, snapshot: Callable[[Subscriber], list[str]]) -> None:
        """`snapshot`: everything that the page shows, as messages to begin with."""
        self.watching: str | None = None
        """The call whose lines the page wants."""
        self._snapshot = snapshot
        self._waiting: deque[str] = deque()
        self._latest: dict[str, str] = {}
        self._anew = True
        self._number = 0
        self._wake = asyncio.Event()

    @property
    def watched(self) -> Collection[str]:
        """The calls whose lines are wanted here."""
        return () if self.watching is None else (self.watching,)

    def tell(self, text: str) -> None:
        """One more message. Never waits."""
        if self._anew:
            return  # the snapshot will hold it
        if len(self._waiting) >= MOST_WAITING:
            self.start_anew()
            return
        self._waiting.append(text)
        self._wake.set()

    def tell_latest(self, kind: str, text: str) -> None:
        """A message that makes an older one of its kind worthless."""
        if not self._anew:
            self._latest[kind] = text
            self._wake.set()

    def start_anew(self) -> None:
        """Forget what waits: a snapshot comes next."""
        self._waiting.clear()
        self._latest.clear()
        self._anew = True
        self._wake.set()

    async def next(self) -> str:
        """The next message, with its number: 0 for a snapshot, then one more each time."""
        while True:
            if self._anew:
                first = self._snapshot(self)
                self._anew, self._number = False, 0
                self._waiting.extend(first)
            if self._waiting:
                return self._numbered(self._waiting.popleft())
            if self._latest:
                kind = next(iter(self._latest))
                return self._numbered(self._latest.pop(kind))
            self._wake.clear()
            await self._wake.wait()

    def _numbered(self, text: str) -> str:
        # Every page has numbers of its own, so that the rest of a message is made once for all.
        number, self._number = self._number, self._number + 1
        return f'{{"n":{number},{text[1:]}'


class ForOthers(Subscriber):
    """What the other workers' pages are told of our calls."""

    is_page = False

    def __init__(self, snapshot: Callable[[Subscriber], list[str]]) -> None:
        super().__init__(snapshot)
        self.calls: set[str] = set()
        """Ours that are watched elsewhere."""

    @property
    def watched(self) -> Collection[str]:
        return self.calls

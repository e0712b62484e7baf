"""What operators did last, for whoever opens a live page."""

from __future__ import annotations

import asyncio
from collections import deque

from data.store import AuditEntry, StoreError
from vocero.operators.json_views import Json, act_json
from vocero.operators.needs import Records

RECENT_ACTS = 20
STORE_S = 5.0


class RecentActs:
    """Newest first."""

    def __init__(self, store: Records, *, alone: bool) -> None:
        """`alone`: nobody else writes acts into the store."""
        self._store = store
        self._alone = alone
        self._acts: deque[AuditEntry] = deque(maxlen=RECENT_ACTS)
        self._known = False

    def add(self, entry: AuditEntry) -> None:
        """An operator did something."""
        self._acts.appendleft(entry)

    def json(self) -> list[Json]:
        """For a page."""
        return [act_json(entry) for entry in self._acts]

    async def read(self) -> None:
        """Those from before, if they are not known. Never raises."""
        if self._known and self._alone:
            return
        self._known = True
        try:
            async with asyncio.timeout(STORE_S):
                kept = await self._store.acts(limit=RECENT_ACTS)
        except (StoreError, TimeoutError):
            self._known = False  # the page itself tells that the log cannot be read
            return
        newer, numbers = list(self._acts), {entry.number for entry in self._acts}
        older = [entry for entry in kept if entry.number not in numbers]
        every = [*newer, *older]
        if not self._alone:
            # Others' acts came between ours while no page was open here.
            every.sort(key=lambda entry: -entry.number)
        self._acts = deque(every[:RECENT_ACTS], maxlen=RECENT_ACTS)

"""Delivery reports that come before the store knows of their message.

The carrier may be faster than our disk, and where several workers share one store its report may
reach another one than the sender.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

ASKED_AGAIN_AFTER_S = (1.0, 5.0, 20.0)
_REMEMBERED = 500
_REPORTS_OF_ONE = 8

Tell = Callable[[str, str, str], Awaitable[bool]]
"""Takes a report (sid, status, error code); False: the store knows no such message (yet)."""


@dataclass(slots=True)
class _Kept:
    since: float
    reports: list[tuple[str, str]] = field(default_factory=list)
    """Status and error code."""
    asked: int = 0

    @property
    def due_at(self) -> float:
        return self.since + ASKED_AGAIN_AFTER_S[self.asked]


class EarlyReports:
    """By sid; the oldest are forgotten. All times are the event loop's."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._news = asyncio.Event()

    def keep(self, sid: str, status: str, error_code: str) -> None:
        """Until `pop`, or until `ask_again` has told it or given it up."""
        earlier = self._kept.get(sid)
        reports = earlier.reports[: _REPORTS_OF_ONE - 1] if earlier is not None else []
        now = asyncio.get_running_loop().time()
        self._kept[sid] = _Kept(now, [*reports, (status, error_code)])
        if len(self._kept) > _REMEMBERED:
            self._kept.popitem(last=False)
        self._news.set()

    def pop(self, sid: str) -> list[tuple[str, str]]:
        """Status and error code of each report about this message."""
        kept = self._kept.pop(sid, None)
        return kept.reports if kept is not None else []

    async def ask_again(self, tell: Tell) -> None:
        """Tells what was kept as soon as the store knows the message; until it is cancelled.

        It asks after 1, 5 and 20 s, and then drops the report.
        """
        while True:
            self._news.clear()
            now = asyncio.get_running_loop().time()
            due = [sid for sid, kept in self._kept.items() if kept.due_at <= now]
            for sid in due:
                await self._ask(sid, tell)
            if due:
                continue
            next_at = min((kept.due_at for kept in self._kept.values()), default=None)
            try:
                async with asyncio.timeout_at(next_at):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def ask_once(self, tell: Tell) -> None:
        """Whatever is kept, before the end."""
        for sid in list(self._kept):
            await self._ask(sid, tell)

    async def _ask(self, sid: str, tell: Tell) -> None:
        kept = self._kept.get(sid)
        if kept is None:
            return
        kept.asked += 1
        try:
            while kept.reports and await tell(sid, *kept.reports[0]):
                del kept.reports[0]
        except Exception as failure:
            # Whatever the database driver raises: it may be able to the next time.
            log.error("a delivery report cannot be kept yet: %s", type(failure).__name__)
        if kept.reports and kept.asked < len(ASKED_AGAIN_AFTER_S):
            return
        if kept.reports:
            log.info("a delivery report is dropped: nobody here sent the message %s", sid)
        if self._kept.get(sid) is kept:
            del self._kept[sid]

"""One customer at a time at each desk; different customers side by side."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Desk:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    people: int = 0


class Desks:
    """A lock per customer, kept only as long as somebody needs it."""

    def __init__(self) -> None:
        self._desks: dict[str, _Desk] = {}

    def __len__(self) -> int:
        return len(self._desks)

    @contextlib.asynccontextmanager
    async def at(self, customer: str) -> AsyncIterator[None]:
        """Alone with this customer's conversation; first come, first served."""
        desk = self._desks.setdefault(customer, _Desk())
        desk.people += 1
        try:
            async with desk.lock:
                yield
        finally:
            desk.people -= 1
            if desk.people == 0:
                del self._desks[customer]

"""That a call has ended, and how."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator

from data.call_context import call_context
from vocero.operators.json_views import Json, summary_json
from vocero.operators.needs import Records
from vocero.operators.recorded import Recorded

log = logging.getLogger(__name__)

STORE_S = 5.0


class Endings:
    """Reads it in the store."""

    def __init__(self, store: Records, recorded: Recorded) -> None:
        self._store = store
        self._recorded = recorded

    async def message(self, attempt_id: str) -> Json:
        """What a page is told; without a summary when it cannot be read. Never raises."""
        try:
            async with asyncio.timeout(STORE_S):
                summary = await self._summary(attempt_id)
        except Exception as error:
            # The page asks for it itself if it wants to; the group that this runs in holds calls.
            with call_context(attempt_id):
                log.warning("no summary of a call that is over: %s", type(error).__name__)
            summary = None
        return {"type": "over", "id": attempt_id, "summary": summary}

    async def _summary(self, attempt_id: str) -> Json | None:
        record = await self._store.call(attempt_id)
        if record is None or record.attempt.attempt_id != attempt_id:
            return None
        has_sound = await asyncio.to_thread(self._recorded.has_sound, attempt_id)
        return summary_json(record, live=False, has_sound=has_sound)


def has_ended(message: Json) -> bool:
    """Whether the store says so: what it does not say another worker may know."""
    summary = message["summary"]
    return summary is not None and summary["ended_at"] is not None


class EndingBells:
    """Ring when calls end."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = {}

    def __bool__(self) -> bool:
        """Whether anybody waits for any."""
        return bool(self._waiting)

    @contextlib.contextmanager
    def of(self, attempt_id: str) -> Iterator[asyncio.Event]:
        """An event that is set once this call has ended."""
        event = asyncio.Event()
        self._waiting.setdefault(attempt_id, set()).add(event)
        try:
            yield event
        finally:
            waiting = self._waiting[attempt_id]
            waiting.discard(event)
            if not waiting:
                del self._waiting[attempt_id]

    def ring(self, attempt_id: str) -> None:
        """This call has ended."""
        for event in self._waiting.get(attempt_id, ()):
            event.set()

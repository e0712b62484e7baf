"""What is said in live calls, written down while it is said: after a crash it is all there is.

Off the media path: noting is quick and never waits; one task writes in batches.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace

from data.call import EntryKind, TimelineEntry
from data.call_context import call_context
from data.store import Store, StoreError

log = logging.getLogger(__name__)

_KEPT = frozenset({EntryKind.SAID, EntryKind.CORRECTED, EntryKind.TOOL_CALLED})
_BATCH_S = 0.5
"""What is noted within that time is written together."""
_TROUBLE_S = 2.0
_MOST_WAITING = 400
"""Lines of one call that wait to be written; with a store that does not work, later ones go."""
_LONGEST = 2_000
"""Characters of a line."""


@dataclass(slots=True)
class _Call:
    waiting: list[TimelineEntry] = field(default_factory=list)
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)
    lost: int = 0


class KeptLines:
    """The lines of all live calls."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._calls: dict[str, _Call] = {}
        self._some = asyncio.Event()

    def begin(self, attempt_id: str) -> None:
        """Lines of this call may come."""
        self._calls[attempt_id] = _Call()

    def note(self, attempt_id: str, entry: TimelineEntry) -> None:
        """A new line. Quick, never waits."""
        call = self._calls.get(attempt_id)
        if call is None or entry.kind not in _KEPT:
            return
        if len(call.waiting) >= _MOST_WAITING:
            call.lost += 1
            return
        if len(entry.text) > _LONGEST:
            entry = replace(entry, text=entry.text[:_LONGEST])
        call.waiting.append(entry)
        self._some.set()

    def end(self, attempt_id: str) -> None:
        """Its report has everything; what was not written yet need not be."""
        call = self._calls.pop(attempt_id, None)
        if call is not None and call.lost:
            with call_context(attempt_id):
                log.warning("%d lines of a live call were not kept", call.lost)

    async def flush(self, attempt_id: str) -> None:
        """Returns when every line that has come is written, or could not be."""
        await self._write(attempt_id)

    async def run(self) -> None:
        """Writes until it is cancelled."""
        while True:
            await self._some.wait()
            await asyncio.sleep(_BATCH_S)
            self._some.clear()
            written = [await self._write(attempt_id) for attempt_id in tuple(self._calls)]
            if not all(written):
                await asyncio.sleep(_TROUBLE_S)
                self._some.set()

    async def _write(self, attempt_id: str) -> bool:
        """Whether nothing of this call has to be tried again."""
        call = self._calls.get(attempt_id)
        if call is None:
            return True
        with call_context(attempt_id):
            async with call.writing:
                return await self._write_some(attempt_id, call)

    async def _write_some(self, attempt_id: str, call: _Call) -> bool:
        if not call.waiting:
            return True
        lines, call.waiting = call.waiting, []
        try:
            await self._store.keep_lines(attempt_id, lines)
        except StoreError as error:
            log.warning("lines of a live call have to wait: %s", error)
            call.waiting[:0] = lines
            return False
        except Exception as error:
            # Only a crash would miss them: no reason to end the writing of everybody's lines.
            log.exception("lines of a live call could not be kept (%s)", type(error).__name__)
        return True

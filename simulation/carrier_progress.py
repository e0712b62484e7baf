"""A call's progress posts: numbered when they happen, delivered in order unless a fault is set."""

from __future__ import annotations

import asyncio

from simulation.carrier_office import Office
from simulation.carrier_record import TERMINAL, CallRecord
from simulation.carrier_webhooks import Form

_EVENT_OF = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}
_AT_MOST = 16
"""A call has at most six."""


class Progress:
    """Posts what happened to one call to its StatusCallback."""

    def __init__(self, record: CallRecord, office: Office) -> None:
        self._record = record
        self._office = office
        self._sequence = 0
        self._waiting: asyncio.Queue[tuple[str, Form]] = asyncio.Queue(_AT_MOST)

    def tell(self, status: str) -> None:
        """Something happened; the post is written now and sent by `deliver`."""
        request = self._record.request
        event = _EVENT_OF.get(status, "completed")
        if request.status_callback and event in request.status_events:
            form = self._record.progress_form(status, self._sequence)
            self._sequence += 1
            self._waiting.put_nowait((status, form))
        elif status in TERMINAL:
            self._waiting.put_nowait(("", ()))

    async def deliver(self) -> None:
        """Runs until the last post of the call is out."""
        held: list[tuple[str, Form]] = []
        ended = False
        while not ended:
            held.append(await self._waiting.get())
            ended = held[-1][0] in TERMINAL or not held[-1][0]
            if self._office.faults.swap_callbacks and len(held) < 2 and not ended:
                continue
            for status, form in reversed(held):
                await self._send(status, form)
            held.clear()

    async def _send(self, status: str, form: Form) -> None:
        faults = self._office.faults
        if not status or status in faults.lose_callbacks:
            return
        url = self._record.request.status_callback
        for _ in range(2 if faults.duplicate_callbacks else 1):
            await self._office.post(url, form, self._record.sid)

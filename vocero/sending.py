"""Promised messages on their way: the outbox while the service is up, and how it ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from data.store import Store, StoreError
from messaging.claims import Claims
from messaging.outbox import Outbox, Sender

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.05
FLUSH_S = 5.0
"""How long the end of the service waits for promised messages to be sent."""
HURRIED_FLUSH_S = 0.5
LAST_ANSWER_S = 1.0
"""What is on its way then gets so long to be answered; cut off, it is sent again."""


class Sending:
    """Owns the outbox's task from `start` to `finish`."""

    def __init__(
        self,
        store: Store,
        sender: Sender,
        now: Callable[[], float],
        claims: Claims | None = None,
    ) -> None:
        """`now` in seconds since the epoch; `claims` where other workers send, too."""
        self.outbox = Outbox(store, sender, now, claims)
        self._alone = claims is None
        self._store = store
        self._now = now
        self._task: asyncio.Task[None] | None = None
        self._flush_s = FLUSH_S
        self._flushing: asyncio.Timeout | None = None

    def start(self, tasks: asyncio.TaskGroup) -> None:
        """From now on what is promised is sent."""
        self._task = tasks.create_task(self.outbox.run(), name="outbox")

    def hurry(self) -> None:
        """`finish` must be over soon: messages may have to wait for the next start."""
        self._flush_s = HURRIED_FLUSH_S
        if self._flushing is not None and not self._flushing.expired():
            self._flushing.reschedule(asyncio.get_running_loop().time() + HURRIED_FLUSH_S)

    async def finish(self) -> None:
        """Send what is due, within a few seconds. What is not sent is so after the next start."""
        assert self._task is not None, "started before it is finished"
        self.outbox.wake()
        try:
            async with asyncio.timeout(self._flush_s) as self._flushing:
                while await self._something_to_send():  # noqa: ASYNC110 - the store has no bell
                    await asyncio.sleep(LOOK_EVERY_S)
        except (TimeoutError, StoreError):
            sender = "the next start" if self._alone else "the other workers"
            log.warning("some messages wait for %s", sender)
        self._flushing = None
        self.outbox.close()
        await asyncio.wait({self._task}, timeout=min(LAST_ANSWER_S, self._flush_s))
        self._task.cancel()

    async def _something_to_send(self) -> bool:
        if not self._alone:
            # What others are sending is due, too.
            return not self.outbox.quiet
        due_at = await self._store.next_due()
        return due_at is not None and due_at <= self._now()

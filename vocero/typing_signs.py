"""The sign that an answer is being written: sent beside everything else, and never waited for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

MOST_AT_ONCE = 8
"""Signs on their way; beyond that a customer sees none, and nothing else changes."""

SIGN_S = 6.0


class TypingSigns:
    """Shows that Vocero is typing, as far as that costs nobody anything."""

    def __init__(self, show: Callable[[str], Awaitable[None]]) -> None:
        """`show` is told the message's sid."""
        self._show = show
        self._tasks: asyncio.TaskGroup | None = None
        self._on_their_way: set[asyncio.Task[None]] = set()

    def start(self, tasks: asyncio.TaskGroup) -> None:
        """From now on signs are sent, as tasks of this group."""
        self._tasks = tasks

    def stop(self) -> None:
        """Nobody is at work any more."""
        self._tasks = None
        for sign in tuple(self._on_their_way):
            sign.cancel()

    def show(self, message_sid: str) -> None:
        """An answer to this message is being prepared (orchestration.needs). Never waits."""
        if self._tasks is None or len(self._on_their_way) >= MOST_AT_ONCE:
            return
        sign = self._tasks.create_task(self._send(message_sid), name="typing sign")
        self._on_their_way.add(sign)
        sign.add_done_callback(self._on_their_way.discard)

    async def _send(self, message_sid: str) -> None:
        try:
            async with asyncio.timeout(SIGN_S):
                await self._show(message_sid)
        except Exception as error:
            # Whatever is wrong with a mere sign must not end the group that calls live in.
            log.warning("no typing sign: %s", type(error).__name__)

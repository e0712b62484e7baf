"""Sends what was promised: in order for one customer, in parallel for different ones.

A promise lives in the store until Twilio has taken it, so a restart loses none. It is sent twice
only when the process dies between Twilio's answer and the mark in the store.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from data.store import OutgoingMessage, Store
from messaging.whatsapp import SendFailed

log = logging.getLogger(__name__)

_PARALLEL = 8
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0
_GIVE_UP_S = 3600.0
_LOOK_AGAIN_S = 60.0
"""At least this often the store is asked, so that a jump of the clock delays nothing for long."""
_LEAST_PAUSE_S = 0.01
_BESIDE_A_DELIVERY_S = 0.5
_SENDING_S = 30.0
_LAST_MARK_S = 8.0
"""While closing, a store that cannot be written to is waited for no longer than about this."""
_REMEMBERED_SIDS = 500


class Sender(Protocol):
    """Takes messages to customers (messaging.whatsapp.WhatsApp fits)."""

    async def send(self, to: str, body: str) -> str:
        """The message's sid. Raises SendFailed."""

    async def find_sent(self, to: str, body: str, since: float, known: frozenset[str]) -> str:
        """The sid of such a message taken since then, or "". Raises SendFailed."""


@dataclass(slots=True)
class _Trouble:
    """What is remembered of a promise that could not be sent at once."""

    since: float
    tries: int = 0
    unclear: bool = False


class Outbox:
    """The one sender of everything that is promised (fits orchestration.ports.Outbox).

    `now` tells seconds since the epoch; all waiting is asyncio's, so virtual time works.
    """

    def __init__(self, store: Store, sender: Sender, now: Callable[[], float]) -> None:
        self._store = store
        self._sender = sender
        self._now = now
        self._stirred = asyncio.Event()
        self._closing = False
        self._busy: set[str] = set()
        self._troubles: dict[str, _Trouble] = {}
        self._recent: OrderedDict[str, None] = OrderedDict()

    def wake(self) -> None:
        """There may be something new to send."""
        self._stirred.set()

    def close(self) -> None:
        """Start nothing new: `run` returns once what is on its way was answered and marked."""
        self._closing = True
        self._stirred.set()

    async def run(self) -> None:
        """Sends until `close`. What is cancelled in mid-send may be sent again after a restart."""
        async with asyncio.TaskGroup() as deliveries:
            while not self._closing:
                self._stirred.clear()
                pause_s = await self._start_due(deliveries)
                if pause_s is None:
                    await self._stirred.wait()
                else:
                    try:
                        async with asyncio.timeout(pause_s):
                            await self._stirred.wait()
                    except TimeoutError:
                        continue

    async def _start_due(self, deliveries: asyncio.TaskGroup) -> float | None:
        """Starts what can be started; how long to wait then (None: until stirred)."""
        # What is being delivered while the store reads may be marked sent before it has answered.
        stale = frozenset(self._busy)
        try:
            due = await self._store.due_messages(self._now())
            coming = await self._store.next_due()
        except Exception as failure:
            # Whatever the database driver raises: customers must get their messages after it.
            log.error("the outbox cannot read the store: %s", type(failure).__name__)
            return _FIRST_PAUSE_S
        for message in due:
            if message.customer in stale or message.customer in self._busy:
                continue
            if len(self._busy) >= _PARALLEL or self._closing:
                continue
            self._busy.add(message.customer)
            deliveries.create_task(self._deliver(message))
        if coming is None:
            return None
        # While one customer's message is on its way the next promise may be another's, due later.
        least_s = _BESIDE_A_DELIVERY_S if self._busy else _LEAST_PAUSE_S
        return min(max(coming - self._now(), least_s), _LOOK_AGAIN_S)

    async def _deliver(self, message: OutgoingMessage) -> None:
        try:
            try:
                sid = await self._sent(message)
            except SendFailed as failure:
                await self._failed(message, failure)
            else:
                self._remember(sid)
                self._troubles.pop(message.message_id, None)
                await self._mark(lambda: self._store.message_sent(message.message_id, sid))
        finally:
            self._busy.discard(message.customer)
            self._stirred.set()

    async def _sent(self, message: OutgoingMessage) -> str:
        trouble = self._troubles.get(message.message_id)
        try:
            async with asyncio.timeout(_SENDING_S):
                if trouble is not None and trouble.unclear:
                    sid = await self._found(message, trouble)
                    if sid:
                        return sid
                return await self._sender.send(message.customer, message.body)
        except TimeoutError:
            raise SendFailed("sending took too long", retry=True, unclear=True) from None
        except SendFailed:
            raise
        except Exception as error:
            # A defect that one message brings out must not keep the others from being sent.
            log.exception("sending a message failed")
            defect = f"a defect of Vocero ({type(error).__name__})"
            raise SendFailed(defect, retry=True, unclear=True) from None

    async def _found(self, message: OutgoingMessage, trouble: _Trouble) -> str:
        """Whether an earlier try whose answer was lost went through after all."""
        try:
            return await self._sender.find_sent(
                message.customer, message.body, trouble.since, frozenset(self._recent)
            )
        except Exception as failure:
            # Better twice than never, whatever is wrong: the customer waits for a result.
            log.info(
                "cannot look for a message that may have been sent: %s %s",
                type(failure).__name__,
                failure,
            )
            return ""

    async def _failed(self, message: OutgoingMessage, failure: SendFailed) -> None:
        now = self._now()
        trouble = self._troubles.setdefault(message.message_id, _Trouble(now))
        trouble.tries += 1
        trouble.unclear = trouble.unclear or failure.unclear
        error = f"{failure.code}: {failure}" if failure.code is not None else str(failure)
        if not failure.retry or now - trouble.since >= _GIVE_UP_S:
            del self._troubles[message.message_id]
            log.error("gave up on a message after %d tries: %s", trouble.tries, failure)
            await self._mark(lambda: self._store.message_given_up(message.message_id, error))
            return
        doubled_s = _FIRST_PAUSE_S * 2.0 ** min(trouble.tries - 1, 10)
        pause_s = max(min(doubled_s, _LONGEST_PAUSE_S), min(failure.wait_s, _GIVE_UP_S))
        log.warning("a message is tried again in %.0f s: %s", pause_s, failure)
        await self._mark(
            lambda: self._store.message_postponed(message.message_id, now + pause_s, error)
        )

    async def _mark(self, write: Callable[[], Awaitable[None]]) -> None:
        """Writes down what happened, for as long as it takes: else it would happen again."""
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                return await write()
            except Exception as failure:
                # Whatever the database driver raises: an unmarked message would be sent twice.
                log.error("the outbox cannot write to the store: %s", type(failure).__name__)
            if self._closing and pause_s > _LAST_MARK_S:
                return None
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    def _remember(self, sid: str) -> None:
        self._recent[sid] = None
        if len(self._recent) > _REMEMBERED_SIDS:
            self._recent.popitem(last=False)

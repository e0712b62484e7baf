"""Sends what was promised: in order for one customer, in parallel for different ones.

A promise lives in the store until Twilio has taken it, so a restart loses none. It is sent twice
only when the process dies between Twilio's answer and the mark in the store. What Twilio took and
WhatsApp then did not deliver waits again or is parked; messaging.retrying decides.

Where several workers share one store each takes what it sends under a lease (messaging.claims) and
writes under it what came of it. What was taken before is looked for at the carrier first, so a
message of a worker that died is not sent twice either. Nothing helps against a worker that stands
still for longer than a lease between its last look at it and its request to the carrier.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from data.call_context import call_context, rest_is_for_call
from data.call_messages import call_of_message
from data.leases import LeaseLost
from data.store import OutgoingMessage, Store
from messaging.claims import Claims, Hold, Holds
from messaging.early_reports import EarlyReports
from messaging.marking import Marking
from messaging.posting import Posting, Sender, remember
from messaging.retrying import (
    Move,
    Verdict,
    after_no_delivery,
    after_refusal,
    is_stale,
    noted,
    was_template,
)
from messaging.whatsapp import SendFailed

__all__ = ["Outbox", "Sender"]

log = logging.getLogger(__name__)

_PARALLEL = 8
_AFTER_A_FAILURE_S = 1.0
_LOOK_AGAIN_S = 60.0
"""At least this often the store is asked, so that a jump of the clock delays nothing for long."""
_LOOK_FOR_LEFT_S = 3.0
"""And so often where another worker may have died."""
_LEAST_PAUSE_S = 0.01
_BESIDE_A_DELIVERY_S = 0.5


class Outbox:
    """The one sender of everything that is promised (fits orchestration.ports.Outbox).

    `now` tells seconds since the epoch; all waiting is asyncio's, so virtual time works.
    """

    def __init__(
        self,
        store: Store,
        sender: Sender,
        now: Callable[[], float],
        claims: Claims | None = None,
    ) -> None:
        """`claims` where other workers send what is in the same store."""
        self._store = store
        self._now = now
        self._holds = None if claims is None else Holds(claims, now)
        self._posting = Posting(sender, now, self._holds)
        self._marking = Marking(store)
        self._stirred = asyncio.Event()
        self._closing = False
        self._quiet = False
        self._busy: set[str] = set()
        self._marked: OrderedDict[str, None] = OrderedDict()
        """Sids of messages of which the store knows."""
        self._early = EarlyReports()

    @property
    def quiet(self) -> bool:
        """Where several workers send: this one has nothing on its way and found nothing to take
        since it was woken last.
        """
        return self._quiet

    def wake(self) -> None:
        """There may be something new to send."""
        self._quiet = False
        self._stirred.set()

    def close(self) -> None:
        """Start nothing new: `run` returns once what is on its way was answered and marked."""
        self._closing = self._marking.closing = True
        self._stirred.set()

    async def run(self) -> None:
        """Sends until `close`. What is cancelled in mid-send may be sent again after a restart."""
        async with self._sharing(), asyncio.TaskGroup() as deliveries:
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

    @asynccontextmanager
    async def _sharing(self) -> AsyncIterator[None]:
        """What is to be done beside the sending where several workers send."""
        if self._holds is None:
            yield
            return
        async with asyncio.TaskGroup() as beside:
            both = (self._holds.keep(), self._early.ask_again(self._told))
            tasks = [beside.create_task(each) for each in both]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
        # The other workers do not know of these.
        await self._early.ask_once(self._told)

    async def _start_due(self, deliveries: asyncio.TaskGroup) -> float | None:
        """Starts what can be started; how long to wait then (None: until stirred)."""
        if self._holds is not None:
            return await self._start_taken(deliveries, self._holds)
        # What is being delivered while the store reads may be marked sent before it has answered.
        stale = frozenset(self._busy)
        try:
            due = await self._store.due_messages(self._now())
            coming = await self._store.next_due()
        except Exception as failure:
            return _unread(failure)
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

    async def _start_taken(self, deliveries: asyncio.TaskGroup, holds: Holds) -> float:
        room = _PARALLEL - len(self._busy)
        self._quiet = False
        try:
            # Mostly nothing is due, and to look costs less than to take.
            coming = await self._store.next_due()
            due = coming is not None and coming <= self._now()
            taken = await holds.take(room) if due and room > 0 else []
            for message, hold in taken:
                free = not self._closing and message.customer not in self._busy
                if free:
                    self._busy.add(message.customer)
                deliver = self._deliver if free else self._put_back
                deliveries.create_task(deliver(message, hold))
            self._quiet = not taken and not self._busy and not self._stirred.is_set()
        except Exception as failure:
            return _unread(failure)
        if coming is None:
            return _LOOK_FOR_LEFT_S
        # What is due and was not taken is on its way elsewhere, and may hide what is due next.
        hidden = bool(self._busy) or coming <= self._now()
        least_s = _BESIDE_A_DELIVERY_S if hidden else _LEAST_PAUSE_S
        return min(max(coming - self._now(), least_s), _LOOK_FOR_LEFT_S)

    async def delivery(self, message_sid: str, status: str, error_code: str) -> None:
        """A delivery callback: noted, and what was not delivered is sent again or kept.

        `error_code` is Twilio's number as text, or "". Raises StoreError.
        """
        if self._holds is not None:
            if not await self._told(message_sid, status, error_code):
                self._early.keep(message_sid, status, error_code)
            return
        known = message_sid in self._marked
        on_its_way = bool(self._busy) or self._posting.in_trouble
        reported = await self._store.delivery_reported(message_sid, status, error_code)
        if reported is None and on_its_way and not known:
            if message_sid not in self._marked:
                self._early.keep(message_sid, status, error_code)
                return
            # The store came to know of it between our question and its answer.
            reported = await self._store.delivery_reported(message_sid, status, error_code)
        if reported is not None:
            by_template = self._posting.by_template(reported[0].message_id)
            await self._not_delivered(*reported, error_code, by_template)

    async def _told(self, message_sid: str, status: str, error_code: str) -> bool:
        """False when the store knows no such message: it may be another worker's, not marked yet.
        Raises StoreError.
        """
        assert self._holds is not None, "where several workers send"
        note = await self._holds.claims.sent_note(message_sid)
        if note is None:
            return False
        reported = await self._store.delivery_reported(message_sid, status, error_code)
        if reported is not None:
            await self._not_delivered(*reported, error_code, was_template(note))
        return True

    async def _not_delivered(
        self, message: OutgoingMessage, sendings: int, error_code: str, by_template: bool
    ) -> None:
        verdict = after_no_delivery(
            message,
            sendings,
            error_code,
            now=self._now(),
            has_template=self._posting.sender.has_template,
            template=by_template,
        )
        with call_context(call_of_message(message.message_id)):
            log.warning("a message was not delivered (%s): %s", verdict.move, verdict.why)
        message_id = message.message_id
        if verdict.move is Move.GIVE_UP:
            return  # the store has the code already
        if verdict.move is Move.PARK:
            self._posting.use_template(message_id, False)
        if verdict.move is Move.BY_TEMPLATE:
            self._posting.use_template(message_id)
            by_template = True
        # What this worker remembers the others can only read in the store.
        shared = self._holds is not None
        note = noted(verdict.why, template=by_template and shared)
        await self._marking.not_delivered(message_id, verdict, note)
        self._stirred.set()

    async def _deliver(self, message: OutgoingMessage, hold: Hold | None = None) -> None:
        rest_is_for_call(call_of_message(message.message_id))
        began = self._now()
        try:
            if is_stale(message, began):
                await self._settle(message, hold, Verdict(Move.GIVE_UP, "stale"))
                return
            try:
                sid = await self._posting.sent(message, hold)
            except SendFailed as failure:
                await self._failed(message, hold, failure, began)
            else:
                template = self._posting.by_template(message.message_id)
                await self._marking.sent(message.message_id, sid, hold, template=template)
                await self._take_early(sid)
        except LeaseLost as lost:
            self._posting.done(message.message_id)
            log.warning("%s: somebody else sees to that message by now", lost)
        finally:
            self._busy.discard(message.customer)
            self._over(hold)

    async def _put_back(self, message: OutgoingMessage, hold: Hold) -> None:
        """It was taken and cannot be sent here: written down, so that nobody wonders whether it
        was sent by somebody who died.
        """
        rest_is_for_call(call_of_message(message.message_id))
        # While closing another worker may have it now; else an older one of this customer's is
        # still on its way.
        due_at = message.due_at if self._closing else self._now() + _AFTER_A_FAILURE_S
        try:
            await self._settle(message, hold, Verdict(Move.LATER, "put back", due_at))
        except LeaseLost as lost:
            log.warning("%s: somebody else sees to that message by now", lost)
        finally:
            self._over(hold)

    def _over(self, hold: Hold | None) -> None:
        if self._holds is not None and hold is not None:
            self._holds.over(hold)
        self._stirred.set()

    async def _failed(
        self, message: OutgoingMessage, hold: Hold | None, failure: SendFailed, began: float
    ) -> None:
        trouble = self._posting.trouble(message.message_id, began)
        trouble.tries += 1
        trouble.unclear = trouble.unclear or failure.unclear
        template = self._posting.by_template(message.message_id)
        now = self._now()
        verdict = after_refusal(message, failure, trouble, now=now, template=template)
        if verdict.move is Move.LATER:
            pause_s = verdict.due_at - now
            log.warning("a message is tried again in %.0f s: %s", pause_s, verdict.why)
        else:
            log.error("after %d tries (%s): %s", trouble.tries, verdict.move, verdict.why)
        await self._settle(message, hold, verdict)

    async def _settle(self, message: OutgoingMessage, hold: Hold | None, verdict: Verdict) -> None:
        message_id = message.message_id
        template = self._posting.by_template(message_id)
        if verdict.move is not Move.LATER:
            self._posting.done(message_id)
            self._posting.use_template(message_id, False)
        await self._marking.settled(message_id, verdict, hold, template=template)

    async def _take_early(self, sid: str) -> None:
        remember(self._marked, sid, None)
        for status, error_code in self._early.pop(sid):
            try:
                await self.delivery(sid, status, error_code)
            except Exception as failure:
                # Whatever the database driver raises: the message itself is sent and marked.
                log.error("a delivery report is lost: %s", type(failure).__name__)


def _unread(failure: Exception) -> float:
    """How long to wait then. Customers must get their messages after whatever the driver raised."""
    log.error("the outbox cannot read the store: %s", type(failure).__name__)
    return _AFTER_A_FAILURE_S

"""Sends what was promised: in order for one customer, in parallel for different ones.

A promise lives in the store until Twilio has taken it, so a restart loses none. It is sent twice
only when the process dies between Twilio's answer and the mark in the store. What Twilio took and
WhatsApp then did not deliver waits again or is parked; messaging.retrying decides.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from data.store import OutgoingMessage, Store, StoreError
from messaging.retrying import (
    Defect,
    Move,
    Trouble,
    Verdict,
    after_no_delivery,
    after_refusal,
    is_stale,
    template_helps,
)
from messaging.sending_codes import WINDOW_CLOSED
from messaging.whatsapp import SendFailed

log = logging.getLogger(__name__)

_PARALLEL = 8
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0
"""Between two attempts to write to the store."""
_LOOK_AGAIN_S = 60.0
"""At least this often the store is asked, so that a jump of the clock delays nothing for long."""
_LEAST_PAUSE_S = 0.01
_BESIDE_A_DELIVERY_S = 0.5
_SENDING_S = 30.0
_LAST_MARK_S = 8.0
"""While closing, a store that cannot be written to is waited for no longer than about this."""
_REMEMBERED = 500
_REPORTS_OF_ONE = 8


class Sender(Protocol):
    """Takes messages to customers (messaging.whatsapp.WhatsApp fits)."""

    @property
    def has_template(self) -> bool:
        """Whether `send_template` works."""

    async def send(self, to: str, body: str, media_url: str = "") -> str:
        """The message's sid: a text, or a sound without one. Raises SendFailed."""

    async def find_sent(self, to: str, body: str, since: float, known: frozenset[str]) -> str:
        """The sid of such a text taken since then, or "". Raises SendFailed."""

    async def send_template(self, to: str, body: str) -> str:
        """The sid of the text as a template: it arrives after the 24 hours too. Raises
        SendFailed.
        """


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
        self._troubles: dict[str, Trouble] = {}
        self._recent: OrderedDict[str, None] = OrderedDict()
        """Sids of messages that were sent."""
        self._marked: OrderedDict[str, None] = OrderedDict()
        """Those of which the store knows."""
        self._early: OrderedDict[str, list[tuple[str, str]]] = OrderedDict()
        """Delivery reports, by sid, that came before the store knew of the message."""
        self._templates: OrderedDict[str, None] = OrderedDict()
        """Ids of messages that only a template brings to the customer."""

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

    async def delivery(self, message_sid: str, status: str, error_code: str) -> None:
        """A delivery callback: noted, and what was not delivered is sent again or kept.

        `error_code` is Twilio's number as text, or "". Raises StoreError.
        """
        known = message_sid in self._marked
        on_its_way = bool(self._busy or self._troubles)
        reported = await self._store.delivery_reported(message_sid, status, error_code)
        if reported is None and on_its_way and not known:
            if message_sid not in self._marked:
                self._keep_early(message_sid, status, error_code)
                return
            # The store came to know of it between our question and its answer.
            reported = await self._store.delivery_reported(message_sid, status, error_code)
        if reported is not None:
            await self._not_delivered(*reported, error_code)

    async def _not_delivered(
        self, message: OutgoingMessage, sendings: int, error_code: str
    ) -> None:
        verdict = after_no_delivery(
            message,
            sendings,
            error_code,
            now=self._now(),
            has_template=self._sender.has_template,
            template=message.message_id in self._templates,
        )
        log.warning("a message was not delivered (%s): %s", verdict.move, verdict.why)
        message_id = message.message_id
        if verdict.move is Move.GIVE_UP:
            return  # the store has the code already
        if verdict.move is Move.PARK:
            self._templates.pop(message_id, None)
        if verdict.move is Move.BY_TEMPLATE:
            _keep(self._templates, message_id, None)
        try:
            async with asyncio.timeout(_LAST_MARK_S):
                if verdict.move is Move.PARK:
                    await self._mark(lambda: self._store.message_parked(message_id, verdict.why))
                else:
                    await self._mark(
                        lambda: self._store.message_again(message_id, verdict.due_at, verdict.why)
                    )
        except TimeoutError:
            raise StoreError("a message that was not delivered could not be put back") from None
        self._stirred.set()

    async def _deliver(self, message: OutgoingMessage) -> None:
        began = self._now()
        try:
            if is_stale(message, began):
                await self._settle(message, Verdict(Move.GIVE_UP, "stale"))
                return
            try:
                sid = await self._sent(message)
            except SendFailed as failure:
                await self._failed(message, failure, began)
            else:
                _keep(self._recent, sid, None)
                self._troubles.pop(message.message_id, None)
                await self._mark(lambda: self._store.message_sent(message.message_id, sid))
                await self._take_early(sid)
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
                return await self._send(message)
        except TimeoutError:
            raise SendFailed("sending took too long", retry=True, unclear=True) from None
        except SendFailed:
            raise
        except Exception as error:
            # A defect that one message brings out must not keep the others from being sent.
            log.exception("sending a message failed")
            defect = f"a defect of Vocero ({type(error).__name__})"
            raise Defect(defect, retry=True, unclear=True) from None

    async def _send(self, message: OutgoingMessage) -> str:
        if message.message_id not in self._templates:
            try:
                return await self._sender.send(message.customer, message.body, message.media_url)
            except SendFailed as failure:
                if failure.code != WINDOW_CLOSED or not template_helps(
                    message, has_template=self._sender.has_template, is_template=False
                ):
                    raise
            _keep(self._templates, message.message_id, None)
        return await self._sender.send_template(message.customer, message.body)

    async def _found(self, message: OutgoingMessage, trouble: Trouble) -> str:
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

    async def _failed(self, message: OutgoingMessage, failure: SendFailed, began: float) -> None:
        trouble = self._troubles.setdefault(message.message_id, Trouble(began))
        trouble.tries += 1
        trouble.unclear = trouble.unclear or failure.unclear
        template = message.message_id in self._templates
        now = self._now()
        verdict = after_refusal(message, failure, trouble, now=now, template=template)
        if verdict.move is Move.LATER:
            pause_s = verdict.due_at - now
            log.warning("a message is tried again in %.0f s: %s", pause_s, verdict.why)
        else:
            log.error("after %d tries (%s): %s", trouble.tries, verdict.move, verdict.why)
        await self._settle(message, verdict)

    async def _settle(self, message: OutgoingMessage, verdict: Verdict) -> None:
        message_id, why = message.message_id, verdict.why
        if verdict.move is Move.LATER:
            await self._mark(lambda: self._store.message_postponed(message_id, verdict.due_at, why))
            return
        self._troubles.pop(message_id, None)
        self._templates.pop(message_id, None)
        if verdict.move is Move.PARK:
            await self._mark(lambda: self._store.message_parked(message_id, why))
        else:
            await self._mark(lambda: self._store.message_given_up(message_id, why))

    def _keep_early(self, sid: str, status: str, error_code: str) -> None:
        reports = self._early.get(sid, [])[: _REPORTS_OF_ONE - 1]
        _keep(self._early, sid, [*reports, (status, error_code)])

    async def _take_early(self, sid: str) -> None:
        _keep(self._marked, sid, None)
        for status, error_code in self._early.pop(sid, []):
            try:
                await self.delivery(sid, status, error_code)
            except Exception as failure:
                # Whatever the database driver raises: the message itself is sent and marked.
                log.error("a delivery report is lost: %s", type(failure).__name__)

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


_Value = TypeVar("_Value")


def _keep(book: OrderedDict[str, _Value], key: str, value: _Value) -> None:
    """Writes it down; the oldest entries are forgotten."""
    book[key] = value
    if len(book) > _REMEMBERED:
        book.popitem(last=False)

"""Gets one message to the carrier: looks for it first when an earlier try may have worked.

What this worker tried is remembered here. What another one tried (`Hold.taken_before`) is only
known as far as the store knows it: that worker may have died after the carrier took the message.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol, TypeVar

from data.leases import LeaseLost
from data.sendings import PastTries
from data.store import OutgoingMessage
from messaging.claims import Hold, Holds
from messaging.retrying import Defect, Trouble, template_helps, was_template
from messaging.sending_codes import WINDOW_CLOSED
from messaging.whatsapp import SendFailed

log = logging.getLogger(__name__)

_SENDING_S = 30.0
_STORE_S = 5.0
_BEFORE_DUE_S = 400.0
"""A try of another worker began so long before the message's time at most: that is when it was
promised, or at most 300 s and a try of 30 s later. (After a longer wait, asked for by the carrier
together with an unclear answer, it may be sent twice.)"""
_OTHERS_COUNT = 6
"""Tries of other workers make the pauses longer, up to about a minute: some may be of long ago."""
_REMEMBERED = 500


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


class Posting:
    """One for all messages of an outbox."""

    def __init__(self, sender: Sender, now: Callable[[], float], holds: Holds | None) -> None:
        """`now` in seconds since the epoch; `holds` where several workers share one store."""
        self.sender = sender
        self._now = now
        self._holds = holds
        self._troubles: dict[str, Trouble] = {}
        self._recent: OrderedDict[str, None] = OrderedDict()
        """Sids of messages that were sent."""
        self._templates: OrderedDict[str, None] = OrderedDict()
        """Ids of messages that only a template brings to the customer."""

    @property
    def in_trouble(self) -> bool:
        """Whether any message was tried in vain and is to be tried again."""
        return bool(self._troubles)

    def by_template(self, message_id: str) -> bool:
        """Whether this message goes out as a template."""
        return message_id in self._templates

    def use_template(self, message_id: str, use: bool = True) -> None:
        """How it goes out from now on."""
        if use:
            remember(self._templates, message_id, None)
        else:
            self._templates.pop(message_id, None)

    def trouble(self, message_id: str, began: float) -> Trouble:
        """What is remembered of its tries; the first one began then."""
        if self._holds is not None and len(self._troubles) >= _REMEMBERED:
            # Others may have sent it long ago. Who takes such a message looks for it anyway.
            self._troubles.pop(next(iter(self._troubles)))
        return self._troubles.setdefault(message_id, Trouble(began))

    def done(self, message_id: str) -> None:
        """It needs no further try."""
        self._troubles.pop(message_id, None)

    async def sent(self, message: OutgoingMessage, hold: Hold | None) -> str:
        """The message's sid. Raises SendFailed, and LeaseLost when it is somebody else's now."""
        try:
            async with asyncio.timeout(_SENDING_S):
                sid = await self._sent_before(message, hold) or await self._send(message, hold)
        except TimeoutError:
            raise SendFailed("sending took too long", retry=True, unclear=True) from None
        except (SendFailed, LeaseLost):
            raise
        except Exception as error:
            # A defect that one message brings out must not keep the others from being sent.
            log.exception("sending a message failed")
            defect = f"a defect of Vocero ({type(error).__name__})"
            raise Defect(defect, retry=True, unclear=True) from None
        remember(self._recent, sid, None)
        self.done(message.message_id)
        return sid

    async def _send(self, message: OutgoingMessage, hold: Hold | None) -> str:
        if not self.by_template(message.message_id):
            await self._check(hold)
            try:
                return await self.sender.send(message.customer, message.body, message.media_url)
            except SendFailed as failure:
                if failure.code != WINDOW_CLOSED or not template_helps(
                    message, has_template=self.sender.has_template, is_template=False
                ):
                    raise
            self.use_template(message.message_id)
        await self._check(hold)
        return await self.sender.send_template(message.customer, message.body)

    async def _check(self, hold: Hold | None) -> None:
        """Raises LeaseLost, or SendFailed while nobody can tell whose message it is."""
        if self._holds is None or hold is None:
            return
        try:
            await self._holds.check(hold)
        except LeaseLost:
            raise
        except Exception as failure:
            raise _no_store(failure) from None

    async def _sent_before(self, message: OutgoingMessage, hold: Hold | None) -> str:
        """The sid of an earlier try whose answer was lost and that went through after all."""
        if self._holds is not None and hold is not None and hold.taken_before:
            return await self._sent_by_others(message, hold, self._holds)
        trouble = self._troubles.get(message.message_id)
        if trouble is None or not trouble.unclear:
            return ""
        return await self._found(message, trouble.since, frozenset(self._recent))

    async def _sent_by_others(self, message: OutgoingMessage, hold: Hold, holds: Holds) -> str:
        past = await self._past(message, holds)
        self.use_template(message.message_id, was_template(past.note))
        trouble = self.trouble(message.message_id, self._now())
        trouble.tries = max(trouble.tries, min(past.tries, _OTHERS_COUNT))
        if not message.media_url:
            # Equal texts of before are told apart by `known`: the store has the sids of those.
            since = min(trouble.since, message.due_at - _BEFORE_DUE_S)
            return await self._found(message, since, past.known)
        # A sound cannot be found. Had each who took it written down what came of it, it would have
        # been tried as often as it was taken before.
        if past.tries < hold.lease.fence - 1:
            raise SendFailed("a worker that died may have sent it", retry=True, unclear=True)
        return ""

    async def _past(self, message: OutgoingMessage, holds: Holds) -> PastTries:
        try:
            async with asyncio.timeout(_STORE_S):
                return await holds.claims.past_tries(message.message_id)
        except Exception as failure:
            raise _no_store(failure) from None

    async def _found(self, message: OutgoingMessage, since: float, known: frozenset[str]) -> str:
        try:
            return await self.sender.find_sent(message.customer, message.body, since, known)
        except Exception as failure:
            # Better twice than never, whatever is wrong: the customer waits for a result.
            log.info(
                "cannot look for a message that may have been sent: %s %s",
                type(failure).__name__,
                failure,
            )
            return ""


def _no_store(failure: Exception) -> SendFailed:
    """Nothing was sent. Whatever the database driver raised: it is tried again."""
    return SendFailed(f"the store does not answer ({type(failure).__name__})", retry=True)


_Value = TypeVar("_Value")


def remember(book: OrderedDict[str, _Value], key: str, value: _Value) -> None:
    """Writes it down; the oldest entries are forgotten."""
    book[key] = value
    if len(book) > _REMEMBERED:
        book.popitem(last=False)

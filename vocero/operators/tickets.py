"""Tickets for the sockets: a browser cannot send a header with a websocket, and cookies alone would
open one for any page. A ticket is fetched with a guarded request and is good once, for one session,
one purpose, one call and half a minute.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from vocero.bus.bus import Bus
from vocero.operators.access import Access, Session

TICKET_S = 30
MOST_TICKETS = 1000
"""Unused ones; the oldest is void before there are more."""


class Purpose(StrEnum):
    """What a socket is for."""

    LIVE = "live"
    LISTEN = "listen"
    SPEAK = "speak"


class AnyTickets(Protocol):
    """Tickets, or those that are good at every worker."""

    def give(self, session: Session, purpose: Purpose, attempt_id: str = "") -> str:
        """A new one."""

    async def spend(
        self, token: str, session: Session, purpose: Purpose, attempt_id: str = ""
    ) -> bool:
        """Whether it is good for this; then it is no more. Raises OutOfReach."""


@dataclass(frozen=True, slots=True)
class _Ticket:
    session_id: str
    purpose: Purpose
    attempt_id: str
    until: float


class Tickets:
    """Those that were given out and not used."""

    def __init__(self, now: Callable[[], float]) -> None:
        """`now` in seconds."""
        self._now = now
        self._unused: OrderedDict[str, _Ticket] = OrderedDict()

    def give(self, session: Session, purpose: Purpose, attempt_id: str = "") -> str:
        """A new one."""
        while len(self._unused) >= MOST_TICKETS:
            self._unused.popitem(last=False)
        token = secrets.token_urlsafe(24)
        self._unused[token] = _Ticket(
            session.session_id, purpose, attempt_id, self._now() + TICKET_S
        )
        return token

    def use(self, token: str, session: Session, purpose: Purpose, attempt_id: str = "") -> bool:
        """Whether it is good for this. Good or not, it is used up."""
        ticket = self._unused.pop(token, None)
        return (
            ticket is not None
            and hmac.compare_digest(ticket.session_id.encode(), session.session_id.encode())
            and (ticket.purpose, ticket.attempt_id) == (purpose, attempt_id)
            and self._now() < ticket.until
        )

    async def spend(
        self, token: str, session: Session, purpose: Purpose, attempt_id: str = ""
    ) -> bool:
        """AnyTickets."""
        return self.use(token, session, purpose, attempt_id)


class SharedTickets:
    """Given by one worker, good once at any: each says itself what it is for, and Redis who was
    first. While Redis is away only our own are good here, and the others' at nobody's.
    """

    def __init__(self, access: Access, bus: Bus, now: Callable[[], float]) -> None:
        """`now` in seconds."""
        self._access = access
        self._bus = bus
        self._now = now
        self._own = Tickets(now)

    def give(self, session: Session, purpose: Purpose, attempt_id: str = "") -> str:
        """A new one."""
        own = self._own.give(session, purpose, attempt_id)
        said = f"{own}.{int(self._now()) + TICKET_S}"
        return f"{said}.{self._mark(said, session, purpose, attempt_id)}"

    async def spend(
        self, token: str, session: Session, purpose: Purpose, attempt_id: str = ""
    ) -> bool:
        """AnyTickets."""
        said, _, mark = token.rpartition(".")
        own, _, until = said.rpartition(".")
        right = self._mark(said, session, purpose, attempt_id)
        if not hmac.compare_digest(mark.encode(), right.encode()):
            return False
        if not self._now() < int(until):
            return False
        ours = self._own.use(own, session, purpose, attempt_id)
        if ours and not self._bus.linked:
            return True
        key = f"ticket.{hashlib.sha256(own.encode()).hexdigest()}"
        return await self._bus.first(key, 2 * TICKET_S)

    def _mark(self, said: str, session: Session, purpose: Purpose, attempt_id: str) -> str:
        text = f"{said}:{session.session_id}:{purpose}:{attempt_id}"
        return self._access.ticket_mark(text)

"""Tickets for the sockets: a browser cannot send a header with a websocket, and cookies alone would
open one for any page. A ticket is fetched with a guarded request and is good once, for one session,
one purpose, one call and half a minute.
"""

from __future__ import annotations

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from vocero.operators.access import Session

TICKET_S = 30
MOST_TICKETS = 1000
"""Unused ones; the oldest is void before there are more."""


class Purpose(StrEnum):
    """What a socket is for."""

    LIVE = "live"
    LISTEN = "listen"
    SPEAK = "speak"


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

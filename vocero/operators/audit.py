"""Who did what: every listening and every act of an operator is written down.

What was whispered, keyed or read is not: `detail` holds lengths and counts, never content.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from enum import StrEnum

from data.call_context import call_context
from data.store import AuditEntry, StoreError
from vocero.operators.access import Session
from vocero.operators.needs import Records

log = logging.getLogger(__name__)

KEEP_S = 5.0
OPENED_AGAIN_S = 10 * 60
"""Looking at the same call again within that is the same looking."""
MOST_OPENED = 1000


class Act(StrEnum):
    """What there is to be written down."""

    LOGIN = "login"
    LOGIN_FAILED = "login_failed"
    LOGOUT = "logout"
    OPENED = "opened"
    LISTENED = "listened"
    STOPPED_LISTENING = "stopped_listening"
    REVEALED = "revealed"
    WHISPERED = "whispered"
    KEYS = "keys"
    ASKED_CUSTOMER = "asked_customer"
    ENDED = "ended"
    ENDED_AT_ONCE = "ended_at_once"
    TOOK_OVER = "took_over"
    HANDED_BACK = "handed_back"
    DOWNLOADED = "downloaded"
    DELETED = "deleted"


class AuditLog:
    """Writes acts down and tells whoever looks on."""

    def __init__(
        self, store: Records, now: Callable[[], float], tell: Callable[[AuditEntry], None]
    ) -> None:
        """`tell` is quick and never waits."""
        self._store = store
        self._now = now
        self._tell = tell
        self._opened: OrderedDict[tuple[str, str], float] = OrderedDict()

    async def note(self, operator: str, act: Act, attempt_id: str = "", detail: str = "") -> bool:
        """An operator does this. False when it could not be written down.

        What only looks (at a name, a recording, a call) must not happen then; what steers a call
        has happened, and is more urgent than its line here.
        """
        entry = AuditEntry(self._now(), operator, str(act), attempt_id, detail)
        try:
            async with asyncio.timeout(KEEP_S):
                self._tell(await self._store.note_act(entry))
        except (StoreError, TimeoutError) as error:
            why = str(error) or f"the store took over {KEEP_S:g} s"
            with call_context(attempt_id):
                log.error("an act of an operator (%s) could not be kept: %s", act, why)
            self._tell(entry)
            return False
        return True

    async def opened(self, session: Session, attempt_id: str) -> bool:
        """An operator reads a call; written down once in a while. False as for `note`."""
        key, now = (session.session_id, attempt_id), self._now()
        if now - self._opened.get(key, -OPENED_AGAIN_S) < OPENED_AGAIN_S:
            return True
        if not await self.note(session.name, Act.OPENED, attempt_id):
            return False
        self._opened[key] = now
        self._opened.move_to_end(key)
        while len(self._opened) > MOST_OPENED:
            self._opened.popitem(last=False)
        return True

"""What every worker must know of the operators of the others: who logged out, who guesses
passwords, who speaks where.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vocero.bus.bus import Bus, Json, NoAnswer, OutOfReach
from vocero.operators import checked
from vocero.operators.access import MOST_SESSIONS, Access, Session
from vocero.operators.checked import Odd
from vocero.operators.login_limit import LoginLimit
from vocero.operators.speakers import Speakers

LOGGED_OUT, LOGIN_FAILED, HANDED_BACK = "logged_out", "login_failed", "handed_back"
SPEAKS = "speaks"


class ToldOthers:
    """Tells the others, and hears them."""

    def __init__(
        self,
        bus: Bus,
        access: Access,
        limit: LoginLimit,
        speakers: Speakers,
        now: Callable[[], float],
    ) -> None:
        """`now` in seconds since the epoch."""
        self._bus = bus
        self._access = access
        self._limit = limit
        self._speakers = speakers
        self._now = now
        self._known: set[str] = set()
        bus.watch(self)
        bus.told(LOGGED_OUT, self._hear_logged_out)
        bus.told(LOGIN_FAILED, self._hear_login_failed)
        bus.told(HANDED_BACK, self._hear_handed_back)
        bus.answer(SPEAKS, self._hear_speaks)

    # --- told -----------------------------------------------------------------------------------
    def logged_out(self, session: Session) -> None:
        """Its cookie opens nothing any more, anywhere."""
        self._bus.tell(LOGGED_OUT, {"sessions": [session.session_id]})

    def login_failed(self, address: str) -> None:
        """So that a password is not guessed at every worker in turn."""
        self._bus.tell(LOGIN_FAILED, {"address": address})

    def handed_back(self, session: Session, attempt_id: str) -> None:
        """The call was handed back, but not by the socket of its speaker."""
        self._bus.tell(HANDED_BACK, {"session": session.session_id, "call": attempt_id})

    async def speaks_elsewhere(self, session: Session, attempt_id: str) -> bool:
        """Whether this operator speaks in another call, by another worker.

        A socket in the same call gives way. Where nobody can be asked, nobody is.
        """
        try:
            told = await self._bus.ask(SPEAKS, attempt_id, {"session": session.session_id})
        except (OutOfReach, NoAnswer):
            return False
        return told is not None

    # --- heard (BusWatcher and the notes) ---------------------------------------------------------
    def link_changed(self) -> None:
        """Whoever is heard again is told again what they may have missed."""
        self._known.clear()

    def worker_here(self, worker: str, news: Json) -> None:
        """One that has just come does not know who logged out."""
        if worker not in self._known:
            self._known.add(worker)
            ended = self._access.ended
            if ended:
                self._bus.tell(LOGGED_OUT, {"sessions": ended}, worker)

    def worker_gone(self, worker: str) -> None:
        """It may come back."""
        self._known.discard(worker)

    def _hear_logged_out(self, worker: str, fields: dict[str, Any]) -> None:
        try:
            for session_id in checked.some(fields.get("sessions"), checked.text, MOST_SESSIONS):
                self._access.end_by_id(session_id)
        except Odd:
            return

    def _hear_login_failed(self, worker: str, fields: dict[str, Any]) -> None:
        try:
            self._limit.failed(checked.text(fields.get("address")), self._now())
        except Odd:
            return

    def _hear_handed_back(self, worker: str, fields: dict[str, Any]) -> None:
        try:
            session_id = checked.text(fields.get("session"))
            self._speakers.handed_back(session_id, checked.call_id(fields.get("call")))
        except Odd:
            return

    def _hear_speaks(self, worker: str, attempt_id: str, fields: Json) -> Json | None:
        session_id = fields.get("session")
        if not isinstance(session_id, str):
            return None
        return None if self._speakers.begins_elsewhere(session_id, attempt_id) else {"busy": True}

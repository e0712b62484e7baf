"""This worker among others on the same store: whose call a webhook or a socket belongs to.

Any webhook and any media socket may reach any worker. What the carrier tells about a call is left
in the store for whoever keeps it (vocero.notices); the call itself goes where its sound arrives.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import logging
from collections.abc import Callable
from typing import Protocol

from bridge.events import Event, PhoneProgress, PhoneStatus
from bridge.ports import TakenCall
from bridge.switchboard import Switchboard
from data.call import CallOrder
from data.record_json import errand_from_json
from data.shared_store import Notice, SharedStore
from data.store import Attempt, StoreError
from orchestration.shared_work import SharedWork
from vocero.notices import Told, body_of, told_by

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
"""How often notices are looked for while calls wait for their sound; the bell is usually faster."""
MOVED = "moved "
CUSTOMER = "customer "
TOKEN_CHARACTERS = 32


class Followed(Protocol):
    """The conversations' side of calls that change hands (orchestration.concierge fits)."""

    def adopt(self, attempt: Attempt) -> CallOrder: ...
    def let_go(self, attempt_id: str) -> None: ...
    def rung_for(self, customer: str) -> None: ...


class Desk(Protocol):
    """Whoever answers and watches live calls (vocero.adapters.CallDesk fits)."""

    def call_placed(self, order: CallOrder) -> None: ...
    def call_left(self, attempt_id: str) -> None: ...


class FellowWorkers:
    """Fits bridge.ports.Elsewhere and vocero.web.VoiceDesk; `run` while the service is at work."""

    def __init__(
        self, store: SharedStore, work: SharedWork, secret: str, now: Callable[[], float]
    ) -> None:
        """`secret`: the same in every worker. `now`: seconds since the epoch."""
        self._store = store
        self._work = work
        self._key = hmac.digest(secret.encode(), b"the token of a call's stream", "sha256")
        self._now = now
        self._board: Switchboard | None = None
        self._concierge: Followed | None = None
        self._desk: Desk | None = None
        self._rung: set[str] = set()
        self._moved: set[str] = set()
        self._bell = asyncio.Event()

    def meet(self, board: Switchboard, concierge: Followed, desk: Desk) -> None:
        """Those whose calls change hands."""
        self._board, self._concierge, self._desk = board, concierge, desk

    @property
    def board(self) -> Switchboard:
        """This worker's own calls."""
        assert self._board is not None, "introduced before anything is used"
        return self._board

    # --- bridge.ports.Elsewhere -------------------------------------------------------------------
    def token(self, attempt_id: str, call_sid: str) -> str:
        """What the stream of this call must show, whichever worker it reaches."""
        proof = hmac.digest(self._key, f"{attempt_id} {call_sid}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(proof).decode()[:TOKEN_CHARACTERS]

    async def take_stream(self, attempt_id: str, call_sid: str) -> TakenCall | None:
        """The call is this worker's from now on; None when it has had its sound or is over. Raises
        StoreError.
        """
        assert self._concierge is not None and self._desk is not None, "introduced by now"
        taken = await self._store.take_stream(attempt_id, call_sid, self._work.claim())
        if taken is None:
            return None
        attempt, lease = taken
        self._work.adopted(lease)
        order = self._concierge.adopt(attempt)
        self._desk.call_placed(order)
        with contextlib.suppress(StoreError):
            # Whoever does not hear it finds out when the lease is to be renewed.
            await self._store.ring(f"{MOVED}{attempt_id}")
        return TakenCall(order, self._now() - attempt.created_at)

    async def notices(self, attempt_id: str) -> list[tuple[int, Event]]:
        """What was told about this call. Raises StoreError."""
        events: list[tuple[int, Event]] = []
        for notice in await self._store.notices(attempt_id):
            told = told_by(notice.body)
            if told is not None:
                events.append((notice.number, told[1]))
        return events

    async def may_hang_up(self, attempt_id: str) -> bool:
        """Whether the call is still this worker's. Raises StoreError."""
        return await self._work.keeps(attempt_id)

    def let_go(self, attempt_id: str) -> None:
        """This worker has not got this call any more, and tells nobody what came of it."""
        assert self._concierge is not None and self._desk is not None, "introduced by now"
        self._work.over(attempt_id)
        self._concierge.let_go(attempt_id)
        self._desk.call_left(attempt_id)

    def lost(self, attempt_id: str) -> None:
        """Another worker keeps this call by now: it ends here without a word."""
        if not self.board.let_go(attempt_id):
            self.let_go(attempt_id)

    # --- vocero.web.VoiceDesk ---------------------------------------------------------------------
    async def answer(self, attempt_id: str, call_sid: str) -> str | None:
        """The answered call asks for its TwiML: the stream's token; None when no such call is on.
        Raises StoreError.
        """
        # Whoever keeps the call hears so that it was answered, should a callback be lost.
        answered = PhoneProgress(PhoneStatus.IN_PROGRESS)
        if not await self.phone_said(attempt_id, call_sid, answered):
            return None
        return self.token(attempt_id, call_sid)

    async def phone_said(self, attempt_id: str, call_sid: str, told: Told) -> bool:
        """A callback of the carrier; False when no such call is on. Raises StoreError."""
        attempt = await self._store.attempt(attempt_id)
        if attempt is None or attempt.call_sid not in ("", call_sid):
            return False
        if call_sid and not attempt.call_sid:
            await self._store.bind_call(attempt_id, call_sid)
        notice = await self._store.keep_notice(attempt_id, body_of(call_sid, told))
        if notice is None:
            return False
        self._give(notice)
        return True

    async def language(self, attempt_id: str) -> str | None:
        """In which the business is spoken to. Raises StoreError."""
        attempt = await self._store.attempt(attempt_id)
        with contextlib.suppress(ValueError):
            return None if attempt is None else errand_from_json(attempt.errand_json).language
        return None

    # --- what the others tell ---------------------------------------------------------------------
    async def run(self) -> None:
        """Hears the bells, and looks without one now and then. For ever."""
        while True:
            try:
                async with self._store.bells(self._heard):
                    await self._listen()
            except StoreError as error:
                log.error("bells cannot be heard: %s", error)
            except Exception as error:
                # The group that this runs in holds the calls.
                log.exception("hearing the bells failed (%s)", type(error).__name__)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _listen(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._bell.wait()
            self._bell.clear()
            try:
                await self._look()
            except StoreError as error:
                log.error("what was told about calls has to wait: %s", error)
                await asyncio.sleep(LOOK_EVERY_S)

    def _heard(self, about: str) -> None:
        if about.startswith(CUSTOMER):
            assert self._concierge is not None, "introduced by now"
            self._concierge.rung_for(about.removeprefix(CUSTOMER))
            return
        if about.startswith(MOVED):
            self._moved.add(about.removeprefix(MOVED))
        elif about:
            self._rung.add(about)
        self._bell.set()

    async def _look(self) -> None:
        rung, self._rung = self._rung, set()
        moved, self._moved = self._moved, set()
        for attempt_id in moved:
            await self._work.moved(attempt_id)
        here = {each for each in rung if self.board.live_call(each) is not None}
        for attempt_id in here | set(self.board.waiting_for_stream()):
            for notice in await self._store.notices(attempt_id):
                self._give(notice)

    def _give(self, notice: Notice) -> None:
        told = told_by(notice.body)
        if told is not None:
            call_sid, event = told
            self.board.notice(notice.attempt_id, notice.number, event, call_sid)

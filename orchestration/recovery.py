"""After a restart: what became of the calls of the process that died.

Nobody is dialled again. An attempt is looked up at the carrier (by the call's id, else by its
number, at once and for a while: the list of calls lags behind), a live call is ended, and the
report goes the way of every report, so that the customer is told exactly once. What was said until
the process died is in the store, and so what was agreed is told as what it is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from data.call import Blame, CallEnding, CallReport, EndCause, TimelineEntry
from data.call_context import rest_is_for_call
from data.store import Attempt, StoreError
from orchestration.needs import Needs, masked
from orchestration.ports import CarrierCall, LookupFailed

log = logging.getLogger(__name__)

_LOOK_AGAIN_S = 2.0
_END_S = 3.0
_TELL_AGAIN_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Pauses after which handing over a report is tried again."""
_LIVE = frozenset({"queued", "initiated", "ringing", "in-progress"})
_ANSWERED = frozenset({"in-progress", "completed"})
_ENDINGS = {
    "busy": CallEnding(EndCause.BUSY),
    "no-answer": CallEnding(EndCause.NO_ANSWER),
    "failed": CallEnding(EndCause.DIAL_FAILED, Blame.CARRIER, "the carrier could not call"),
}


class Recovery:
    """Reconciles attempts that a dead process left open."""

    def __init__(
        self,
        needs: Needs,
        finish: Callable[[CallReport], Awaitable[None]],
    ) -> None:
        """`finish` takes the report; while it raises it is tried again for two minutes, and then
        left for the next start.
        """
        self._needs = needs
        self._lookup = needs.lookup
        self._finish = finish
        self._look_up_for_s = needs.settings.look_up_for_s

    async def reconcile(self, attempts: list[Attempt], *, alone_for_s: float = 0.0) -> None:
        """All of them at once; takes little longer than `look_up_for_s`. Those that nobody has
        looked after for that many seconds need that much less of it.
        """
        async with asyncio.TaskGroup() as tasks:
            for attempt in attempts:
                tasks.create_task(
                    self._reconcile(attempt, alone_for_s), name="reconciling an attempt"
                )

    async def _reconcile(self, attempt: Attempt, alone_for_s: float) -> None:
        rest_is_for_call(attempt.attempt_id)
        try:
            unknown = False
            try:
                found = await self._find(attempt, max(0.0, self._look_up_for_s - alone_for_s))
            except LookupFailed:
                found, unknown = None, True
            if found is not None and found.status in _LIVE:
                if not await self._needs.sharing.keeps(attempt.attempt_id):
                    # Its sound has come to a worker meanwhile: people talk.
                    return log.warning("a call that was cut off goes on at another worker")
                await self._end(found)
            await self._tell(attempt, found, unknown)
        except Exception as error:
            # One attempt must not keep the others from being told; it stays open until next time.
            log.exception(
                "attempt for %s not reconciled (%s)",
                masked(attempt.customer),
                type(error).__name__,
            )

    async def _tell(self, attempt: Attempt, found: CarrierCall | None, unknown: bool) -> None:
        for pause_s in (*_TELL_AGAIN_S, None):
            try:
                lines = await self._needs.store.lines(attempt.attempt_id)
                return await self._finish(self._report(attempt, found, unknown, lines))
            except StoreError as error:
                if pause_s is None:
                    raise
                log.error("a report has to wait %g s: %s", pause_s, error)
            await asyncio.sleep(pause_s)

    async def _find(self, attempt: Attempt, for_s: float) -> CarrierCall | None:
        """None when the carrier knows of no such call; LookupFailed when it never answered."""
        unanswered: LookupFailed | None = LookupFailed("no answer in time")
        try:
            async with asyncio.timeout(for_s):
                while True:
                    try:
                        if attempt.call_sid:
                            return await self._lookup.by_sid(attempt.call_sid)
                        found = await self._lookup.by_number(attempt.to_number, attempt.created_at)
                        if found is not None:
                            return found
                        unanswered = None
                    except LookupFailed as error:
                        log.warning("the carrier could not be asked: %s", error)
                        unanswered = unanswered and error
                    await asyncio.sleep(_LOOK_AGAIN_S)
        except TimeoutError:
            if unanswered is not None:
                raise unanswered from None
            return None

    async def _end(self, found: CarrierCall) -> None:
        try:
            async with asyncio.timeout(_END_S):
                await self._lookup.end(found.call_sid)
        except (LookupFailed, TimeoutError) as error:
            # The carrier's own time limit ends it in any case; the customer must not wait for it.
            log.warning("a call of the dead process could not be ended: %r", error)

    def _report(
        self,
        attempt: Attempt,
        found: CarrierCall | None,
        unknown: bool,
        lines: tuple[TimelineEntry, ...],
    ) -> CallReport:
        if unknown:
            detail = "the service restarted, and the carrier could not be asked about the call"
        elif found is None:
            detail = "the service restarted; the carrier knows of no such call"
        else:
            detail = f"the service restarted during the call (the carrier says {found.status})"
        ending = CallEnding(EndCause.SHUTDOWN, Blame.OURS, detail)
        return CallReport(
            attempt_id=attempt.attempt_id,
            ending=_ENDINGS.get(found.status, ending) if found else ending,
            call_sid=found.call_sid if found else attempt.call_sid,
            answered=bool(lines) or (found is not None and found.status in _ANSWERED),
            talked_s=self._talked_s(attempt, found),
            timeline=lines,
        )

    def _talked_s(self, attempt: Attempt, found: CarrierCall | None) -> float:
        """At most: the day's money is reckoned with it, and nobody counted."""
        if (found.status not in _ANSWERED) if found is not None else not attempt.call_sid:
            return 0.0
        since_s = self._needs.now() - attempt.created_at
        return max(0.0, min(since_s, self._needs.settings.longest_call_s))

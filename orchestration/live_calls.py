"""Follows calls until they are settled: progress for the customer, then the one result.

Fits `bridge.ports.CallObserver`.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field

from data.call import CallReport, CallResult, EntryKind, OutcomeStatus, TimelineEntry
from data.errand import Errand, Preferences
from data.place import PlaceInfo
from data.record_json import errand_from_json
from data.reply import CallAnswered, CallStarted, Reply
from data.store import Attempt, Turn
from orchestration import conversation
from orchestration.conversation_state import Say, conversation_from_json
from orchestration.desks import Desks
from orchestration.errands import called_name
from orchestration.evidence import judge, reason
from orchestration.local_time import business_zone_name, local_now
from orchestration.needs import Needs, masked
from orchestration.outgoing import Telling

log = logging.getLogger(__name__)

_TALKING = "talking"
_OVER = ("closing", "ended")
"""Phases as the bridge names them in the timeline."""


@dataclass(slots=True)
class _Live:
    errand: Errand
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    progress: asyncio.Task[None] | None = None


class LiveCalls:
    """The calls that this process has placed and that have no result yet."""

    def __init__(
        self, needs: Needs, telling: Telling, desks: Desks, tasks: asyncio.TaskGroup
    ) -> None:
        self._needs = needs
        self._telling = telling
        self._desks = desks
        self._tasks = tasks
        self._live: dict[str, _Live] = {}

    def __len__(self) -> int:
        return len(self._live)

    def __contains__(self, attempt_id: str) -> bool:
        return attempt_id in self._live

    def expect(self, attempt_id: str, errand: Errand) -> None:
        """A call is about to be placed."""
        self._live[attempt_id] = _Live(errand)

    def placed(self, attempt_id: str) -> None:
        """It was placed: keep the customer informed."""
        live = self._live.get(attempt_id)
        if live is not None:
            live.progress = self._tasks.create_task(
                self._tell_progress(attempt_id, live), name="progress of a call"
            )

    def forget(self, attempt_id: str) -> None:
        """No call, or none any more: nothing more is said about its progress."""
        live = self._live.pop(attempt_id, None)
        if live is not None and live.progress is not None:
            live.progress.cancel()

    def stop(self) -> None:
        """No more notes about progress; results are still taken."""
        for live in self._live.values():
            if live.progress is not None:
                live.progress.cancel()

    def call_noted(self, attempt_id: str, entry: TimelineEntry) -> None:
        """A new line in a call's timeline. Quick, never waits."""
        live = self._live.get(attempt_id)
        if live is None or entry.kind is not EntryKind.PHASE:
            return
        if entry.text == _TALKING:
            live.answered.set()
        elif entry.text in _OVER and live.progress is not None:
            live.progress.cancel()

    async def call_finished(self, report: CallReport) -> None:
        """Judge the call and promise its one result, durably and together.

        May be told again: the second time nothing happens. Raises StoreError; then it must be told
        again.
        """
        needs, attempt_id = self._needs, report.attempt_id
        live = self._live.get(attempt_id)
        if live is not None and live.progress is not None:
            live.progress.cancel()
        attempt = await needs.store.attempt(attempt_id)
        if attempt is None:
            log.error("a call without an attempt has ended: %s", report.ending.cause)
        elif attempt.state != "ended":
            await self._settle(attempt, report)
        self.forget(attempt_id)
        needs.tools.end(attempt_id)

    async def _settle(self, attempt: Attempt, report: CallReport) -> None:
        needs, errand = self._needs, errand_of(attempt)
        zone_name = business_zone_name(errand.business, needs.settings.default_zone)
        try:
            result, quote = judge(
                report,
                needs.tools.reported(attempt.attempt_id),
                errand,
                local_now(needs.now(), zone_name),
            )
        except Exception:
            # Said in words that we cannot read: the customer is told what is certain, not nothing.
            log.exception("a call could not be judged")
            talked = OutcomeStatus.UNCONFIRMED if report.said() else OutcomeStatus.FAILED
            result, quote = CallResult(status=talked), ""
        async with self._desks.at(attempt.customer):
            state = conversation_from_json(await needs.store.conversation(attempt.customer))
            language = state.language if state.attempt_id == attempt.attempt_id else errand.language
            state, steps = conversation.call_ended(
                state, attempt.attempt_id, errand, result, quote, reason(report, result, language)
            )
            replies = [step.reply for step in steps if isinstance(step, Say)]
            told = await needs.store.end_attempt(
                report,
                result,
                self._telling.turn(
                    Turn(attempt.customer),
                    state,
                    replies,
                    language,
                    f"result:{attempt.attempt_id}",
                ),
                needs.now(),
            )
        if told:
            log.info(
                "call to %s: %s (%s)",
                masked(attempt.to_number),
                result.status,
                report.ending.cause,
            )
            needs.outbox.wake()

    async def _tell_progress(self, attempt_id: str, live: _Live) -> None:
        await asyncio.sleep(self._needs.settings.progress_after_s)
        errand = live.errand
        if not live.answered.is_set():
            started = CallStarted(errand.business.name, errand.business.phone or "")
            await self._tell(errand, started, f"started:{attempt_id}")
            await live.answered.wait()
        await self._tell(errand, CallAnswered(called_name(errand)), f"answered:{attempt_id}")

    async def _tell(self, errand: Errand, reply: Reply, key: str) -> None:
        try:
            messages = self._telling.messages(errand.customer, [reply], errand.language, key)
            await self._needs.store.commit_turn(Turn(errand.customer, outgoing=messages))
        except Exception as error:
            # A note about progress is not worth more than a line in the log.
            log.warning("a progress note was lost: %s: %s", type(error).__name__, error)
            return
        self._needs.outbox.wake()


def errand_of(attempt: Attempt) -> Errand:
    """The errand of an attempt; what can be known of it when an older program wrote it."""
    try:
        return errand_from_json(attempt.errand_json)
    except ValueError:
        return Errand(
            errand_id=attempt.errand_id,
            customer=attempt.customer,
            customer_name="",
            language="es",
            business=PlaceInfo(
                id=f"number:{attempt.to_number}",
                name=attempt.business_name,
                phone=attempt.to_number,
            ),
            service="",
            request="",
            preferences=Preferences(),
        )

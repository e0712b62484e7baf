"""From the report of a call to its one result, durable together with what follows from it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import replace

from data.call import CallReport, EndCause
from data.errand import ConversationStatus
from data.leases import Held, Lease, LeaseLost
from data.reply import NextStep, ResultTold
from data.store import Attempt, Turn
from orchestration import conversation
from orchestration.conversation_state import (
    Conversation,
    EndContext,
    Ended,
    Say,
    Step,
    conversation_from_json,
)
from orchestration.dialling import Dialling
from orchestration.evidence.judge import reason
from orchestration.judging import Judged, judged
from orchestration.live_calls import LiveCalls
from orchestration.needs import Needs, masked
from orchestration.outgoing import Telling, promised
from orchestration.sharing import leased

log = logging.getLogger(__name__)

_ONCE_MORE_S = 0.05


class Settling:
    """Settles calls."""

    def __init__(self, needs: Needs, telling: Telling, dialling: Dialling, live: LiveCalls) -> None:
        self._needs = needs
        self._telling = telling
        self._dialling = dialling
        self._live = live

    async def call_finished(self, report: CallReport) -> None:
        """Judge the call and promise its one result, durably and together; then call the next
        business, where that was agreed beforehand.

        May be told again: the second time nothing happens. A call that another worker looks after
        by now is forgotten here, without a word. Raises StoreError; then it must be told again.
        """
        attempt_id = report.attempt_id
        self._live.over(attempt_id)
        attempt = await self._needs.store.attempt(attempt_id)
        if attempt is None:
            log.error("a call without an attempt has ended: %s", report.ending.cause)
        elif attempt.state != "ended":
            verdict = await judged(self._needs, attempt, report)
            while not await self._settled(attempt, report, verdict):
                log.warning("too slow to tell a result: once more")
                await asyncio.sleep(_ONCE_MORE_S)
        self.forget(attempt_id)

    def forget(self, attempt_id: str) -> None:
        """Nothing of this call is kept here any more."""
        self._live.forget(attempt_id)
        self._needs.tools.end(attempt_id)
        self._needs.sharing.over(attempt_id)

    async def _settled(self, attempt: Attempt, report: CallReport, verdict: Judged) -> bool:
        """False: it was not the call that was lost but the turn to settle it."""
        try:
            async with self._needs.sharing.desk(attempt.customer) as desk:
                await self._settle(attempt, report, verdict, desk)
        except LeaseLost as lost:
            if lost.lease.on is not Held.ATTEMPT:
                return False
            log.warning("a report is dropped: the call is another worker's by now")
        return True

    async def _settle(
        self, attempt: Attempt, report: CallReport, verdict: Judged, desk: Sequence[Lease]
    ) -> None:
        needs, sharing = self._needs, self._needs.sharing
        with contextlib.ExitStack() as stack:
            async with self._dialling.alone() as alone:
                state = conversation_from_json(await needs.store.conversation(attempt.customer))
                ours = state.attempt_id == attempt.attempt_id
                language = state.language if ours else verdict.errand.language
                state, steps = await self._ended(state, report, verdict, language)
                owed = promised(steps)
                following = self._dialling.attempt_for(owed.order) if owed.order else None
                if owed.order is not None:
                    stack.enter_context(
                        self._live.expected(owed.order.attempt_id, owed.order.errand)
                    )
                turn = self._telling.turn(
                    Turn(attempt.customer, attempt=following, blocked=verdict.blocked),
                    state,
                    owed.replies,
                    language,
                    f"result:{attempt.attempt_id}",
                )
                told = await needs.store.end_attempt(
                    report,
                    verdict.result,
                    turn,
                    needs.now(),
                    verdict.quote,
                    **leased((*sharing.under(attempt.attempt_id), *desk, *alone), sharing.claim()),
                )
                sharing.over(attempt.attempt_id)
                if told and following is not None:
                    sharing.placed(following.attempt_id)
            if not told:
                return
            business, status = masked(attempt.to_number), verdict.result.status
            log.info("call to %s: %s (%s)", business, status, report.ending.cause)
            needs.outbox.wake()
            if following is not None and owed.order is not None:
                await self._dialling.place(following, owed.order.errand, state, language, desk)

    async def _ended(
        self, state: Conversation, report: CallReport, verdict: Judged, language: str
    ) -> tuple[Conversation, tuple[Step, ...]]:
        needs, errand = self._needs, verdict.errand
        if not needs.phone.has_room():
            # The next one would be refused at once: it is proposed instead.
            errand = replace(errand, go_on=False)
        ended = Ended(
            attempt_id=report.attempt_id,
            errand=errand,
            result=verdict.result,
            quote=verdict.quote.text if verdict.quote else "",
            detail=(
                _left_alone(language)
                if verdict.blocked
                else reason(report, verdict.result, language)
            ),
            calendar_url=verdict.calendar_url,
            answered=report.answered or bool(report.said()),
            cancelled=report.ending.cause is EndCause.CANCELLED,
        )
        may_call = await self._dialling.may_call(
            [replace(errand, business=place) for place in (errand.business, *errand.others)],
            ended=report,
        )
        if verdict.blocked is not None:
            # The store does not know yet that they do not want to be called again.
            may_call.pop(verdict.blocked.number, None)
        context = EndContext(needs.now(), may_call, needs.new_id())
        try:
            return conversation.call_ended(state, ended, context)
        except Exception:
            # A fault in our rules for what may follow: the result itself is told all the same.
            log.exception("no rule for what follows a call")
            return _told_alone(state, ended)


def _left_alone(language: str) -> str:
    if language == "en":
        return "they asked us not to call them again, so we won't"
    return "pidieron que no los llamemos más, y no lo haremos"


def _told_alone(state: Conversation, ended: Ended) -> tuple[Conversation, tuple[Step, ...]]:
    business = ended.errand.business
    told = ResultTold(
        business.name,
        business.phone or "",
        ended.result,
        ended.quote,
        ended.detail,
        NextStep.NONE,
        calendar_url=ended.calendar_url,
    )
    if state.attempt_id == ended.attempt_id:
        state = state.model_copy(update={"status": ConversationStatus.IDLE, "attempt_id": ""})
    return state, (Say(told),)

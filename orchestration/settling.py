"""From the report of a call to its one result, durable together with what follows from it."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import replace

from data.call import CallReport, EndCause
from data.errand import ConversationStatus
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
from orchestration.desks import Desks
from orchestration.dialling import Dialling
from orchestration.evidence.judge import reason
from orchestration.judging import Judged, judged
from orchestration.live_calls import LiveCalls
from orchestration.needs import Needs, masked
from orchestration.outgoing import Telling, promised

log = logging.getLogger(__name__)


class Settling:
    """Settles calls."""

    def __init__(
        self, needs: Needs, telling: Telling, desks: Desks, dialling: Dialling, live: LiveCalls
    ) -> None:
        self._needs = needs
        self._telling = telling
        self._desks = desks
        self._dialling = dialling
        self._live = live

    async def call_finished(self, report: CallReport) -> None:
        """Judge the call and promise its one result, durably and together; then call the next
        business, where that was agreed beforehand.

        May be told again: the second time nothing happens. Raises StoreError; then it must be told
        again.
        """
        attempt_id = report.attempt_id
        self._live.over(attempt_id)
        attempt = await self._needs.store.attempt(attempt_id)
        if attempt is None:
            log.error("a call without an attempt has ended: %s", report.ending.cause)
        elif attempt.state != "ended":
            verdict = await judged(self._needs, attempt, report)
            async with self._desks.at(attempt.customer):
                await self._settle(attempt, report, verdict)
        self._live.forget(attempt_id)
        self._needs.tools.end(attempt_id)

    async def _settle(self, attempt: Attempt, report: CallReport, verdict: Judged) -> None:
        needs = self._needs
        with contextlib.ExitStack() as stack:
            async with self._dialling.alone():
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
                    report, verdict.result, turn, needs.now(), verdict.quote
                )
            if not told:
                return
            business, status = masked(attempt.to_number), verdict.result.status
            log.info("call to %s: %s (%s)", business, status, report.ending.cause)
            needs.outbox.wake()
            if following is not None and owed.order is not None:
                await self._dialling.place(following, owed.order.errand, state, language)

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

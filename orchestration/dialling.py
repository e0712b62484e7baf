"""From a confirmed errand to a placed call: the last checks, the durable attempt, the order."""

from __future__ import annotations

import asyncio
import logging
from itertools import chain, repeat

from data.call import Blame, CallEnding, CallOrder, CallReport, CallResult, EndCause, OutcomeStatus
from data.errand import Errand
from data.record_json import errand_to_json
from data.reply import Limit, NumberRefused, OverLimit, Refusal
from data.store import Attempt, StoreError, Turn
from orchestration import conversation
from orchestration.briefing import brief
from orchestration.conversation_state import Conversation, OrderCall, Say
from orchestration.errands import called_name
from orchestration.local_time import business_zone_name, local_now
from orchestration.needs import Needs, masked
from orchestration.outgoing import Telling
from orchestration.policy import DAY_S
from orchestration.ports import PhoneFull

log = logging.getLogger(__name__)

_STORE_PAUSES_S = (0.5, 1.0, 2.0, 5.0, 10.0)


class Dialling:
    """Places calls, one after the other, so that two cannot both take the last free place."""

    def __init__(self, needs: Needs, telling: Telling) -> None:
        self._needs = needs
        self._telling = telling
        self._one_at_a_time = asyncio.Lock()

    async def why_not(self, errand: Errand) -> OverLimit | NumberRefused | None:
        """What stands in the way of calling for this errand now."""
        needs, number = self._needs, errand.business.phone or ""
        checked = needs.policy.check_number(number, errand.customer)
        if checked != number:
            refusal = checked if isinstance(checked, Refusal) else Refusal.INVALID
            return NumberRefused(number, refusal)
        name, now = called_name(errand), needs.now()
        zone_name = business_zone_name(errand.business, needs.settings.default_zone)
        until = needs.policy.check_hours(local_now(now, zone_name), errand.business.opening_hours)
        if until is not None:
            return OverLimit(Limit.HOURS, name, until)
        limit = needs.policy.check_counts(
            await needs.store.count_attempts(now - DAY_S, customer=errand.customer),
            await needs.store.count_attempts(now - DAY_S, to_number=number),
            sum(each.to_number == number for each in await needs.store.open_attempts()),
        )
        if limit is not None:
            return OverLimit(limit, name)
        if needs.phone.draining:
            return OverLimit(Limit.DRAINING, name)
        return None if needs.phone.has_room() else OverLimit(Limit.CALLS, name)

    async def commit_and_place(
        self, turn: Turn, state: Conversation, order: OrderCall, language: str
    ) -> bool:
        """Commit the turn with the attempt or with why there is none, then order the call.

        `turn` carries everything but the state and the attempt. False: no call was placed.
        """
        async with self._one_at_a_time:
            refused = await self.why_not(order.errand)
            if refused is not None:
                state, steps = conversation.dial_refused(state, refused)
                replies = [step.reply for step in steps if isinstance(step, Say)]
                key = f"refused:{order.attempt_id}"
                await self._needs.store.commit_turn(
                    self._telling.turn(turn, state, replies, language, key)
                )
                return False
            attempt = self._attempt(order)
            await self._needs.store.commit_turn(
                Turn(
                    customer=turn.customer,
                    conversation_json=state.model_dump_json(),
                    handled=turn.handled,
                    outgoing=turn.outgoing,
                    attempt=attempt,
                )
            )
        return await self._place(attempt, order, state, language)

    async def _place(
        self, attempt: Attempt, order: OrderCall, state: Conversation, language: str
    ) -> bool:
        needs, errand = self._needs, order.errand
        needs.tools.begin(attempt.attempt_id, errand)
        try:
            needs.phone.place(
                CallOrder(
                    attempt_id=attempt.attempt_id,
                    to_number=attempt.to_number,
                    variables=brief(
                        errand,
                        attempt.attempt_id,
                        needs.now(),
                        default_zone=needs.settings.default_zone,
                        callback=needs.settings.callback_number,
                    ),
                    secret_numbers=(attempt.customer.removeprefix("whatsapp:"),),
                )
            )
        except Exception as error:
            # PhoneFull or a fault of ours: the attempt is durable by now and must get its end.
            log.log(
                logging.INFO if isinstance(error, PhoneFull) else logging.ERROR,
                "no call to %s: %s %s",
                masked(attempt.to_number),
                type(error).__name__,
                error,
            )
            needs.tools.end(attempt.attempt_id)
            await self._not_placed(attempt, errand, state, language, str(error))
            return False
        log.info("calling %s for %s", masked(attempt.to_number), masked(attempt.customer))
        return True

    async def _not_placed(
        self, attempt: Attempt, errand: Errand, state: Conversation, language: str, why: str
    ) -> None:
        limit = Limit.DRAINING if self._needs.phone.draining else Limit.CALLS
        state, steps = conversation.dial_refused(state, OverLimit(limit, called_name(errand)))
        replies = [step.reply for step in steps if isinstance(step, Say)]
        ending = CallEnding(EndCause.DIAL_FAILED, Blame.OURS, why)
        turn = self._telling.turn(
            Turn(attempt.customer), state, replies, language, f"result:{attempt.attempt_id}"
        )
        # Nobody else knows that this attempt has no call: without its end the customer would wait
        # for a result, and the business be taken for busy, until the next start.
        for pause_s in chain(_STORE_PAUSES_S, repeat(_STORE_PAUSES_S[-1])):
            try:
                await self._needs.store.end_attempt(
                    CallReport(attempt.attempt_id, ending),
                    CallResult(status=OutcomeStatus.FAILED),
                    turn,
                    self._needs.now(),
                )
                return
            except StoreError as error:
                log.error("the end of an attempt has to wait %g s: %s", pause_s, error)
            await asyncio.sleep(pause_s)

    def _attempt(self, order: OrderCall) -> Attempt:
        errand = order.errand
        return Attempt(
            attempt_id=order.attempt_id,
            errand_id=errand.errand_id,
            customer=errand.customer,
            to_number=errand.business.phone or "",
            business_name=errand.business.name,
            errand_json=errand_to_json(errand),
            created_at=self._needs.now(),
        )

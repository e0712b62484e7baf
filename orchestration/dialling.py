"""From a confirmed errand to a placed call: the last checks, the durable attempt, the order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from itertools import chain, repeat

from data.call import Blame, CallEnding, CallOrder, CallReport, CallResult, EndCause, OutcomeStatus
from data.call_context import call_context
from data.errand import Errand
from data.leases import Lease, LeaseLost
from data.record_json import errand_to_json
from data.reply import AlreadyBooked, Limit, NumberRefused, OverLimit
from data.store import Attempt, StoreError, Turn
from orchestration import conversation
from orchestration.briefing import brief
from orchestration.calling_hours import call_moment
from orchestration.conversation_state import Conversation, Moment, OrderCall
from orchestration.day_limits import DayLimits
from orchestration.errands import called_name
from orchestration.live_calls import LiveCalls
from orchestration.needs import Needs, masked
from orchestration.outgoing import Telling, promised
from orchestration.ports import PhoneFull
from orchestration.sharing import leased

log = logging.getLogger(__name__)

Refused = OverLimit | NumberRefused | AlreadyBooked
_STORE_PAUSES_S = (0.5, 1.0, 2.0, 5.0, 10.0)


class Dialling:
    """Places calls, one after the other, so that two cannot both take the last free place."""

    def __init__(self, needs: Needs, telling: Telling, live: LiveCalls) -> None:
        """`live` follows what is placed."""
        self._needs = needs
        self._telling = telling
        self._live = live
        self._limits = DayLimits(needs)

    async def why_not(self, errand: Errand) -> Refused | None:
        """What stands in the way of calling for this errand now."""
        needs, name = self._needs, called_name(errand)
        used = await self._limits.used(errand.customer)
        refusal = used.refusal_of(errand, needs.policy)
        if refusal is not None:
            return NumberRefused(errand.business.phone or "", refusal)
        if await needs.store.errand_booked(errand.errand_id):
            return AlreadyBooked(await self._booked_with(errand))
        moment = self._moment(errand)
        if moment is None or moment.shown:
            return OverLimit(Limit.HOURS, name, moment.shown if moment else "")
        limit = await self._limits.limit_of(errand, used)
        if limit is not None:
            return OverLimit(limit, name)
        if needs.phone.draining:
            return OverLimit(Limit.DRAINING, name)
        return None if needs.phone.has_room() else OverLimit(Limit.CALLS, name)

    async def may_call(
        self, errands: Sequence[Errand], *, ended: CallReport | None = None
    ) -> dict[str, Moment]:
        """By number: which of these errands (of one customer) may be called for, and when by the
        hours. `ended` is a call that is over and still counts as open in the store.
        """
        allowed: dict[str, Moment] = {}
        if not errands:
            return allowed
        used = await self._limits.used(errands[0].customer, ended)
        for errand in errands:
            number, moment = errand.business.phone or "", self._moment(errand)
            if number in allowed or moment is None:
                continue
            if used.refusal_of(errand, self._needs.policy) is not None:
                continue
            if await self._limits.limit_of(errand, used) is None:
                allowed[number] = moment
        return allowed

    def alone(self) -> AbstractAsyncContextManager[tuple[Lease, ...]]:
        """Nobody else gets a call between a look at the limits and the commit of an attempt, which
        is made under what this gives.
        """
        return self._needs.sharing.dialling()

    async def commit_and_place(
        self,
        turn: Turn,
        state: Conversation,
        order: OrderCall,
        language: str,
        under: Sequence[Lease] = (),
    ) -> bool:
        """Commit the turn with the attempt or with why there is none, then order the call.

        `turn` carries everything but the state and the attempt; `under`: the leases that it depends
        on. False: no call was placed. Raises StoreError and LeaseLost; then nothing has happened.
        """
        sharing = self._needs.sharing
        with self._live.expected(order.attempt_id, order.errand):
            async with self.alone() as alone:
                refused = await self.why_not(order.errand)
                if refused is not None:
                    state, steps = conversation.dial_refused(state, refused)
                    key = f"refused:{order.attempt_id}"
                    await self._needs.store.commit_turn(
                        self._telling.turn(turn, state, promised(steps).replies, language, key),
                        **leased((*under, *alone)),
                    )
                    return False
                attempt = self.attempt_for(order)
                await self._needs.store.commit_turn(
                    replace(turn, conversation_json=state.model_dump_json(), attempt=attempt),
                    **leased((*under, *alone), sharing.claim()),
                )
                sharing.placed(attempt.attempt_id)
            return await self.place(attempt, order.errand, state, language, under)

    def attempt_for(self, order: OrderCall) -> Attempt:
        """What is written down before the carrier is asked."""
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

    def order_for(self, attempt: Attempt, errand: Errand) -> CallOrder:
        """What the bridge needs to place this attempt, or to go on with it."""
        needs = self._needs
        return CallOrder(
            attempt_id=attempt.attempt_id,
            to_number=attempt.to_number,
            variables=brief(
                errand,
                attempt.attempt_id,
                needs.now(),
                default_zone=needs.settings.default_zone,
                callback=needs.settings.callback_number,
                is_recorded=needs.settings.calls_are_recorded,
            ),
            secret_numbers=(attempt.customer.removeprefix("whatsapp:"),),
        )

    async def place(
        self,
        attempt: Attempt,
        errand: Errand,
        state: Conversation,
        language: str,
        under: Sequence[Lease] = (),
    ) -> bool:
        """Order the call of an attempt that is committed and expected. False: there is no call,
        and the customer was told, under these leases.
        """
        with call_context(attempt.attempt_id):
            return await self._place(attempt, errand, state, language, under)

    async def _place(
        self,
        attempt: Attempt,
        errand: Errand,
        state: Conversation,
        language: str,
        under: Sequence[Lease],
    ) -> bool:
        needs = self._needs
        needs.tools.begin(attempt.attempt_id, errand)
        try:
            needs.phone.place(self.order_for(attempt, errand))
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
            turn = self._refused_turn(attempt, errand, state, language)
            await self._not_placed(attempt, turn, str(error), under)
            return False
        self._live.placed(attempt.attempt_id)
        log.info("calling %s for %s", masked(attempt.to_number), masked(attempt.customer))
        return True

    def _refused_turn(
        self, attempt: Attempt, errand: Errand, state: Conversation, language: str
    ) -> Turn:
        limit = Limit.DRAINING if self._needs.phone.draining else Limit.CALLS
        state, steps = conversation.dial_refused(state, OverLimit(limit, called_name(errand)))
        return self._telling.turn(
            Turn(attempt.customer),
            state,
            promised(steps).replies,
            language,
            f"result:{attempt.attempt_id}",
        )

    async def _not_placed(
        self, attempt: Attempt, turn: Turn, why: str, under: Sequence[Lease]
    ) -> None:
        sharing = self._needs.sharing
        ending = CallEnding(EndCause.DIAL_FAILED, Blame.OURS, why)
        # Nobody else knows that this attempt has no call: without its end the customer would wait
        # for a result, and the business be taken for busy, until the next start.
        for pause_s in chain(_STORE_PAUSES_S, repeat(_STORE_PAUSES_S[-1])):
            try:
                await self._needs.store.end_attempt(
                    CallReport(attempt.attempt_id, ending),
                    CallResult(status=OutcomeStatus.FAILED),
                    turn,
                    self._needs.now(),
                    **leased((*sharing.under(attempt.attempt_id), *under)),
                )
                return sharing.over(attempt.attempt_id)
            except LeaseLost:
                # Whoever finds it without a call tells the customer.
                log.warning("an attempt without a call is left to another worker")
                return sharing.over(attempt.attempt_id)
            except StoreError as error:
                log.error("the end of an attempt has to wait %g s: %s", pause_s, error)
            await asyncio.sleep(pause_s)

    def _moment(self, errand: Errand) -> Moment | None:
        needs = self._needs
        return call_moment(needs.policy, errand.business, needs.now(), needs.settings.default_zone)

    async def _booked_with(self, errand: Errand) -> str:
        for record in await self._needs.store.calls():
            booked = record.result is not None and record.result.status is OutcomeStatus.BOOKED
            if booked and record.attempt.errand_id == errand.errand_id:
                return record.attempt.business_name or record.attempt.to_number
        return called_name(errand)

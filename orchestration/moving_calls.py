"""Calls that come to this worker while they are on: another one placed them."""

from __future__ import annotations

import asyncio
import logging

from data.call import CallOrder
from data.call_context import rest_is_for_call
from data.store import Attempt
from orchestration.conversation_state import conversation_from_json
from orchestration.dialling import Dialling
from orchestration.judging import errand_of
from orchestration.live_calls import LiveCalls
from orchestration.needs import Needs

log = logging.getLogger(__name__)

_LOOK_AGAIN_S = 0.1
_TRIES = 50
"""How often the phone is asked to end a call that it may not have yet."""


class MovingCalls:
    """Goes on with them."""

    def __init__(
        self, needs: Needs, dialling: Dialling, live: LiveCalls, tasks: asyncio.TaskGroup
    ) -> None:
        self._needs = needs
        self._dialling = dialling
        self._live = live
        self._tasks = tasks

    def adopt(self, attempt: Attempt) -> CallOrder:
        """The call's tools, its progress and what is said in it are looked after here from now on.
        Again, or for a call that was placed here, it only gives the order.
        """
        errand = errand_of(attempt)
        if attempt.attempt_id not in self._live:
            self._needs.tools.begin(attempt.attempt_id, errand)
            self._live.adopted(attempt.attempt_id, errand, attempt.created_at)
            self._tasks.create_task(self._end_if_cancelled(attempt), name="a call that moved")
        return self._dialling.order_for(attempt, errand)

    async def _end_if_cancelled(self, attempt: Attempt) -> None:
        """The customer may have cancelled where the call was before, too late for it to be ended
        there.
        """
        rest_is_for_call(attempt.attempt_id)
        attempt_id = attempt.attempt_id
        try:
            state = conversation_from_json(await self._needs.store.conversation(attempt.customer))
            if state.cancelled_call != attempt_id:
                return
            self._needs.tools.cancel(attempt_id)
            self._live.over(attempt_id)
            for _ in range(_TRIES):
                if attempt_id not in self._live or self._needs.phone.cancel(attempt_id):
                    return
                await asyncio.sleep(_LOOK_AGAIN_S)
        except Exception as error:
            # The call itself goes on, whatever is wrong.
            log.exception("a call that moved was not looked at (%s)", type(error).__name__)

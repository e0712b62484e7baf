"""What other workers left: calls that nobody keeps any more, and messages that nobody handles.

Every worker looks every few seconds; leases decide who gets what.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from data.call_context import rest_is_for_call
from data.store import Attempt, StoreError
from orchestration.live_calls import LiveCalls
from orchestration.needs import Needs
from orchestration.recovery import Recovery

log = logging.getLogger(__name__)

LOOK_EVERY_S = 3.0
_UNHANDLED_S = 5.0
"""A message as old as this has nobody who handles it, or somebody who is at it already."""
_CUSTOMERS_AT_ONCE = 16
"""Whose old messages are looked at together: those who write now have to get their turn too."""
_MORE_S = 0.5
"""Until the next look, when there were more."""
_ALONE_FOR_S = 10.0
"""At least that long nobody has looked after a call that can be taken: its lease was renewed until
its worker died."""
_OWNERS_FIRST_S = 5.0
"""After trouble with the store: its workers live, and renew what is theirs."""
_BACK_S = 1.0


class LookingAfter:
    """Looks."""

    def __init__(
        self,
        needs: Needs,
        recovery: Recovery,
        live: LiveCalls,
        message_arrived: Callable[[str], None],
    ) -> None:
        """`message_arrived` is told of customers whose messages wait."""
        self._needs = needs
        self._recovery = recovery
        self._live = live
        self._message_arrived = message_arrived
        self._reconciled: dict[str, str] = {}
        """Customers by attempt."""

    def reconciles_for(self, customer: str) -> bool:
        """Whether a call of theirs is being reconciled here."""
        return customer in self._reconciled.values()

    async def run(self) -> None:
        """Until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._messages(), name="messages that nobody handles")
            await self._calls(tasks)

    # --- calls ----------------------------------------------------------------------------------
    async def _calls(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            try:
                left = await self._needs.sharing.take_attempts()
            except StoreError as error:
                log.error("calls that others left have to wait: %s", error)
                await self._until_the_store_is_back()
                continue
            for attempt in left:
                # What is at work here only had a lease that ran out; now it has a new one.
                if attempt.attempt_id in self._live or attempt.attempt_id in self._reconciled:
                    continue
                self._reconciled[attempt.attempt_id] = attempt.customer
                tasks.create_task(self._reconcile(attempt), name="a call that was left")
            await asyncio.sleep(LOOK_EVERY_S)

    async def _until_the_store_is_back(self) -> None:
        while True:
            await asyncio.sleep(_BACK_S)
            try:
                await self._needs.store.next_due()
            except StoreError:
                continue
            return await asyncio.sleep(_OWNERS_FIRST_S)

    async def _reconcile(self, attempt: Attempt) -> None:
        rest_is_for_call(attempt.attempt_id)
        log.warning("a call was left by another worker")
        try:
            await self._recovery.reconcile([attempt], alone_for_s=_ALONE_FOR_S)
            # Without its end it is taken again, by whoever looks first once the lease runs out.
            self._needs.sharing.over(attempt.attempt_id)
        finally:
            del self._reconciled[attempt.attempt_id]

    # --- messages -------------------------------------------------------------------------------
    async def _messages(self) -> None:
        while True:
            pause_s = LOOK_EVERY_S
            try:
                waiting = await self._needs.store.waiting_messages()
            except StoreError as error:
                log.error("messages that others left have to wait: %s", error)
                waiting = []
            old = self._needs.now() - _UNHANDLED_S
            customers = dict.fromkeys(m.customer for m in waiting if m.received_at <= old)
            for customer in list(customers)[:_CUSTOMERS_AT_ONCE]:
                self._message_arrived(customer)
            if len(customers) > _CUSTOMERS_AT_ONCE:
                pause_s = _MORE_S
            await asyncio.sleep(pause_s)

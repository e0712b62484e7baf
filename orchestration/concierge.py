"""Looks after the customers: hears their messages, places their calls, tells them what came of it.

The performer of `conversation`. Every customer has a worker of their own while they have messages
waiting, so one customer's messages are handled in order and nobody waits for somebody else's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from data.call import CallOrder, CallReport, TimelineEntry
from data.errand import ConversationStatus, Errand
from data.leases import Held, Lease, LeaseLost
from data.reply import Limit, NotUnderstood, OverLimit
from data.store import Attempt, StoreError, Turn
from orchestration.conversation_state import Conversation, OrderCall, conversation_from_json
from orchestration.dialling import Dialling, Refused
from orchestration.errands import called_name
from orchestration.live_calls import LiveCalls
from orchestration.looking_after import LookingAfter
from orchestration.moving_calls import MovingCalls
from orchestration.needs import Needs, masked
from orchestration.outgoing import Telling
from orchestration.planned_calls import PlannedCalls
from orchestration.policy import comparable
from orchestration.recovery import Recovery
from orchestration.settling import Settling
from orchestration.sharing import leased
from orchestration.turns import Batch, Turns

log = logging.getLogger(__name__)

_MOST_AT_ONCE = 20
"""Messages of one customer that are answered together."""
_WORKERS = 32
"""Customers whose messages are handled at the same time; more of them wait for their turn."""
_STORE_PAUSES_S = (0.5, 1.0, 2.0, 5.0, 10.0)


class Concierge:
    """Use as an async context manager; leaving it stops the workers, and what they had not
    committed is taken up again by `recover` at the next start.
    """

    def __init__(self, needs: Needs) -> None:
        self._needs = needs
        self._tasks = asyncio.TaskGroup()
        self._room = asyncio.Semaphore(_WORKERS)
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._woken: set[str] = set()
        self._telling = Telling(needs.phrasing, needs.now)
        self._live = LiveCalls(needs, self._telling, self._tasks)
        self._turns = Turns(needs, self._live)
        self._dialling = Dialling(needs, self._telling, self._live)
        self._settling = Settling(needs, self._telling, self._dialling, self._live)
        self._planned = PlannedCalls(needs, self._telling, self._dialling, self._tasks)
        self._recovery = Recovery(needs, self._settling.call_finished)
        self._moving = MovingCalls(needs, self._dialling, self._live, self._tasks)
        self._others = LookingAfter(needs, self._recovery, self._live, self.message_arrived)
        needs.tools.customer_line = self

    async def __aenter__(self) -> Concierge:
        await self._tasks.__aenter__()
        self._live.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        for worker in tuple(self._workers.values()):
            worker.cancel()
        self._planned.stop()
        self._live.stop()
        await self._tasks.__aexit__(None, None, None)

    # --- what happens -------------------------------------------------------------------------
    def message_arrived(self, customer: str) -> None:
        """There is something new from this customer in the store. Quick, never waits."""
        self._woken.add(customer)
        if customer not in self._workers:
            self._workers[customer] = self._tasks.create_task(
                self._serve(customer), name="customer's worker"
            )

    def call_noted(self, attempt_id: str, entry: TimelineEntry) -> None:
        """A new line in a call's timeline (`bridge.ports.CallObserver`)."""
        self._live.call_noted(attempt_id, entry)

    async def call_finished(self, report: CallReport) -> None:
        """A call is over (`bridge.ports.CallObserver`). Raises StoreError; then tell it again."""
        await self._settling.call_finished(report)

    async def ask(self, attempt_id: str, question: str, options: tuple[str, ...]) -> str | None:
        """Put the business's question to the customer (`orchestration.ports.CustomerLine`)."""
        return await self._live.ask(attempt_id, question, options)

    async def keep_words(self, attempt_id: str) -> None:
        """What was said in this call so far becomes durable (`ports.CustomerLine`)."""
        await self._live.keep_words(attempt_id)

    async def order(self, errand: Errand) -> str | Refused:
        """Call for an errand that was confirmed elsewhere (the command line).

        The attempt's id, or why there is no call. Raises StoreError.
        """
        refused = await self._dialling.why_not(errand)
        if refused is not None:
            return refused
        order = OrderCall(self._needs.new_id(), errand)
        state = Conversation(
            status=ConversationStatus.CALLING,
            language=errand.language,
            errand=errand,
            attempt_id=order.attempt_id,
        )
        turn = Turn(errand.customer)
        if not await self._dialling.commit_and_place(turn, state, order, errand.language):
            return OverLimit(Limit.CALLS, called_name(errand))
        return order.attempt_id

    async def recover(self) -> None:
        """Take up what a dead process left: once, as early as can be.

        Returns when every open attempt is reconciled; messages are taken up at once, planned calls
        are looked after from now on. Raises StoreError when the store cannot tell; then nothing was
        taken up yet.
        """
        # Whatever this process ordered meanwhile is nobody's legacy.
        left_open = [
            attempt
            for attempt in await self._needs.store.open_attempts()
            if attempt.attempt_id not in self._live
        ]
        for message in await self._needs.store.waiting_messages():
            self.message_arrived(message.customer)
        self._planned.start()
        if left_open:
            log.warning("%d calls were cut off by a restart", len(left_open))
            await self._recovery.reconcile(left_open)

    # --- among other workers ------------------------------------------------------------------
    async def look_after(self) -> None:
        """What others left: calls that nobody keeps, messages that nobody handles, planned calls.

        With several workers instead of `recover`; runs until it is cancelled.
        """
        self._planned.start()
        await self._others.run()

    def rung_for(self, customer: str) -> None:
        """Another worker rang "customer <address>": there are messages for who keeps their call.
        Quick, never waits.
        """
        if self._live.is_with(customer) or self._others.reconciles_for(customer):
            self.message_arrived(customer)

    def adopt(self, attempt: Attempt) -> CallOrder:
        """A call whose sound has come to this worker, which has its lease (`Sharing.adopted`) and
        goes on with it. Gives the order also when the call was here all the time.
        """
        return self._moving.adopt(attempt)

    def let_go(self, attempt_id: str) -> None:
        """A call is another worker's now: nothing of it is kept or told here any more."""
        self._settling.forget(attempt_id)

    # --- a customer's worker ------------------------------------------------------------------
    async def _serve(self, customer: str) -> None:
        troubles = 0
        try:
            while customer in self._woken:
                self._woken.discard(customer)
                try:
                    async with self._room, self._needs.sharing.desk(customer) as desk:
                        while await self._handle_some(customer, desk):
                            troubles = 0
                except LeaseLost as lost:
                    # The messages stay unhandled in the store, for whoever has that lease now.
                    what = lost.lease.on
                    log.warning("%s is left to another worker (%s)", masked(customer), what)
                    if what is Held.ATTEMPT:
                        self._needs.sharing.refused(lost.lease)
                        self.let_go(lost.lease.key)
                    await self._needs.sharing.ring_for(customer)
                except StoreError as error:
                    # The messages stay unhandled in the store: try until it works again.
                    pause = _STORE_PAUSES_S[min(troubles, len(_STORE_PAUSES_S) - 1)]
                    troubles += 1
                    log.error("%s has to wait %g s: %s", masked(customer), pause, error)
                    await asyncio.sleep(pause)
                    self._woken.add(customer)
        finally:
            del self._workers[customer]

    async def _handle_some(self, customer: str, desk: Sequence[Lease]) -> bool:
        """Hear and answer what waits; False when nothing did, or another worker has to."""
        needs = self._needs
        messages = (await needs.store.waiting_messages(customer))[:_MOST_AT_ONCE]
        if not messages:
            return False
        if not self._may_write(customer):
            log.info("ignored a message of %s, who is not on the list", masked(customer))
            handled = tuple(message.message_sid for message in messages)
            await needs.store.commit_turn(Turn(customer, handled=handled), **leased(desk))
            return True
        state = conversation_from_json(await needs.store.conversation(customer))
        within = state.attempt_id if state.attempt_id in self._live else ""
        if state.attempt_id != within and await needs.sharing.kept_elsewhere(state.attempt_id):
            # Only there can the call be ended, the agent told, the business answered.
            await needs.sharing.ring_for(customer)
            return False
        if not within and self._leaves_to_others():
            return False
        batch = Batch(customer, state, within)
        self._show_typing(messages[-1].message_sid)
        await self._turns.hear_all(batch, messages)
        if batch.order is not None and self._leaves_to_others():
            return False
        try:
            await self._commit(batch, self._under(batch, desk))
        except (StoreError, LeaseLost):
            raise
        except Exception as error:
            # A fault in one customer's turn must neither end the others' nor come back for ever.
            log.exception(
                "the answer to %s could not be given (%s)", masked(customer), type(error).__name__
            )
            await self._apologise(batch, self._under(batch, desk))
        needs.outbox.wake()
        return True

    def _leaves_to_others(self) -> bool:
        """About to stop: another worker finds the messages in a few seconds, and can call."""
        return self._needs.sharing.several and self._needs.phone.draining

    def _under(self, batch: Batch, desk: Sequence[Lease]) -> tuple[Lease, ...]:
        """What reaches into a call counts only while the call is here."""
        sharing = self._needs.sharing
        return (*desk, *(sharing.under(batch.within) if batch.within else ()))

    async def _apologise(self, batch: Batch, under: Sequence[Lease]) -> None:
        key = f"{batch.heard[-1]}:sorry"
        try:
            reply = NotUnderstood(by_our_fault=True)
            sorry = self._telling.messages(batch.customer, [reply], batch.state.language, key)
        except Exception:
            # Even the words are broken: then the messages are at least not heard again and again.
            log.exception("no words for an apology")
            sorry = ()
        await self._needs.store.commit_turn(
            Turn(batch.customer, handled=tuple(batch.heard), outgoing=sorry), **leased(under)
        )

    async def _commit(self, batch: Batch, under: Sequence[Lease]) -> None:
        language, key = batch.state.language, batch.heard[-1]
        turn = Turn(
            batch.customer,
            handled=tuple(batch.heard),
            plan=batch.plan,
            done_plans=batch.done_plans,
        )
        turn = self._telling.turn(turn, batch.state, batch.coherent_replies(), language, key)
        if batch.order is None:
            await self._needs.store.commit_turn(turn, **leased(under))
        else:
            await self._dialling.commit_and_place(turn, batch.state, batch.order, language, under)
        if batch.plan is not None:
            self._planned.wake()

    def _show_typing(self, message_sid: str) -> None:
        try:
            self._needs.show_typing(message_sid)
        except Exception as error:
            # A sign that an answer is coming is worth less than the answer.
            log.warning("no typing indicator: %s", type(error).__name__)

    def _may_write(self, customer: str) -> bool:
        allowed = self._needs.settings.allowed_customers
        return allowed is None or comparable(customer) in set(map(comparable, allowed))

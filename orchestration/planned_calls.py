"""Confirmed calls that wait for their time: kept in the store, placed when it has come.

A planned call becomes an attempt in the same commit that strikes it off the list, so a crash at any
moment leaves either the plan or the attempt, never both. The attempt's id follows from the plan's:
even two processes that look at the same list could not both write it down.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import Sequence
from dataclasses import replace

from data.errand import Errand
from data.leases import Lease, LeaseLost
from data.reply import Limit, OverLimit
from data.store import PlannedCall, StoreError, Turn
from orchestration import conversation
from orchestration.calling_hours import call_moment
from orchestration.conversation_state import Conversation, PlanContext, conversation_from_json
from orchestration.dialling import Dialling
from orchestration.errands import called_name
from orchestration.needs import Needs, masked
from orchestration.outgoing import Telling, planned_call, promised
from orchestration.sharing import leased

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 60.0
"""So that a clock that was put forward delays nothing for long."""
_LOOK_AFTER_OTHERS_S = 3.0
"""So that what another worker planned, or left, is placed in time."""
_TROUBLE_S = 5.0
_LINES_BUSY_S = 20.0
"""When all lines, or the business's, are in use, the call is tried again after that long …"""
_PATIENCE_S = 900.0
"""… for so long; then the customer is told."""
_NOT_NOW = frozenset({Limit.CALLS, Limit.BUSINESS_BUSY, Limit.DRAINING})


class PlannedCalls:
    """Carries out what the store says is due."""

    def __init__(
        self,
        needs: Needs,
        telling: Telling,
        dialling: Dialling,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._needs = needs
        self._telling = telling
        self._dialling = dialling
        self._tasks = tasks
        self._bell = asyncio.Event()
        self._at_work: dict[str, asyncio.Task[None]] = {}
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look after the planned calls from now on; again is fine."""
        if self._looking is None:
            self._looking = self._tasks.create_task(self._look_after(), name="planned calls")

    def stop(self) -> None:
        """What is not committed yet stays planned."""
        for task in (self._looking, *self._at_work.values()):
            if task is not None:
                task.cancel()

    def wake(self) -> None:
        """There may be a new one."""
        self._bell.set()

    async def _look_after(self) -> None:
        while True:
            self._bell.clear()
            try:
                pause_s = await self._look()
            except StoreError as error:
                log.error("planned calls have to wait %g s: %s", _TROUBLE_S, error)
                pause_s = _TROUBLE_S
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._bell.wait()

    async def _look(self) -> float:
        """Begins what is due; the seconds until it is worth looking again."""
        needs = self._needs
        if needs.phone.draining:
            return _LOOK_EVERY_S  # they are left to the next process
        now = needs.now()
        due_at = await needs.store.next_plan()
        due = due_at is not None and due_at <= now
        for plan, lease in await self._due(now) if due else ():
            if plan.plan_id not in self._at_work:
                self._at_work[plan.plan_id] = self._tasks.create_task(
                    self._take_up(plan, lease), name="a planned call"
                )
            elif lease is not None:
                # What is at work on it here will be refused; then it is looked at anew.
                await needs.sharing.give_back(lease)
        longest_s = _LOOK_EVERY_S if needs.sharing.claim() is None else _LOOK_AFTER_OTHERS_S
        # What is due and at work rings when it is done.
        return longest_s if due_at is None or due_at <= now else min(due_at - now, longest_s)

    async def _due(self, now: float) -> list[tuple[PlannedCall, Lease | None]]:
        sharing = self._needs.sharing
        if sharing.claim() is None:
            return [(plan, None) for plan in await self._needs.store.due_plans(now)]
        return [*await sharing.take_plans()]

    async def _take_up(self, plan: PlannedCall, lease: Lease | None) -> None:
        own = () if lease is None else (lease,)
        try:
            async with self._needs.sharing.desk(plan.customer) as desk:
                await self._carry_out(plan, (*own, *desk))
        except LeaseLost:
            log.warning("a planned call for %s is left to another worker", masked(plan.customer))
        except StoreError as error:
            log.error("a planned call has to wait %g s: %s", _TROUBLE_S, error)
            await asyncio.sleep(_TROUBLE_S)
        except Exception as error:
            # One plan that sets off a fault of ours must neither end the others nor come back.
            log.exception(
                "a planned call for %s failed (%s)", masked(plan.customer), type(error).__name__
            )
            await self._give_up(plan, own)
        finally:
            for each in own:
                await self._needs.sharing.give_back(each)
            del self._at_work[plan.plan_id]
            self._bell.set()

    async def _carry_out(self, row: PlannedCall, under: Sequence[Lease]) -> None:
        needs = self._needs
        state = conversation_from_json(await needs.store.conversation(row.customer))
        plan = state.planned(row.plan_id)
        if plan is not None and plan.moment.at > needs.now():
            # Put off since the list was read, or the list is wrong.
            await needs.store.commit_turn(
                Turn(row.customer, plan=replace(row, due_at=plan.moment.at)), **leased(under)
            )
            return
        before = state
        state, steps = conversation.plan_due(state, row.plan_id, self._context(row, state))
        owed = promised(steps)
        if owed.order is not None and await self._lines_busy(row, before, owed.order.errand):
            await needs.store.commit_turn(
                Turn(row.customer, plan=replace(row, due_at=needs.now() + _LINES_BUSY_S)),
                **leased(under),
            )
            return
        kept = owed.keep is not None and owed.keep.plan_id == row.plan_id
        turn = Turn(
            row.customer,
            plan=planned_call(owed.keep, row.customer) if owed.keep else None,
            done_plans=owed.drop if kept else tuple({*owed.drop, row.plan_id}),
        )
        key = f"plan:{row.plan_id}:{row.due_at:.0f}"
        turn = self._telling.turn(turn, state, owed.replies, state.language, key)
        if owed.order is None:
            await needs.store.commit_turn(turn, **leased(under))
        else:
            await self._dialling.commit_and_place(turn, state, owed.order, state.language, under)
        needs.outbox.wake()

    def _context(self, row: PlannedCall, state: Conversation) -> PlanContext:
        needs, now = self._needs, self._needs.now()
        plan, moment = state.planned(row.plan_id), None
        if plan is not None:
            moment = call_moment(
                needs.policy, plan.errand.business, now, needs.settings.default_zone
            )
        return PlanContext(now, moment, _attempt_id(row.plan_id))

    async def _lines_busy(self, row: PlannedCall, state: Conversation, errand: Errand) -> bool:
        """Whether it cannot be placed for a reason that passes, and has not waited for long."""
        plan = state.planned(row.plan_id)
        since = plan.moment.at if plan is not None else row.due_at
        if self._needs.now() - since > _PATIENCE_S:
            return False
        refused = await self._dialling.why_not(errand)
        return isinstance(refused, OverLimit) and refused.limit in _NOT_NOW

    async def _give_up(self, row: PlannedCall, own: Sequence[Lease]) -> None:
        """Say that there is no call; nothing else of the conversation changes."""
        try:
            async with self._needs.sharing.desk(row.customer) as desk:
                state = conversation_from_json(await self._needs.store.conversation(row.customer))
                turn = Turn(row.customer, done_plans=(row.plan_id,))
                plan = state.planned(row.plan_id)
                if plan is not None:
                    reply = OverLimit(Limit.CALLS, called_name(plan.errand))
                    state = state.model_copy(update={"plans": state.without_plan(row.plan_id)})
                    key = f"plan:{row.plan_id}:failed"
                    turn = self._telling.turn(turn, state, [reply], state.language, key)
                await self._needs.store.commit_turn(turn, **leased((*own, *desk)))
            self._needs.outbox.wake()
        except LeaseLost:
            log.warning("a planned call for %s is left to another worker", masked(row.customer))
        except Exception:
            log.exception("no word of a planned call that failed")
            await asyncio.sleep(_LOOK_EVERY_S)


def _attempt_id(plan_id: str) -> str:
    """As unguessable as the plan's own id."""
    return hashlib.sha256(f"the attempt of plan {plan_id}".encode()).hexdigest()[:32]

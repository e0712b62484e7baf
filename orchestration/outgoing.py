"""Replies as promises in the store: put into words, numbered so that none is made twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from data.record_json import errand_to_json
from data.reply import Reply
from data.store import OutgoingMessage, PlannedCall, Turn
from orchestration.conversation_state import (
    Conversation,
    DropPlan,
    KeepPlan,
    OrderCall,
    Plan,
    Say,
    Step,
)
from orchestration.ports import Phrasing


class Telling:
    """Turns replies into outgoing messages."""

    def __init__(self, phrasing: Phrasing, now: Callable[[], float]) -> None:
        """`now` in seconds since the epoch."""
        self._phrasing = phrasing
        self._now = now

    def messages(
        self,
        customer: str,
        replies: Sequence[Reply],
        language: str,
        key: str,
        *,
        fresh_for_s: float | None = None,
    ) -> tuple[OutgoingMessage, ...]:
        """One message per reply. `key` names what they answer: the same one gives the same ids.
        After `fresh_for_s` seconds they are not worth sending any more; None: always.
        """
        now = self._now()
        return tuple(
            OutgoingMessage(
                message_id=key if index == 0 else f"{key}:{index}",
                customer=customer,
                body=self._phrasing.words(reply, language),
                due_at=now,
                stale_at=None if fresh_for_s is None else now + fresh_for_s,
            )
            for index, reply in enumerate(replies)
        )

    def turn(
        self,
        turn: Turn,
        state: Conversation,
        replies: Sequence[Reply],
        language: str,
        key: str,
    ) -> Turn:
        """The turn with this state, and with these replies after those that it has."""
        return replace(
            turn,
            conversation_json=state.model_dump_json(),
            outgoing=(*turn.outgoing, *self.messages(turn.customer, replies, language, key)),
        )


@dataclass(frozen=True, slots=True)
class Promised:
    """What the steps after an event that no message set off promise: words, a call, a plan."""

    replies: tuple[Reply, ...] = ()
    order: OrderCall | None = None
    keep: Plan | None = None
    drop: tuple[str, ...] = ()
    """plan_ids."""


def promised(steps: Sequence[Step]) -> Promised:
    """The steps by their kinds; such an event orders one call and keeps one plan at most."""
    return Promised(
        replies=tuple(step.reply for step in steps if isinstance(step, Say)),
        order=next((step for step in steps if isinstance(step, OrderCall)), None),
        keep=next((step.plan for step in steps if isinstance(step, KeepPlan)), None),
        drop=tuple(step.plan_id for step in steps if isinstance(step, DropPlan)),
    )


def planned_call(plan: Plan, customer: str) -> PlannedCall:
    """The plan as the store keeps it."""
    return PlannedCall(plan.plan_id, customer, errand_to_json(plan.errand), plan.moment.at)

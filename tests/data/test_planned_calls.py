"""A call that was confirmed for later is kept until it is carried out or dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data.store import BlockedNumber, Store, StoreError, Turn

if TYPE_CHECKING:
    from tests.data.conftest import Reopen, Samples

ANA = "whatsapp:+5491150000001"
BEA = "whatsapp:+5491150000002"


async def test_plans_fall_due_oldest_first(stores: tuple[Store, Reopen], samples: Samples) -> None:
    store, reopen = stores
    assert await store.next_plan() is None
    late, early, bea = (
        samples.plan("late", 300.0),
        samples.plan("early", 100.0),
        samples.plan("bea", 200.0, BEA),
    )
    for plan in (late, early, bea):
        await store.commit_turn(Turn(plan.customer, plan=plan))
    store = await reopen()
    assert await store.next_plan() == 100.0
    assert await store.due_plans(99.9) == []
    assert await store.due_plans(100.0) == [early]
    assert await store.due_plans(1e9) == [early, bea, late]
    assert await store.due_plans(1e9, limit=2) == [early, bea]


async def test_a_known_plan_is_put_off_and_not_doubled(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, reopen = stores
    await store.commit_turn(Turn(ANA, plan=samples.plan("plan", 100.0)))
    await store.commit_turn(Turn(BEA, plan=samples.plan("other", 150.0, BEA)))
    await store.commit_turn(Turn(ANA, plan=samples.plan("plan", 200.0)))
    store = await reopen()
    assert [each.plan_id for each in await store.due_plans(1e9)] == ["other", "plan"]
    assert await store.due_plans(149.0) == []


async def test_what_is_carried_out_is_due_no_more(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, reopen = stores
    await store.commit_turn(Turn(ANA, plan=samples.plan("one", 100.0)))
    await store.commit_turn(Turn(ANA, plan=samples.plan("two", 200.0)))
    await store.commit_turn(Turn(ANA, done_plans=("one", "unknown"), attempt=samples.attempt()))
    store = await reopen()
    assert [each.plan_id for each in await store.due_plans(1e9)] == ["two"]
    assert await store.next_plan() == 200.0
    # One plan takes the place of another in a single turn.
    await store.commit_turn(Turn(ANA, plan=samples.plan("three", 300.0), done_plans=("two",)))
    store = await reopen()
    assert [each.plan_id for each in await store.due_plans(1e9)] == ["three"]


async def test_a_turn_that_fails_leaves_the_plan_as_it_was(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    """Else a crash in between would lose the call, or place it twice."""
    store, reopen = stores
    await store.commit_turn(Turn(ANA, plan=samples.plan("plan", 100.0), attempt=samples.attempt()))
    blocked = BlockedNumber("+541140000101", "attempt-a", "no llamen más", 50.0)
    with pytest.raises(StoreError):
        await store.commit_turn(
            Turn(
                ANA,
                attempt=samples.attempt(),
                done_plans=("plan",),
                plan=samples.plan("new", 5.0),
                blocked=blocked,
            )
        )
    store = await reopen()
    assert [each.plan_id for each in await store.due_plans(1e9)] == ["plan"]
    assert await store.blocked_numbers() == frozenset()


async def test_plans_and_blocked_numbers_come_with_the_end_of_a_call_too(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, reopen = stores
    await store.commit_turn(Turn(ANA, attempt=samples.attempt()))
    blocked = BlockedNumber("+541140000101", "attempt-a", "no llamen más", 50.0)
    turn = Turn(ANA, plan=samples.plan("again", 500.0), blocked=blocked)
    assert await store.end_attempt(samples.report(), samples.result(), turn, 200.0)
    # An end that came too late changes nothing.
    late = Turn(ANA, plan=samples.plan("twice", 1.0))
    assert not await store.end_attempt(samples.report(), samples.result(), late, 201.0)
    store = await reopen()
    assert [each.plan_id for each in await store.due_plans(1e9)] == ["again"]
    assert await store.blocked_numbers() == {"+541140000101"}

"""Several workers on one database: each piece of work is one's, and a late owner writes nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from data.leases import Claim, Held, Lease, LeaseLost, desk_of
from data.shared_store import SharedStore
from data.store import Turn
from tests.data.behind import Behind

if TYPE_CHECKING:
    from tests.data.conftest import Samples

ANA = "whatsapp:+5491150000001"
BEA = "whatsapp:+5491150000002"


def claim(owner: str, now: float, for_s: float = 30.0) -> Claim:
    return Claim(owner, now, now + for_s)


async def test_a_call_belongs_to_who_ordered_it_until_the_lease_runs_out(
    workers: tuple[SharedStore, SharedStore], samples: Samples
) -> None:
    one, two = workers
    mine = claim("one", 100.0)
    await one.commit_turn(Turn(ANA, attempt=samples.attempt()), claim=mine)
    lease = Lease.of_new_attempt("attempt-a", mine)
    assert await two.take_attempts(claim("two", 129.9)) == []
    (renewed,) = await one.renew([lease], 160.0)
    assert renewed == replace(lease, until=160.0)
    assert await two.take_attempts(claim("two", 131.0)) == []
    ((attempt, taken),) = await two.take_attempts(claim("two", 160.0))
    assert attempt == samples.attempt()
    assert taken == Lease(Held.ATTEMPT, "attempt-a", "two", lease.fence + 1, 190.0)
    assert await one.take_attempts(claim("one", 170.0)) == []


async def test_what_a_late_owner_writes_is_refused(
    workers: tuple[SharedStore, SharedStore], samples: Samples
) -> None:
    one, two = workers
    mine = claim("one", 100.0)
    await one.commit_turn(Turn(ANA, "calling", attempt=samples.attempt()), claim=mine)
    old = Lease.of_new_attempt("attempt-a", mine)
    ((_, new),) = await two.take_attempts(claim("two", 130.0))
    assert await one.renew([old], 900.0) == []
    await one.release([old])

    async def end(store: SharedStore, lease: Lease) -> bool:
        turn = Turn(ANA, f"ended by {lease.owner}", outgoing=(samples.promise(lease.owner),))
        return await store.end_attempt(
            samples.report(), samples.result(), turn, 200.0, under=[lease]
        )

    with pytest.raises(LeaseLost) as caught:
        await end(one, old)
    assert caught.value.lease == old
    with pytest.raises(LeaseLost):
        await one.commit_turn(Turn(ANA, "late"), under=[old])
    # The same owner again, with the number of before.
    with pytest.raises(LeaseLost):
        await end(two, replace(new, fence=old.fence))
    assert await two.conversation(ANA) == "calling"
    assert await two.next_due() is None
    assert await end(two, new)
    assert await one.conversation(ANA) == "ended by two"
    # What is over is nobody's, and there is nothing left to take.
    assert await two.renew([new], 900.0) == []
    assert await one.take_attempts(claim("one", 1e9)) == []


async def test_a_lease_that_ran_out_is_good_until_somebody_takes_it(
    workers: tuple[SharedStore, SharedStore], samples: Samples
) -> None:
    """A worker that was slow, and that nobody has replaced, still ends its call."""
    one, _ = workers
    await one.commit_turn(Turn(ANA, attempt=samples.attempt()), claim=claim("one", 100.0))
    lease = Lease.of_new_attempt("attempt-a", claim("one", 100.0))
    assert await one.renew([lease], 500.0) != []
    ended = await one.end_attempt(
        samples.report(), samples.result(), Turn(ANA), 9_000.0, under=[lease]
    )
    assert ended


async def test_messages_are_taken_once_and_in_order(
    workers: tuple[SharedStore, SharedStore], samples: Samples
) -> None:
    one, two = workers
    first = [samples.promise(name, due_at=5.0) for name in ("a1", "a2", "a3")]
    await one.commit_turn(Turn(ANA, outgoing=tuple(first)))
    await one.commit_turn(Turn(BEA, outgoing=(samples.promise("b1", BEA, due_at=3.0),)))
    assert await one.take_messages(claim("one", 2.0)) == []
    taken = await one.take_messages(claim("one", 10.0))
    assert [message.message_id for message, _ in taken] == ["b1", "a1"]
    # a2 waits for a1, whoever sends that.
    assert await two.take_messages(claim("two", 11.0)) == []
    leases = {message.message_id: lease for message, lease in taken}
    await one.message_sent("a1", "SM1", under=leases["a1"])
    ((message, second),) = await two.take_messages(claim("two", 11.0))
    assert message.message_id == "a2"
    # What has to wait is let go: whoever is there then takes it.
    await two.message_postponed("a2", 20.0, "no luck", under=second)
    assert await one.take_messages(claim("one", 19.0)) == []
    ((message, third),) = await one.take_messages(claim("one", 20.0))
    assert (message.message_id, third.fence) == ("a2", second.fence + 1)
    with pytest.raises(LeaseLost):
        await two.message_sent("a2", "SM2", under=second)
    await one.message_parked("a2", "63016", under=third)
    # b1 is still being sent when its lease runs out.
    ((message, late),) = [
        each for each in await two.take_messages(claim("two", 40.0)) if each[0].customer == BEA
    ]
    assert late.owner == "two"
    for change in (
        one.message_given_up("b1", "never", under=leases["b1"]),
        one.message_parked("b1", "63016", under=leases["b1"]),
        one.message_postponed("b1", 1.0, "no luck", under=leases["b1"]),
    ):
        with pytest.raises(LeaseLost):
            await change
    await two.message_given_up("b1", "never", under=late)
    await one.release([])


@pytest.mark.parametrize("at_once", [1, 3, 50])
async def test_who_takes_at_once_takes_something_else(
    workers: tuple[SharedStore, SharedStore], samples: Samples, at_once: int
) -> None:
    customers = [f"whatsapp:+{number}" for number in range(20)]
    for customer in customers:
        attempt = samples.attempt(f"call of {customer}", customer=customer)
        promise = samples.promise(f"to {customer}", customer)
        plan = samples.plan(f"plan of {customer}", 5.0, customer)
        await workers[0].commit_turn(
            Turn(customer, outgoing=(promise,), plan=plan, attempt=attempt)
        )
    taken: list[Lease] = []

    async def take(store: SharedStore, owner: str) -> None:
        empty = 0
        while empty < 2:
            found = [
                *(lease for _, lease in await store.take_messages(claim(owner, 50.0), at_once)),
                *(lease for _, lease in await store.take_plans(claim(owner, 50.0), at_once)),
                *(lease for _, lease in await store.take_attempts(claim(owner, 50.0), at_once)),
            ]
            taken.extend(found)
            # What the other one has just locked is passed over: look once more.
            empty = 0 if found else empty + 1

    await asyncio.gather(*(take(store, f"{n}") for n, store in enumerate((*workers, *workers))))
    kept = {(lease.on, lease.key): lease for lease in taken}
    assert len(kept) == len(taken) == 60
    assert len(await workers[1].renew(taken, 99.0)) == 60


async def test_a_plan_is_placed_by_one_and_put_off_for_all(
    workers: tuple[SharedStore, SharedStore], samples: Samples
) -> None:
    one, two = workers
    await one.commit_turn(Turn(ANA, plan=samples.plan("plan", 10.0)))
    ((plan, lease),) = await one.take_plans(claim("one", 10.0))
    assert plan == samples.plan("plan", 10.0)
    assert await two.take_plans(claim("two", 11.0)) == []
    await one.commit_turn(Turn(ANA, plan=samples.plan("plan", 20.0)), under=[lease])
    ((_, next_one),) = await two.take_plans(claim("two", 20.0))
    with pytest.raises(LeaseLost):
        await one.commit_turn(Turn(ANA, "twice", done_plans=("plan",)), under=[lease])
    await two.commit_turn(
        Turn(ANA, "placed", done_plans=("plan",), attempt=samples.attempt()), under=[next_one]
    )
    assert await one.next_plan() is None
    assert await one.conversation(ANA) == "placed"


async def test_a_name_is_one_workers_at_a_time(
    workers: tuple[SharedStore, SharedStore],
) -> None:
    one, two = workers
    taken = await asyncio.gather(
        *(store.take("sweep", claim(f"{n}", 100.0)) for n, store in enumerate(workers * 5))
    )
    (first,) = [each for each in taken if each is not None]
    assert await one.take("sweep", claim("late", 129.0)) is None
    other = await two.take("another", claim("two", 100.0))
    assert other is not None
    second = await two.take("sweep", claim("two", 130.0))
    assert second is not None and second.fence > first.fence
    with pytest.raises(LeaseLost):
        await one.commit_turn(Turn(ANA, "late"), under=[other, first])
    await two.commit_turn(Turn(ANA, "in time"), under=[other, second])
    assert await one.conversation(ANA) == "in time"
    await two.release([second, other])
    # A name that was given back and is taken anew does not begin at a number somebody still has.
    third = await one.take("sweep", claim("one", 131.0))
    assert third is not None and third.fence > second.fence
    with pytest.raises(LeaseLost):
        await two.commit_turn(Turn(ANA, "late"), under=[second])


async def test_a_late_owner_does_not_give_back_what_is_anothers(
    workers: tuple[SharedStore, SharedStore],
) -> None:
    one, two = workers
    first = await one.take("sweep", claim("one", 100.0))
    second = await two.take("sweep", claim("two", 130.0))
    assert first is not None and second is not None
    await one.release([first])
    assert await one.take("sweep", claim("one", 140.0)) is None
    await two.release([second])
    assert await one.take("sweep", claim("one", 140.0)) is not None


async def test_nobody_takes_what_is_put_off_or_done(
    workers: tuple[SharedStore, SharedStore], samples: Samples
) -> None:
    """The same plan, placed and planned anew, is not what the lease of before was on."""
    one, _ = workers
    await one.commit_turn(Turn(ANA, plan=samples.plan("plan", 10.0)))
    ((_, lease),) = await one.take_plans(claim("one", 10.0))
    await one.commit_turn(Turn(ANA, done_plans=("plan",)), under=[lease])
    with pytest.raises(LeaseLost):
        await one.commit_turn(Turn(ANA, "late"), under=[lease])
    await one.commit_turn(Turn(ANA, plan=samples.plan("plan", 10.0)))
    assert await one.renew([lease], 900.0) == []


async def test_a_name_is_taken_again_and_again_at_todays_times(
    workers: tuple[SharedStore, SharedStore],
) -> None:
    fences = []
    for number in range(4):
        now = 1_764_137_000.125 + number // 2
        lease = await workers[number % 2].take("desk", Claim(f"{number}", now, now))
        assert lease is not None
        fences.append(lease.fence)
        if number == 2:
            await workers[0].release([lease])
    assert fences[0] < fences[1] < fences[2] <= fences[3]


async def test_the_name_of_a_customers_desk_goes_with_them(
    behind: Behind, samples: Samples
) -> None:
    store = behind.store()
    await store.open()
    desk = await store.take(desk_of(ANA), claim("one", 100.0))
    other = await store.take(desk_of(BEA), claim("one", 100.0))
    assert desk is not None and other is not None
    assert await store.forget_customer(ANA)
    with pytest.raises(LeaseLost):
        await store.commit_turn(Turn(ANA, "late"), under=[desk])
    assert behind.sql("SELECT name FROM leases") == [(other.key,)]
    # Nor does it stay of others: given back, or left by a worker that died.
    await store.take(desk_of(ANA), claim("one", 100.0))
    await store.release([other])
    assert behind.sql("SELECT name FROM leases") == [(desk.key,)]
    await store.drop_conversations(130.0)
    assert behind.sql("SELECT name FROM leases") == [(desk.key,)]
    await store.drop_conversations(131.0)
    assert behind.sql("SELECT name FROM leases") == []
    await store.close()

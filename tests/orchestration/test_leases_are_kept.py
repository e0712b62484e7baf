"""What a worker holds: renewed while it lives, noticed when it is lost, given back at the end."""

from __future__ import annotations

import asyncio
import random
from typing import cast

import pytest

from data.leases import Claim, Held, Lease, LeaseLost, desk_of
from data.memory_store import MemoryStore
from data.shared_store import SharedStore
from data.store import Attempt, PlannedCall, Turn
from orchestration.shared_work import LEASE_S, SharedWork, new_owner
from simulation.clock import run_virtual
from tests.orchestration.conftest import LU
from tests.orchestration.neighbours import NOON, now
from tests.orchestration.workers import Link

ATTEMPT = Attempt("a call", "e", LU, "+541140000101", "Ana", "{}", NOON)


class Pair:
    """Two workers on one store, the first with a way to it that can be cut."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.link = Link(self.store, random.Random(1))
        self.one = SharedWork(cast("SharedStore", self.link), now, "one")
        self.two = SharedWork(self.store, now, "two")
        self.lost: list[str] = []
        self.one.lost = self.lost.append

    async def place(self) -> None:
        """The first one has a call."""
        await self.store.commit_turn(Turn(LU, attempt=ATTEMPT), claim=self.one.claim())
        self.one.placed(ATTEMPT.attempt_id)


def test_a_call_is_kept_for_as_long_as_its_worker_lives() -> None:
    async def story() -> None:
        pair = Pair()
        await pair.place()
        async with pair.one, pair.two:
            for _ in range(300):
                await asyncio.sleep(1)
                assert await pair.two.take_attempts() == []
            assert await pair.one.keeps("a call") and not await pair.two.keeps("a call")
            assert await pair.two.kept_elsewhere("a call")
            assert not await pair.one.kept_elsewhere("a call")
            await pair.store.commit_turn(Turn(LU), under=pair.one.under("a call"))
            with pytest.raises(LeaseLost):
                await pair.store.commit_turn(Turn(LU), under=pair.two.under("a call"))
        assert [each.attempt_id for each in await pair.two.take_attempts()] == ["a call"]

    run_virtual(story())


@pytest.mark.parametrize("cut", ["away", "stuck"])
def test_a_lease_that_ran_out_is_renewed_when_the_store_is_back(cut: str) -> None:
    async def story() -> None:
        pair = Pair()
        await pair.place()
        async with pair.one:
            await asyncio.sleep(7)
            if cut == "away":
                pair.link.away = True
            else:
                pair.link.open.clear()
            await asyncio.sleep(60)
            assert await pair.store.keeper("a call", now()) == ""
            pair.link.away = False
            pair.link.open.set()
            await asyncio.sleep(1.5)
            assert await pair.store.keeper("a call", now()) == "one"
            assert pair.lost == []

    run_virtual(story())


def test_a_call_that_was_taken_meanwhile_is_told_as_lost_once() -> None:
    async def story() -> None:
        pair = Pair()
        await pair.place()
        async with pair.one, pair.two:
            pair.link.away = True
            await asyncio.sleep(20)
            assert len(await pair.two.take_attempts()) == 1
            pair.link.away = False
            await asyncio.sleep(30)
            assert pair.lost == ["a call"]
            assert not await pair.one.keeps("a call")
            with pytest.raises(LeaseLost):
                await pair.store.commit_turn(Turn(LU), under=pair.one.under("a call"))

    run_virtual(story())


def test_a_bell_says_it_sooner_and_is_not_believed_blindly() -> None:
    async def story() -> None:
        pair = Pair()
        await pair.place()
        async with pair.one:
            await pair.one.moved("a call")
            await pair.one.moved("another call")
            assert pair.lost == []
            taken = await pair.store.take_stream("a call", "CA1", pair.two.claim())
            assert taken is not None
            await pair.one.moved("a call")
            assert pair.lost == ["a call"]

    run_virtual(story())


def test_a_call_that_ends_while_its_lease_is_renewed_is_not_lost() -> None:
    """In the store it has no lease any more; that its end was kept is on its way back."""

    async def story() -> None:
        pair = Pair()
        await pair.place()
        lease: Lease
        async with pair.one:
            await asyncio.sleep(4.9)
            (lease,) = pair.one.under("a call")
            await pair.store.release([lease])
            await asyncio.sleep(0.5)
            pair.one.over("a call")
            await asyncio.sleep(20)
            assert pair.lost == []

    run_virtual(story())


def test_a_fault_in_letting_go_of_one_call_does_not_lose_the_others() -> None:
    async def story() -> None:
        pair = Pair()
        await pair.place()

        def broken(attempt_id: str) -> None:
            raise RuntimeError("a fault")

        pair.one.lost = broken
        async with pair.one, pair.one.desk(LU):
            await pair.store.take_stream("a call", "CA1", pair.two.claim())
            await asyncio.sleep(60)
            assert await pair.store.take(desk_of(LU), pair.two.claim()) is None

    run_virtual(story())


def test_only_one_worker_is_at_a_desk_and_a_dead_one_not_for_long() -> None:
    async def story() -> None:
        pair = Pair()
        at_work: list[str] = []

        async def work(worker: SharedWork, times: int) -> None:
            for _ in range(times):
                async with worker.desk(LU) as (lease,), worker.dialling() as (limits,):
                    assert at_work == []
                    at_work.append(worker.owner)
                    await asyncio.sleep(0.3)
                    await pair.store.commit_turn(Turn(LU), under=[lease, limits])
                    at_work.remove(worker.owner)
                await asyncio.sleep(0.02)

        async with pair.one, pair.two:
            await asyncio.gather(*(work(each, 10) for each in (pair.one, pair.two, pair.one)))
            async with pair.one.desk(LU):
                pair.link.dead = True
                began = now()
                async with pair.two.desk(LU), pair.two.desk("another"):
                    assert LEASE_S - 6 < now() - began < LEASE_S + 1
                pair.link.dead = False

    run_virtual(story())


def test_nothing_is_taken_from_oneself() -> None:
    """After a pause one's own leases have run out: first they are renewed."""

    async def story() -> None:
        pair = Pair()
        await pair.place()
        await pair.store.commit_turn(Turn(LU, plan=PlannedCall("a plan", LU, "{}", NOON)))
        async with pair.one:
            ((_, lease),) = await pair.one.take_plans()
            pair.link.away = True
            await asyncio.sleep(60)
            pair.link.away = False
            assert await pair.one.take_attempts() == [] and await pair.one.take_plans() == []
            await asyncio.sleep(6)
            assert await pair.one.take_attempts() == [] and await pair.one.take_plans() == []
            await pair.store.commit_turn(Turn(LU), under=[lease, *pair.one.under("a call")])
            await pair.one.give_back(lease)
            assert len(await pair.one.take_plans()) == 1

    run_virtual(story())


def test_at_the_end_everything_is_given_back_and_a_store_that_is_away_is_not_waited_for() -> None:
    async def story() -> None:
        for away in (False, True):
            pair = Pair()
            await pair.place()
            async with pair.one:
                async with pair.one.dialling():
                    pass
                pair.one.adopted(Lease(Held.NAME, "sweep", "one", 1, 0.0))
                if away:
                    pair.link.open.clear()
                began = now()
            assert now() - began < 6
            taken = await pair.store.take_attempts(Claim("two", now(), now() + 15))
            assert len(taken) == (0 if away else 1)

    run_virtual(story())


def test_every_start_has_another_name() -> None:
    assert new_owner() != new_owner()
    assert len(new_owner()) <= 64

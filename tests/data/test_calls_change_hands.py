"""A call goes to the worker its sound came to: once, whoever kept it before."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from data.leases import Claim, Held, Lease, LeaseLost
from data.shared_store import SharedStore
from data.store import Turn

if TYPE_CHECKING:
    from tests.data.conftest import Samples

ANA = "whatsapp:+5491150000001"
BEA = "whatsapp:+5491150000002"
Workers = tuple[SharedStore, SharedStore]


def claim(owner: str, now: float, for_s: float = 15.0) -> Claim:
    return Claim(owner, now, now + for_s)


async def test_the_call_is_whose_the_sound_is(workers: Workers, samples: Samples) -> None:
    one, two = workers
    mine = claim("one", 100.0)
    await one.commit_turn(Turn(ANA, attempt=samples.attempt()), claim=mine)
    await one.bind_call("attempt-a", "CA1")
    old = Lease.of_new_attempt("attempt-a", mine)
    assert await two.keeper("attempt-a", 101.0) == "one"
    taken = await two.take_stream("attempt-a", "CA1", claim("two", 102.0))
    assert taken is not None
    attempt, lease = taken
    assert (attempt.call_sid, attempt.state, attempt.customer) == ("CA1", "dialed", ANA)
    assert attempt == await one.attempt("attempt-a")
    assert lease == Lease(Held.ATTEMPT, "attempt-a", "two", old.fence + 1, 117.0)
    assert await one.keeper("attempt-a", 103.0) == "two"
    # Who ordered it learns that it is not theirs any more, and writes nothing.
    assert await one.renew([old], 900.0) == []
    with pytest.raises(LeaseLost):
        await one.end_attempt(
            samples.report(), samples.result(), Turn(ANA, "late"), 110.0, under=[old]
        )
    assert await two.end_attempt(
        samples.report(), samples.result(), Turn(ANA, "in time"), 110.0, under=[lease]
    )
    assert await one.keeper("attempt-a", 111.0) == ""


async def test_a_stream_comes_once_in_a_call(workers: Workers, samples: Samples) -> None:
    one, two = workers
    await one.commit_turn(Turn(ANA, attempt=samples.attempt()), claim=claim("one", 100.0))
    # Also to who keeps it already.
    first = await one.take_stream("attempt-a", "CA1", claim("one", 101.0))
    assert first is not None
    assert first[0].call_sid == "CA1"
    for owner in ("one", "two"):
        assert await two.take_stream("attempt-a", "CA1", claim(owner, 102.0)) is None
    # Not even when its worker died: what is left of the call is its end.
    ((attempt, lease),) = await two.take_attempts(claim("two", 116.0))
    assert attempt.call_sid == "CA1"
    assert await two.take_stream("attempt-a", "CA1", claim("two", 117.0)) is None
    assert await two.renew([lease], 200.0) != []


async def test_a_stream_of_another_call_is_refused(workers: Workers, samples: Samples) -> None:
    one, two = workers
    for name in ("attempt-a", "attempt-b"):
        await one.commit_turn(Turn(ANA, attempt=samples.attempt(name)), claim=claim("one", 100.0))
    await one.bind_call("attempt-a", "CA1")
    await one.end_attempt(samples.report("attempt-b", "CA2"), samples.result(), Turn(ANA), 101.0)
    for attempt_id, call_sid in (("attempt-a", "CA2"), ("attempt-b", "CA2"), ("other", "CA3")):
        assert await two.take_stream(attempt_id, call_sid, claim("two", 102.0)) is None
    assert await two.keeper("attempt-a", 103.0) == "one"
    assert await two.take_stream("attempt-a", "CA1", claim("two", 103.0)) is not None


async def test_of_many_that_want_the_stream_one_gets_it(workers: Workers, samples: Samples) -> None:
    for number in range(5):
        name = f"attempt-{number}"
        mine = claim("one", 100.0)
        await workers[0].commit_turn(Turn(ANA, attempt=samples.attempt(name)), claim=mine)
        lease = Lease.of_new_attempt(name, mine)
        # While its lease is being renewed and the carrier's id comes in.
        *taken, _, _ = await asyncio.gather(
            *(
                workers[which % 2].take_stream(name, f"CA{number}", claim(f"w{which}", 101.0))
                for which in range(20)
            ),
            workers[0].renew([lease], 120.0),
            workers[1].bind_call(name, f"CA{number}"),
        )
        (winner,) = [each for each in taken if each is not None]
        assert winner[1].fence == lease.fence + 1
        assert await workers[1].keeper(name, 102.0) == winner[1].owner
        assert await workers[0].renew([winner[1]], 130.0) != []
        assert await workers[0].renew([lease], 130.0) == []


async def test_a_keeper_is_one_whose_lease_is_valid(workers: Workers, samples: Samples) -> None:
    one, two = workers
    await one.commit_turn(Turn(ANA, attempt=samples.attempt("unclaimed")))
    await one.commit_turn(Turn(ANA, attempt=samples.attempt()), claim=claim("one", 100.0))
    assert await two.keeper("unclaimed", 1.0) == ""
    assert await two.keeper("unknown", 1.0) == ""
    assert await two.keeper("attempt-a", 114.9) == "one"
    assert await two.keeper("attempt-a", 115.0) == ""

"""Every worker looks for work every few seconds: where there is none, that must cost the database
next to nothing, and what is held is renewed in one go.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from data.database import Database
from data.leases import Claim, Lease
from data.shared_store import SharedStore
from data.store import StoreError, Turn
from tests.data.behind import Behind

if TYPE_CHECKING:
    from tests.data.conftest import Samples

ANA = "whatsapp:+5491150000001"
CLAIM = Claim("one", 100.0, 130.0)


def transactions(behind: Behind) -> int:
    """How many had a number so far: those that wrote."""
    return int(behind.sql("SELECT pg_snapshot_xmax(pg_current_snapshot())")[0][0])


async def test_looking_in_vain_is_no_write(emptied: Behind) -> None:
    store = emptied.store()
    await store.open()
    before = transactions(emptied)
    assert await store.take_attempts(CLAIM) == []
    assert await store.waiting_messages() == []
    assert await store.next_due() is await store.next_plan() is None
    assert await store.notices("attempt-a") == []
    assert transactions(emptied) == before
    assert await store.take("desk", CLAIM) is not None
    assert transactions(emptied) > before
    await store.close()


async def test_a_look_leaves_its_connection_as_it_was(emptied: Behind) -> None:
    database = Database(emptied.url)
    await database.open()
    begun: list[object] = []
    assert database._engine is not None
    event.listen(database._engine.sync_engine, "checkout", lambda *given: begun.append(given[0]))
    async with database.statement() as connection:
        await connection.exec_driver_sql("SELECT 1")
    with pytest.raises(StoreError, match="half of it"):
        async with database.transaction(write=True) as connection:
            await connection.exec_driver_sql(
                "INSERT INTO blocked_numbers (number, attempt_id, words, asked_at)"
                " VALUES ('+1', 'attempt-a', '', 1.0)"
            )
            raise StoreError("half of it")
    assert len(begun) == 2 and begun[0] is begun[1]
    assert emptied.sql("SELECT * FROM blocked_numbers") == []
    await database.close()


async def test_of_many_only_what_is_lost_is_not_renewed(
    workers: tuple[SharedStore, SharedStore], samples: Samples
) -> None:
    one, two = workers
    await one.commit_turn(Turn(ANA, attempt=samples.attempt()), claim=CLAIM)
    attempt = Lease.of_new_attempt("attempt-a", CLAIM)
    names = [await one.take(f"desk:{n}", CLAIM) for n in ("é", "B", "a", "_", "lost")]
    mine = [attempt, *(lease for lease in names if lease is not None)]
    assert len(mine) == 6
    taken = await two.take("desk:lost", Claim("two", 131.0, 190.0))
    assert taken is not None
    stale = replace(mine[1], fence=mine[1].fence - 1)
    kept = await one.renew([*mine, stale], 160.0)
    assert sorted(kept, key=str) == sorted(
        (replace(each, until=160.0) for each in mine[:-1]), key=str
    )
    # The other one's is as it was.
    assert await one.take("desk:lost", Claim("one", 170.0, 200.0)) is None


async def test_renewing_and_writing_under_the_same_leases_do_not_lock_each_other_out(
    workers: tuple[SharedStore, SharedStore],
) -> None:
    one, two = workers
    taken = [await one.take(f"desk:{n}", CLAIM) for n in ("B", "a", "_", "é", "1")]
    leases = [lease for lease in taken if lease is not None]

    async def renew(store: SharedStore) -> None:
        for _ in range(30):
            assert len(await store.renew(leases, 160.0)) == len(leases)

    async def write() -> None:
        for n in range(30):
            await one.commit_turn(Turn(ANA, f"{n}"), under=leases)

    await asyncio.gather(renew(one), renew(two), write())

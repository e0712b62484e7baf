"""What SQLite's single writer rules out by itself holds on PostgreSQL too, where many write.

Each pair races many times: what is asserted holds whichever of the two is first.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select, update

from data.advisory_locks import hold_customer, lock_number
from data.database import Database
from data.leases import Claim
from data.schema import bring_up_to_date
from data.sql_part import SqlPart, repeated
from data.sql_store import SqlStore
from data.sql_turns import write_turn
from data.store import BlockedNumber, Turn
from data.tables import messages_in, messages_out
from tests.data.behind import Behind
from tests.data.past_calls import ANA, BEA, end, ordered

if TYPE_CHECKING:
    from tests.data.conftest import Samples

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 15


@pytest.fixture
async def workers(behind: Behind) -> AsyncIterator[tuple[SqlStore, SqlStore]]:
    """Two stores on one database."""
    both = (behind.store(), behind.store())
    for store in both:
        await store.open()
    yield both
    for store in both:
        await store.close()


@contextlib.asynccontextmanager
async def opened(behind: Behind) -> AsyncIterator[SqlStore]:
    store = behind.store()
    await store.open()
    try:
        yield store
    finally:
        await store.close()


async def held_up(behind: Behind, task: asyncio.Task[None]) -> None:
    """Until it waits for a lock, or is done already."""
    for _ in range(500):
        waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        if task.done() or behind.sql(f"{waiting} AND datname = current_database()"):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it neither waits nor ends")


async def test_who_writes_while_a_message_is_parked_is_not_waited_for(
    workers: tuple[SqlStore, SqlStore], samples: Samples
) -> None:
    one, two = workers
    for number in range(ROUNDS):
        name = f"result-{number}"
        await one.commit_turn(Turn(ANA, outgoing=(samples.promise(name, due_at=1.0),)))
        await asyncio.gather(
            one.message_parked(name, "63016"), two.take_message(samples.message(number))
        )
        # Else it would lie there until they write once more.
        assert [each.message_id for each in await one.due_messages(1e9)] == [name]
        await one.message_sent(name, f"SM{number}")


async def test_a_result_that_is_sent_while_its_call_is_erased_goes_too(
    workers: tuple[SqlStore, SqlStore], behind: Behind, samples: Samples
) -> None:
    one, two = workers
    for number in range(ROUNDS):
        name, told = f"call-{number}", samples.promise(f"result-{number}")
        await one.commit_turn(Turn(ANA, attempt=ordered(name, 1.0)))
        await end(one, name, 2.0, outgoing=(told,))
        erased, _ = await asyncio.gather(
            two.erase_call(name), one.message_sent(told.message_id, "SM")
        )
        assert erased
    assert behind.sql("SELECT DISTINCT state, body FROM messages_out") == [("erased", "")]


async def test_the_first_turns_of_a_customer_at_once(
    workers: tuple[SqlStore, SqlStore], samples: Samples
) -> None:
    for number in range(ROUNDS):
        customer = f"whatsapp:+{number}"
        plan = samples.plan(f"plan-{number}", 5.0, customer)
        blocked = BlockedNumber("+54114", "a", "no", 1.0)
        promise = samples.promise(f"promise-{number}", customer)
        turns = [
            Turn(customer, state, plan=plan, blocked=blocked, outgoing=(promise,))
            for state in ("one", "two")
        ]
        await asyncio.gather(*(s.commit_turn(t) for s, t in zip(workers, turns, strict=True)))
        assert await workers[0].conversation(customer) in ("one", "two")
    assert len(await workers[0].due_plans(1e9)) == ROUNDS
    assert len(await workers[1].due_messages(1e9)) == ROUNDS


async def test_a_call_ends_once_whoever_says_so(
    workers: tuple[SqlStore, SqlStore], samples: Samples
) -> None:
    for number in range(ROUNDS):
        name = f"attempt-{number}"
        await workers[0].commit_turn(Turn(ANA, attempt=samples.attempt(name)))
        ended = await asyncio.gather(
            *(
                store.end_attempt(
                    samples.report(name),
                    samples.result(),
                    Turn(ANA, outgoing=(samples.promise(f"{name} by {which}"),)),
                    200.0,
                )
                for which, store in enumerate(workers)
            )
        )
        assert sorted(ended) == [False, True]
        record = await workers[0].call(name)
        assert record is not None
        assert [each.message_id for each in record.outgoing] == [f"{name} by {ended.index(True)}"]


async def test_two_who_want_what_the_other_has_both_get_it(
    postgresql: Behind, samples: Samples
) -> None:
    store = postgresql.store()
    await store.open()
    names = ("a", "b")
    await store.commit_turn(Turn(ANA, outgoing=tuple(samples.promise(name) for name in names)))
    tries: list[str] = []
    both_hold = asyncio.Barrier(2)

    class Crosswise(SqlPart):
        @repeated
        async def change(self, *order: str) -> None:
            tries.append(order[0])
            async with self._database.transaction(write=True) as connection:
                for name in order:
                    await connection.execute(
                        update(messages_out)
                        .where(messages_out.c.message_id == name)
                        .values(tries=messages_out.c.tries + 1)
                    )
                    if name == order[0] and len(tries) <= 2:
                        await both_hold.wait()

    crosswise = Crosswise(store._database)
    await asyncio.gather(crosswise.change("a", "b"), crosswise.change("b", "a"))
    assert len(tries) == 3
    # The first one's change was undone and made once, not twice.
    assert postgresql.sql("SELECT DISTINCT tries FROM messages_out") == [("2",)]
    await store.close()


async def test_a_message_that_comes_while_another_is_parked_is_seen(
    postgresql: Behind, samples: Samples
) -> None:
    """The race above in its worst order: neither would see what the other has not committed."""
    async with opened(postgresql) as store:
        await store.commit_turn(Turn(ANA, outgoing=(samples.promise("result", due_at=1.0),)))
        async with store._database.transaction(write=True) as halfway:
            await hold_customer(halfway, ANA)
            written = asdict(samples.message(1))
            await halfway.execute(insert(messages_in).values(**written, handled=0))
            parking = asyncio.create_task(store.message_parked("result", "63016"))
            await held_up(postgresql, parking)
        await parking
        assert [each.due_at for each in await store.due_messages(1e9)] == [1_001.0]


async def test_messages_of_one_customer_appear_in_the_order_of_their_numbers(
    postgresql: Behind, samples: Samples
) -> None:
    """Else the second could go out first: the first was not there yet when somebody looked."""
    async with opened(postgresql) as store:
        async with store._database.transaction(write=True) as halfway:
            await hold_customer(halfway, ANA)
            await write_turn(halfway, Turn(ANA, outgoing=(samples.promise("first"),)), about="")
            after = asyncio.create_task(
                store.commit_turn(Turn(ANA, outgoing=(samples.promise("second"),)))
            )
            # Nobody else waits for this customer.
            await store.commit_turn(Turn(BEA, outgoing=(samples.promise("hers", BEA),)))
            await held_up(postgresql, after)
            assert [each.message_id for each in await store.due_messages(1e9)] == ["hers"]
        await after
        heads = {each.message_id for each in await store.due_messages(1e9)}
        assert heads == {"first", "hers"}


async def test_what_another_worker_is_taking_is_passed_over(
    postgresql: Behind, samples: Samples
) -> None:
    async with opened(postgresql) as store:
        for customer in (ANA, BEA):
            promise = samples.promise(f"to {customer}", customer)
            await store.commit_turn(Turn(customer, outgoing=(promise,)))
        async with store._database.transaction(write=True) as halfway:
            await halfway.execute(
                select(messages_out.c.id).where(messages_out.c.customer == ANA).with_for_update()
            )
            # Not waited for: the limit of that is seconds.
            ((message, _),) = await store.take_messages(Claim("two", 50.0, 80.0))
        assert message.customer == BEA


async def test_who_opens_while_another_worker_migrates_waits(postgresql: Behind) -> None:
    postgresql.make_first_release()
    rival = Database(postgresql.url)
    await rival.open()
    store = postgresql.store()
    async with rival.migration() as connection:
        await connection.run_sync(bring_up_to_date)
        opening = asyncio.create_task(store.open())
        await held_up(postgresql, opening)
    await opening
    assert len(await store.calls()) == 2
    await store.close()
    await rival.close()


def test_workers_that_start_at_once_migrate_once(sqlite: Behind) -> None:
    """Processes of their own: what keeps them apart is the file."""
    sqlite.make_first_release()
    program = f"""
import asyncio
from data.sql_store import SqlStore

async def main():
    store = SqlStore({sqlite.url!r})
    await store.open()
    print(len(await store.calls()))
    await store.close()

asyncio.run(main())
"""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in started:
        out, error = process.communicate(timeout=40)
        assert (out.strip(), error) == ("2", "")


def test_a_lock_has_the_same_number_in_every_worker() -> None:
    assert lock_number("migrations") == -902578480387960468 != lock_number("customer:")
    assert -(2**63) <= lock_number("customer:whatsapp:+5491150000001") < 2**63

"""What SQLite's single writer rules out by itself holds on PostgreSQL too, where many write.

Each pair races many times: what is asserted holds whichever of the two is first.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from data.advisory_locks import lock_number
from data.sql_part import SqlPart, repeated
from data.sql_store import SqlStore
from data.store import BlockedNumber, Turn
from data.tables import messages_out
from tests.data.behind import Behind
from tests.data.past_calls import ANA, end, ordered

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
    assert await asyncio.gather(crosswise.change("a", "b"), crosswise.change("b", "a")) == [
        "a",
        "b",
    ]
    assert len(tries) == 3
    # The first one's change was undone and made once, not twice.
    assert postgresql.sql("SELECT DISTINCT tries FROM messages_out") == [("2",)]
    await store.close()


def test_workers_that_start_at_once_migrate_once(behind: Behind) -> None:
    """Processes of their own: what keeps them apart is the database."""
    behind.make_first_release()
    program = f"""
import asyncio
from data.sql_store import SqlStore

async def main():
    store = SqlStore({behind.url!r})
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

"""The carrier delivers at least once, sometimes many times at once: one effect."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from data.sql_store import SqlStore
from data.store import Store, Turn

if TYPE_CHECKING:
    from tests.data.conftest import Reopen, Samples

ANA = "whatsapp:+5491150000001"


@pytest.mark.parametrize("rounds", [25])
async def test_one_of_twenty_is_taken_in_every_round(
    rounds: int, stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, _ = stores
    for number in range(rounds):
        taken = await asyncio.gather(
            *(store.take_message(samples.message(number)) for _ in range(20))
        )
        assert sum(taken) == 1
    assert len(await store.waiting_messages()) == rounds


async def test_two_processes_take_a_message_once(database_url: str, samples: Samples) -> None:
    """Two stores on one database: what keeps them apart is the database, not our queue."""
    stores = [SqlStore(database_url), SqlStore(database_url)]
    for store in stores:
        await store.open()
    await stores[0].commit_turn(Turn(ANA, outgoing=(samples.promise("parked"),)))
    await stores[0].message_parked("parked", "63016")
    for number in range(10):
        taken = await asyncio.gather(
            *(store.take_message(samples.message(number)) for store in stores * 5)
        )
        assert sum(taken) == 1
    due = await stores[1].due_messages(1e9)
    assert [(each.message_id, each.due_at) for each in due] == [("parked", 1_000.0)]
    for store in stores:
        await store.close()

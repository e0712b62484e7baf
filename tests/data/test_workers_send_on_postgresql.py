"""Three workers send from one PostgreSQL, each over connections of its own; two of them die."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

import pytest

from data.sql_store import SqlStore
from data.store import OutgoingMessage
from tests.data.behind import Behind
from tests.messaging.workers_stage import town

pytestmark = [pytest.mark.sockets, pytest.mark.timeout(120)]

CUSTOMERS = [f"whatsapp:+54911555503{number:02}" for number in range(20)]
EACH = 5
LEASE_S = 2.0
"""The outbox looks every three seconds for what a dead worker left."""


async def test_none_lost_none_twice_in_order(emptied: Behind) -> None:
    async with AsyncExitStack() as stack:
        stores = [emptied.store() for _ in range(4)]
        for store in stores:
            await store.open()
            stack.push_async_callback(store.close)
        stage = await stack.enter_async_context(town(stores[3], now=time.time))
        stage.road.longest_s = 0.05
        before, after, last = (stage.add_worker(store, LEASE_S) for store in stores[:3])
        stage.reports_go_to = lambda: last
        before.stop_at("send", done=False)
        after.stop_at("send", done=True)
        for number in range(EACH):
            for customer in CUSTOMERS:
                # The second and the fourth say the same.
                text = "sigo llamando" if number in (1, 3) else f"{customer}: {number}"
                message = OutgoingMessage(f"{customer}/{number}", customer, text, time.time())
                await stage.promise(message, wake=stage.random.choice(stage.workers))
        await all_sent(stores[3])
        assert (before.goes, after.goes, last.goes) == (False, False, True)
        for customer in CUSTOMERS:
            said = stage.said_to(customer)
            assert said[1] == said[3] == "sigo llamando"
            assert [said[0], said[2], said[4]] == [f"{customer}: {n}" for n in (0, 2, 4)]
        assert len(stage.twilio.chat) == EACH * len(CUSTOMERS)
        # Some reports came before the mark, and all to one that sent only some.
        await all_delivered(emptied)
        # Who was only slow writes nothing: it was another one's turn.
        after.go_on()
        before.running.cancel()
        await asyncio.sleep(1.0)
        assert len(stage.twilio.chat) == EACH * len(CUSTOMERS)


async def all_sent(store: SqlStore) -> None:
    async with asyncio.timeout(60.0):
        # Nobody rings a bell when the last one is sent.
        while await store.next_due() is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.2)


async def all_delivered(database: Behind) -> None:
    states = "SELECT state, delivery, count(*) FROM messages_out GROUP BY 1, 2"
    wanted = [("sent", "delivered", str(EACH * len(CUSTOMERS)))]
    async with asyncio.timeout(30.0):
        while database.sql(states) != wanted:  # noqa: ASYNC110
            await asyncio.sleep(0.5)

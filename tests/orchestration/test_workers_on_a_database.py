"""Two workers on one database file, in real time: a conversation, a call that moves, its result."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from data.memory_store import MemoryStore
from data.sql_store import SqlStore
from data.store import IncomingMessage
from tests.orchestration.conftest import AGREED, LU, World
from tests.orchestration.neighbours import now
from tests.orchestration.workers import ANA, Link, Worker, names

if TYPE_CHECKING:
    from pathlib import Path

    from data.shared_store import SharedStore


async def told(world: World, what: str) -> list[str]:
    """What the customer is promised, until this is among it."""
    texts: list[str] = []
    async with asyncio.timeout(10):
        while what not in names(texts):
            texts += await world.read()
            await asyncio.sleep(0.01)
    return texts


async def test_a_conversation_and_a_call_over_two_workers(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/vocero.db"
    stores = [SqlStore(url), SqlStore(url)]
    one, two = (Worker(name=name) for name in ("one", "two"))
    for worker, store in zip((one, two), stores, strict=True):
        await store.open()
        worker.link = Link(cast(MemoryStore, store), random.Random(1))
        worker.store = cast("SharedStore", worker.link)
        # In real time it may be any hour of the day.
        worker.policy = replace(worker.policy, calling_hours=("00:00", "24:00"))
        await worker.start()
    customer = World(store=stores[0])

    async def post(text: str, to: Worker) -> None:
        customer.written += 1
        sid = f"SM{customer.written:032x}"
        await stores[0].take_message(IncomingMessage(sid, LU, text, now(), "Lu"))
        to.concierge.message_arrived(LU)

    try:
        await post("hola", one)
        await told(customer, "HelpGiven")
        await post("llamá al 11 4000-0101", two)
        await told(customer, "ConfirmationAsked")
        await post("sí", one)
        async with asyncio.timeout(10):
            await one.phone.rung.wait()
        (order,) = one.phone.orders
        assert order.to_number == ANA
        assert await two.take_stream(order.attempt_id) is not None
        two.noted(two.concierge, order.attempt_id, "=talking", *AGREED)
        await post("decile que soy alérgica", one)
        one.concierge.rung_for(LU)
        two.concierge.rung_for(LU)
        await told(customer, "PassedOn")
        assert two.phone.told == [(order.attempt_id, "decile que soy alérgica")]
        await one.concierge.call_finished(one.report(order.attempt_id))
        await two.concierge.call_finished(two.report(order.attempt_id, lines=AGREED))
        results = [text for text in await told(customer, "ResultTold") if "ResultTold" in text]
        assert len(results) == 1 and await stores[0].open_attempts() == []
    finally:
        for worker, store in zip((one, two), stores, strict=True):
            await worker.stop()
            await store.close()

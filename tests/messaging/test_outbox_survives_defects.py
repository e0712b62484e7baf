"""A message that brings out a defect of ours holds up neither the others nor the service."""

from __future__ import annotations

import asyncio

from data.memory_store import MemoryStore
from data.store import OutgoingMessage, Turn
from messaging.outbox import Outbox
from simulation.clock import run_virtual

ANA, BEA = "whatsapp:+5491155550101", "whatsapp:+5491155550102"


class Defective:
    """A sender with a defect that one text brings out, the first two times."""

    has_template = False

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.broken_for = 2

    async def send(self, to: str, body: str, media_url: str = "") -> str:
        if body == "odd" and self.broken_for:
            self.broken_for -= 1
            raise RuntimeError("a defect")
        self.taken.append(body)
        return f"SM{len(self.taken):032x}"

    async def send_template(self, to: str, body: str) -> str:
        raise AssertionError("there is no template")

    async def find_sent(self, to: str, body: str, since: float, known: frozenset[str]) -> str:
        raise RuntimeError("another defect")


def test_the_others_are_sent_and_it_is_tried_again() -> None:
    async def story() -> None:
        loop = asyncio.get_running_loop()
        store, sender = MemoryStore(), Defective()
        for customer, body in ((ANA, "odd"), (BEA, "sound")):
            promise = OutgoingMessage(body, customer, body, loop.time())
            await store.commit_turn(Turn(customer, outgoing=(promise,)))
        outbox = Outbox(store, sender, loop.time)
        running = asyncio.create_task(outbox.run())
        await asyncio.sleep(0.5)
        assert sender.taken == ["sound"]
        await asyncio.sleep(60.0)
        assert sender.taken == ["sound", "odd"]
        outbox.close()
        await running

    run_virtual(story())

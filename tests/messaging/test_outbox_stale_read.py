"""A promise that is marked as sent while the store is read must not be sent a second time."""

from __future__ import annotations

import asyncio

from data.memory_store import MemoryStore
from data.store import OutgoingMessage, Turn
from messaging.outbox import Outbox
from simulation.clock import run_virtual

ANA = "whatsapp:+5491155550101"


class SlowStore(MemoryStore):
    """Answers with what was unsent when it began to read, as a database does."""

    async def due_messages(self, now: float, limit: int = 50) -> list[OutgoingMessage]:
        read = await super().due_messages(now, limit)
        await asyncio.sleep(0.3)
        return read


class Twilio:
    """Takes every message after a moment."""

    has_template = False

    def __init__(self) -> None:
        self.taken: list[str] = []

    async def send(self, to: str, body: str, media_url: str = "") -> str:
        await asyncio.sleep(0.1)
        self.taken.append(body)
        return f"SM{len(self.taken):032x}"

    async def send_template(self, to: str, body: str) -> str:
        raise AssertionError("there is no template")

    async def find_sent(self, to: str, body: str, since: float, known: frozenset[str]) -> str:
        return ""


def test_what_is_marked_while_the_store_reads_is_not_sent_again() -> None:
    async def main() -> list[str]:
        now = asyncio.get_running_loop().time
        store, twilio = SlowStore(), Twilio()
        outbox = Outbox(store, twilio, now)
        running = asyncio.create_task(outbox.run())
        promised = (OutgoingMessage(body, ANA, body, now()) for body in ("uno", "dos"))
        await store.commit_turn(Turn(ANA, outgoing=tuple(promised)))
        for _ in range(30):
            outbox.wake()
            await asyncio.sleep(0.07)
        outbox.close()
        await running
        return twilio.taken

    assert run_virtual(main()) == ["uno", "dos"]

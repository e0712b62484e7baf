"""Health, readiness, metrics, and what a broken store means for Twilio."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from data.memory_store import MemoryStore
from data.store import IncomingMessage, OutgoingMessage, StoreError
from simulation.world import AUTH_TOKEN

if TYPE_CHECKING:
    from tests.vocero.web.conftest import Caller, Play

SID = "CA" + "1" * 32


class BrokenStore(MemoryStore):
    """Works until it is broken."""

    broken = False

    def _raise_if_broken(self) -> None:
        if BrokenStore.broken:
            raise StoreError("the database is locked")

    async def take_message(self, message: IncomingMessage) -> bool:
        self._raise_if_broken()
        return await super().take_message(message)

    async def delivery_reported(
        self, message_sid: str, status: str, error_code: str
    ) -> tuple[OutgoingMessage, int] | None:
        self._raise_if_broken()
        return await super().delivery_reported(message_sid, status, error_code)

    async def next_due(self) -> float | None:
        self._raise_if_broken()
        return await super().next_due()

    async def due_messages(self, now: float, limit: int = 50) -> list[OutgoingMessage]:
        self._raise_if_broken()
        return await super().due_messages(now, limit)


def test_a_store_that_fails_makes_twilio_come_again(play: Play) -> None:
    async def story(caller: Caller) -> None:
        BrokenStore.broken = True
        try:
            for path in ("/webhook/whatsapp", "/webhook/whatsapp/status"):
                status, body = await caller.post(path, caller.routes("x")[path])
                assert (status, body) == (503, "try again later\n")
            status, body = await caller.get("/ready")
            assert status == 503 and "database" in body
            assert (await caller.get("/health"))[0] == 200
        finally:
            BrokenStore.broken = False
        assert (await caller.post("/webhook/whatsapp", caller.message()))[0] == 200
        assert (await caller.get("/ready"))[0] == 200
        await asyncio.sleep(60)
        assert len(caller.rehearsal.world.twilio.chat) == 1

    play(story, store=BrokenStore())


def test_ready_says_why_not(play: Play) -> None:
    async def story(caller: Caller) -> None:
        assert await caller.get("/health") == (200, '{"service":"vocero","status":"ok"}\n')
        assert (await caller.get("/ready"))[0] == 200
        await caller.call_is_ringing()
        status, body = await caller.get("/ready")
        assert status == 503 and "no room for calls" in body
        await caller.rehearsal.service.drain(0.0)
        status, body = await caller.get("/ready")
        assert status == 503 and "draining" in body
        assert (await caller.get("/health"))[0] == 200

    play(story, MAX_CALLS=1)


def test_metrics_are_prometheus_text_with_nothing_private(play: Play) -> None:
    async def story(caller: Caller) -> None:
        attempt_id = await caller.call_is_ringing()
        response = await caller.client.get("/metrics")
        assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        page = await response.get_data(as_text=True)
        line = re.compile(
            r"# (HELP|TYPE) \w+ .+|\w+(\{\w+=\"[^\"]*\"(,\w+=\"[^\"]*\")*\})? [0-9.e+-]+"
        )
        assert all(line.fullmatch(each) for each in page.splitlines())
        assert "vocero_live_calls 1" in page
        for private in (attempt_id, "1140001701", "1140009001", "CA", AUTH_TOKEN):
            assert private not in page

    play(story)

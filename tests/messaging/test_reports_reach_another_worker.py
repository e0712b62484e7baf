"""A delivery report reaches a worker that did not send the message, perhaps before its mark."""

from __future__ import annotations

import asyncio
import logging

import pytest

from data.memory_store import MemoryStore
from data.store import OutgoingMessage
from messaging.early_reports import EarlyReports
from simulation.clock import run_virtual
from tests.messaging.workers_stage import town

ANA = "whatsapp:+5491155550101"


class Watched(MemoryStore):
    """Remembers the reports that it was told, and marks as slowly as it is told to."""

    def __init__(self, mark_s: float = 0.0) -> None:
        super().__init__()
        self.mark_s = mark_s
        self.reports: list[str] = []

    async def message_sent(self, *args: str, **named: object) -> None:
        await asyncio.sleep(self.mark_s)
        await super().message_sent(*args, **named)  # type: ignore[arg-type]

    async def delivery_reported(
        self, message_sid: str, status: str, error_code: str
    ) -> tuple[OutgoingMessage, int] | None:
        self.reports.append(status)
        return await super().delivery_reported(message_sid, status, error_code)


@pytest.mark.parametrize("mark_s", [0.0, 0.9, 4.0, 13.0])
def test_what_was_not_delivered_is_sent_again_however_late_its_mark_is(mark_s: float) -> None:
    async def main() -> None:
        store = Watched(mark_s)
        async with town(store, 2) as stage:
            stage.reports_go_to = lambda: stage.workers[1]
            stage.twilio.faults.fail_messages = [63012]
            await stage.promise(
                OutgoingMessage("1", ANA, "hola", stage.now()), wake=stage.workers[0]
            )
            await asyncio.sleep(mark_s + 30.0)
            assert stage.said == ["hola", "hola"]
            await asyncio.sleep(60.0)
            assert len(stage.said) == 2 and await store.next_due() is None

    run_virtual(main())


def test_the_order_of_the_states_is_kept() -> None:
    async def main() -> None:
        store = Watched(mark_s=3.0)
        async with town(store, 2) as stage:
            stage.reports_go_to = lambda: stage.workers[1]
            await stage.promise(
                OutgoingMessage("1", ANA, "hola", stage.now()), wake=stage.workers[0]
            )
            await asyncio.sleep(30.0)
            assert store.reports == ["sent", "delivered"]
            # Too late: it was delivered, so it is not sent again.
            sid = stage.twilio.chat[0].sid
            await stage.workers[0].outbox.delivery(sid, "undelivered", "63012")
            await asyncio.sleep(30.0)
            assert stage.said == ["hola"]

    run_virtual(main())


def test_a_report_that_nobody_knows_is_dropped_after_twenty_seconds(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main() -> None:
        store = Watched()
        async with town(store, 2) as stage:
            with caplog.at_level(logging.INFO, "messaging"):
                await stage.workers[0].outbox.delivery(f"SM{7:032x}", "delivered", "")
                await asyncio.sleep(19.0)
                assert "dropped" not in caplog.text
                await asyncio.sleep(2.0)
                assert caplog.text.count("dropped") == 1
            assert store.reports == []

    run_virtual(main())


def test_a_worker_that_ends_asks_once_more() -> None:
    async def main() -> None:
        store = Watched(mark_s=0.3)
        async with town(store, 2) as stage:
            ending = stage.workers[1]
            stage.reports_go_to = lambda: ending
            await stage.promise(
                OutgoingMessage("1", ANA, "hola", stage.now()), wake=stage.workers[0]
            )
            await stage.twilio.chat.wait_for(lambda each: each.status == "delivered")
            assert store.reports == []
            await asyncio.sleep(0.75)
            ending.outbox.close()
            await ending.running
            assert store.reports == ["sent", "delivered"]

    run_virtual(main())


def test_only_so_many_are_kept() -> None:
    async def main() -> None:
        early = EarlyReports()
        for number in range(2_000):
            early.keep(f"SM{number}", "sent", "")
        for _ in range(50):
            early.keep("SM1999", "sent", "")
        early.keep("SM1999", "delivered", "")
        kept = {number: early.pop(f"SM{number}") for number in range(2_000)}
        assert sum(1 for reports in kept.values() if reports) == 500
        assert len(kept[1999]) <= 8 and kept[1999][-1] == ("delivered", "")

    run_virtual(main())

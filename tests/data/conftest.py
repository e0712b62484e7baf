"""Both bodies of the store, and records to keep in them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from data.call import (
    CallEnding,
    CallReport,
    CallResult,
    EndCause,
    EntryKind,
    OutcomeStatus,
    Speaker,
    TimelineEntry,
)
from data.memory_store import MemoryStore
from data.sql_store import SqlStore
from data.store import Attempt, IncomingMessage, OutgoingMessage, PlannedCall, Store

Reopen = Callable[[], Awaitable[Store]]


@dataclass
class Samples:
    """Records with sensible fields."""

    def sid(self, number: int) -> str:
        return f"SM{number:032x}"

    def message(
        self, number: int, customer: str = "whatsapp:+5491150000001", at: float | None = None
    ) -> IncomingMessage:
        return IncomingMessage(
            message_sid=self.sid(number),
            customer=customer,
            body=f"mensaje {number}; DROP TABLE messages_in; --",
            received_at=1_000.0 + number if at is None else at,
            profile_name="Lu",
            latitude=-34.6,
        )

    def promise(
        self, name: str, customer: str = "whatsapp:+5491150000001", due_at: float = 10.0
    ) -> OutgoingMessage:
        return OutgoingMessage(name, customer, f"texto {name}", due_at)

    def attempt(
        self,
        name: str = "attempt-a",
        *,
        customer: str = "whatsapp:+5491150000001",
        to_number: str = "+541140000101",
        created_at: float = 100.0,
        errand_id: str = "",
    ) -> Attempt:
        return Attempt(
            attempt_id=name,
            errand_id=errand_id or f"errand-of-{name}",
            customer=customer,
            to_number=to_number,
            business_name="Peluquería Ana",
            errand_json="{}",
            created_at=created_at,
        )

    def plan(
        self, name: str, due_at: float, customer: str = "whatsapp:+5491150000001"
    ) -> PlannedCall:
        return PlannedCall(name, customer, f'{{"errand": "{name}"}}', due_at)

    def report(
        self, name: str = "attempt-a", call_sid: str = "", talked_s: float = 31.5
    ) -> CallReport:
        return CallReport(
            attempt_id=name,
            ending=CallEnding(EndCause.AGENT_FINISHED),
            call_sid=call_sid,
            answered=True,
            talked_s=talked_s,
            timeline=(
                TimelineEntry(1.0, EntryKind.PHASE, "talking"),
                TimelineEntry(2.5, EntryKind.SAID, "Peluquería, buen día", Speaker.BUSINESS),
            ),
        )

    def result(self) -> CallResult:
        return CallResult(status=OutcomeStatus.BOOKED, date="2026-11-27", time="17:00")


@pytest.fixture
def samples() -> Samples:
    return Samples()


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'deep' / 'vocero.db'}"


@pytest.fixture(params=["memory", "sqlite", "sqlite reopened"])
async def stores(
    request: pytest.FixtureRequest, database_url: str
) -> AsyncIterator[tuple[Store, Reopen]]:
    """A store and a way to come back to it; "reopened" really goes through the file."""
    opened: list[Store] = []

    async def fresh() -> Store:
        store: Store = MemoryStore() if request.param == "memory" else SqlStore(database_url)
        await store.open()
        opened.append(store)
        return store

    async def reopen() -> Store:
        if request.param != "sqlite reopened":
            return opened[-1]
        await opened[-1].close()
        return await fresh()

    yield await fresh(), reopen
    for store in opened:
        await store.close()

"""Every body of the store, and records to keep in them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
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
from data.shared_store import SharedStore
from data.store import Attempt, IncomingMessage, OutgoingMessage, PlannedCall, Store
from data.tables import metadata
from tests.data.behind import Behind
from tests.data.postgresql_server import PostgresServer, binaries

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


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    """One for all tests; each has a database of its own in it."""
    programs = binaries()
    if programs is None:
        pytest.skip("needs Debian's postgresql")
    started = PostgresServer(programs)
    try:
        started.start()
        yield started
    finally:
        started.remove()


@pytest.fixture
def sqlite(tmp_path: Path) -> Behind:
    """A file that is not there yet."""
    return Behind(f"sqlite+aiosqlite:///{tmp_path / 'deep' / 'vocero.db'}", None)


@pytest.fixture
def postgresql(server: PostgresServer) -> Iterator[Behind]:
    """An empty database."""
    url = server.new_database()
    yield Behind(url, server)
    server.drop_database(url)


@pytest.fixture(scope="session")
def shared(server: PostgresServer) -> Behind:
    """A database with its tables. Migrating is most of what a small test would cost."""
    made = Behind(server.new_database(), server)

    async def open_and_close() -> None:
        store = made.store()
        await store.open()
        await store.close()

    asyncio.run(open_and_close())
    return made


@pytest.fixture
def emptied(shared: Behind) -> Behind:
    """One that was used before, with nothing in it."""
    tables = sorted(set(metadata.tables) - {"schema_info"})
    shared.sql(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY")
    return shared


@pytest.fixture(params=["sqlite", "postgresql"])
def behind(request: pytest.FixtureRequest) -> Behind:
    """A database of each kind, as one sees it who does not ask the store."""
    found: Behind = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def database_url(behind: Behind) -> str:
    return behind.url


BODIES = {
    "memory": None,
    "sqlite": "sqlite",
    "sqlite reopened": "sqlite",
    "postgresql reopened": "emptied",
}
"""Each with the fixture of its database; "reopened" really goes through it."""


@pytest.fixture(params=BODIES)
def body(request: pytest.FixtureRequest) -> str:
    """Which store `stores` is."""
    return str(request.param)


@pytest.fixture
def kept_in(body: str, request: pytest.FixtureRequest) -> Behind | None:
    """What is behind `stores`; None for the one in memory."""
    database = BODIES[body]
    return request.getfixturevalue(database) if database else None


@pytest.fixture(params=[None, "sqlite", "emptied"], ids=["memory", "sqlite", "postgresql"])
def common(request: pytest.FixtureRequest) -> Behind | None:
    """What is behind `workers`."""
    return request.getfixturevalue(request.param) if request.param else None


@pytest.fixture
async def workers(common: Behind | None) -> AsyncIterator[tuple[SharedStore, SharedStore]]:
    """What two workers work on: two stores on one database, or the one in memory."""
    if common is None:
        store = MemoryStore()
        yield store, store
        return
    both = (common.store(), common.store())
    for each in both:
        await each.open()
    yield both
    for each in both:
        await each.close()


@pytest.fixture
async def stores(body: str, kept_in: Behind | None) -> AsyncIterator[tuple[Store, Reopen]]:
    """A store and a way to come back to it."""
    opened: list[Store] = []

    async def fresh() -> Store:
        store: Store = MemoryStore() if kept_in is None else kept_in.store()
        await store.open()
        opened.append(store)
        return store

    async def reopen() -> Store:
        if "reopened" not in body:
            return opened[-1]
        await opened[-1].close()
        return await fresh()

    yield await fresh(), reopen
    for store in opened:
        await store.close()

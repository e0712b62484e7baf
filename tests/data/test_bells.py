"""Whoever listens hears every ring, from whichever worker; after a gap they are told of it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from data.bells import LONGEST_RING
from data.memory_store import MemoryStore
from data.shared_store import SharedStore
from data.sql_store import SqlStore
from data.store import StoreError, Turn
from tests.data.behind import Behind
from tests.data.wire import Wire

if TYPE_CHECKING:
    from tests.data.conftest import Samples
    from tests.data.postgresql_server import PostgresServer

ANA = "whatsapp:+5491150000001"
_LISTENERS = "FROM pg_stat_activity WHERE application_name = 'vocero bells'"


class Ear:
    """What one worker has heard."""

    def __init__(self) -> None:
        self.rings: list[str] = []
        self._news = asyncio.Event()

    def __call__(self, about: str) -> None:
        self.rings.append(about)
        self._news.set()

    async def hears(self, *wanted: str) -> None:
        """All of these, in any company, within a few seconds."""
        async with asyncio.timeout(15):
            while not set(wanted) <= set(self.rings):
                self._news.clear()
                await self._news.wait()


@pytest.fixture
async def wire(server: PostgresServer) -> AsyncIterator[Wire]:
    between = Wire(server.socket)
    await between.connect()
    yield between
    between.speak()
    await between.refuse()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[SharedStore]:
    made: MemoryStore | SqlStore = MemoryStore()
    if request.param != "memory":
        behind: Behind = request.getfixturevalue(request.param)
        made = behind.store()
    await made.open()
    yield made
    await made.close()


@contextlib.asynccontextmanager
async def opened(*urls: str) -> AsyncIterator[list[SqlStore]]:
    stores = [SqlStore(url) for url in urls]
    for each in stores:
        await each.open()
    try:
        yield stores
    finally:
        for each in stores:
            await each.close()


async def test_every_ring_is_heard_while_one_listens(store: SharedStore, samples: Samples) -> None:
    await store.commit_turn(Turn(ANA, attempt=samples.attempt()))
    ear, other = Ear(), Ear()
    await store.ring("before")
    async with store.bells(ear):
        async with store.bells(other):
            await store.ring("customer whatsapp:+1 ñ")
            await store.keep_notice("attempt-a", "{}")
            # Nothing is told, so nobody looks.
            assert await store.keep_notice("unknown", "{}") is None
            await store.ring("x" * (LONGEST_RING + 1))
            await store.ring("end")
            await ear.hears("end")
            await other.hears("end")
        await store.ring("one listens")
        await ear.hears("one listens")
    await store.ring("after")
    await asyncio.sleep(0)
    heard = ["customer whatsapp:+1 ñ", "attempt-a", "x" * LONGEST_RING, "end"]
    assert other.rings == heard
    assert ear.rings == [*heard, "one listens"]


async def test_an_ear_that_fails_costs_the_others_nothing(store: SharedStore) -> None:
    def fails(_: str) -> None:
        raise ValueError("on purpose")

    trouble: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: trouble.append(told))
    ear = Ear()
    async with store.bells(fails), store.bells(ear):
        for about in ("one", "two"):
            await store.ring(about)
        await ear.hears("one", "two")
        await asyncio.sleep(0.05)
    assert len(trouble) == 2


async def test_one_worker_hears_the_other(postgresql: Behind, samples: Samples) -> None:
    async with opened(postgresql.url, postgresql.url) as (one, two):
        mine, yours = Ear(), Ear()
        async with one.bells(mine), two.bells(yours):
            await two.commit_turn(Turn(ANA, attempt=samples.attempt()))
            notice = await two.keep_notice("attempt-a", "{}")
            await mine.hears("attempt-a")
            # What it was about is there already when the bell is heard.
            assert await one.notices("attempt-a") == [notice]
            await one.ring("moved attempt-a")
            await yours.hears("attempt-a", "moved attempt-a")
            await mine.hears("attempt-a", "moved attempt-a")
        assert "" not in mine.rings + yours.rings
        assert postgresql.sql(f"SELECT count(*) {_LISTENERS}") == [("0",)]


async def test_another_databases_bells_are_not_heard(
    server: PostgresServer, postgresql: Behind
) -> None:
    stranger = server.new_database()
    async with opened(postgresql.url, stranger) as (one, other):
        ear = Ear()
        async with one.bells(ear):
            await other.ring("hello")
            await one.ring("mine")
            await ear.hears("mine")
        assert ear.rings == ["mine"]
    server.drop_database(stranger)


async def test_a_listener_that_the_server_throws_out_is_back_soon_and_says_so(
    postgresql: Behind,
) -> None:
    async with opened(postgresql.url, postgresql.url) as (one, two):
        ear = Ear()
        async with one.bells(ear):
            for _ in range(3):
                ear.rings.clear()
                thrown = time.monotonic()
                postgresql.sql(f"SELECT pg_terminate_backend(pid) {_LISTENERS}")
                await ear.hears("")
                # Noticed at once, and not when it is asked the next time.
                assert time.monotonic() - thrown < 4
                await two.ring("again")
                await ear.hears("again")
                assert ear.rings == ["", "again"]


async def test_a_server_that_is_away_for_a_while(postgresql: Behind, wire: Wire) -> None:
    async with opened(wire.address(postgresql.url), postgresql.url) as (one, two):
        ear = Ear()
        async with one.bells(ear):
            await wire.refuse()
            await two.ring("missed")
            await asyncio.sleep(0.7)
            assert ear.rings == []
            await wire.connect()
            await ear.hears("")
            await two.ring("heard")
            await ear.hears("heard")
            assert "missed" not in ear.rings


async def test_a_network_that_swallows_everything_is_noticed(
    postgresql: Behind, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.kept_connection._ASKED_EVERY_S", 0.2)
    monkeypatch.setattr("data.kept_connection._ANSWERED_WITHIN_S", 0.2)
    async with opened(wire.address(postgresql.url), postgresql.url) as (one, two):
        ear = Ear()
        async with one.bells(ear):
            wire.silence()
            await two.ring("swallowed")
            wire.speak(to_all=False)
            await ear.hears("")
            await two.ring("heard")
            await ear.hears("heard")


async def test_who_cannot_listen_is_told_so_and_not_kept_waiting(
    postgresql: Behind, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.kept_connection._READY_WITHIN_S", 0.5)
    async with opened(wire.address(postgresql.url)) as (one,):
        wire.silence()
        with pytest.raises(StoreError, match="no answer in time"):
            async with one.bells(Ear()):
                pass
        wire.speak()
        await wire.refuse()
        with pytest.raises(StoreError, match="check that PostgreSQL runs there") as caught:
            async with one.bells(Ear()):
                pass
        assert "\n" not in str(caught.value)


async def test_leaving_while_the_server_is_away_takes_no_time(
    postgresql: Behind, wire: Wire
) -> None:
    async with opened(wire.address(postgresql.url)) as (one,):
        async with one.bells(Ear()):
            await wire.refuse()
            await asyncio.sleep(0.3)
            began = time.monotonic()
        assert time.monotonic() - began < 1
    with pytest.raises(StoreError, match="not open"):
        one.bells(Ear())

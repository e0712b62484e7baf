"""A Vocero that is alone on its database makes sure of it, and those that share it know that."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from data.memory_store import MemoryStore
from data.sql_store import SqlStore
from data.store import Store, StoreError, Turn
from tests.data.behind import Behind
from tests.data.wire import Wire

if TYPE_CHECKING:
    from tests.data.conftest import Samples
    from tests.data.postgresql_server import PostgresServer

ROOT = Path(__file__).resolve().parents[2]
ANA = "whatsapp:+5491150000001"
Holding = contextlib.AbstractAsyncContextManager[None]
_HOLDERS = "FROM pg_stat_activity WHERE application_name LIKE 'vocero, pid %'"


class Told:
    """What a Vocero learned that lost its hold."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.once = asyncio.Event()

    def __call__(self, words: str) -> None:
        self.words.append(words)
        self.once.set()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("lock_file", "server_presence"):
        monkeypatch.setattr(f"data.{module}.PATIENCE_S", 0.0)


@pytest.fixture
async def wire(server: PostgresServer) -> AsyncIterator[Wire]:
    between = Wire(server.socket)
    await between.connect()
    yield between
    between.speak()
    await between.refuse()


def holding(store: Store, *, alone: bool, told: Told | None = None) -> Holding:
    taken = told or Told()
    return store.be_the_only_one(taken) if alone else store.be_one_of_many(taken)


@contextlib.asynccontextmanager
async def opened(url: str) -> AsyncIterator[SqlStore]:
    store = SqlStore(url)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


@contextlib.contextmanager
def elsewhere(url: str, *, alone: bool) -> Iterator[subprocess.Popen[str]]:
    """A process of its own that holds the database until it dies."""
    program = f"""
import asyncio
from data.sql_store import SqlStore

async def main():
    store = SqlStore({url!r})
    await store.open()
    async with store.{"be_the_only_one" if alone else "be_one_of_many"}(print):
        print("held", flush=True)
        await asyncio.sleep(100)

asyncio.run(main())
"""
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.communicate(timeout=20)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("first_alone", [True, False])
async def test_two_processes(behind: Behind, samples: Samples, first_alone: bool) -> None:
    async with opened(behind.url) as store:
        with elsewhere(behind.url, alone=first_alone) as process:
            for alone in (True, False):
                if not alone and not first_alone:
                    async with holding(store, alone=alone):
                        pass
                    continue
                with pytest.raises(StoreError) as caught:
                    async with holding(store, alone=alone):
                        pass
                words = str(caught.value)
                assert f"pid {process.pid} on " in words
                assert "REDIS_URL" in words and "stop the other one" in words
                assert "\n" not in words and "#" not in words
            # Who only looks, orders a call or forgets somebody is not kept out.
            await store.commit_turn(Turn(ANA, "hello", attempt=samples.attempt()))
            assert len(await store.calls()) == 1
            assert await store.forget_customer("whatsapp:+1")
            process.kill()
            process.wait(20)
            # Gone with the process, however it ended: the server notices after a moment.
            for _ in range(100):
                with contextlib.suppress(StoreError):
                    async with holding(store, alone=True):
                        return
                await asyncio.sleep(0.05)
    raise AssertionError("it is still held")


async def test_who_starts_while_another_goes_waits_a_moment(behind: Behind) -> None:
    async with opened(behind.url) as store:
        with elsewhere(behind.url, alone=True) as process:
            asyncio.get_running_loop().call_later(0.5, process.kill)
            async with holding(store, alone=True):
                pass


@pytest.mark.usefixtures("impatient")
async def test_two_in_one_process(behind: Behind) -> None:
    async with opened(behind.url) as one, opened(behind.url) as two:
        async with holding(one, alone=False), holding(two, alone=False):
            async with opened(behind.url) as three:
                with pytest.raises(StoreError, match="another Vocero serves"):
                    await holding(three, alone=True).__aenter__()
        for store in (one, two, one):
            async with holding(store, alone=True):
                for other, alone in ((one, True), (two, True), (two, False)):
                    with pytest.raises(StoreError, match="another Vocero serves"):
                        await holding(other, alone=alone).__aenter__()


async def test_in_memory_nobody_else_can_be_there() -> None:
    store = MemoryStore()
    async with holding(store, alone=True), holding(store, alone=False):
        assert await store.calls() == []


@pytest.mark.usefixtures("impatient")
async def test_a_file_is_the_same_by_whatever_name(sqlite: Behind, tmp_path: Path) -> None:
    async with opened(sqlite.url) as one, holding(one, alone=True):
        link = tmp_path / "linked.db"
        link.symlink_to(sqlite.file)
        async with opened(f"sqlite+aiosqlite:///{link}") as two:
            with pytest.raises(StoreError, match="another Vocero serves"):
                await holding(two, alone=True).__aenter__()
        lock = sqlite.file.with_name("vocero.db.lock")
        assert lock.stat().st_mode & 0o777 == 0o600
    # Nobody who is gone is named.
    assert lock.read_text() == ""


async def test_a_lock_file_that_cannot_be_made_is_named(sqlite: Behind) -> None:
    async with opened(sqlite.url) as store:
        sqlite.file.with_name("vocero.db.lock").mkdir()
        with pytest.raises(StoreError, match=r"vocero\.db\.lock cannot be made") as caught:
            await holding(store, alone=True).__aenter__()
        assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("impatient")
async def test_two_databases_of_one_server_have_nothing_to_do_with_each_other(
    server: PostgresServer, postgresql: Behind
) -> None:
    other = server.new_database()
    async with opened(postgresql.url) as one, opened(other) as two:
        async with holding(one, alone=True), holding(two, alone=True):
            pass
    server.drop_database(other)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("alone", [True, False])
async def test_a_hold_that_the_server_throws_out_is_taken_again(
    postgresql: Behind, alone: bool
) -> None:
    told = Told()
    async with opened(postgresql.url) as one, opened(postgresql.url) as two:
        async with holding(one, alone=alone, told=told):
            for _ in range(3):
                (before,) = postgresql.sql(f"SELECT pid {_HOLDERS}")
                postgresql.sql(f"SELECT pg_terminate_backend(pid) {_HOLDERS}")
                await held_anew(postgresql, before)
            with pytest.raises(StoreError, match="another Vocero serves"):
                await holding(two, alone=True).__aenter__()
        assert told.words == []


@pytest.mark.usefixtures("impatient")
async def test_who_lost_its_hold_to_another_is_told_once_and_gets_it_back_later(
    postgresql: Behind, wire: Wire
) -> None:
    told = Told()
    async with opened(wire.address(postgresql.url)) as one, opened(postgresql.url) as two:
        async with holding(one, alone=True, told=told):
            await wire.refuse()
            async with holding(two, alone=True):
                await wire.connect()
                async with asyncio.timeout(20):
                    await told.once.wait()
                assert "another Vocero serves" in told.words[0] and "pid " in told.words[0]
                await asyncio.sleep(1)
            await held_anew(postgresql, ("",))
            with pytest.raises(StoreError, match="another Vocero serves"):
                await holding(two, alone=False).__aenter__()
            assert len(told.words) == 1


async def test_ones_own_connection_that_hangs_is_not_somebody_else(
    postgresql: Behind, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server has not noticed that it is cut off, and still holds the lock for it."""
    monkeypatch.setattr("data.kept_connection._ASKED_EVERY_S", 0.2)
    monkeypatch.setattr("data.kept_connection._ANSWERED_WITHIN_S", 0.2)
    told = Told()
    async with opened(wire.address(postgresql.url)) as one:
        async with holding(one, alone=True, told=told):
            (before,) = postgresql.sql(f"SELECT pid {_HOLDERS}")
            wire.silence()
            wire.speak(to_all=False)
            await held_anew(postgresql, before)
        assert told.words == []


async def held_anew(behind: Behind, before: tuple[str, ...]) -> None:
    """Until a connection of its own has the lock, and it is another one."""
    for _ in range(300):
        held = behind.sql(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        if held and held != [before]:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("nobody holds it")

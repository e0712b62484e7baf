"""A database server that is not there, goes away, falls silent or crashes: said in one line, and
when it is back the same store goes on and nothing is lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from data import postgresql as server_rules
from data.sql_store import SqlStore
from data.store import StoreError, Turn
from tests.data.behind import Behind
from tests.data.wire import AtCommit, Wire

if TYPE_CHECKING:
    from tests.data.conftest import Samples
    from tests.data.postgresql_server import PostgresServer

ANA = "whatsapp:+5491150000001"


@pytest.fixture
async def wire(server: PostgresServer) -> AsyncIterator[Wire]:
    between = Wire(server.socket)
    await between.connect()
    yield between
    between.speak()
    await between.refuse()


@contextlib.asynccontextmanager
async def opened(url: str) -> AsyncIterator[SqlStore]:
    store = SqlStore(url)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


def one_line(error: pytest.ExceptionInfo[StoreError], *words: str) -> None:
    text = str(error.value)
    assert "\n" not in text and len(text) < 400
    for word in ("DATABASE_URL", *words):
        assert word in text


@pytest.mark.parametrize("what", AtCommit)
async def test_a_commit_that_was_not_answered_is_looked_up_and_not_guessed(
    postgresql: Behind, wire: Wire, samples: Samples, what: AtCommit
) -> None:
    async with opened(wire.address(postgresql.url)) as store:
        wire.at_next_commit(what)
        # False would mean that it was there before, and the message would have no answer.
        assert await store.take_message(samples.message(1))
        assert wire.was_cut.is_set()
        wire.at_next_commit(what)
        turn = Turn(
            ANA,
            "calling",
            handled=(samples.sid(1),),
            outgoing=(samples.promise("one"),),
            attempt=samples.attempt(),
        )
        # It would be said to be there already, or to have failed: a call that is never placed.
        await store.commit_turn(turn)
        assert wire.was_cut.is_set()
        wire.at_next_commit(what)
        assert await store.end_attempt(samples.report(), samples.result(), Turn(ANA), 200.0)
    assert postgresql.sql("SELECT message_sid, handled FROM messages_in") == [(samples.sid(1), "1")]
    assert postgresql.sql("SELECT attempt_id, state FROM attempts") == [("attempt-a", "ended")]
    assert postgresql.sql("SELECT message_id FROM messages_out") == [("one",)]


async def test_an_unanswered_commit_of_a_server_that_stays_away_is_no_success(
    postgresql: Behind, wire: Wire, samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.commit_fate._LEARNED_WITHIN_S", 0.3)
    async with opened(wire.address(postgresql.url)) as store:
        wire.at_next_commit(AtCommit.UNANSWERED)
        taking = asyncio.create_task(store.take_message(samples.message(1)))
        await wire.was_cut.wait()
        await wire.refuse()
        with pytest.raises(StoreError) as caught:
            await taking
        one_line(caught, "not known")
        await wire.connect()
        # The carrier repeats it, and it is there.
        assert await store.take_message(samples.message(1)) is False
        assert await store.waiting_messages() == [samples.message(1)]


async def test_a_server_that_goes_and_comes_back(
    postgresql: Behind, wire: Wire, samples: Samples
) -> None:
    async with opened(wire.address(postgresql.url)) as store:
        await asyncio.gather(*(store.take_message(samples.message(n)) for n in range(9)))
        await wire.refuse()
        for doing in (store.waiting_messages(), store.take_message(samples.message(10))):
            with pytest.raises(StoreError) as caught:
                await doing
            one_line(caught, "check that PostgreSQL runs there")
        await wire.connect()
        assert await store.take_message(samples.message(11))
        assert len(await store.waiting_messages()) == 10


async def test_connections_that_were_closed_meanwhile_are_not_noticed(
    postgresql: Behind, server: PostgresServer, samples: Samples
) -> None:
    """The server was restarted between two messages."""
    async with opened(postgresql.url) as store:
        await asyncio.gather(*(store.take_message(samples.message(n)) for n in range(20)))
        server.stop()
        server.start()
        assert len(await store.waiting_messages()) == 20
        taken = await asyncio.gather(
            *(store.take_message(samples.message(n)) for n in range(10, 30))
        )
        assert taken == [False] * 10 + [True] * 10
        server.stop()
        server.start()
        for _ in range(5):
            await asyncio.sleep(0)
        # The news has arrived: then also by what is not tried again by itself.
        async with store._database.transaction(write=True) as connection:
            assert (await connection.exec_driver_sql("SELECT 1")).scalar() == 1


async def test_a_server_that_crashes_loses_nothing_that_was_answered_for(
    postgresql: Behind, server: PostgresServer, samples: Samples
) -> None:
    async with opened(postgresql.url) as store:
        taken: list[int] = []
        enough = asyncio.Event()

        async def take(number: int) -> None:
            for part in range(10):
                with contextlib.suppress(StoreError):
                    if await store.take_message(samples.message(100 * number + part)):
                        taken.append(100 * number + part)
                        if len(taken) == 12:
                            enough.set()

        async with asyncio.TaskGroup() as writers:
            for number in range(8):
                writers.create_task(take(number))
            await enough.wait()
            server.stop(signal.SIGQUIT)
        try:
            with pytest.raises(StoreError) as caught:
                await store.next_due()
            one_line(caught)
        finally:
            server.start()
        kept = {each.message_sid for each in await store.waiting_messages()}
        assert {samples.sid(number) for number in taken} <= kept


async def test_a_server_that_is_silent_is_not_waited_for_long(
    postgresql: Behind, wire: Wire, samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = replace(server_rules.USUAL, connect_s=0.5, statement_s=0.4, whole_s=1.0)
    monkeypatch.setattr(server_rules, "USUAL", short)
    monkeypatch.setattr(server_rules, "_CLOSE_S", 0.3)
    async with opened(wire.address(postgresql.url)) as store:
        await asyncio.gather(*(store.take_message(samples.message(n)) for n in range(9)))
        wire.silence()
        began = time.monotonic()
        told = await asyncio.gather(
            *(store.take_message(samples.message(n)) for n in range(20, 40)),
            return_exceptions=True,
        )
        assert all(isinstance(each, StoreError) for each in told)
        assert time.monotonic() - began < 15.0
        wire.speak()
        assert await store.take_message(samples.message(50))
        wire.silence()
        began = time.monotonic()
    assert time.monotonic() - began < 5.0


async def test_connections_as_old_as_one_that_is_silent_are_not_tried(
    postgresql: Behind, wire: Wire, samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A firewall that has forgotten them answers nothing, and each would cost seconds."""
    short = replace(server_rules.USUAL, connect_s=2.0, statement_s=0.3, whole_s=3.0)
    monkeypatch.setattr(server_rules, "USUAL", short)
    monkeypatch.setattr(server_rules, "_CLOSE_S", 0.3)
    async with opened(wire.address(postgresql.url)) as store:
        await asyncio.gather(*(store.take_message(samples.message(n)) for n in range(9)))
        wire.silence()
        with pytest.raises(StoreError, match="no answer in time"):
            await store.waiting_messages()
        wire.speak(to_all=False)
        assert len(await store.waiting_messages()) == 9


async def test_a_server_that_is_not_there_at_the_start(server: PostgresServer) -> None:
    url = server.new_database()
    server.stop()
    try:
        with pytest.raises(StoreError) as caught:
            await SqlStore(url).open()
    finally:
        server.start()
    one_line(caught, "check that PostgreSQL runs there")


async def test_what_is_wrong_with_the_address_is_named(server: PostgresServer) -> None:
    url = server.new_database()
    other = server.new_database("ENCODING 'SQL_ASCII'")
    for address, words in (
        (url.replace("/test", "/no-such-test"), "createdb"),
        (url.replace("vocero@", "nobody@"), "the user and the password"),
        (other, "UTF8"),
    ):
        with pytest.raises(StoreError) as caught:
            await SqlStore(address).open()
        one_line(caught, words)


async def test_a_user_who_may_make_no_tables(server: PostgresServer) -> None:
    url = server.new_database()
    server.sql("postgres", "DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN")
    with pytest.raises(StoreError) as caught:
        await SqlStore(url.replace("vocero@", "reader@")).open()
    one_line(caught, "permission denied", "make and change tables")


async def test_an_old_server_is_refused(
    postgresql: Behind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_rules, "OLDEST_SERVER", 99)
    with pytest.raises(StoreError, match="99 or later"):
        await SqlStore(postgresql.url).open()

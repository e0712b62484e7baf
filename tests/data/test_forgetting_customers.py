"""A forgotten customer is gone, and nobody else is; what limits and figures need stays nameless."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from data.memory_store import MemoryStore
from data.store import Store, Turn
from tests.data.known_customers import CALLED_AT, ENDED_AT, clip_of, everything_of, sid
from tests.data.past_calls import ANA, BEA, found, ordered

if TYPE_CHECKING:
    from tests.data.behind import Behind
    from tests.data.conftest import Reopen, Samples

NUMBER = "5491155512377"
GONE = f"whatsapp:+{NUMBER}"
CANARY, ROBIN = "zafirocanario", "petirrojo"


async def test_what_is_known_is_counted(stores: tuple[Store, Reopen]) -> None:
    store, reopen = stores
    calls = await everything_of(store, "gone", GONE, CANARY)
    await everything_of(store, "kept", BEA, ROBIN)
    store = await reopen()
    assert await store.known_customers() == {GONE, BEA}
    traces = await store.traces(GONE)
    assert (traces.written, traces.unheard, traces.conversations, traces.planned) == (2, 1, 1, 1)
    assert (traces.told, traces.acts, traces.calls) == (5, 2, calls)
    assert (traces.open_calls, traces.last_ended_at) == ({}, ENDED_AT)
    assert traces.clips == (f"https://v.example/clip/{clip_of('gone')}",)
    assert set(traces.elsewhere) == {f"{kind}-{call}" for kind in ("CA", "conv") for call in calls}
    assert traces
    nobody = await store.traces(ANA)
    assert not nobody and nobody == type(nobody)()


async def test_nothing_is_left_of_them_and_all_of_the_others(
    stores: tuple[Store, Reopen],
) -> None:
    store, reopen = stores
    await everything_of(store, "gone", GONE, CANARY)
    kept = await everything_of(store, "kept", BEA, ROBIN)
    others = await store.traces(BEA)
    figures = await store.call_figures(0.0, 1e9)
    assert await store.forget_customer(GONE)
    store = await reopen()
    assert not await store.traces(GONE)
    assert await store.known_customers() == {BEA}
    assert await store.traces(BEA) == others
    assert await found(store) == [*reversed(kept)]
    assert await found(store, CANARY) == []
    assert [each.customer for each in await store.waiting_messages()] == [BEA]
    assert {each.customer for each in await store.due_messages(1e9)} == {BEA}
    assert {each.customer for each in await store.due_plans(1e9)} == {BEA}
    assert await store.conversation(GONE) is None
    acts = await store.acts(attempt_id="gone-first")
    assert [(act.operator, act.act, act.detail) for act in acts] == [("Mía", "whispered", "")]
    # What limits and figures need.
    assert await store.call_figures(0.0, 1e9) == figures
    assert await store.minutes_talked(0.0) == 8
    assert await store.count_attempts(0.0) == 4
    assert await store.count_attempts(0.0, customer=GONE) == 0
    assert len(await store.blocked_numbers()) == 2
    # Again is fine, also of nobody.
    assert await store.forget_customer(GONE)
    assert await store.forget_customer("")
    assert await store.traces(BEA) == others


async def test_a_call_that_is_on_is_in_the_way(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, reopen = stores
    await everything_of(store, "gone", GONE, CANARY)
    live = ordered("live", CALLED_AT + 500, customer=GONE)
    await store.commit_turn(Turn(GONE, attempt=live))
    await store.bind_call("live", "CA-live")
    before = await store.traces(GONE)
    assert before.open_calls == {"live": "CA-live"}
    assert not await store.forget_customer(GONE)
    store = await reopen()
    assert await store.traces(GONE) == before
    assert await store.end_attempt(
        samples.report("live", "CA-live"), samples.result(), Turn(GONE), CALLED_AT + 600
    )
    assert await store.forget_customer(GONE)
    assert not await store.traces(GONE)


async def test_somebody_forgotten_may_come_back(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, reopen = stores
    await everything_of(store, "gone", GONE, CANARY)
    assert await store.forget_customer(GONE)
    store = await reopen()
    assert await store.take_message(samples.message(1, GONE))
    # Nothing is remembered, not even which messages were known.
    known_before = replace(samples.message(2, GONE), message_sid=sid("gone", 1))
    assert await store.take_message(known_before)
    assert (await store.traces(GONE)).written == 2


async def test_neither_number_nor_words_are_in_any_file_of_the_database(
    sqlite: Behind,
) -> None:
    """Literally, while another process has the database open, as `vocero serve` does."""
    store, service = sqlite.store(), sqlite.store()
    await store.open()
    await service.open()
    folder = sqlite.file.parent
    # Enough of it that pages are split, rebuilt and freed.
    for number in range(30):
        await everything_of(store, f"gone{number}", GONE, f"{CANARY}{number}" * 20)
        await everything_of(service, f"kept{number}", f"whatsapp:+54911500{number:05d}", ROBIN)
    assert NUMBER.encode() in written_in(folder) and CANARY.encode() in written_in(folder)
    assert await store.forget_customer(GONE)
    assert await store.scrub(whole=True)
    left = written_in(folder).lower()
    for canary in (NUMBER, NUMBER[3:], CANARY, clip_of("gone0")):
        assert canary.encode() not in left
    assert ROBIN.encode() in left
    # The service's own connections go on as if nothing had been.
    assert len(await service.known_customers()) == 30
    await service.close()
    await store.close()
    assert NUMBER.encode() not in written_in(folder)


async def test_the_journal_is_emptied_beside_who_is_at_work(sqlite: Behind) -> None:
    store = sqlite.store()
    await store.open()
    folder = sqlite.file.parent
    await everything_of(store, "gone", GONE, CANARY)
    assert await store.forget_customer(GONE)
    assert CANARY.encode() in written_in(folder), "what the journal is emptied for"
    assert await store.scrub(whole=False)
    assert CANARY.encode() not in written_in(folder)
    await store.close()


async def test_a_server_is_asked_to_clear_up_beside_who_is_at_work(postgresql: Behind) -> None:
    store, service = postgresql.store(), postgresql.store()
    await store.open()
    await service.open()
    await everything_of(store, "gone", GONE, CANARY)
    assert await store.forget_customer(GONE)
    busy = service._database.transaction(write=True)
    async with busy as connection:
        await connection.exec_driver_sql("SELECT 1")
        assert await store.scrub(whole=True)
    assert await store.scrub(whole=False)
    await service.close()
    await store.close()


async def test_a_store_in_memory_has_no_files() -> None:
    assert await MemoryStore().scrub(whole=True)


def written_in(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in sorted(folder.iterdir()))

"""An erased call leaves nothing of who took part and what was said, and breaks nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError

from data.call import CallResult, EntryKind, OutcomeStatus, Quote, Speaker, TimelineEntry
from data.memory_store import MemoryStore
from data.store import (
    Attempt,
    AuditEntry,
    BlockedNumber,
    CallFilter,
    OutgoingMessage,
    Store,
    StoreError,
    Turn,
)
from tests.data.past_calls import ANA, BEA, PLACE, end, found, ordered

if TYPE_CHECKING:
    from tests.data.behind import Behind
    from tests.data.conftest import Reopen, Samples

BOOKED = CallResult(status=OutcomeStatus.BOOKED, notes="traer SECRETO", instructions="SECRETO")
LINE = TimelineEntry(1.0, EntryKind.SAID, "SECRETO en vivo", Speaker.BUSINESS)


def result_of(name: str, due_at: float = 200.0, number: str = "") -> OutgoingMessage:
    return OutgoingMessage(f"result:{name}{number}", ANA, "SECRETO: listo el jueves", due_at)


def note(message_id: str, due_at: float, customer: str = ANA) -> OutgoingMessage:
    return OutgoingMessage(message_id, customer, "SECRETO nota", due_at, stale_at=due_at + 60.0)


async def place_and_end(
    store: Store, name: str = "gone", at: float = 100.0, errand_id: str = ""
) -> None:
    """A booked call of which everything can be kept that the store knows of."""
    attempt = ordered(name, at, customer_name="SECRETO", service="SECRETO", errand_id=errand_id)
    attempt = replace(attempt, business_name="Peluquería SECRETO")
    await store.commit_turn(Turn(ANA, "SECRET-STATE", attempt=attempt))
    await store.keep_report(name, BOOKED)
    await store.keep_lines(name, [LINE])
    await end(
        store,
        name,
        at + 100.0,
        result=BOOKED,
        said="SECRETO, te esperamos el jueves",
        answer_ms=("answer_ms=400",),
        quote=Quote("SECRETO, te esperamos", 2.5),
        outgoing=(result_of(name, at + 100.0),),
    )


def everything_told(store: Store, kept_in: Behind | None) -> dict[str, str]:
    """All messages by their ids, also those that nobody gets any more: customer, text, sound."""
    if isinstance(store, MemoryStore):
        messages = (kept.message for kept in store._outgoing.values())
        return {each.message_id: each.customer + each.body + each.media_url for each in messages}
    assert kept_in is not None
    rows = kept_in.sql("SELECT message_id, customer || body || media_url FROM messages_out")
    return {row[0]: row[1] for row in rows}


async def test_it_is_found_no_more(stores: tuple[Store, Reopen]) -> None:
    store, reopen = stores
    for name in ("kept", "gone"):
        await place_and_end(store, name)
    assert await store.erase_call("gone")
    store = await reopen()
    assert [each.attempt.attempt_id for each in await store.calls()] == ["kept"]
    assert [each.attempt.attempt_id for each in await store.calls(1)] == ["kept"]
    for key in ("gone", "go", "CA-gone"):
        assert await store.call(key) is None
    assert await found(store) == ["kept"]
    assert await found(store, "secreto") == ["kept"]
    booked = CallFilter(statuses=frozenset({OutcomeStatus.BOOKED}))
    assert len(await store.find_calls(booked)) == 1
    record = await store.call("kept")
    assert record is not None and record.result == BOOKED and record.quote is not None
    assert [each.body for each in record.outgoing] == [result_of("kept").body]
    # There is nothing left to erase.
    assert not await store.erase_call("gone")


async def test_only_the_bare_row_stays(stores: tuple[Store, Reopen]) -> None:
    store, reopen = stores
    await place_and_end(store)
    assert await store.erase_call("gone")
    store = await reopen()
    bare = Attempt("gone", "errand-of-gone", "", "", "", "{}", created_at=100.0, state="ended")
    assert await store.attempt("gone") == bare
    assert await store.reported("gone") is None
    assert await store.lines("gone") == ()
    assert await store.open_attempts() == []


async def test_no_file_of_the_database_has_the_words_any_more(sqlite: Behind) -> None:
    store = sqlite.store()
    await store.open()
    await place_and_end(store)
    await store.commit_turn(Turn(ANA, outgoing=(note("started:gone", 101.0),)))
    await store.message_sent("result:gone", "SM1")
    asked = BlockedNumber(PLACE, "gone", "SECRETO, no llamen más", 150.0)
    await store.commit_turn(Turn(ANA, blocked=asked))

    def written() -> bytes:
        return b"".join(each.read_bytes() for each in sqlite.file.parent.iterdir())

    assert b"SECRETO" in written()
    assert await store.erase_call("gone")
    await store.close()
    # With the last connection SQLite has given its journal up.
    left = written()
    for word in (b"SECRETO", b"secreto", b"jueves", b"CA-gone"):
        assert word not in left


async def test_what_limits_and_other_calls_of_the_errand_need_stays(
    stores: tuple[Store, Reopen],
) -> None:
    store, reopen = stores
    await place_and_end(store, errand_id="errand")
    live = ordered("live", 300.0, errand_id="errand")
    await store.commit_turn(Turn(ANA, attempt=live))
    await store.keep_lines("live", [LINE])
    assert await store.erase_call("gone")
    store = await reopen()
    assert await store.errand_booked("errand")
    assert await store.minutes_talked(0.0) == 1
    assert await store.count_attempts(0.0) == 2
    # Whose it was is not known any more.
    assert await store.count_attempts(0.0, customer=ANA) == 1
    assert await store.count_attempts(0.0, to_number=PLACE) == 1
    assert await store.open_attempts() == [live]
    assert await store.lines("live") == (LINE,)
    assert await store.conversation(ANA) == "SECRET-STATE"
    with pytest.raises(StoreError):
        await store.commit_turn(Turn(ANA, attempt=ordered("gone", 400.0)))


async def test_neither_a_live_nor_an_unknown_call_is_erased(
    stores: tuple[Store, Reopen],
) -> None:
    store, reopen = stores
    live = ordered("live", 100.0)
    await store.commit_turn(Turn(ANA, attempt=live))
    await store.bind_call("live", "CA-live")
    for name in ("live", "nobody", "", "liv", "CA-live"):
        assert not await store.erase_call(name)
    store = await reopen()
    record = await store.call("live")
    assert record is not None
    assert record.attempt == replace(live, call_sid="CA-live", state="dialed")


async def test_what_comes_late_brings_nothing_back(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    """The carrier's last callbacks, and what an agent that is slow to stop still reports."""
    store, reopen = stores
    await place_and_end(store)
    assert await store.erase_call("gone")
    bare = await store.attempt("gone")
    await store.bind_call("gone", "CA-gone")
    assert await store.keep_report("gone", BOOKED) == BOOKED
    await store.keep_lines("gone", [LINE])
    again = Turn(ANA, outgoing=(result_of("again"),))
    assert not await store.end_attempt(samples.report("gone", "CA-gone"), BOOKED, again, 300.0)
    await store.commit_turn(Turn(ANA, outgoing=(result_of("gone"),)))
    store = await reopen()
    assert await store.attempt("gone") == bare
    assert await store.reported("gone") is None
    assert await store.lines("gone") == ()
    assert await store.call("CA-gone") is None
    assert await found(store) == []


async def test_a_result_that_was_not_sent_yet_is_still_sent_and_then_goes(
    stores: tuple[Store, Reopen], kept_in: Behind | None
) -> None:
    store, reopen = stores
    await place_and_end(store)
    assert await store.erase_call("gone")
    store = await reopen()
    assert await store.due_messages(1e9) == [result_of("gone")]
    await store.message_postponed("result:gone", 500.0, "no luck")
    assert await store.due_messages(1e9) == [result_of("gone", 500.0)]
    await store.message_sent("result:gone", "SM1")
    store = await reopen()
    # It is not there to be sent again, whatever becomes of it.
    assert await store.delivery_reported("SM1", "undelivered", "63016") is None
    await store.message_again("result:gone", 600.0, "63016")
    await store.message_parked("result:gone", "63016")
    await store.commit_turn(Turn(ANA, outgoing=(result_of("gone"),)))
    assert await store.due_messages(1e9) == []
    assert await store.next_due() is None
    assert everything_told(store, kept_in) == {"result:gone": ""}


async def test_a_result_that_waits_for_the_customer_waits_on(
    stores: tuple[Store, Reopen], samples: Samples, kept_in: Behind | None
) -> None:
    store, reopen = stores
    await place_and_end(store)
    await store.message_parked("result:gone", "63016")
    assert await store.erase_call("gone")
    store = await reopen()
    assert await store.due_messages(1e9) == []
    await store.take_message(samples.message(1))
    (due,) = await store.due_messages(1e9)
    assert due.body == result_of("gone").body
    await store.message_given_up("result:gone", "21610")
    assert await store.due_messages(1e9) == []
    assert everything_told(store, kept_in) == {"result:gone": ""}


async def test_what_is_about_the_call_goes_and_nothing_else(
    stores: tuple[Store, Reopen], kept_in: Behind | None
) -> None:
    store, reopen = stores
    await place_and_end(store)
    await store.message_sent("result:gone", "SM1")
    clip = OutgoingMessage("clip:gone", ANA, "", 205.0, media_url="https://v.example/c/SECRETO")
    beside = (
        *(note("started:gone", 101.0), note("answered:gone", 110.0), note("asks:q1", 150.0)),
        clip,
    )
    others = (
        # Of another customer, before and after the call, and of other calls and messages.
        *(note("asks:q2", 150.0, BEA), note("asks:q0", 99.0), note("asks:q3", 201.0)),
        *(note("started:gone2", 150.0), note("SM7", 150.0), result_of("other", 150.0)),
    )
    await store.commit_turn(Turn(ANA, outgoing=beside + others))
    await store.message_sent("started:gone", "SM2")
    await store.message_given_up("answered:gone", "stale")
    assert await store.erase_call("gone")
    store = await reopen()
    # What was on its way meanwhile changes nothing any more.
    await store.message_sent("clip:gone", "SM3")
    await store.message_postponed("asks:q1", 300.0, "no luck")
    emptied = {"result:gone": "", **{each.message_id: "" for each in beside}}
    assert everything_told(store, kept_in) == {
        **emptied,
        **{each.message_id: each.customer + each.body for each in others},
    }
    waiting = []
    while due := await store.due_messages(1e9):
        for each in due:
            waiting.append(each)
            await store.message_sent(each.message_id, f"SM-{each.message_id}")
    assert sorted(waiting, key=str) == sorted(others, key=str)


async def test_who_asked_not_to_be_called_is_still_not_called(
    stores: tuple[Store, Reopen], kept_in: Behind | None
) -> None:
    store, reopen = stores
    await place_and_end(store)
    for number, name in ((PLACE, "gone"), ("+34911234567", "other")):
        asked = BlockedNumber(number, name, "SECRETO, no llamen más", 150.0)
        await store.commit_turn(Turn(ANA, blocked=asked))
    assert await store.erase_call("gone")
    store = await reopen()
    assert await store.blocked_numbers() == {PLACE, "+34911234567"}
    if kept_in is not None:
        rows = kept_in.sql("SELECT attempt_id, words FROM blocked_numbers ORDER BY number")
        assert rows == [("other", "SECRETO, no llamen más"), ("", "")]


async def test_the_acts_stay(stores: tuple[Store, Reopen]) -> None:
    store, reopen = stores
    await place_and_end(store)
    noted = await store.note_act(AuditEntry(150.0, "Mía", "listened", "gone"))
    assert await store.erase_call("gone")
    store = await reopen()
    assert await store.acts(attempt_id="gone") == [noted]


async def test_erasing_that_fails_erases_nothing(behind: Behind) -> None:
    store = behind.store()
    await store.open()
    await place_and_end(store)
    await store.message_sent("result:gone", "SM1")
    before = await store.call("gone")
    # In the way of what is done last.
    when = "late BEFORE UPDATE OF body ON messages_out"
    if behind.embedded:
        behind.sql(f"CREATE TRIGGER {when} BEGIN SELECT RAISE(ABORT, 'in the way'); END")
    else:
        behind.sql(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN RAISE EXCEPTION 'in the way'; END$$;"
            f"CREATE TRIGGER {when} FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
    with pytest.raises((IntegrityError, StoreError), match="in the way"):
        await store.erase_call("gone")
    assert await store.call("gone") == before
    behind.sql("DROP TRIGGER late" + ("" if behind.embedded else " ON messages_out"))
    assert await store.erase_call("gone")
    await store.close()

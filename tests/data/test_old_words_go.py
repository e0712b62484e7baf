"""Words that have grown old go, bit by bit; who, when and how it ended stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data.call import CallResult, EntryKind, OutcomeStatus
from data.store import Store, Turn
from tests.data.known_customers import CALLED_AT, everything_of, sid
from tests.data.past_calls import BEA, PLACE, found, ordered

if TYPE_CHECKING:
    from tests.data.behind import Behind
    from tests.data.conftest import Reopen, Samples

OLD, NEW = "whatsapp:+5491155512377", BEA
CANARY, ROBIN = "zafirocanario", "petirrojo"
LATER = CALLED_AT + 10_000
BEFORE = CALLED_AT + 5_000


async def two_customers(store: Store) -> tuple[str, ...]:
    """One whose calls are old, one whose calls are not; the old calls."""
    calls = await everything_of(store, "old", OLD, CANARY)
    await everything_of(store, "new", NEW, ROBIN, LATER)
    return calls


async def test_of_an_old_call_the_words_go_and_the_outcome_stays(
    stores: tuple[Store, Reopen],
) -> None:
    store, reopen = stores
    calls = await two_customers(store)
    young = await store.call("new-first")
    assert await store.drop_transcripts(BEFORE) == 2
    store = await reopen()
    for name in calls:
        record = await store.call(name)
        assert record is not None and record.report is not None
        assert record.result == CallResult(
            status=OutcomeStatus.BOOKED, date="2026-11-27", time="17:00"
        )
        assert [each.kind for each in record.report.timeline] == [
            EntryKind.PHASE,
            EntryKind.MEASURED,
        ]
        assert (record.report.talked_s, record.report.conversation_id) == (61.0, "")
        assert (record.quote, record.report.said()) == (None, ())
        assert (record.attempt.customer, record.attempt.to_number) == (OLD, PLACE)
        assert await store.reported(name) is None
    assert await store.call("new-first") == young
    # It is still found by what was ordered.
    assert set(await found(store, "4000 0101")) == {"old-first", "old-second", "new-first",
                                                    "new-second"}  # fmt: skip
    assert await store.minutes_talked(0.0) == 8
    assert len(await store.blocked_numbers()) == 2
    assert await store.drop_transcripts(BEFORE) == 0, "done is done"


async def test_it_goes_bit_by_bit(stores: tuple[Store, Reopen]) -> None:
    store, _ = stores
    for number in range(5):
        await everything_of(store, f"old{number}", OLD, CANARY)
    pieces = []
    while (dropped := await store.drop_transcripts(BEFORE, 4)) == 4:
        pieces.append(dropped)
    assert [*pieces, dropped] == [4, 4, 2]
    total = 0
    while dropped := await store.drop_messages(BEFORE, 3):
        assert dropped <= 6
        total += dropped
    # Of each time: one handled message of theirs, and three to them of which nothing becomes. What
    # was parked is due again whenever they write: only the last one is still parked.
    assert total == 5 * (1 + 3) + 1


async def test_old_messages_go_but_not_what_is_promised_or_unheard(
    stores: tuple[Store, Reopen],
) -> None:
    store, reopen = stores
    await two_customers(store)
    others = await store.traces(NEW)
    assert await store.drop_messages(BEFORE) == 5
    store = await reopen()
    assert await store.traces(NEW) == others
    (unheard,) = await store.waiting_messages(OLD)
    assert CANARY in unheard.body
    assert [each.message_id for each in await store.due_messages(1e9) if each.customer == OLD] == [
        "old:waiting"
    ]
    traces = await store.traces(OLD)
    assert (traces.written, traces.told, traces.clips) == (2, 1, ())
    # It is known and not taken twice, however late it is posted again.
    assert not await store.take_message(unheard)
    again = type(unheard)(sid("old", 1), OLD, "otra vez", LATER)
    assert not await store.take_message(again)
    assert await store.drop_messages(BEFORE) == 0


async def test_only_a_conversation_in_which_nothing_is_open_is_forgotten(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, reopen = stores
    idle, planning, calling, promised, unheard, fresh, ordering = (
        f"whatsapp:+549115550000{number}" for number in range(7)
    )
    for number, customer in enumerate((idle, planning, calling, promised, unheard, fresh)):
        at = LATER if customer == fresh else CALLED_AT
        await store.take_message(samples.message(number, customer, at))
        handled = () if customer == unheard else (samples.sid(number),)
        await store.commit_turn(Turn(customer, "{}", handled))
    await store.commit_turn(Turn(planning, plan=samples.plan("p", 1e9, planning)))
    await store.commit_turn(Turn(calling, attempt=ordered("live", 100.0, customer=calling)))
    await store.commit_turn(Turn(promised, outgoing=(samples.promise("m", promised),)))
    # From the command line nobody writes: the calls tell.
    await store.commit_turn(Turn(ordering, "{}", attempt=ordered("o", LATER, customer=ordering)))
    await store.end_attempt(samples.report("o"), samples.result(), Turn(ordering), LATER + 1)
    assert await store.drop_conversations(BEFORE) == 1
    store = await reopen()
    assert await store.conversation(idle) is None
    for customer in (planning, calling, promised, unheard, fresh, ordering):
        assert await store.conversation(customer) == "{}"
    assert await store.drop_conversations(LATER + 2, 1) == 1
    assert await store.drop_conversations(LATER + 2, 50) == 1
    assert await store.drop_conversations(LATER + 2, 50) == 0


async def test_the_store_tells_when_recorded_calls_ended(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, reopen = stores
    await two_customers(store)
    await store.commit_turn(Turn(NEW, attempt=samples.attempt("live", customer=NEW)))
    assert await store.erase_call("old-first")
    store = await reopen()
    asked = ("old-first", "old-second", "new-first", "live", "unknown")
    assert await store.calls_over(asked) == {
        "old-first": 0.0,
        "old-second": CALLED_AT + 100,
        "new-first": LATER + 100,
    }
    assert await store.calls_over(()) == {}


async def test_a_report_that_cannot_be_read_goes_as_a_whole(behind: Behind) -> None:
    store = behind.store()
    await store.open()
    await everything_of(store, "old", OLD, CANARY)
    behind.sql("""UPDATE attempts SET report_json = '{"speaker":"x"', result_json = '[]'""")
    assert await store.drop_transcripts(BEFORE) == 2
    assert await store.drop_transcripts(BEFORE) == 0
    record = await store.call("old-first")
    assert record is not None and record.report is None and record.result is None
    assert await store.drop_messages(BEFORE) == 5
    await store.close()


@pytest.mark.parametrize("limit", [1, 7])
async def test_nothing_to_do_is_nothing_done(stores: tuple[Store, Reopen], limit: int) -> None:
    store, _ = stores
    assert await store.drop_transcripts(1e12, limit) == 0
    assert await store.drop_messages(1e12, limit) == 0
    assert await store.drop_conversations(1e12, limit) == 0

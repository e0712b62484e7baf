"""What is known of a call before its end survives a crash, and what it cost is counted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from data.call import CallResult, EntryKind, OutcomeStatus, Quote, Speaker, TimelineEntry
from data.store import Store, Turn

if TYPE_CHECKING:
    from tests.data.conftest import Reopen, Samples

ANA = "whatsapp:+5491150000001"
FIRST = CallResult(status=OutcomeStatus.BOOKED, date="2026-11-27", time="17:00", notes="con Ana")
SECOND = CallResult(status=OutcomeStatus.NO_AVAILABILITY)
LINES = (
    TimelineEntry(0.0, EntryKind.PHASE, "dialling"),
    TimelineEntry(4.25, EntryKind.SAID, "Peluquería, ¿hola? '; --", Speaker.BUSINESS),
    TimelineEntry(4.0, EntryKind.SAID, "Soy una inteligencia artificial", Speaker.AGENT),
)


async def test_the_first_report_stays(stores: tuple[Store, Reopen], samples: Samples) -> None:
    store, reopen = stores
    await store.commit_turn(Turn(ANA, attempt=samples.attempt()))
    assert await store.reported("attempt-a") is None
    assert await store.keep_report("attempt-a", FIRST) == FIRST
    assert await store.keep_report("attempt-a", SECOND) == FIRST
    store = await reopen()
    assert await store.reported("attempt-a") == FIRST
    # It is not the result: that is judged later.
    record = await store.call("attempt-a")
    assert record is not None and record.result is None
    await store.end_attempt(samples.report(), SECOND, Turn(ANA), 200.0)
    store = await reopen()
    assert await store.reported("attempt-a") == FIRST


async def test_reports_in_parallel_agree(stores: tuple[Store, Reopen], samples: Samples) -> None:
    store, _ = stores
    await store.commit_turn(Turn(ANA, attempt=samples.attempt()))
    results = [CallResult(status=OutcomeStatus.BOOKED, notes=str(n)) for n in range(10)]
    kept = await asyncio.gather(*(store.keep_report("attempt-a", each) for each in results))
    assert len({each.notes for each in kept}) == 1
    assert await store.reported("attempt-a") == kept[0]


async def test_a_report_on_an_unknown_call_is_kept_nowhere(stores: tuple[Store, Reopen]) -> None:
    store, _ = stores
    assert await store.keep_report("nobody", FIRST) == FIRST
    assert await store.reported("nobody") is None


async def test_lines_come_back_in_the_order_they_were_kept_in(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, reopen = stores
    for name in ("attempt-a", "attempt-b"):
        await store.commit_turn(Turn(ANA, attempt=samples.attempt(name)))
    await store.keep_lines("attempt-a", LINES[:1])
    await store.keep_lines("attempt-b", LINES[1:2])
    await store.keep_lines("attempt-a", [])
    await store.keep_lines("attempt-a", LINES[1:])
    store = await reopen()
    assert await store.lines("attempt-a") == LINES
    assert await store.lines("attempt-b") == LINES[1:2]


async def test_lines_go_when_the_report_has_them(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, reopen = stores
    for name in ("attempt-a", "attempt-b"):
        await store.commit_turn(Turn(ANA, attempt=samples.attempt(name)))
        await store.keep_lines(name, LINES)
    await store.end_attempt(samples.report(), SECOND, Turn(ANA), 200.0)
    await store.keep_lines("attempt-a", LINES)
    await store.keep_lines("nobody", LINES)
    store = await reopen()
    assert await store.lines("attempt-a") == ()
    assert await store.lines("nobody") == ()
    assert await store.lines("attempt-b") == LINES


async def test_the_quote_stays_with_the_result(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, reopen = stores
    quote = Quote("Listo, te esperamos el viernes a las cinco", 21.5)
    for name, words in (("attempt-a", quote), ("attempt-b", None)):
        await store.commit_turn(Turn(ANA, attempt=samples.attempt(name)))
        await store.end_attempt(samples.report(name), FIRST, Turn(ANA), 200.0, words)
    store = await reopen()
    assert [each.quote for each in await store.calls()] == [None, quote]


async def test_an_errand_is_booked_when_one_of_its_calls_was(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, reopen = stores
    calls = (("a", "errand-1", SECOND), ("b", "errand-1", FIRST), ("c", "errand-2", SECOND))
    for name, errand, result in calls:
        await store.commit_turn(Turn(ANA, attempt=samples.attempt(name, errand_id=errand)))
        assert not await store.errand_booked(errand)
        # What the agent says is not enough.
        await store.keep_report(name, FIRST)
        assert not await store.errand_booked(errand)
        await store.end_attempt(samples.report(name), result, Turn(ANA), 200.0)
    store = await reopen()
    assert await store.errand_booked("errand-1")
    assert not await store.errand_booked("errand-2")
    assert not await store.errand_booked("nothing")


async def test_every_begun_minute_of_a_call_counts(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, reopen = stores
    assert await store.minutes_talked(0.0) == 0
    for at, talked_s in ((10.0, 600.0), (20.0, 61.0), (30.0, 60.0), (40.0, 0.5), (50.0, 0.0)):
        name = f"at {at}"
        await store.commit_turn(Turn(ANA, attempt=samples.attempt(name, created_at=at)))
        await store.end_attempt(
            samples.report(name, talked_s=talked_s), SECOND, Turn(ANA), at + 1_000.0
        )
    await store.commit_turn(Turn(ANA, attempt=samples.attempt("still on", created_at=60.0)))
    store = await reopen()
    # The last was answered and never heard: that costs a minute too.
    assert await store.minutes_talked(20.0) == 2 + 1 + 1 + 1
    assert await store.minutes_talked(0.0) == 15
    assert await store.minutes_talked(51.0) == 0

"""What is said and reported in a call is durable while it is on: a crash costs no truth."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from data.call import EndCause, EntryKind, Speaker, TimelineEntry
from data.store import StoreError
from orchestration.kept_lines import KeptLines
from orchestration.ports import CarrierCall
from simulation.clock import run_virtual

if TYPE_CHECKING:
    from orchestration.concierge import Concierge
    from tests.orchestration.conftest import World

BOOKED = {"status": "booked", "date": "2026-11-26", "time": "17:00"}


async def talk_until_the_crash(
    world: World, concierge: Concierge, lines: tuple[str, ...], *, reported: bool
) -> str:
    attempt_id = await world.to_a_call(concierge)
    await world.store.bind_call(attempt_id, "CA1")
    world.noted(concierge, attempt_id, "=talking", *lines)
    if reported:
        await world.tools.answer_tool(attempt_id, "report_result", BOOKED)
    await asyncio.sleep(1.0)
    await world.read()
    return attempt_id


def test_a_booking_from_before_the_crash_is_told_as_one(
    world: World, agreed: tuple[str, ...]
) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            attempt_id = await talk_until_the_crash(world, concierge, agreed, reported=True)
        world.carrier.calls = {"CA1": CarrierCall("CA1", "completed")}
        async with world.open() as concierge:
            await concierge.recover()
        (told,) = await world.read()
        assert "OutcomeStatus.BOOKED" in told and "Listo, mañana a las cinco" in told
        record = await world.store.call(attempt_id)
        assert record is not None and record.report is not None and record.quote is not None
        assert [entry.text for entry in record.report.said()] == [line[3:] for line in agreed]
        assert record.report.ending.cause is EndCause.SHUTDOWN and record.report.answered
        assert await world.store.lines(attempt_id) == ()

    run_virtual(story())


def test_a_report_that_nothing_supports_is_no_booking_after_a_crash_either(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            lines = ("A: ¿Mañana a las cinco?", "B: Un momento que me fijo.")
            await talk_until_the_crash(world, concierge, lines, reported=True)
        async with world.open() as concierge:
            await concierge.recover()
        (told,) = await world.read()
        assert "OutcomeStatus.UNCONFIRMED" in told

    run_virtual(story())


def test_a_call_that_broke_off_before_anything_was_agreed_was_interrupted(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            await talk_until_the_crash(world, concierge, ("B: ¿Hola?",), reported=False)
        async with world.open() as concierge:
            await concierge.recover()
        (told,) = await world.read()
        assert "OutcomeStatus.INTERRUPTED" in told

    run_virtual(story())


def test_money_for_a_call_that_nobody_counted_is_reckoned_at_its_most(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            await talk_until_the_crash(world, concierge, (), reported=False)
        await asyncio.sleep(100)
        world.carrier.calls = {"CA1": CarrierCall("CA1", "completed")}
        async with world.open() as concierge:
            await concierge.recover()
        assert await world.store.minutes_talked(0.0) == 2

    run_virtual(story())


def test_lines_that_cannot_be_read_delay_the_telling(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        await world.leave_open("left", "CA1")
        lines, failures = world.store.lines, 3

        async def moody(name: str) -> object:
            nonlocal failures
            failures -= 1
            if failures >= 0:
                raise StoreError("database is locked")
            return await lines(name)

        with monkeypatch.context() as patch:
            patch.setattr(type(world.store), "lines", lambda _, name: moody(name))
            async with world.open() as concierge:
                await concierge.recover()
        assert await world.store.open_attempts() == []
        assert len(await world.read()) == 1

    run_virtual(story())


def said(text: str, kind: EntryKind = EntryKind.SAID) -> TimelineEntry:
    return TimelineEntry(0.0, kind, text, Speaker.BUSINESS)


def test_lines_are_written_together_in_order_and_only_what_tells_something(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            attempt_id = await world.to_a_call(concierge)
            for n in range(10):
                concierge.call_noted(attempt_id, said(f"line {n}"))
                concierge.call_noted(attempt_id, said("underruns=0", EntryKind.MEASURED))
            concierge.call_noted(attempt_id, said("corrected", EntryKind.CORRECTED))
            concierge.call_noted(attempt_id, said("report_result", EntryKind.TOOL_CALLED))
            assert await world.store.lines(attempt_id) == ()
            await asyncio.sleep(0.6)
            kept = await world.store.lines(attempt_id)
            texts = [entry.text for entry in kept]
            assert texts == [*(f"line {n}" for n in range(10)), "corrected", "report_result"]
            concierge.call_noted("no such call", said("nobody's"))
            await concierge.call_finished(world.report(attempt_id, EndCause.BUSINESS_HUNG_UP))
            concierge.call_noted(attempt_id, said("after the end"))
            await asyncio.sleep(5)
            assert await world.store.lines(attempt_id) == ()

    run_virtual(story())


def test_a_store_in_trouble_loses_no_line_and_stops_no_call(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async def locked(*_: object) -> None:
            raise StoreError("database is locked")

        async with world.open() as concierge:
            attempt_id = await world.to_a_call(concierge)
            with monkeypatch.context() as patch:
                patch.setattr(type(world.store), "keep_lines", locked)
                for n in range(5):
                    concierge.call_noted(attempt_id, said(f"line {n}"))
                    await asyncio.sleep(1)
            await asyncio.sleep(5)
            kept = await world.store.lines(attempt_id)
            assert [entry.text for entry in kept] == [f"line {n}" for n in range(5)]

    run_virtual(story())


def test_what_waits_to_be_written_is_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        written: list[int] = []

        async def count(_: object, attempt_id: str, entries: list[TimelineEntry]) -> None:
            assert all(len(entry.text) <= 2_000 for entry in entries)
            written.append(len(entries))

        monkeypatch.setattr(type(world.store), "keep_lines", count)
        lines = KeptLines(world.store)
        lines.begin("a call")
        for _ in range(5_000):
            lines.note("a call", said("x" * 10_000))
        writer = asyncio.create_task(lines.run())
        await asyncio.sleep(3)
        writer.cancel()
        lines.end("a call")
        assert written == [400]

    run_virtual(story())


def test_a_defect_in_writing_ends_neither_calls_nor_writing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async def broken(*_: object) -> None:
            raise TypeError("a fault of ours")

        async with world.open() as concierge:
            attempt_id = await world.to_a_call(concierge)
            with monkeypatch.context() as patch:
                patch.setattr(type(world.store), "keep_lines", broken)
                concierge.call_noted(attempt_id, said("lost"))
                await asyncio.sleep(2)
            concierge.call_noted(attempt_id, said("kept"))
            await asyncio.sleep(2)
            assert [each.text for each in await world.store.lines(attempt_id)] == ["kept"]

    run_virtual(story())

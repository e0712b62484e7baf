"""What has grown old goes by itself, at the right time, and nothing else."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from data.memory_store import MemoryStore
from data.store import StoreError, Turn
from simulation.clock import run_virtual
from simulation.scenes import BOOKED
from tests.data.known_customers import CALLED_AT, ENDED_AT, everything_of
from tests.data.past_calls import ANA, BEA, end, ordered
from vocero.rehearsal import in_virtual_time
from vocero.retention import DAY_S, EVERY_S, FIRST_AFTER_S, LEFT_OVER_S, Retention, Swept

AUDIO_S, WORDS_S = 7 * DAY_S, 30 * DAY_S


def retention(store: MemoryStore, folder: Path, **more: object) -> Retention:
    kept: dict[str, object] = {"keep_audio_s": AUDIO_S, "keep_words_s": WORDS_S, **more}
    return Retention(store, folder, **{"now": lambda: 0.0, **kept})  # type: ignore[arg-type]


def record(folder: Path, name: str, changed_at: float | None = None) -> Path:
    recording = folder / name
    recording.mkdir(parents=True)
    (recording / "call.json").write_text("{}")
    (recording / "sound.wav").write_bytes(b"sound")
    if changed_at is not None:
        os.utime(recording, (changed_at, changed_at))
    return recording


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


async def ended(store: MemoryStore, name: str, at: float) -> None:
    await store.commit_turn(Turn(ANA, attempt=ordered(name, at - 100)))
    await end(store, name, at)


async def test_recordings_go_on_their_day(tmp_path: Path) -> None:
    store = MemoryStore()
    for name, at in (("a", 1_000.0), ("b", 2_000.0), ("c", 3_000.0)):
        await ended(store, name, at)
        # What the disk says of their age does not matter.
        record(tmp_path, name, changed_at=5.0)
    sweeper = retention(store, tmp_path)
    assert (await sweeper.sweep(1_000.0 + AUDIO_S - 1)).recordings == 0
    assert (await sweeper.sweep(1_000.0 + AUDIO_S)).recordings == 1
    assert names(tmp_path) == ["b", "c"]
    assert (await sweeper.sweep(2_500.0 + AUDIO_S)).recordings == 1
    assert names(tmp_path) == ["c"]


async def test_what_is_not_known_ages_by_the_disk_and_what_is_no_recording_stays(
    tmp_path: Path,
) -> None:
    now = 1_800_000_000.0
    record(tmp_path, "older", now - AUDIO_S)
    record(tmp_path, "younger", now - AUDIO_S + 1)
    other = tmp_path / "my own notes"
    other.mkdir()
    (other / "call.json").write_text("{}")
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    assert (await retention(MemoryStore(), tmp_path).sweep(now)).recordings == 1
    assert names(tmp_path) == ["empty", "file", "my own notes", "younger"]
    assert (await retention(MemoryStore(), tmp_path / "nowhere").sweep(now)).recordings == 0


async def test_the_recording_of_an_erased_call_goes_at_once_but_not_while_it_is_written(
    tmp_path: Path,
) -> None:
    store = MemoryStore()
    for name in ("gone", "writing"):
        await ended(store, name, 1_000.0)
        record(tmp_path, name)
        assert await store.erase_call(name)
    await ended(store, "kept", 1_000.0)
    record(tmp_path, "kept")
    sweeper = retention(store, tmp_path, being_recorded={"writing"}.__contains__)
    await sweeper.sweep(1_000.0 + AUDIO_S - 1)
    assert names(tmp_path) == ["kept", "writing"]


async def test_what_a_dead_process_left_half_done_goes(tmp_path: Path) -> None:
    old = time.time() - LEFT_OVER_S - 60
    for name in (".a.part", ".b.gone", ".keep"):
        record(tmp_path, name, old)
    record(tmp_path, ".c.part")
    await retention(MemoryStore(), tmp_path).sweep(0.0)
    assert names(tmp_path) == [".c.part", ".keep"]


async def test_words_go_on_their_day_and_messages_not_before_a_week(tmp_path: Path) -> None:
    store = MemoryStore()
    await everything_of(store, "old", ANA, "zafiro")
    sweeper = retention(store, tmp_path)
    nothing = Swept()
    assert await sweeper.sweep(CALLED_AT - 50 + WORDS_S) == nothing
    # At 30 days what was said and written; what was told at the end of the calls a moment later.
    swept = await sweeper.sweep(ENDED_AT + WORDS_S + 1)
    assert (swept.transcripts, swept.messages, swept.conversations) == (2, 5, 0)
    record_of = await store.call("old-first")
    assert record_of is not None and record_of.report is not None
    assert record_of.report.said() == ()
    assert await sweeper.sweep(ENDED_AT + WORDS_S + 1) == nothing

    await everything_of(store, "new", BEA, "zafiro")
    hasty = retention(store, tmp_path, keep_words_s=0.0)
    swept = await hasty.sweep(ENDED_AT)
    assert (swept.transcripts, swept.messages) == (2, 0)
    assert (await hasty.sweep(ENDED_AT + 7 * DAY_S + 1)).messages == 5


class Slow(MemoryStore):
    """Counts how many rows it was asked for at once."""

    asked: list[int]

    async def drop_transcripts(self, before: float, limit: int = 50) -> int:
        self.asked.append(limit)
        return await super().drop_transcripts(before, limit)


async def test_much_goes_in_small_pieces_with_pauses(tmp_path: Path) -> None:
    store, paused = Slow(), []
    store.asked = []

    async def pause(seconds: float) -> None:
        paused.append(seconds)

    for number in range(70):
        await ended(store, f"call{number:02}", 1_000.0)
        record(tmp_path, f"call{number:02}")
    swept = await retention(store, tmp_path, pause=pause).sweep(1e9)
    assert (swept.recordings, swept.transcripts) == (70, 70)
    assert names(tmp_path) == []
    assert max(store.asked) <= 50 and len(store.asked) >= 2
    assert len(paused) >= 70 + len(store.asked) - 1 and min(paused) > 0


class Broken(MemoryStore):
    """Fails a few times."""

    failures: list[Exception]

    async def calls_over(self, attempt_ids: Sequence[str]) -> Mapping[str, float]:
        if self.failures:
            raise self.failures.pop(0)
        return await super().calls_over(attempt_ids)


def test_it_comes_once_after_the_start_and_then_every_hour_whatever_happens(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Broken()
    store.failures = [StoreError("locked"), OSError(28, "full"), RuntimeError("a defect")]
    caplog.set_level(logging.INFO)

    async def story() -> None:
        began = asyncio.get_running_loop().time()
        await ended(store, "call", 1_000.0)
        record(tmp_path, "call")

        def now() -> float:
            return 1_000.0 + AUDIO_S + asyncio.get_running_loop().time() - began

        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(retention(store, tmp_path, now=now).run())
            await asyncio.sleep(FIRST_AFTER_S - 1)
            assert len(store.failures) == 3
            for left in (2, 1, 0):
                await asyncio.sleep(10)
                assert len(store.failures) == left and names(tmp_path) == ["call"]
                await asyncio.sleep(EVERY_S - 10)
            await asyncio.sleep(10)
            assert names(tmp_path) == []
            running.cancel()

    run_virtual(story())
    told = [record.getMessage() for record in caplog.records if record.name == "vocero.retention"]
    assert len(told) == 4
    assert "locked" in told[0] and "OSError" in told[1] and "RuntimeError" in told[2]
    # Counts, nothing else: neither a name nor an id.
    assert told[3] == (
        "retention: erased 1 recordings, the words of 0 calls, 0 messages, 0 conversations"
    )


@pytest.mark.parametrize(("days", "kept"), [("0", False), ("7", True)])
def test_a_service_sweeps(days: str, kept: bool, tmp_path: Path) -> None:
    settings = {"RECORD_CALLS": "true", "KEEP_AUDIO_DAYS": days, "KEEP_TRANSCRIPT_DAYS": days}

    async def story() -> None:
        async with in_virtual_time(BOOKED, tmp_path, settings=settings) as rehearsal:
            played = await rehearsal.play()
            assert played.ended_well and played.record is not None
            call = played.record.attempt.attempt_id
            await asyncio.sleep(EVERY_S + FIRST_AFTER_S)
            assert (tmp_path / "recordings" / call).exists() is kept
            record_of = await rehearsal.service.store.call(call)
            assert record_of is not None and record_of.report is not None
            assert bool(record_of.report.said()) is kept
            assert record_of.result is not None and record_of.result.status == "booked"

    run_virtual(story())

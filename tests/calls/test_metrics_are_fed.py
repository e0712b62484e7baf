"""What /metrics shows after a real call is what happened in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from data.jobs_waiting import JobsWaiting
from data.memory_store import MemoryStore
from data.store import StoreError
from simulation.clock import run_virtual
from simulation.scenes import BOOKED, SCENES
from simulation.world import World
from vocero.outside import Outside
from vocero.rehearsal import Rehearsal, in_virtual_time

if TYPE_CHECKING:
    from tests.calls.conftest import Stage


async def page_of(rehearsal: Rehearsal) -> list[str]:
    response = await rehearsal.service.app.test_client().get("/metrics")
    return (await response.get_data(as_text=True)).splitlines()


def counted(lines: list[str], sample: str) -> float:
    (found,) = (line for line in lines if line.startswith(f"{sample} "))
    return float(found.rpartition(" ")[2])


def test_a_booked_call_is_counted_once(tmp_path: Path) -> None:
    async def play() -> tuple[list[str], int]:
        async with in_virtual_time(SCENES["booked"], tmp_path) as rehearsal:
            played = await rehearsal.play()
            assert played.record is not None and played.record.report is not None
            timeline = played.record.report.timeline
            answers = sum(entry.text.startswith("answer_ms=") for entry in timeline)
            return await page_of(rehearsal), answers

    lines, answers = run_virtual(play())
    assert 'vocero_calls_total{outcome="booked"} 1' in lines
    assert 'vocero_messages_out_total{result="sent"} 3' in lines  # question, progress, result
    assert 'vocero_messages_in_total{kind="text"} 2' in lines  # the wish, and a yes
    assert 'vocero_webhook_posts_total{hook="answer",result="taken"} 1' in lines
    assert "vocero_talk_seconds_count 1" in lines
    assert "vocero_live_calls 0" in lines
    assert "vocero_playback_underruns_total 0" in lines
    assert not any(line.startswith("vocero_errors_total{") for line in lines)
    assert answers > 1
    assert counted(lines, "vocero_answer_seconds_count") == answers
    talked_s = counted(lines, "vocero_talk_seconds_sum")
    for direction, at_least in (("to_agent", talked_s / 2), ("to_business", 1)):
        of = f'{{direction="{direction}"}}'
        timed = counted(lines, f"vocero_added_latency_seconds_count{of}")
        assert at_least <= timed <= talked_s + 1, "one a second"
        assert 0 < counted(lines, f"vocero_added_latency_seconds_sum{of}") < timed
    assert counted(lines, "vocero_loop_delay_seconds_count") > 10 * talked_s / 2


def test_what_waits_is_shown_and_its_age(tmp_path: Path) -> None:
    async def play() -> list[str]:
        async with in_virtual_time(BOOKED, tmp_path) as rehearsal:
            rehearsal.world.twilio.faults.refuse_messages = [20500] * 20
            await rehearsal.world.customer.play(BOOKED.customer[:1])
            await asyncio.sleep(10.0)
            return await page_of(rehearsal)

    lines = run_virtual(play())
    assert 'vocero_jobs_waiting{kind="messages_out"} 1' in lines
    assert 'vocero_jobs_waiting{kind="planned_calls"} 0' in lines


class Broken(MemoryStore):
    """Everything works but what the figures ask for."""

    asked = 0

    async def jobs_waiting(self) -> JobsWaiting:
        Broken.asked += 1
        raise StoreError("the database is locked")


def test_without_a_database_the_other_figures_stay_and_it_is_not_pestered(tmp_path: Path) -> None:
    def rewire(_: World, outside: Outside) -> Outside:
        return Outside(outside.http, outside.dial_http, outside.open_socket, Broken(), outside.now)

    async def play() -> list[list[str]]:
        async with in_virtual_time(BOOKED, tmp_path, rewire=rewire) as rehearsal:
            return [await page_of(rehearsal) for _ in range(5)]

    pages = run_virtual(play())
    assert Broken.asked == 1
    for lines in pages:
        assert "vocero_live_calls 0" in lines
        shown = [line for line in lines if not line.startswith("#")]
        assert not any(line.startswith(("vocero_jobs", "vocero_message_o")) for line in shown)


def _refuse(code: int) -> Callable[[Rehearsal], None]:
    def before(rehearsal: Rehearsal) -> None:
        rehearsal.world.twilio.faults.refuse_calls = [code] * 5

    return before


@pytest.mark.parametrize(("code", "kind"), [(20003, "forbidden"), (21211, "refused")])
def test_what_the_carrier_refuses_is_counted_by_kind(code: int, kind: str, stage: Stage) -> None:
    outcome = stage.run(BOOKED, before=_refuse(code))
    line = f'vocero_errors_total{{side="carrier",order="dial",error="{kind}"}} 1'
    assert line in outcome.metrics.splitlines()

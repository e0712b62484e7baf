"""When a late event loop lets no further call in, and when it does again."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from bridge.errors import NoRoom
from data.call import CallOrder
from simulation.clock import VirtualTimeLoop, run_virtual
from simulation.scenes import BOOKED
from vocero.loop_lag import BUSY, EVERY_S, LATE_S, LagMeter
from vocero.rehearsal import Rehearsal, in_virtual_time
from vocero.service import LATE_DIAL_S

SECOND = CallOrder("second", "+541140001702")


def looked(meter: LagMeter, *late_ms: float, begins_at: float = 0.0) -> float:
    """Looks that were so late, one after the other; when the last one was."""
    now = begins_at
    for each in late_ms:
        due = now + EVERY_S
        now = due + each / 1000
        meter.fired(due, now)
    return now


def test_a_loop_in_time_is_not_late() -> None:
    meter = LagMeter()
    looked(meter, *[1.0] * 100)
    assert not meter.late
    assert meter.average_s == pytest.approx(0.001, abs=1e-4)


@pytest.mark.parametrize("stall_ms", [90, 500, 30_000])
def test_one_stall_is_no_want_of_room(stall_ms: float) -> None:
    meter = LagMeter()
    now = looked(meter, 1, 1, stall_ms)
    assert not meter.late
    assert meter.worst_s(now) == pytest.approx(stall_ms / 1000)


def test_a_loop_that_stays_late_is_late_within_a_second() -> None:
    meter = LagMeter()
    assert looked(meter, *[60.0] * 5) < 1.0
    assert meter.late
    again_and_again = LagMeter()
    looked(again_and_again, 800, 800, 800)
    assert again_and_again.late


def test_it_is_late_until_it_has_been_in_time_for_a_while() -> None:
    meter = LagMeter()
    now = looked(meter, *[60.0] * 10)
    seen = []
    for _ in range(60):
        now = looked(meter, 1, begins_at=now)
        seen.append(meter.late)
    assert seen[:10] == [True] * 10, "a tenth of a second in time says nothing"
    assert not seen[-1]
    assert seen == sorted(seen, reverse=True), "once in time it does not waver"


def test_between_the_two_limits_nothing_changes() -> None:
    """Half as late as would be too late: whoever was late stays so, whoever was not does not."""
    half_ms = LATE_S * 500
    calm, busy = LagMeter(), LagMeter()
    looked(busy, *[60.0] * 10)
    looked(busy, *[half_ms] * 100)
    looked(calm, *[half_ms] * 100)
    assert busy.late and not calm.late


def test_the_worst_is_forgotten_after_a_second() -> None:
    meter = LagMeter()
    now = looked(meter, 70, *[0.0] * 5)
    assert meter.worst_s(now) == pytest.approx(0.070)
    assert meter.worst_s(now + 1.0) == 0.0


# --- in a whole Vocero ------------------------------------------------------------------------
async def stall(times: int, seconds: float = 0.15) -> None:
    """The loop does nothing else for so long, again and again."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualTimeLoop)
    for _ in range(times):
        loop.advance(seconds)
        await asyncio.sleep(0.02)


async def readiness(rehearsal: Rehearsal) -> tuple[int, str]:
    response = await rehearsal.service.app.test_client().get("/ready")
    return response.status_code, await response.get_data(as_text=True)


def test_no_call_is_let_in_while_the_loop_is_late(tmp_path: Path) -> None:
    async def story() -> None:
        async with in_virtual_time(BOOKED, tmp_path) as rehearsal:
            service, world = rehearsal.service, rehearsal.world
            assert await readiness(rehearsal) == (200, '{"ready":true,"reasons":[]}\n')
            await world.customer.play(BOOKED.customer[:3])
            await world.twilio.call_reaches("ringing")
            await stall(15)
            status, body = await readiness(rehearsal)
            assert status == 503 and BUSY in body
            page = service.metrics.render()
            assert re.search(r"^vocero_loop_late 1$", page, re.MULTILINE)
            assert re.search(r"^vocero_loop_lag_seconds 0\.0[2-9]", page, re.MULTILINE)
            assert not service.switchboard.has_room()
            with pytest.raises(NoRoom, match=BUSY):
                service.switchboard.place(SECOND)
            await asyncio.sleep(5.0)
            assert service.switchboard.has_room()
            assert (await readiness(rehearsal))[0] == 200

    run_virtual(story())


@pytest.mark.parametrize("late_s", [6, 30])
def test_a_call_that_was_accepted_waits_for_a_loop_that_is_late(
    late_s: int, tmp_path: Path
) -> None:
    async def story() -> None:
        slow = {"CALLS_PER_SECOND": "0.5"}
        async with in_virtual_time(BOOKED, tmp_path, settings=slow) as rehearsal:
            world, loop = rehearsal.world, asyncio.get_running_loop()
            await world.customer.play(BOOKED.customer[:3])
            await world.twilio.call_reaches("ringing")
            rehearsal.service.switchboard.place(SECOND)
            placed_at = loop.time()
            dialled_at = 0.0
            while loop.time() < placed_at + late_s:
                await stall(1)
                if len(world.twilio.calls) == 2 and not dialled_at:
                    dialled_at = loop.time() - placed_at
            if late_s < LATE_DIAL_S:
                assert len(world.twilio.calls) == 1, "its turn came after two seconds"
                await asyncio.sleep(3.0)
                assert len(world.twilio.calls) == 2
            else:
                assert LATE_DIAL_S <= dialled_at < late_s, "it was promised: it is not put off"

    run_virtual(story())


def test_without_a_live_call_nobody_can_suffer(tmp_path: Path) -> None:
    async def story() -> None:
        async with in_virtual_time(BOOKED, tmp_path) as rehearsal:
            await stall(15)
            assert (await readiness(rehearsal))[0] == 503
            assert rehearsal.service.switchboard.has_room()

    run_virtual(story())

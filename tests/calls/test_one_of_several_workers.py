"""A whole call at one of several workers, in virtual time: the others may be there or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulation.clock import run_virtual
from simulation.scenes import BOOKED, BUSY, INTERRUPTED, VOICEMAIL
from simulation.script import AwaitPhone, Scene, Write
from vocero.rehearsal import Rehearsal, in_virtual_time

if TYPE_CHECKING:
    from pathlib import Path

SEVERAL = {"REDIS_URL": "redis://127.0.0.1:1/0", "SECRET_KEY": "the same", "RECORD_CALLS": "true"}
"""Without the bus over Redis, which virtual time has not: calls do not need it."""


def waits_for_its_recording(rehearsal: Rehearsal, attempt_id: str) -> bool:
    return attempt_id in rehearsal.service._unwritten


@pytest.mark.parametrize(
    "scene", [BOOKED, BUSY, INTERRUPTED, VOICEMAIL], ids=lambda scene: str(scene.name)
)
def test_a_scene_ends_as_it_does_alone(scene: Scene, tmp_path: Path) -> None:
    async def story() -> None:
        async with in_virtual_time(scene, tmp_path, settings=SEVERAL) as rehearsal:
            played = await rehearsal.play()
            assert played.ended_well, played.complaints
            assert played.record is not None
            attempt_id = played.record.attempt.attempt_id
            assert not waits_for_its_recording(rehearsal, attempt_id)
            assert (tmp_path / "recordings" / attempt_id / "call.json").is_file()

    run_virtual(story())


def test_a_call_that_another_worker_keeps_leaves_nothing_behind(tmp_path: Path) -> None:
    async def story() -> None:
        async with in_virtual_time(BOOKED, tmp_path, settings=SEVERAL) as rehearsal:
            world, board = rehearsal.world, rehearsal.service.switchboard
            yes = BOOKED.customer.index(Write("sí"))
            await world.customer.play((*BOOKED.customer[: yes + 1], AwaitPhone("ringing")))
            (call,) = board.live()
            attempt_id = call.order.attempt_id
            assert waits_for_its_recording(rehearsal, attempt_id)
            told = len(world.twilio.chat)
            assert board.let_go(attempt_id)
            assert board.live() == () and not waits_for_its_recording(rehearsal, attempt_id)
            (line,) = world.twilio.calls
            assert not line.record.is_over, "it goes on at the other one"
            assert len(world.twilio.chat) == told

    run_virtual(story())

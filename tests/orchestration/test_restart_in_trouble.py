"""Taking up what a dead process left, while the store has its moods and new calls are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data.store import StoreError
from orchestration.ports import CarrierCall
from simulation.clock import run_virtual

if TYPE_CHECKING:
    from tests.orchestration.conftest import World

NUMBER = "+541140000101"


def test_a_store_in_trouble_delays_the_telling_and_no_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        await world.leave_open("left", "CA1")
        attempt, failures = world.store.attempt, 3

        async def moody(name: str) -> object:
            nonlocal failures
            failures -= 1
            if failures >= 0:
                raise StoreError("database is locked")
            return await attempt(name)

        with monkeypatch.context() as patch:
            patch.setattr(type(world.store), "attempt", lambda _, name: moody(name))
            async with world.open() as concierge:
                await concierge.recover()
        assert await world.store.open_attempts() == []
        assert len(await world.read()) == 1

    run_virtual(story())


def test_a_call_of_this_process_is_no_legacy(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            await world.write(concierge, "llamá al 11 4000-0101")
            await world.write(concierge, "sí")
            (order,) = world.phone.orders
            world.carrier.calls = {NUMBER: CarrierCall("CA1", "in-progress")}
            await world.read()
            await concierge.recover()
            assert world.carrier.ended == []
            (attempt,) = await world.store.open_attempts()
            assert attempt.attempt_id == order.attempt_id

    run_virtual(story())

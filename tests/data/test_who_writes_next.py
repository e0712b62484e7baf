"""The turnstile of the embedded database: one at a time, the urgent first, in order otherwise."""

from __future__ import annotations

import asyncio

import pytest

from data.turnstile import Turnstile


class Door:
    """People who pass the turnstile: each stays inside until `let_out`."""

    def __init__(self) -> None:
        self.turnstile = Turnstile()
        self.passed: list[str] = []
        self.inside = 0
        self._out = asyncio.Event()

    async def enter(self, name: str, *, urgent: bool = False) -> None:
        async with self.turnstile.passed(urgent=urgent):
            self.inside += 1
            assert self.inside == 1
            self.passed.append(name)
            await self._out.wait()
            self.inside -= 1

    def let_out(self) -> None:
        self._out.set()


async def queued(door: Door, *names: str) -> dict[str, asyncio.Task[None]]:
    """Tasks in the queue in this order; names that end with "!" are urgent."""
    tasks = {}
    for name in names:
        tasks[name] = asyncio.create_task(door.enter(name, urgent=name.endswith("!")))
        await asyncio.sleep(0)
    return tasks


async def test_the_urgent_go_first_and_equals_in_order() -> None:
    door = Door()
    tasks = await queued(door, "a", "b", "c", "d!", "e!")
    door.let_out()
    await asyncio.gather(*tasks.values())
    assert door.passed == ["a", "d!", "e!", "b", "c"]


async def test_who_gives_up_waiting_holds_nobody_up() -> None:
    door = Door()
    tasks = await queued(door, "a", "b", "c!", "d")
    tasks["b"].cancel()
    tasks["c!"].cancel()
    await asyncio.sleep(0)
    door.let_out()
    await asyncio.wait(tasks.values())
    assert door.passed == ["a", "d"]


async def test_who_is_cancelled_at_their_turn_hands_it_on() -> None:
    turnstile = Turnstile()
    passed: list[str] = []

    async def enter(name: str) -> None:
        async with turnstile.passed():
            passed.append(name)

    async with turnstile.passed():
        tasks = [asyncio.create_task(enter(name)) for name in ("b", "c")]
        await asyncio.sleep(0)
    # b's turn has come, but b has not run since.
    tasks[0].cancel()
    await asyncio.wait(tasks)
    assert passed == ["c"]


async def test_a_failure_inside_lets_the_next_one_in() -> None:
    turnstile = Turnstile()
    with pytest.raises(ValueError, match="inside"):
        async with turnstile.passed():
            raise ValueError("inside")
    async with asyncio.timeout(1), turnstile.passed():
        pass

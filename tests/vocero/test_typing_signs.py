"""The typing sign: a few at once, dropped beyond, and never anybody's trouble."""

from __future__ import annotations

import asyncio

from simulation.clock import run_virtual
from vocero.typing_signs import MOST_AT_ONCE, SIGN_S, TypingSigns


class Slow:
    """Takes its time, or never comes back."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.begun: list[str] = []
        self.done: list[str] = []

    async def __call__(self, message_sid: str) -> None:
        self.begun.append(message_sid)
        await asyncio.sleep(self.seconds)
        self.done.append(message_sid)


def test_more_than_a_few_at_once_are_dropped_and_later_ones_shown_again() -> None:
    async def story() -> None:
        show = Slow(1.0)
        signs = TypingSigns(show)
        signs.show("before anybody is at work")
        async with asyncio.TaskGroup() as tasks:
            signs.start(tasks)
            for number in range(100):
                signs.show(f"SM{number}")
            await asyncio.sleep(2.0)
            assert show.begun == [f"SM{number}" for number in range(MOST_AT_ONCE)]
            assert sorted(show.done) == sorted(show.begun)
            signs.show("later")
            await asyncio.sleep(2.0)
            assert show.done[-1] == "later"

    run_virtual(story())


def test_one_that_hangs_is_given_up_and_the_end_waits_for_none() -> None:
    async def story() -> None:
        show, loop = Slow(10_000.0), asyncio.get_running_loop()
        signs = TypingSigns(show)
        async with asyncio.TaskGroup() as tasks:
            signs.start(tasks)
            for number in range(MOST_AT_ONCE):
                signs.show(f"SM{number}")
            await asyncio.sleep(SIGN_S + 0.1)
            signs.show("again")
            await asyncio.sleep(0.1)
            assert show.begun[-1] == "again"
            ended = loop.time()
            signs.stop()
            signs.show("after the end")
        assert loop.time() == ended
        assert show.begun[-1] == "again" and show.done == []

    run_virtual(story())


def test_a_defect_in_it_harms_nobody() -> None:
    async def story() -> None:
        async def broken(message_sid: str) -> None:
            raise RuntimeError(message_sid)

        signs = TypingSigns(broken)
        async with asyncio.TaskGroup() as tasks:
            signs.start(tasks)
            for number in range(3 * MOST_AT_ONCE):
                signs.show(f"SM{number}")
                await asyncio.sleep(0)
            other = tasks.create_task(asyncio.sleep(5.0, "alive"))
        assert other.result() == "alive"

    run_virtual(story())

"""A clock that jumps: no waiting, the order of timers kept, real work waited for."""

from __future__ import annotations

import asyncio
import socket
import threading
import time

import pytest

from simulation.clock import START, DeadLoop, run_virtual


async def _clock() -> float:
    return asyncio.get_running_loop().time() - START


def test_an_hour_passes_at_once() -> None:
    async def story() -> float:
        await asyncio.sleep(3600)
        return await _clock()

    began = time.monotonic()
    assert run_virtual(story()) == pytest.approx(3600)
    assert time.monotonic() - began < 60


def test_timers_of_several_tasks_fire_in_the_order_of_their_times() -> None:
    async def story() -> list[tuple[str, float]]:
        seen: list[tuple[str, float]] = []

        async def ticking(name: str, every: float) -> None:
            for _ in range(3):
                await asyncio.sleep(every)
                seen.append((name, round(await _clock(), 6)))

        async with asyncio.TaskGroup() as group:
            group.create_task(ticking("slow", 0.5))
            group.create_task(ticking("quick", 0.02))
        return seen

    first = run_virtual(story())
    assert first == [
        ("quick", 0.02),
        ("quick", 0.04),
        ("quick", 0.06),
        ("slow", 0.5),
        ("slow", 1.0),
        ("slow", 1.5),
    ]
    assert run_virtual(story()) == first


@pytest.mark.parametrize("cancelled", range(8))
def test_what_is_due_at_the_same_instant_happens_in_the_order_of_asking(cancelled: int) -> None:
    async def story() -> list[int]:
        seen: list[int] = []
        loop = asyncio.get_running_loop()
        due = loop.time() + 1.0
        for n in range(40):
            loop.call_at(due, seen.append, n)
            if n % 8 == cancelled:
                loop.call_at(due - n / 100, seen.append, -n).cancel()
        await asyncio.sleep(2.0)
        return seen

    assert run_virtual(story()) == list(range(40))


def test_a_timeout_fires_although_the_work_would_take_for_ever() -> None:
    async def story() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(30):
                await asyncio.Event().wait()
        return await _clock()

    assert run_virtual(story()) == pytest.approx(30)


def test_a_loop_that_waits_for_nothing_says_who_waits_where() -> None:
    async def wait_in_vain() -> None:
        await asyncio.Event().wait()

    async def story() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(wait_in_vain(), name="forgotten")

    with pytest.raises(DeadLoop, match=r"forgotten: .*wait_in_vain line \d+ > Event\.wait"):
        run_virtual(story())


def test_the_clock_does_not_jump_while_a_thread_works() -> None:
    async def story() -> tuple[str, float]:
        async with asyncio.timeout(20):
            done = await asyncio.to_thread(_slow_work)
        return done, await _clock()

    assert run_virtual(story()) == ("done", 0.0)


def test_a_timeout_fires_although_a_thread_is_stuck() -> None:
    async def story() -> float:
        stuck = threading.Event()
        try:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(20):
                    await asyncio.to_thread(stuck.wait)
        finally:
            stuck.set()
        return await _clock()

    assert run_virtual(story()) == pytest.approx(20)


def _slow_work() -> str:
    time.sleep(0.05)
    return "done"


def test_the_clock_does_not_jump_while_a_socket_is_open() -> None:
    async def story() -> bytes:
        near, far = socket.socketpair()
        reader, writer = await asyncio.open_connection(sock=near)
        _, far_writer = await asyncio.open_connection(sock=far)
        asyncio.get_running_loop().call_later(0.02, far_writer.write, b"hello")
        async with asyncio.timeout(20):
            heard = await reader.readexactly(5)
        for each in (writer, far_writer):
            each.close()
            await each.wait_closed()
        return heard

    assert run_virtual(story()) == b"hello"


def test_the_clock_jumps_again_after_the_socket_is_closed() -> None:
    async def story() -> float:
        near, far = socket.socketpair()
        _, writer = await asyncio.open_connection(sock=near)
        writer.close()
        await writer.wait_closed()
        far.close()
        await asyncio.sleep(3600)
        return await _clock()

    began = time.monotonic()
    assert run_virtual(story()) >= 3600
    assert time.monotonic() - began < 60

"""A whole Vocero with operators, in its simulated world and in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from data.memory_store import MemoryStore
from simulation.clock import run_virtual
from simulation.scenes import BOOKED
from simulation.script import Scene
from simulation.world import World
from tests.operators.browser import PASSWORD, Browser
from vocero.outside import Outside
from vocero.rehearsal import Rehearsal, in_virtual_time

Story = Callable[[Rehearsal, Browser], Awaitable[None]]
Play = Callable[..., None]

SETTINGS = {"OPERATOR_PASSWORD": PASSWORD, "SECRET_KEY": "a long random text"}


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Runs a story with a browser that has not logged in yet."""

    def run(
        story: Story, scene: Scene = BOOKED, store: MemoryStore | None = None, **settings: str
    ) -> None:
        def rewire(_: World, outside: Outside) -> Outside:
            return outside if store is None else replace(outside, store=store)

        async def whole() -> None:
            env: Mapping[str, str] = {**SETTINGS, **settings}
            async with in_virtual_time(scene, tmp_path, settings=env, rewire=rewire) as rehearsal:
                await story(rehearsal, Browser(rehearsal.service.app))

        run_virtual(whole())

    return run


@pytest.fixture
def operate(play: Play) -> Play:
    """The same, logged in as Ana."""

    def run(
        story: Story, scene: Scene = BOOKED, store: MemoryStore | None = None, **settings: str
    ) -> None:
        async def logged_in(rehearsal: Rehearsal, browser: Browser) -> None:
            assert (await browser.log_in()).status == 303
            await story(rehearsal, browser)

        play(logged_in, scene, store, **settings)

    return run


class Customer:
    """Lets a call come about beside whatever else happens."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self._rehearsal = rehearsal
        self._playing: asyncio.Task[object] | None = None

    async def __aenter__(self) -> Customer:
        self._playing = asyncio.create_task(self._rehearsal.play())
        return self

    async def __aexit__(self, *error: object) -> None:
        assert self._playing is not None
        if error[0] is not None:
            self._playing.cancel()
        await asyncio.gather(self._playing, return_exceptions=True)

    def leave(self) -> None:
        """Waits for nothing any more."""
        assert self._playing is not None
        self._playing.cancel()

    async def call(self, phase: str = "talking", within_s: float = 120) -> str:
        """The attempt id of the call, once it is so far."""
        board = self._rehearsal.service.switchboard
        async with asyncio.timeout(within_s):
            while True:
                for call in board.live():
                    if call.phase == phase:
                        return call.order.attempt_id
                await asyncio.sleep(0.02)

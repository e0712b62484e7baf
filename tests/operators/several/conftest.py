"""Several workers with operators in one process: each with a simulated world and calls of its own,
one store as far as operators see it, and one real Redis. In real time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from data.memory_store import MemoryStore
from data.store import Attempt, AuditEntry, CallRecord
from simulation.scenes import BOOKED
from simulation.script import Scene
from simulation.world import World
from tests.bus.conftest import PREFIX, SECRET, all_linked, redis_server
from tests.bus.redis_server import RedisServer
from tests.operators.browser import Browser, Socket
from tests.operators.conftest import SETTINGS, Customer
from vocero.bus.bus import Bus
from vocero.bus.redis_bus import RedisBus
from vocero.outside import Outside
from vocero.rehearsal import Rehearsal, in_virtual_time

__all__ = ["redis_server"]

TOOLS_SECRET = "a-long-secret-for-tools"
WITHIN_S = 15.0


class OneOfSeveral(MemoryStore):
    """A worker's own calls in it, and all the others' to be read; one log of acts for all."""

    def __init__(self, family: list[MemoryStore]) -> None:
        super().__init__()
        self._family = family
        family.append(self)

    async def attempt(self, attempt_id: str) -> Attempt | None:
        for each in self._family:
            found = await MemoryStore.attempt(each, attempt_id)
            if found is not None:
                return found
        return None

    async def call(self, attempt_id: str) -> CallRecord | None:
        for each in self._family:
            found = await MemoryStore.call(each, attempt_id)
            if found is not None:
                return found
        return None

    async def note_act(self, entry: AuditEntry) -> AuditEntry:
        return await MemoryStore.note_act(self._family[0], entry)

    async def acts(self, **wanted: Any) -> list[AuditEntry]:
        return await MemoryStore.acts(self._family[0], **wanted)


@dataclass
class Worker:
    """One `vocero serve`, and an operator's browser that is logged in there."""

    rehearsal: Rehearsal
    bus: RedisBus
    browser: Browser

    def at(self, other: Worker) -> Browser:
        """This browser, but what it asks lands on another worker."""
        mine = self.browser
        return Browser(other.rehearsal.service.app, csrf=mine.csrf, cookies={**mine.cookies})

    def die(self) -> None:
        """To the others it looks as if it was killed."""
        for task in asyncio.all_tasks():
            if task.get_name() in (f"bus of {self.bus.name}", f"beat of {self.bus.name}"):
                task.cancel()

    def cut_calls(self) -> None:
        board = self.rehearsal.service.switchboard
        for call in board.live():
            board.end(call.order.attempt_id, at_once=True)


Story = Callable[..., Any]


@asynccontextmanager
async def workers(
    server: RedisServer, tmp_path: Path, count: int = 2, scene: Scene = BOOKED
) -> AsyncIterator[list[Worker]]:
    """So many that know one another; at the end their calls are cut."""
    family: list[MemoryStore] = []
    made: list[Worker] = []
    async with AsyncExitStack() as stack:
        for _ in range(count):
            bus = RedisBus(server.url, PREFIX, SECRET)
            made.append(await stack.enter_async_context(one_worker(bus, family, tmp_path, scene)))
        await all_linked([each.bus for each in made])
        for worker, name in zip(made, ("Ana", "Bea", "Cleo"), strict=False):
            assert (await worker.browser.log_in(name)).status == 303
        try:
            yield made
        finally:
            for worker in made:
                worker.cut_calls()
                await worker.rehearsal.settle()


@asynccontextmanager
async def one_worker(
    bus: RedisBus, family: list[MemoryStore], tmp_path: Path, scene: Scene
) -> AsyncIterator[Worker]:
    def rewire(_: World, outside: Outside) -> Outside:
        as_seen: Bus = bus
        return replace(outside, store=OneOfSeveral(family), bus=as_seen)

    settings = {**SETTINGS, "TOOLS_SECRET": TOOLS_SECRET}
    async with in_virtual_time(scene, tmp_path, settings=settings, rewire=rewire) as rehearsal:
        yield Worker(rehearsal, bus, Browser(rehearsal.service.app))


@asynccontextmanager
async def talking(worker: Worker) -> AsyncIterator[str]:
    """A call of this worker that is on."""
    async with Customer(worker.rehearsal) as customer:
        try:
            yield await customer.call()
        finally:
            customer.leave()
            worker.cut_calls()


async def message(page: Socket, kind: str, fits: Callable[[Any], object]) -> Any:
    """The next of this type that fits; what comes before it is skipped."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            told = await page.until(kind, WITHIN_S)
            if fits(told):
                return told

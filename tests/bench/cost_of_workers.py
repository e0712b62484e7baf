"""What it costs that several workers share the calls, in processor time.

In turn, round after round, each time idle first and then with calls that last:

several    so many workers on one PostgreSQL and one Redis, with so many calls each
as many    one worker on SQLite with as many calls as each of those has
alone      as many Voceros as there are workers, each on its own SQLite and with as many calls
           as each of those has, none of which knows of another
all        one worker on SQLite with all calls that the several have together

The ratios are of several to each of these, per call and second. To "alone" it is what the sharing
itself costs: processes, calls in each and load of the machine are the same. To "as many" it is the
same with the machine less busy in the one case. To "all" it is what somebody pays who could have
had one worker: most of that is no sharing. A call costs less among others, for what comes in the
same moment is dealt with in one go and each process has its idle work; so this ratio falls the
more calls there are, and says little with few.

The workers' own figure is beside PostgreSQL's (all its processes) and Redis's; a ratio is told
without and with these two. Everybody's way to the workers is the same, through a crossing.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.bench.bench_webhook import calls_are_talked_on
from tests.data.postgresql_server import PostgresServer
from tests.serve.county import open_county
from tests.serve.crossing import Crossing
from tests.serve.town import Serving, Town, open_town
from vocero.rehearsal import free_port

SETTLE_S = 3.0
"""After a start, and after the last call was answered."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Processor time in milliseconds, of something or per something."""

    workers: float
    postgresql: float
    redis: float

    @property
    def whole(self) -> float:
        """With the neighbours."""
        return self.workers + self.postgresql + self.redis

    def rate(self, before: Spent, per: float) -> Spent:
        """What came since then, per so much."""
        return Spent(
            (self.workers - before.workers) / per,
            (self.postgresql - before.postgresql) / per,
            (self.redis - before.redis) / per,
        )

    def told(self) -> dict[str, float]:
        """As JSON."""
        each = {"workers": self.workers, "postgresql": self.postgresql, "redis": self.redis}
        return {name: round(value, 3) for name, value in each.items()}


@dataclass(frozen=True, slots=True)
class Setup:
    """Workers that are ready, the towns that call them, and their neighbours' processes."""

    towns: list[Town]
    workers: list[Serving]
    postgresql: int = 0
    redis: int = 0
    """By process; 0: there is none."""

    def spent(self) -> Spent:
        """Since they were started."""
        return Spent(
            sum(used_ms(worker.process.pid) for worker in self.workers),
            family_used_ms(self.postgresql) if self.postgresql else 0.0,
            used_ms(self.redis) if self.redis else 0.0,
        )

    async def while_passes(self, seconds: float) -> Spent:
        """Per second."""
        before, began = self.spent(), time.monotonic()
        await asyncio.sleep(seconds)
        return self.spent().rate(before, time.monotonic() - began)


Open = Callable[[Path], Any]


async def compared(
    folder: Path, server: PostgresServer, workers: int, calls: int, seconds: float, rounds: int
) -> dict[str, Any]:
    """`calls` for each worker; the figures, as JSON."""
    total = workers * calls
    setups: dict[str, tuple[Open, int]] = {
        "several": (partial(_several, server=server, workers=workers, total=total), total),
        "as many": (partial(_alone, voceros=1, total=total), calls),
        "alone": (partial(_alone, voceros=workers, total=total), total),
        "all": (partial(_alone, voceros=1, total=total), total),
    }
    idle: dict[str, list[Spent]] = {name: [] for name in setups}
    busy: dict[str, list[Spent]] = {name: [] for name in setups}
    for number in range(rounds):
        for name, (opened, count) in setups.items():
            own = folder / f"{name}-{number}"
            own.mkdir()
            async with opened(own) as setup:
                await asyncio.sleep(SETTLE_S)
                idle[name].append(await setup.while_passes(seconds))
                each = count // len(setup.towns)
                await asyncio.gather(*(calls_are_talked_on(town, each) for town in setup.towns))
                await asyncio.sleep(SETTLE_S)
                with_calls = await setup.while_passes(seconds)
                busy[name].append(with_calls.rate(Spent(0.0, 0.0, 0.0), count))
    middle = {name: _median(each) for name, each in busy.items()}
    several = middle.pop("several")
    return {
        "workers": workers,
        "calls": total,
        "calls_per_worker": calls,
        "idle_ms_per_second": {name: _median(each).told() for name, each in idle.items()},
        "ms_per_call_second": {name: _median(each).told() for name, each in busy.items()},
        "workers_of_each_round": {
            name: [round(spent.workers, 3) for spent in each] for name, each in busy.items()
        },
        "ratio_to": {
            name: {
                "workers": round(several.workers / spent.workers, 3),
                "with_postgresql_and_redis": round(several.whole / spent.whole, 3),
            }
            for name, spent in middle.items()
        },
    }


@asynccontextmanager
async def _several(
    folder: Path, *, server: PostgresServer, workers: int, total: int
) -> AsyncIterator[Setup]:
    async with open_county(folder, server, workers=workers, MAX_CALLS=str(total)) as county:
        running = list(county.workers.values())
        yield Setup([county.town], running, server.pid, county.redis.pid)


@asynccontextmanager
async def _alone(folder: Path, *, voceros: int, total: int) -> AsyncIterator[Setup]:
    setup = Setup([], [])
    async with AsyncExitStack() as stack:
        for number in range(voceros):
            town = await stack.enter_async_context(
                open_town(folder / str(number), MAX_CALLS=str(total))
            )
            crossing, port = Crossing(), free_port()
            public = urlsplit(town.url).port
            assert public is not None
            await stack.enter_async_context(crossing.open(public))
            worker = await stack.enter_async_context(town.serving(PORT=str(port)))
            crossing.ports = [port]
            setup.towns.append(town)
            setup.workers.append(worker)
        yield setup


def _median(some: list[Spent]) -> Spent:
    """Of each figure."""
    return Spent(
        statistics.median(each.workers for each in some),
        statistics.median(each.postgresql for each in some),
        statistics.median(each.redis for each in some),
    )


def used_ms(pid: int) -> float:
    """What the process's threads have used. Raises OSError when it is gone."""
    used_ns = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        try:
            used_ns += int((thread / "schedstat").read_text().split()[0])
        except OSError:
            continue  # it has just ended
    return used_ns / 1e6


def family_used_ms(pid: int) -> float:
    """As `used_ms`, with its children and with those that have ended."""
    used = used_ms(pid) + _ended_children_ms(pid)
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdecimal() and _parent(int(process.name)) == pid:
                used += used_ms(int(process.name))
        except OSError:
            continue  # it has just ended
    return used


def _parent(pid: int) -> int:
    return int(_fields(pid)[1])


def _ended_children_ms(pid: int) -> float:
    fields = _fields(pid)
    return 1000.0 * (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def _fields(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()

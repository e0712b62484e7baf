"""Several workers of one Vocero: a town whose public address leads to each of them in turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.bus.redis_server import RedisServer, program
from tests.data.postgresql_server import PostgresServer
from tests.serve.crossing import Crossing
from tests.serve.town import Serving, Town, open_town
from vocero.rehearsal import free_port


@dataclass
class County:
    """A town with several workers in it."""

    town: Town
    crossing: Crossing
    redis: RedisServer
    workers: dict[int, Serving] = field(default_factory=dict)
    """Those that run, by port."""

    async def start(self) -> int:
        """One worker more; its port."""
        port = free_port()
        worker = await self.town.start(PORT=str(port))
        await worker.ready()
        self.workers[port] = worker
        self.crossing.ports = list(self.workers)
        return port

    async def kill(self, port: int) -> None:
        """SIGKILL; the crossing notices by itself."""
        await self.workers.pop(port).kill()

    async def live_calls(self, port: int) -> int:
        """How many calls this worker holds."""
        page = (await self.town.http.get(f"http://127.0.0.1:{port}/metrics")).text
        (line,) = (row for row in page.splitlines() if row.startswith("vocero_live_calls "))
        return int(float(line.split()[1]))


@asynccontextmanager
async def open_county(
    folder: Path, server: PostgresServer, *, workers: int = 3, **settings: str
) -> AsyncIterator[County]:
    """The workers are ready."""
    database = server.new_database()
    redis = RedisServer(program() or "redis-server")
    async with AsyncExitStack() as stack:
        stack.callback(server.drop_database, database)
        stack.callback(redis.remove)
        redis.start()
        town = await stack.enter_async_context(
            open_town(
                folder / "town",
                DATABASE_URL=database,
                REDIS_URL=redis.url,
                SECRET_KEY="the same in every worker",
                **settings,
            )
        )
        crossing = Crossing()
        port = urlsplit(town.url).port
        assert port is not None
        await stack.enter_async_context(crossing.open(port))
        county = County(town, crossing, redis)
        await asyncio.gather(*(county.start() for _ in range(workers)))
        yield county

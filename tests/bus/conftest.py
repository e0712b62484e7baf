"""A Redis for each test, and buses on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from tests.bus.redis_server import RedisServer, program
from vocero.bus.redis_bus import RedisBus

SECRET = "a long random text"
PREFIX = "vocero:test:"


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A running one."""
    found = program()
    if found is None:
        pytest.skip("redis-server is missing")
    server = RedisServer(found)
    try:
        server.start()
        yield server
    finally:
        server.remove()


async def until(true: Callable[[], object], within_s: float = 15.0) -> None:
    """Until it is so. Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@asynccontextmanager
async def buses(server: RedisServer, count: int) -> AsyncIterator[list[RedisBus]]:
    """So many workers' buses that know one another."""
    async with AsyncExitStack() as stack:
        made = [RedisBus(server.url, PREFIX, SECRET) for _ in range(count)]
        for bus in made:
            await stack.enter_async_context(bus)
        await all_linked(made)
        yield made


async def all_linked(made: list[RedisBus]) -> None:
    await until(lambda: all(bus.linked and len(bus.workers) == len(made) - 1 for bus in made))

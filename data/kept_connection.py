"""A connection to the server that is held for long: to listen on, or to hold a lock with.

Lost, it is made anew. That it is lost is learned from the server or the network at once, or, when
both are silent, from a question that is asked now and then: nothing else is ever sent on it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy.engine import URL

from data.database_errors import brief, unusable
from data.postgresql import connect_apart
from data.store import StoreError

logger = logging.getLogger(__name__)

_ASKED_EVERY_S = 5.0
_ANSWERED_WITHIN_S = 3.0
_READY_WITHIN_S = 8.0
"""From the first packet until it does what it is for."""
_CLOSED_WITHIN_S = 2.0
_PAUSES_S = (0.1, 0.3, 1.0, 2.0, 5.0)
"""Between two tries; about, so that not all workers knock at the same instant."""
_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)

Prepare = Callable[[Any, bool], Awaitable[None]]
"""Given each new connection, and whether it is a later one than the first: makes it what it is
for. Raises StoreError when it cannot be that yet."""


@contextlib.asynccontextmanager
async def kept_connection(url: URL, name: str, prepare: Prepare) -> AsyncIterator[None]:
    """Entering makes it; raises StoreError. The server's lists show it by that name."""
    kept = _Kept(url, name, prepare, await _made(url, name, prepare, again=False))
    keeping = asyncio.create_task(kept.keep())
    try:
        yield
    finally:
        keeping.cancel()
        try:
            await asyncio.wait([keeping])
        finally:
            await _close(kept.connection)


@dataclass(slots=True)
class _Kept:
    url: URL
    name: str
    prepare: Prepare
    connection: Any

    async def keep(self) -> None:
        while True:
            await _until_lost(self.connection)
            self.connection.terminate()
            logger.warning("the connection to the database for %r is lost", self.name)
            self.connection = await self._made_again()
            logger.warning("the connection to the database for %r is back", self.name)

    async def _made_again(self) -> Any:
        tries = 0
        while True:
            pause_s = _PAUSES_S[min(tries, len(_PAUSES_S) - 1)]
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))
            tries += 1
            try:
                return await _made(self.url, self.name, self.prepare, again=True)
            except StoreError as error:
                logger.debug("%r: %s", self.name, error)


async def _made(url: URL, name: str, prepare: Prepare, *, again: bool) -> Any:
    connection = None
    ready = False
    try:
        async with asyncio.timeout(_READY_WITHIN_S):
            connection = await connect_apart(url, name)
            await prepare(connection, again)
        ready = True
    except _ERRORS as error:
        raise StoreError(unusable(url.render_as_string(), error, embedded=False)) from error
    finally:
        if connection is not None and not ready:
            connection.terminate()
    return connection


async def _until_lost(connection: Any) -> None:
    lost = asyncio.Event()
    connection.add_termination_listener(lambda _: lost.set())
    while not connection.is_closed():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_ASKED_EVERY_S):
                await lost.wait()
                return
        try:
            async with asyncio.timeout(_ANSWERED_WITHIN_S):
                await connection.execute("SELECT 1")
        except _ERRORS as error:
            logger.debug("a question was not answered: %s", brief(error))
            return


async def _close(connection: Any) -> None:
    try:
        async with asyncio.timeout(_CLOSED_WITHIN_S):
            await connection.close()
    except _ERRORS:
        pass
    finally:
        # Whatever came in between; of one that is closed it is nothing.
        connection.terminate()

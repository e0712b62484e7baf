"""The connection to Redis: lost and found again by itself, and never waited for.

What is published while Redis is away is dropped. Nothing of it is kept in Redis either: it only
passes on, and the few keys that there are are random and gone within a minute.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections import deque
from collections.abc import Callable
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from vocero.bus.bus import GONE_S, OutOfReach

log = logging.getLogger(__name__)

OPEN_S = 3.0
WRITE_S = 3.0
CLOSE_S = 1.0
FIRST_WAIT_S, LONGEST_WAIT_S = 0.2, 3.0
MOST_QUEUED = 2000
MOST_QUEUED_BYTES = 4 * 1024 * 1024
AT_ONCE = 64

Heard = Callable[[str, bytes], None]
Counted = Callable[[int], None]


class RedisLink:
    """Run `run` for as long as it is wanted."""

    def __init__(
        self, url: str, prefix: str, heard: Heard, changed: Callable[[bool], None]
    ) -> None:
        """`heard` gets (channel, message); `changed` whether there is a connection. Both quick.
        Raises ValueError when `url` is none."""
        self._prefix = prefix
        self._heard = heard
        self._changed = changed
        self._client: Any = Redis.from_url(
            url,
            socket_connect_timeout=OPEN_S,
            socket_timeout=WRITE_S,
            max_connections=4,
            protocol=2,
            # We see ourselves to what happens when it is away.
            retry=Retry(NoBackoff(), 0),
        )
        self._channels: set[str] = set()
        self._unasked: deque[tuple[bool, str]] = deque()
        self._queue: deque[tuple[str, bytes, Counted | None]] = deque()
        self._queued_bytes = 0
        self._wake = asyncio.Event()
        self._up = False

    def publish(self, channel: str, message: bytes, counted: Counted | None = None) -> bool:
        """False: dropped. `counted` gets how many hear it, if it ever gets there."""
        full = len(self._queue) >= MOST_QUEUED
        if not self._up or full or self._queued_bytes + len(message) > MOST_QUEUED_BYTES:
            return False
        self._queue.append((channel, message, counted))
        self._queued_bytes += len(message)
        self._wake.set()
        return True

    def subscribe(self, channel: str) -> None:
        """Hear this channel from now on, also after Redis was away."""
        self._channels.add(channel)
        self._ask(True, channel)

    def unsubscribe(self, channel: str) -> None:
        """Hear it no more."""
        self._channels.discard(channel)
        self._ask(False, channel)

    async def set_once(self, key: str, within_s: int) -> bool:
        """Whether this key was not there; now it is, for so long. Raises OutOfReach."""
        if not self._up:
            raise OutOfReach
        try:
            async with asyncio.timeout(WRITE_S):
                return bool(await self._client.set(self._prefix + key, b"1", nx=True, ex=within_s))
        except (RedisError, OSError):  # TimeoutError is one of them
            raise OutOfReach from None

    async def flushed(self) -> None:
        """Everything is sent, or it takes too long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                # Once in a lifetime: not worth a bell.
                while self._up and self._queue:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)

    async def run(self) -> None:
        """For ever; whatever happens to Redis costs a while and nothing else."""
        wait_s, told = FIRST_WAIT_S, False
        while True:
            try:
                await self._stay()
            except (RedisError, OSError, _Lost) as error:
                why = str(error) or "it does not answer"
            except Exception as error:
                # The group that this runs in holds the calls.
                log.exception("the connection to Redis failed")
                why = type(error).__name__
            if self._up:
                self._down()
                wait_s, told = FIRST_WAIT_S, False
            if not told:
                told = True
                log.warning("Redis is away (%s): other workers' calls cannot be seen", _short(why))
            await asyncio.sleep(wait_s * random.uniform(0.5, 1.0))
            wait_s = min(LONGEST_WAIT_S, 2 * wait_s)

    async def close(self) -> None:
        """At the end of everything. Never raises."""
        self._up = False
        with contextlib.suppress(RedisError, OSError):
            async with asyncio.timeout(CLOSE_S):
                await self._client.aclose()

    # --- inside -------------------------------------------------------------------------------
    async def _stay(self) -> None:
        """Connected until it is lost: then raises RedisError, OSError or _Lost."""
        hearing = self._client.pubsub(ignore_subscribe_messages=True)
        try:
            async with asyncio.timeout(OPEN_S):
                known = set(self._channels)
                await hearing.subscribe(*(self._prefix + each for each in known))
                await self._client.ping()
            self._up = True
            self._unasked.clear()
            for channel in known ^ self._channels:
                self._ask(channel in self._channels, channel)
            self._changed(True)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read(hearing), name="hearing other workers")
                tasks.create_task(self._write(hearing), name="telling other workers")
        except ExceptionGroup as group:
            raise group.exceptions[0] from None
        finally:
            with contextlib.suppress(RedisError, OSError):
                async with asyncio.timeout(CLOSE_S):
                    await hearing.aclose()
                    await self._client.connection_pool.disconnect()

    async def _read(self, hearing: Any) -> None:
        clock, skip = asyncio.get_running_loop().time, len(self._prefix)
        last = clock()
        while True:
            left_s = last + GONE_S - clock()
            if left_s <= 0.0:
                raise _Lost  # our own word, which comes every two seconds, does not arrive
            message = await hearing.get_message(timeout=left_s)
            if message is not None:
                last = clock()
                self._heard(message["channel"].decode()[skip:], message["data"])

    async def _write(self, hearing: Any) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            async with asyncio.timeout(WRITE_S):
                while self._unasked:
                    wanted, channel = self._unasked.popleft()
                    name = self._prefix + channel
                    await (hearing.subscribe(name) if wanted else hearing.unsubscribe(name))
            while self._queue:
                await self._send([self._popped() for _ in range(min(AT_ONCE, len(self._queue)))])

    async def _send(self, some: list[tuple[str, bytes, Counted | None]]) -> None:
        pipe = self._client.pipeline(transaction=False)
        for channel, message, _ in some:
            pipe.publish(self._prefix + channel, message)
        async with asyncio.timeout(WRITE_S):
            hearers = await pipe.execute()
        for (_, _, counted), count in zip(some, hearers, strict=True):
            if counted is not None:
                counted(int(count))

    def _popped(self) -> tuple[str, bytes, Counted | None]:
        first = self._queue.popleft()
        self._queued_bytes -= len(first[1])
        return first

    def _ask(self, wanted: bool, channel: str) -> None:
        if self._up:
            self._unasked.append((wanted, channel))
            self._wake.set()

    def _down(self) -> None:
        self._up = False
        self._queue.clear()
        self._queued_bytes = 0
        self._changed(False)


class _Lost(Exception):
    """Nothing is heard any more."""


def _short(why: str) -> str:
    # Without the address: there may be a password in it.
    return " ".join(why.split("@")[-1].split())[:120]

"""Serves an ASGI application: on a real port, stopped at once when told, or in memory."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable
from typing import Any, cast

import httpx
from hypercorn.asyncio import serve
from hypercorn.config import Config
from hypercorn.typing import Framework

_STOP_WITHIN_S = 0.5


def in_memory(app: object) -> httpx.ASGITransport:
    """A transport for httpx clients that reaches the application without a socket."""
    # httpx and the frameworks type the same ASGI signature differently.
    return httpx.ASGITransport(cast(Any, app))


class Served:
    """One application on one port. `stop` ends it, open connections and all."""

    def __init__(self, base_url: str, stop: asyncio.Event, task: asyncio.Task[None]) -> None:
        self.base_url = base_url
        """ "http://127.0.0.1:PORT", no slash at the end."""
        self._stop = stop
        self._task = task

    async def stop(self) -> None:
        """Returns when the port is free again."""
        self._stop.set()
        # Since CPython 3.12.1 a server waits for every connection, so a client that keeps its
        # connection alive would hold Hypercorn back: it gets a bound.
        await asyncio.wait({self._task}, timeout=_STOP_WITHIN_S)
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task


async def serve_app(
    app: object, host: str = "127.0.0.1", port: int = 0, *, dated: bool = True
) -> Served:
    """Serve until stopped; port 0 picks a free one. Raises OSError when the port is taken.

    `dated`: every answer has the time; False for an application that tells it by itself.
    """
    listener = socket.create_server((host, port))
    listener.setblocking(False)
    bound_port: int = listener.getsockname()[1]
    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.graceful_timeout = 0.2
    config.keep_alive_timeout = 5
    config.include_date_header = dated
    config.loglevel = "WARNING"
    stop = asyncio.Event()
    trigger = cast(Callable[[], Awaitable[None]], stop.wait)
    task = asyncio.create_task(
        serve(cast(Framework, app), config, shutdown_trigger=trigger), name="simulated service"
    )
    return Served(f"http://{host}:{bound_port}", stop, task)

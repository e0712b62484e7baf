"""`vocero serve`: listens, drains on SIGTERM, ends in order."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from vocero.front_door import FrontDoor
from vocero.outside import real_outside
from vocero.service import Service
from vocero.settings import Settings

log = logging.getLogger(__name__)

DOOR_GRACE_S = 3.0
T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    """asyncio.run on the fastest loop that is installed."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(main)
    return uvloop.run(main)


async def serve(settings: Settings, *, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; `ready` is told the address once requests are answered.

    The first signal drains: no new calls, live ones may end within DRAIN_SECONDS, webhooks are
    still answered. A second one ends everything now.
    """
    stopping, at_once = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def asked_to_stop() -> None:
        (at_once if stopping.is_set() else stopping).set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked_to_stop)
    outside = await real_outside(settings)
    try:
        async with Service(settings, outside) as service:
            door = FrontDoor(service.app, service.switchboard)
            port = await door.start(settings.host, settings.port)
            # What was imported and built so far stays: no reason to look through it again.
            gc.collect()
            gc.freeze()
            ready(f"http://{settings.host}:{port}")
            try:
                await stopping.wait()
                await _drain(service, settings.drain_seconds, at_once)
            finally:
                await door.stop(DOOR_GRACE_S)
    finally:
        await outside.close()


async def _drain(service: Service, within_s: float, at_once: asyncio.Event) -> None:
    calls = service.switchboard.live_calls
    log.info("stopping: no new calls, %d live calls may end within %g s", calls, within_s)
    async with asyncio.TaskGroup() as tasks:
        draining = tasks.create_task(service.drain(within_s))
        hurry = tasks.create_task(at_once.wait())
        await asyncio.wait({draining, hurry}, return_when=asyncio.FIRST_COMPLETED)
        hurry.cancel()
        if not draining.done():
            log.warning("asked a second time: ending %d calls now", service.switchboard.live_calls)
            draining.cancel()
    if at_once.is_set():
        await service.drain(0.0)

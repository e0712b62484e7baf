"""`vocero serve`: listens, drains on SIGTERM, ends in order."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from phonenumbers import SUPPORTED_SHORT_REGIONS, PhoneMetadata

from vocero import open_files
from vocero.front_door import FrontDoor
from vocero.garbage import GarbageWatch, keep_what_is_there
from vocero.outside import real_outside
from vocero.service import Service
from vocero.settings import Settings
from vocero.tracing import CallTraces, start_tracing

log = logging.getLogger(__name__)

DOOR_GRACE_S = 3.0
HURRIED_GRACE_S = 0.3
TRACES_S = 3.0
T = TypeVar("T")


class CannotListen(Exception):
    """HOST and PORT cannot be had; str() says why."""


def run(main: Coroutine[Any, Any, T]) -> T:
    """asyncio.run on the fastest loop that is installed."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(main)
    return uvloop.run(main)


async def bind(door: FrontDoor, settings: Settings) -> int:
    """Take the address. Raises CannotListen.

    Before the service is at work: a second Vocero that was started by mistake must not take the
    calls of the first one for those of a dead process.
    """
    try:
        return await door.bind(settings.host, settings.port)
    except OSError as error:
        # Name resolution has negative numbers of its own, and words to them.
        number = error.errno or 0
        why = os.strerror(number) if number > 0 else error.strerror
        place = f"{settings.host}:{settings.port}"
        raise CannotListen(f"HOST, PORT: cannot listen at {place} ({why})") from None


def load_number_data() -> None:
    """What phonenumbers would import in the middle of the first call to each country."""
    PhoneMetadata.load_all()
    for region in SUPPORTED_SHORT_REGIONS:
        PhoneMetadata.short_metadata_for_region(region)


def allow_open_files(calls: int) -> None:
    """Raise the limit of open files to what so many calls take; says so where it is too low."""
    files = open_files.needed_for(calls)
    allowed = open_files.allow(files)
    if allowed < files:
        log.warning(
            "MAX_CALLS: %d calls take up to %d open files and the system allows %d; "
            "raise it (ulimit -n %d, LimitNOFILE= for systemd) or lower MAX_CALLS",
            *(calls, files, allowed, files),
        )


async def serve(settings: Settings, *, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; `ready` is told the address once requests are answered.

    Raises CannotListen, NoTraces, and StoreError when the database cannot be used from the start.

    The first signal drains: no new calls, live ones may end within DRAIN_SECONDS, webhooks are
    still answered. A second one ends everything now.
    """
    allow_open_files(settings.max_calls)
    stopping, at_once = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    traces = start_tracing(os.environ, time.time)
    outside = await real_outside(settings)
    service = Service(settings, outside, traces)

    def asked_to_stop() -> None:
        if stopping.is_set():
            at_once.set()
            service.hurry()
        stopping.set()

    service.must_stop = asked_to_stop
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked_to_stop)
    door = FrontDoor(service.app, service.switchboard)
    watch = GarbageWatch(lambda: service.switchboard.live_calls)
    try:
        port = await bind(door, settings)
        load_number_data()
        async with service:
            await door.open()
            keep_what_is_there()
            watch.start()
            ready(f"http://{settings.host}:{port}")
            try:
                await stopping.wait()
                await _drain(service, settings.drain_seconds, at_once)
            finally:
                watch.stop()
                await door.stop(HURRIED_GRACE_S if at_once.is_set() else DOOR_GRACE_S)
    finally:
        await door.stop(0.0)
        await outside.close()
        if traces is not None:
            await _send_traces(traces)


async def _send_traces(traces: CallTraces) -> None:
    # A thread that nobody waits for in the end: whoever takes the traces may be gone.
    sending = threading.Thread(target=traces.close, name="last traces", daemon=True)
    sending.start()
    await asyncio.to_thread(sending.join, TRACES_S)
    if sending.is_alive():
        log.warning("the last traces were not taken within %g s", TRACES_S)


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

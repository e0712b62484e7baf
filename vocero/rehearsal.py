"""Vocero and a simulated world on one event loop: for the demo, and for whole calls in tests.

`over_sockets` plays in real time over real sockets on 127.0.0.1. `in_virtual_time` (to be run by
simulation.clock.run_virtual) plays the same scenes through the same code without a socket, a
thread or a file, in a moment.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

from bridge.ports import SocketListener, TextSocket
from data.call import CallResult
from data.memory_store import MemoryStore
from data.store import CallRecord
from simulation.carrier_webhooks import webhook_client
from simulation.channel import real_connector
from simulation.customer import WaitedInVain
from simulation.probe import Report
from simulation.script import Scene
from simulation.serving import in_memory
from simulation.world import MEMORY_ELEVENLABS, World
from vocero.adapters import Watcher
from vocero.front_door import FrontDoor
from vocero.in_memory import MemoryRoads
from vocero.outside import Outside, real_outside
from vocero.service import Service
from vocero.settings import load_settings

ZONE = "America/Argentina/Buenos_Aires"
HOUR_OF_DAY = 11
"""At what local time rehearsals take place, whatever the clock says: businesses are open."""
FRIDAY = 4
RESULT_S = 30.0
LOOK_EVERY_S = 0.05
MEMORY_URL = "https://vocero.example"
FREE_PORTS, FREE_PORT_TRIES = (10_240, 32_000), 100


@dataclass(slots=True)
class Rehearsed:
    """What came of a scene."""

    scene: Scene
    record: CallRecord | None = None
    """The call, or None when it never came to one."""
    measured: Report | None = None
    complaints: list[str] = field(default_factory=list)
    """What a neighbour objected to; empty when everybody kept to the protocols."""

    @property
    def result(self) -> CallResult | None:
        """The outcome that the customer was told."""
        return self.record.result if self.record is not None else None

    @property
    def ended_well(self) -> bool:
        """Whether the scene ended as it says it should, and nobody complained."""
        result = self.result
        return result is not None and result.status == self.scene.ends_as and not self.complaints


class Rehearsal:
    """A Vocero in its simulated world, ready to play."""

    def __init__(self, world: World, service: Service, url: str, now: Callable[[], float]) -> None:
        self.world = world
        self.service = service
        self.url = url
        """Vocero's address."""
        self.now = now

    async def play(self, scene: Scene | None = None) -> Rehearsed:
        """Play one scene to its end."""
        if scene is not None:
            self.world.play_scene(scene)
        self.world.measure_anew()
        played = Rehearsed(self.world.scene)
        calls_before = len(await self.service.store.calls())
        try:
            await self.world.customer.play(self.world.scene.customer)
            await self.settle()
        except (WaitedInVain, TimeoutError) as missed:
            played.complaints.append(str(missed) or "something that should happen did not")
        records = await self.service.store.calls()
        if len(records) > calls_before:
            played.record = records[0]
        played.measured = self.world.probe.report()
        played.complaints += self._complaints()
        return played

    def told_of(self, record: CallRecord) -> Rehearsed:
        """A call that came about otherwise than by playing, with what was measured until now."""
        played = Rehearsed(self.world.scene, record, self.world.probe.report(), self._complaints())
        self.world.measure_anew()
        return played

    async def settle(self, within_s: float = RESULT_S) -> None:
        """Until every call has its result and everything promised is sent. Raises TimeoutError."""
        store = self.service.store
        async with asyncio.timeout(within_s):
            # The store has no bell: it is asked until nothing is open and nothing is promised.
            # A call is live until its recording is written.
            while (  # noqa: ASYNC110
                self.service.switchboard.live_calls
                or await store.open_attempts()
                or await store.next_due() is not None
            ):
                await asyncio.sleep(LOOK_EVERY_S)

    def _complaints(self) -> list[str]:
        conversations = self.world.elevenlabs.conversations
        found = [
            f"agent: {said}" for said in (conversations[-1].violations if conversations else ())
        ]
        found += [f"carrier {alert.code}: {alert.text}" for alert in self.world.twilio.alerts]
        self.world.twilio.alerts.clear()
        return found


def tool_pause(world: World) -> Callable[[], Awaitable[None]]:
    """Waits as long as tools take in the scene that is being played."""

    async def pause() -> None:
        await asyncio.sleep(world.scene.tool_delay_ms / 1000)

    return pause


def rehearsal_clock(
    loop: asyncio.AbstractEventLoop, began_at: float | None = None
) -> Callable[[], float]:
    """A wall clock that shows a working day before a working day, at HOUR_OF_DAY, and goes on
    from there with the loop: what is asked for "tomorrow" is possible whenever this is run.
    With `began_at` (seconds since the epoch) it begins there.
    """
    day = datetime.now(ZoneInfo(ZONE)).replace(hour=HOUR_OF_DAY, minute=0, second=0)
    while day.weekday() >= FRIDAY:
        day += timedelta(days=1)
    began, epoch = loop.time(), day.timestamp() if began_at is None else began_at
    return lambda: epoch + loop.time() - began


def today_of(now: Callable[[], float]) -> Callable[[], date]:
    """The day that a clock shows, in the rehearsals' time zone."""
    return lambda: datetime.fromtimestamp(now(), ZoneInfo(ZONE)).date()


BASE_SETTINGS: Mapping[str, str] = {
    "CALLS_PER_SECOND": "1000",
    "MAX_CALLS_PER_CUSTOMER_PER_DAY": "1000",
    "MAX_CALLS_PER_BUSINESS_PER_DAY": "1000",
    "DEFAULT_TIMEZONE": ZONE,
}


@asynccontextmanager
async def over_sockets(
    scene: Scene,
    var_dir: Path,
    watcher: Watcher | None = None,
    *,
    settings: Mapping[str, str] | None = None,
    speaks_format: str = "ulaw_8000",
    hears_format: str = "ulaw_8000",
    began_at: float | None = None,
) -> AsyncIterator[Rehearsal]:
    """Real sockets and real time on 127.0.0.1; what is recorded goes to `var_dir`.

    `began_at`: what the clock shows at the beginning, in seconds since the epoch; None for the next
    working day.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    now = rehearsal_clock(asyncio.get_running_loop(), began_at)
    async with webhook_client() as http:
        world = World(
            scene,
            url,
            http,
            real_connector(),
            today=today_of(now),
            speaks_format=speaks_format,
            hears_format=hears_format,
        )
        world.twilio.office.wall_clock = now
        async with world:
            env = {
                **BASE_SETTINGS,
                **world.settings(),
                "PORT": str(port),
                "BASE_URL": url,
                "VAR_DIR": str(var_dir),
                **(settings or {}),
            }
            loaded = load_settings(env)
            outside = await real_outside(loaded, now)
            try:
                async with Service(
                    loaded, outside, watcher, before_tools=tool_pause(world)
                ) as service:
                    door = FrontDoor(service.app, service.switchboard)
                    await door.start(loaded.host, loaded.port)
                    try:
                        yield Rehearsal(world, service, url, now)
                        await service.drain(within_s=5.0)
                    finally:
                        await door.stop(1.0)
            finally:
                await outside.close()


@asynccontextmanager
async def in_virtual_time(
    scene: Scene,
    var_dir: Path,
    watcher: Watcher | None = None,
    *,
    settings: Mapping[str, str] | None = None,
    speaks_format: str = "ulaw_8000",
    hears_format: str = "ulaw_8000",
    seed: int = 1,
    rewire: Callable[[World, Outside], Outside] | None = None,
) -> AsyncIterator[Rehearsal]:
    """In memory, on a virtual clock: the loop must be simulation.clock's.

    `rewire` may replace Vocero's ways to the outside, to break them.
    """
    now = rehearsal_clock(asyncio.get_running_loop())
    async with asyncio.TaskGroup() as tasks:
        roads = MemoryRoads(tasks)
        service: Service | None = None

        def the_service() -> Service:
            assert service is not None
            return service

        transport = LateTransport(lambda: in_memory(the_service().app))
        async with httpx.AsyncClient(transport=transport, timeout=15.0) as world_http:
            world = World(
                scene,
                MEMORY_URL,
                world_http,
                roads.to_entrance(lambda: the_service().switchboard),
                today=today_of(now),
                in_memory=True,
                speaks_format=speaks_format,
                hears_format=hears_format,
                seed=seed,
            )
            world.twilio.office.wall_clock = now
            neighbours = httpx.AsyncClient(
                mounts={
                    "all://": Nowhere(),
                    "https://api.twilio.com": in_memory(world.twilio.app),
                    "https://messaging.twilio.com": in_memory(world.twilio.app),
                    MEMORY_ELEVENLABS: in_memory(world.elevenlabs.app),
                    "https://places.googleapis.com": in_memory(world.places.app),
                },
                timeout=15.0,
            )

            async def open_socket(
                address: str, listen: Callable[[TextSocket], SocketListener]
            ) -> TextSocket:
                return await roads.to_agent(world.elevenlabs, address, listen)

            async with neighbours, world:
                env = {
                    **BASE_SETTINGS,
                    **world.settings(),
                    "OPENAI_API_KEY": "",
                    "BASE_URL": MEMORY_URL,
                    "VAR_DIR": str(var_dir),
                    **(settings or {}),
                }
                loaded = load_settings(env)
                outside = Outside(neighbours, neighbours, open_socket, MemoryStore(), now)
                if rewire is not None:
                    outside = rewire(world, outside)
                async with Service(
                    loaded, outside, watcher, before_tools=tool_pause(world)
                ) as service:
                    yield Rehearsal(world, service, MEMORY_URL, now)
                    await service.drain(within_s=5.0)


class Nowhere(httpx.AsyncBaseTransport):
    """Where a rehearsal without sockets has no neighbour: nobody is ever asked for real."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises httpx.ConnectError."""
        raise httpx.ConnectError("no such neighbour in this rehearsal", request=request)


class LateTransport(httpx.AsyncBaseTransport):
    """A transport that exists only once it is used: the world is made before Vocero is."""

    def __init__(self, make: Callable[[], httpx.AsyncBaseTransport]) -> None:
        self._make = make
        self._made: httpx.AsyncBaseTransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the request on."""
        if self._made is None:
            self._made = self._make()
        return await self._made.handle_async_request(request)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on right now.

    Below those that systems hand to outgoing connections (32768 and up on Linux): one of these can
    be gone between now and the moment that it is listened on.
    """
    for _ in range(FREE_PORT_TRIES):
        port = random.SystemRandom().randrange(*FREE_PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no free port was found on 127.0.0.1")

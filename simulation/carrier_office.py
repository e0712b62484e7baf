"""What all calls and messages of one simulated account share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any, TypeVar

from simulation.carrier_faults import Alert, Faults, Settings
from simulation.carrier_holdings import Holdings
from simulation.carrier_webhooks import Delivery, Form, Webhooks
from simulation.channel import Connector

T = TypeVar("T")


class Notice:
    """Lets others wait until something is true; `tell` makes them look again."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def tell(self) -> None:
        """Something may have become true."""
        self._event.set()
        self._event = asyncio.Event()

    async def until(self, true: Callable[[], bool], within_s: float) -> None:
        """Returns when it is true. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while not true():
                await self._event.wait()


class Household:
    """Owns every task of a simulated neighbour, in one TaskGroup.

    A task that fails ends all others, and `stop` raises what it died of.
    """

    def __init__(self) -> None:
        self._group: asyncio.TaskGroup | None = None
        self._owner: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._stopping = asyncio.Event()

    async def start(self) -> None:
        """From now on tasks can be spawned; until `stop`."""
        if self._owner is None:
            self._owner = asyncio.create_task(self._live(), name="household")
            await self._ready.wait()

    def spawn(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """Raises RuntimeError when it is not running."""
        if self._group is None:
            work.close()
            raise RuntimeError("the simulated carrier is not running")
        return self._group.create_task(work, name=name)

    async def stop(self) -> None:
        """Cancels what still runs and waits for it. Raises what a task died of."""
        if self._owner is not None:
            self._stopping.set()
            owner, self._owner = self._owner, None
            await owner

    async def _live(self) -> None:
        try:
            async with asyncio.TaskGroup() as self._group:
                self._ready.set()
                await self._stopping.wait()
                raise _Enough
        except* _Enough:
            pass
        finally:
            self._group = None


class _Enough(Exception):
    """Ends a TaskGroup with everything in it."""


@dataclass(slots=True)
class Office:
    """One account: its credentials, its ways to the outside, its oddities and its debugger."""

    account_sid: str
    auth_token: str
    webhooks: Webhooks
    connect: Connector
    random: Random
    faults: Faults = field(default_factory=Faults)
    settings: Settings = field(default_factory=Settings)
    household: Household = field(default_factory=Household)
    alerts: list[Alert] = field(default_factory=list)
    """The debugger: what Twilio would have complained about, in order."""
    wall_clock: Callable[[], float] = time.time
    """Seconds since the epoch: when calls and messages say that they were made."""
    holdings: Holdings = field(default_factory=Holdings)
    """What the account has: numbers, senders, permissions."""
    changed: Notice = field(default_factory=Notice)
    """Told at every change of a call's state and at every message."""

    def date(self) -> datetime:
        """What the wall clock shows."""
        return datetime.fromtimestamp(self.wall_clock(), UTC)

    def sid(self, prefix: str) -> str:
        """A new identifier: two letters and 32 hex digits."""
        return f"{prefix}{self.random.getrandbits(128):032x}"

    def alert(self, code: int, text: str, sid: str = "") -> None:
        """An entry in the debugger."""
        self.alerts.append(Alert(code, text, sid))

    async def post(self, url: str, form: Form, sid: str, *, method: str = "POST") -> Delivery:
        """A signed webhook; what goes wrong ends up in the debugger."""
        delivery = await self.webhooks.request(url, form, method=method)
        if delivery.failure:
            self.alert(delivery.code, f"{delivery.failure} {delivery.status}".strip(), sid)
        return delivery


def rfc2822(moment: datetime) -> str:
    """As Twilio writes dates: "Sun, 22 Nov 2026 11:00:00 +0000"."""
    return moment.astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")

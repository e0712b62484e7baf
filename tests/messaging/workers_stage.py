"""Several workers that send from one store, on the simulated carrier, and what becomes of them."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from random import Random
from typing import Any, cast
from urllib.parse import parse_qs

import httpx

from data.shared_store import SharedStore
from data.store import OutgoingMessage, Turn
from messaging.claims import LEASE_S, StoreClaims
from messaging.outbox import Outbox, Sender
from messaging.whatsapp import WhatsApp
from simulation.carrier import SimulatedTwilio
from simulation.channel import Channel

ACCOUNT, TOKEN = "AC" + "0" * 32, "token"
CALLBACK = "https://vocero.example/whatsapp/status"
TEMPLATE = "HX" + "d" * 32


class Worker:
    """A process with an outbox. When it stands still, what it asked of others goes on, and their
    answers wait for it; so do its own next questions.
    """

    def __init__(
        self,
        name: str,
        store: SharedStore,
        sender: Sender,
        now: Callable[[], float],
        lease_s: float = LEASE_S,
    ) -> None:
        self._going = asyncio.Event()
        self._going.set()
        self._stop_at: set[tuple[str, bool]] = set()
        self.sender = sender
        self.told: Callable[[str], object] = lambda method: None
        """Hears the name of each method that it calls."""
        self.stopped = asyncio.Event()
        """By `stop_at`."""
        own = cast(SharedStore, _Seen(self, store))
        self.outbox = Outbox(
            own, cast(Sender, _Seen(self, sender)), now, StoreClaims(own, name, now, lease_s)
        )
        self.running = asyncio.create_task(self.outbox.run(), name=name)

    @property
    def goes(self) -> bool:
        return self._going.is_set()

    def stop_at(self, method: str, *, done: bool) -> None:
        """It stands still at its next call of that method of the store or of the sender: when what
        it asked is `done` and before it hears of it, or before anybody hears its question.
        """
        self._stop_at.add((method, done))

    def stop(self) -> None:
        self._going.clear()
        self.stopped.set()

    def go_on(self) -> None:
        self._going.set()

    async def end(self) -> None:
        """In order if it goes; else it is killed."""
        if self.goes:
            self.outbox.close()
            await self.running
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)

    async def ask(self, method: str, asked: Callable[..., Any], *args: Any, **named: Any) -> Any:
        await self._gate(method, done=False)
        self.told(method)
        try:
            return await asked(*args, **named)
        finally:
            await self._gate(method, done=True)

    async def _gate(self, method: str, *, done: bool) -> None:
        if (method, done) in self._stop_at:
            self._stop_at.discard((method, done))
            self.stop()
        await self._going.wait()


class _Seen:
    """A neighbour as a worker sees it."""

    def __init__(self, worker: Worker, neighbour: object) -> None:
        self._worker = worker
        self._neighbour = neighbour

    def __getattr__(self, name: str) -> Any:
        own = getattr(self._neighbour, name)
        if not inspect.iscoroutinefunction(own):
            return own
        return functools.partial(self._worker.ask, name, own)


class Road(httpx.AsyncBaseTransport):
    """The way to the carrier and back takes a while."""

    def __init__(self, twilio: SimulatedTwilio, random: Random) -> None:
        self._carrier = httpx.ASGITransport(cast(Any, twilio.app))
        self._random = random
        self.longest_s = 0.5
        self.slow_s = 0.0
        """How much longer a message is on its way there; questions are not."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(self._random.uniform(0.0, self.longest_s))
        if request.method == "POST":
            await asyncio.sleep(self.slow_s)
        answer = await self._carrier.handle_async_request(request)
        await asyncio.sleep(self._random.uniform(0.0, self.longest_s))
        return answer


class Town:
    """Workers, the carrier, and one store. Its reports go to whoever `reports_go_to` names."""

    def __init__(self, store: SharedStore, now: Callable[[], float], seed: int) -> None:
        self.store = store
        self.now = now
        self.random = Random(seed)
        self.workers: list[Worker] = []
        self.reports_go_to: Callable[[], Worker] = lambda: self.random.choice(self.able)
        webhooks = httpx.AsyncClient(transport=httpx.MockTransport(self._reported))
        self.twilio = SimulatedTwilio(ACCOUNT, TOKEN, webhooks, _nobody, seed)
        self.twilio.office.wall_clock = now
        self.twilio.messages.contents[TEMPLATE] = "Vocero: {{1}}"
        self.road = Road(self.twilio, self.random)
        self._http = httpx.AsyncClient(transport=self.road)

    @property
    def able(self) -> list[Worker]:
        return [worker for worker in self.workers if worker.goes]

    @property
    def said(self) -> list[str]:
        """What the carrier took, in order: a text or the address of a sound."""
        return [each.body or each.media_urls[0] for each in self.twilio.chat]

    def said_to(self, customer: str) -> list[str]:
        return [each.body for each in self.twilio.chat if each.to == customer]

    def add_worker(
        self, store: SharedStore | None = None, lease_s: float = LEASE_S, template: str = ""
    ) -> Worker:
        """One more; with a connection of its own to the database, if that is given."""
        sender = WhatsApp(
            self._http, ACCOUNT, TOKEN, "https://api.twilio.com", "+14155238886", CALLBACK, template
        )
        name = f"worker {len(self.workers)}"
        worker = Worker(name, store or self.store, sender, self.now, lease_s)
        self.workers.append(worker)
        return worker

    async def promise(self, *messages: OutgoingMessage, wake: Worker | None = None) -> None:
        """Each a turn of its own; then a worker is woken."""
        for message in messages:
            await self.store.commit_turn(Turn(message.customer, outgoing=(message,)))
        if wake is not None:
            wake.outbox.wake()

    async def _reported(self, request: httpx.Request) -> httpx.Response:
        form = {name: values[-1] for name, values in parse_qs(request.content.decode()).items()}
        await self.reports_go_to().outbox.delivery(
            form["MessageSid"], form["MessageStatus"], form.get("ErrorCode", "")
        )
        return httpx.Response(204)


@asynccontextmanager
async def town(
    store: SharedStore,
    workers: int = 0,
    *,
    now: Callable[[], float] | None = None,
    seed: int = 1,
    template: str = "",
) -> AsyncIterator[Town]:
    """In the event loop's time unless told otherwise. In the end all workers end."""
    made = Town(store, now or asyncio.get_running_loop().time, seed)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(made.twilio)
        for _ in range(workers):
            made.add_worker(template=template)
        yield made
        for worker in made.workers:
            await worker.end()


async def _nobody(url: str, headers: Mapping[str, str]) -> Channel:
    raise AssertionError("no call is made")

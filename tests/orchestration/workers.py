"""Several workers on one store: a concierge each, with neighbours of their own, on one clock."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

import httpx

from data.call import CallOrder
from data.leases import Lease
from data.memory_store import MemoryStore
from data.shared_store import SharedStore
from data.store import IncomingMessage, StoreError
from orchestration.concierge import Concierge
from orchestration.needs import Needs
from orchestration.ports import ReadingContext
from orchestration.shared_work import SharedWork
from tests.orchestration.conftest import LU, World
from tests.orchestration.neighbours import RulesReader, SimulatedCarrier, SimulatedPhone, now

if TYPE_CHECKING:
    from data.errand import ParsedMessage

ANA, TILOS = "+541140000101", "+541140000102"
_FOR_EVER = 1e9


@dataclass
class ReaderWhoCounts(RulesReader):
    """Remembers what it was asked to read."""

    read: list[str] = field(default_factory=list)

    async def understand(self, text: str, context: ReadingContext) -> ParsedMessage:
        self.read += text.split("\n")
        return await super().understand(text, context)


@dataclass
class PhoneThatRemembers(SimulatedPhone):
    """`orders` are the calls that it has; a call may come from another worker, or go there."""

    dialled: list[str] = field(default_factory=list)
    """Numbers of the calls that were placed here."""

    def place(self, order: CallOrder) -> None:
        super().place(order)
        self.dialled.append(order.to_number)


class Link:
    """A worker's way to the store: every answer takes a moment, and it can be cut."""

    def __init__(self, store: MemoryStore, chance: random.Random) -> None:
        self._store = store
        self._chance = chance
        self.dead = False
        """Nothing is ever answered again."""
        self.away = False
        """Everything fails."""
        self.open = asyncio.Event()
        self.open.set()
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        if not asyncio.iscoroutinefunction(method):
            return method

        async def asked(*given: object, **named: object) -> object:
            self.asked.append(name)
            await self._pass()
            answer = await method(*given, **named)
            await self._pass()
            return answer

        return asked

    async def _pass(self) -> None:
        await asyncio.sleep(self._chance.uniform(0.001, 0.004))
        await self.open.wait()
        if self.dead:
            await asyncio.sleep(_FOR_EVER)
        if self.away:
            raise StoreError("the database is away")


@dataclass
class Worker(World):
    """One of them. What is its own dies with it; the store and the carrier are everybody's."""

    name: str = ""
    deaf: bool = False
    """Hears no bells."""
    reader: ReaderWhoCounts = field(default_factory=ReaderWhoCounts)
    phone: PhoneThatRemembers = field(default_factory=PhoneThatRemembers)
    concierge: Concierge = field(init=False)
    work: SharedWork = field(init=False)
    link: Link = field(init=False)
    _life: asyncio.Task[None] | None = None
    _end: asyncio.Event = field(default_factory=asyncio.Event)

    def needs(self, client: httpx.AsyncClient) -> Needs:
        return replace(super().needs(client), sharing=self.work)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[Concierge]:
        """A worker as it is wired in a Vocero of several."""
        self.work = SharedWork(cast("SharedStore", self.store), now, self.name)
        self.work.lost = self.lost
        async with self.work, super().open() as self.concierge, self.link.bells(self.heard):
            looking = asyncio.create_task(self.concierge.look_after(), name="looking after")
            try:
                yield self.concierge
            finally:
                looking.cancel()
                await asyncio.wait({looking})

    async def start(self) -> None:
        """At work when this returns."""
        started = asyncio.Event()
        self._end.clear()
        self._life = asyncio.create_task(self._live(started), name=self.name)
        await started.wait()

    async def _live(self, started: asyncio.Event) -> None:
        async with self.open():
            started.set()
            await self._end.wait()

    async def stop(self) -> None:
        """In order: what it holds is given back."""
        self._end.set()
        if self._life is not None:
            await self._life
            self._life = None

    def kill(self) -> None:
        """From this moment nothing that it does has any effect."""
        self.link.dead = True
        self.phone.dies = True
        self._end.set()

    def heard(self, bell: str) -> None:
        """What the wiring makes of a bell."""
        if self.link.dead or self.deaf:
            return
        what, _, about = bell.partition(" ")
        if what == "customer":
            self.concierge.rung_for(about)
        elif what == "moved":
            asyncio.get_running_loop().create_task(self.work.moved(about))

    def lost(self, attempt_id: str) -> None:
        """As the switchboard does: the call ends here, without a word."""
        self.phone.orders[:] = [o for o in self.phone.orders if o.attempt_id != attempt_id]
        self.concierge.let_go(attempt_id)

    def has(self, attempt_id: str) -> bool:
        """Whether the phone of this worker has this call."""
        return any(order.attempt_id == attempt_id for order in self.phone.orders)

    async def take_stream(self, attempt_id: str, call_sid: str = "CA1") -> CallOrder | None:
        """The carrier's sound of this call comes to this worker."""
        store = cast("SharedStore", self.store)
        taken = await store.take_stream(attempt_id, call_sid, self.work.claim())
        if taken is None:
            return None
        attempt, lease = taken
        self.work.adopted(lease)
        order = self.concierge.adopt(attempt)
        if not self.has(attempt_id):
            self.phone.orders.append(order)
        await store.ring(f"moved {attempt_id}")
        return order


class Office:
    """The workers, and the customers in front of them."""

    def __init__(self, workers: int = 3, seed: int = 1, **own: Any) -> None:
        """`own`: further fields of every worker."""
        self.store = MemoryStore()
        self.carrier = SimulatedCarrier()
        self.chance = random.Random(seed)
        self._own = own
        self._written = itertools.count(1)
        self._names = itertools.count(1)
        self._turn = itertools.count()
        self.workers = [self._hire() for _ in range(workers)]
        self.all = list(self.workers)
        """Those that are dead, too."""

    def _hire(self) -> Worker:
        worker = Worker(name=f"worker-{next(self._names)}", carrier=self.carrier, **self._own)
        worker.link = Link(self.store, self.chance)
        worker.store = cast("SharedStore", worker.link)
        return worker

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[list[Worker]]:
        """All of them at work, until the block ends."""
        for worker in self.workers:
            await asyncio.sleep(self.chance.uniform(0, 2))
            await worker.start()
        try:
            yield self.workers
        finally:
            for worker in self.all:
                worker.link.open.set()
                await worker.stop()

    def kill(self, worker: Worker) -> None:
        """It dies; from now on messages come to the others."""
        self.workers.remove(worker)
        worker.kill()

    async def hire(self) -> Worker:
        """One more."""
        worker = self._hire()
        await worker.start()
        self.all.append(worker)
        self.workers.append(worker)
        return worker

    async def post(self, text: str, to: Worker | None = None, customer: str = LU) -> None:
        """A message comes to this worker, or to the next one: it is durable, then handled."""
        if to is None:
            to = self.workers[next(self._turn) % len(self.workers)]
        sid = f"SM{next(self._written):032x}"
        await self.store.take_message(IncomingMessage(sid, customer, text, now(), "Lu"))
        to.concierge.message_arrived(customer)

    async def write(self, *texts: str, to: Worker | None = None, customer: str = LU) -> None:
        """One after the other, each when the one before was handled."""
        for text in texts:
            await self.post(text, to, customer)
            await asyncio.sleep(0.5)

    async def to_a_call(self, at: Worker, customer: str = LU) -> str:
        """The customer has Peluquería Ana called by this worker; its attempt id."""
        await self.write(
            "turno en Peluquería Ana mañana a las 5", "1", "sí", to=at, customer=customer
        )
        await self.read(customer)
        return at.phone.orders[-1].attempt_id

    async def to_a_call_to(self, number: str, at: Worker, customer: str) -> str:
        """The customer has this number called by this worker; its attempt id."""
        await self.write(f"llamá al {number}", "sí", to=at, customer=customer)
        await self.read(customer)
        return at.phone.orders[-1].attempt_id

    async def read(self, customer: str = LU) -> list[str]:
        """What the customer was promised since they read last."""
        reader = World(store=self.store)
        return await reader.read(customer)

    @property
    def dialled(self) -> list[str]:
        """Every number that was ever called, by whom ever."""
        return [number for worker in self.all for number in worker.phone.dialled]

    @property
    def texts_read(self) -> list[str]:
        """What the readers of all workers read."""
        return [text for worker in self.all for text in worker.reader.read]


def names(texts: list[str]) -> list[str]:
    """Which replies these are."""
    return [text.split()[0] for text in texts]


async def until_held(worker: Worker, key: str) -> Lease:
    """Returns in the moment in which it has this lease."""
    for _ in range(20_000):
        for lease in worker.work.held:
            if lease.key == key:
                return lease
        await asyncio.sleep(0.0005)
    raise AssertionError(f"no lease on {key}")

"""The outbox in virtual time, with a Twilio that fails as it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from data.memory_store import MemoryStore
from data.store import IncomingMessage, OutgoingMessage, Turn
from messaging.outbox import Outbox
from messaging.whatsapp import SendFailed
from simulation.clock import START, run_virtual

ANA, BEA = "whatsapp:+5491155550101", "whatsapp:+5491155550102"


class Twilio:
    """Takes messages after `takes_s`, unless told how to fail; remembers what it took and when."""

    def __init__(self, takes_s: float = 0.0, *, has_template: bool = False) -> None:
        self.takes_s = takes_s
        self.has_template = has_template
        self.failures: list[SendFailed | None] = []
        self.always: SendFailed | None = None
        self.template_failures: list[SendFailed] = []
        self.lost_answer = False
        self.taken: list[tuple[float, str, str]] = []
        """When, to whom, what: a text, "template: …" or the address of a sound."""
        self.tried: list[float] = []
        self.at_once = 0
        self.most_at_once = 0

    async def send(self, to: str, body: str, media_url: str = "") -> str:
        return await self._take(to, media_url or body, self._failure())

    async def send_template(self, to: str, body: str) -> str:
        failure = self.template_failures.pop(0) if self.template_failures else None
        return await self._take(to, f"template: {body}", failure)

    async def find_sent(self, to: str, body: str, since: float, known: frozenset[str]) -> str:
        for number, (at, whom, text) in enumerate(self.taken, 1):
            sid = sid_of(number)
            if (whom, text) == (to, body) and sid not in known and at + START >= since:
                return sid
        return ""

    def _failure(self) -> SendFailed | None:
        return self.failures.pop(0) if self.failures else self.always

    async def _take(self, to: str, what: str, failure: SendFailed | None) -> str:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            arrived = now() - START
            self.tried.append(arrived)
            if failure is not None and not (failure.unclear and self.lost_answer):
                await asyncio.sleep(self.takes_s)
                raise failure
            if failure is not None:
                self.taken.append((arrived, to, what))
                await asyncio.sleep(self.takes_s)
                raise failure
            await asyncio.sleep(self.takes_s)
            self.taken.append((now() - START, to, what))
            return sid_of(len(self.taken))
        finally:
            self.at_once -= 1


def sid_of(number: int) -> str:
    """The sid of the message that Twilio took as its so-manieth."""
    return f"SM{number:032x}"


def now() -> float:
    return asyncio.get_running_loop().time()


def busy(*, unclear: bool = False, wait_s: float = 0.0) -> SendFailed:
    return SendFailed("Twilio is not available", retry=True, unclear=unclear, wait_s=wait_s)


def window_closed() -> SendFailed:
    return SendFailed("more than 24 hours", retry=False, code=63016)


def text(customer: str, body: str, in_s: float = 0.0) -> OutgoingMessage:
    return OutgoingMessage(f"{customer}/{body}", customer, body, now() + in_s)


def sound(customer: str, url: str) -> OutgoingMessage:
    return replace(text(customer, ""), message_id=f"{customer}/{url}", media_url=url)


async def promise(store: MemoryStore, customer: str, *bodies: str, in_s: float = 0.0) -> None:
    await keep(store, *(text(customer, body, in_s) for body in bodies))


async def keep(store: MemoryStore, *messages: OutgoingMessage) -> None:
    for message in messages:
        await store.commit_turn(Turn(message.customer, outgoing=(message,)))


async def writes(store: MemoryStore, customer: str) -> None:
    """The customer writes anything: the 24 hours begin anew."""
    sid = f"SM{int(now() * 1000):032x}"
    await store.take_message(IncomingMessage(sid, customer, "Hola", now()))


Story = Callable[[MemoryStore, Twilio, Outbox], Awaitable[None]]


def play(story: Story, twilio: Twilio) -> None:
    """Runs the outbox beside `story`, then closes it and sees it end by itself."""

    async def main() -> None:
        store = MemoryStore()
        outbox = Outbox(store, twilio, now)
        running = asyncio.create_task(outbox.run())
        await story(store, twilio, outbox)
        outbox.close()
        await running

    run_virtual(main())

"""Several workers on one store: a switchboard each, and what they know of each other's calls."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from bridge.events import AnswerAsked, Event, MachineDetected, PhoneProgress
from bridge.ports import SocketListener, TakenCall
from data.call import CallOrder
from simulation.clock import run_virtual
from tests.bridge.switchboard.conftest import NUMBER, Carrier, Exchange, Socket, sid_of


@dataclass
class Kept:
    """What the store knows of a call."""

    keeper: str
    ordered_at: float
    had_stream: bool = False
    notices: list[tuple[int, Event]] = field(default_factory=list)


@dataclass
class Neighbours:
    """The others, as one worker knows them by way of the store."""

    name: str
    workers: Workers
    takes_s: float = 0.0
    """How long taking a stream takes, the answer included."""
    answer_takes_s: float = 0.0
    notices_take_s: float = 0.0
    leave_takes_s: float = 0.0
    failure: Exception | None = None
    notices_failure: Exception | None = None
    asked: list[str] = field(default_factory=list)
    """Calls that it wanted to hang up."""
    gone: list[str] = field(default_factory=list)
    """Calls that left it without a word."""
    wanted: list[str] = field(default_factory=list)
    """Calls whose stream it wanted to take."""

    def token(self, attempt_id: str, call_sid: str) -> str:
        return hmac.digest(b"the workers' secret", f"{attempt_id} {call_sid}".encode(), "sha256")[
            :16
        ].hex()

    async def take_stream(self, attempt_id: str, call_sid: str) -> TakenCall | None:
        self.wanted.append(attempt_id)
        await asyncio.sleep(self.takes_s)
        if self.failure is not None:
            raise self.failure
        taken = self.workers.take_stream(self.name, attempt_id, call_sid)
        await asyncio.sleep(self.answer_takes_s)
        return taken

    async def notices(self, attempt_id: str) -> list[tuple[int, Event]]:
        await asyncio.sleep(self.notices_take_s)
        if self.notices_failure is not None:
            raise self.notices_failure
        return list(self.workers.calls[attempt_id].notices)

    async def may_hang_up(self, attempt_id: str) -> bool:
        self.asked.append(attempt_id)
        await asyncio.sleep(self.leave_takes_s)
        if self.failure is not None:
            raise self.failure
        return self.workers.calls[attempt_id].keeper == self.name

    def let_go(self, attempt_id: str) -> None:
        self.gone.append(attempt_id)


class Workers:
    """`workers["A"]` is an exchange; all of them have the same carrier."""

    def __init__(self, *names: str, bell_s: float | None = 0.002) -> None:
        """`bell_s`: how soon one hears what concerns it; None: never."""
        self.carrier = Carrier()
        self.calls: dict[str, Kept] = {}
        self.bell_s = bell_s
        self.neighbours = {name: Neighbours(name, self) for name in names or ("A", "B", "C")}
        self._exchanges = {
            name: Exchange(carrier=self.carrier, elsewhere=each)
            for name, each in self.neighbours.items()
        }
        self._numbers = 0

    def __getitem__(self, name: str) -> Exchange:
        return self._exchanges[name]

    def run(self, story: Callable[[], Awaitable[None]]) -> None:
        """Play a story in virtual time."""

        async def whole() -> None:
            async with AsyncExitStack() as stack:
                for exchange in self._exchanges.values():
                    await stack.enter_async_context(exchange.open())
                await story()

        run_virtual(whole())

    # --- the store ------------------------------------------------------------------------------
    def place(self, at: str, attempt_id: str = "one") -> None:
        """This worker orders the call and keeps it."""
        self.calls[attempt_id] = Kept(at, asyncio.get_running_loop().time())
        self[at].place(attempt_id)

    def take_stream(self, at: str, attempt_id: str, call_sid: str) -> TakenCall | None:
        known = self.calls.get(attempt_id)
        if known is None or known.had_stream or call_sid != sid_of(attempt_id):
            return None
        before, known.keeper, known.had_stream = known.keeper, at, True
        if before != at:
            self._ring(self[before].board.let_go, attempt_id)
        ago = asyncio.get_running_loop().time() - known.ordered_at
        return TakenCall(CallOrder(attempt_id, NUMBER, {"language": "es"}), ago)

    def keep(self, attempt_id: str, event: Event) -> int:
        """Keep a notice, and ring: its number."""
        self._numbers += 1
        known = self.calls[attempt_id]
        known.notices.append((self._numbers, event))
        self._ring(self.tell_keeper, attempt_id, self._numbers, event)
        return self._numbers

    def tell_keeper(self, attempt_id: str, number: int, event: Event) -> None:
        """The keeper has heard the bell and looked."""
        board = self[self.calls[attempt_id].keeper].board
        board.notice(attempt_id, number, event, sid_of(attempt_id))

    def _ring(self, heard: Callable[..., object], *about: object) -> None:
        if self.bell_s is not None:
            asyncio.get_running_loop().call_later(self.bell_s, heard, *about)

    # --- what the carrier does, at whichever worker -----------------------------------------------
    def says(
        self, at: str, event: PhoneProgress | MachineDetected, attempt_id: str = "one"
    ) -> None:
        """A status callback."""
        number = self.keep(attempt_id, event)
        self[at].board.phone_said(attempt_id, sid_of(attempt_id), event, number)

    def answers(self, at: str, attempt_id: str = "one") -> str:
        """The answered call asks for its TwiML: the token."""
        call_sid = sid_of(attempt_id)
        number = self.keep(attempt_id, AnswerAsked())
        token = self[at].board.answer(attempt_id, call_sid, number)
        return token or self.neighbours[at].token(attempt_id, call_sid)

    def sound(self, at: str, token: str, attempt_id: str = "one") -> tuple[Socket, SocketListener]:
        """The media socket has said its start."""
        socket, listener = self[at].connect(attempt_id)
        listener.text_received('{"event":"connected","protocol":"Call","version":"1.0.0"}')
        listener.text_received(self[at].start(token, attempt_id))
        return socket, listener

    async def rings_and_is_answered(self, at: str, asks: str) -> str:
        """Seven seconds of ringing at one worker; the TwiML is asked for at another."""
        self.place(at)
        await asyncio.sleep(7)
        token = self.answers(asks)
        await asyncio.sleep(0.5)
        return token

    async def talks(self, at: str, token: str) -> tuple[Socket, SocketListener]:
        """Both sides stand at this worker."""
        socket, listener = self.sound(at, token)
        await asyncio.sleep(0.1)
        self[at].agents[-1][1].text_received(self[at].metadata())
        return socket, listener

    def reports(self) -> list[str]:
        """Who reported a call's end, one name for each report."""
        return [name for name, each in self._exchanges.items() for _ in range(each.report_count())]

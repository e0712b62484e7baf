"""The bus over Redis pub/sub: who is there, notes, and questions with their answers.

Every message is sealed, and still nothing about it is taken for granted. A question goes to all
workers; whoever has what it is about answers, the others say that they have not.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from vocero.bus.bus import (
    ANSWER_S,
    GONE_S,
    Answerer,
    BusWatcher,
    Hear,
    Json,
    NoAnswer,
    OutOfReach,
    Told,
)
from vocero.bus.redis_link import RedisLink
from vocero.bus.sealed import MOST_BYTES, Seal, packed, unpacked

log = logging.getLogger(__name__)

HERE_S = 2.0
ALL = "all"
MOST_WORKERS = 100
MOST_RUNNING = 500
"""Beyond it no question of others is answered that takes longer."""
_NAME = re.compile(r"[0-9a-f]{1,32}", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


@dataclass(slots=True)
class _Question:
    news: asyncio.Event = field(default_factory=asyncio.Event)
    hearers: int | None = None
    """How many got it, this worker included."""
    have_not: set[str] = field(default_factory=set)
    takes_longer: bool = False
    answer: Json | None = None


class RedisBus:
    """See vocero.bus.bus.Bus."""

    several = True

    def __init__(self, url: str, prefix: str, secret: str) -> None:
        """Raises ValueError when `url` is no address of a Redis. `prefix` of every channel."""
        self.name = secrets.token_hex(6)
        self.linked = False
        self._seal = Seal(secret)
        self._link = RedisLink(url, prefix, self._heard, self._link_changed)
        self._watchers: list[BusWatcher] = []
        self._news: Json = {}
        self._last_here: dict[str, float] = {}
        self._hearers: dict[str, Hear] = {}
        self._told: dict[str, Told] = {}
        self._answerers: dict[str, Answerer] = {}
        self._questions: dict[str, _Question] = {}
        self._running: set[asyncio.Task[None]] = set()

    @property
    def workers(self) -> frozenset[str]:
        """The others that are there."""
        return frozenset(self._last_here)

    async def __aenter__(self) -> Self:
        for channel in (ALL, self._to(self.name)):
            self._link.subscribe(channel)
        self.start(self._link.run(), f"bus of {self.name}")
        self.start(self._beat(), f"beat of {self.name}")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._send(ALL, {"t": "bye"})
        await self._link.flushed()
        running = tuple(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self._link.close()

    def watch(self, watcher: BusWatcher) -> None:
        """Bus."""
        self._watchers.append(watcher)

    def announce(self, **news: object) -> None:
        """Bus."""
        self._news.update(news)
        self._say_here()

    # --- channels and notes ---------------------------------------------------------------------
    def publish(self, channel: str, message: bytes) -> bool:
        """Bus."""
        return len(message) <= MOST_BYTES and self._link.publish(
            channel, self._seal.sealed(channel, message)
        )

    def hear(self, channel: str, hear: Hear) -> Callable[[], None]:
        """Bus."""
        self._hearers[channel] = hear
        self._link.subscribe(channel)

        def end() -> None:
            if self._hearers.get(channel) is hear:
                del self._hearers[channel]
                self._link.unsubscribe(channel)

        return end

    def tell(self, kind: str, fields: Mapping[str, object], to: str = "") -> bool:
        """Bus."""
        return self._send(self._to(to) if to else ALL, {"t": "told", "kind": kind, "is": fields})

    def told(self, kind: str, told: Told) -> None:
        """Bus."""
        self._told[kind] = told

    # --- questions --------------------------------------------------------------------------------
    async def ask(
        self, what: str, about: str, arguments: Mapping[str, object], *, longest_s: float = ANSWER_S
    ) -> Json | None:
        """Bus."""
        number, question = secrets.token_hex(8), _Question()
        body = {"t": "ask", "id": number, "what": what, "about": about, "is": arguments}

        def counted(hearers: int) -> None:
            question.hearers = hearers
            question.news.set()

        if not self.linked or not self._send(ALL, body, counted):
            raise OutOfReach
        self._questions[number] = question
        try:
            async with asyncio.timeout(ANSWER_S) as bound:
                while question.answer is None and not self._nobody_has(question):
                    await question.news.wait()
                    question.news.clear()
                    if question.takes_longer:
                        question.takes_longer = False
                        bound.reschedule(asyncio.get_running_loop().time() + longest_s)
        except TimeoutError:
            # One that died is still counted by Redis for a while; those that live have spoken.
            if question.hearers is not None and self.workers <= question.have_not:
                return None
            raise NoAnswer from None
        finally:
            del self._questions[number]
        return question.answer

    def answer(self, what: str, answerer: Answerer) -> None:
        """Bus."""
        self._answerers[what] = answerer

    async def first(self, key: str, within_s: int) -> bool:
        """Bus."""
        return await self._link.set_once(key, within_s)

    def start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Bus."""

        async def guarded() -> None:
            try:
                await work
            except Exception:
                log.exception("%s failed", name)

        task = asyncio.get_running_loop().create_task(guarded(), name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        task.add_done_callback(lambda _: work.close())  # it may have been cancelled unbegun
        return task

    def _nobody_has(self, question: _Question) -> bool:
        have_not, hearers = question.have_not, question.hearers
        return hearers is not None and len(have_not) >= hearers - 1 and self.workers <= have_not

    # --- what comes -------------------------------------------------------------------------------
    def _heard(self, channel: str, sealed: bytes) -> None:
        try:
            message = self._seal.opened(channel, sealed)
            if message is None:
                return
            if channel in self._hearers:
                self._hearers[channel](message)
            elif channel in (ALL, self._to(self.name)):
                self._dispatch(message)
        except Exception:
            # One message less; whoever sent it must not be able to silence the others.
            log.exception("a message of another worker failed")

    def _dispatch(self, message: bytes) -> None:
        match unpacked(message):
            case {"from": str(worker), "t": str(kind), **rest} if _NAME.fullmatch(worker):
                pass
            case _:
                return
        if worker == self.name:
            if kind == "here" and not self.linked:
                self.linked = True
                log.info("Redis is there: other workers' calls can be seen")
                self._tell_watchers(lambda watcher: watcher.link_changed())
            return
        match kind, rest:
            case "here", {"is": dict(news)}:
                self._is_here(worker, news)
            case "bye", _:
                self._is_gone(worker)
            case "told", {"kind": str(about), "is": dict(fields)} if about in self._told:
                self._told[about](worker, fields)
            case "ask", {
                "id": str(number),
                "what": str(what),
                "about": str(about),
                "is": dict(arguments),
            } if _WORD.fullmatch(number) and _WORD.fullmatch(about):
                self._asked(worker, number, what, about, arguments)
            case "answer", {"id": str(number), "is": value} if number in self._questions:
                self._answered(worker, self._questions[number], value)
            case _:
                pass

    def _asked(self, worker: str, number: str, what: str, about: str, arguments: Json) -> None:
        answerer = self._answerers.get(what)
        answer = None if answerer is None else answerer(worker, about, arguments)
        if answer is None or isinstance(answer, dict):
            self._say(worker, number, answer)
        elif len(self._running) < MOST_RUNNING:
            self._say(worker, number, "wait")
            self.start(self._later(worker, number, answer), "answering another worker")
        elif isinstance(answer, Coroutine):
            answer.close()

    async def _later(self, worker: str, number: str, answer: Awaitable[Json]) -> None:
        self._say(worker, number, await answer)

    @staticmethod
    def _answered(worker: str, question: _Question, value: object) -> None:
        if value is None:
            question.have_not.add(worker)
        elif value == "wait":
            question.takes_longer = True
        elif isinstance(value, dict):
            question.answer = value
        question.news.set()

    # --- who is there -----------------------------------------------------------------------------
    async def _beat(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            self._say_here()
            await asyncio.sleep(HERE_S)
            for worker, at in tuple(self._last_here.items()):
                if clock() - at > GONE_S:
                    self._is_gone(worker)

    def _say_here(self) -> None:
        self._send(ALL, {"t": "here", "is": self._news})

    def _is_here(self, worker: str, news: Json) -> None:
        known = worker in self._last_here
        if known or len(self._last_here) < MOST_WORKERS:
            self._last_here[worker] = asyncio.get_running_loop().time()
            if not known:
                self._say_here()
            self._tell_watchers(lambda watcher: watcher.worker_here(worker, news))

    def _is_gone(self, worker: str) -> None:
        if self._last_here.pop(worker, None) is not None:
            self._tell_watchers(lambda watcher: watcher.worker_gone(worker))
            for question in self._questions.values():
                question.news.set()

    def _link_changed(self, there: bool) -> None:
        if there:
            self._say_here()  # to be heard by ourselves, too: then we are linked
        elif self.linked:
            self.linked = False
            self._tell_watchers(lambda watcher: watcher.link_changed())

    def _tell_watchers(self, tell: Callable[[BusWatcher], None]) -> None:
        for watcher in self._watchers:
            try:
                tell(watcher)
            except Exception:
                # The others among them, and this bus, go on.
                log.exception("telling who is there failed")

    # --- small things -----------------------------------------------------------------------------
    def _say(self, worker: str, number: str, value: object) -> None:
        self._send(self._to(worker), {"t": "answer", "id": number, "is": value})

    def _send(self, channel: str, body: Json, counted: Callable[[int], None] | None = None) -> bool:
        message = packed({**body, "from": self.name})
        if len(message) > MOST_BYTES:
            return False
        return self._link.publish(channel, self._seal.sealed(channel, message), counted)

    @staticmethod
    def _to(worker: str) -> str:
        return f"to.{worker}"

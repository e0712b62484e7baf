"""The other workers' calls on our live pages, and our calls on theirs.

While a page is open here, every other worker hears so and tells what its own pages are told, once
for all who look (`ForOthers`). Whoever misses a message asks for everything anew. What we know of
a worker goes when nothing is heard of it any more.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

from data.store import AuditEntry
from vocero.bus.bus import Bus, Json
from vocero.bus.sealed import unpacked
from vocero.operators import checked
from vocero.operators.audience import Audience
from vocero.operators.checked import MOST_CALLS, MOST_LINES, Odd
from vocero.operators.meters import Meters
from vocero.operators.subscriber import ForOthers

FEED = "feed"
LOOK_S = 1.0
"""How long the first page waits for the others' calls."""
ANEW_S = 1.0
MOST_WATCHED = 400


class Pages(Protocol):
    """Our own calls and whoever looks at them (the feed). Nothing here waits."""

    def has(self, attempt_id: str) -> bool:
        """Whether this call is one of ours."""

    def act_elsewhere(self, entry: AuditEntry) -> None: ...
    def over_elsewhere(self, attempt_id: str) -> None: ...
    def new_stream(self) -> ForOthers:
        """From now on it is told what our pages are told of our calls."""

    def end_stream(self, stream: ForOthers) -> None: ...
    def give_lines(self, stream: ForOthers, attempt_id: str) -> None:
        """All lines of this call, if it is ours, and from now on every new one."""


class Others:
    """Both directions. Owned by the feed."""

    def __init__(self, bus: Bus, pages: Pages, audience: Audience, meters: Meters) -> None:
        self._bus = bus
        self._pages = pages
        self._audience = audience
        self._meters = meters
        # --- theirs
        self._looking = False
        self._cards: dict[str, dict[str, Json]] = {}
        self._next: dict[str, int] = {}
        """By worker, the number of its next message; none: a snapshot has to come."""
        self._asked_at: dict[str, float] = {}
        self._came = asyncio.Event()
        self._watched: dict[str, int] = {}
        self._serial = 0
        self._end_hearing: Callable[[], None] = lambda: None
        # --- ours
        self._lookers: dict[str, dict[str, int]] = {}
        """By worker, which calls are watched there; with another number: from the beginning."""
        self._stream: ForOthers | None = None
        self._telling: asyncio.Task[None] | None = None
        bus.watch(self)
        bus.told("anew", lambda worker, _: self._begin_anew())

    # --- asked by the feed ------------------------------------------------------------------------
    @property
    def told(self) -> Json:
        """For a snapshot: nothing where there are no others, else whether they are seen."""
        return {"others": self._bus.linked} if self._bus.several else {}

    def cards(self) -> list[Json]:
        """Every call of another worker."""
        return list(
            {name: card for of in self._cards.values() for name, card in of.items()}.values()
        )

    def has(self, attempt_id: str) -> bool:
        """Whether another worker has this call."""
        return any(attempt_id in cards for cards in self._cards.values())

    def pages_changed(self, watched: Collection[str] | None) -> None:
        """Our pages watch these calls now; None: no page is open."""
        if not self._bus.several:
            return
        if watched is None:
            if self._looking:
                self._looking = False
                self._end_hearing()
                for known in (self._cards, self._next, self._watched):
                    known.clear()
                self._announce()
            return
        if not self._looking:
            self._looking = True
            self._end_hearing = self._bus.hear(FEED, self._hear)
            self._announce()
        elif not self._watched.keys() <= set(watched):
            self._watched = {one: at for one, at in self._watched.items() if one in watched}
            self._announce()

    def watch(self, attempt_id: str) -> None:
        """A page wants every line of this call of another worker."""
        if len(self._watched) < MOST_WATCHED:
            self._serial += 1
            self._watched[attempt_id] = self._serial
            self._announce()

    async def seen(self) -> None:
        """Until every worker that is there has told of its calls, or it takes too long."""
        if not self._bus.several or not self._bus.linked:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                while not self._bus.workers <= self._next.keys():
                    self._came.clear()
                    await self._came.wait()

    def _announce(self) -> None:
        self._bus.announce(looking=self._looking, watched=self._watched)

    # --- who is there (BusWatcher) ----------------------------------------------------------------
    def link_changed(self) -> None:
        """Told to whoever looks: other workers' calls are to be seen, or not."""
        if self._looking:
            self._audience.tell_pages({"type": "others", "seen": self._bus.linked})
        if self._bus.linked:
            self._begin_anew()

    def worker_here(self, worker: str, news: Json) -> None:
        """It may look on, and watch some calls."""
        try:
            looks = news.get("looking") is True
            watched = checked.by_call(
                news.get("watched", {}), lambda one: checked.whole(one, 0, 2**53), MOST_WATCHED
            )
        except Odd:
            return
        if looks:
            self._is_looking(worker, watched)
        elif self._lookers.pop(worker, None) is not None:
            self._fewer_look()

    def worker_gone(self, worker: str) -> None:
        """Its calls go from our pages."""
        self._next.pop(worker, None)
        self._asked_at.pop(worker, None)
        for attempt_id in self._cards.pop(worker, {}):
            self._left(attempt_id)
        if self._lookers.pop(worker, None) is not None:
            self._fewer_look()
        self._came.set()

    # --- ours, told to others ---------------------------------------------------------------------
    def _is_looking(self, worker: str, watched: dict[str, int]) -> None:
        before = self._lookers.get(worker)
        self._lookers[worker] = watched
        if self._stream is None:
            self._stream = self._pages.new_stream()
            self._telling = self._bus.start(self._tell_others(self._stream), "telling our calls")
        elif before is None:
            self._stream.start_anew()
        stream = self._stream
        self._forget_unwatched(stream)
        for attempt_id, serial in watched.items():
            if attempt_id not in stream.calls or (before or {}).get(attempt_id) != serial:
                self._pages.give_lines(stream, attempt_id)

    def _fewer_look(self) -> None:
        if self._stream is None:
            return
        self._forget_unwatched(self._stream)
        if self._lookers:
            return
        self._pages.end_stream(self._stream)
        if self._telling is not None:
            self._telling.cancel()
        self._stream = self._telling = None

    def _forget_unwatched(self, stream: ForOthers) -> None:
        stream.calls &= {name for watched in self._lookers.values() for name in watched}

    def _begin_anew(self) -> None:
        if self._stream is not None:
            self._stream.start_anew()

    async def _tell_others(self, stream: ForOthers) -> None:
        while True:
            text = await stream.next()
            self._bus.publish(FEED, f'{{"from":"{self._bus.name}","m":{text}}}'.encode())

    # --- theirs, told to our pages ----------------------------------------------------------------
    def _hear(self, message: bytes) -> None:
        match unpacked(message):
            case {"from": str(worker), "m": {"n": int(number), "type": str(kind), **rest}}:
                pass
            case _:
                return
        if worker not in self._bus.workers:
            return
        if kind != "snapshot" and self._next.get(worker) != number:
            self._ask_anew(worker)
            return
        self._next[worker] = number + 1
        try:
            self._take(worker, kind, rest)
        except Odd:
            return  # one message less

    def _take(self, worker: str, kind: str, told: Mapping[Any, Any]) -> None:
        cards = self._cards.setdefault(worker, {})
        match kind:
            case "snapshot":
                self._take_all(worker, checked.some(told.get("calls"), checked.card, MOST_CALLS))
            case "call":
                card = checked.card(told.get("call"))
                if card["id"] in cards or len(cards) < MOST_CALLS:
                    cards[card["id"]] = card
                    self._show(card)
            case "over":
                attempt_id = checked.call_id(told.get("id"))
                cards.pop(attempt_id, None)
                self._pages.over_elsewhere(attempt_id)
            case "gone":
                if cards.pop(checked.call_id(told.get("id")), None) is not None:
                    self._left(told["id"])
            case "levels":
                levels = checked.by_call(told.get("levels"), checked.levels)
                self._meters.heard_elsewhere({one: levels[one] for one in levels if one in cards})
            case "act":
                self._pages.act_elsewhere(checked.act(told.get("act")))
            case "entries" | "figures" if told.get("id") in cards:
                self._take_watched(kind, told)
            case _:
                pass

    def _take_watched(self, kind: str, told: Mapping[Any, Any]) -> None:
        attempt_id = checked.call_id(told["id"])
        message: Json = {"type": kind, "id": attempt_id}
        if kind == "figures":
            message["figures"] = checked.figures(told.get("figures"))
            self._audience.tell_watchers(attempt_id, message, latest="figures")
        else:
            message["entries"] = checked.some(told.get("entries"), checked.line, MOST_LINES)
            message["whole"] = checked.truth(told.get("whole"))
            self._audience.tell_watchers(attempt_id, message)

    def _take_all(self, worker: str, told: list[Json]) -> None:
        before = self._cards[worker]
        self._cards[worker] = now = {card["id"]: card for card in told}
        for attempt_id in before.keys() - now.keys():
            if self.has(attempt_id):
                self._left(attempt_id)
            else:
                self._pages.over_elsewhere(attempt_id)  # how it ended the store knows
        for attempt_id, card in now.items():
            if before.get(attempt_id) != card:
                self._show(card)
        self._came.set()

    def _show(self, card: Json) -> None:
        if not self._pages.has(card["id"]):
            self._audience.tell_pages({"type": "call", "call": card})

    def _left(self, attempt_id: str) -> None:
        """A worker has this call no more, or cannot be seen: another one may have it by now."""
        if self._pages.has(attempt_id):
            return
        for cards in self._cards.values():
            if attempt_id in cards:
                self._show(cards[attempt_id])
                return
        self._audience.tell_pages({"type": "gone", "id": attempt_id})

    def left_here(self, attempt_id: str) -> None:
        """We have this call no more; another worker may."""
        self._left(attempt_id)

    def _ask_anew(self, worker: str) -> None:
        self._next.pop(worker, None)
        now = asyncio.get_running_loop().time()
        if now - self._asked_at.get(worker, -ANEW_S) >= ANEW_S:
            self._asked_at[worker] = now
            self._bus.tell("anew", {}, worker)

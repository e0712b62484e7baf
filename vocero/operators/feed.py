"""Tells every open live page what happens, without ever keeping a call waiting.

What calls note is only put into a queue; a task of its own makes messages of it. While no page is
open nothing is queued at all, and the first one gets what the switchboard knows. A page that does
not keep up loses its queue and gets everything anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable

from data.call import CallReport, EntryKind, TimelineEntry
from data.store import AuditEntry
from vocero.operators.audience import Audience, as_text
from vocero.operators.endings import EndingBells, Endings, has_ended
from vocero.operators.json_views import Json, act_json
from vocero.operators.live_board import LiveBoard, entries_message, levels_message
from vocero.operators.meters import Meters
from vocero.operators.needs import LiveCall, OperatorsNeeds, Piece
from vocero.operators.others import Others
from vocero.operators.recent_acts import RecentActs
from vocero.operators.recorded import Recorded
from vocero.operators.subscriber import ForOthers, Subscriber

log = logging.getLogger(__name__)

TICK_S = 0.2
FIGURES_S = 1.0
MOST_QUEUED = 20_000
"""Lines of timelines that were not looked at yet; beyond it everything is read anew."""
PAUSE_AFTER_DEFECT_S = 1.0
MOST_SUBSCRIBERS = 100
MOST_OVER = 500
"""Settled calls that are told from live ones; none takes that long to be gone."""


class Feed:
    """Looks on at every call (vocero.adapters.Watcher) and tells the live pages."""

    def __init__(self, needs: OperatorsNeeds) -> None:
        self._needs = needs
        self._told_of_endings = Endings(needs.store, Recorded(needs.recordings))
        self._board = LiveBoard(self._listeners)
        self._subscribers = Audience()
        self._queue: deque[tuple[str, TimelineEntry | None]] = deque()
        self._overflown = False
        self._wake = asyncio.Event()
        self._meters = Meters()
        self.endings = EndingBells()
        self._finished: set[str] = set()
        self._over: deque[str] = deque(maxlen=MOST_OVER)
        self._acts = RecentActs(needs.store, alone=not needs.bus.several)
        self._others = Others(needs.bus, self, self._subscribers, self._meters)
        self.listen_elsewhere: Callable[[str], int] = lambda attempt_id: 0
        """How many listeners of a call are not seen by its own switchboard."""
        self.closed = asyncio.Event()
        """The service is about to stop: every socket goes."""

    # --- told by the calls: quick, on the media path ------------------------------------------
    def call_placed(self, attempt_id: str) -> None:
        """A call was ordered, or is kept here from now on."""
        if attempt_id in self._over:
            self._over.remove(attempt_id)  # it was let go, and is back
        if self._subscribers:
            self._enqueue(attempt_id, None)

    def call_noted(self, attempt_id: str, entry: TimelineEntry) -> None:
        """A new line in a call's timeline."""
        if self.endings and entry.kind is EntryKind.PHASE and entry.text == "ended":
            self.endings.ring(attempt_id)
        if self._subscribers:
            self._enqueue(attempt_id, entry)

    def call_over(self, report: CallReport) -> None:
        """A call is settled."""
        attempt_id = report.attempt_id
        self.endings.ring(attempt_id)
        self._over.append(attempt_id)
        self.recorded(attempt_id)

    def recorded(self, attempt_id: str) -> None:
        """The recording of a settled call is written: it is told once more, now with its sound."""
        if self._subscribers:
            self._finished.add(attempt_id)
            self._wake.set()

    def let_go(self, attempt_id: str) -> None:
        """Another worker keeps this call from now on; what it still notes here is nobody's."""
        self.endings.ring(attempt_id)
        self._over.append(attempt_id)
        self._board.over(attempt_id)
        self._subscribers.tell_others({"type": "gone", "id": attempt_id})
        self._others.left_here(attempt_id)

    def _enqueue(self, attempt_id: str, entry: TimelineEntry | None) -> None:
        if len(self._queue) >= MOST_QUEUED:
            self._queue.clear()
            self._overflown = True
        self._queue.append((attempt_id, entry))
        self._wake.set()

    def _piece(self, attempt_id: str, piece: Piece) -> None:
        self._meters.heard(attempt_id, *piece.levels())

    # --- told by the rest of the listening room ------------------------------------------------
    def act(self, entry: AuditEntry) -> None:
        """An operator did something."""
        self._acts.add(entry)
        if self._subscribers:
            self._subscribers.tell({"type": "act", "act": act_json(entry)})

    def listeners_changed(self, attempt_id: str) -> None:
        """Somebody began or ceased to listen to this call."""
        call = self._needs.board.live_call(attempt_id) if self._subscribers else None
        message = None if call is None else self._board.listeners_changed(call)
        if message is not None:
            self._subscribers.tell(message)

    @property
    def is_full(self) -> bool:
        """Whether too many pages are open."""
        return len(self._subscribers) >= MOST_SUBSCRIBERS

    @contextlib.asynccontextmanager
    async def subscriber(self) -> AsyncIterator[Subscriber]:
        """A live page's place: it gets a snapshot, then whatever happens."""
        await self._acts.read()
        subscriber = Subscriber(self._snapshot)
        self._join(subscriber)
        try:
            await self._others.seen()
            yield subscriber
        finally:
            self._leave(subscriber)

    def _join(self, subscriber: Subscriber) -> None:
        if not self._subscribers:
            self._queue.clear()
            self._board.read(self._live(), self._needs.now())
            self._needs.hear_pieces(self._piece)
        self._subscribers.add(subscriber)
        self._wake.set()
        self._others.pages_changed(self._subscribers.watched_by_pages)

    def _leave(self, subscriber: Subscriber) -> None:
        self._subscribers.remove(subscriber)
        if not self._subscribers:
            self._needs.hear_pieces(None)
            self._meters.clear()
            self._queue.clear()
            self._finished.clear()
            self._board.clear()
        self._others.pages_changed(self._subscribers.watched_by_pages)

    def watch(self, subscriber: Subscriber, attempt_id: str | None) -> None:
        """From now on this page gets the lines of this call (None: of none); first all so far."""
        self._drain()
        subscriber.watching = None
        call = None if attempt_id is None else self._call(attempt_id)
        if call is not None or self._needs.bus.several:
            subscriber.watching = attempt_id  # perhaps of a worker that cannot be seen yet
        self._others.pages_changed(self._subscribers.watched_by_pages)
        if call is not None:
            message = entries_message(call.order.attempt_id, call.timeline, whole=True)
            subscriber.tell(as_text(message))
            return
        if subscriber.watching is not None:
            self._others.watch(subscriber.watching)
        if attempt_id is not None and not self._others.has(attempt_id):
            self._start_telling_over(attempt_id, subscriber)

    def _snapshot(self, subscriber: Subscriber) -> list[str]:
        self._drain()
        snapshot: Json = {"type": "snapshot", "now": self._needs.now()}
        snapshot["calls"] = self._board.cards()
        snapshot["acts"] = self._acts.json()
        if subscriber.is_page:
            snapshot |= self._others.told
            elsewhere = [card for card in self._others.cards() if not self.has(card["id"])]
            if elsewhere:
                every = [*snapshot["calls"], *elsewhere]
                snapshot["calls"] = sorted(every, key=lambda card: float(card["began_at"]))
        texts = [as_text(snapshot)]
        for attempt_id in subscriber.watched:
            call = self._call(attempt_id)
            if call is not None:
                texts.append(as_text(entries_message(attempt_id, call.timeline, whole=True)))
            elif subscriber.is_page and self._others.has(attempt_id):
                self._others.watch(attempt_id)
        return texts

    def _live(self) -> list[LiveCall]:
        # A settled call stays on the switchboard until its recording is written.
        over = set(self._over)
        return [call for call in self._needs.board.live() if call.order.attempt_id not in over]

    def _call(self, attempt_id: str) -> LiveCall | None:
        return None if attempt_id in self._over else self._needs.board.live_call(attempt_id)

    def _listeners(self, call: LiveCall) -> int:
        return call.listeners + self.listen_elsewhere(call.order.attempt_id)

    # --- other workers (vocero.operators.others.Pages) -------------------------------------------
    def has(self, attempt_id: str) -> bool:
        """Whether this call is one of ours."""
        return self._board.knows(attempt_id)

    def knows(self, attempt_id: str) -> bool:
        """Whether this call is on, here or at another worker."""
        return self._call(attempt_id) is not None or self._others.has(attempt_id)

    def act_elsewhere(self, entry: AuditEntry) -> None:
        """An operator did something at another worker."""
        self._acts.add(entry)
        self._subscribers.tell_pages({"type": "act", "act": act_json(entry)})

    def over_elsewhere(self, attempt_id: str) -> None:
        """A call of another worker is settled."""
        if not self.has(attempt_id):
            self._start_telling_over(attempt_id, to_others=False)

    def new_stream(self) -> ForOthers:
        """Somebody looks on at another worker."""
        stream = ForOthers(self._snapshot)
        self._join(stream)
        return stream

    def end_stream(self, stream: ForOthers) -> None:
        """Nobody does any more."""
        self._leave(stream)

    def give_lines(self, stream: ForOthers, attempt_id: str) -> None:
        """All lines of this call, if it is ours, and from now on every new one."""
        self._drain()
        call = self._call(attempt_id)
        if call is not None:
            stream.calls.add(attempt_id)
            stream.tell(as_text(entries_message(attempt_id, call.timeline, whole=True)))

    # --- the task -------------------------------------------------------------------------------
    async def run(self) -> None:
        """For ever; a defect costs a moment and nothing else."""
        while True:
            try:
                await self._follow()
            except Exception:
                # The group that this runs in holds the calls.
                log.exception("the live page's feed failed")
                self._queue.clear()
                self._overflown = True
                await asyncio.sleep(PAUSE_AFTER_DEFECT_S)

    async def _follow(self) -> None:
        loop = asyncio.get_running_loop()
        next_tick = next_figures = loop.time()
        while True:
            if not self._subscribers:
                self._wake.clear()
                await self._wake.wait()
                next_tick = next_figures = loop.time()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(next_tick):
                    await self._wake.wait()
            self._wake.clear()
            self._drain()
            now = loop.time()
            if now >= next_tick:
                next_tick = now + TICK_S
                self._tell_levels()
            if now >= next_figures:
                next_figures = now + FIGURES_S
                self._tell_figures()

    def _drain(self) -> None:
        """Everything that is queued becomes messages, at once and in order."""
        if self._overflown:
            self._overflown = False
            self._queue.clear()
            self._board.read(self._live(), self._needs.now())
            self._subscribers.start_anew()
            return
        cards: dict[str, Json] = {}
        lines: dict[str, list[TimelineEntry]] = {}
        watched = self._subscribers.watched
        while self._queue:
            attempt_id, entry = self._queue.popleft()
            card = self._card(attempt_id, entry)
            if card is not None:
                cards[attempt_id] = card
            if entry is not None and attempt_id in watched:
                lines.setdefault(attempt_id, []).append(entry)
        for card in cards.values():
            self._subscribers.tell(card)
        for attempt_id, entries in lines.items():
            self._subscribers.tell_watchers(
                attempt_id, entries_message(attempt_id, entries, whole=False)
            )
        while self._finished:
            attempt_id = self._finished.pop()
            self._board.over(attempt_id)
            self._start_telling_over(attempt_id)

    def _card(self, attempt_id: str, entry: TimelineEntry | None) -> Json | None:
        if attempt_id in self._over:
            return None
        if entry is not None and self._board.knows(attempt_id):
            return self._board.noted(attempt_id, entry)
        call = self._needs.board.live_call(attempt_id)
        return None if call is None else self._board.begins(call, self._needs.now())

    def _tell_levels(self) -> None:
        own, every = self._meters.take()
        if own:
            self._subscribers.tell_levels(levels_message(own), pages=False)
        if every:
            self._subscribers.tell_levels(levels_message(every), pages=True)

    def _tell_figures(self) -> None:
        for attempt_id in self._subscribers.watched:
            call = self._call(attempt_id)
            if call is not None:
                figures = self._board.figures(call)
                self._subscribers.tell_watchers(attempt_id, figures, latest="figures")

    # --- calls that are over --------------------------------------------------------------------
    def _start_telling_over(
        self, attempt_id: str, only: Subscriber | None = None, *, to_others: bool = True
    ) -> None:
        telling = self._tell_over(attempt_id, only, to_others)
        self._needs.tasks().create_task(telling, name="call is over")

    async def _tell_over(self, attempt_id: str, only: Subscriber | None, to_others: bool) -> None:
        message = await self._told_of_endings.message(attempt_id)
        if only is not None:
            if not self._needs.bus.several or has_ended(message):
                only.tell(as_text(message))
        elif to_others:
            self._subscribers.tell(message)
        else:
            self._subscribers.tell_pages(message)

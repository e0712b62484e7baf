"""Tells every open live page what happens, without ever keeping a call waiting.

What calls note is only put into a queue; a task of its own makes messages of it. While no page is
open nothing is queued at all, and the first one gets what the switchboard knows. A page that does
not keep up loses its queue and gets everything anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections import deque
from collections.abc import AsyncIterator, Iterator

from data.call import CallReport, EntryKind, TimelineEntry
from data.call_context import call_context
from data.store import AuditEntry, StoreError
from vocero.operators.json_views import Json, act_json, summary_json
from vocero.operators.live_board import LiveBoard, entries_message, levels_message
from vocero.operators.needs import LiveCall, OperatorsNeeds, Piece
from vocero.operators.recorded import Recorded
from vocero.operators.subscriber import Subscriber

log = logging.getLogger(__name__)

TICK_S = 0.2
FIGURES_S = 1.0
RECENT_ACTS = 20
MOST_QUEUED = 20_000
"""Lines of timelines that were not looked at yet; beyond it everything is read anew."""
STORE_S = 5.0
PAUSE_AFTER_DEFECT_S = 1.0
MOST_SUBSCRIBERS = 100
MOST_OVER = 500
"""Settled calls that are told from live ones; none takes that long to be gone."""


class Feed:
    """Looks on at every call (vocero.adapters.Watcher) and tells the live pages."""

    def __init__(self, needs: OperatorsNeeds) -> None:
        self._needs = needs
        self._recorded = Recorded(needs.recordings)
        self._board = LiveBoard()
        self._subscribers: set[Subscriber] = set()
        self._queue: deque[tuple[str, TimelineEntry | None]] = deque()
        self._overflown = False
        self._wake = asyncio.Event()
        self._levels: dict[str, tuple[int, int]] = {}
        self._endings: dict[str, set[asyncio.Event]] = {}
        self._finished: set[str] = set()
        self._over: deque[str] = deque(maxlen=MOST_OVER)
        self._acts: deque[AuditEntry] = deque(maxlen=RECENT_ACTS)
        self._acts_known = False
        self.closed = asyncio.Event()
        """The service is about to stop: every socket goes."""

    # --- told by the calls: quick, on the media path ------------------------------------------
    def call_placed(self, attempt_id: str) -> None:
        """A call was ordered."""
        if self._subscribers:
            self._enqueue(attempt_id, None)

    def call_noted(self, attempt_id: str, entry: TimelineEntry) -> None:
        """A new line in a call's timeline."""
        if self._endings and entry.kind is EntryKind.PHASE and entry.text == "ended":
            self._tell_ended(attempt_id)
        if self._subscribers:
            self._enqueue(attempt_id, entry)

    def call_over(self, report: CallReport) -> None:
        """A call is settled."""
        attempt_id = report.attempt_id
        self._tell_ended(attempt_id)
        self._over.append(attempt_id)
        self.recorded(attempt_id)

    def recorded(self, attempt_id: str) -> None:
        """The recording of a settled call is written: it is told once more, now with its sound."""
        if self._subscribers:
            self._finished.add(attempt_id)
            self._wake.set()

    def _enqueue(self, attempt_id: str, entry: TimelineEntry | None) -> None:
        if len(self._queue) >= MOST_QUEUED:
            self._queue.clear()
            self._overflown = True
        self._queue.append((attempt_id, entry))
        self._wake.set()

    def _piece(self, attempt_id: str, piece: Piece) -> None:
        left, right = piece.levels()
        known = self._levels.get(attempt_id, (left, right))
        self._levels[attempt_id] = (max(left, known[0]), max(right, known[1]))

    def _tell_ended(self, attempt_id: str) -> None:
        for event in self._endings.get(attempt_id, ()):
            event.set()

    # --- told by the rest of the listening room ------------------------------------------------
    def act(self, entry: AuditEntry) -> None:
        """An operator did something."""
        self._acts.appendleft(entry)
        if self._subscribers:
            self._broadcast({"type": "act", "act": act_json(entry)})

    def listeners_changed(self, attempt_id: str) -> None:
        """Somebody began or ceased to listen to this call."""
        call = self._needs.board.live_call(attempt_id) if self._subscribers else None
        message = None if call is None else self._board.listeners(attempt_id, call.listeners)
        if message is not None:
            self._broadcast(message)

    @contextlib.contextmanager
    def ending_of(self, attempt_id: str) -> Iterator[asyncio.Event]:
        """An event that is set once this call has ended."""
        event = asyncio.Event()
        self._endings.setdefault(attempt_id, set()).add(event)
        try:
            yield event
        finally:
            waiting = self._endings[attempt_id]
            waiting.discard(event)
            if not waiting:
                del self._endings[attempt_id]

    # --- subscribers ----------------------------------------------------------------------------
    @property
    def is_full(self) -> bool:
        """Whether too many pages are open."""
        return len(self._subscribers) >= MOST_SUBSCRIBERS

    @contextlib.asynccontextmanager
    async def subscriber(self) -> AsyncIterator[Subscriber]:
        """A live page's place: it gets a snapshot, then whatever happens."""
        await self._read_acts()
        subscriber = Subscriber(self._snapshot)
        if not self._subscribers:
            self._queue.clear()
            self._board.read(self._live(), self._needs.now())
            self._needs.hear_pieces(self._piece)
        self._subscribers.add(subscriber)
        self._wake.set()
        try:
            yield subscriber
        finally:
            self._subscribers.discard(subscriber)
            if not self._subscribers:
                self._needs.hear_pieces(None)
                self._levels.clear()
                self._queue.clear()
                self._finished.clear()
                self._board.clear()

    def watch(self, subscriber: Subscriber, attempt_id: str | None) -> None:
        """From now on this page gets the lines of this call (None: of none); first all so far."""
        self._drain()
        subscriber.watching = None
        if attempt_id is None:
            return
        call = self._call(attempt_id)
        if call is None:
            self._start_telling_over(attempt_id, subscriber)
            return
        subscriber.watching = attempt_id
        subscriber.tell(_text(entries_message(attempt_id, call.timeline, whole=True)))

    def _snapshot(self, subscriber: Subscriber) -> list[str]:
        self._drain()
        snapshot = {
            "type": "snapshot",
            "now": self._needs.now(),
            "calls": self._board.cards(),
            "acts": [act_json(entry) for entry in self._acts],
        }
        watched = subscriber.watching and self._call(subscriber.watching)
        if not watched:
            return [_text(snapshot)]
        entries = entries_message(watched.order.attempt_id, watched.timeline, whole=True)
        return [_text(snapshot), _text(entries)]

    def _live(self) -> list[LiveCall]:
        # A settled call stays on the switchboard until its recording is written.
        over = set(self._over)
        return [call for call in self._needs.board.live() if call.order.attempt_id not in over]

    def _call(self, attempt_id: str) -> LiveCall | None:
        return None if attempt_id in self._over else self._needs.board.live_call(attempt_id)

    async def _read_acts(self) -> None:
        if self._acts_known:
            return
        self._acts_known = True
        try:
            async with asyncio.timeout(STORE_S):
                kept = await self._needs.store.acts(limit=RECENT_ACTS)
        except (StoreError, TimeoutError):
            self._acts_known = False  # the page itself tells that the log cannot be read
            return
        newer, numbers = list(self._acts), {entry.number for entry in self._acts}
        older = [entry for entry in kept if entry.number not in numbers]
        self._acts = deque([*newer, *older][:RECENT_ACTS], maxlen=RECENT_ACTS)

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
            for subscriber in self._subscribers:
                subscriber.start_anew()
            return
        cards: dict[str, Json] = {}
        lines: dict[str, list[TimelineEntry]] = {}
        watched = {each.watching for each in self._subscribers}
        while self._queue:
            attempt_id, entry = self._queue.popleft()
            card = self._card(attempt_id, entry)
            if card is not None:
                cards[attempt_id] = card
            if entry is not None and attempt_id in watched:
                lines.setdefault(attempt_id, []).append(entry)
        for card in cards.values():
            self._broadcast(card)
        for attempt_id, entries in lines.items():
            self._tell_watchers(attempt_id, entries_message(attempt_id, entries, whole=False))
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
        if self._levels:
            text = _text(levels_message(self._levels))
            self._levels.clear()
            for subscriber in self._subscribers:
                subscriber.tell_latest("levels", text)

    def _tell_figures(self) -> None:
        for attempt_id in {each.watching for each in self._subscribers if each.watching}:
            call = self._call(attempt_id)
            if call is not None:
                text = _text(self._board.figures(call))
                for subscriber in self._subscribers:
                    if subscriber.watching == attempt_id:
                        subscriber.tell_latest("figures", text)

    def _broadcast(self, message: Json) -> None:
        text = _text(message)
        for subscriber in self._subscribers:
            subscriber.tell(text)

    def _tell_watchers(self, attempt_id: str, message: Json) -> None:
        text = _text(message)
        for subscriber in self._subscribers:
            if subscriber.watching == attempt_id:
                subscriber.tell(text)

    # --- calls that are over --------------------------------------------------------------------
    def _start_telling_over(self, attempt_id: str, only: Subscriber | None = None) -> None:
        self._needs.tasks().create_task(self._tell_over(attempt_id, only), name="call is over")

    async def _tell_over(self, attempt_id: str, only: Subscriber | None) -> None:
        try:
            async with asyncio.timeout(STORE_S):
                summary = await self._summary(attempt_id)
        except Exception as error:
            # The page asks for it itself if it wants to; the group that this runs in holds calls.
            with call_context(attempt_id):
                log.warning("no summary of a call that is over: %s", type(error).__name__)
            summary = None
        message = {"type": "over", "id": attempt_id, "summary": summary}
        if only is None:
            self._broadcast(message)
        else:
            only.tell(_text(message))

    async def _summary(self, attempt_id: str) -> Json | None:
        record = await self._needs.store.call(attempt_id)
        if record is None or record.attempt.attempt_id != attempt_id:
            return None
        has_sound = await asyncio.to_thread(self._recorded.has_sound, attempt_id)
        return summary_json(record, live=False, has_sound=has_sound)


def _text(message: Json) -> str:
    # In ASCII: half a surrogate pair, which an agent's JSON can hold, has no other form.
    return json.dumps(message, separators=(",", ":"))

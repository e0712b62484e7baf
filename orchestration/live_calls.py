"""Follows calls while they are on: progress for the customer, the business's questions to them, and
what is said.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

from data.call import EntryKind, TimelineEntry
from data.errand import Errand
from data.leases import LeaseLost
from data.reply import BusinessAsks, CallAnswered, CallStarted, Reply
from data.store import StoreError, Turn
from orchestration.conversation_state import OpenQuestion
from orchestration.errands import called_name
from orchestration.kept_lines import KeptLines
from orchestration.needs import Needs
from orchestration.open_questions import OpenQuestions
from orchestration.outgoing import Telling
from orchestration.places import clean
from orchestration.sharing import leased

log = logging.getLogger(__name__)

_TALKING = "talking"
_OVER = ("closing", "ended")
"""Phases as the bridge names them in the timeline."""
_NOTE_FRESH_S = 60.0
"""After that a note about progress tells nothing new."""
_QUESTION_LENGTH = 300
_OPTION_LENGTH = 60
_MOST_OPTIONS = 6


@dataclass(slots=True)
class _Live:
    errand: Errand
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    progress: asyncio.Task[None] | None = None
    questions: OpenQuestions = field(default_factory=OpenQuestions)

    def over(self) -> None:
        """Nothing more is said about its progress, and nobody waits for an answer."""
        self.questions.close()
        if self.progress is not None:
            self.progress.cancel()


class LiveCalls:
    """The calls that this process has placed or goes on with, and that have no result yet."""

    def __init__(self, needs: Needs, telling: Telling, tasks: asyncio.TaskGroup) -> None:
        self._needs = needs
        self._telling = telling
        self._tasks = tasks
        self._kept_lines = KeptLines(needs.store)
        self._writer: asyncio.Task[None] | None = None
        self._live: dict[str, _Live] = {}

    def __len__(self) -> int:
        return len(self._live)

    def __contains__(self, attempt_id: str) -> bool:
        return attempt_id in self._live

    def start(self) -> None:
        """From now on what is said in calls is written down."""
        self._writer = self._tasks.create_task(self._kept_lines.run(), name="lines of live calls")

    @contextlib.contextmanager
    def expected(self, attempt_id: str, errand: Errand) -> Iterator[None]:
        """A call is about to be placed; it is forgotten unless `placed` is told within."""
        self._live[attempt_id] = _Live(errand)
        self._kept_lines.begin(attempt_id)
        try:
            yield
        finally:
            live = self._live.get(attempt_id)
            if live is not None and live.progress is None:
                self.forget(attempt_id)

    def placed(self, attempt_id: str) -> None:
        """It was placed: keep the customer informed."""
        live = self._live.get(attempt_id)
        if live is not None:
            live.progress = self._tasks.create_task(
                self._tell_progress(attempt_id, live), name="progress of a call"
            )

    def adopted(self, attempt_id: str, errand: Errand, ordered_at: float) -> None:
        """A call that another worker placed goes on here: that it is being placed was theirs to
        tell. `ordered_at` in seconds since the epoch.
        """
        live = self._live[attempt_id] = _Live(errand)
        self._kept_lines.begin(attempt_id)
        until_s = ordered_at + self._needs.settings.progress_after_s - self._needs.now()
        live.progress = self._tasks.create_task(
            self._go_on_telling(attempt_id, live, until_s), name="progress of a call"
        )

    def is_with(self, customer: str) -> bool:
        """Whether one of them is this customer's."""
        return any(live.errand.customer == customer for live in self._live.values())

    def forget(self, attempt_id: str) -> None:
        """No call here, or none any more: it is settled."""
        live = self._live.pop(attempt_id, None)
        if live is not None:
            live.over()
        self._kept_lines.end(attempt_id)

    def stop(self) -> None:
        """No more notes about progress, no more questions; results are still taken."""
        for live in self._live.values():
            live.over()
        if self._writer is not None:
            self._writer.cancel()

    def call_noted(self, attempt_id: str, entry: TimelineEntry) -> None:
        """A new line in a call's timeline. Quick, never waits."""
        live = self._live.get(attempt_id)
        if live is None:
            return
        self._kept_lines.note(attempt_id, entry)
        if entry.kind is not EntryKind.PHASE:
            return
        if entry.text == _TALKING:
            live.answered.set()
        elif entry.text in _OVER:
            live.over()

    def over(self, attempt_id: str) -> None:
        """This call is over, or is being ended: of its progress nothing more is told."""
        live = self._live.get(attempt_id)
        if live is not None:
            live.over()

    # --- the business's questions ---------------------------------------------------------------
    async def ask(self, attempt_id: str, question: str, options: tuple[str, ...]) -> str | None:
        """`orchestration.ports.CustomerLine`: the answer, or None when there is none in time."""
        live = self._live.get(attempt_id)
        asked = clean(question, _QUESTION_LENGTH)
        if live is None or not asked or not live.questions.may_ask:
            return None
        needs, within_s = self._needs, self._needs.settings.answer_within_s
        until = asyncio.get_running_loop().time() + within_s
        question_id = needs.new_id()
        named = (clean(option, _OPTION_LENGTH) for option in options[:_MOST_OPTIONS])
        choices = tuple(option for option in named if option)
        live.questions.ask(question_id, asked, choices, needs.now())
        reply = BusinessAsks(called_name(live.errand), asked, choices, round(within_s))
        try:
            await self._promise(attempt_id, live, reply, f"asks:{question_id}", within_s)
        except (StoreError, LeaseLost) as error:
            log.error("a question did not reach the customer: %s", error)
            live.questions.withdraw(question_id)
            return None
        left_s = until - asyncio.get_running_loop().time()
        return await live.questions.wait(question_id, left_s)

    async def keep_words(self, attempt_id: str) -> None:
        """`orchestration.ports.CustomerLine`: what was said so far is durable when this returns."""
        await self._kept_lines.flush(attempt_id)

    def open_question(
        self, attempt_id: str, written_at: float | None = None
    ) -> OpenQuestion | None:
        """What the business waits for the customer to answer, or waited for: then it is `late`.
        With `written_at` (seconds since the epoch) only if it was asked before that.
        """
        live = self._live.get(attempt_id)
        return live.questions.current(written_at) if live is not None else None

    def answer(self, attempt_id: str, question_id: str, answer: str) -> bool:
        """The customer's answer. True: it reached the waiting agent in time."""
        live = self._live.get(attempt_id)
        return live is not None and live.questions.answer(question_id, answer)

    # --- progress -------------------------------------------------------------------------------
    async def _tell_progress(self, attempt_id: str, live: _Live) -> None:
        await asyncio.sleep(self._needs.settings.progress_after_s)
        business = live.errand.business
        if not live.answered.is_set():
            started = CallStarted(business.name, business.phone or "")
            await self._tell(attempt_id, live, started, "started")
        await self._tell_answered(attempt_id, live)

    async def _go_on_telling(self, attempt_id: str, live: _Live, until_s: float) -> None:
        await asyncio.sleep(max(0.0, until_s))
        await self._tell_answered(attempt_id, live)

    async def _tell_answered(self, attempt_id: str, live: _Live) -> None:
        await live.answered.wait()
        await self._tell(attempt_id, live, CallAnswered(called_name(live.errand)), "answered")

    async def _tell(self, attempt_id: str, live: _Live, reply: Reply, what: str) -> None:
        try:
            await self._promise(attempt_id, live, reply, f"{what}:{attempt_id}", _NOTE_FRESH_S)
        except Exception as error:
            # A note about progress is not worth more than a line in the log.
            log.warning("a progress note was lost: %s: %s", type(error).__name__, error)

    async def _promise(
        self, attempt_id: str, live: _Live, reply: Reply, key: str, fresh_for_s: float
    ) -> None:
        needs, errand = self._needs, live.errand
        messages = self._telling.messages(
            errand.customer, [reply], errand.language, key, fresh_for_s=fresh_for_s
        )
        await needs.store.commit_turn(
            Turn(errand.customer, outgoing=messages), **leased(needs.sharing.under(attempt_id))
        )
        needs.outbox.wake()

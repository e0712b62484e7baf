"""Questions that the business asks the customer during a call, through the agent.

One at a time, a few per call. An answer in time goes to the tool that waits for it; a later one
finds the question still there, marked as late, until the call is over.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from orchestration.conversation_state import OpenQuestion

MOST_PER_CALL = 3
"""Then the agent has to do with what it knows: the customer is not there to be questioned."""


@dataclass(frozen=True, slots=True)
class _Asked:
    question_id: str
    question: str
    options: tuple[str, ...]
    asked_at: float
    answer: asyncio.Future[str | None]


class OpenQuestions:
    """Those of one call. Belongs to the event loop; nothing here waits but `wait`."""

    def __init__(self) -> None:
        self._asked: _Asked | None = None
        self._count = 0
        self._over = False

    @property
    def may_ask(self) -> bool:
        """Whether another question may be put now."""
        waiting = self._asked is not None and not self._asked.answer.done()
        return not (waiting or self._over) and self._count < MOST_PER_CALL

    def ask(
        self, question_id: str, question: str, options: tuple[str, ...], asked_at: float
    ) -> None:
        """This is being asked from now on (seconds since the epoch); only when `may_ask`."""
        self._count += 1
        answer: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._asked = _Asked(question_id, question, options, asked_at, answer)

    def withdraw(self, question_id: str) -> None:
        """It never reached the customer."""
        if self._asked is not None and self._asked.question_id == question_id:
            self._asked.answer.cancel()
            self._asked = None

    async def wait(self, question_id: str, seconds: float) -> str | None:
        """The answer; None when none came in time or the call is over."""
        asked = self._asked
        if asked is None or asked.question_id != question_id:
            return None
        try:
            # Not a timeout around the future: an answer in its last moment would get lost.
            await asyncio.wait({asked.answer}, timeout=max(0.0, seconds))
            return asked.answer.result() if asked.answer.done() else None
        finally:
            asked.answer.cancel()

    def current(self, written_at: float | None = None) -> OpenQuestion | None:
        """What the customer was asked and has not answered. A message that was written
        (`written_at`) before it was asked cannot be about it.
        """
        asked = self._asked
        if asked is None or self._over or (written_at is not None and written_at < asked.asked_at):
            return None
        late = asked.answer.done()
        return OpenQuestion(asked.question_id, asked.question, asked.options, late)

    def answer(self, question_id: str, answer: str) -> bool:
        """The customer's answer. False: nobody waits for it any more."""
        asked = self._asked
        if asked is None or asked.question_id != question_id or self._over:
            return False
        self._asked = None
        if asked.answer.done():
            return False
        asked.answer.set_result(answer)
        return True

    def close(self) -> None:
        """The call is over: nobody waits any longer."""
        self._over = True
        if self._asked is not None and not self._asked.answer.done():
            self._asked.answer.set_result(None)

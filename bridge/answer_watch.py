"""How long the business waits for an answer: from its words, transcribed, to the agent's sound."""

from __future__ import annotations


class AnswerWatch:
    """One figure per turn of the business. Ids tell new sound from the rest of an older answer."""

    def __init__(self) -> None:
        self._asked_at: float | None = None
        self._newest_then = -1

    @property
    def waits(self) -> bool:
        """Whether the business's newest words are unanswered."""
        return self._asked_at is not None

    def asked(self, newest_id: int, now: float) -> None:
        """The business said something. `newest_id`: of the agent's sound that had come by then."""
        self._asked_at = now
        self._newest_then = newest_id

    def forget(self) -> None:
        """Nobody is waited for: somebody else answers."""
        self._asked_at = None

    def sent(self, newest_id: int, now: float) -> int | None:
        """Sound up to this id was sent to the line; the milliseconds if that is the answer."""
        if self._asked_at is None or newest_id <= self._newest_then:
            return None
        waited_ms = round((now - self._asked_at) * 1000)
        self._asked_at = None
        return waited_ms

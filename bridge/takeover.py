"""What a call remembers while an operator speaks instead of the agent."""

from __future__ import annotations

from collections import deque

from bridge.whispers import MOST_QUOTED
from data.call import CallEnding

MOST_REMEMBERED = 1500
"""Characters of what the business said that the agent gets to read; the newest ones."""


class Takeover:
    """At most one operator has the call; it may change hands any number of times."""

    def __init__(self) -> None:
        self.operator = ""
        """Who speaks instead of the agent; empty: nobody."""
        self.count = 0
        """How often the call was taken over."""
        self.muted_pieces = 0
        """Pieces of the agent's sound that were dropped because an operator spoke."""
        self.agent_left: CallEnding | None = None
        """How the agent's conversation ended while an operator had the call."""
        self.words_unheard = False
        """Whether the agent's newest words were said while nobody heard it."""
        self.untold = False
        """The call went on to its end without the agent being told what it missed."""
        self.left_out = False
        """Whether earlier words of the business are not remembered any more."""
        self._said: deque[str] = deque()
        self._said_size = 0

    @property
    def active(self) -> bool:
        """Whether an operator has the call."""
        return self.operator != ""

    @property
    def said(self) -> tuple[str, ...]:
        """What the business said since the operator took over, oldest first."""
        return tuple(self._said)

    def begin(self, operator: str) -> None:
        """An operator takes the call from the agent."""
        self.operator = operator
        self.count += 1
        self.left_out = False
        self._said.clear()
        self._said_size = 0

    def business_said(self, text: str) -> None:
        """The business's words, for the agent to read later."""
        text = text[:MOST_QUOTED]
        self._said.append(text)
        self._said_size += len(text)
        while self._said_size > MOST_REMEMBERED:
            self._said_size -= len(self._said.popleft())
            self.left_out = True

    def over(self, *, untold: bool = False) -> None:
        """The operator has the call no more."""
        self.operator = ""
        self.untold = untold

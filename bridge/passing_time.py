"""How long sound stays in this process: from having been read to having been written. A sample.

One frame of the business in ONE_IN is timed, and after each of those one piece of the agent's
sound: a clock for every frame would cost more than it tells. What waits on purpose (sound for an
agent who is not there yet, sound that lies ahead in the playback ledger) is not timed. How long a
frame lay unread is the lateness of the event loop, which is measured elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Final

from bridge.commands import Play, SendToAgent

ONE_IN: Final = 50
"""Frames of the business: one a second."""
TO_AGENT, TO_BUSINESS = "to_agent", "to_business"

SoundPassed = Callable[[str, float], None]
"""Told of each frame that was timed: TO_AGENT or TO_BUSINESS, and the seconds. Must not wait."""


class PassingTime:
    """The stopwatch of one call."""

    def __init__(self, tell: SoundPassed) -> None:
        self.awaited: type[SendToAgent] | type[Play] | None = None
        """The command that ends what is being timed; None: nothing is. Whoever began something sets
        it back when what was read has been dealt with."""
        self.agent_is_next = False
        """Whether the agent's next sound is to be timed."""
        self._tell = tell
        self._began = 0.0

    def to_agent(self) -> None:
        """A frame of the business was read."""
        self.agent_is_next = True
        self.awaited = SendToAgent
        self._began = perf_counter()

    def to_business(self) -> None:
        """Sound of the agent was read."""
        self.awaited = Play
        self._began = perf_counter()

    def passed(self) -> None:
        """The first of it was written."""
        seconds = perf_counter() - self._began
        if self.awaited is Play:
            self.agent_is_next = False
            self._tell(TO_BUSINESS, seconds)
        else:
            self._tell(TO_AGENT, seconds)
        self.awaited = None

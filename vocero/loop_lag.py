"""How late the event loop is, and whether that is too late for another call.

Every call of this process shares one loop. When it is late, each call hears the other side later;
a call more makes it worse for all. So the loop's lateness decides, with MAX_CALLS, who is let in.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable

EVERY_S = 0.1
"""Between two looks. One costs some microseconds."""
LATE_S = 0.020
"""Late on average by so much: more than a frame of sound, and more than anybody should notice."""
CALM_S = 0.005
"""Late no longer: on average by so little, and never by LATE_S in the last RECENT_S."""
OVER_S = 1.0
"""What the average looks back on."""
RECENT_S = 1.0
MOST_S = 0.1
"""What one look counts for at most: a single stall, however long, is no want of room, but the
third one in a row is."""
_WEIGHT = 1.0 - math.exp(-EVERY_S / OVER_S)
BUSY = "busy: the event loop is late"


class LagMeter:
    """The figures. Pure: told when a timer was due and when it fired, in seconds on one clock."""

    def __init__(self) -> None:
        self.average_s = 0.0
        """The weighted mean of how late it was; the last second counts most."""
        self.late = False
        """Whether a further call would make the others suffer."""
        self._recent: deque[tuple[float, float]] = deque()
        """(fired at, late by)."""

    def fired(self, due: float, now: float) -> None:
        """A timer that was due then fired now."""
        late_s = max(0.0, now - due)
        self.average_s += _WEIGHT * (min(late_s, MOST_S) - self.average_s)
        self._recent.append((now, late_s))
        worst_s = self.worst_s(now)
        if self.late:
            self.late = self.average_s > CALM_S or worst_s >= LATE_S
        else:
            self.late = self.average_s >= LATE_S

    def worst_s(self, now: float) -> float:
        """The latest that it was within the last RECENT_S."""
        recent = self._recent
        while recent and recent[0][0] < now - RECENT_S:
            recent.popleft()
        return max((late_s for _, late_s in recent), default=0.0)


class LagWatch:
    """Looks at the running loop, from `start` to `stop`."""

    def __init__(self, seen: Callable[[float], None] = lambda late_s: None) -> None:
        """`seen` is told with every look how late the loop was, in seconds."""
        self._seen = seen
        self._meter = LagMeter()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def late(self) -> bool:
        """Whether the loop is too late for another call."""
        return self._meter.late

    @property
    def average_s(self) -> float:
        """How late the loop is on average."""
        return self._meter.average_s

    @property
    def worst_s(self) -> float:
        """How late it was at worst, lately."""
        return self._meter.worst_s(self._loop.time()) if self._loop is not None else 0.0

    def start(self) -> None:
        """Look every EVERY_S from now on."""
        self._loop = asyncio.get_running_loop()
        self._arm(self._loop)

    def stop(self) -> None:
        """Look no longer."""
        if self._timer is not None:
            self._timer.cancel()

    def _arm(self, loop: asyncio.AbstractEventLoop) -> None:
        self._due = loop.time() + EVERY_S
        self._timer = loop.call_at(self._due, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        self._meter.fired(self._due, now)
        self._seen(max(0.0, now - self._due))
        self._arm(loop)

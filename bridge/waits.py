"""The running timers of a call."""

from __future__ import annotations

import math

from bridge.timings import Timer


class Waits(dict[Timer, float]):
    """When each timer that runs is over, in seconds since the order.

    `soonest` is never later than the first of them. It may be earlier: finding the first takes a
    search, which is not worth it for every frame.
    """

    def __init__(self, silence_after_s: float, sound_lost_s: float) -> None:
        super().__init__()
        self.soonest = math.inf
        self._patience = {Timer.SILENCE: silence_after_s, Timer.SOUND_LOST: sound_lost_s}
        self.heard_at = -math.inf
        """When the business was last heard. Set it alone only while `missing` is False."""
        self.missing = False
        """Whether the business was silent for so long that the carrier was asked."""

    def __setitem__(self, timer: Timer, at: float) -> None:
        if at < self.soonest:
            self.soonest = at
        super().__setitem__(timer, at)

    def heard(self, now: float) -> None:
        """The business is heard: how long it is silent counts from here."""
        # Both timers that this puts off stay as they are: `first` looks at this time, too.
        self.heard_at = now
        if self.missing:
            self.missing = False
            self.pop(Timer.CARRIER_ANSWER, None)
            self[Timer.SOUND_LOST] = now + self._patience[Timer.SOUND_LOST]

    def missed(self, until: float) -> None:
        """SOUND_LOST is over and the carrier was asked about the call: it may answer so long."""
        self.missing = True
        self[Timer.CARRIER_ANSWER] = until

    def first(self) -> tuple[Timer, float] | None:
        """What is over first, and when; None while nothing runs."""
        while self:
            timer = min(self, key=self.__getitem__)
            at = self[timer]
            patience = self._patience.get(timer)
            if patience is None or self.heard_at + patience <= at:
                self.soonest = at
                return timer, at
            super().__setitem__(timer, self.heard_at + patience)
        self.soonest = math.inf
        return None

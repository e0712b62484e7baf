"""Not more new calls per second than the carrier takes; what is over that waits its turn."""

from __future__ import annotations

import asyncio


class DialPace:
    """Turns at even distances, first come, first served."""

    def __init__(self, calls_per_second: float) -> None:
        self._distance_s = 1.0 / calls_per_second
        self._next_turn_s = 0.0

    async def wait_for_turn(self) -> None:
        """Returns when the next call may be ordered."""
        loop = asyncio.get_running_loop()
        turn = max(loop.time(), self._next_turn_s)
        self._next_turn_s = turn + self._distance_s
        await asyncio.sleep(turn - loop.time())

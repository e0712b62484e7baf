"""What is to be measured, and what it is measured by."""

from __future__ import annotations

from dataclasses import dataclass

P99_LIMIT_MS = 20.0
LIMIT = f"p99 added < {P99_LIMIT_MS:g} ms each way and nothing lost"
"""What a number of calls has to keep to."""
MOST_CALLS = 2000
WARM_UP_S = 1.2
STORM_S = 2.5
"""After half of the calls hung up: their agents get two seconds to report."""
TURN_S = 3.0
SHORTEST_TURN_S = 0.6


@dataclass(frozen=True, slots=True)
class BenchWish:
    """As the command line has it."""

    calls: int
    """0: nobody has said how many."""
    seconds: float
    agent_format: str = "ulaw_8000"
    tls: bool = False
    """Between the bridge and the agents."""
    record: bool = False
    loop: str = "fastest"
    listeners: int = 0
    """Operators who listen to one of the calls."""

    @property
    def turn_s(self) -> float:
        """How often an agent speaks: in a short run more often, or nothing would be measured."""
        return max(SHORTEST_TURN_S, min(TURN_S, self.seconds / 3))


class BenchFailed(Exception):
    """Nothing could be measured; str() says why."""

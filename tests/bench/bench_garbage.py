"""How long Python's looks for garbage hold the bridge up while calls come and go. In the root:
`python -m tests.bench.bench_garbage --calls 100 --call-seconds 300 --minutes 25`.

The calls are those of `vocero bench`; each time that one hangs up, another one begins. One line of
JSON a minute, then one of a thorough look made in the end, which no call of that age had seen.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import statistics
import sys
import time
from collections import deque
from typing import Any

import uvloop

from vocero.benching import machine
from vocero.benching.bridge_side import Run
from vocero.benching.wish import BenchWish


class Looks:
    """Python's looks for garbage."""

    def __init__(self) -> None:
        self.took_ms: dict[int, list[float]] = {0: [], 1: [], 2: []}
        """By generation."""
        self._began = 0.0

    def __call__(self, phase: str, about: dict[str, int]) -> None:
        """What gc.callbacks are told."""
        if phase == "start":
            self._began = time.perf_counter()
        else:
            took_ms = 1000 * (time.perf_counter() - self._began)
            self.took_ms[about["generation"]].append(took_ms)

    def said(self) -> dict[str, Any]:
        return {
            f"generation_{generation}": {
                "looks": len(took_ms),
                "median_ms": round(statistics.median(took_ms), 2),
                "longest_ms": round(max(took_ms), 2),
            }
            for generation, took_ms in self.took_ms.items()
            if took_ms
        }


async def come_and_go(calls: int, call_s: float, minutes: float) -> None:
    """`calls` at any moment, each of `call_s`."""
    pause_s = call_s / calls
    most = calls + int(60 * minutes / pause_s)
    run = Run(BenchWish(most, seconds=60 * minutes))
    looks = Looks()
    live: deque[int] = deque()
    async with run.standing() as far_side:
        for number in range(calls):
            await run.place(far_side, number)
            live.append(number)
        gc.callbacks.append(looks)
        began = said = time.monotonic()
        for number in range(calls, most):
            await asyncio.sleep(pause_s)
            await run.hang_up(far_side, [live.popleft()])
            await run.place(far_side, number)
            live.append(number)
            now = time.monotonic()
            if now - said > 60 or number == most - 1:
                said = now
                _say(
                    minutes=round((now - began) / 60, 1),
                    live=run.live_calls,
                    over=number - calls + 1,
                    resident_mb=round(machine.resident_kib() / 1024, 1),
                    **looks.said(),
                )
        gc.callbacks.remove(looks)
        began = time.perf_counter()
        found = gc.collect()
        took_ms = round(1000 * (time.perf_counter() - began), 1)
        _say(thorough_look_ms=took_ms, found=found, live=run.live_calls)


def _say(**figures: Any) -> None:
    sys.stdout.write(json.dumps(figures) + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--call-seconds", type=float, default=300.0)
    parser.add_argument("--minutes", type=float, default=25.0)
    wanted = parser.parse_args()
    uvloop.run(come_and_go(wanted.calls, wanted.call_seconds, wanted.minutes))


if __name__ == "__main__":
    main()

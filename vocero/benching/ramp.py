"""How many calls a core carries: more and more of them, until the limit does not hold any more."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from vocero.benching.report import reckoned
from vocero.benching.wish import LIMIT, MOST_CALLS, BenchFailed, BenchWish

FIRST_STEPS = (25, 50, 100)
STEP = 100
NARROW = 20
"""The answer is known to so many calls."""
STEP_PATIENCE_S = 180.0
"""Beyond what a step measures."""


@dataclass(slots=True)
class Ramp:
    """Which number of calls comes next. Pure."""

    good: int = 0
    """The most calls that held."""
    bad: int | None = None
    """The fewest that did not."""
    void_at: int | None = None
    """Where the far ends were the limit, twice."""
    again: int | None = None
    """What is tried a second time: the first may have been the fault of a disturbed machine."""

    def next(self) -> int | None:
        """How many calls to try, or None when enough is known."""
        if self.again is not None:
            return self.again
        ends = [calls for calls in (self.bad, self.void_at) if calls is not None]
        if ends:
            most = min(ends)
            return (self.good + most) // 2 if most - self.good > NARROW else None
        later = [calls for calls in FIRST_STEPS if calls > self.good]
        calls = later[0] if later else self.good + STEP
        return calls if calls <= MOST_CALLS else None

    def tried(self, calls: int, *, held: bool, void: bool = False, doubtful: bool = False) -> None:
        """What came of it."""
        for_the_first_time, self.again = self.again is None, None
        if held:
            self.good = max(self.good, calls)
        elif (void or doubtful) and for_the_first_time:
            self.again = calls
        elif void:
            self.void_at = calls if self.void_at is None else min(self.void_at, calls)
        else:
            self.bad = calls if self.bad is None else min(self.bad, calls)

    def found(self, best: Mapping[str, Any]) -> dict[str, Any]:
        """Calls per core, after the last step; `best` is the report of the most that held."""
        if self.bad is not None and (self.void_at is None or self.bad < self.void_at):
            how = f"reached: {self.good} held, {self.bad} did not"
            return {"calls": self.good, "how": how, "limit": LIMIT}
        found = reckoned(best)
        why = "the far ends could do no more" if self.void_at else "no more were tried"
        return {**found, "how": f"{found['how']}; {self.good} held, {why}"}


async def climb(wish: BenchWish, tell: Callable[[str], None]) -> dict[str, Any]:
    """Run every step in a process of its own; the report of the most calls that held, or of the
    fewest that did not, with all steps and the calls per core. Raises BenchFailed.
    """
    ramp, steps = Ramp(), list[dict[str, Any]]()
    while (calls := ramp.next()) is not None:
        tell(f"{calls} calls for {wish.seconds:g} s …")
        step = await one_step(wish, calls)
        doubtful = bool(step.get("doubts"))
        ramp.tried(calls, held=step["held"], void=step["void"], doubtful=doubtful)
        steps.append(step)
        tell(f"  {in_short(step)}")
    best = max((each for each in steps if each["held"]), key=_calls, default=None)
    whole = [each for each in steps if "up" in each]
    if not whole:
        raise BenchFailed("not a single step could be measured")
    shown = best or min((each for each in whole if not each["void"]), key=_calls, default=whole[-1])
    per_core = ramp.found(shown) if best is not None else shown["calls_per_core"]
    return {**shown, "calls_per_core": per_core, "ramp": [_row(each) for each in steps]}


def in_short(step: Mapping[str, Any]) -> str:
    """One step in one line."""
    if step["void"]:
        return f"void: {step['void_reason']}"
    if "up" not in step:
        return f"did not hold: {step['broken'][0]}"
    judged = "held" if step["held"] else f"did not hold: {'; '.join(step['broken'])}"
    return (
        f"p99 {step['up']['p99_ms']} ms up, {step['down']['p99_ms']} ms down, "
        f"{step['cpu_ms_per_call_second']} ms of CPU per call-second: {judged}"
    )


async def one_step(wish: BenchWish, calls: int) -> dict[str, Any]:
    """The report of so many calls. A process of its own: memory and caches begin anew.

    When it failed: `calls`, `held`, `void` and why, in `broken`; no figures.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "vocero", "bench", "--json", *arguments(wish, calls)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(wish.seconds + STEP_PATIENCE_S):
            out, said = await process.communicate()
    except TimeoutError:
        out, said = b"", b"it did not come to an end"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if out:
        found: dict[str, Any] = json.loads(out)
        return found
    last = said.decode("utf-8", "replace").strip().rpartition("\n")[2][:200]
    return {"calls": calls, "held": False, "void": False, "broken": [last or "it failed"]}


def arguments(wish: BenchWish, calls: int) -> list[str]:
    """The command line of one step."""
    return [
        *("--calls", str(calls), "--seconds", f"{wish.seconds:g}"),
        *("--format", wish.agent_format, "--loop", wish.loop),
        *("--listeners", str(wish.listeners)),
        *(["--tls"] if wish.tls else []),
        *(["--record"] if wish.record else []),
    ]


def _row(step: Mapping[str, Any]) -> dict[str, Any]:
    row = {name: step[name] for name in ("calls", "held", "void", "broken")}
    if "up" in step:
        row |= {name: step[name]["p99_ms"] for name in ("up", "down", "first_audio")}
        row |= {name: step[name] for name in ("cpu_ms_per_call_second", "cpu_share")}
    return row


def _calls(step: Mapping[str, Any]) -> int:
    return int(step["calls"])

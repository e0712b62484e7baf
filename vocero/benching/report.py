"""What one run found, as figures and as a judgement. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from vocero.benching.wish import LIMIT, P99_LIMIT_MS, BenchWish

VOID_LAG_MS = P99_LIMIT_MS
VOID_SHARE = 0.85
"""Far ends that are later or busier than this measured themselves."""
DOUBTFUL_LAG_MS = 3.0
DOUBTFUL_WAIT_SHARE = 0.02
"""Of the time, in which the bridge could have run and other programs had its core."""
FULL_SHARE = 0.85
"""Of a core, where calls per core are only reckoned from the CPU that few calls took."""

WAYS = ("up", "down")


@dataclass(frozen=True, slots=True)
class Spread:
    """How some times are spread; None where there are none."""

    p50_ms: float | None
    p90_ms: float | None
    p99_ms: float | None
    max_ms: float | None
    samples: int

    @classmethod
    def of(cls, micros: Iterable[int]) -> Spread:
        """Of microseconds, by nearest rank."""
        ordered = sorted(micros)
        p50, p90, p99, worst = (percentile(ordered, share) for share in (0.5, 0.9, 0.99, 1.0))
        return cls(p50, p90, p99, worst, len(ordered))


def percentile(ordered: Sequence[int], share: float) -> float | None:
    """In milliseconds: what this share of the ascending microseconds is not above."""
    if not ordered:
        return None
    return round(ordered[max(1, math.ceil(len(ordered) * share)) - 1] / 1000, 3)


@dataclass(slots=True)
class FarFigures:
    """The answers of all processes of far ends, put together."""

    measured: dict[str, list[int]] = field(default_factory=dict)
    storm: dict[str, list[int]] = field(default_factory=dict)
    up: dict[str, int] = field(default_factory=dict)
    down: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    cpu_share: float = 0.0
    processes: int = 0

    def add(self, answer: Mapping[str, Any]) -> None:
        """One process's."""
        self.processes += 1
        for name in ("measured", "storm"):
            window: dict[str, list[int]] = getattr(self, name)
            for what, micros in answer[name].items():
                window.setdefault(what, []).extend(micros)
        for name in ("up", "down"):
            _sum(getattr(self, name), answer[name])
        _sum(self.counts, {name: n for name, n in answer.items() if isinstance(n, int)})
        self.cpu_share = max(self.cpu_share, answer["cpu_share"])


def _sum(into: dict[str, int], more: Mapping[str, int]) -> None:
    for name, number in more.items():
        into[name] = into.get(name, 0) + number


@dataclass(frozen=True, slots=True)
class OwnFigures:
    """The bridge's side of a run."""

    cpu_s: float
    waited_s: float | None
    """How long the bridge could have run and had no core; None where that is not known."""
    took_s: float
    grown_kib: float
    late_us: Sequence[int]
    pauses_us: Sequence[int]
    storm_late_us: Sequence[int]
    hung_up: int
    ended_early: int
    """Calls that nobody had ended."""
    not_ended: int
    """Calls that hung up and were not over in time."""
    pieces_heard: int
    """By everybody who listened, each piece a tenth of a second."""
    ledger_underruns: int | None
    """None: measured from outside, where nobody knows."""
    machine: Mapping[str, object]


def report(wish: BenchWish, far: FarFigures, own: OwnFigures) -> dict[str, Any]:
    """The whole finding, ready to be JSON."""
    measured = far.measured
    cost = 1000 * own.cpu_s / (own.took_s * wish.calls)
    found: dict[str, Any] = {
        "calls": wish.calls,
        "seconds": wish.seconds,
        "agent_format": wish.agent_format,
        "tls": wish.tls,
        "recorded": wish.record,
        "listeners": wish.listeners,
        "cpu_ms_per_call_second": round(cost, 3),
        "cpu_share": round(own.cpu_s / own.took_s, 4),
        "waited_share": None if own.waited_s is None else round(own.waited_s / own.took_s, 4),
        "rss_kb_per_call": round(own.grown_kib / wish.calls, 1),
        "up": {**_spread(measured, "up"), "bytes": far.up},
        "down": {**_spread(measured, "down"), "bytes": far.down},
        "first_audio": _spread(measured, "first_audio"),
        "barge_in": {
            **_spread(measured, "barge_in"),
            "without_clear": far.counts["interruptions"] - far.counts["clears"],
        },
        "tools": {
            **_spread(measured, "tools"),
            "unanswered": far.counts["tool_calls"] - far.counts["tool_answers"],
        },
        "underruns": far.counts["underruns"],
        "underruns_by_the_ledger": own.ledger_underruns,
        "pieces_heard": own.pieces_heard,
        "calls_lost": own.ended_early,
        "loop_lag": asdict(Spread.of(own.late_us)),
        "gc_pauses": asdict(Spread.of(own.pauses_us)),
        "hang_up_storm": _storm(wish, far, own),
        "far_ends": {
            "processes": far.processes,
            "lag": _spread(measured, "lag"),
            "cpu_share": round(far.cpu_share, 4),
        },
        "machine": dict(own.machine),
    }
    found["void_reason"] = void_reason(found)
    found["void"] = bool(found["void_reason"])
    found["doubts"] = doubts(found)
    found["broken"] = broken(found)
    found["held"] = not found["broken"] and not found["void"]
    found["calls_per_core"] = reckoned(found)
    return found


def void_reason(found: Mapping[str, Any]) -> str:
    """Why these figures say nothing about the bridge; empty when they do."""
    far = found["far_ends"]
    lag_ms = far["lag"]["p99_ms"]
    if _above(lag_ms, VOID_LAG_MS):
        return f"the far ends themselves were {lag_ms:.1f} ms late (p99)"
    if far["cpu_share"] > VOID_SHARE:
        return f"the far ends themselves used {far['cpu_share']:.0%} of a core"
    return ""


def doubts(found: Mapping[str, Any]) -> list[str]:
    """Why latencies are upper bounds rather than what the bridge adds on a quiet machine."""
    found_doubts = []
    lag_ms, waited = found["far_ends"]["lag"]["p99_ms"], found["waited_share"]
    if _above(lag_ms, DOUBTFUL_LAG_MS):
        found_doubts.append(f"the far ends themselves were {lag_ms:.1f} ms late (p99)")
    if _above(waited, DOUBTFUL_WAIT_SHARE):
        found_doubts.append(f"other programs had the bridge's core {waited:.0%} of the time")
    return found_doubts


def broken(found: Mapping[str, Any]) -> list[str]:
    """What of the limit was not kept, in words."""
    reasons = []
    for name, words in (
        ("up", "business to agent"),
        ("down", "agent to business"),
        ("first_audio", "first audio"),
    ):
        p99_ms = found[name]["p99_ms"]
        if p99_ms is not None and p99_ms >= P99_LIMIT_MS:
            reasons.append(f"{words}: p99 {p99_ms:.1f} ms")
    wrong = ("lost", "late", "duplicated", "foreign")
    for count, words in (
        *((found[way]["bytes"][what], f"bytes {what}, {way}") for way in WAYS for what in wrong),
        (found["underruns"], "playback underruns"),
        (found["calls_lost"], "calls ended by themselves"),
        (found["barge_in"]["without_clear"], "interruptions without a clear"),
        (found["tools"]["unanswered"], "tool calls without an answer"),
        (found["hang_up_storm"]["not_ended"], "calls that did not end"),
    ):
        if count:
            reasons.append(f"{count} {words}")
    return reasons


def reckoned(found: Mapping[str, Any]) -> dict[str, Any]:
    """How many calls a core carries, as far as one run can tell."""
    limit = {"limit": LIMIT}
    if found["void"]:
        return {"calls": None, "how": "void", **limit}
    if found["broken"]:
        return {"calls": None, "how": f"fewer than {found['calls']}", **limit}
    by_cpu = int(1000 * FULL_SHARE / max(found["cpu_ms_per_call_second"], 0.001))
    how = f"extrapolated from the CPU of {found['calls']} calls to {FULL_SHARE:.0%} of a core"
    return {"calls": max(by_cpu, found["calls"]), "how": how, **limit}


def _storm(wish: BenchWish, far: FarFigures, own: OwnFigures) -> dict[str, Any]:
    storm = far.storm
    return {
        "hung_up": own.hung_up,
        "others": wish.calls - own.hung_up,
        "not_ended": own.not_ended,
        "up": _spread(storm, "up"),
        "down": _spread(storm, "down"),
        "max_ms": percentile(sorted((*storm.get("up", ()), *storm.get("down", ()))), 1.0),
        "loop_lag": asdict(Spread.of(own.storm_late_us)),
        "far_lag": _spread(storm, "lag"),
    }


def _spread(window: Mapping[str, Sequence[int]], name: str) -> dict[str, Any]:
    return asdict(Spread.of(window.get(name, ())))


def _above(value: float | None, limit: float) -> bool:
    return value is not None and value > limit

"""A report as the bench makes it, without a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from vocero.benching.report import FarFigures, OwnFigures, report
from vocero.benching.wish import BenchWish

BYTES = {"sent": 160_000, "arrived": 160_000, "lost": 0, "late": 0, "duplicated": 0, "foreign": 0}
TIMES = ("up", "down", "first_audio", "barge_in", "tools", "lag")
MACHINE = {
    "cpu": "a processor",
    "cores": 2,
    "load_before": 0.1,
    "system": "Linux",
    "python": "3.13",
    "loop": "uvloop 0.22",
    "websockets": "15",
    "vocero": "0.1",
    "compiled": False,
}

Changed = dict[str, Any]
MakeReport = Callable[..., dict[str, Any]]


def far_answer(**changes: Any) -> Changed:
    """What one process of far ends answers at the end."""
    window = {name: [400] * 99 + [900] for name in TIMES}
    return {
        "measured": window | changes.pop("measured", {}),
        "storm": window | changes.pop("storm", {}),
        "up": BYTES | changes.pop("up", {}),
        "down": BYTES | changes.pop("down", {}),
        "underruns": 0,
        "interruptions": 5,
        "clears": 5,
        "tool_calls": 7,
        "tool_answers": 7,
        "cpu_share": 0.2,
        **changes,
    }


def own_figures(**changes: Any) -> OwnFigures:
    """The bridge's side: 100 calls, 10 s, 2 ms of CPU per call-second."""
    figures: Changed = {
        "cpu_s": 2.0,
        "waited_s": 0.0,
        "took_s": 10.0,
        "grown_kib": 3000.0,
        "late_us": [100, 200],
        "pauses_us": [],
        "storm_late_us": [300],
        "hung_up": 50,
        "ended_early": 0,
        "not_ended": 0,
        "pieces_heard": 0,
        "ledger_underruns": 0,
        "machine": MACHINE,
    }
    return OwnFigures(**(figures | changes))


@pytest.fixture
def make_report() -> MakeReport:
    """The report of 100 calls; `far` and `own` change what was found."""

    def make(far: Changed | None = None, own: Changed | None = None) -> dict[str, Any]:
        figures = FarFigures()
        figures.add(far_answer(**(far or {})))
        return report(BenchWish(100, 10.0), figures, own_figures(**(own or {})))

    return make

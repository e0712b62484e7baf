"""How cost and latency grow with calls, as an SVG, from the JSON of one or more ramps:

    vocero bench --json --out ulaw.json && vocero bench --format pcm_16000 --json --out pcm.json
    python tests/bench/plot_growth.py ulaw.json pcm.json > docs/pictures/growth.svg

Two panels over the same calls: CPU of the bridge per call-second, and the p99 added from business
to agent. Filled points held the limit, hollow ones did not; void steps are left out.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

WIDTH, PANEL, GAP, LEFT, RIGHT, TOP, BOTTOM = 760, 210, 54, 64, 20, 60, 44
COLOURS = ("#2563eb", "#d97706", "#059669", "#9333ea")
TICKS = 5
_STYLE = 'font-family="system-ui, sans-serif" font-size="13" fill="#334155" role="img"'


@dataclass(frozen=True, slots=True)
class Step:
    """One number of calls."""

    calls: int
    cpu_ms: float
    p99_ms: float
    held: bool


@dataclass(frozen=True, slots=True)
class Ramp:
    """One format's steps, fewest calls first."""

    name: str
    steps: tuple[Step, ...]


def ramp_of(report: dict[str, object]) -> Ramp:
    """Of the JSON that `vocero bench` writes for a ramp. Raises KeyError when it is none."""
    rows = report["ramp"]
    assert isinstance(rows, list)
    steps = {
        row["calls"]: Step(row["calls"], row["cpu_ms_per_call_second"], row["up"], row["held"])
        for row in rows
        if "up" in row and not row["void"]
    }
    return Ramp(str(report["agent_format"]), tuple(steps[calls] for calls in sorted(steps)))


def round_up(value: float) -> float:
    """The next of 1, 2, 5 times a power of ten, so that ticks are readable."""
    power = 10.0 ** math.floor(math.log10(max(value, 1e-9)))
    return next(power * step for step in (1, 2, 5, 10) if power * step >= value)


def svg(ramps: Sequence[Ramp]) -> str:
    """The whole drawing."""
    most = round_up(max(step.calls for ramp in ramps for step in ramp.steps))
    height = TOP + 2 * PANEL + GAP + BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {_STYLE}>',
        "<title>CPU per call-second and added latency, by number of calls</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    for number, ramp in enumerate(ramps):
        at = LEFT + 140 * number
        parts.append(f'<circle cx="{at + 5}" cy="16" r="5" fill="{COLOURS[number]}"/>')
        parts.append(f'<text x="{at + 16}" y="20">{escape(ramp.name)}</text>')
    words = ("CPU of the bridge, ms per call-second", "added, business to agent, p99, ms")
    for panel, title in enumerate(words):
        top = TOP + panel * (PANEL + GAP)
        lines = [[(s.calls, (s.cpu_ms, s.p99_ms)[panel], s.held) for s in r.steps] for r in ramps]
        parts += _panel(title, top, most, lines)
    parts.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{height - 8}" text-anchor="middle">'
        "calls at once (hollow: the limit did not hold)</text></svg>"
    )
    return "\n".join(parts) + "\n"


def _panel(
    title: str, top: float, most: float, lines: Sequence[Sequence[tuple[int, float, bool]]]
) -> list[str]:
    highest = round_up(max(value for line in lines for _, value, _ in line))
    wide = WIDTH - LEFT - RIGHT

    def x(calls: float) -> float:
        return round(LEFT + wide * calls / most, 1)

    def y(value: float) -> float:
        return round(top + PANEL * (1 - value / highest), 1)

    parts = [f'<text x="{LEFT}" y="{top - 8}" font-weight="600">{escape(title)}</text>']
    for tick in range(TICKS + 1):
        value, calls = highest * tick / TICKS, most * tick / TICKS
        parts.append(
            f'<path d="M{LEFT} {y(value)}H{WIDTH - RIGHT}" stroke="#e2e8f0"/>'
            f'<text x="{LEFT - 8}" y="{y(value) + 4}" text-anchor="end">{value:g}</text>'
            f'<text x="{x(calls)}" y="{top + PANEL + 18}" text-anchor="middle">{calls:g}</text>'
        )
    for colour, line in zip(COLOURS, lines, strict=False):
        way = " ".join(f"{x(calls)},{y(value)}" for calls, value, _ in line)
        parts.append(f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{x(calls)}" cy="{y(value)}" r="4" stroke="{colour}" stroke-width="2" '
            f'fill="{colour if held else "#ffffff"}"/>'
            for calls, value, held in line
        ]
    return parts


if __name__ == "__main__":
    sys.stdout.write(svg([ramp_of(json.loads(Path(name).read_text())) for name in sys.argv[1:]]))

"""Several reports side by side, as a markdown table. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.bench.peers.peer import PEERS
from vocero.benching.report import FULL_SHARE

VOCERO = "vocero"
HEADINGS = (
    "bridge",
    "calls",
    "CPU ms per call-second",
    "calls per core by CPU",
    "business → agent, p50 / p99 ms",
    "first audio, p50 / p99 ms",
    "interruption → clear, p99 ms",
    "tool → answer, p99 ms",
    "others while half hang up, max ms",
    "KB per call",
    "limit",
)
Report = Mapping[str, Any]


def comparison(reports: Sequence[Report]) -> str:
    """Table, what the rows are, what does not apply, and the machine; markdown without an end."""
    lines = [
        _row(HEADINGS),
        _row(["---", *("---:" for _ in HEADINGS[1:-1]), "---"]),
        *(_row(_cells(found)) for found in reports),
        "",
        f"Calls per core by CPU: reckoned to {FULL_SHARE:.0%} of a core, whatever the limit says.",
    ]
    if reports:
        lines += ["", _setting(reports[0])]
    for found in reports:
        if notes := explained(found):
            lines += ["", f"**{found['peer']}**: {what(found)}", *(f"* {note}" for note in notes)]
    return "\n".join(lines)


def what(found: Report) -> str:
    """The bridge of this report, with the versions of what it is made of."""
    if found["peer"] == VOCERO:
        return f"this project, {found['machine']['vocero']}"
    made_of = ", ".join(f"{name} {its}" for name, its in found["machine"]["peer"].items())
    return f"{PEERS[found['peer']].what} ({made_of})"


def explained(found: Report) -> list[str]:
    """What a reader must know: why it is void, doubts, breaches, and what does not apply."""
    return [
        *([f"void: {found['void_reason']}"] if found["void"] else []),
        *(f"latencies are upper bounds: {doubt}" for doubt in found["doubts"]),
        *(f"the limit does not hold: {reason}" for reason in found["broken"]),
        *found["notes"],
    ]


def by_cpu(found: Report) -> int:
    """How many calls a core would carry, if CPU were all that counted."""
    return int(1000 * FULL_SHARE / max(found["cpu_ms_per_call_second"], 0.001))


def _cells(found: Report) -> list[str]:
    judged = "void" if found["void"] else "held" if found["held"] else "not held"
    return [
        found["peer"],
        str(found["calls"]),
        f"{found['cpu_ms_per_call_second']:.2f}",
        str(by_cpu(found)),
        _both(found["up"]),
        _both(found["first_audio"]),
        _ms(found["barge_in"]["p99_ms"]),
        _ms(found["tools"]["p99_ms"]),
        _ms(found["hang_up_storm"]["max_ms"]),
        f"{found['rss_kb_per_call']:.0f}",
        judged,
    ]


def _setting(found: Report) -> str:
    its = found["machine"]
    return (
        f"{found['seconds']:g} s each, agents on {found['agent_format']}; {its['cpu']}, "
        f"{its['cores']} cores, {its['system']}, Python {its['python']}."
    )


def _both(spread: Mapping[str, float | None]) -> str:
    return f"{_ms(spread['p50_ms'])} / {_ms(spread['p99_ms'])}"


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"

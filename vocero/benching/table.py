"""The figures for somebody at a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

SPREADS = (
    ("added, business → agent", "up"),
    ("added, agent → business", "down"),
    ("first audio of an utterance", "first_audio"),
    ("interruption → clear", "barge_in"),
    ("tool call → answer", "tools"),
    ("lateness of the bridge's loop", "loop_lag"),
    ("garbage collections", "gc_pauses"),
)
COLUMNS = ("p50_ms", "p90_ms", "p99_ms", "max_ms")


def print_report(console: Console, found: Mapping[str, Any]) -> None:
    """All of one report."""
    console.print(Text(title(found), style="bold"))
    console.print(_spreads(found))
    console.print(_counts(found))
    if "ramp" in found:
        console.print(_steps(found))
    per_core = found["calls_per_core"]
    calls = "?" if per_core["calls"] is None else per_core["calls"]
    console.print(Text(f"\nCalls per core: {calls} ({per_core['how']})", style="bold"))
    console.print(Text(f"Limit: {per_core['limit']}. One core for the bridge.", style="dim"))
    console.print(Text(_machine(found["machine"]), style="dim"))
    for reason in found["broken"]:
        console.print(Text(f"The limit does not hold: {reason}", style="yellow"))
    for doubt in found["doubts"]:
        console.print(Text(f"Latencies are upper bounds: {doubt}", style="yellow"))
    if found["void"]:
        console.print(Text(f"This run is void: {found['void_reason']}.", style="bold red"))


def title(found: Mapping[str, Any]) -> str:
    """What was measured, in words."""
    extras = ("tls", "TLS to the agents"), ("recorded", "recorded")
    words = [
        f"{found['calls']} calls at once",
        f"agents on {found['agent_format']}",
        *(said for name, said in extras if found[name]),
        *([f"{found['listeners']} listeners"] if found["listeners"] else []),
        f"{found['seconds']:g} s",
    ]
    return ", ".join(words)


def _spreads(found: Mapping[str, Any]) -> Table:
    table = Table("milliseconds", box=None, pad_edge=False)
    for name in ("p50", "p90", "p99", "worst", "samples"):
        table.add_column(name, justify="right")
    storm = found["hang_up_storm"]
    rows = [(words, found[name]) for words, name in SPREADS]
    rows += [
        (f"while {storm['hung_up']} others hang up: up", storm["up"]),
        ("                         down", storm["down"]),
        ("lateness of the far ends", found["far_ends"]["lag"]),
    ]
    for words, spread in rows:
        table.add_row(words, *(_ms(spread[each]) for each in COLUMNS), str(spread["samples"]))
    return table


def _counts(found: Mapping[str, Any]) -> Table:
    table = Table("", "", box=None, pad_edge=False, show_header=False)
    for way in ("up", "down"):
        its = found[way]["bytes"]
        wrong = ", ".join(
            f"{its[what]} {what}" for what in ("lost", "late", "duplicated", "foreign")
        )
        table.add_row(f"bytes {way}", f"{its['sent']} sent: {wrong}")
    far = found["far_ends"]
    table.add_row("playback underruns", str(found["underruns"]))
    table.add_row(
        "CPU of the bridge",
        f"{found['cpu_ms_per_call_second']} ms per call-second, {found['cpu_share']:.0%} of a core",
    )
    table.add_row("memory", f"{found['rss_kb_per_call']:g} KB per call")
    if found["listeners"]:
        table.add_row("heard by listeners", f"{found['pieces_heard']} pieces of 0.1 s")
    table.add_row(
        "far ends", f"{far['processes']} process(es), {far['cpu_share']:.0%} of a core at most"
    )
    return table


def _steps(found: Mapping[str, Any]) -> Table:
    table = Table("calls", box=None, pad_edge=False, title="\nStep by step", title_justify="left")
    for name in ("p99 up", "p99 down", "CPU ms", "of a core"):
        table.add_column(name, justify="right")
    table.add_column("")
    for step in found["ramp"]:
        judged = "void" if step["void"] else "held" if step["held"] else step["broken"][0]
        figures = ["", "", "", ""]
        if "up" in step:
            cost, share = step["cpu_ms_per_call_second"], step["cpu_share"]
            figures = [_ms(step["up"]), _ms(step["down"]), f"{cost:.2f}", f"{share:.0%}"]
        table.add_row(str(step["calls"]), *figures, judged)
    return table


def _machine(machine: Mapping[str, Any]) -> str:
    return (
        f"{machine['cpu']}, {machine['cores']} cores (load {machine['load_before']} before), "
        f"{machine['system']}, Python {machine['python']}, {machine['loop']}, "
        f"websockets {machine['websockets']}, Vocero {machine['vocero']}"
        + (", compiled" if machine["compiled"] else "")
    )


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"

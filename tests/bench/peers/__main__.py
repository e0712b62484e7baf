"""Other ways of building the bridge, between the same far ends that `vocero bench` uses:

    .venv/bin/python -m tests.bench.peers pipecat --calls 20
    .venv/bin/python -m tests.bench.peers all --out peers.json

Each peer runs in an environment of its own, `var/peers/NAME`, which is made on first use (that
needs a package registry; nothing else leaves the machine).
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from tests.bench.peers.comparison import VOCERO, comparison, what
from tests.bench.peers.environment import ENVIRONMENTS, ready
from tests.bench.peers.peer import PEERS
from tests.bench.peers.peer_run import MOST_CALLS, PeerRun
from vocero.benching.ramp import one_step
from vocero.benching.table import print_report
from vocero.benching.wish import BenchFailed, BenchWish

EVERYBODY = "all"
NAMES = (VOCERO, *PEERS)
FORMATS = ("ulaw_8000", "pcm_16000")
INTERRUPTED = 130


@click.command()
@click.argument("name", type=click.Choice([*NAMES, EVERYBODY]))
@click.option("--calls", type=click.IntRange(1, MOST_CALLS), default=50, show_default=True)
@click.option("--seconds", type=click.FloatRange(1, 600), default=10.0, show_default=True)
@click.option(
    "--format",
    "agent_format",
    type=click.Choice(FORMATS),
    default=FORMATS[0],
    show_default=True,
    help="What the agents speak and hear.",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON: one object, or a list for all.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the JSON to this file as well.",
)
def peers(
    name: str, calls: int, seconds: float, agent_format: str, as_json: bool, out: Path | None
) -> None:
    """Measure NAME, or all of them, one after the other, as a markdown table.

    Exit code 1: one of them failed, or a run is void.
    """
    wish = BenchWish(calls, seconds, agent_format)
    found = []
    try:
        for each in NAMES if name == EVERYBODY else [name]:
            found += _found(each, wish)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    if found:
        text = json.dumps(found if name == EVERYBODY else found[0], ensure_ascii=False)
        if out is not None:
            out.write_text(text + "\n", encoding="utf-8")
        if as_json:
            click.echo(text)
        elif name == EVERYBODY:
            click.echo(comparison(found))
        else:
            _print(found[0])
    wanted = len(NAMES) if name == EVERYBODY else 1
    if len(found) < wanted or any(each["void"] for each in found):
        sys.exit(1)


def _found(name: str, wish: BenchWish) -> list[dict[str, Any]]:
    """Its report, or nothing once it was said why."""
    try:
        if name == VOCERO:
            _tell(f"{name}: {wish.calls} calls for {wish.seconds:g} s …")
            return [asyncio.run(_vocero(wish))]
        python = ready(PEERS[name], _tell)
        _tell(f"{name}: {wish.calls} calls for {wish.seconds:g} s …")
        log = ENVIRONMENTS / f"{name}.log"
        return [asyncio.run(PeerRun(PEERS[name], wish, python, log).measured())]
    except (BenchFailed, OSError) as error:
        _tell(f"{name} could not be measured: {error}")
        return []


async def _vocero(wish: BenchWish) -> dict[str, Any]:
    """`vocero bench`, in a process of its own like the others."""
    found = await one_step(wish, wish.calls)
    if "up" not in found:
        raise BenchFailed(found["broken"][0])
    return {"peer": VOCERO, **found, "notes": []}


def _print(found: dict[str, Any]) -> None:
    console = Console(highlight=False)
    console.print(Text(f"{found['peer']}: {what(found)}", style="bold"))
    print_report(console, found)
    for note in found["notes"]:
        console.print(Text(f"Note: {note}", style="dim"))


def _tell(line: str) -> None:
    click.echo(line, err=True)


if __name__ == "__main__":
    peers()

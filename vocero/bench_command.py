"""`vocero bench` on the command line. What it measures with is imported only when it is called."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from audio.formats import ALLOWED_NAMES

RAMP = 0
INTERRUPTED = 130


@click.command(short_help="What the bridge adds and costs, measured on this machine.")
@click.option(
    "--calls",
    type=click.IntRange(min=1),
    help="Exactly so many calls at once. Without it: more and more, until the limit breaks.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(1, 600),
    default=10.0,
    show_default=True,
    help="How long each number of calls is measured.",
)
@click.option(
    "--format",
    "agent_format",
    type=click.Choice(ALLOWED_NAMES),
    default="ulaw_8000",
    show_default=True,
    help="What the agents speak and hear.",
)
@click.option("--tls", is_flag=True, help="TLS between the bridge and the agents.")
@click.option("--record", is_flag=True, help="With every call recorded.")
@click.option(
    "--listeners",
    type=click.IntRange(0, 200),
    default=0,
    show_default=True,
    help="So many operators listen to one of the calls.",
)
@click.option(
    "--loop",
    type=click.Choice(["fastest", "asyncio"]),
    default="fastest",
    show_default=True,
    help="The bridge's event loop.",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON, one object.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the JSON to this file as well.",
)
def bench(
    calls: int | None,
    seconds: float,
    agent_format: str,
    tls: bool,
    record: bool,
    listeners: int,
    loop: str,
    as_json: bool,
    out: Path | None,
) -> None:
    """Measure the bridge between simulated carriers and agents, which run in processes of their
    own on 127.0.0.1: what it adds to each way, what it loses, what a call costs, and how many
    calls a core carries. Exit code 1: the run is void or failed.
    """
    wanted = (calls or RAMP, seconds, agent_format, tls, record, loop, listeners)
    try:
        counts = _measured(wanted, as_json, out)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    if not counts:
        sys.exit(1)


def _measured(
    wanted: tuple[int, float, str, bool, bool, str, int], as_json: bool, out: Path | None
) -> bool:
    from vocero.benching.benchmark import bench as measure
    from vocero.benching.wish import MOST_CALLS, BenchFailed, BenchWish

    wish = BenchWish(*wanted)
    if wish.calls > MOST_CALLS:
        raise click.UsageError(f"--calls: {MOST_CALLS} at most")
    try:
        return measure(wish, ramp=wish.calls == RAMP, as_json=as_json, out=out)
    except (BenchFailed, OSError) as error:
        click.echo(str(error), err=True)
        return False

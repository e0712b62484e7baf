"""What listeners cost the call that they listen to. In the repository's root:
`python -m tests.bench.bench_listeners --listeners 50 --calls 10 --seconds 15 --rounds 3`.

`vocero serve` runs in a process of its own, its neighbours in this one, who listens in a third one.
Each round plays once without listeners and once with them, so that the two can be compared whatever
else the machine does; the call that is listened to is the one that is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from simulation.probe import Report
from tests.bench.bench_webhook import calls_are_talked_on
from tests.serve.town import ROOT, Town, open_town

PASSWORD = "a password for the bench"


async def played(calls: int, listeners: int, seconds: float) -> tuple[Report, dict[str, Any]]:
    """One run: how the last call fared, and what the listeners got."""
    with TemporaryDirectory(prefix="vocero-bench-") as folder:
        async with (
            open_town(Path(folder)) as town,
            town.serving(OPERATOR_PASSWORD=PASSWORD, MAX_CALL_SECONDS="600") as _,
        ):
            await calls_are_talked_on(town, calls)
            heard: dict[str, Any] = {}
            if listeners:
                heard = await _listened(town, await _last_call(town), listeners, seconds)
            else:
                await asyncio.sleep(seconds)
            return town.world.probe.report(), heard


async def _last_call(town: Town) -> str:
    code, out, err = await town.run("calls", "--json")
    assert code == 0, err
    newest_first = json.loads(out)
    return str(newest_first[0]["attempt"])


async def _listened(town: Town, call: str, count: int, seconds: float) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.bench_listener"),
        *("--url", town.url, "--password", PASSWORD, "--call", call, "--count", str(count)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None and process.stdout is not None
    async with asyncio.timeout(60.0):
        assert await process.stdout.readline() == b"listening\n"
    await asyncio.sleep(seconds)
    process.stdin.close()
    async with asyncio.timeout(60.0):
        found: dict[str, Any] = json.loads(await process.stdout.readline())
        await process.wait()
    return found


async def bench(wanted: argparse.Namespace) -> None:
    more: list[float] = []
    for number in range(1, wanted.rounds + 1):
        alone, _ = await played(wanted.calls, 0, wanted.seconds)
        together, heard = await played(wanted.calls, wanted.listeners, wanted.seconds)
        more.append(together.up.p99_ms - alone.up.p99_ms)
        line = {
            "round": number,
            "alone_ms": [round(alone.up.p50_ms, 2), round(alone.up.p99_ms, 2)],
            "listened_ms": [round(together.up.p50_ms, 2), round(together.up.p99_ms, 2)],
            "lost_by_the_call": [alone.up_lost, together.up_lost],
            "pieces_each": min(heard["pieces"]),
            "pieces_lost": sum(heard["lost"]),
        }
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
    sys.stdout.write(
        f"{wanted.listeners} listeners add {statistics.median(more):.2f} ms to p99 (median of"
        f" {wanted.rounds} rounds, business -> agent, {wanted.calls} calls)\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listeners", type=int, default=50)
    parser.add_argument("--calls", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--rounds", type=int, default=3)
    asyncio.run(bench(parser.parse_args()))


if __name__ == "__main__":
    main()

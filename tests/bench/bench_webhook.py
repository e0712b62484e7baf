"""How quick the WhatsApp webhook answers, and that a message counts once. In the repository's root:
`python -m tests.bench.bench_webhook --posts-per-second 50 --seconds 20 --calls 20 --rounds 100`.

`vocero serve` runs in a process of its own, its simulated neighbours in this one, and whoever posts
in a third one, so that nobody measures himself. First every post is a new customer's message, while
so many calls are talked on; then each message is posted 20 times at once. Exits 1 when anything was
answered otherwise than 200, a message had not exactly one effect, or a call did not stand it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.bench_poster import AT_ONCE
from tests.serve.town import LASTING, ROOT, Serving, Town, open_town, until

PROMISED_P99_MS = 250.0
SETTLE_S = 60.0


async def posted(*options: object) -> dict[str, Any]:
    """What a posting process found."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.bench_poster", *map(str, options)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    if process.returncode:
        raise SystemExit("the posting process failed")
    found: dict[str, Any] = json.loads(out)
    return found


async def calls_are_talked_on(town: Town, count: int) -> None:
    """So many customers have a call that lasts."""
    for number in range(1, count + 1):
        await town.ask(number)
    for number in range(1, count + 1):
        await town.confirm(number, LASTING)
    agent = town.world.elevenlabs
    await until(
        lambda: sum(each.steps_done > 0 for each in tuple(agent.conversations[:count])) == count
    )


async def metric(town: Town, line: str) -> float:
    page = (await town.http.get(f"{town.url}/metrics")).text
    found = [row.rpartition(" ")[2] for row in page.splitlines() if row.startswith(line)]
    return float(found[0]) if found else 0.0


def cpu_s(serving: Serving) -> float:
    """What the service's process has used of its processor; nan where that cannot be read."""
    try:
        fields = Path(f"/proc/{serving.process.pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return math.nan
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def answers(town: Town, first: int, count: int) -> list[int]:
    """How many messages each of these customers was sent."""
    sent = Counter(message.to_number for message in town.world.twilio.chat)
    return [sent[f"+54911{customer:08d}"] for customer in range(first + 1, first + 1 + count)]


async def measured(
    town: Town,
    serving: Serving,
    what: str,
    first: int,
    messages: int,
    options: Sequence[object],
) -> dict[str, Any]:
    taken = 'vocero_webhook_posts_total{hook="whatsapp",result="taken"}'
    before, began, cpu_before = await metric(town, taken), time.monotonic(), cpu_s(serving)
    found = await posted("--post-to", town.url, "--first-customer", first, *options)
    async with asyncio.timeout(SETTLE_S):
        while min(answers(town, first, messages)) < 1:  # noqa: ASYNC110 - they come over a socket
            await asyncio.sleep(0.1)
    busy = (cpu_s(serving) - cpu_before) / (time.monotonic() - began)
    await asyncio.sleep(2.0)  # were there a second effect, it would come now
    counts = answers(town, first, messages)
    effects = round(await metric(town, taken) - before)
    right = set(counts) == {1} and effects == messages and set(found["statuses"]) == {"200"}
    return {
        "what": what,
        **found,
        "service_busy": round(busy, 2),
        "effects": effects,
        "answers": sum(counts),
        "right": right,
    }


async def bench(wanted: argparse.Namespace) -> bool:
    with TemporaryDirectory(prefix="vocero-bench-") as folder:
        async with open_town(Path(folder)) as town, town.serving() as serving:
            await calls_are_talked_on(town, wanted.calls)
            per_second, seconds, rounds = wanted.posts_per_second, wanted.seconds, wanted.rounds
            steady = await measured(
                town,
                serving,
                f"{per_second:g} posts/s for {seconds:g} s during {wanted.calls} calls",
                10_000_000,
                round(per_second * seconds),
                ("--posts-per-second", per_second, "--seconds", seconds, "--rounds", 0),
            )
            burst = await measured(
                town,
                serving,
                f"each message {AT_ONCE} times at once, {rounds} rounds",
                20_000_000,
                rounds,
                ("--rounds", rounds),
            )
            lasted = await metric(town, "vocero_live_calls ") == wanted.calls
            for found in (steady, burst):
                sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
            sys.stdout.write(json.dumps({"calls": wanted.calls, "all_lasted": lasted}) + "\n")
            if not lasted:
                sys.stderr.write(serving.log()[-4000:])
    quick = steady["p99_ms"] < PROMISED_P99_MS
    if not quick:
        sys.stderr.write(f"p99 is not under {PROMISED_P99_MS:g} ms\n")
    return bool(steady["right"] and burst["right"] and lasted and quick)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts-per-second", type=float, default=50.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=100)
    if not asyncio.run(bench(parser.parse_args())):
        sys.exit(1)


if __name__ == "__main__":
    main()

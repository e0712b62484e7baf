"""Several workers on one PostgreSQL behind one address: what they cost, and what is lost when they
die. In the repository's root: `python -m tests.bench.bench_workers [cost|calls|messages …]`.

cost      processor time of several workers that share calls, beside that of one: see
          tests.bench.cost_of_workers for what its ratios mean
calls     a worker with calls is killed: until when each of their customers has one honest message
messages  1,000 messages while one of three workers is killed every 10 s and another one started

One line of JSON each; exits 1 when anything was lost, doubled or told too late. Needs Debian's
postgresql and redis-server.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from simulation.world import ACCOUNT_SID, AUTH_TOKEN, WHATSAPP_NUMBER
from tests.bench.bench_webhook import calls_are_talked_on
from tests.bench.cost_of_workers import compared
from tests.calls.posting import post_form
from tests.data.postgresql_server import PostgresServer, binaries
from tests.serve.county import County, open_county
from tests.serve.town import until

TOLD_WITHIN_S = 40.0
KILL_EVERY_S = 10.0
SETTLE_S = 90.0


async def cost(folder: Path, server: PostgresServer, wanted: argparse.Namespace) -> bool:
    """Nothing is demanded: a machine's noise is greater than what is looked for."""
    found = await compared(
        folder, server, wanted.workers, wanted.calls, wanted.seconds, wanted.rounds
    )
    _tell(what="cost", **found)
    return True


async def calls(folder: Path, server: PostgresServer, wanted: argparse.Namespace) -> bool:
    """All calls come to one worker, which is killed while it holds them."""
    async with open_county(folder, server) as county:
        town, victim = county.town, next(iter(county.workers))
        county.crossing.only = victim
        await calls_are_talked_on(town, wanted.calls)
        held = await county.live_calls(victim)
        county.crossing.only = None
        began = time.monotonic()
        await county.kill(victim)
        told_after: dict[int, float] = {}
        numbers = range(1, wanted.calls + 1)
        while len(told_after) < wanted.calls and time.monotonic() - began < SETTLE_S:
            await asyncio.sleep(0.05)
            for number in numbers:
                if number not in told_after and town.results(number):
                    told_after[number] = time.monotonic() - began
        await asyncio.sleep(5.0)  # a second message would come now
        results = [town.results(number) for number in numbers]
        dialled = [len(town.calls(number)) for number in numbers]
    honest = all(len(each) == 1 and "se cortó" in each[0] for each in results)
    latest = max(told_after.values(), default=math.inf)
    right = honest and held == wanted.calls and set(dialled) == {1} and latest < TOLD_WITHIN_S
    _tell(
        what="calls",
        killed_with=held,
        one_honest_message_each=honest,
        dialled_once=set(dialled) == {1},
        first_told_after_s=round(min(told_after.values(), default=math.nan), 1),
        last_told_after_s=round(latest, 1),
        right=right,
    )
    return right


async def messages(folder: Path, server: PostgresServer, wanted: argparse.Namespace) -> bool:
    """Posted until it is taken, as a carrier that was told to try again does."""
    async with open_county(folder, server) as county:
        posts: Counter[str] = Counter()
        kills = 0
        stop = asyncio.Event()

        async def kill_now_and_then() -> None:
            nonlocal kills
            while not stop.is_set():
                try:
                    async with asyncio.timeout(KILL_EVERY_S):
                        await stop.wait()
                except TimeoutError:
                    await county.kill(random.choice(list(county.workers)))
                    kills += 1
                    await county.start()

        numbers = range(10_000_000, 10_000_000 + wanted.messages)
        async with httpx.AsyncClient(trust_env=False, timeout=15.0) as http:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(kill_now_and_then())
                async with asyncio.TaskGroup() as posting:
                    loop = asyncio.get_running_loop()
                    began = loop.time()
                    for nth, number in enumerate(numbers):
                        await asyncio.sleep(max(0.0, began + nth / wanted.per_second - loop.time()))
                        posting.create_task(_post(http, county, number, posts))
                stop.set()
        chat = county.town.world.twilio.chat
        try:
            await until(lambda: len({m.to_number for m in chat}) >= wanted.messages, SETTLE_S / 6)
        except TimeoutError:
            pass
        await asyncio.sleep(20.0)  # what a dead worker left, were it done twice, would come now
        answers = Counter(message.to_number for message in chat)
    counts = Counter(answers[f"+54911{number}"] for number in numbers)
    right = counts == {1: wanted.messages}
    _tell(
        what="messages",
        messages=wanted.messages,
        killed=kills,
        posts=dict(posts),
        lost=counts[0],
        doubled=sum(count for answered, count in counts.items() if answered > 1),
        right=right,
    )
    return right


async def _post(http: httpx.AsyncClient, county: County, number: int, posts: Counter[str]) -> None:
    form = [
        ("MessageSid", f"SM{os.urandom(16).hex()}"),
        ("AccountSid", ACCOUNT_SID),
        ("From", f"whatsapp:+54911{number}"),
        ("To", f"whatsapp:{WHATSAPP_NUMBER}"),
        ("Body", "hola"),
        ("NumMedia", "0"),
        ("ProfileName", "Lucía"),
    ]
    while True:
        try:
            answer = await post_form(http, f"{county.town.url}/webhook/whatsapp", form, AUTH_TOKEN)
        except httpx.HTTPError:
            posts["broken off"] += 1
        else:
            posts[str(answer.status_code)] += 1
            if answer.status_code == 200:
                return
        await asyncio.sleep(0.5)


def _tell(**found: Any) -> None:
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    sys.stdout.flush()


PARTS: dict[str, Callable[[Path, PostgresServer, argparse.Namespace], Awaitable[bool]]] = {
    "cost": cost,
    "calls": calls,
    "messages": messages,
}


async def bench(wanted: argparse.Namespace) -> bool:
    programs = binaries()
    if programs is None:
        raise SystemExit("needs Debian's postgresql")
    server = PostgresServer(programs)
    right = True
    try:
        server.start()
        for part in wanted.parts or PARTS:
            with TemporaryDirectory(prefix="vocero-bench-") as folder:
                right &= await PARTS[part](Path(folder), server, wanted)
    finally:
        server.remove()
    return right


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
    parser.add_argument("--calls", type=int, default=20, help="for each worker")
    parser.add_argument("--total", type=int, help="calls of all workers, for cost; not --calls")
    parser.add_argument("--workers", type=int, default=2, help="for cost")
    parser.add_argument("--seconds", type=float, default=15.0, help="idle and of calls, for cost")
    parser.add_argument("--rounds", type=int, default=3, help="of cost")
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--per-second", type=float, default=20.0)
    wanted = parser.parse_args()
    if wanted.total is not None:
        wanted.calls, left_over = divmod(wanted.total, wanted.workers)
        if left_over or not wanted.calls:
            parser.error(f"{wanted.total} calls cannot be shared evenly by {wanted.workers}")
    if not asyncio.run(bench(wanted)):
        sys.exit(1)


if __name__ == "__main__":
    main()

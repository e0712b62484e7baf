"""Posts WhatsApp messages for `bench_webhook.py`, in a process of its own. Started by it.

Standard output: the figures as one line of JSON.
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

import httpx

from simulation.world import ACCOUNT_SID, AUTH_TOKEN, WHATSAPP_NUMBER
from tests.calls.posting import post_form

AT_ONCE = 20
PATH = "/webhook/whatsapp"


class Poster:
    """Posts messages of customers who never wrote before, and notes how long the answers took."""

    def __init__(self, http: httpx.AsyncClient, url: str, first_customer: int) -> None:
        self._http = http
        self._url = f"{url}{PATH}"
        self._customer = first_customer
        self.took_ms: list[float] = []
        self.late_ms = 0.0
        """How late the latest post went out."""
        self.statuses: Counter[int] = Counter()

    def form(self) -> list[tuple[str, str]]:
        self._customer += 1
        return [
            ("MessageSid", f"SM{os.urandom(16).hex()}"),
            ("AccountSid", ACCOUNT_SID),
            ("From", f"whatsapp:+54911{self._customer:08d}"),
            ("To", f"whatsapp:{WHATSAPP_NUMBER}"),
            ("Body", "hola"),
            ("NumMedia", "0"),
            ("ProfileName", "Lucía"),
        ]

    async def post(self, form: Sequence[tuple[str, str]]) -> None:
        began = time.perf_counter()
        try:
            answer = await post_form(self._http, self._url, form, AUTH_TOKEN)
        except httpx.HTTPError:
            self.statuses[0] += 1
            return
        self.took_ms.append((time.perf_counter() - began) * 1000)
        self.statuses[answer.status_code] += 1

    async def steadily(self, per_second: float, seconds: float) -> None:
        """Whether answers come or not."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.TaskGroup() as posts:
            for number in range(round(per_second * seconds)):
                due = began + number / per_second
                await asyncio.sleep(max(0.0, due - loop.time()))
                self.late_ms = max(self.late_ms, (loop.time() - due) * 1000)
                posts.create_task(self.post(self.form()))

    async def at_once(self, rounds: int) -> None:
        """The same message so many times in parallel, then the next one."""
        for _ in range(rounds):
            form = self.form()
            await asyncio.gather(*(self.post(form) for _ in range(AT_ONCE)))

    def figures(self) -> dict[str, object]:
        took = sorted(self.took_ms) or [math.nan]
        at = [took[min(len(took) - 1, int(len(took) * part))] for part in (0.5, 0.99)]
        return {
            "posts": sum(self.statuses.values()),
            "statuses": {str(status): count for status, count in self.statuses.items()},
            "p50_ms": round(at[0], 2),
            "p99_ms": round(at[1], 2),
            "worst_ms": round(took[-1], 2),
            "posted_late_ms": round(self.late_ms, 2),
        }


async def post(wanted: argparse.Namespace) -> None:
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    async with httpx.AsyncClient(trust_env=False, timeout=15.0, limits=limits) as http:
        poster = Poster(http, wanted.post_to, wanted.first_customer)
        if wanted.rounds:
            await poster.at_once(wanted.rounds)
        else:
            await poster.steadily(wanted.posts_per_second, wanted.seconds)
    sys.stdout.write(json.dumps(poster.figures()) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--post-to", required=True, help="The address that Vocero listens at.")
    parser.add_argument("--first-customer", type=int, required=True)
    parser.add_argument("--posts-per-second", type=float, default=50.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rounds", type=int, default=0, help="Instead: so many, each at once.")
    asyncio.run(post(parser.parse_args()))


if __name__ == "__main__":
    main()

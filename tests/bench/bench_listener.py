"""Operators who listen to one call, for `bench_listeners.py`, in a process of their own.

Logs in as a browser does, opens so many listening sockets, says "listening" on standard output, and
once its standard input ends one line of JSON: pieces per socket and how many went missing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import struct
import sys

import httpx
from websockets.asyncio.client import connect

HEADER = struct.Struct("<IIHBB")


class Operator:
    """One login, as many sockets as wanted."""

    def __init__(self, http: httpx.AsyncClient, url: str) -> None:
        self._http = http
        self._url = url
        self._csrf = ""

    async def log_in(self, password: str) -> None:
        headers = {"Origin": self._url}
        form = {"name": "Bench", "password": password}
        answer = await self._http.post(f"{self._url}/operator/login", data=form, headers=headers)
        assert answer.status_code == 303, answer.status_code
        page = (await self._http.get(f"{self._url}/operator/")).text
        found = re.search(r'data-csrf="([^"]+)"', page)
        assert found is not None
        self._csrf = found[1]

    async def listen(self, call: str, began: asyncio.Event, over: asyncio.Event) -> tuple[int, int]:
        """Returns (pieces that came, pieces that went missing among them)."""
        answer = await self._http.post(
            f"{self._url}/operator/api/calls/{call}/ticket",
            json={"for": "listen"},
            headers={"Origin": self._url, "X-CSRF-Token": self._csrf},
        )
        ticket = answer.json()["ticket"]
        cookie = "; ".join(f"{name}={value}" for name, value in self._http.cookies.items())
        address = f"{self._url.replace('http', 'ws', 1)}/operator/calls/{call}/listen"
        came = lost = 0
        expected: int | None = None
        headers = {"Origin": self._url, "Cookie": cookie}
        async with connect(
            f"{address}?ticket={ticket}", additional_headers=headers, compression=None
        ) as socket:
            async for message in socket:
                if over.is_set():
                    break
                if isinstance(message, bytes):
                    number = HEADER.unpack_from(message)[0]
                    lost += number - expected if expected is not None else 0
                    expected = number + 1
                    came += 1
                    began.set()
        return came, lost


async def main(wanted: argparse.Namespace) -> None:
    over = asyncio.Event()
    began = [asyncio.Event() for _ in range(wanted.count)]
    async with httpx.AsyncClient(trust_env=False, timeout=30.0) as http:
        operator = Operator(http, wanted.url)
        await operator.log_in(wanted.password)
        async with asyncio.TaskGroup() as tasks:
            ears = [tasks.create_task(operator.listen(wanted.call, one, over)) for one in began]
            for one in began:
                await one.wait()
            sys.stdout.write("listening\n")
            sys.stdout.flush()
            await asyncio.to_thread(sys.stdin.read)
            over.set()
    counts = [ear.result() for ear in ears]
    found = {"pieces": [came for came, _ in counts], "lost": [lost for _, lost in counts]}
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--call", required=True)
    parser.add_argument("--count", type=int, default=50)
    asyncio.run(main(parser.parse_args()))

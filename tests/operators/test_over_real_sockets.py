"""The same through the front door: real sockets, the real database, a real websocket client."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from simulation.scenes import BOOKED
from tests.operators.browser import COOKIE, PASSWORD, Browser
from tests.operators.conftest import SETTINGS, Customer
from vocero.rehearsal import Rehearsal, over_sockets

pytestmark = pytest.mark.sockets


@dataclass
class Page:
    """An operator's page over the network."""

    rehearsal: Rehearsal
    http: httpx.AsyncClient
    csrf: str
    cookie: str

    async def post(self, path: str, body: object) -> Any:
        answer = await self.http.post(path, json=body, headers={"X-CSRF-Token": self.csrf})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def socket(
        self, purpose: str, call: str = "", *, origin: str = "", cookie: str | None = None
    ) -> ClientConnection:
        path = f"calls/{call}/ticket" if call else "ticket"
        ticket = (await self.post(f"/operator/api/{path}", {"for": purpose}))["ticket"]
        where = f"/operator/calls/{call}/{purpose}" if call else f"/operator/{purpose}"
        address = self.rehearsal.url.replace("http", "ws", 1)
        known = self.cookie if cookie is None else cookie
        return await connect(
            f"{address}{where}?ticket={ticket}",
            additional_headers={
                "Origin": origin or self.rehearsal.url,
                "Cookie": f"{COOKIE}={known}",
            },
            proxy=None,
            compression=None,
        )


@asynccontextmanager
async def opened(tmp_path: Path) -> AsyncIterator[Page]:
    settings = {**SETTINGS, "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/vocero.db"}
    async with (
        over_sockets(BOOKED, tmp_path, settings=settings) as rehearsal,
        httpx.AsyncClient(
            base_url=rehearsal.url, headers={"Origin": rehearsal.url}, trust_env=False
        ) as http,
    ):
        form = {"name": "Ana", "password": PASSWORD}
        answer = await http.post("/operator/login", data=form)
        assert answer.status_code == 303
        assert "Secure" not in answer.headers["Set-Cookie"]
        shown = await http.get("/operator/")
        yield Page(rehearsal, http, Browser.attribute(shown.text, "csrf"), answer.cookies[COOKIE])


async def until(socket: ClientConnection, kind: str) -> Any:
    async with asyncio.timeout(20):
        while True:
            message = await socket.recv()
            if isinstance(message, str) and (known := json.loads(message))["type"] == kind:
                return known


async def test_an_operator_hears_sees_and_ends_a_call(tmp_path: Path) -> None:
    async with opened(tmp_path) as page:
        for origin, cookie, status in (("https://evil.example", None, 403), ("", "x", 401)):
            with pytest.raises(InvalidStatus) as refused:
                await page.socket("live", origin=origin, cookie=cookie)
            assert refused.value.response.status_code == status
        live = await page.socket("live")
        assert (await until(live, "snapshot"))["calls"] == []
        async with Customer(page.rehearsal) as customer:
            call = await customer.call(within_s=20)
            assert (await until(live, "call"))["call"]["id"] == call
            asked_at = time.monotonic()
            ear = await page.socket("listen", call)
            begin = await until(ear, "begin")
            first = await ear.recv()
            assert isinstance(first, bytes) and len(first) == 1612
            # First sound in less than a second, and not far behind the call.
            assert time.monotonic() - asked_at < 1
            assert begin["call_now_ms"] - begin["from_ms"] < 300
            lateness = []
            for number in range(1, 20):
                piece = await ear.recv()
                assert isinstance(piece, bytes)
                assert int.from_bytes(piece[:4], "little") == number + begin_number(first)
                lateness.append(int.from_bytes(piece[4:8], "little"))
            assert [b - a for a, b in pairwise(lateness)] == [100] * 18
            mouth = await page.socket("speak", call)
            await mouth.send(json.dumps({"type": "begin", "format": "pcm_48000"}))
            await until(mouth, "taken")
            await mouth.send(bytes(3840))
            await page.post(f"/operator/api/calls/{call}/end", {"at_once": True})
            await until(mouth, "over")
            await until(ear, "over")
            over = await until(live, "over")
            assert over["summary"]["status"] == "cancelled"
            assert await acts(page) == [
                "stopped_listening", "ended_at_once", "took_over", "listened", "login",
            ]  # fmt: skip
            customer.leave()
        await live.close()


def begin_number(piece: bytes) -> int:
    return int.from_bytes(piece[:4], "little")


async def acts(page: Page) -> list[str]:
    found = (await page.http.get("/operator/api/acts")).json()["acts"]
    return [act["act"] for act in found]


async def test_who_does_not_finish_closing_is_cut_off(tmp_path: Path) -> None:
    async with opened(tmp_path) as page:
        live = await page.socket("live")
        await until(live, "snapshot")
        # From here on this client answers nothing: not even our closing handshake.
        live.transport.pause_reading()
        for _ in range(100):
            await live.send(json.dumps({"type": "ping"}))
        began = time.monotonic()
        board = page.rehearsal.service.switchboard
        while board.on_piece is not None:  # noqa: ASYNC110 - it has no bell
            await asyncio.sleep(0.05)
        assert time.monotonic() - began < 5
        live.transport.resume_reading()
        with pytest.raises(ConnectionClosed):
            while True:
                await live.recv()


async def test_open_pages_do_not_keep_a_service_from_stopping(tmp_path: Path) -> None:
    async with opened(tmp_path) as page:
        live = await page.socket("live")
        await until(live, "snapshot")
        began = time.monotonic()
    assert time.monotonic() - began < 2
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            await live.recv()
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 1001

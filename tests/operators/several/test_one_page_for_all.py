"""The calls of every worker on one live page: cards, lines, levels, figures, endings, and what the
page says while other workers cannot be seen.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from simulation.scenes import BOOKED
from tests.bus.conftest import PREFIX, SECRET, all_linked, until
from tests.bus.redis_server import RedisServer
from tests.operators.several.conftest import message, one_worker, talking, workers
from vocero.bus.redis_bus import RedisBus

pytestmark = pytest.mark.sockets


async def test_a_call_of_another_worker_is_followed_to_its_end(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    async with workers(redis_server, tmp_path, 3) as (a, b, c), await a.browser.live() as page:
        first = await page.next()
        assert (first["type"], first["calls"], first["others"]) == ("snapshot", [], True)
        async with talking(b) as call, talking(c) as third:
            card = await message(page, "call", lambda told: told["call"]["phase"] == "talking")
            assert card["call"]["id"] in (call, third)
            await page.send({"type": "watch", "id": call})
            whole = await message(page, "entries", lambda told: told["id"] == call)
            assert whole["whole"] is True and whole["entries"]
            more = await message(page, "entries", lambda told: not told["whole"])
            assert more["id"] == call
            levels = await message(
                page, "levels", lambda told: {call, third} <= told["levels"].keys()
            )
            assert max(levels["levels"][call]) <= 0
            figures = await message(page, "figures", lambda told: told["id"] == call)
            assert set(figures["figures"]) == {
                "lead_ms",
                "waiting_ms",
                "underruns",
                "dropped",
                "answer_ms",
            }
            full = (await a.browser.get(f"/operator/api/calls/{call}")).json
            assert (full["live"], full["phase"]) == (True, "talking")
            # What is done elsewhere is seen here.
            await b.browser.post(f"/operator/api/calls/{call}/whisper", {"text": "hola"})
            act = await message(page, "act", lambda told: told["act"]["act"] == "whispered")
            assert act["act"]["operator"].startswith("Bea (")
            b.cut_calls()
            over = await message(page, "over", lambda told: told["id"] == call)
            assert over["summary"]["status"] == "cancelled"
        acts = (await a.browser.get(f"/operator/api/acts?call={call}")).json["acts"]
        assert [act["act"] for act in acts] == ["whispered", "opened"]


async def test_a_page_that_opens_late_sees_everything_at_once(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    async with workers(redis_server, tmp_path, 2) as (a, b), talking(a) as own, talking(b) as other:
        for worker, watched in ((a, other), (b, own)):
            async with await worker.browser.live() as page:
                snapshot = await page.next()
                assert {card["id"] for card in snapshot["calls"]} == {own, other}
                assert snapshot["others"] is True
                await page.send({"type": "watch", "id": watched})
                assert (await page.until("entries"))["id"] == watched
                async with await worker.browser.live() as second:
                    await second.until("snapshot")
                    await second.send({"type": "watch", "id": watched})
                    assert (await second.until("entries"))["whole"] is True
        # Nobody looks any more: nothing is told, and nothing measured.
        await until(lambda: b.rehearsal.service.switchboard.on_piece is None)
        await until(lambda: a.rehearsal.service.switchboard.on_piece is None)


async def test_the_cards_of_a_worker_that_dies_go(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    async with workers(redis_server, tmp_path, 2) as (a, b), talking(a) as own, talking(b) as other:
        async with await a.browser.live() as page:
            await page.until("snapshot")
            b.die()
            began = asyncio.get_running_loop().time()
            gone = await page.until("gone", 10)
            assert gone["id"] == other
            assert asyncio.get_running_loop().time() - began < 10
            async with await a.browser.live() as second:
                assert [card["id"] for card in (await second.next())["calls"]] == [own]
            # A worker that comes while the page is open is seen, too.
            bus = RedisBus(redis_server.url, PREFIX, SECRET)
            async with one_worker(bus, [], tmp_path, BOOKED) as c, talking(c) as third:
                card = await message(page, "call", lambda told: told["call"]["id"] == third)
                assert card["call"]["customer"]["number"].endswith("***01")


async def test_redis_goes_and_comes_back(redis_server: RedisServer, tmp_path: Path) -> None:
    async with workers(redis_server, tmp_path, 2) as (a, b), talking(a) as own, talking(b) as other:
        async with await a.browser.live() as page:
            snapshot = await page.until("snapshot")
            assert len(snapshot["calls"]) == 2
            await page.send({"type": "watch", "id": other})
            await page.until("entries")
            redis_server.kill()
            assert (await page.until("others"))["seen"] is False
            assert (await page.until("gone"))["id"] == other
            # Own calls go on being seen, heard and steered.
            await message(page, "levels", lambda told: own in told["levels"])
            done = await a.browser.post(f"/operator/api/calls/{own}/whisper", {"text": "hola"})
            assert done.status == 200
            async with await a.browser.of_call(own, "listen") as ear:
                await ear.until("begin")
            async with await a.browser.live() as second:
                told = await second.next()
                assert ([card["id"] for card in told["calls"]], told["others"]) == ([own], False)
                await second.send({"type": "watch", "id": other})
            why = await a.browser.post(f"/operator/api/calls/{other}/whisper", {"text": "x"})
            assert (why.status, why.error) == (503, "unreachable")
            redis_server.start()
            assert (await page.until("others"))["seen"] is True
            card = await message(page, "call", lambda told: told["call"]["id"] == other)
            assert card["call"]["phase"] == "talking"
            await page.send({"type": "watch", "id": other})
            whole = await message(page, "entries", lambda told: told["id"] == other)
            assert whole["whole"] is True
            await all_linked([a.bus, b.bus])
            done = await a.browser.post(f"/operator/api/calls/{other}/whisper", {"text": "x"})
            assert done.status == 200


async def test_a_call_that_another_worker_takes_over_stays_on_the_pages(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    async with workers(redis_server, tmp_path, 2) as (a, b), talking(b) as call:
        feed = b.rehearsal.service._feed
        assert feed is not None
        async with await a.browser.live() as page, await b.browser.live() as own:
            assert [card["id"] for card in (await page.next())["calls"]] == [call]
            await own.until("snapshot")
            feed.let_go(call)
            assert (await page.until("gone"))["id"] == call
            assert (await own.until("gone"))["id"] == call
            # What the call still notes here is nobody's any more, ...
            b.rehearsal.service.switchboard.press_keys(call, "1")
            await asyncio.sleep(1)
            async with await a.browser.live() as late:
                assert (await late.next())["calls"] == []
            # ... until it is back.
            feed.call_placed(call)
            assert (await page.until("call"))["call"]["id"] == call
            assert (await own.until("call"))["call"]["id"] == call

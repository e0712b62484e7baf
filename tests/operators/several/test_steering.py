"""What an operator does at one worker reaches the call at another; sessions and tickets are good
everywhere, and once; tools over HTTP find their call.
"""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from data.call import EntryKind
from tests.bus.conftest import PREFIX, SECRET, until
from tests.bus.redis_server import RedisServer
from tests.operators.browser import Browser
from tests.operators.several.conftest import TOOLS_SECRET, Worker, talking, workers
from vocero.bus.redis_bus import RedisBus
from vocero.operators.login_limit import MOST_PER_ADDRESS

pytestmark = pytest.mark.sockets


def path(call: str, what: str) -> str:
    return f"/operator/api/calls/{call}/{what}"


async def acts_of(browser: Browser, call: str) -> list[tuple[str, str]]:
    found = (await browser.get(f"/operator/api/acts?call={call}")).json["acts"]
    return [(act["act"], act["detail"]) for act in reversed(found)]


async def test_a_call_of_another_worker_is_steered(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    async with workers(redis_server, tmp_path, 2) as (a, b), talking(b) as call:
        browser, world = a.browser, b.rehearsal.world
        done = await browser.post(path(call, "whisper"), {"text": "pedí\nhablar con Ana"})
        assert (done.status, done.json) == (200, {"ok": True})
        (conversation,) = world.elevenlabs.conversations
        await until(lambda: any("pedí hablar con Ana" in text for text in conversation.told))
        assert (await browser.post(path(call, "keys"), {"digits": "12x"})).error == "bad_keys"
        assert (await browser.post(path(call, "keys"), {"digits": "12#"})).status == 200
        back = await browser.post(path(call, "handback"), {"summary": ""})
        assert back.error == "not_talking"
        # Longer than another worker may keep silent.
        body: dict[str, object] = {"question": "¿Puede ser a las 18?", "options": ["sí", "no"]}
        asking = asyncio.create_task(browser.post(path(call, "ask"), body))
        await world.twilio.chat.wait_for(lambda said: "18" in said.body, 0, 30)
        await asyncio.sleep(4)
        await world.customer.write("sí, dale")
        answer = (await asking).json
        assert (answer["ok"], answer["answered"]) == (True, True)
        await until(lambda: any(answer["answer"] in text for text in conversation.told))
        assert (await browser.post(path(call, "end"), {"at_once": True})).status == 200
        await until(lambda: b.rehearsal.service.switchboard.live_call(call) is None)
        began = time.monotonic()
        late_acts: dict[str, object] = {"end": {"at_once": True}, "whisper": {"text": "x"}}
        for what, act in late_acts.items():
            late = await browser.post(path(call, what), act)
            assert (late.status, late.error) == (409, "over")
        assert time.monotonic() - began < 2
        await b.rehearsal.settle()
        record = await b.rehearsal.service.store.call(call)
        assert record is not None and record.report is not None
        assert EntryKind.KEYS in {entry.kind for entry in record.report.timeline}
        assert [act for act, _ in await acts_of(browser, call)] == [
            "whispered",
            "keys",
            "asked_customer",
            "ended_at_once",
        ]


async def test_what_another_worker_does_not_answer_is_told_in_time(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    async with workers(redis_server, tmp_path, 2) as (a, b), talking(b) as call:
        b.die()
        began = time.monotonic()
        told = await a.browser.post(path(call, "whisper"), {"text": "x"})
        assert (told.status, told.error) == (503, "unanswered")
        assert time.monotonic() - began < 4
        redis_server.kill()
        await until(lambda: not a.bus.linked)
        began = time.monotonic()
        for what, body in (
            ("whisper", {"text": "x"}),
            ("keys", {"digits": "1"}),
            ("end", {}),
            ("handback", {"summary": "x"}),
            ("ask", {"question": "x"}),
            ("ticket", {"for": "listen"}),
        ):
            told = await a.browser.post(path(call, what), body)
            assert (told.status, told.error) == (503, "unreachable"), what
        assert time.monotonic() - began < 1
        assert await acts_of(a.browser, call) == []


async def test_a_ticket_is_good_once_at_any_worker(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    async with workers(redis_server, tmp_path, 2) as (a, b), talking(b) as call:
        at_b = a.at(b)

        async def status(browser: Browser, where: str, ticket: str) -> int | None:
            async with browser.socket(where, ticket) as socket:
                await until(lambda: socket.said)
                return None if socket.accepted else socket.status

        listen = f"/operator/calls/{call}/listen"
        for given, used in ((a.browser, at_b), (at_b, a.browser), (a.browser, a.browser)):
            ticket = await given.ticket("listen", call)
            assert await status(used, "/operator/live", ticket) == 403
            assert await status(b.browser, listen, ticket) == 403  # another session
            assert await status(used, listen, ticket) is None
            assert await status(used, listen, ticket) == 403
            assert await status(given, listen, ticket) == 403
        assert await status(at_b, listen, "a.1.b") == 403
        kept = redis_server.keys()
        assert kept and all(key.startswith(f"{PREFIX}ticket.") for key in kept)
        # While Redis is away nobody can know whether another's ticket was used.
        mine, theirs = await a.browser.ticket("live"), await a.browser.ticket("live")
        redis_server.kill()
        await until(lambda: not a.bus.linked and not b.bus.linked)
        assert await status(at_b, "/operator/live", theirs) == 503
        assert await status(a.browser, "/operator/live", mine) is None
        assert await status(a.browser, "/operator/live", mine) == 503


async def test_logging_out_ends_a_session_everywhere(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    async with workers(redis_server, tmp_path, 2) as (a, b):
        at_b = a.at(b)
        async with await at_b.live() as page:
            await page.until("snapshot")
            # While Redis is away nobody hears of it; then everybody does.
            redis_server.kill()
            await until(lambda: not a.bus.linked)
            assert (await a.browser.post("/operator/logout")).status == 303
            assert (await at_b.get("/operator/api/acts")).status == 200
            redis_server.start()
            await asyncio.wait_for(page.ended.wait(), 10)
            assert page.close_code == 4401
        assert (await at_b.get("/operator/api/acts")).error == "login"
        # A second one with the same name is another operator, by the same name at every worker.
        assert (await b.browser.get("/operator/api/acts")).status == 200
        cleo = Browser(a.rehearsal.service.app)
        await cleo.log_in("Bea")
        names = {
            Browser.attribute((await each.get("/operator/")).text, "name")
            for each in (
                b.browser,
                b.at(a),
                cleo,
                Browser(b.rehearsal.service.app, cookies=cleo.cookies),
            )
        }
        assert len(names) == 2 and all(name.startswith("Bea (") for name in names)


async def test_passwords_are_not_guessed_at_every_worker_in_turn(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    async with workers(redis_server, tmp_path, 2) as (a, b):
        stranger = Browser(a.rehearsal.service.app)
        for _ in range(MOST_PER_ADDRESS):
            assert (await stranger.log_in("Eve", "wrong")).status in (401, 429)
        other = Browser(b.rehearsal.service.app)
        await asyncio.sleep(0.3)
        assert (await other.log_in("Eve", "wrong")).status == 429


async def post_tool(worker: Worker, what: str, body: object) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {TOOLS_SECRET}"}
    client = worker.rehearsal.service.app.test_client()
    answer = await client.post(f"/api/tools/{what}", data=json.dumps(body), headers=headers)
    return answer.status_code, json.loads(await answer.get_data(as_text=True))


async def test_a_tool_over_http_finds_its_call(redis_server: RedisServer, tmp_path: Path) -> None:
    async with workers(redis_server, tmp_path, 2) as (a, b), talking(b) as call:
        slot = {"call_id": call, "date": "mañana", "time": "17:00"}
        status, answer = await post_tool(a, "validate_slot", slot)
        assert (status, answer["valid"]) == (200, True)
        status, answer = await post_tool(a, "validate_slot", {**slot, "time": "09:00"})
        assert (status, answer["valid"]) == (200, False)
        result = {"call_id": call, "status": "no_availability", "notes": "lleno"}
        status, answer = await post_tool(a, "report_result", result)
        assert (status, answer["success"]) == (200, True)
        for stranger in ("never", "../x", "x" * 500):
            status, answer = await post_tool(a, "validate_slot", {**slot, "call_id": stranger})
            assert (status, answer["valid"]) == (404, False)
        redis_server.kill()
        await until(lambda: not a.bus.linked)
        status, answer = await post_tool(a, "validate_slot", slot)
        assert (status, answer["valid"]) == (503, False) and "try once more" in answer["message"]
        assert (await post_tool(b, "validate_slot", slot))[0] == 200


async def test_a_recording_that_is_still_written_elsewhere_is_not_erased(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    async with workers(redis_server, tmp_path, 2) as (a, b):
        async with talking(b) as call:
            pass
        await b.rehearsal.settle()
        unwritten = b.rehearsal.service._unwritten
        unwritten.add(call)
        gone = await a.browser.ask("DELETE", f"/operator/api/calls/{call}")
        assert gone.error == "still_live"
        unwritten.clear()


ODD: list[tuple[str, dict[str, object]]] = [
    ("whisper", {}),
    ("whisper", {"text": 7}),
    ("whisper", {"text": "x" * 501}),
    ("keys", {"digits": "1", "operator": None}),
    ("keys", {"digits": "1" * 65, "operator": "x"}),
    ("end", {"at_once": "yes"}),
    ("hand_back", {"operator": "x"}),
    ("take_over", {"operator": ["x"]}),
    ("speaking", {"operator": 1}),
    ("ask_customer", {"question": "x" * 301, "options": []}),
    ("ask_customer", {"question": "x", "options": ["x"] * 6}),
]


async def test_what_no_worker_of_ours_would_ask_does_nothing(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    async with workers(redis_server, tmp_path, 1) as (b,), talking(b) as call:
        async with RedisBus(redis_server.url, PREFIX, SECRET) as odd:
            await until(lambda: odd.workers and b.bus.workers)
            for what, fields in ODD:
                assert (await odd.ask(what, call, fields) or {})["code"] == "bad_request", what
            for what in ("tool", "speaks"):
                assert await odd.ask(what, call, {"name": [], "body": 7, "session": {}}) is None
            for kind in ("logged_out", "login_failed", "handed_back", "anew", "operator_gone"):
                for fields in ({}, {"sessions": 7, "address": [], "session": 1, "call": {}}):
                    odd.tell(kind, fields)
            odd.tell("logged_out", {"sessions": ["x"] * 5000})
            async with await b.browser.live() as page:
                await page.until("snapshot")
                for told in (
                    7,
                    {"n": 0, "type": "snapshot", "calls": 5},
                    {"n": 1, "type": "call", "call": {"id": "x"}},
                    {"n": 2, "type": "over", "id": "../../etc"},
                    {"n": 3, "type": "levels", "levels": {"x": [1]}},
                    {"n": 4, "type": "act", "act": {"at": "now"}},
                    {"n": 5, "type": "nothing"},
                    {"n": 6, "type": "entries", "id": call, "entries": [{}], "whole": True},
                ):
                    odd.publish("feed", json.dumps({"from": odd.name, "m": told}).encode())
                odd.publish("feed", b"\xff\xfe")
                await page.send({"type": "ping"})
                assert (await page.until("pong"))["type"] == "pong"
            known = b.rehearsal.service.switchboard.live_call(call)
            assert known is not None and known.snapshot.taken_over_by == ""
            kinds = {entry.kind for entry in known.timeline}
            assert not kinds & {EntryKind.KEYS, EntryKind.TAKEN_OVER}
            assert (await b.browser.get("/operator/api/acts")).status == 200

"""A call of another worker is heard, and spoken in."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest

from data.call import EntryKind
from tests.bus.conftest import PREFIX, SECRET, until
from tests.bus.redis_server import RedisServer
from tests.operators.browser import Socket
from tests.operators.several.conftest import Worker, message, talking, workers
from tests.operators.test_listening_and_speaking import HEAD, power_at, speak, tone
from vocero.bus.redis_bus import RedisBus
from vocero.operators.mouths import SILENT_S
from vocero.operators.sound_elsewhere import channel_of, read_piece

pytestmark = pytest.mark.sockets


async def pieces(ear: Socket, count: int) -> list[bytes]:
    found: list[bytes] = []
    while len(found) < count:
        told = await ear.next(10)
        if isinstance(told, bytes):
            found.append(told)
    return found


def taken_by(worker: Worker, call: str) -> str:
    known = worker.rehearsal.service.switchboard.live_call(call)
    return "" if known is None else known.snapshot.taken_over_by


def listeners(worker: Worker, call: str) -> int:
    known = worker.rehearsal.service.switchboard.live_call(call)
    return -1 if known is None else known.listeners


async def test_both_legs_are_heard_at_another_worker_until_the_call_is_over(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    async with workers(redis_server, tmp_path, 3) as (a, b, c), talking(b) as call:
        sent: list[bytes] = []
        async with RedisBus(redis_server.url, PREFIX, SECRET) as looking_on:
            looking_on.hear(channel_of(call), sent.append)
            await until(lambda: looking_on.linked)
            await asyncio.sleep(1)
            assert sent == []  # nobody listens elsewhere, so nothing is published
            async with (
                await a.browser.of_call(call, "listen") as ear,
                await a.browser.of_call(call, "listen") as second,
                await c.browser.of_call(call, "listen") as third,
            ):
                begin = await ear.next()
                assert begin["type"] == "begin"
                assert 0 <= begin["call_now_ms"] - begin["from_ms"] < 500
                await ear.send({"type": "ping", "t": 5.5})
                heard = await pieces(ear, 20)
                numbers = [HEAD.unpack(piece[: HEAD.size])[0] for piece in heard]
                assert numbers == list(range(numbers[0], numbers[0] + 20))
                assert all(read_piece(piece) is not None for piece in heard)
                assert (await pieces(second, 5)) and (await pieces(third, 5))
                # Each piece goes over the bus once, however many listen.
                ours = [HEAD.unpack(piece[: HEAD.size])[0] for piece in sent]
                assert len(ours) == len(set(ours)) > 15
                async with await b.browser.live() as page:
                    (card,) = (await page.next())["calls"]
                    assert card["listeners"] == 3
                    await third.leave()
                    card = await message(page, "call", lambda told: told["call"]["listeners"] == 2)
                b.cut_calls()
                await ear.until("over")
                await asyncio.wait_for(ear.ended.wait(), 5)
                assert ear.close_code == 1000
                await second.until("over")
        left = b"".join(piece[12:812] for piece in heard)
        assert bytes(b.rehearsal.world.twilio.calls[-1].line.said)[8000:].find(left[4000:4400]) >= 0
        acts = (await a.browser.get(f"/operator/api/acts?call={call}")).json["acts"]
        assert sorted(act["act"] for act in acts if act["operator"].startswith("Ana")) == [
            "listened",
            "listened",
            "stopped_listening",
            "stopped_listening",
        ]


async def test_a_frozen_listener_and_a_lost_redis_cost_sound_and_nothing_else(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    async with workers(redis_server, tmp_path, 2) as (a, b), talking(b) as call:
        async with await a.browser.of_call(call, "listen") as ear:
            await pieces(ear, 3)
            ear.reads.clear()
            await asyncio.sleep(2.5)
            ear.reads.set()
            numbers = [HEAD.unpack(piece[:12])[0] for piece in await pieces(ear, 20)]
            assert max(y - x for x, y in pairwise(numbers)) > 5
            redis_server.kill()
            await until(lambda: not a.bus.linked)
            await asyncio.sleep(1)
            redis_server.start()
            before = len(ear.said)
            await until(lambda: len(ear.said) > before + 10)
            assert taken_by(b, call) == "" and ear.close_code is None
        # Nobody listens any more.
        await until(lambda: listeners(b, call) == 0)
        # A listener's worker that dies does not listen for ever.
        async with await a.browser.of_call(call, "listen") as ear:
            await pieces(ear, 3)
            a.die()
            await until(lambda: listeners(b, call) == 0)


async def test_an_operator_speaks_in_a_call_of_another_worker_and_hands_back(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    async with workers(redis_server, tmp_path, 2) as (a, b), talking(b) as call:
        async with await a.browser.of_call(call, "speak") as mouth:
            await mouth.send({"type": "begin", "format": "pcm_48000"})
            assert await mouth.next() == {"type": "taken"}
            assert taken_by(b, call).startswith("Ana (")
            await speak(mouth, 2.0)
            # Another operator, by another worker, has it not.
            async with await b.browser.of_call(call, "speak") as theirs:
                await theirs.send({"type": "begin", "format": "pcm_48000"})
                assert await theirs.next() == {"type": "refused", "error": "busy"}
            back = {"summary": "x"}
            path = f"/operator/api/calls/{call}/handback"
            assert (await b.browser.post(path, back)).error == "busy"
            await mouth.send({"type": "handback", "summary": "Quedó a las 17"})
            assert await mouth.until("handed_back") == {"type": "handed_back"}
            await mouth.ended.wait()
        heard = bytes(b.rehearsal.world.twilio.calls[-1].line.heard)
        parts = [heard[at : at + 1600] for at in range(0, len(heard) - 1600, 1600)]
        loud = [part for part in parts if power_at(part, 1000) > 0.8]
        assert 6 <= len(loud) <= 12, len(loud)
        known = b.rehearsal.service.switchboard.live_call(call)
        assert known is not None
        lines = [(entry.kind, entry.text) for entry in known.timeline]
        assert (EntryKind.HANDED_BACK, "Quedó a las 17") in lines
        acts = (await a.browser.get(f"/operator/api/acts?call={call}")).json["acts"]
        assert [act["act"] for act in acts] == ["handed_back", "took_over"]


async def test_one_operator_is_one_at_every_worker(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    begin = {"type": "begin", "format": "pcm_48000"}
    async with workers(redis_server, tmp_path, 2) as (a, b), talking(b) as call, talking(a) as own:
        async with await a.browser.of_call(call, "speak") as mouth:
            await mouth.send(begin)
            assert await mouth.next() == {"type": "taken"}
            elsewhere = a.at(b)
            # Not in a second call by another worker, ...
            async with await elsewhere.of_call(own, "speak") as second:
                await second.send(begin)
                assert await second.next() == {"type": "refused", "error": "busy"}
            # ... but in the same one: the older socket gives way.
            async with await elsewhere.of_call(call, "speak") as again:
                await again.send(begin)
                assert await again.next() == {"type": "taken"}
                await asyncio.wait_for(mouth.ended.wait(), 3)
                await asyncio.sleep(SILENT_S + 1.5)
                assert taken_by(b, call).startswith("Ana (")
                # Handed back at the first worker by a click.
                path = f"/operator/api/calls/{call}/handback"
                assert (await a.browser.post(path, {"summary": "fin"})).status == 200
                assert await again.until("handed_back") == {"type": "handed_back"}


@pytest.mark.parametrize("how", ["leaves", "dies", "redis", "ends"])
async def test_whoever_cannot_speak_any_more_has_not_the_call(
    redis_server: RedisServer, tmp_path: Path, how: str
) -> None:
    async with workers(redis_server, tmp_path, 2) as (a, b), talking(b) as call:
        async with await a.browser.of_call(call, "speak") as mouth:
            await mouth.send({"type": "begin", "format": "pcm_48000"})
            assert await mouth.next() == {"type": "taken"}
            await speak(mouth, 0.3)
            match how:
                case "leaves":
                    await mouth.leave()
                case "dies":
                    a.die()
                case "redis":
                    redis_server.kill()
                    refused = await mouth.until("refused", 10)
                    assert refused["error"] == "unreachable"
                case "ends":
                    b.cut_calls()
                    assert await mouth.until("over", 5) == {"type": "over"}
            # The bridge waits a while for an operator whose connection broke off.
            await until(lambda: taken_by(b, call) == "", SILENT_S + 12)


async def test_no_piece_and_no_voice_is_believed_that_is_none(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    async with workers(redis_server, tmp_path, 2) as (a, b), talking(b) as call:
        async with (
            RedisBus(redis_server.url, PREFIX, SECRET) as odd,
            await a.browser.of_call(call, "listen") as ear,
            await a.browser.of_call(call, "speak") as mouth,
        ):
            await until(lambda: odd.linked)
            await mouth.send({"type": "begin", "format": "pcm_48000"})
            assert await mouth.next() == {"type": "taken"}
            await pieces(ear, 2)
            wrong = [b"x", bytes(12), HEAD.pack(1, 1, 800, 0, 0) + bytes(10), bytes(5000)]
            for each in (*wrong, HEAD.pack(1, 1, 5, 0, 7) + bytes(10)):
                odd.publish(channel_of(call), each)
            name = taken_by(b, call).encode()
            for worker in (odd.name.encode(), b"", b"\xff" * 200):
                for to, operator in ((call.encode(), name), (b"x", b""), (b"\xff", b"\xfe")):
                    head = b"".join(bytes([len(p)]) + p for p in (worker, to, operator))
                    odd.publish(f"mic.{b.bus.name}", head + tone(20)[:160])
            for odder in (b"", b"\xff", b"\x03abc", bytes(70_000)):
                odd.publish(f"mic.{b.bus.name}", odder)
            odd.tell("operator_gone", {"call": call, "operator": name.decode()})
            odd.tell("operator_gone", {"call": [], "operator": None})
            for news in (7, ["x"], {call: -1}, {call: "many"}, {"../": 1}):
                odd.announce(listening=news, watched=news, looking=news)
            heard = await pieces(ear, 10)
            assert all(read_piece(piece) is not None for piece in heard)
            assert taken_by(b, call) == name.decode()

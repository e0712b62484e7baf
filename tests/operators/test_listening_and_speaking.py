"""The sound of a call in an operator's browser, and an operator's voice in a call."""

from __future__ import annotations

import asyncio
import math
import struct
from itertools import pairwise

import pytest

from audio import mulaw
from audio.formats import ULAW_8000
from audio.levels import loudness_dbfs
from data.call import EntryKind
from tests.operators.browser import Browser, Socket
from tests.operators.conftest import Customer, Play
from vocero.rehearsal import Rehearsal

HEAD = struct.Struct("<IIHBB")


def test_a_listener_gets_both_legs_without_a_gap(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with Customer(rehearsal) as customer:
            call = await customer.call()
            async with await browser.of_call(call, "listen") as ear:
                begin = await ear.next()
                assert begin["type"] == "begin"
                assert 0 <= begin["call_now_ms"] - begin["from_ms"] < 200
                await ear.send({"type": "ping", "t": 5.5})
                pieces: list[bytes] = []
                pong = None
                while True:
                    message = await ear.next()
                    if isinstance(message, bytes):
                        pieces.append(message)
                    elif message["type"] == "pong":
                        pong = message
                    else:
                        break
                assert message == {"type": "over"}
                await ear.ended.wait()
                assert ear.close_code == 1000
        assert pong is not None and pong["t"] == 5.5 and pong["call_now_ms"] > 0
        heads = [HEAD.unpack(piece[: HEAD.size]) for piece in pieces]
        assert [head[0] for head in heads] == list(range(heads[0][0], heads[0][0] + len(heads)))
        assert heads[0][1] == begin["from_ms"]
        assert {(head[2], head[3], head[4]) for head in heads} == {(800, 0, 0)}
        left = b"".join(piece[12:812] for piece in pieces)
        right = b"".join(piece[812:] for piece in pieces)
        line = rehearsal.world.twilio.calls[-1].line
        # What the business said is on the left, sample by sample.
        second = bytes(line.said)[8000 * 5 : 8000 * 6]
        assert second in left and loudness_dbfs(right, ULAW_8000) > -40
        acts = (await browser.get(f"/operator/api/acts?call={call}")).json["acts"]
        assert [act["act"] for act in acts] == ["stopped_listening", "listened"]
        assert acts[0]["detail"].endswith(" s")

    operate(story)


def test_how_many_listen_is_on_the_card(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with Customer(rehearsal) as customer:
            call = await customer.call()
            async with await browser.live() as page:
                await page.until("snapshot")
                async with await browser.of_call(call, "listen") as ear:
                    await ear.until("begin")
                    assert await listeners(page) == 1
                assert await listeners(page) == 0
            rehearsal.service.switchboard.cancel(call)

    async def listeners(page: Socket) -> int:
        known: int | None = None
        async with asyncio.timeout(2):
            while known is None or known == seen[-1]:
                known = int((await page.until("call"))["call"]["listeners"])
        seen.append(known)
        return known

    seen = [0]
    operate(story)


def test_a_frozen_listener_loses_sound_and_the_call_goes_on(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with Customer(rehearsal) as customer:
            call = await customer.call()
            async with await browser.of_call(call, "listen") as ear:
                await ear.until("begin")
                ear.reads.clear()
                await asyncio.sleep(3)
                ear.reads.set()
                numbers = []
                for _ in range(20):
                    message = await ear.next()
                    if isinstance(message, bytes):
                        numbers.append(HEAD.unpack(message[:12])[0])
                assert max(b - a for a, b in pairwise(numbers)) > 10
                ear.reads.clear()
                await asyncio.wait_for(ear.ended.wait(), 15)
        record = await rehearsal.service.store.call(call)
        assert record is not None and record.result is not None
        assert record.result.status == "booked"

    operate(story)


def test_a_listener_is_heard_by_nobody(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with Customer(rehearsal) as customer:
            call = await customer.call()
            async with await browser.of_call(call, "listen") as ear:
                await ear.until("begin")
                for odd in (tone(5), {"type": "begin", "format": "pcm_48000"}, "text", [1]):
                    await ear.send(odd)
                await ear.send({"type": "ping", "t": float("nan")})
                await ear.send({"type": "ping", "t": 1})
                assert (await ear.until("pong"))["t"] == 1
                for _ in range(40):
                    await ear.send({"type": "ping", "t": 1})
                await asyncio.wait_for(ear.ended.wait(), 5)
                assert ear.close_code == 1008
        record = await rehearsal.service.store.call(call)
        assert record is not None and record.report is not None
        kinds = {entry.kind for entry in record.report.timeline}
        assert EntryKind.TAKEN_OVER not in kinds

    operate(story)


def tone(ms: int, rate: int = 48_000, hz: int = 1000) -> bytes:
    """A loud tone as a microphone's PCM."""
    count = rate * ms // 1000
    samples = (round(12_000 * math.sin(2 * math.pi * hz * n / rate)) for n in range(count))
    return struct.pack(f"<{count}h", *samples)


def power_at(sound: bytes, hz: int) -> float:
    """How much of µ-law sound is this tone, 0 to 1."""
    samples = struct.unpack(f"<{len(sound)}h", mulaw.decode(sound))
    angles = [2 * math.pi * hz * n / 8000 for n in range(len(samples))]
    real = sum(s * math.cos(a) for s, a in zip(samples, angles, strict=True))
    imaginary = sum(s * math.sin(a) for s, a in zip(samples, angles, strict=True))
    energy = sum(s * s for s in samples) or 1
    return float(2 * (real**2 + imaginary**2) / len(samples) / energy)


async def speak(mouth: Socket, seconds: float) -> None:
    for _ in range(round(seconds / 0.04)):
        await mouth.send(tone(40))
        await asyncio.sleep(0.04)


async def taken_over(browser: Browser, call: str) -> Socket:
    return await browser.of_call(call, "speak")


def test_an_operator_speaks_and_hands_back(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with Customer(rehearsal) as customer:
            call = await customer.call()
            async with await taken_over(browser, call) as mouth, await browser.live() as page:
                await page.until("snapshot")
                await mouth.send({"type": "begin", "format": "pcm_48000"})
                assert await mouth.next() == {"type": "taken"}
                card = (await page.until("call"))["call"]
                assert card["taken_over_by"] == "Ana"
                await speak(mouth, 2.0)
                full = (await browser.get(f"/operator/api/calls/{call}")).json
                assert full["taken_over_by"] == "Ana"
                await mouth.send({"type": "handback", "summary": "Quedó a las 17"})
                assert await mouth.until("handed_back") == {"type": "handed_back"}
                await mouth.ended.wait()
                assert mouth.close_code == 1000
            heard = bytes(rehearsal.world.twilio.calls[-1].line.heard)
            rehearsal.service.switchboard.cancel(call)
        seconds = [heard[at : at + 1600] for at in range(0, len(heard) - 1600, 1600)]
        loud = [part for part in seconds if power_at(part, 1000) > 0.8]
        assert 7 <= len(loud) <= 12, len(loud)
        record = await rehearsal.service.store.call(call)
        assert record is not None and record.report is not None
        lines = [(entry.kind, entry.text) for entry in record.report.timeline]
        assert (EntryKind.TAKEN_OVER, "Ana") in lines
        assert (EntryKind.HANDED_BACK, "Quedó a las 17") in lines
        acts = (await browser.get(f"/operator/api/acts?call={call}")).json["acts"]
        assert [act["act"] for act in acts] == ["handed_back", "opened", "took_over"]

    operate(story)


def test_only_one_operator_has_a_call_and_in_only_one(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        other = Browser(browser.app)
        await other.log_in("Ana")
        async with Customer(rehearsal) as customer:
            call = await customer.call()
            async with await taken_over(browser, call) as mine:
                await mine.send({"type": "begin", "format": "pcm_16000"})
                assert await mine.next() == {"type": "taken"}
                async with await taken_over(other, call) as theirs:
                    await theirs.send({"type": "begin", "format": "pcm_16000"})
                    assert await theirs.next() == {"type": "refused", "error": "busy"}
                    await theirs.ended.wait()
                path = f"/operator/api/calls/{call}/handback"
                assert (await other.post(path, {"summary": ""})).error == "busy"
                # The same operator from a browser that came back: the older socket gives way.
                async with await taken_over(browser, call) as again:
                    await again.send({"type": "begin", "format": "pcm_48000"})
                    assert await again.next() == {"type": "taken"}
                    await asyncio.wait_for(mine.ended.wait(), 2)
                    assert (await browser.post(path, {"summary": "fin"})).status == 200
                    assert await again.until("handed_back") == {"type": "handed_back"}
                    await again.ended.wait()
            rehearsal.service.switchboard.cancel(call)

    operate(story)


def test_a_broken_connection_gives_the_call_back_to_the_agent(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        board = rehearsal.service.switchboard
        async with Customer(rehearsal) as customer:
            call = await customer.call()
            async with await taken_over(browser, call) as mouth:
                await mouth.send({"type": "begin", "format": "pcm_48000"})
                assert await mouth.next() == {"type": "taken"}
                await speak(mouth, 0.5)
            known = board.live_call(call)
            assert known is not None and known.snapshot.taken_over_by == "Ana"
            await asyncio.sleep(6)
            known = board.live_call(call)
            assert known is not None and known.snapshot.taken_over_by == ""
            board.cancel(call)

    operate(story)


def test_the_end_of_the_call_ends_the_speech(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with Customer(rehearsal) as customer:
            call = await customer.call()
            async with await taken_over(browser, call) as mouth:
                await mouth.send({"type": "begin", "format": "pcm_48000"})
                assert await mouth.next() == {"type": "taken"}
                end = {"at_once": True}
                assert (await browser.post(f"/operator/api/calls/{call}/end", end)).status == 200
                assert await mouth.until("over") == {"type": "over"}
                await mouth.ended.wait()
                assert mouth.close_code == 1000

    operate(story)


@pytest.mark.parametrize(
    "first",
    [
        {"type": "begin", "format": "ulaw_8000"},
        {"type": "begin", "format": "pcm_96000"},
        {"type": "begin"},
        {"type": "handback"},
        b"\0\0",
    ],
)
def test_what_is_no_beginning_takes_nothing_over(operate: Play, first: object) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with Customer(rehearsal) as customer:
            call = await customer.call()
            async with await taken_over(browser, call) as mouth:
                await mouth.send(first)
                assert await mouth.next() == {"type": "refused", "error": "bad_request"}
                await mouth.ended.wait()
            known = rehearsal.service.switchboard.live_call(call)
            assert known is not None and known.snapshot.taken_over_by == ""
            rehearsal.service.switchboard.cancel(call)

    operate(story)


def test_a_call_that_only_rings_cannot_be_taken_over(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with Customer(rehearsal) as customer:
            call = await customer.call("ringing")
            async with await taken_over(browser, call) as mouth:
                await mouth.send({"type": "begin", "format": "pcm_48000"})
                assert await mouth.next() == {"type": "refused", "error": "not_talking"}
                await mouth.ended.wait()
            rehearsal.service.switchboard.cancel(call)

    operate(story)


def test_more_sound_than_a_microphone_makes_is_no_microphone(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with Customer(rehearsal) as customer:
            call = await customer.call()
            floods: list[list[bytes]] = [[tone(600)] * 6, [b"\0"] * 200, [bytes(70_000)]]
            for flood in floods:
                async with await taken_over(browser, call) as mouth:
                    await mouth.send({"type": "begin", "format": "pcm_48000"})
                    assert await mouth.next() == {"type": "taken"}
                    for piece in flood:
                        await mouth.send(piece)
                    await asyncio.wait_for(mouth.ended.wait(), 5)
                    assert mouth.close_code == 1008
            rehearsal.service.switchboard.cancel(call)

    operate(story)

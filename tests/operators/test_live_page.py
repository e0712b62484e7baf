"""The live page's socket: what it is told of a call, and what happens when it is slow."""

from __future__ import annotations

import asyncio
import json
import tracemalloc
from collections.abc import Mapping
from pathlib import Path

from data.call import EntryKind, Speaker, TimelineEntry
from simulation.scenes import BOOKED
from tests.operators.browser import Browser
from tests.operators.conftest import Customer, Play
from vocero.operators.feed import MOST_QUEUED, Feed
from vocero.operators.needs import OperatorsNeeds
from vocero.operators.subscriber import MOST_WAITING, Subscriber
from vocero.rehearsal import Rehearsal


def test_a_call_is_followed_from_its_order_to_its_end(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with await browser.live() as page:
            first = await page.next()
            assert (first["type"], first["n"], first["calls"]) == ("snapshot", 0, [])
            assert [act["act"] for act in first["acts"]] == ["login"]
            played = await rehearsal.play()
            assert played.record is not None
            call = played.record.attempt.attempt_id
            cards, numbers, levels = [], [0], []
            while True:
                message = await page.next()
                numbers.append(message["n"])
                if message["type"] == "call":
                    cards.append(message["call"])
                elif message["type"] == "levels":
                    levels.append(message["levels"][call])
                elif message["type"] == "over":
                    break
            assert numbers == list(range(len(numbers)))
            assert {card["id"] for card in cards} == {call}
            phases = list(dict.fromkeys(card["phase"] for card in cards))
            assert phases == ["dialing", "ringing", "connecting", "talking", "closing", "ended"]
            assert cards[0]["business"] == {"name": "", "number": "+541140***01"}
            assert cards[0]["customer"]["number"].endswith("***01")
            assert (cards[0]["service"], cards[0]["language"]) == ("corte de pelo", "es")
            began = cards[0]["began_at"]
            assert {card["began_at"] for card in cards} == {began}
            assert abs(began - rehearsal.now()) < 300
            talking = [card for card in cards if card["phase"] == "talking"]
            assert talking[0]["talking_since"] > began
            said = {card["last"]["speaker"] for card in cards if card["last"]}
            assert said == {"agent", "business"}
            # Both legs were loud at some time, and quiet at another.
            assert max(left for left, _ in levels) > -30 and max(right for _, right in levels) > -30
            assert min(left for left, _ in levels) < -60
            assert message["id"] == call and message["summary"]["status"] == "booked"
            assert message["summary"]["live"] is False
            assert message["summary"]["has_sound"] is False
            # Once its recording is written the same is told with sound.
            again = await page.until("over")
            assert again["summary"]["has_sound"] is True
            assert rehearsal.service.switchboard.on_piece is not None
        assert rehearsal.service.switchboard.on_piece is None

    operate(story, RECORD_CALLS="true")


def test_the_watched_call_is_told_line_by_line(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with Customer(rehearsal) as customer:
            call = await customer.call()
            await asyncio.sleep(4)
            async with await browser.live() as page:
                snapshot = await page.until("snapshot")
                assert [card["id"] for card in snapshot["calls"]] == [call]
                assert snapshot["calls"][0]["phase"] == "talking"
                await page.send({"type": "watch", "id": call})
                whole = await page.until("entries")
                assert whole["whole"] is True and whole["entries"]
                lines = whole["entries"]
                figures = []
                while True:
                    message = await page.next()
                    if message["type"] == "entries":
                        assert (message["whole"], message["id"]) == (False, call)
                        lines += message["entries"]
                    elif message["type"] == "figures":
                        figures.append(message["figures"])
                    elif message["type"] == "over":
                        break
                # To watch a call that is over is answered with how it ended.
                await page.send({"type": "watch", "id": call})
                assert (await page.until("over"))["summary"]["status"] == "booked"
                await page.send({"type": "watch", "id": "nothing"})
                assert (await page.until("over"))["summary"] is None
        full = (await browser.get(f"/operator/api/calls/{call}")).json
        told = [line for line in lines if line["kind"] != "measured"]
        assert told == [line for line in full["entries"] if line["kind"] != "measured"]
        assert len(figures) > 5
        assert set(figures[0]) == {"lead_ms", "waiting_ms", "underruns", "dropped", "answer_ms"}
        assert figures[-1]["answer_ms"] == full["figures"]["answer_ms"][-1]
        assert [act["act"] for act in full["acts"]] == ["opened"]

    operate(story)


def test_what_others_do_is_seen_at_once(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with await browser.live() as page:
            await page.until("snapshot")
            await Browser(browser.app).log_in("Bea")
            act = (await page.until("act"))["act"]
            assert (act["act"], act["operator"]) == ("login", "Bea")
        async with await browser.live() as page:
            acts = (await page.until("snapshot"))["acts"]
            assert [(act["operator"], act["act"]) for act in acts] == [
                ("Bea", "login"),
                ("Ana", "login"),
            ]

    operate(story)


def test_a_quiet_page_is_told_that_we_are_still_there(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with await browser.live() as page:
            await page.until("snapshot")
            began = asyncio.get_running_loop().time()
            assert await page.next() == {"type": "still"}
            assert 14 < asyncio.get_running_loop().time() - began < 16
            await page.send({"type": "ping"})
            assert await page.next() == {"type": "pong"}
            for odd in (
                "no object",
                ["watch"],
                {"type": "watch"},
                {"type": "watch", "id": 5},
                b"x",
            ):
                await page.send(odd)
            await page.send({"type": "ping"})
            assert await page.next() == {"type": "pong"}

    operate(story)


def test_a_page_that_floods_us_is_closed(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        for flood in ([{"type": "ping"}] * 50, ["x" * 2000]):
            async with await browser.live() as page:
                await page.until("snapshot")
                for message in flood:
                    await page.send(message)
                await asyncio.wait_for(page.ended.wait(), 5)
                assert page.close_code == 1008

    operate(story)


def test_a_frozen_page_is_given_up_and_disturbs_nobody(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with Customer(rehearsal) as customer:
            call = await customer.call()
            async with await browser.live() as frozen, await browser.live() as page:
                await frozen.until("snapshot")
                frozen.reads.clear()
                await asyncio.wait_for(frozen.ended.wait(), 15)
                assert frozen.close_code is None
                await page.send({"type": "watch", "id": call})
                await page.until("entries")
        over = await rehearsal.service.store.call(call)
        assert over is not None and over.result is not None
        assert over.result.status == BOOKED.ends_as

    operate(story)


async def test_a_slow_page_gets_a_snapshot_instead_of_everything_it_missed() -> None:
    made = 0

    def snapshot(_: Subscriber) -> list[str]:
        nonlocal made
        made += 1
        return ['{"type":"snapshot"}', '{"type":"entries"}']

    async def read(count: int) -> list[tuple[int, str]]:
        texts = [json.loads(await subscriber.next()) for _ in range(count)]
        return [(text["n"], text["type"]) for text in texts]

    subscriber = Subscriber(snapshot)
    subscriber.tell('{"type":"call"}')  # the snapshot knows it
    assert await read(2) == [(0, "snapshot"), (1, "entries")]
    for _ in range(MOST_WAITING):
        subscriber.tell('{"type":"call"}')
    for _ in range(10):
        subscriber.tell_latest("levels", '{"type":"levels"}')
    told = await read(MOST_WAITING + 1)
    assert [number for number, _ in told] == list(range(2, MOST_WAITING + 3))
    assert [kind for _, kind in told] == ["call"] * MOST_WAITING + ["levels"]
    for _ in range(MOST_WAITING + 50):
        subscriber.tell('{"type":"call"}')
    assert await read(2) == [(0, "snapshot"), (1, "entries")]
    assert made == 2
    subscriber.tell('{"type":"act"}')
    assert await read(1) == [(2, "act")]


def test_pages_are_closed_when_the_service_stops(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with await browser.live() as page:
            await page.until("snapshot")
            await rehearsal.service.drain(1.0)
            await asyncio.wait_for(page.ended.wait(), 1)
            assert page.close_code == 1001
        async with await browser.live() as page:
            await page.ended.wait()
        assert (page.accepted, page.status) == (False, 503)

    operate(story)


def needs_of(rehearsal: Rehearsal, tasks: asyncio.TaskGroup) -> OperatorsNeeds:
    board, store = rehearsal.service.switchboard, rehearsal.service.store

    async def no_tool(attempt_id: str, name: str, parameters: Mapping[str, object]) -> str:
        return "{}"

    return OperatorsNeeds(
        password="x",
        secret="",
        base_url="",
        recordings=Path("nowhere"),
        zone="UTC",
        now=rehearsal.now,
        board=board,
        hear_pieces=lambda hear: None,
        being_recorded=lambda attempt_id: False,
        store=store,
        answer_tool=no_tool,
        tasks=lambda: tasks,
    )


def test_more_lines_than_anybody_could_tell_end_in_a_snapshot(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with Customer(rehearsal) as customer, asyncio.TaskGroup() as tasks:
            call = await customer.call()
            feed = Feed(needs_of(rehearsal, tasks))
            running = tasks.create_task(feed.run())
            async with feed.subscriber() as page:
                assert json.loads(await page.next())["type"] == "snapshot"
                # Half a surrogate pair, as an agent's JSON can hold it, is text like any other.
                line = TimelineEntry(1.0, EntryKind.SAID, "a\ud800", Speaker.AGENT)
                feed.call_noted(call, line)
                told = await page.next()
                told.encode()
                assert json.loads(told)["call"]["last"]["text"] == "a\ud800"
                for _ in range(MOST_QUEUED + 1):
                    feed.call_noted(call, line)
                again = json.loads(await page.next())
                assert (again["n"], again["type"]) == (0, "snapshot")
                # Anew from the call itself, which nobody told these lines.
                assert again["calls"][0]["last"] is None
            running.cancel()
            rehearsal.service.switchboard.cancel(call)

    operate(story)


def test_without_a_page_nothing_is_kept_of_what_calls_note(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with asyncio.TaskGroup() as tasks:
            feed = Feed(needs_of(rehearsal, tasks))
            line = TimelineEntry(1.0, EntryKind.SAID, "x", Speaker.AGENT)
            tracemalloc.start()
            before = tracemalloc.get_traced_memory()[0]
            for _ in range(50_000):
                feed.call_noted("call", line)
            assert tracemalloc.get_traced_memory()[0] - before < 10_000
            tracemalloc.stop()

    operate(story)

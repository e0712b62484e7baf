"""A worker whose call another one keeps: it leaves it alone, and hangs up only what is its own."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bridge.events import PhoneProgress, PhoneStatus
from bridge.recorder import CallRecorder
from bridge.timings import CallTimings
from data.call import CallReport, EndCause, EntryKind
from tests.bridge.switchboard.conftest import sid_of
from tests.bridge.switchboard.ears import ear_of
from tests.bridge.switchboard.workers import Workers


def test_a_call_that_is_let_go_ends_without_a_word() -> None:
    workers = Workers()
    kept: list[CallReport] = []

    async def save(recorder: CallRecorder, report: CallReport) -> None:
        kept.append(report)

    workers["B"].save = save

    async def story() -> None:
        token = await workers.rings_and_is_answered("B", asks="B")
        carrier, _ = await workers.talks("B", token)
        heard: list[object] = []

        async def listen() -> None:
            async with ear_of(workers["B"]) as ear:
                heard.extend([piece async for piece in ear])

        listener = asyncio.create_task(listen())
        await asyncio.sleep(1)
        assert workers["B"].board.let_go("one")
        assert workers["B"].board.live() == () and workers["B"].board.live_calls == 0
        assert not workers["B"].board.cancel("one")
        assert not workers["B"].board.let_go("one")
        await asyncio.sleep(0.1)
        assert listener.done() and heard, "who listened is told that it is over"
        agent, _ = workers["B"].agents[0]
        assert agent.closed == (1000, "call ended")
        assert carrier.closed is not None
        await asyncio.sleep(60)
        assert await workers["B"].board.drain(0.1)

    workers.run(story)
    assert workers.carrier.hung_up == [] and workers.reports() == [] and kept == []
    assert workers.neighbours["B"].gone == ["one"]


def test_a_call_that_is_let_go_at_once_is_not_ordered() -> None:
    workers = Workers()

    async def story() -> None:
        workers.place("B")
        assert workers["B"].board.let_go("one")
        await asyncio.sleep(1)

    workers.run(story)
    assert workers.carrier.orders == [] and workers.reports() == []


def test_an_order_that_is_answered_after_the_call_has_gone_is_not_hung_up() -> None:
    workers = Workers()
    workers.carrier.dial_takes_s = 10.0

    async def story() -> None:
        token = await workers.rings_and_is_answered("B", asks="A")
        await workers.talks("C", token)
        assert workers["B"].board.live_calls == 0
        await asyncio.sleep(5)
        assert workers.carrier.hung_up == []
        assert workers["C"].board.live_calls == 1
        workers["C"].board.cancel("one")

    workers.run(story)
    assert workers.reports() == ["C"]
    assert workers.neighbours["B"].asked == [], "the order is not even waited for"


def test_a_report_that_is_not_taken_is_dropped_once_another_keeps_the_call() -> None:
    workers = Workers()
    workers["B"].observer.fails = 1000
    kept: list[CallReport] = []

    async def save(recorder: CallRecorder, report: CallReport) -> None:
        kept.append(report)

    workers["B"].save = save

    async def story() -> None:
        workers.place("B")
        await asyncio.sleep(1)
        workers.says("B", PhoneProgress(PhoneStatus.BUSY))
        await asyncio.sleep(10)
        told = workers["B"].observer.told
        assert told > 2
        assert workers["B"].board.let_go("one")
        await asyncio.sleep(300)
        assert workers["B"].observer.told == told

    workers.run(story)
    assert kept == []


# --- before it hangs up -------------------------------------------------------------------------
QUICK = CallTimings(reap_after_s=10.0, reap_every_s=5.0, stream_wait_s=5.0)


def test_a_keeper_who_has_not_heard_hangs_up_nobodys_call() -> None:
    workers = Workers(bell_s=None)
    workers["B"].timings = QUICK

    async def story() -> None:
        token = await workers.rings_and_is_answered("B", asks="A")
        _, listener = await workers.talks("C", token)
        assert workers["B"].board.live_calls == 1, "the bell was not heard"
        for _ in range(10):
            await asyncio.sleep(2)
            workers["C"].agents[0][1].text_received('{"type":"ping","ping_event":{"event_id":1}}')
            listener.text_received(workers["C"].media(1))
        assert workers["B"].board.live_calls == 0, "its clock ran out, and it asked"
        assert workers.neighbours["B"].asked == ["one"]
        assert workers.carrier.hung_up == []
        assert workers["C"].board.live_calls == 1
        listener.text_received(workers["C"].stop())
        await asyncio.sleep(5)

    workers.run(story)
    assert workers.reports() == ["C"]
    assert workers.neighbours["B"].gone == ["one"]


def test_a_keeper_who_has_not_heard_and_must_stop_hangs_up_nobodys_call() -> None:
    workers = Workers(bell_s=None)

    async def story() -> None:
        token = await workers.rings_and_is_answered("B", asks="A")
        await workers.talks("C", token)
        await workers["B"].board.drain(0.1)
        assert workers.carrier.hung_up == []
        assert workers["C"].board.live_calls == 1

    workers.run(story)
    assert "B" not in workers.reports()


def test_a_keeper_hangs_up_what_is_still_its_own() -> None:
    workers = Workers()
    workers["B"].timings = QUICK

    async def story() -> None:
        await workers.rings_and_is_answered("B", asks="A")
        await asyncio.sleep(6)
        assert workers.carrier.hung_up == [sid_of("one")]
        await asyncio.sleep(15)

    workers.run(story)
    assert workers["B"].report.ending.detail == "the line was answered but its audio never came"
    assert workers.neighbours["B"].asked == ["one"]


@pytest.mark.parametrize("slow", [True, False])
def test_on_doubt_nobody_is_hung_up(slow: bool, caplog: pytest.LogCaptureFixture) -> None:
    workers = Workers()
    workers["B"].timings = QUICK
    if slow:
        workers.neighbours["B"].leave_takes_s = 3600.0
    else:
        workers.neighbours["B"].failure = ConnectionError("the database is away")

    async def story() -> None:
        await workers.rings_and_is_answered("B", asks="A")
        await asyncio.sleep(30)

    workers.run(story)
    assert workers.carrier.hung_up == []
    troubles = [e.text for e in workers["B"].report.timeline if e.kind is EntryKind.TROUBLE]
    assert troubles[-1] == "not hung up: it is not known which worker has the call"
    (line,) = [each for each in caplog.records if each.name == "bridge.chores"]
    assert line.getMessage().startswith("not hung up, for want of knowing which worker")


def test_a_customer_who_cancels_while_it_rings_is_obeyed_at_once() -> None:
    workers = Workers()
    workers.neighbours["B"].leave_takes_s = 3600.0

    async def story() -> None:
        workers.place("B")
        await asyncio.sleep(1)
        workers.says("A", PhoneProgress(PhoneStatus.RINGING))
        await asyncio.sleep(1)
        workers["B"].board.cancel("one")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert workers.carrier.hung_up == [sid_of("one")], "whoever has it, they want no call"
        workers.says("A", PhoneProgress(PhoneStatus.CANCELED))
        await asyncio.sleep(0.1)
        assert workers["B"].report.ending.cause is EndCause.CANCELLED

    workers.run(story)
    assert workers.reports() == ["B"] and workers.neighbours["B"].asked == []


def test_a_customer_who_cancelled_is_obeyed_although_the_call_has_just_moved() -> None:
    workers = Workers()
    workers.carrier.hang_up_takes_s = 0.5

    async def story() -> None:
        token = await workers.rings_and_is_answered("B", asks="A")
        workers["B"].board.cancel("one")
        workers.sound("C", token)
        await asyncio.sleep(0.2)
        assert workers["B"].board.live_calls == 0
        await asyncio.sleep(0.4)
        assert workers.carrier.hung_up == [sid_of("one")]
        workers["C"].board.cancel("one")

    workers.run(story)
    assert workers.reports() == ["C"]


@pytest.mark.parametrize("slow", [True, False])
def test_a_customer_who_cancels_while_it_is_being_asked_is_obeyed(slow: bool) -> None:
    workers = Workers()
    workers["B"].timings = QUICK
    workers.neighbours["B"].leave_takes_s = 3600.0 if slow else 2.0

    async def story() -> None:
        await workers.rings_and_is_answered("B", asks="A")
        await asyncio.sleep(5)
        assert workers.neighbours["B"].asked == ["one"]
        workers.calls["one"].keeper = "nobody"
        workers["B"].board.cancel("one")
        await asyncio.sleep(4)
        assert workers.carrier.hung_up == [sid_of("one")]

    workers.run(story)


@pytest.mark.parametrize("at", ["B", "C"])
def test_a_call_with_its_sound_here_is_hung_up_without_asking(at: str) -> None:
    workers = Workers()

    async def story() -> None:
        token = await workers.rings_and_is_answered("B", asks="A")
        _, listener = await workers.talks(at, token)
        listener.socket_closed(1006, "")
        await asyncio.sleep(15)

    workers.run(story)
    assert workers.carrier.hung_up == [sid_of("one")]
    assert workers.neighbours[at].asked == []
    assert workers[at].report.ending.cause is EndCause.CARRIER_LOST


def test_a_call_that_nobody_shares_is_hung_up_without_asking(tmp_path: Path) -> None:
    workers = Workers("B")
    workers["B"].elsewhere = None
    workers["B"].timings = QUICK

    async def story() -> None:
        workers.place("B")
        workers.answers("B")
        await asyncio.sleep(6)
        assert workers["B"].agents, "nobody else can get the sound: the agent is opened early"

    workers.run(story)
    assert workers.carrier.hung_up == [sid_of("one")]
    assert workers.neighbours["B"].asked == []

"""What goes wrong while it is found out whose stream it is, and what is done about it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bridge.events import MachineDetected
from bridge.recorder import CallRecorder
from bridge.recording import RecordedCall
from bridge.replay import replay
from bridge.timings import CallTimings
from bridge.twilio_socket import MAX_HELD
from data.call import CallReport, EndCause, EntryKind
from tests.bridge.switchboard.conftest import sid_of
from tests.bridge.switchboard.workers import Workers


def test_sound_waits_for_a_slow_answer_and_none_of_it_is_lost() -> None:
    workers = Workers()
    workers.neighbours["C"].takes_s = 2.9

    async def story() -> None:
        token = await workers.rings_and_is_answered("B", asks="A")
        carrier, listener = workers.sound("C", token)
        for chunk in range(1, 141):
            listener.text_received(workers["C"].media(chunk))
            await asyncio.sleep(0.02)
        listener.text_received("nonsense")
        listener.text_received(workers["C"].start(token))
        await asyncio.sleep(0.3)
        assert carrier.closed is None
        workers["C"].agents[0][1].text_received(workers["C"].metadata())
        assert workers["C"].bad_frames == {"carrier": 2}
        snapshot = workers["C"].call().session.snapshot()
        assert (snapshot.media_missing, snapshot.early_sound_dropped) == (0, 0)
        listener.text_received(workers["C"].media(141))
        assert workers["C"].call().session.snapshot().media_missing == 0
        listener.text_received(workers["C"].stop())
        await asyncio.sleep(5)

    workers.run(story)
    assert workers.reports() == ["C"]


@pytest.mark.parametrize("failure", ["late", "refused by the store"])
def test_a_stream_whose_call_cannot_be_found_is_refused(
    failure: str, caplog: pytest.LogCaptureFixture
) -> None:
    workers = Workers()
    neighbours = workers.neighbours["C"]
    if failure == "late":
        neighbours.takes_s = 60.0
    else:
        neighbours.failure = ConnectionError("the database is away")

    async def story() -> None:
        token = await workers.rings_and_is_answered("B", asks="A")
        carrier, _ = workers.sound("C", token)
        await asyncio.sleep(4.9 if failure == "late" else 0.0)
        assert carrier.closed is None
        await asyncio.sleep(0.2)
        assert carrier.closed == (1008, "not expected")
        assert neighbours.gone == ["one"]
        assert workers["B"].board.live_calls == 1, "it is still B's call"
        workers["B"].board.cancel("one")

    workers.run(story)
    (line,) = [each for each in caplog.records if each.name == "bridge.handover"]
    told = "TimeoutError" if failure == "late" else "ConnectionError: the database is away"
    assert line.getMessage() == f"a media stream is refused, its call was not found: {told}"
    assert line.exc_info is None
    assert workers.reports() == ["B"] and workers["C"].agents == []


def test_a_call_that_is_here_outlives_a_stream_that_could_not_be_found() -> None:
    workers = Workers()
    workers.neighbours["B"].failure = ConnectionError()

    async def story() -> None:
        token = await workers.rings_and_is_answered("B", asks="A")
        carrier, _ = workers.sound("B", token)
        await asyncio.sleep(0.1)
        assert carrier.closed is not None
        assert workers["B"].board.waiting_for_stream() == ["one"]
        assert workers.neighbours["B"].gone == []
        workers["B"].board.cancel("one")

    workers.run(story)
    assert workers.reports() == ["B"]


@pytest.mark.parametrize("how", ["many", "large"])
@pytest.mark.parametrize("granted", [True, False])
def test_no_more_than_three_seconds_of_sound_wait(granted: bool, how: str) -> None:
    workers = Workers()
    workers.neighbours["C"].takes_s = 3.5
    if not granted:
        workers.neighbours["C"].failure = ConnectionError()

    async def story() -> None:
        token = await workers.rings_and_is_answered("B", asks="A")
        carrier, listener = workers.sound("C", token)
        await asyncio.sleep(0.1)
        if how == "large":
            for _ in range(2):
                listener.text_received('{"event":"new","more":"' + "x" * 64_000 + '"}')
        else:
            for chunk in range(1, MAX_HELD + 1):
                listener.text_received(workers["C"].media(chunk))
        assert carrier.closed is None
        for chunk in range(151, 182):
            listener.text_received(workers["C"].media(chunk))
        assert carrier.closed == (1013, "its call was not found in time")
        listener.socket_closed(1013, "")
        await asyncio.sleep(4)
        assert workers.carrier.hung_up == ([sid_of("one")] if granted else [])
        if not granted:
            workers["B"].board.cancel("one")
        await asyncio.sleep(20)

    workers.run(story)
    assert workers.reports() == (["C"] if granted else ["B"])
    if granted:
        report = workers["C"].report
        assert report.ending.cause is EndCause.CARRIER_LOST
        assert report.ending.detail == "the carrier's sound had to wait too long for its call"


def test_nothing_is_taken_for_a_socket_that_is_gone() -> None:
    workers = Workers()

    async def story() -> None:
        token = await workers.rings_and_is_answered("B", asks="A")
        _, listener = workers.sound("C", token)
        listener.socket_closed(1006, "")
        await asyncio.sleep(1)
        assert workers.neighbours["C"].wanted == []
        assert workers["B"].board.live_calls == 1
        workers["B"].board.cancel("one")

    workers.run(story)
    assert workers.reports() == ["B"]


@pytest.mark.parametrize("moment", ["asking", "told", "notices"])
def test_a_call_that_was_taken_for_a_socket_that_went_meanwhile_is_ended(moment: str) -> None:
    workers = Workers()
    neighbours = workers.neighbours["C"]
    neighbours.takes_s = neighbours.answer_takes_s = neighbours.notices_take_s = 0.5

    async def story() -> None:
        token = await workers.rings_and_is_answered("B", asks="A")
        _, listener = workers.sound("C", token)
        await asyncio.sleep({"asking": 0.2, "told": 0.7, "notices": 1.2}[moment])
        listener.text_received(workers["C"].media(1))
        listener.socket_closed(1006, "")
        await asyncio.sleep(2)
        assert workers.carrier.hung_up == [sid_of("one")]
        await asyncio.sleep(15)

    workers.run(story)
    assert workers.reports() == ["C"]
    assert workers["C"].report.ending.cause is EndCause.CARRIER_LOST
    assert "code 1006" in workers["C"].report.ending.detail


@pytest.mark.parametrize("late", [True, False])
def test_a_call_talks_although_nobody_can_say_what_was_told_of_it(late: bool) -> None:
    workers = Workers()
    if late:
        workers.neighbours["C"].notices_take_s = 60.0
    else:
        workers.neighbours["C"].notices_failure = ConnectionError()

    async def story() -> None:
        token = await workers.rings_and_is_answered("B", asks="A")
        workers.sound("C", token)
        await asyncio.sleep(1.1)
        assert len(workers["C"].agents) == 1
        workers["C"].board.cancel("one")

    workers.run(story)
    assert workers.reports() == ["C"]


def test_a_defect_in_taking_a_call_harms_no_other(caplog: pytest.LogCaptureFixture) -> None:
    workers = Workers()
    exchange = workers["C"]
    made = 0

    def breaks(order: object) -> CallRecorder:
        nonlocal made
        made += 1
        if made == 2:
            raise RuntimeError("a defect")
        return CallRecorder("", CallTimings())

    async def story() -> None:
        exchange.board._new_recorder = breaks
        workers.place("C", "another")
        token = await workers.rings_and_is_answered("B", asks="A")
        carrier, _ = workers.sound("C", token)
        await asyncio.sleep(0.1)
        assert carrier.closed == (1008, "not expected")
        assert workers.neighbours["C"].gone == ["one"], "somebody must look after it"
        assert exchange.board.live_calls == 1
        exchange.board.cancel("another")

    workers.run(story)
    assert [each.getMessage() for each in caplog.records if each.exc_info] == [
        "a call could not be taken over"
    ]
    assert workers.reports() == ["C"]


# --- limits and stopping ------------------------------------------------------------------------
def test_a_call_that_comes_here_is_taken_although_all_lines_are_in_use() -> None:
    workers = Workers()
    workers["C"].max_calls = 1

    async def story() -> None:
        workers.place("C", "another")
        token = await workers.rings_and_is_answered("B", asks="A")
        await workers.talks("C", token)
        assert workers["C"].board.live_calls == 2
        assert not workers["C"].board.has_room()

    workers.run(story)


def test_a_draining_worker_takes_a_call_and_waits_for_it() -> None:
    workers = Workers()
    workers.neighbours["C"].takes_s = 0.5

    async def story() -> None:
        token = await workers.rings_and_is_answered("B", asks="A")
        carrier, listener = workers.sound("C", token)
        drained = asyncio.create_task(workers["C"].board.drain(60))
        await asyncio.sleep(1)
        assert not drained.done(), "the call was on its way"
        assert carrier.closed is None
        workers["C"].agents[0][1].text_received(workers["C"].metadata())
        listener.text_received(workers["C"].stop())
        assert await drained

    workers.run(story)
    assert workers["C"].report.ending.cause is EndCause.BUSINESS_HUNG_UP


def test_a_call_that_comes_after_the_time_for_draining_is_ended_like_the_others() -> None:
    workers = Workers()
    workers.neighbours["C"].takes_s = 2.0

    async def story() -> None:
        token = await workers.rings_and_is_answered("B", asks="A")
        workers.sound("C", token)
        assert not await workers["C"].board.drain(1)
        assert workers.carrier.hung_up == [sid_of("one")]

    workers.run(story)
    assert workers["C"].report.ending.cause is EndCause.SHUTDOWN


def test_a_worker_that_has_stopped_takes_no_stream() -> None:
    workers = Workers()

    async def story() -> None:
        token = await workers.rings_and_is_answered("B", asks="A")
        socket, listener = workers["C"].connect()
        await workers["C"].board.__aexit__()
        listener.text_received(workers["C"].start(token))
        assert socket.closed == (1008, "not expected")
        workers["B"].board.cancel("one")

    workers.run(story)
    assert workers.reports() == ["B"]


def test_a_call_may_not_talk_longer_for_having_changed_hands() -> None:
    workers = Workers()
    workers["C"].timings = CallTimings(max_call_s=30.0, agent_stall_s=100.0)

    async def story() -> None:
        workers.place("B")
        await asyncio.sleep(50)
        token = workers.answers("A")
        await workers.talks("C", token)
        await asyncio.sleep(29)
        assert workers.carrier.hung_up == []
        await asyncio.sleep(1)
        assert workers.carrier.hung_up == [sid_of("one")]
        await asyncio.sleep(15)

    workers.run(story)
    report = workers["C"].report
    assert report.ending.cause is EndCause.TOO_LONG
    assert report.talked_s == pytest.approx(30, abs=0.2)
    assert max(entry.at_s for entry in report.timeline) > 80


# --- recording ----------------------------------------------------------------------------------
@pytest.mark.parametrize("rang_s", [7, 240])
def test_a_call_that_came_here_is_recorded_and_replayed(rang_s: int, tmp_path: Path) -> None:
    workers = Workers()

    async def save(recorder: CallRecorder, report: CallReport) -> None:
        await recorder.save(tmp_path, report)

    workers["B"].save = workers["C"].save = save
    workers["B"].timings = CallTimings(reap_after_s=1000.0, reap_give_up_s=1000.0)

    async def story() -> None:
        workers.place("B")
        workers.says("A", MachineDetected("human"))
        await asyncio.sleep(rang_s)
        token = workers.answers("A")
        _, listener = workers.sound("C", token)
        for chunk in range(1, 50):
            listener.text_received(workers["C"].media(chunk))
        await asyncio.sleep(0.1)
        agent = workers["C"].agents[0][1]
        agent.text_received(workers["C"].metadata())
        agent.text_received(workers["C"].speech(1, ms=900))
        await asyncio.sleep(1)
        agent.text_received(workers["C"].tool_call())
        listener.text_received(workers["C"].stop())
        await asyncio.sleep(5)

    workers.run(story)
    (folder,) = tmp_path.iterdir()
    recorded = RecordedCall.load(folder)
    assert recorded.begins_at == pytest.approx(rang_s, abs=0.1)
    assert recorded.entries[0].t >= recorded.begins_at
    assert recorded.about["sound_began"] == pytest.approx(rang_s, abs=0.1)
    report = replay(recorded)
    assert report.passed, "\n".join(report.lines())
    assert report.ending is not None and report.ending.cause is EndCause.BUSINESS_HUNG_UP
    disturbed = replay(recorded, "drop-frames")
    assert disturbed.passed, "\n".join(disturbed.lines())
    assert disturbed.to_business.byte_count, "no clock ran before the call came here"
    assert [e for e in workers["C"].report.timeline if e.kind is EntryKind.MACHINE]

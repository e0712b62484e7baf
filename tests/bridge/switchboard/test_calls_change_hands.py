"""Three workers on one store: ordered at B, asked about at A, its sound arrives at C."""

from __future__ import annotations

import asyncio
import json

import pytest

from bridge.events import MachineDetected, PhoneProgress, PhoneStatus
from data.call import EndCause, EntryKind
from simulation.signing import sign
from tests.bridge.switchboard.conftest import AUTH_TOKEN, sid_of
from tests.bridge.switchboard.workers import Workers


def test_a_call_goes_on_where_its_sound_arrives() -> None:
    workers = Workers()

    async def story() -> None:
        token = await workers.rings_and_is_answered("B", asks="A")
        carrier, listener = workers.sound("C", token)
        for chunk in range(1, 6):
            listener.text_received(workers["C"].media(chunk))
        await asyncio.sleep(0.1)
        assert workers["B"].board.live_calls == 0
        (live,) = workers["C"].board.live()
        assert 7.5 < live.at_s < 8, "the clock goes on from the order"
        agent, said = workers["C"].agents[0]
        said.text_received(workers["C"].metadata())
        opening = json.loads(agent.sent[0])
        assert opening["dynamic_variables"]["language"] == "es"
        assert agent.kinds()[1:] == ["user_audio_chunk"], "what it waited with, in one piece"
        listener.text_received(workers["C"].media(6))
        assert agent.kinds().count("user_audio_chunk") == 2
        assert carrier.closed is None
        await asyncio.sleep(9)
        listener.text_received(workers["C"].stop())
        await asyncio.sleep(5)

    workers.run(story)
    assert workers.reports() == ["C"]
    report = workers["C"].report
    assert report.ending.cause is EndCause.BUSINESS_HUNG_UP
    assert (report.call_sid, report.answered) == (sid_of("one"), True)
    assert report.talked_s == pytest.approx(11.1), "the agent's two seconds to report included"
    assert all(entry.at_s >= 7.5 for entry in report.timeline)
    assert workers.carrier.orders == ["one"] and workers.carrier.hung_up == []
    assert workers["B"].agents == workers["A"].agents == []
    assert workers.neighbours["B"].gone == ["one"]
    assert workers.neighbours["A"].gone == workers.neighbours["C"].gone == []
    assert not workers["C"].bad_frames


def test_a_call_stays_where_it_is_when_its_sound_arrives_there() -> None:
    workers = Workers()

    async def story() -> None:
        token = await workers.rings_and_is_answered("B", asks="B")
        assert workers["B"].agents == [], "the sound could still have come to another worker"
        _, listener = await workers.talks("B", token)
        assert workers["B"].board.live_calls == 1
        listener.text_received(workers["B"].stop())
        await asyncio.sleep(5)

    workers.run(story)
    assert workers.reports() == ["B"]
    phases = [e.text for e in workers["B"].report.timeline if e.kind is EntryKind.PHASE]
    assert phases == ["connecting", "talking", "closing", "ended"]
    assert workers.neighbours["B"].gone == []


@pytest.mark.parametrize("others", [("A", "C"), ("B", "C"), ("C", "C")])
def test_a_stream_that_comes_twice_is_taken_once(others: tuple[str, str]) -> None:
    workers = Workers()
    for each in workers.neighbours.values():
        each.takes_s = 0.05

    async def story() -> None:
        token = await workers.rings_and_is_answered("B", asks="A")
        sockets = [workers.sound(at, token) for at in others]
        await asyncio.sleep(0.2)
        assert sorted(socket.closed is None for socket, _ in sockets) == [False, True]
        assert [socket.closed for socket, _ in sockets if socket.closed] == [(1008, "not expected")]
        assert sum(workers[at].board.live_calls for at in "ABC") == 1
        for _, listener in sockets:
            listener.text_received(workers["C"].stop())
        await asyncio.sleep(5)

    workers.run(story)
    assert len(workers.reports()) == 1
    assert sum(len(workers[at].agents) for at in "ABC") == 1


def test_a_stream_that_comes_again_later_is_refused_everywhere() -> None:
    workers = Workers()

    async def story() -> None:
        token = await workers.rings_and_is_answered("B", asks="A")
        _, listener = await workers.talks("C", token)
        for at in "AB":
            late, _ = workers.sound(at, token)
            await asyncio.sleep(0.1)
            assert late.closed == (1008, "not expected")
        with pytest.raises(AssertionError):
            workers["C"].connect()
        listener.text_received(workers["C"].stop())

    workers.run(story)
    assert workers.reports() == ["C"]


def test_who_may_knock() -> None:
    workers = Workers()

    async def story() -> None:
        board = workers["C"].board
        path = "/media/nobody"
        signature = sign(AUTH_TOKEN, f"wss://vocero.example{path}")
        assert board.refuse_upgrade(path, signature) is None, "it may be another worker's"
        assert board.refuse_upgrade(path, "forged") == 403
        for token in ("", "wrong", workers.neighbours["C"].token("another", sid_of("nobody"))):
            socket, listener = workers["C"].connect("nobody")
            listener.text_received(workers["C"].start(token, "nobody"))
            assert socket.closed == (1008, "not expected")
        assert workers.neighbours["C"].wanted == [], "the store is not asked for strangers"
        token = workers.neighbours["C"].token("nobody", sid_of("nobody"))
        socket, _ = workers.sound("C", token, "nobody")
        await asyncio.sleep(0.1)
        assert socket.closed == (1008, "not expected")
        for _ in range(4):
            workers["C"].connect("nobody")
        assert board.refuse_upgrade(path, signature) == 503

    workers.run(story)
    assert workers.reports() == []


# --- notices ------------------------------------------------------------------------------------
RINGS = PhoneProgress(PhoneStatus.RINGING)
ANSWERED = PhoneProgress(PhoneStatus.IN_PROGRESS)
MACHINE = MachineDetected("machine_end_beep")
HUMAN = MachineDetected("human")


@pytest.mark.parametrize("bell_s", [0.002, None])
def test_what_was_told_before_the_sound_came_is_known_where_it_arrives(
    bell_s: float | None,
) -> None:
    workers = Workers(bell_s=bell_s)

    async def story() -> None:
        workers.place("B")
        await asyncio.sleep(1)
        for at, event in (("C", ANSWERED), ("A", HUMAN), ("A", RINGS), ("B", MACHINE)):
            workers.says(at, event)
        token = workers.answers("A")
        workers.sound("C", token)
        await asyncio.sleep(1)

    workers.run(story)
    assert workers["C"].agents == [], "nobody speaks to a machine"
    assert workers["C"].report.ending.cause is EndCause.VOICEMAIL
    verdicts = [e.text for e in workers["C"].report.timeline if e.kind is EntryKind.MACHINE]
    assert verdicts == ["human", "machine_end_beep"]


def test_a_call_that_ended_on_its_way_here_is_over() -> None:
    workers = Workers()
    workers.neighbours["C"].takes_s = 0.5

    async def story() -> None:
        token = await workers.rings_and_is_answered("B", asks="A")
        _, listener = workers.sound("C", token)
        workers.says("C", PhoneProgress(PhoneStatus.COMPLETED))
        await asyncio.sleep(0.1)
        listener.text_received(workers["C"].stop())
        listener.socket_closed(1000, "")
        await asyncio.sleep(5)

    workers.run(story)
    assert workers["C"].report.ending.cause is EndCause.BUSINESS_HUNG_UP
    assert workers["C"].agents == []


def test_a_notice_reaches_a_call_once_however_often_it_is_given() -> None:
    workers = Workers()
    workers.neighbours["C"].notices_take_s = 0.5

    async def story() -> None:
        token = await workers.rings_and_is_answered("B", asks="A")
        before = workers.keep("one", MachineDetected("unknown"))
        workers.sound("C", token)
        await asyncio.sleep(0.2)
        meanwhile = workers.keep("one", HUMAN)
        for number, event in ((before, MachineDetected("unknown")), (meanwhile, HUMAN)):
            for _ in range(2):
                assert workers["C"].board.notice("one", number, event)
        await asyncio.sleep(0.5)
        workers["C"].agents[-1][1].text_received(workers["C"].metadata())
        workers.says("C", MachineDetected("fax_or_so"))
        workers.says("A", MachineDetected("late"))
        await asyncio.sleep(0.1)
        workers["C"].board.cancel("one")

    workers.run(story)
    verdicts = [e.text for e in workers["C"].report.timeline if e.kind is EntryKind.MACHINE]
    assert sorted(verdicts) == ["fax_or_so", "human", "late", "unknown"]


def test_a_notice_of_another_call_or_for_nobody_is_not_taken() -> None:
    workers = Workers()

    async def story() -> None:
        workers.place("B")
        await asyncio.sleep(0.1)
        busy = PhoneProgress(PhoneStatus.BUSY)
        assert not workers["B"].board.notice("one", 1, busy, "CA" + "9" * 32)
        assert not workers["A"].board.notice("one", 1, busy)
        assert workers["B"].board.live_calls == 1
        assert workers["B"].board.waiting_for_stream() == ["one"]
        assert workers["B"].board.notice("one", 1, busy)
        await asyncio.sleep(1)
        assert workers["B"].board.waiting_for_stream() == []

    workers.run(story)
    assert workers["B"].report.ending.cause is EndCause.BUSY


def test_a_notice_may_name_the_call_before_the_order_is_answered() -> None:
    workers = Workers()
    workers.carrier.dial_takes_s = 5.0

    async def story() -> None:
        workers.place("B")
        await asyncio.sleep(0.5)
        workers.says("A", PhoneProgress(PhoneStatus.RINGING))
        await asyncio.sleep(0.1)
        assert workers["B"].call().call_sid == sid_of("one")
        workers["B"].board.cancel("one")
        await asyncio.sleep(1)
        assert workers.carrier.hung_up == [sid_of("one")]

    workers.run(story)


def test_only_calls_without_their_sound_wait_for_it() -> None:
    workers = Workers()

    async def story() -> None:
        token = await workers.rings_and_is_answered("B", asks="A")
        assert workers["B"].board.waiting_for_stream() == ["one"]
        _, listener = await workers.talks("C", token)
        assert workers["B"].board.waiting_for_stream() == []
        assert workers["C"].board.waiting_for_stream() == []
        listener.text_received(workers["C"].stop())

    workers.run(story)

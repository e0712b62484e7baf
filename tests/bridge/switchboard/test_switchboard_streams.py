"""A stream belongs to a call only with its token, once, in time, and for its own call sid."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bridge.events import PhoneProgress, PhoneStatus
from bridge.phases import Phase
from bridge.turns import IN_ONE_ROUND
from data.call import EndCause

if TYPE_CHECKING:
    from tests.bridge.switchboard.conftest import Exchange


def test_a_good_start_opens_the_call_and_both_sides_hear_each_other(exchange: Exchange) -> None:
    async def story() -> None:
        carrier, listener = await exchange.talk()
        for chunk in range(1, 6):
            listener.text_received(exchange.media(chunk))
        agent = exchange.agents[0][0]
        assert agent.kinds()[0] == "conversation_initiation_client_data"
        assert agent.kinds().count("user_audio_chunk") == 5
        assert carrier.closed is None
        listener.text_received(exchange.stop())
        await asyncio.sleep(5)

    exchange.run(story)
    assert exchange.report.ending.cause is EndCause.BUSINESS_HUNG_UP
    assert exchange.report.answered
    assert not exchange.bad_frames


@pytest.mark.parametrize(
    "changes",
    [
        {"customParameters": {"token": "wrong"}},
        {"customParameters": {"token": ""}},
        {"customParameters": {"token": "ñ"}},
        {"customParameters": {}},
        {"callSid": "CA" + "9" * 32},
        {"mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 16000, "channels": 1}},
        {"mediaFormat": {"encoding": "audio/L16", "sampleRate": 8000, "channels": 1}},
        {"mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 2}},
    ],
    ids=["wrong", "empty", "not ASCII", "none", "other call", "rate", "encoding", "stereo"],
)
def test_a_start_that_does_not_fit_is_closed_and_the_right_one_still_works(
    changes: dict[str, Any], exchange: Exchange
) -> None:
    async def story() -> None:
        exchange.place()
        token = await exchange.answer()
        stranger, listener = exchange.connect()
        listener.text_received(exchange.start(token, **changes))
        assert stranger.closed is not None and stranger.closed[0] == 1008
        listener.text_received(exchange.media(1))
        listener.text_received(exchange.start(token))
        listener.socket_closed(1008, "")
        assert exchange.report_count() == 0
        carrier, listener = exchange.connect()
        listener.text_received(exchange.start(token))
        await asyncio.sleep(0.1)
        assert carrier.closed is None
        exchange.agents[0][1].text_received(exchange.metadata())
        listener.text_received(exchange.media(1))
        assert "user_audio_chunk" in exchange.agents[0][0].kinds()
        listener.text_received(exchange.stop())
        await asyncio.sleep(5)

    exchange.run(story)
    assert len(exchange.agents) == 1
    assert exchange.report.ending.cause is EndCause.BUSINESS_HUNG_UP


def test_a_start_before_the_call_asked_for_its_twiml_has_no_token_to_guess(
    exchange: Exchange,
) -> None:
    async def story() -> None:
        exchange.place()
        stranger, listener = exchange.connect()
        listener.text_received(exchange.start(""))
        assert stranger.closed == (1008, "not expected")
        exchange.board.cancel("one")

    exchange.run(story)
    assert exchange.agents == []


def test_a_token_opens_one_stream_only(exchange: Exchange) -> None:
    async def story() -> None:
        exchange.place()
        token = await exchange.answer()
        assert await exchange.answer() == token, "the carrier may ask for the TwiML twice"
        early, early_listener = exchange.connect()
        first, listener = exchange.connect()
        listener.text_received(exchange.start(token))
        early_listener.text_received(exchange.start(token))
        assert early.closed == (1008, "not expected")
        assert first.closed is None
        with pytest.raises(AssertionError):
            exchange.connect()
        assert exchange.board.answer("one", exchange.call().call_sid) is None
        listener.text_received(exchange.stop())

    exchange.run(story)


def test_a_second_start_is_a_bad_frame_and_changes_nothing(exchange: Exchange) -> None:
    async def story() -> None:
        carrier, listener = await exchange.talk()
        listener.text_received(exchange.start("whatever", streamSid="MZ" + "2" * 32))
        listener.text_received(exchange.media(1))
        assert carrier.closed is None
        assert exchange.bad_frames == {"carrier": 1}
        assert exchange.call().session.snapshot().stream_sid == "MZ" + "1" * 32
        listener.text_received(exchange.stop())

    exchange.run(story)


def test_what_comes_before_a_start_counts_as_bad_and_the_socket_is_closed_in_time(
    exchange: Exchange,
) -> None:
    async def story() -> None:
        exchange.place()
        await exchange.answer()
        socket, listener = exchange.connect()
        listener.text_received('{"event":"connected","protocol":"Call","version":"1.0.0"}')
        listener.text_received('{"event":"something new"}')
        listener.text_received(exchange.media(1))
        listener.text_received(exchange.stop())
        assert exchange.bad_frames == {"carrier": 2}
        await asyncio.sleep(4.9)
        assert socket.closed is None
        await asyncio.sleep(0.2)
        assert socket.closed == (1008, "no start in time")
        exchange.board.cancel("one")

    exchange.run(story)


def test_a_webhook_may_be_faster_than_the_answer_to_our_order(exchange: Exchange) -> None:
    exchange.carrier.dial_takes_s = 2.0

    async def story() -> None:
        exchange.place()
        token = await exchange.answer()
        assert exchange.call().call_sid
        _, listener = exchange.connect()
        listener.text_received(exchange.start(token))
        await asyncio.sleep(3.0)
        listener.text_received(exchange.stop())

    exchange.run(story)
    assert exchange.report.answered


def test_a_callback_that_names_another_call_is_not_believed(exchange: Exchange) -> None:
    async def story() -> None:
        exchange.place()
        await asyncio.sleep(0.1)
        forged = PhoneProgress(PhoneStatus.COMPLETED)
        assert not exchange.board.phone_said("one", "CA" + "9" * 32, forged)
        assert not exchange.board.phone_said("one", "", forged)
        assert exchange.board.answer("one", "CA" + "9" * 32) is None
        assert not exchange.board.phone_said("two", exchange.call().call_sid, forged)
        assert exchange.board.live_calls == 1
        busy = PhoneProgress(PhoneStatus.BUSY, 486)
        assert exchange.board.phone_said("one", exchange.call().call_sid, busy)
        await asyncio.sleep(1)

    exchange.run(story)
    assert exchange.report.ending.cause is EndCause.BUSY


def test_a_socket_that_joins_a_call_that_is_ending_is_refused(exchange: Exchange) -> None:
    async def story() -> None:
        exchange.place()
        token = await exchange.answer()
        socket, listener = exchange.connect()
        exchange.board.cancel("one")
        exchange.board.phone_said(
            "one", exchange.call().call_sid, PhoneProgress(PhoneStatus.COMPLETED)
        )
        listener.text_received(exchange.start(token))
        await asyncio.sleep(1)
        assert socket.closed is not None

    exchange.run(story)
    assert exchange.report.ending.cause is EndCause.CANCELLED


def test_what_the_customer_writes_reaches_the_agent_of_this_call_only(exchange: Exchange) -> None:
    async def story() -> None:
        for name in ("one", "two"):
            await exchange.talk(name)
        assert exchange.board.tell_agent("one", "mejor a las seis")
        first, second = (agent for agent, _ in exchange.agents)
        assert "mejor a las seis" in first.sent[-1]
        assert not any("mejor a las seis" in text for text in second.sent)

    exchange.run(story)


def test_a_hundred_calls_that_end_at_once_let_the_others_through(exchange: Exchange) -> None:
    exchange.max_calls = 101

    async def story() -> None:
        listeners = [(await exchange.talk(f"call{number}"))[1] for number in range(101)]
        *ending, staying = listeners
        for listener in ending:
            listener.text_received(exchange.stop())
        closing = [
            number
            for number in range(100)
            if exchange.call(f"call{number}").session.phase is Phase.CLOSING
        ]
        assert closing == list(range(IN_ONE_ROUND))
        staying.text_received(exchange.media(1))
        assert exchange.agents[-1][0].kinds()[-1] == "user_audio_chunk"
        await asyncio.sleep(5)
        assert exchange.report_count() == 100
        staying.text_received(exchange.stop())

    exchange.run(story)
    causes = {report.ending.cause for report in exchange.observer.reports}
    assert exchange.report_count() == 101 and causes == {EndCause.BUSINESS_HUNG_UP}

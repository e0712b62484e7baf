"""A carrier's socket that sends rubbish, floods, stops reading or vanishes harms only itself."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.twilio_socket import FRAMES_AT_ONCE, MAX_BAD_FRAMES, MAX_UNSENT_BYTES
from data.call import Blame, EndCause

if TYPE_CHECKING:
    from tests.bridge.switchboard.conftest import Exchange

GARBAGE = [
    "",
    "{",
    "null",
    "[" * 50_000,
    '{"event":"media"}',
    '{"event":"media","media":{"payload":"!!!!"}}',
    '{"event":"media","media":{"track":"inbound","payload":5}}',
    '{"event":"mark","mark":{}}',
    '{"event":NaN}',
    '{"event":"media","media":{"payload":"' + "A" * 65_000 + "?" + '"}}',
    "\x00" * 100,
    "\ud800",
]


def test_bad_frames_are_counted_and_skipped_and_the_call_goes_on(exchange: Exchange) -> None:
    async def story() -> None:
        carrier, listener = await exchange.talk()
        for frame in GARBAGE:
            listener.text_received(frame)
        listener.binary_received(b"")
        listener.binary_received(b"\x00" * 1000)
        assert exchange.bad_frames == {"carrier": len(GARBAGE) + 2}
        assert carrier.closed is None
        listener.text_received(exchange.media(1))
        assert exchange.agents[0][0].kinds()[-1] == "user_audio_chunk"
        listener.text_received(exchange.stop())

    exchange.run(story)
    assert exchange.report.ending.cause is EndCause.BUSINESS_HUNG_UP


def test_fifty_of_them_close_the_socket_and_the_call_is_ended(exchange: Exchange) -> None:
    async def story() -> None:
        carrier, listener = await exchange.talk()
        for _ in range(MAX_BAD_FRAMES - 1):
            listener.text_received("{")
        assert carrier.closed is None
        listener.binary_received(b"x")
        assert carrier.closed == (1008, "too many bad frames")
        for _ in range(200):
            listener.text_received("{")
            listener.binary_received(b"")
        listener.socket_closed(1008, "")
        await asyncio.sleep(30)

    exchange.run(story)
    ending = exchange.report.ending
    assert (ending.cause, ending.blame) == (EndCause.CARRIER_LOST, Blame.CARRIER)
    assert any("50 bad frames" in note.text for note in exchange.observer.notes)
    assert exchange.bad_frames == {"carrier": MAX_BAD_FRAMES}
    assert len(exchange.carrier.hung_up) == 1


def test_fifty_bad_frames_of_a_stranger_leave_the_call_alone(exchange: Exchange) -> None:
    async def story() -> None:
        exchange.place()
        token = await exchange.answer()
        stranger, rubbish = exchange.connect()
        for _ in range(MAX_BAD_FRAMES):
            rubbish.text_received("{")
        assert stranger.closed == (1008, "too many bad frames")
        _, listener = exchange.connect()
        listener.text_received(exchange.start(token))
        await asyncio.sleep(0.1)
        listener.text_received(exchange.stop())

    exchange.run(story)
    assert exchange.report.ending.cause is not EndCause.CARRIER_LOST


def test_a_burst_after_a_stall_is_heard_but_a_flood_closes_the_socket(exchange: Exchange) -> None:
    async def story() -> None:
        carrier, listener = await exchange.talk()
        agent = exchange.agents[0][0]
        for chunk in range(1, FRAMES_AT_ONCE - 9):
            listener.text_received(exchange.media(chunk))
        assert agent.kinds().count("user_audio_chunk") == FRAMES_AT_ONCE - 10
        assert carrier.closed is None and not exchange.bad_frames
        for chunk in range(FRAMES_AT_ONCE, FRAMES_AT_ONCE + 100):
            listener.text_received(exchange.media(chunk))
        assert carrier.closed == (1008, "too many bad frames")
        await asyncio.sleep(30)

    exchange.run(story)
    assert exchange.report.ending.cause is EndCause.CARRIER_LOST
    assert any("flood" in note.text for note in exchange.observer.notes)


def test_the_usual_pace_never_uses_the_allowance_up(exchange: Exchange) -> None:
    async def story() -> None:
        _, listener = await exchange.talk()
        agent_listener = exchange.agents[0][1]
        for chunk in range(1, 3001):
            listener.text_received(exchange.media(chunk))
            if chunk % 100 == 0:
                agent_listener.text_received('{"type":"ping","ping_event":{"event_id":1}}')
            await asyncio.sleep(0.02)
        assert not exchange.bad_frames
        listener.text_received(exchange.stop())

    exchange.run(story)


def test_a_carrier_that_stops_reading_is_gone(exchange: Exchange) -> None:
    async def story() -> None:
        carrier, _ = await exchange.talk()
        carrier.unsent_bytes = MAX_UNSENT_BYTES + 1
        sound = {"audio_base_64": b64encode(b"\x7f" * 800).decode(), "event_id": 1}
        exchange.agents[0][1].text_received(json.dumps({"type": "audio", "audio_event": sound}))
        assert carrier.closed == (1013, "not reading")
        await asyncio.sleep(30)

    exchange.run(story)
    ending = exchange.report.ending
    assert (ending.cause, ending.blame) == (EndCause.CARRIER_LOST, Blame.CARRIER)
    assert len(exchange.carrier.hung_up) == 1


@pytest.mark.parametrize("code", [1000, 1006, 1011])
def test_a_socket_that_goes_without_a_stop_is_a_lost_carrier(code: int, exchange: Exchange) -> None:
    async def story() -> None:
        _, listener = await exchange.talk()
        listener.socket_closed(code, "")
        listener.text_received(exchange.media(1))
        await asyncio.sleep(30)

    exchange.run(story)
    assert exchange.report.ending.cause is EndCause.CARRIER_LOST
    assert any(f"code {code}" in note.text for note in exchange.observer.notes)


def test_after_a_stop_nothing_counts_any_more(exchange: Exchange) -> None:
    async def story() -> None:
        _, listener = await exchange.talk()
        listener.text_received(exchange.stop())
        listener.text_received("{")
        listener.text_received(exchange.media(7))
        listener.binary_received(b"x")
        listener.socket_closed(1006, "")
        await asyncio.sleep(10)

    exchange.run(story)
    assert exchange.report.ending.cause is EndCause.BUSINESS_HUNG_UP
    assert not exchange.bad_frames


@settings(max_examples=30, deadline=None)
@given(frames=st.lists(st.text() | st.binary() | st.sampled_from(GARBAGE), max_size=120))
def test_whatever_comes_the_call_ends_with_one_report(frames: list[str | bytes]) -> None:
    # A fresh exchange for each example; the fixture would be shared by all of them.
    from tests.bridge.switchboard.conftest import Exchange

    exchange = Exchange()

    async def story() -> None:
        _, listener = await exchange.talk()
        for frame in frames:
            if isinstance(frame, str):
                listener.text_received(frame)
            else:
                listener.binary_received(frame)
        exchange.board.cancel("one")
        await asyncio.sleep(60)

    exchange.run(story)
    assert len(exchange.observer.reports) == 1
    assert len(exchange.carrier.hung_up) <= 1

"""An agent's socket that sends rubbish, does not read or comes too late."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bridge.elevenlabs_socket import MAX_BAD_FRAMES
from data.call import Blame, EndCause

if TYPE_CHECKING:
    from tests.bridge.switchboard.conftest import Exchange

GARBAGE = [
    "",
    "{",
    "[]",
    "[" * 50_000,
    '{"type":5}',
    '{"type":"audio","audio_event":{"audio_base_64":"?","event_id":1}}',
    '{"type":"client_tool_call","client_tool_call":{"tool_name":null}}',
    '{"type":"ping"}',
]


def test_bad_frames_are_counted_and_skipped(exchange: Exchange) -> None:
    async def story() -> None:
        _, listener = await exchange.talk()
        agent, agent_listener = exchange.agents[0]
        for frame in GARBAGE:
            agent_listener.text_received(frame)
        agent_listener.binary_received(b"\x00")
        counted = exchange.bad_frames["agent"]
        assert len(GARBAGE) // 2 <= counted <= len(GARBAGE) + 1
        agent_listener.text_received('{"type":"ping","ping_event":{"event_id":9}}')
        assert agent.kinds()[-1] == "pong"
        listener.text_received(exchange.stop())

    exchange.run(story)
    assert not exchange.bad_frames["carrier"]


def test_fifty_of_them_lose_the_agent_and_the_business_hears_the_apology(
    exchange: Exchange,
) -> None:
    async def story() -> None:
        carrier, _ = await exchange.talk()
        agent, agent_listener = exchange.agents[0]
        for _ in range(MAX_BAD_FRAMES + 20):
            agent_listener.binary_received(b"x")
            agent_listener.text_received("{")
        assert agent.closed == (1008, "too many bad frames")
        # Closing the stream in order lets the carrier go on with the apology.
        assert carrier.closed == (1000, "")
        agent_listener.socket_closed(1008, "")
        await asyncio.sleep(30)

    exchange.run(story)
    ending = exchange.report.ending
    assert (ending.cause, ending.blame) == (EndCause.AGENT_LOST, Blame.AGENT)
    assert "50 bad frames" in ending.detail
    assert exchange.bad_frames["agent"] == MAX_BAD_FRAMES


def test_an_agent_that_does_not_read_costs_sound_not_memory(exchange: Exchange) -> None:
    async def story() -> None:
        _, listener = await exchange.talk()
        agent, agent_listener = exchange.agents[0]
        listener.text_received(exchange.media(1))
        frame_bytes = len(agent.sent[-1])
        # Four seconds may wait (a burst after a stall), six may not.
        agent.unsent_bytes = 4 * 50 * frame_bytes
        listener.text_received(exchange.media(2))
        assert agent.kinds().count("user_audio_chunk") == 2
        agent.unsent_bytes = 6 * 50 * frame_bytes
        listener.text_received(exchange.media(3))
        assert agent.kinds().count("user_audio_chunk") == 2
        # What is not sound is never dropped.
        agent_listener.text_received('{"type":"ping","ping_event":{"event_id":9}}')
        assert agent.kinds()[-1] == "pong"
        agent.unsent_bytes = 0
        listener.text_received(exchange.media(4))
        assert agent.kinds().count("user_audio_chunk") == 3
        listener.text_received(exchange.stop())

    exchange.run(story)
    assert any(note.text == "uplink_dropped=1" for note in exchange.observer.notes)


def test_an_agent_that_opens_after_the_end_is_closed_without_a_word(exchange: Exchange) -> None:
    exchange.agent_takes_s = 2.0

    async def story() -> None:
        exchange.place()
        token = await exchange.answer()
        _, listener = exchange.connect()
        listener.text_received(exchange.start(token))
        await asyncio.sleep(1)
        exchange.board.cancel("one")
        await asyncio.sleep(30)

    exchange.run(story)
    for agent, _ in exchange.agents:
        assert agent.closed is not None
        assert agent.sent == []
    assert exchange.report.ending.cause is EndCause.CANCELLED


@pytest.mark.parametrize("speaks", ["opus_48000", "pcm_4000", "", "pcm_99999999999"])
def test_an_agent_in_a_format_that_nobody_knows_is_lost(speaks: str, exchange: Exchange) -> None:
    async def story() -> None:
        exchange.place()
        token = await exchange.answer()
        _, listener = exchange.connect()
        listener.text_received(exchange.start(token))
        await asyncio.sleep(0.1)
        exchange.agents[0][1].text_received(exchange.metadata(speaks))
        await asyncio.sleep(40)

    exchange.run(story)
    assert exchange.report.ending.cause is EndCause.AGENT_LOST


def test_after_its_end_it_is_not_listened_to(exchange: Exchange) -> None:
    async def story() -> None:
        _, listener = await exchange.talk()
        agent, agent_listener = exchange.agents[0]
        agent_listener.socket_closed(1006, "")
        sent = len(agent.sent)
        agent_listener.text_received('{"type":"ping","ping_event":{"event_id":9}}')
        agent_listener.binary_received(b"x")
        agent_listener.socket_closed(1006, "")
        assert len(agent.sent) == sent
        assert not exchange.bad_frames
        await asyncio.sleep(30)
        listener.socket_closed(1000, "")

    exchange.run(story)
    assert exchange.report.ending.cause is EndCause.AGENT_LOST

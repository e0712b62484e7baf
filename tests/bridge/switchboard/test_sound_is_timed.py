"""How long sound stays in this process is sampled: rarely, in both directions, and truthfully."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bridge.passing_time import ONE_IN, TO_AGENT, TO_BUSINESS

if TYPE_CHECKING:
    from tests.bridge.switchboard.conftest import Exchange


def directions(exchange: Exchange) -> list[str]:
    assert all(0.0 < seconds < 60.0 for _, seconds in exchange.timed)
    return [direction for direction, _ in exchange.timed]


def test_one_frame_in_fifty_and_after_it_one_piece_of_the_agents(exchange: Exchange) -> None:
    async def story() -> None:
        _, line = await exchange.talk()
        agent = exchange.agents[-1][1]
        for chunk in range(1, 2 * ONE_IN + 2):
            line.text_received(exchange.media(chunk))
        assert directions(exchange) == [TO_AGENT] * 3
        exchange.timed.clear()
        for event_id in (1, 2, 3):
            agent.text_received(exchange.speech(event_id))
        assert directions(exchange) == [TO_BUSINESS], "one is enough until the next frame's turn"

    exchange.run(story)


def test_what_waits_on_purpose_is_not_timed(exchange: Exchange) -> None:
    """Sound ahead of its time lies in the ledger, and a frame of the business sends it off."""

    async def story() -> None:
        _, line = await exchange.talk()
        agent = exchange.agents[-1][1]
        line.text_received(exchange.media(1))
        agent.text_received(exchange.speech(1, ms=5000))
        assert directions(exchange) == [TO_AGENT, TO_BUSINESS]
        exchange.timed.clear()
        line.text_received(exchange.media(ONE_IN + 1))
        agent.text_received(exchange.speech(2))
        assert directions(exchange) == [TO_AGENT]
        await asyncio.sleep(0.5)
        line.text_received(exchange.media(2 * ONE_IN + 1))
        assert directions(exchange) == [TO_AGENT] * 2

    exchange.run(story)


def test_a_frame_that_nobody_hears_yet_is_not_timed(exchange: Exchange) -> None:
    async def story() -> None:
        exchange.agent_takes_s = 1.0
        exchange.place()
        token = await exchange.answer()
        _, line = exchange.connect()
        line.text_received(exchange.start(token))
        line.text_received(exchange.media(1))
        await asyncio.sleep(1.1)
        assert exchange.agents and exchange.timed == []

    exchange.run(story)

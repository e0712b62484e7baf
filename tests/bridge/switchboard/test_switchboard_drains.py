"""Stopping: no new calls, the live ones may end, what is left is ended, and all are reported."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bridge.errors import NoRoom
from bridge.switchboard import FORCED_END_S
from data.call import Blame, EndCause

if TYPE_CHECKING:
    from tests.bridge.switchboard.conftest import Exchange


def test_without_calls_draining_is_done_at_once_and_final(exchange: Exchange) -> None:
    async def story() -> None:
        assert await exchange.board.drain(10.0)
        assert not exchange.board.has_room()
        with pytest.raises(NoRoom, match="restart"):
            exchange.place()

    exchange.run(story)
    assert exchange.carrier.orders == []


def test_a_live_call_may_end_by_itself(exchange: Exchange) -> None:
    async def story() -> None:
        _, listener = await exchange.talk()
        loop = asyncio.get_running_loop()
        began = loop.time()
        loop.call_later(20.0, listener.text_received, exchange.stop())
        pings = loop.create_task(_keep_alive(exchange))
        assert await exchange.board.drain(60.0)
        assert 20.0 <= loop.time() - began < 25.0
        pings.cancel()

    exchange.run(story)
    assert exchange.report.ending.cause is EndCause.BUSINESS_HUNG_UP


def test_what_does_not_end_in_time_is_ended_and_reported(exchange: Exchange) -> None:
    async def story() -> None:
        for name in ("one", "two"):
            await exchange.talk(name)
        exchange.place("three")
        loop = asyncio.get_running_loop()
        began = loop.time()
        assert not await exchange.board.drain(3.0)
        assert loop.time() - began <= 3.0 + FORCED_END_S
        assert exchange.board.live_calls == 0

    exchange.run(story)
    endings = {(report.ending.cause, report.ending.blame) for report in exchange.observer.reports}
    assert len(exchange.observer.reports) == 3
    assert endings == {(EndCause.SHUTDOWN, Blame.OURS)}
    assert len(exchange.carrier.hung_up) == 3


def test_a_call_that_will_not_end_does_not_hold_the_drain_for_ever(
    exchange: Exchange, caplog: pytest.LogCaptureFixture
) -> None:
    exchange.observer.fails = 3

    async def story() -> None:
        await exchange.talk()
        loop = asyncio.get_running_loop()
        began = loop.time()
        assert not await exchange.board.drain(1.0)
        assert loop.time() - began == pytest.approx(1.0 + FORCED_END_S, abs=0.1)

    exchange.run(story)
    assert "did not end in time" in caplog.text
    assert len(exchange.observer.reports) == 1, "leaving tries a last time"


def test_leaving_the_switchboard_ends_its_calls(exchange: Exchange) -> None:
    async def story() -> None:
        await exchange.talk("one")
        exchange.place("two")

    exchange.run(story)
    assert {report.ending.cause for report in exchange.observer.reports} == {EndCause.SHUTDOWN}
    assert len(exchange.observer.reports) == 2


async def _keep_alive(exchange: Exchange) -> None:
    while True:
        exchange.agents[0][1].text_received('{"type":"ping","ping_event":{"event_id":1}}')
        await asyncio.sleep(2.0)

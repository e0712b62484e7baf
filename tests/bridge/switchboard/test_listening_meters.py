"""Level meters, and defects of ours in what listeners hear: the call never notices."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bridge.live_mix import LiveMix
from data.call import EndCause
from tests.bridge.switchboard.ears import (
    business_talks,
    ear_of,
    hear,
    interrupts,
    says,
    taps,
)

if TYPE_CHECKING:
    from bridge.listening import SoundPiece
    from tests.bridge.switchboard.conftest import Exchange


# --- meters --------------------------------------------------------------------------------------
def test_meters_see_every_call_with_a_stream_and_cost_nothing_else(exchange: Exchange) -> None:
    seen: list[tuple[str, tuple[int, int]]] = []

    async def story() -> None:
        board = exchange.board
        await exchange.talk("one")
        assert not taps(exchange)
        board.on_piece = lambda attempt_id, piece: seen.append((attempt_id, piece.levels()))
        assert board.on_piece is not None
        await exchange.talk("two")
        exchange.place("three")
        await asyncio.sleep(1.05)
        assert {attempt_id for attempt_id, _ in seen} == {"one", "two"}
        assert 18 <= len(seen) <= 20
        assert seen[-1][1] == (-96, -96)
        board.on_piece = None
        count = len(seen)
        await asyncio.sleep(1.0)
        assert len(seen) == count
        assert not taps(exchange)

    exchange.run(story)


def test_a_meter_and_a_listener_share_the_pieces(exchange: Exchange) -> None:
    seen: list[SoundPiece] = []

    async def story() -> None:
        await exchange.talk()
        exchange.board.on_piece = lambda _, piece: seen.append(piece)
        await asyncio.sleep(0.3)
        async with ear_of(exchange) as ear:
            piece = await anext(ear)
        assert piece is seen[-1] and piece.number == 2
        assert taps(exchange)

    exchange.run(story)


def test_a_meter_with_a_defect_costs_its_call_nothing(
    exchange: Exchange, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(attempt_id: str, piece: SoundPiece) -> None:
        raise RuntimeError("the meter has a defect")

    async def story() -> None:
        socket, _ = await exchange.talk()
        exchange.board.on_piece = fails
        await asyncio.sleep(0.5)
        assert not taps(exchange)
        says(exchange, 1, b"a" * 800)
        assert "media" in socket.kinds()
        async with ear_of(exchange) as ear:
            await hear(ear, 2)

    exchange.run(story)
    assert caplog.text.count("showing a call's levels failed") == 1


@pytest.mark.parametrize("where", ["business", "play", "clear", "cut", "finish"])
def test_a_mix_with_a_defect_costs_the_listeners_their_sound_and_nobody_else(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("the mix has a defect")

    async def story() -> None:
        socket, listener = await exchange.talk()
        monkeypatch.setattr(LiveMix, where, fails)
        async with ear_of(exchange) as ear:
            says(exchange, 1, b"a" * 16_000)
            await business_talks(exchange, listener, 10)
            interrupts(exchange, 1)
            await asyncio.sleep(0.2)
            assert taps(exchange) is (where == "finish")
            assert "clear" in socket.kinds()
            listener.text_received(exchange.stop())
            assert len([piece async for piece in ear]) <= 4

    exchange.run(story)
    assert exchange.report.ending.cause is EndCause.BUSINESS_HUNG_UP


def test_nobody_listens(exchange: Exchange) -> None:
    async def story() -> None:
        _, listener = await exchange.talk()
        await business_talks(exchange, listener, 10)
        says(exchange, 1, b"a" * 800)
        assert not taps(exchange)
        ear = ear_of(exchange)
        assert [piece async for piece in ear] == []  # not entered: it has not begun
        assert not taps(exchange)

    exchange.run(story)

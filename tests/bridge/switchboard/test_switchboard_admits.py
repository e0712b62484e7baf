"""Who is let in: signed upgrades of live attempts, in bounded numbers, while there is room."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bridge.errors import NoRoom
from bridge.media_door import MAX_PENDING, MAX_PENDING_PER_ATTEMPT
from simulation.signing import sign

if TYPE_CHECKING:
    from tests.bridge.switchboard.conftest import Exchange

AUTH_TOKEN = "0123456789abcdef0123456789abcdef"
ORIGIN = "wss://vocero.example"


def _signed(path: str) -> str:
    return sign(AUTH_TOKEN, f"{ORIGIN}{path}")


@pytest.mark.parametrize(
    "signature",
    [None, "", "AAAA", "ñandú", _signed("/media/other"), sign("f" * 32, f"{ORIGIN}/media/one")],
    ids=["none", "empty", "wrong", "not ASCII", "of another path", "of another account"],
)
def test_an_upgrade_without_a_good_signature_is_forbidden(
    signature: str | None, exchange: Exchange
) -> None:
    async def story() -> None:
        exchange.place()
        assert exchange.board.refuse_upgrade("/media/one", signature) == 403
        assert exchange.board.refuse_upgrade("/media/one", _signed("/media/one")) is None
        exchange.board.cancel("one")

    exchange.run(story)
    assert exchange.agents == []


@pytest.mark.parametrize("path", ["/media/nobody", "/media/", "/media", "/", "/media/one/../two"])
def test_a_signed_upgrade_for_no_live_call_is_not_found(path: str, exchange: Exchange) -> None:
    async def story() -> None:
        exchange.place()
        assert exchange.board.refuse_upgrade(path, _signed(path)) == 404
        exchange.board.cancel("one")

    exchange.run(story)


def test_strangers_of_one_attempt_are_limited_and_the_limit_frees_itself(
    exchange: Exchange,
) -> None:
    async def story() -> None:
        exchange.place()
        await exchange.answer()
        strangers = [exchange.connect() for _ in range(MAX_PENDING_PER_ATTEMPT)]
        assert exchange.board.refuse_upgrade("/media/one", _signed("/media/one")) == 503
        strangers[0][1].socket_closed(1006, "")
        assert exchange.board.refuse_upgrade("/media/one", _signed("/media/one")) is None
        await asyncio.sleep(5.1)
        assert all(socket.closed == (1008, "no start in time") for socket, _ in strangers[1:])
        assert exchange.board.refuse_upgrade("/media/one", _signed("/media/one")) is None
        exchange.board.cancel("one")

    exchange.run(story)


def test_strangers_of_all_attempts_together_are_limited(exchange: Exchange) -> None:
    attempts = MAX_PENDING // MAX_PENDING_PER_ATTEMPT
    exchange.max_calls = attempts + 1

    async def story() -> None:
        names = [f"attempt{n}" for n in range(attempts + 1)]
        for name in names:
            exchange.place(name)
        for name in names[:-1]:
            for _ in range(MAX_PENDING_PER_ATTEMPT):
                exchange.connect(name)
        path = f"/media/{names[-1]}"
        assert exchange.board.refuse_upgrade(path, _signed(path)) == 503
        await asyncio.sleep(5.1)
        assert exchange.board.refuse_upgrade(path, _signed(path)) is None
        await exchange.board.drain(0.0)

    exchange.run(story)


def test_no_more_calls_than_lines_and_room_comes_back(exchange: Exchange) -> None:
    async def story() -> None:
        for name in ("one", "two", "three"):
            assert exchange.board.has_room()
            exchange.place(name)
        assert not exchange.board.has_room()
        assert exchange.board.live_calls == 3
        with pytest.raises(NoRoom, match="all 3 lines"):
            exchange.place("four")
        exchange.board.cancel("two")
        await asyncio.sleep(60)
        assert exchange.board.has_room()
        exchange.place("four")
        await exchange.board.drain(0.0)

    exchange.run(story)
    assert len(exchange.observer.reports) == 4


def test_an_attempt_is_placed_once(exchange: Exchange) -> None:
    async def story() -> None:
        exchange.place()
        with pytest.raises(NoRoom, match="already"):
            exchange.place()
        await exchange.board.drain(0.0)

    exchange.run(story)
    assert exchange.carrier.orders == ["one"]


def test_what_concerns_no_live_call_is_said_to_be_so(exchange: Exchange) -> None:
    async def story() -> None:
        assert not exchange.board.cancel("nobody")
        assert not exchange.board.tell_agent("nobody", "hola")
        assert exchange.board.answer("nobody", "CA1") is None

    exchange.run(story)


def test_turns_to_dial_come_at_even_distances(exchange: Exchange) -> None:
    exchange.calls_per_second = 0.5

    async def story() -> None:
        for name in ("one", "two", "three"):
            exchange.place(name)
        seen = []
        for _ in range(3):
            await asyncio.sleep(1.9)
            seen.append(len(exchange.carrier.orders))
        assert seen == [1, 2, 3]
        await exchange.board.drain(0.0)

    exchange.run(story)

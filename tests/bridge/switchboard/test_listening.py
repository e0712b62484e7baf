"""Listening to live calls: both legs, any number of listeners, and never a matter for the call."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from data.call import EndCause
from tests.bridge.switchboard.ears import (
    FRAME,
    business_talks,
    ear_of,
    hear,
    interrupts,
    says,
    taps,
)

if TYPE_CHECKING:
    from bridge.listening import Listening, SoundPiece
    from tests.bridge.switchboard.conftest import Exchange


# --- one listener --------------------------------------------------------------------------------
def test_both_legs_are_heard_a_moment_later(exchange: Exchange) -> None:
    async def story() -> None:
        _, listener = await exchange.talk()
        async with ear_of(exchange) as ear, asyncio.TaskGroup() as tasks:
            tasks.create_task(business_talks(exchange, listener, 50))
            says(exchange, 1, b"a" * 4000)
            pieces = await hear(ear, 6)
            now = exchange.call().now
            assert now - (pieces[-1].from_ms + 100) / 1000 <= 0.030 + 1e-6
            assert [piece.number for piece in pieces] == list(range(6))
            left = b"".join(piece.left for piece in pieces)
            right = b"".join(piece.right for piece in pieces)
            assert FRAME * 20 in left
            assert right.startswith(b"a" * 4000) and set(right[4000:]) == {0xFF}
            assert not pieces[0].operator

    exchange.run(story)


def test_who_comes_in_the_middle_of_a_sentence_hears_what_the_carrier_holds(
    exchange: Exchange,
) -> None:
    async def story() -> None:
        await exchange.talk()
        says(exchange, 1, b"a" * 8000)
        await asyncio.sleep(0.5)
        async with ear_of(exchange) as ear:
            pieces = await hear(ear, 6)
        right = b"".join(piece.right for piece in pieces)
        assert right[:3990] == b"a" * 3990
        assert set(right[4010:]) == {0xFF}

    exchange.run(story)


def test_interrupted_sound_is_not_heard(exchange: Exchange) -> None:
    async def story() -> None:
        await exchange.talk()
        async with ear_of(exchange) as ear:
            says(exchange, 1, b"a" * 16_000)
            await hear(ear, 2)
            interrupts(exchange, 1)
            heard = b"".join(piece.right for piece in await hear(ear, 4))
        # 220 ms had passed: 20 ms of them belong to this piece.
        assert heard.count(b"a") == 160
        assert heard.startswith(b"a" * 160)

    exchange.run(story)


def test_an_operator_is_heard_and_marked(exchange: Exchange) -> None:
    async def story() -> None:
        await exchange.talk()
        exchange.board.take_over("one", "Ana")
        async with ear_of(exchange) as ear:
            exchange.board.operator_audio("one", "Ana", b"o" * 800)
            pieces = await hear(ear, 3)
            assert all(piece.operator for piece in pieces)
            assert b"".join(piece.right for piece in pieces)[480:1280] == b"o" * 800
            exchange.board.hand_back("one", "Ana", "")
            assert not (await anext(ear)).operator

    exchange.run(story)


def test_who_listens_to_a_phone_that_rings_hears_it_from_the_first_word(
    exchange: Exchange,
) -> None:
    async def story() -> None:
        exchange.place()
        async with ear_of(exchange) as ear:
            task = asyncio.create_task(hear(ear, 2))
            token = await exchange.answer()
            await asyncio.sleep(3.0)
            assert not task.done()
            _, listener = exchange.connect()
            listener.text_received(exchange.start(token))
            await business_talks(exchange, listener, 12)
            pieces = await task
            assert FRAME in pieces[0].left

    exchange.run(story)


# --- many ----------------------------------------------------------------------------------------
def test_fifty_listeners_share_each_piece_and_are_not_woken_at_once(exchange: Exchange) -> None:
    heard: list[tuple[float, SoundPiece]] = []

    async def listen(ear: Listening) -> None:
        loop = asyncio.get_running_loop()
        async with ear:
            async for piece in ear:
                heard.append((loop.time(), piece))
                if piece.number == 4:
                    break

    async def story() -> None:
        await exchange.talk()
        ears = [ear_of(exchange) for _ in range(50)]
        async with asyncio.TaskGroup() as tasks:
            for ear in ears:
                tasks.create_task(listen(ear))
            await asyncio.sleep(0.05)
            seen = exchange.board.live_call("one")
            assert seen is not None and seen.listeners == 50
        assert all(ear.lost == 0 for ear in ears)
        assert not taps(exchange)

    exchange.run(story)
    for number in range(5):
        of_it = [(at, piece) for at, piece in heard if piece.number == number]
        assert len(of_it) == 50
        assert len({id(piece) for _, piece in of_it}) == 1
        times = [at for at, _ in of_it]
        assert 0.05 <= max(times) - min(times) <= 0.0601
        assert max(times.count(at) for at in times) <= 8


def test_a_listener_that_never_reads_is_nobodys_trouble(exchange: Exchange) -> None:
    async def story() -> None:
        socket, _ = await exchange.talk()
        async with ear_of(exchange) as frozen, ear_of(exchange) as quick:
            says(exchange, 1, b"a" * 40_000)
            pieces = await hear(quick, 40)
            assert quick.lost == 0
            assert socket.kinds().count("media") >= 60
            # It skips what is older than a second, and is live again.
            first = await anext(frozen)
            assert frozen.lost == 30
            assert first is pieces[30]

    exchange.run(story)


def test_one_leaves_in_the_middle_and_the_other_hears_on(exchange: Exchange) -> None:
    async def story() -> None:
        await exchange.talk()
        async with ear_of(exchange) as stays:
            async with ear_of(exchange) as leaves:
                await hear(leaves, 2)
            assert [piece.number for piece in await hear(stays, 4)] == [0, 1, 2, 3]
            assert [piece async for piece in leaves] == []
            assert taps(exchange)
        assert not taps(exchange)
        async with ear_of(exchange) as again:
            assert (await anext(again)).number == 0

    exchange.run(story)


def test_a_listener_whose_task_is_cancelled_is_gone(exchange: Exchange) -> None:
    async def listen(ear: Listening) -> None:
        async with ear:
            async for _ in ear:
                pass

    async def story() -> None:
        await exchange.talk()
        task = asyncio.create_task(listen(ear_of(exchange)))
        await asyncio.sleep(0.25)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        assert not taps(exchange)

    exchange.run(story)


# --- the end -------------------------------------------------------------------------------------
def test_listening_ends_when_the_call_does(exchange: Exchange) -> None:
    async def listen(ear: Listening) -> int:
        async with ear:
            return len([piece async for piece in ear])

    async def story() -> None:
        _, listener = await exchange.talk()
        async with asyncio.TaskGroup() as tasks:
            both = [tasks.create_task(listen(ear_of(exchange))) for _ in range(10)]
            unused = ear_of(exchange)
            await asyncio.sleep(0.55)
            listener.text_received(exchange.stop())
        # 0.55 s, the last piece filled up with silence.
        assert {task.result() for task in both} == {6}
        assert await listen(unused) == 0
        assert exchange.board.listen("one") is None

    exchange.run(story)
    assert exchange.report.ending.cause is EndCause.BUSINESS_HUNG_UP


def test_the_last_words_are_on_the_last_piece(exchange: Exchange) -> None:
    async def story() -> None:
        _, listener = await exchange.talk()
        async with ear_of(exchange) as ear:
            says(exchange, 1, b"a" * 8000)
            await asyncio.sleep(0.53)
            listener.text_received(exchange.stop())
            pieces = [piece async for piece in ear]
        heard = b"".join(piece.right for piece in pieces)
        assert abs(heard.count(b"a") - round(0.53 * 8000)) <= 1

    exchange.run(story)


def test_waiting_for_a_call_that_never_has_a_stream_ends(exchange: Exchange) -> None:
    async def story() -> None:
        exchange.place()
        async with ear_of(exchange) as ear:
            await asyncio.sleep(0.01)
            exchange.board.end("one", at_once=True)
            assert [piece async for piece in ear] == []
        assert exchange.board.listen("nobody") is None

    exchange.run(story)


def test_a_lost_carrier_and_an_apology_end_the_sound(exchange: Exchange) -> None:
    async def story() -> None:
        _, listener = await exchange.talk("one")
        await exchange.talk("two")
        async with ear_of(exchange, "one") as first, ear_of(exchange, "two") as second:
            await asyncio.sleep(0.2)
            listener.socket_closed(1006, "")
            exchange.agents[-1][1].socket_closed(1011, "")
            await asyncio.sleep(1.0)
            assert exchange.call("one")._tap is None and exchange.call("two")._tap is None
            assert len([piece async for piece in first]) == 2
            assert len([piece async for piece in second]) == 2

    exchange.run(story)

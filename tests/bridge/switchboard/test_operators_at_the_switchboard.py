"""What an operator can do in live calls, and when it is refused."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from bridge.events import PhoneProgress, PhoneStatus
from bridge.phases import Phase
from bridge.tool_desk import BadKeys
from data.call import EndCause, EntryKind

if TYPE_CHECKING:
    from tests.bridge.switchboard.conftest import Exchange

STRANGER = "no such call"


def test_live_calls_are_seen(exchange: Exchange) -> None:
    async def story() -> None:
        assert exchange.board.live() == ()
        await exchange.talk("one")
        exchange.place("two")
        await asyncio.sleep(2.0)
        one, two = exchange.board.live()
        assert (one.order.attempt_id, one.phase) == ("one", Phase.TALKING)
        assert two.phase is Phase.DIALING
        assert 2.0 < one.at_s < 2.2
        assert one.snapshot.conversation_id == "conv_1"
        assert one.timeline[-1].text == "talking"
        assert one.call_sid and one.listeners == 0
        seen = exchange.board.live_call("two")
        assert seen is not None and seen.order.attempt_id == "two"
        assert exchange.board.live_call(STRANGER) is None

    exchange.run(story)


def test_a_call_whose_report_is_not_taken_is_not_live(exchange: Exchange) -> None:
    exchange.observer.fails = 3

    async def story() -> None:
        exchange.place()
        await asyncio.sleep(0.01)
        assert exchange.board.end("one", at_once=True)
        call_sid = exchange.call().call_sid
        exchange.board.phone_said("one", call_sid, PhoneProgress(PhoneStatus.COMPLETED))
        await asyncio.sleep(0.1)
        assert exchange.board.live_calls == 1
        assert exchange.board.live() == ()
        assert exchange.board.live_call("one") is None
        assert not exchange.board.end("one", at_once=True)
        assert not exchange.board.press_keys("one", "1")

    exchange.run(story)


def test_hints_reach_the_agent(exchange: Exchange) -> None:
    async def story() -> None:
        exchange.place()
        assert not exchange.board.whisper(STRANGER, "x")
        await exchange.answer()
        exchange.board.end("one", at_once=True)
        assert not exchange.board.whisper("one", "too late")
        await exchange.talk("two")
        assert exchange.board.whisper("two", "pregunta por Ana")
        agent = exchange.agents[-1][0]
        assert "pregunta por Ana" in json.loads(agent.sent[-1])["text"]

    exchange.run(story)


def test_keys(exchange: Exchange) -> None:
    async def story() -> None:
        exchange.place()
        await asyncio.sleep(0.01)
        assert not exchange.board.press_keys("one", "1")
        socket, _ = await exchange.talk("two")
        with pytest.raises(BadKeys):
            exchange.board.press_keys("two", "hola")
        with pytest.raises(BadKeys):
            exchange.board.press_keys(STRANGER, "")
        assert not exchange.board.press_keys(STRANGER, "1")
        assert exchange.board.press_keys("two", "1")
        assert "media" in socket.kinds()

    exchange.run(story)


def test_an_operator_ends_calls(exchange: Exchange) -> None:
    async def story() -> None:
        await exchange.talk("one")
        await exchange.talk("two")
        assert exchange.board.end("one", at_once=True)
        assert not exchange.board.end("one", at_once=False)
        assert exchange.board.end("two", at_once=False)
        assert not exchange.board.end(STRANGER, at_once=True)
        await asyncio.sleep(0.1)
        assert len(exchange.carrier.hung_up) == 1
        await asyncio.sleep(40.0)
        assert len(exchange.carrier.hung_up) == 2

    exchange.run(story)
    endings = [report.ending for report in exchange.observer.reports]
    assert [ending.cause for ending in endings] == [EndCause.CANCELLED] * 2
    assert {ending.detail for ending in endings} == {"an operator ended the call"}


def test_an_order_that_was_ended_before_it_went_out_does_not_go_out(exchange: Exchange) -> None:
    exchange.calls_per_second = 1.0

    async def story() -> None:
        exchange.place("one")
        exchange.place("two")
        await asyncio.sleep(0.1)
        assert exchange.board.end("two", at_once=False)
        await asyncio.sleep(5.0)

    exchange.run(story)
    assert exchange.carrier.orders == ["one"]


def test_one_operator_at_a_time_speaks(exchange: Exchange) -> None:
    async def story() -> None:
        exchange.place()
        board = exchange.board
        assert not board.take_over("one", "Ana")  # nobody talks yet
        socket, _ = await exchange.talk("two")
        assert not board.take_over(STRANGER, "Ana")
        assert not board.take_over("two", "")
        assert not board.operator_audio("two", "", b"o" * 160)
        assert not board.operator_audio("two", "Ana", b"o" * 160)
        assert board.take_over("two", "Ana")
        assert not board.take_over("two", "Beto")
        assert not board.operator_audio("two", "Beto", b"x" * 1600)
        assert board.operator_audio("two", "Ana", b"o" * 1600)
        assert not board.hand_back("two", "Beto", "x")
        board.operator_gone("two", "Beto")
        await asyncio.sleep(6.0)
        seen = board.live_call("two")
        assert seen is not None and seen.snapshot.taken_over_by == "Ana"
        assert socket.kinds().count("media") == 4  # 200 ms in pieces of 60
        assert board.hand_back("two", "Ana", "todo dicho")
        assert not board.hand_back("two", "Ana", "todo dicho")

    exchange.run(story)
    (handed,) = [each for each in exchange.observer.notes if each.kind is EntryKind.HANDED_BACK]
    assert handed.text == "todo dicho"


def test_a_broken_connection_lets_another_step_in(exchange: Exchange) -> None:
    async def story() -> None:
        board = exchange.board
        await exchange.talk()
        name = "A" * 60
        assert board.take_over("one", name)
        assert board.operator_audio("one", name, b"o" * 160)
        board.operator_gone("one", name)
        assert board.take_over("one", "Beto")
        await asyncio.sleep(6.0)
        assert not board.operator_audio("one", name, b"o" * 160)
        assert board.operator_audio("one", "Beto", b"o" * 160)
        board.operator_gone("one", "Beto")
        await asyncio.sleep(5.1)
        assert not board.operator_audio("one", "Beto", b"o" * 160)

    exchange.run(story)


def test_hints_for_an_agent_that_is_gone_are_refused(exchange: Exchange) -> None:
    async def story() -> None:
        await exchange.talk()
        exchange.board.take_over("one", "Ana")
        exchange.agents[-1][1].socket_closed(1006, "")
        await asyncio.sleep(0)
        assert not exchange.board.whisper("one", "x")
        assert exchange.board.operator_audio("one", "Ana", b"o" * 160)

    exchange.run(story)

"""However a call ends, nothing of it is left for a thorough look for garbage."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bridge.errors import CarrierError
from bridge.events import MachineDetected, PhoneProgress, PhoneStatus
from bridge.ports import ToolReply
from tests.bridge.switchboard.conftest import sid_of
from tests.bridge.switchboard.ears import business_talks, ear_of, hear, interrupts, says
from tests.circles import OURS, nobody_left_in_circles

if TYPE_CHECKING:
    from bridge.recorder import CallRecorder
    from data.call import CallReport
    from tests.bridge.switchboard.conftest import Exchange

Story = Callable[["Exchange"], Awaitable[None]]


async def the_business_hangs_up(exchange: Exchange) -> None:
    _, listener = await exchange.talk()
    says(exchange, 1, b"a" * 8000)
    await business_talks(exchange, listener, 60)
    interrupts(exchange, 1)
    exchange.agents[-1][1].text_received(exchange.tool_call())
    await asyncio.sleep(0.1)
    listener.text_received(exchange.stop())
    listener.socket_closed(1000, "")


async def the_agent_ends_it(exchange: Exchange) -> None:
    await exchange.talk()
    says(exchange, 1, b"a" * 8000)
    await asyncio.sleep(2)
    exchange.agents[-1][1].socket_closed(1000, "")


async def the_agent_is_lost(exchange: Exchange) -> None:
    await exchange.talk()
    exchange.agents[-1][1].socket_closed(1006, "connection lost")


async def the_carrier_is_lost(exchange: Exchange) -> None:
    _, listener = await exchange.talk()
    listener.socket_closed(1006, "connection lost")


async def a_tool_takes_for_ever(exchange: Exchange) -> None:
    async def slow() -> ToolReply:
        await asyncio.sleep(1e6)
        return ToolReply("at last")

    exchange.tools.answer = slow
    _, listener = await exchange.talk()
    exchange.agents[-1][1].text_received(exchange.tool_call())
    await asyncio.sleep(0.1)
    listener.text_received(exchange.stop())


async def the_line_is_busy(exchange: Exchange) -> None:
    exchange.place()
    await asyncio.sleep(0.1)
    exchange.board.phone_said("one", sid_of("one"), PhoneProgress(PhoneStatus.BUSY, 486))


async def a_machine_answers(exchange: Exchange) -> None:
    await exchange.talk()
    exchange.board.phone_said("one", sid_of("one"), MachineDetected("machine_end_beep"))


async def the_carrier_refuses(exchange: Exchange) -> None:
    exchange.carrier.refuse = CarrierError("no such number")
    exchange.place()


async def nobody_hears_from_it(exchange: Exchange) -> None:
    exchange.place()


async def cancelled_while_it_is_ordered(exchange: Exchange) -> None:
    exchange.carrier.dial_takes_s = 5.0
    exchange.place()
    await asyncio.sleep(1)
    exchange.board.cancel("one")


async def cancelled_while_people_talk(exchange: Exchange) -> None:
    await exchange.talk()
    exchange.board.cancel("one")


async def an_operator_takes_over(exchange: Exchange) -> None:
    _, listener = await exchange.talk()
    async with ear_of(exchange) as ear:
        exchange.board.take_over("one", "Ana")
        exchange.board.operator_audio("one", "Ana", b"o" * 800)
        await hear(ear, 3)
        listener.text_received(exchange.stop())
        assert [piece async for piece in ear]


async def meters_are_shown(exchange: Exchange) -> None:
    exchange.board.on_piece = lambda attempt_id, piece: None
    _, listener = await exchange.talk()
    await asyncio.sleep(1)
    listener.text_received(exchange.stop())


async def another_worker_keeps_it(exchange: Exchange) -> None:
    await exchange.talk()
    assert exchange.board.let_go("one")


async def its_stream_never_starts(exchange: Exchange) -> None:
    exchange.place()
    await exchange.answer()
    exchange.connect()


STORIES = (
    the_business_hangs_up,
    the_agent_ends_it,
    the_agent_is_lost,
    the_carrier_is_lost,
    a_tool_takes_for_ever,
    the_line_is_busy,
    a_machine_answers,
    the_carrier_refuses,
    nobody_hears_from_it,
    cancelled_while_it_is_ordered,
    cancelled_while_people_talk,
    an_operator_takes_over,
    meters_are_shown,
    another_worker_keeps_it,
    its_stream_never_starts,
)


@pytest.mark.parametrize("recorded", [False, True], ids=["", "recorded"])
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_nothing_is_left_of_a_call(
    story: Story, recorded: bool, exchange: Exchange, tmp_path: Path
) -> None:
    async def save(recorder: CallRecorder, report: CallReport) -> None:
        await recorder.save(tmp_path, report)

    async def whole() -> None:
        await story(exchange)
        async with asyncio.timeout(900):
            while exchange.board.live_calls:  # noqa: ASYNC110 - it has no bell
                await asyncio.sleep(1)
        await asyncio.sleep(60)  # what was to happen later has happened
        # What the neighbours of this room remember is theirs.
        exchange.agents.clear()
        exchange.recorders.clear()
        exchange.carrier.refuse = None

    if recorded:
        exchange.save = save
    with nobody_left_in_circles(*OURS):
        exchange.run(whole)

"""Whatever goes wrong in a call, in whosever callback: the log says in which call it did."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from bridge.errors import CarrierError
from bridge.ports import ToolReply
from vocero.logs import set_up_logging

if TYPE_CHECKING:
    from bridge.recorder import CallRecorder
    from data.call import CallReport
    from tests.bridge.switchboard.conftest import Exchange


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """JSON lines of everything that is logged."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    out = io.StringIO()
    set_up_logging(stream=out, human=False)
    yield out
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


def said(log: io.StringIO) -> list[tuple[str, str]]:
    """(call, message) of every line."""
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    return [(line.get("call", ""), line["message"]) for line in lines]


async def fail() -> ToolReply:
    raise RuntimeError("a defect")


async def no_disk(recorder: CallRecorder, report: CallReport) -> None:
    raise OSError("no space left on device")


def test_trouble_in_a_call_is_logged_as_its_own(exchange: Exchange, log: io.StringIO) -> None:
    async def story() -> None:
        _, line = await exchange.talk("first")
        await exchange.talk("second")
        exchange.agents[0][1].text_received(exchange.tool_call())
        await asyncio.sleep(0.1)
        exchange.board.answer("second", "CA" + "9" * 32)
        line.text_received(exchange.stop())
        exchange.board.cancel("second")
        await asyncio.sleep(60.0)

    exchange.bind_fails = True
    exchange.tools.answer = fail
    exchange.carrier.refuse_hang_up = CarrierError("the carrier is away")
    exchange.observer.fails = 1
    exchange.save = no_disk
    exchange.run(story)
    expected = {
        ("first", "the tool validate_slot failed"),
        ("first", "the carrier's id of a call could not be kept"),
        ("second", "the carrier's id of a call could not be kept"),
        ("second", "a callback names another call than its attempt has"),
        ("second", "hanging up failed: the carrier is away"),
        ("first", "a recording could not be written: OSError: no space left on device"),
        ("second", "a recording could not be written: OSError: no space left on device"),
    }
    lines = said(log)
    assert expected <= set(lines)
    assert "handing over a finished call failed" in {message for _, message in lines}
    assert {call for call, _ in lines} == {"first", "second"}


def test_a_defect_of_the_machine_is_logged_as_its_call(
    exchange: Exchange, log: io.StringIO
) -> None:
    """It is entered from a socket's callback, which belongs to a connection and to no call."""

    async def story() -> None:
        await exchange.talk("only")
        exchange.observer.note_fails = True
        exchange.agents[0][1].text_received(exchange.tool_call())
        exchange.observer.note_fails = False
        await asyncio.sleep(30.0)

    exchange.run(story)
    assert ("only", "the call machine failed") in said(log)
    assert {call for call, _ in said(log)} == {"only"}

"""How long a tool may take: the customer is a person and gets longer than a program."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

import pytest

from bridge.chores import SLOW_TOOLS_S, TOOL_S, CallNeeds, Chores
from bridge.commands import RunTool
from bridge.events import Event, PhoneStatus, ToolAnswered
from bridge.ports import SocketListener, TextSocket, ToolReply
from bridge.timings import CallTimings
from data.call import CallOrder, CallReport, TimelineEntry
from simulation.clock import run_virtual

ORDER = CallOrder("a", "+541140000101")


@dataclass
class Outside:
    """Everybody that a call needs; tools take `takes_s` and remember whether they were stopped."""

    takes_s: float
    stopped: bool = False
    heard: list[tuple[float, Event]] = field(default_factory=list)

    async def answer_tool(
        self, attempt_id: str, name: str, parameters: Mapping[str, object]
    ) -> ToolReply:
        try:
            await asyncio.sleep(self.takes_s)
        except asyncio.CancelledError:
            self.stopped = True
            raise
        return ToolReply("dos")

    async def dial(self, order: CallOrder) -> str:
        raise AssertionError("nobody dials here")

    async def hang_up(self, call_sid: str) -> None: ...

    async def status(self, call_sid: str) -> PhoneStatus:
        raise AssertionError("nobody asks here")

    async def find(self, to_number: str, since: float) -> tuple[str, PhoneStatus] | None: ...

    async def signed_url(self) -> str:
        raise AssertionError("nobody opens an agent here")

    async def open_socket(
        self, url: str, listen: Callable[[TextSocket], SocketListener]
    ) -> TextSocket:
        raise AssertionError("nobody opens an agent here")

    def call_noted(self, attempt_id: str, entry: TimelineEntry) -> None: ...

    async def call_finished(self, report: CallReport) -> None: ...

    async def at_once(self) -> None: ...

    async def bound(self, attempt_id: str, call_sid: str) -> None: ...

    def chores(self, tasks: asyncio.TaskGroup) -> Chores:
        needs = CallNeeds(
            dialer=self,
            agent_door=self,
            open_socket=self.open_socket,
            tools=self,
            observer=self,
            timings=CallTimings(),
            wait_for_turn=self.at_once,
            call_bound=self.bound,
            frame_bad=lambda side: None,
        )
        loop = asyncio.get_running_loop()
        began = loop.time()
        return Chores(
            ORDER, needs, tasks, lambda event: self.heard.append((loop.time() - began, event))
        )


@pytest.mark.parametrize(
    ("name", "takes_s", "answered_after", "is_error"),
    [
        ("validate_slot", 9.0, 9.0, False),
        ("validate_slot", 11.0, TOOL_S, True),
        ("ask_customer", 20.0, 20.0, False),
        ("ask_customer", 60.0, SLOW_TOOLS_S["ask_customer"], True),
    ],
)
def test_a_tool_is_answered_in_its_time(
    name: str, takes_s: float, answered_after: float, is_error: bool
) -> None:
    outside = Outside(takes_s)

    async def run() -> None:
        async with asyncio.TaskGroup() as tasks:
            outside.chores(tasks).run_tool(RunTool("t1", name, {}))

    run_virtual(run())
    ((at, event),) = outside.heard
    assert at == pytest.approx(answered_after)
    answer = cast("ToolAnswered", event)
    assert (answer.tool_call_id, answer.is_error) == ("t1", is_error)
    assert outside.stopped is is_error


def test_a_question_does_not_outlive_its_call() -> None:
    outside = Outside(takes_s=20.0)

    async def run() -> float:
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.TaskGroup() as tasks:
            chores = outside.chores(tasks)
            chores.run_tool(RunTool("t1", "ask_customer", {}))
            await asyncio.sleep(1.0)
            await chores.finish()
        return loop.time() - began

    assert run_virtual(run()) == pytest.approx(1.0)
    assert outside.stopped
    assert outside.heard == []

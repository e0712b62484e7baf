"""A call that ends while the order to place it is still under way at the carrier."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from bridge.chores import CallNeeds, Chores
from bridge.events import Event, PhoneStatus
from data.call import CallOrder
from simulation.clock import run_virtual


@dataclass
class SlowCarrier:
    """Takes its time to answer an order, and remembers what it was asked."""

    answers_after_s: float
    ordered: int = 0
    hung_up: list[str] = field(default_factory=list)

    async def dial(self, order: CallOrder) -> str:
        self.ordered += 1
        await asyncio.sleep(self.answers_after_s)
        return "CA1"

    async def hang_up(self, call_sid: str) -> None:
        self.hung_up.append(call_sid)

    async def status(self, call_sid: str) -> PhoneStatus:
        return PhoneStatus.QUEUED

    async def find(self, to_number: str, since: float) -> tuple[str, PhoneStatus] | None:
        return None


async def end_after(carrier: SlowCarrier, ended_after_s: float, turn_after_s: float = 0.0) -> None:
    async def wait_for_turn() -> None:
        await asyncio.sleep(turn_after_s)

    needs = SimpleNamespace(dialer=carrier, wait_for_turn=wait_for_turn, wall_clock=lambda: 0.0)
    heard: list[Event] = []
    async with asyncio.TaskGroup() as tasks:
        order = CallOrder("attempt", "+541140001701")
        chores = Chores(order, cast("CallNeeds", cast(Any, needs)), tasks, heard.append)
        chores.dial()
        await asyncio.sleep(ended_after_s)
        await chores.finish()


def test_a_call_that_was_still_being_ordered_is_hung_up() -> None:
    carrier = SlowCarrier(answers_after_s=5.0)
    run_virtual(end_after(carrier, ended_after_s=1.0))
    assert (carrier.ordered, carrier.hung_up) == (1, ["CA1"])


def test_a_call_that_waits_for_its_turn_is_not_ordered_any_more() -> None:
    carrier = SlowCarrier(answers_after_s=5.0)
    run_virtual(end_after(carrier, ended_after_s=1.0, turn_after_s=3.0))
    assert (carrier.ordered, carrier.hung_up) == (0, [])

"""Whatever goes wrong in one call, the others go on and its own customer is told."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from bridge.chores import CallNeeds
from bridge.events import PhoneStatus
from bridge.lean_websocket import WebSocketRefused
from bridge.open_websocket import open_websocket
from bridge.ports import SocketListener, TextSocket, ToolReply
from bridge.recorder import CallRecorder
from bridge.switchboard import Switchboard
from bridge.timings import CallTimings
from data.call import Blame, CallOrder, CallReport, EndCause, TimelineEntry
from data.store import StoreError
from simulation.clock import run_virtual

BREAKS = "+541140000666"
WORKS = "+541140000101"


@dataclass
class Neighbours:
    """Carrier, agent, store and orchestration at once; what is in `broken` raises."""

    broken: set[str] = field(default_factory=set)
    reports: list[CallReport] = field(default_factory=list)
    hung_up: list[str] = field(default_factory=list)
    tries: int = 0
    store_works_after: int = 0
    told: dict[str, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))

    def fail(self, what: str) -> None:
        if what in self.broken:
            raise RuntimeError(f"a defect in {what}")

    async def dial(self, order: CallOrder) -> str:
        if order.to_number == BREAKS:
            self.fail("dial")
        return f"CA{order.attempt_id}"

    async def hang_up(self, call_sid: str) -> None:
        self.hung_up.append(call_sid)
        self.fail("hang_up")

    async def status(self, call_sid: str) -> PhoneStatus:
        self.fail("status")
        return PhoneStatus.RINGING

    async def find(self, to_number: str, since: float) -> tuple[str, PhoneStatus] | None:
        self.fail("find")
        return None

    async def signed_url(self) -> str:
        self.fail("signed_url")
        return "wss://a..b/unusable"

    async def open_socket(
        self, url: str, listen: Callable[[TextSocket], SocketListener]
    ) -> TextSocket:
        raise AssertionError("not reached in these calls")

    async def answer_tool(
        self, attempt_id: str, name: str, parameters: Mapping[str, object]
    ) -> ToolReply:
        return ToolReply("{}")

    def call_noted(self, attempt_id: str, entry: TimelineEntry) -> None:
        self.fail("call_noted")

    async def call_finished(self, report: CallReport) -> None:
        self.tries += 1
        if self.tries <= self.store_works_after:
            raise StoreError("the disk is full")
        self.reports.append(report)
        self.told[report.attempt_id].set()

    async def over(self, attempt_id: str) -> None:
        """Until this call is settled and what follows from that is done."""
        await self.told[attempt_id].wait()
        await asyncio.sleep(1.0)

    def upgrade_is_genuine(self, path: str, signature: str | None) -> bool:
        return True

    async def save(self, recorder: CallRecorder, report: CallReport) -> None:
        raise StoreError("the database is locked")

    def switchboard(self, *, recorded: bool = False) -> Switchboard:
        async def at_once() -> None:
            return

        async def bound(attempt_id: str, call_sid: str) -> None:
            return

        needs = CallNeeds(
            dialer=self,
            agent_door=self,
            open_socket=self.open_socket,
            tools=self,
            observer=self,
            timings=CallTimings(),
            wait_for_turn=at_once,
            call_bound=bound,
            frame_bad=lambda side: None,
        )
        return Switchboard(
            needs,
            self,
            max_calls=10,
            new_recorder=(
                (lambda order: CallRecorder(order.attempt_id, CallTimings())) if recorded else None
            ),
            save_recording=self.save,
        )


@pytest.mark.parametrize("defect", ["dial", "call_noted", "signed_url"])
def test_a_defect_ends_one_call_and_its_customer_is_told(defect: str) -> None:
    async def story() -> None:
        near = Neighbours(broken={defect})
        async with near.switchboard() as board:
            board.place(CallOrder("broken", BREAKS))
            if defect != "call_noted":
                board.place(CallOrder("witness", WORKS))
            await asyncio.sleep(1.0)
            if defect == "signed_url":
                assert board.answer("broken", "CAbroken")
            await near.over("broken")
            [report] = [each for each in near.reports if each.attempt_id == "broken"]
            assert report.ending.blame in (Blame.OURS, Blame.CARRIER)
            if defect != "call_noted":
                assert board.live_calls == 1
                assert board.cancel("witness")
                await near.over("witness")
                assert len(near.reports) == 2

    run_virtual(story())


def test_a_call_whose_order_failed_in_an_unknown_way_is_never_ordered_again() -> None:
    async def story() -> None:
        near = Neighbours(broken={"dial", "find"})
        async with near.switchboard() as board:
            board.place(CallOrder("broken", BREAKS))
            await near.over("broken")
        [report] = near.reports
        assert report.ending.cause is EndCause.DIAL_FAILED

    run_virtual(story())


def test_a_hang_up_that_fails_is_told_in_the_timeline() -> None:
    async def story() -> None:
        near = Neighbours(broken={"hang_up"})
        async with near.switchboard() as board:
            board.place(CallOrder("a", WORKS))
            await asyncio.sleep(1.0)
            board.cancel("a")
            await near.over("a")
        [report] = near.reports
        assert report.ending.cause is EndCause.CANCELLED
        assert any("hanging up failed" in entry.text for entry in report.timeline)

    run_virtual(story())


def test_a_recording_that_cannot_be_kept_costs_nothing_else() -> None:
    async def story() -> None:
        near = Neighbours()
        async with near.switchboard(recorded=True) as board:
            board.place(CallOrder("a", WORKS))
            board.place(CallOrder("b", WORKS))
            await asyncio.sleep(1.0)
            board.cancel("a")
            await near.over("a")
            assert board.live_calls == 1
        assert {report.attempt_id for report in near.reports} == {"a", "b"}

    run_virtual(story())


def test_an_outcome_waits_for_the_store_however_long_that_takes() -> None:
    async def story() -> None:
        near = Neighbours(store_works_after=40)
        async with near.switchboard() as board:
            board.place(CallOrder("a", WORKS))
            await asyncio.sleep(1.0)
            board.cancel("a")
            await near.over("a")
            assert len(near.reports) == 1

    run_virtual(story())


def test_the_end_of_the_process_does_not_wait_for_a_broken_store() -> None:
    async def story() -> None:
        near = Neighbours(store_works_after=10**9)
        loop = asyncio.get_running_loop()
        async with near.switchboard() as board:
            board.place(CallOrder("a", WORKS))
            await asyncio.sleep(1.0)
            board.cancel("a")
            await asyncio.sleep(60.0)
            assert not await board.drain(5.0)
            leaving_at = loop.time()
        assert loop.time() - leaving_at < 5.0
        assert near.reports == []

    run_virtual(story())


async def test_a_host_name_that_cannot_be_looked_up_is_a_refusal() -> None:
    def nobody(socket: TextSocket) -> SocketListener:
        raise AssertionError("nothing is opened")

    for host in ("a..b", "a" * 70 + ".com"):
        with pytest.raises(WebSocketRefused):
            await open_websocket(f"ws://{host}/x", nobody, open_timeout_s=2.0)

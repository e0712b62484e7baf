"""One run: a real front door, switchboard and call machine under simulated calls.

Twilio's webhooks and REST interface, the agent's door and the tools stand here as functions: they
cost nothing, so what is measured is the way of the sound.
"""

from __future__ import annotations

import asyncio
import gc
import ssl
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from quart import Quart

from bridge.chores import CallNeeds
from bridge.events import PhoneProgress, PhoneStatus
from bridge.open_websocket import open_websocket
from bridge.ports import SocketListener, TextSocket, ToolReply
from bridge.recorder import CallRecorder
from bridge.switchboard import Switchboard
from bridge.timings import CallTimings
from data.call import CallOrder, CallReport, EntryKind, TimelineEntry
from vocero import open_files
from vocero.benching import machine
from vocero.benching.certificate import make_certificate, trust_in
from vocero.benching.far_side import FarSide
from vocero.benching.lateness import LoopWatch
from vocero.benching.report import FarFigures, OwnFigures, report
from vocero.benching.wish import STORM_S, WARM_UP_S, BenchFailed, BenchWish
from vocero.front_door import FrontDoor
from vocero.garbage import GarbageWatch, keep_what_is_there

BETWEEN_CALLS_S = 0.005
NUMBER = "+5491100000000"
ENDING_S = 10.0
"""How long calls that hung up may take to be over."""


class Neighbours:
    """Stands where dialer, agent's door, tools and observer are in a real Vocero."""

    def __init__(self) -> None:
        self.agent_addresses: list[str] = []
        """Of the conversations that will be asked for next, in that order."""
        self.ended: set[str] = set()
        self.underruns = 0

    async def dial(self, order: CallOrder) -> str:
        return sid_of(order.attempt_id)

    async def hang_up(self, call_sid: str) -> None:
        pass

    async def status(self, call_sid: str) -> PhoneStatus:
        return PhoneStatus.COMPLETED

    async def find(self, to_number: str, since: float) -> tuple[str, PhoneStatus] | None:
        return None

    async def signed_url(self) -> str:
        return self.agent_addresses.pop(0)

    async def answer_tool(
        self, attempt_id: str, name: str, parameters: Mapping[str, object]
    ) -> ToolReply:
        return ToolReply('{"available":true}')

    def call_noted(self, attempt_id: str, entry: TimelineEntry) -> None:
        if entry.kind is EntryKind.MEASURED and entry.text.startswith("underruns="):
            self.underruns += int(entry.text.partition("=")[2])

    async def call_finished(self, report: CallReport) -> None:
        self.ended.add(report.attempt_id)

    def upgrade_is_genuine(self, path: str, signature: str | None) -> bool:
        return True


class Ears:
    """Operators who listen to one call. What their websockets would cost is not in it."""

    def __init__(self) -> None:
        self.pieces = 0
        """Of a tenth of a second, all listeners together."""
        self.lost = 0

    async def listen(self, switchboard: Switchboard, attempt_id: str) -> None:
        """Take every piece, until the call ends."""
        ear = switchboard.listen(attempt_id)
        if ear is None:
            return
        async with ear:
            async for piece in ear:
                piece.packed()
                self.pieces += 1
        self.lost += ear.lost


class Run:
    """So many calls, placed, measured, half of them hung up."""

    def __init__(self, wish: BenchWish) -> None:
        self._wish = wish
        self._neighbours = Neighbours()
        self._ears = Ears()
        self._tls: ssl.SSLContext | None = None
        self._facts: Mapping[str, object] = {}
        self._before_kib = 0.0
        self._switchboard = self._make_switchboard()

    async def measured(self) -> dict[str, Any]:
        """The report of this run. Raises BenchFailed."""
        far = FarFigures()
        try:
            async with asyncio.TaskGroup() as tasks, self.standing() as far_side:
                with LoopWatch() as watch:
                    for number in range(self._wish.calls):
                        await self.place(far_side, number)
                    for _ in range(self._wish.listeners):
                        tasks.create_task(self._ears.listen(self._switchboard, attempt_of(0)))
                    own = await self._watched(far_side, watch)
                for answer in await far_side.order("end"):
                    far.add(answer)
        except ExceptionGroup as group:
            # What is told to whoever asked for the run, and not how its tasks were grouped.
            told, defects = group.split((BenchFailed, OSError))
            if told is None or defects is not None:
                raise
            raise told.exceptions[0] from None
        return report(self._wish, far, own)

    @asynccontextmanager
    async def standing(self) -> AsyncIterator[FarSide]:
        """The bridge and its far ends, ready for calls. Raises BenchFailed."""
        wish = self._wish
        files = open_files.needed_for(wish.calls)
        if open_files.allow(files) < files:
            raise BenchFailed(f"{wish.calls} calls need {files} open files: ulimit -n {files}")
        self._facts = machine.facts()
        core, shares = machine.shares_of_cores(machine.cores(), wish.calls)
        async with AsyncExitStack() as stack:
            stack.enter_context(machine.pinned_to(core))
            folder = stack.enter_context(TemporaryDirectory(prefix="vocero-bench-"))
            certificate = await self._certificate(Path(folder))
            door = FrontDoor(Quart("bench"), self._switchboard)
            port = await door.start("127.0.0.1", 0)
            stack.push_async_callback(door.stop, 1.0)
            plan = {
                "port": port,
                "agent_format": wish.agent_format,
                "turn_s": wish.turn_s,
                "certificate": certificate,
            }
            # As a served Vocero does it before its first call.
            stack.callback(gc.set_threshold, *gc.get_threshold())
            keep_what_is_there()
            stack.callback(gc.unfreeze)
            garbage = GarbageWatch(lambda: self._switchboard.live_calls)
            garbage.start()
            stack.callback(garbage.stop)
            self._before_kib = machine.resident_kib()
            far_side = await stack.enter_async_context(
                FarSide([{**plan, "cores": share} for share in shares])
            )
            await stack.enter_async_context(self._switchboard)
            yield far_side

    @property
    def live_calls(self) -> int:
        """How many calls there are."""
        return self._switchboard.live_calls

    async def _watched(self, far_side: FarSide, watch: LoopWatch) -> OwnFigures:
        await asyncio.sleep(WARM_UP_S)
        await far_side.order("measure")
        watch.take()
        heard = self._ears.pieces
        waited = machine.waited_s()
        began, cpu = time.perf_counter(), time.process_time()
        await asyncio.sleep(self._wish.seconds)
        cpu_s, took_s = time.process_time() - cpu, time.perf_counter() - began
        waited_since = machine.waited_s()
        late_us, pauses_us = watch.take()
        heard = self._ears.pieces - heard
        await far_side.order("rest")
        grown_kib = machine.resident_kib() - self._before_kib
        ended_early = len(self._neighbours.ended)
        hung_up = await self._storm(far_side)
        storm_late_us, _ = watch.take()
        ended_early += len(self._neighbours.ended - hung_up)
        not_ended = await self._until_over(hung_up)
        return OwnFigures(
            cpu_s=cpu_s,
            waited_s=None if waited is None or waited_since is None else waited_since - waited,
            took_s=took_s,
            grown_kib=grown_kib,
            late_us=late_us,
            pauses_us=pauses_us,
            storm_late_us=storm_late_us,
            hung_up=len(hung_up),
            ended_early=ended_early,
            not_ended=not_ended,
            pieces_heard=heard,
            ledger_underruns=self._neighbours.underruns,
            machine=self._facts,
        )

    async def place(self, far_side: FarSide, number: int) -> None:
        """The call with this number, answered."""
        scheme = "wss" if self._wish.tls else "ws"
        attempt_id, far_end = attempt_of(number), far_side.of(number)
        call_sid = sid_of(attempt_id)
        self._neighbours.agent_addresses.append(
            f"{scheme}://127.0.0.1:{far_end.agents_port}/{attempt_id}"
        )
        self._switchboard.place(CallOrder(attempt_id, NUMBER))
        self._switchboard.phone_said(attempt_id, call_sid, PhoneProgress(PhoneStatus.IN_PROGRESS))
        token = self._switchboard.answer(attempt_id, call_sid)
        await far_end.order(
            "call", number=number, attempt_id=attempt_id, token=token, call_sid=call_sid
        )
        await asyncio.sleep(BETWEEN_CALLS_S)

    async def _storm(self, far_side: FarSide) -> set[str]:
        """Half of the calls hang up in one moment; which ones."""
        hung_up = await self.hang_up(far_side, range(1, self._wish.calls, 2))
        await asyncio.sleep(STORM_S)
        return hung_up

    async def hang_up(self, far_side: FarSide, numbers: Sequence[int]) -> set[str]:
        """These businesses hang up, all in one moment; whose calls they are."""
        await far_side.order("storm", calls=list(numbers))
        for number in numbers:
            self._switchboard.phone_said(
                attempt_of(number), sid_of(attempt_of(number)), PhoneProgress(PhoneStatus.COMPLETED)
            )
        return {attempt_of(number) for number in numbers}

    async def _until_over(self, attempts: set[str]) -> int:
        """Wait for these calls' reports; how many did not come."""
        try:
            async with asyncio.timeout(ENDING_S):
                while not attempts <= self._neighbours.ended:  # noqa: ASYNC110 - it has no bell
                    await asyncio.sleep(0.05)
        except TimeoutError:
            pass
        return len(attempts - self._neighbours.ended)

    async def _certificate(self, folder: Path) -> str:
        if not self._wish.tls:
            return ""
        made = await asyncio.to_thread(make_certificate, folder)
        self._tls = trust_in(made)
        return str(made)

    def _make_switchboard(self) -> Switchboard:
        wish, neighbours = self._wish, self._neighbours
        timings = CallTimings(max_call_s=wish.seconds + 600.0)

        async def nothing(*_: object) -> None:
            pass

        async def open_socket(
            url: str, listen: Callable[[TextSocket], SocketListener]
        ) -> TextSocket:
            return await open_websocket(url, listen, tls=self._tls)

        def recorder(order: CallOrder) -> CallRecorder:
            return CallRecorder(order.attempt_id, timings)

        needs = CallNeeds(
            dialer=neighbours,
            agent_door=neighbours,
            open_socket=open_socket,
            tools=neighbours,
            observer=neighbours,
            timings=timings,
            wait_for_turn=nothing,
            call_bound=nothing,
            frame_bad=lambda side: None,
        )
        return Switchboard(
            needs,
            neighbours,
            max_calls=wish.calls,
            new_recorder=recorder if wish.record else None,
        )


def attempt_of(number: int) -> str:
    """The attempt of the call with this number."""
    return f"bench{number}"


def sid_of(attempt_id: str) -> str:
    """The carrier's id of its call."""
    return f"CA{attempt_id}"

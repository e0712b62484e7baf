"""One run of a peer: the far ends of `vocero bench` around it, and the same report.

What `vocero bench` knows from inside is seen from outside here: a call has ended when both of its
connections are gone.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from tests.bench.peers import from_outside
from tests.bench.peers.environment import versions
from tests.bench.peers.peer import Peer
from tests.bench.peers.peer_process import PeerProcess
from vocero import open_files
from vocero.benching import machine
from vocero.benching.bridge_side import BETWEEN_CALLS_S, ENDING_S, attempt_of, sid_of
from vocero.benching.far_side import FarSide
from vocero.benching.report import FarFigures, OwnFigures, report
from vocero.benching.wish import STORM_S, WARM_UP_S, BenchFailed, BenchWish
from vocero.rehearsal import free_port

MOST_CALLS = machine.CALLS_PER_FAR_END
"""More than any of them carries; a peer is told of one process of agents only."""
SOCKETS = 2
"""Of a call: the carrier's and the agent's."""
FIRST_CALL_S = 0.5
LOOK_EVERY_S = 0.05


class PeerRun:
    """So many calls through one peer."""

    def __init__(self, peer: Peer, wish: BenchWish, python: Path, log: Path) -> None:
        """`python`: of its environment; `log`: the file that what it says goes to."""
        self._peer = peer
        self._wish = wish
        self._python = python
        self._log = log

    async def measured(self) -> dict[str, Any]:
        """The report of this run. Raises BenchFailed, OSError."""
        peer, wish = self._peer, self._wish
        if not from_outside.PROC.joinpath("self", "stat").exists():
            raise BenchFailed("peers are measured from outside, which only Linux allows")
        files = open_files.needed_for(wish.calls)
        if open_files.allow(files) < files:
            raise BenchFailed(f"{wish.calls} calls need {files} open files: ulimit -n {files}")
        installed = versions(peer, self._python)
        facts = {
            **machine.facts(),
            "peer": installed,
            "loop": f"uvloop {installed.get('uvloop', '?')}",
            "websockets": installed.get("websockets", "?"),
        }
        core, shares = machine.shares_of_cores(machine.cores(), 1)
        port = free_port()
        plan = {
            "port": port,
            "agent_format": wish.agent_format,
            "turn_s": wish.turn_s,
            "cores": shares[0],
        }
        async with AsyncExitStack() as stack:
            # This process only waits and looks, and does it beside the far ends.
            stack.enter_context(machine.pinned_to(shares[0][0] if shares[0] else None))
            far_side = await stack.enter_async_context(FarSide([plan]))
            process = await stack.enter_async_context(
                PeerProcess(
                    peer,
                    self._python,
                    core,
                    port=port,
                    agents_port=far_side.ends[0].agents_port,
                    agent_format=wish.agent_format,
                    log=self._log,
                )
            )
            own = await self._watched(far_side, process, facts)
            far = FarFigures()
            for answer in await far_side.order("end"):
                far.add(answer)
        found = report(wish, far, own)
        return {"peer": peer.name, **found, "notes": peer.notes_for(wish.agent_format)}

    async def _watched(
        self, far_side: FarSide, process: PeerProcess, facts: dict[str, object]
    ) -> OwnFigures:
        wish, pid = self._wish, process.pid
        base_kib = await self._place_all(far_side, pid)
        await asyncio.sleep(WARM_UP_S)
        process.check()
        await far_side.order("measure")
        waited = self._waited_s(pid)
        began, cpu = time.perf_counter(), from_outside.cpu_s(pid)
        await asyncio.sleep(wish.seconds)
        cpu_s, took_s = from_outside.cpu_s(pid) - cpu, time.perf_counter() - began
        waited_since = self._waited_s(pid)
        await far_side.order("rest")
        process.check()
        grown_kib = from_outside.resident_kib(pid) - base_kib
        # The first call brought what all share, so its own memory is not known.
        grown_kib *= wish.calls / max(1, wish.calls - 1)
        open_before = from_outside.connections(pid)
        hung_up = list(range(1, wish.calls, 2))
        await far_side.order("storm", calls=hung_up)
        await asyncio.sleep(STORM_S)
        not_ended = await self._until_over(pid, open_before - SOCKETS * len(hung_up))
        process.check()
        return OwnFigures(
            cpu_s=cpu_s,
            waited_s=None if waited is None or waited_since is None else waited_since - waited,
            took_s=took_s,
            grown_kib=grown_kib,
            late_us=(),
            pauses_us=(),
            storm_late_us=(),
            hung_up=len(hung_up),
            ended_early=calls_of(SOCKETS * wish.calls - open_before),
            not_ended=not_ended,
            pieces_heard=0,
            ledger_underruns=None,
            machine=facts,
        )

    async def _place_all(self, far_side: FarSide, pid: int) -> float:
        """Every call; how much memory there was with the first of them."""
        base_kib = from_outside.resident_kib(pid)
        for number in range(self._wish.calls):
            attempt_id = attempt_of(number)
            await far_side.ends[0].order(
                "call",
                number=number,
                attempt_id=attempt_id,
                token="",
                call_sid=sid_of(attempt_id),
            )
            await asyncio.sleep(FIRST_CALL_S if number == 0 else BETWEEN_CALLS_S)
            if number == 0 and self._wish.calls > 1:
                base_kib = from_outside.resident_kib(pid)
        return base_kib

    async def _until_over(self, pid: int, open_after: int) -> int:
        """Wait until no more connections are open; how many calls are, when they should not be."""
        try:
            async with asyncio.timeout(ENDING_S):
                while from_outside.connections(pid) > open_after:  # noqa: ASYNC110 - it has no bell
                    await asyncio.sleep(LOOK_EVERY_S)
        except TimeoutError:
            pass
        return calls_of(from_outside.connections(pid) - open_after)

    def _waited_s(self, pid: int) -> float | None:
        return None if self._peer.has_threads else from_outside.waited_s(pid)


def calls_of(connections: int) -> int:
    """How many calls have so many connections between them; none when there are fewer than none."""
    return max(0, -(-connections // SOCKETS))

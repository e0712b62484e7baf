"""What the bridge adds and costs: `python tests/bench/bench_bridge.py --calls 20 --seconds 20`.

Calls go through the real front door, switchboard and call machine of this process; carriers and
agents live in another one (bench_far_ends.py) on 127.0.0.1. The agent speaks half of the time, in
bursts of 1.5 seconds, and every third turn is interrupted. Latencies are stamped at the far ends:
kernel and the far ends' own work are inside.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import math
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from quart import Quart

from bridge.chores import CallNeeds
from bridge.events import PhoneProgress, PhoneStatus
from bridge.lean_websocket import open_websocket
from bridge.ports import SocketListener, TextSocket, ToolReply
from bridge.recorder import CallRecorder
from bridge.switchboard import Switchboard
from bridge.timings import CallTimings
from data.call import CallOrder, CallReport, TimelineEntry
from vocero.front_door import FrontDoor
from vocero.server import run

FAR_ENDS = Path(__file__).with_name("bench_far_ends.py")
WARM_UP_S = 1.2
LATE_MS, BUSY = 3.0, 0.85
"""Beyond this the far ends were measuring themselves."""


class Neighbours:
    """Stands where dialer, agent door, tools and observer are in a real Vocero."""

    def __init__(self) -> None:
        self.agents_port = 0
        self.timeline: list[str] = []

    async def dial(self, order: CallOrder) -> str:
        return f"CA{order.attempt_id}"

    async def hang_up(self, call_sid: str) -> None:
        pass

    async def status(self, call_sid: str) -> PhoneStatus:
        return PhoneStatus.COMPLETED

    async def find(self, to_number: str, since: float) -> tuple[str, PhoneStatus] | None:
        return None

    async def answer_tool(
        self, attempt_id: str, name: str, parameters: Mapping[str, object]
    ) -> ToolReply:
        return ToolReply("{}")

    def call_noted(self, attempt_id: str, entry: TimelineEntry) -> None:
        pass

    async def call_finished(self, report: CallReport) -> None:
        for entry in report.timeline:
            if entry.kind == "trouble" or entry.text.startswith("underruns="):
                self.timeline.append(entry.text)

    def frame_bad(self, side: str) -> None:
        sys.stderr.write(f"a bad frame of the {side}\n")

    def upgrade_is_genuine(self, path: str, signature: str | None) -> bool:
        return True


class OneAgent:
    """The door to the agent's conversation of one call."""

    def __init__(self, neighbours: Neighbours) -> None:
        self._neighbours = neighbours
        self.expected: list[str] = []

    async def signed_url(self) -> str:
        return f"ws://127.0.0.1:{self._neighbours.agents_port}/{self.expected.pop(0)}"


async def bench(wanted: argparse.Namespace) -> None:
    neighbours = Neighbours()
    door_to_agent = OneAgent(neighbours)
    timings = CallTimings(max_call_s=wanted.seconds + 600.0)

    async def nothing(*_: object) -> None:
        pass

    async def open_socket(url: str, listen: Callable[[TextSocket], SocketListener]) -> TextSocket:
        return await open_websocket(url, listen)

    needs = CallNeeds(
        dialer=neighbours,
        agent_door=door_to_agent,
        open_socket=open_socket,
        tools=neighbours,
        observer=neighbours,
        timings=timings,
        wait_for_turn=nothing,
        call_bound=nothing,
        frame_bad=neighbours.frame_bad,
    )
    recorder = (lambda order: CallRecorder(order.attempt_id, timings)) if wanted.record else None
    switchboard = Switchboard(needs, neighbours, max_calls=wanted.calls, new_recorder=recorder)
    front_door = FrontDoor(Quart("bench"), switchboard)
    port = await front_door.start("127.0.0.1", 0)
    before_mb = resident_mb()
    far = await asyncio.create_subprocess_exec(
        *(sys.executable, str(FAR_ENDS), str(port), wanted.format, str(wanted.calls)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 28,
    )
    assert far.stdin is not None and far.stdout is not None
    try:
        async with switchboard:
            neighbours.agents_port = int(await far.stdout.readline())
            for number in range(wanted.calls):
                far.stdin.write(answer_a_call(number, switchboard, door_to_agent))
                await asyncio.sleep(0.005)
            await far.stdout.readline()
            gc.collect()
            gc.freeze()
            far.stdin.write(b"measure\n")
            await asyncio.sleep(WARM_UP_S)
            began, cpu = time.perf_counter(), time.process_time()
            await asyncio.sleep(wanted.seconds)
            cpu, took = time.process_time() - cpu, time.perf_counter() - began
            grown_mb = resident_mb() - before_mb
            far.stdin.write(b"end\n")
            figures = json.loads(await far.stdout.readline())
            await far.wait()
        cost = 1000 * cpu / (took * wanted.calls)
        tell(wanted, figures, cost, cpu / took, grown_mb * 1024 / wanted.calls)
        ours = sum(int(it.partition("=")[2]) for it in neighbours.timeline if "underruns=" in it)
        line("underruns by the ledger's own count", f"{ours}")
    finally:
        if far.returncode is None:
            far.kill()
        await front_door.stop(1.0)


def answer_a_call(number: int, switchboard: Switchboard, agents: OneAgent) -> bytes:
    """Place a call and have it answered; what its carrier needs to know, as a line."""
    attempt_id = f"bench{number}"
    call_sid = f"CA{attempt_id}"
    agents.expected.append(attempt_id)
    switchboard.place(CallOrder(attempt_id, "+5491100000000"))
    switchboard.phone_said(attempt_id, call_sid, PhoneProgress(PhoneStatus.IN_PROGRESS))
    token = switchboard.answer(attempt_id, call_sid)
    return json.dumps({"token": token, "call_sid": call_sid}).encode() + b"\n"


def tell(
    wanted: argparse.Namespace, far: dict[str, Any], cost: float, share: float, kib: float
) -> None:
    """The table."""
    line(f"{wanted.calls} calls, {wanted.format}, {wanted.seconds:g} s", "p50 / p99 / worst ms")
    line("added, business -> agent", spread(far["up"]))
    line("added, agent -> business (first frame)", spread(far["first_frame"]))
    line("interruption to clear", spread(far["clear"]))
    line("bytes lost, up / down", f"{far['up_lost']} / {far['down_lost']}")
    line("bytes repeated or made up, up / down", f"{far['up_foreign']} / {far['down_foreign']}")
    line("playback underruns", f"{far['underruns']}")
    line("CPU of the bridge", f"{cost:.2f} ms per call-second, {share:.0%} of one core")
    line("resident memory", f"{kib:.0f} KiB per call")
    late = sorted(far["late"])
    late_ms = percentile(late, 0.99) * 1000
    line("far ends' own lateness", f"{spread(late)}, {far['cpu_share']:.0%} of one core")
    if late_ms > LATE_MS or far["cpu_share"] > BUSY:
        line("WARNING", "the far ends lagged: latencies are an upper bound")


def line(what: str, figure: str) -> None:
    sys.stdout.write(f"{what:40} {figure}\n")


def spread(seconds: Sequence[float]) -> str:
    """Half, 99 % and all of the samples are below these milliseconds."""
    ordered = sorted(seconds)
    shares = [percentile(ordered, share) * 1000 for share in (0.5, 0.99, 1.0)]
    return " / ".join(f"{ms:.2f}" for ms in shares) + f"  ({len(ordered)} samples)"


def percentile(ordered: Sequence[float], share: float) -> float:
    """Nearest rank; 0 for nothing."""
    return ordered[math.ceil(len(ordered) * share) - 1] if ordered else 0.0


def resident_mb() -> float:
    """Of this process, now (Linux; elsewhere its peak)."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--format", default="ulaw_8000", help="of the agent: pcm_16000 ...")
    parser.add_argument("--loop", choices=("fastest", "asyncio"), default="fastest")
    parser.add_argument("--record", action="store_true", help="with the recorder on")
    wanted = parser.parse_args()
    if wanted.loop == "asyncio":
        asyncio.run(bench(wanted))
    else:
        run(bench(wanted))


if __name__ == "__main__":
    main()

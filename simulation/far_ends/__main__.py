"""One process of far ends. Its argument is a `Plan` as JSON, its orders come as lines of JSON on
standard input, and each is answered with one line on standard output once it is done:

    {"do":"call","number":3,"attempt_id":"…","token":"…","call_sid":"…"}  a call that was answered
    {"do":"measure"}, {"do":"rest"}      begin and end the window that is measured
    {"do":"storm","calls":[3,5]}         these hang up at once; a second window begins
    {"do":"end"}                         answered with the figures; the process ends

The first line of all is the port that the agents listen at.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import resource
import ssl
import sys
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from audio.formats import AudioFormat, parse_format
from simulation.far_ends.agent import FarAgent, Utterances
from simulation.far_ends.carrier import FarCarrier
from simulation.far_ends.figures import Figures, Window
from simulation.far_ends.sockets import FarSocket, clock
from simulation.far_ends.tracks import DownTrack, Frames, UpTrack

FRAME_MS = 20
SETTLE_S = 3.0
"""What is on its way at the end arrives within this, or never."""
LOOK_EVERY_S = 0.05
JOIN_S = 15.0
GOLDEN = 0.618034
"""Spreads the turns of calls evenly, however many there are."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the far ends are to be."""

    port: int
    """The bridge's, on 127.0.0.1."""
    agent_format: str
    turn_s: float
    cores: Sequence[int] = ()
    """Where to run; empty: anywhere."""
    certificate: str = ""
    """A PEM file with key and certificate: the agents speak TLS."""


class FarCall:
    """Both far ends of one call."""

    def __init__(self, number: int, attempt_id: str, ends: FarEnds) -> None:
        form, figures = ends.form, ends.figures
        self.number = number
        self.up = UpTrack(number, form, ends.frames, figures)
        self.down = DownTrack(form, figures)
        self.carrier = FarCarrier(number, attempt_id, self.up, self.down)
        self.agent = FarAgent(
            number,
            form,
            ends.plan.turn_s,
            ends.utterances.sounds,
            (self.up, self.down),
            figures,
        )


class FarEnds:
    """All calls of this process, and the one timer that all their frames come from."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.form: AudioFormat = parse_format(plan.agent_format)
        self.frames = Frames()
        self.utterances = Utterances(self.form, plan.turn_s)
        self.figures = Figures()
        self._loop = asyncio.get_running_loop()
        self._calls: dict[str, FarCall] = {}
        self._slots: list[list[FarCall]] = [[] for _ in range(FRAME_MS)]
        self._began = clock()
        self._next = 0
        self._over = False
        self._storm = Window()
        self._measured = Window()
        self._cpu = (0.0, 0.0)
        self._cpu_share = 0.0

    async def listen(self) -> int:
        """Open the agents' door; its port."""
        tls = None
        if self.plan.certificate:
            tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            tls.load_cert_chain(self.plan.certificate)
        server = await self._loop.create_server(self._agent_socket, "127.0.0.1", 0, ssl=tls)
        self._loop.call_later(0.001, self._tick)
        return int(server.sockets[0].getsockname()[1])

    async def obey(self, order: dict[str, Any]) -> dict[str, Any]:
        """Do what is ordered; the answer."""
        match order["do"]:
            case "call":
                await self._join(order)
            case "measure":
                self._measured = self.figures.window = Window()
                self._cpu = (clock(), time.process_time())
            case "rest":
                took, cpu = clock() - self._cpu[0], time.process_time() - self._cpu[1]
                self._cpu_share = cpu / took
                self.figures.window = Window()
            case "storm":
                self._storm = self.figures.window = Window()
                await self._hang_up(frozenset(order["calls"]))
            case "end":
                return await self._end()
        return {"done": order["do"]}

    def _agent_socket(self) -> FarSocket:
        socket = FarSocket()
        # What follows the attempt is the client's own: SDKs add the path of a conversation.
        socket.opened = lambda path: self._calls[path.split("/")[1]].agent.connected(socket)
        return socket

    async def _join(self, order: dict[str, Any]) -> None:
        number, attempt_id = order["number"], order["attempt_id"]
        call = self._calls[attempt_id] = FarCall(number, attempt_id, self)
        async with asyncio.timeout(JOIN_S):
            await call.carrier.join(self.plan.port, order["token"], order["call_sid"])
            await call.agent.here.wait()
        self._slots[len(self._calls) % FRAME_MS].append(call)
        call.agent.begin(0.1 + self.plan.turn_s * (number * GOLDEN % 1.0))

    def _tick(self) -> None:
        """Every millisecond: whoever has a frame to send in it."""
        if self._over:
            return
        now_ms = (clock() - self._began) * 1000
        while self._next <= now_ms + 0.5:
            due = self._began + self._next / 1000
            calls = self._slots[self._next % FRAME_MS]
            self._next += 1
            if calls:
                self.figures.window.lag.append(max(0.0, clock() - due))
            for call in calls:
                call.carrier.frame()
        self._loop.call_later(max(0.0, self._began + self._next / 1000 - clock()), self._tick)

    async def _hang_up(self, numbers: frozenset[int]) -> None:
        for call in list(self._calls.values()):
            if call.number in numbers:
                # Within the same few milliseconds, and yet nobody else's frame waits for it here:
                # those who hang up are not one machine.
                await asyncio.sleep(0)
                call.carrier.hang_up()
                call.agent.line_gone()
                call.down.line_gone()

    async def _end(self) -> dict[str, Any]:
        for call in self._calls.values():
            call.agent.finish()
        await asyncio.sleep(self.plan.turn_s / 2)
        self._over = True
        settled_at = clock() + SETTLE_S
        while clock() < settled_at and self._outstanding():  # noqa: ASYNC110 - it has no bell
            await asyncio.sleep(LOOK_EVERY_S)
        for call in self._calls.values():
            call.up.settle()
            call.down.settle()
        figures = self.figures
        return {
            "measured": self._measured.to_json(),
            "storm": self._storm.to_json(),
            "up": figures.up.to_json(),
            "down": figures.down.to_json(),
            "underruns": figures.underruns,
            "interruptions": figures.interruptions,
            "clears": figures.clears,
            "tool_calls": figures.tool_calls,
            "tool_answers": figures.tool_answers,
            "cpu_share": self._cpu_share,
        }

    def _outstanding(self) -> bool:
        """Whether something is still on its way."""
        return self.figures.tool_answers < self.figures.tool_calls or any(
            call.up.outstanding or call.down.outstanding for call in self._calls.values()
        )


async def main(plan: Plan) -> None:
    """Serve until the end is ordered, or nobody orders any more."""
    if plan.cores and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, plan.cores)
    allow_many_sockets()
    gc.disable()  # a pause would be taken for the bridge's, and there is little to collect
    ends = FarEnds(plan)
    orders = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    _answer({"port": await ends.listen()})
    while line := await orders.readline():
        order = json.loads(line)
        try:
            answer = await ends.obey(order)
        except (OSError, TimeoutError) as error:
            number = order.get("number", 0)
            why = str(error) or f"it was not there within {JOIN_S:g} s"
            answer = {"failed": f"call {number + 1} did not come about: {why}"}
        _answer(answer)
        if order["do"] == "end" or "failed" in answer:
            return


def allow_many_sockets() -> None:
    """Two for every call; the usual limit is 1024."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _answer(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def _run(main: Coroutine[Any, Any, None]) -> None:
    try:
        import uvloop
    except ImportError:
        asyncio.run(main)
    else:
        uvloop.run(main)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):  # whoever started it is told as well
        _run(main(Plan(**json.loads(sys.argv[1]))))

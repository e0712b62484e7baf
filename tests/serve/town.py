"""`vocero serve` as its users run it: a process of its own, among simulated neighbours.

A Town is a world with many customers, each of whom wants a call to a business of their own.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from simulation.agent_conversation import Conversation
from simulation.carrier_call import SimulatedCall
from simulation.carrier_webhooks import webhook_client
from simulation.channel import real_connector
from simulation.customer import SimulatedCustomer
from simulation.script import AwaitReply, Hear, Scene, Speak, Write
from simulation.world import WHATSAPP_NUMBER, World
from tests.serve.road import Road
from vocero.rehearsal import BASE_SETTINGS, ZONE, free_port

ROOT = Path(__file__).resolve().parents[2]
START_S = 60.0
"""Beyond any patience with a machine that does other things too."""
LOOK_EVERY_S = 0.02
RUNNER = """
import os, sys
log, loop = sys.argv.pop(1), sys.argv.pop(1)
if loop == "asyncio":
    sys.modules["uvloop"] = None
written = os.open(log, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
def hook(event, details):
    if event == "import":
        os.write(written, f"{details[0]}\\n".encode())
sys.addaudithook(hook)
from vocero.__main__ import main
main()
"""
"""The `vocero` command that writes down every import and can do without uvloop."""

LASTING = Scene(
    name="lasting",
    story="They are connected, and nobody comes to an end.",
    customer=(),
    business=(Speak("ana_greets"),),
    agent=(Hear("ana_greets"), Hear("ana_waits")),
    ends_as="",
    ring_ms=200,
)


NO_RESULTS = ("¿Llamo a", "📞", "Contestaron", "Estoy a punto")
"""How messages begin that tell of no outcome."""


def patience(seconds: float) -> float:
    """How long something that is promised within `seconds` is waited for.

    A loaded machine is no failure: only with VOCERO_STRICT_TIMES=1 is the promise itself the bound.
    """
    return seconds if os.environ.get("VOCERO_STRICT_TIMES") else 6 * seconds


def any_moment(longest_s: float) -> float:
    """A random moment, but the same one wherever a run must be repeatable."""
    return 0.45 * longest_s if os.environ.get("CI") else random.uniform(0.0, longest_s)


async def until(true: Callable[[], object], within_s: float = 20.0) -> None:
    """Returns when it is true. Raises TimeoutError."""
    async with asyncio.timeout(patience(within_s)):
        # Most of what is waited for here has no bell.
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(LOOK_EVERY_S)


class Serving:
    """One process of `vocero serve`."""

    def __init__(self, process: asyncio.subprocess.Process, url: str, logs: Path) -> None:
        self.process = process
        self.url = url
        self._logs = logs
        self._imports_before = 0

    async def ready(self) -> None:
        """Returns when it said that it listens."""
        assert self.process.stdout is not None
        async with asyncio.timeout(START_S):
            line = await self.process.stdout.readline()
        assert line.decode().strip() == f"Vocero listens at {self.url}", self.log()
        self._imports_before = len(self._imports())

    def log(self) -> str:
        """What it wrote to standard error."""
        return (self._logs / "stderr").read_text()

    def imported_since_ready(self) -> list[str]:
        """Modules that it went looking for after it said that it listens."""
        return self._imports()[self._imports_before :]

    def _imports(self) -> list[str]:
        return (self._logs / "imports").read_text().splitlines()

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    async def exit_code(self, within_s: float = START_S) -> int:
        """Its exit code, once it has ended. Raises TimeoutError."""
        async with asyncio.timeout(patience(within_s)):
            return await self.process.wait()

    async def kill(self) -> None:
        """SIGKILL, as a machine that loses its power; returns when it is dead."""
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()


@dataclass
class Town:
    """A world for many customers, and the services that ran in it one after the other."""

    world: World
    http: httpx.AsyncClient
    url: str
    folder: Path
    settings: Mapping[str, str]
    road: Road
    started: list[Serving] = field(default_factory=list)
    processes: int = 0

    @asynccontextmanager
    async def serving(
        self, loop: str = "uvloop", *options: str, **settings: str
    ) -> AsyncIterator[Serving]:
        """A service that is ready; killed in the end if it still runs."""
        serving = await self.start(loop, *options, **settings)
        try:
            await serving.ready()
            yield serving
        finally:
            await serving.kill()

    async def start(self, loop: str = "uvloop", *options: str, **settings: str) -> Serving:
        """A service that may not be ready yet, or never."""
        self.processes += 1
        logs = self.folder / f"process-{self.processes}"
        logs.mkdir()
        with (logs / "stderr").open("wb") as stderr:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                RUNNER,
                str(logs / "imports"),
                loop,
                "serve",
                *options,
                cwd=self.folder,
                env=environment({**self.settings, **settings}),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=stderr,
            )
        own = f"http://127.0.0.1:{settings['PORT']}" if "PORT" in settings else self.url
        serving = Serving(process, own, logs)
        self.started.append(serving)
        return serving

    async def run(self, *command: str) -> tuple[int, str, str]:
        """Another command on the same settings: exit code, standard output, standard error."""
        return await run_vocero(*command, cwd=self.folder, env=self.settings)

    async def calls_as_told(self) -> dict[str, dict[str, Any]]:
        """`vocero calls --json`, by number."""
        code, out, err = await self.run("calls", "--json")
        assert (code, err) == (0, ""), err
        told = json.loads(out)
        by_number = {each["number"]: each for each in told}
        assert len(by_number) == len(told), "a number was called twice"
        return by_number

    until = staticmethod(until)

    # --- the people -------------------------------------------------------------------------
    def customer(self, number: int) -> SimulatedCustomer:
        """The customer with this number, who asks for calls to `business(number)`."""
        return SimulatedCustomer(
            self.world.twilio,
            f"+54911400090{number:02d}",
            "Lucía",
            f"{self.url}/webhook/whatsapp",
            to=WHATSAPP_NUMBER,
        )

    @staticmethod
    def business(number: int) -> str:
        """E.164."""
        return f"+54114000{1800 + number}"

    @staticmethod
    def wish(number: int) -> str:
        """In words."""
        return f"Llamá al +54 11 4000-{1800 + number} y sacame turno para un corte mañana a las 5"

    async def ask(self, number: int) -> SimulatedCustomer:
        """This customer wants a call and is asked to confirm it."""
        customer = self.customer(number)
        question = AwaitReply(f"¿Llamo al +54 11 4000-{1800 + number}")
        await customer.play((Write(self.wish(number)), question))
        return customer

    async def confirm(self, number: int, scene: Scene = LASTING) -> None:
        """This customer says yes; from now on calls go as in the scene."""
        self.world.play_scene(scene)
        assert (await self.customer(number).write("sí")).status == 200

    async def in_conversation(self, number: int) -> Conversation:
        """The agent's conversation with this index, once it went a step further."""
        agent = self.world.elevenlabs
        await until(lambda: len(agent.conversations) > number)
        conversation = agent.conversations[number]
        await until(lambda: conversation.steps_done > 0)
        return conversation

    async def talking(self, number: int, scene: Scene = LASTING) -> SimulatedCall:
        """This customer's call, from the wish to the agent's first step."""
        before = len(self.world.elevenlabs.conversations)
        await self.ask(number)
        await self.confirm(number, scene)
        await self.in_conversation(before)
        (call,) = self.calls(number)
        return call

    def calls(self, number: int) -> list[SimulatedCall]:
        """What the carrier was asked to dial for this customer."""
        wanted = self.business(number)
        return [call for call in self.world.twilio.calls if call.record.request.to == wanted]

    def read(self, number: int) -> list[str]:
        """What this customer was sent."""
        wanted = f"+54911400090{number:02d}"
        return [each.body for each in self.world.twilio.chat if each.to_number == wanted]

    def results(self, number: int) -> list[str]:
        """The messages among them that tell what came of a call."""
        return [body for body in self.read(number) if not body.startswith(NO_RESULTS)]

    async def reads(self, number: int, words: str) -> None:
        """Returns when this customer was sent a message with these words. Raises TimeoutError."""
        await until(lambda: any(words in body for body in self.read(number)))

    async def told(self, number: int, within_s: float = 20.0) -> str:
        """The one result, once it was told. Raises TimeoutError."""
        await until(lambda: self.results(number), within_s)
        (result,) = self.results(number)
        return result


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """A process's environment: these settings and what a program needs to run."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TZ", "LANG") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), **settings}


async def run_vocero(*command: str, cwd: Path, env: Mapping[str, str]) -> tuple[int, str, str]:
    """`vocero COMMAND`: exit code, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "vocero",
        *command,
        cwd=cwd,
        env=environment(env),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(START_S):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


@asynccontextmanager
async def open_town(folder: Path, **settings: str) -> AsyncIterator[Town]:
    """The neighbours, served in this loop; `settings` besides those that they need."""
    os.makedirs(folder, exist_ok=True)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(webhook_client())
        world = World(
            LASTING,
            url,
            http,
            real_connector(),
            today=lambda: datetime.now(ZoneInfo(ZONE)).date(),
        )
        await stack.enter_async_context(world)
        road = Road()
        carrier = await stack.enter_async_context(
            road.leading(world.settings()["TWILIO_API_BASE_URL"])
        )
        known = {
            **BASE_SETTINGS,
            **world.settings(),
            "TWILIO_API_BASE_URL": carrier,
            "PORT": str(port),
            "BASE_URL": url,
            "VAR_DIR": str(folder / "var"),
            "CALLING_HOURS": "00:00-24:00",
            **settings,
        }
        town = Town(world, http, url, folder, known, road)
        try:
            yield town
        finally:
            for serving in town.started:
                await serving.kill()

"""A real browser at the operators' page of a Vocero that talks with simulated neighbours.

Needs Debian's `chromium`; without it these tests are skipped by name.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import (
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    Response,
    WebSocketRoute,
    async_playwright,
)

from bridge.live_calls import LiveCall
from simulation.carrier_call import SimulatedCall
from simulation.scene_parts import order
from simulation.script import Hear, ListenOut, Say, Scene, Speak, Wait
from vocero.rehearsal import Rehearsal, over_sockets

CHROMIUM = shutil.which("chromium") or ""
PASSWORD = "correct horse battery"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)
"""Headless, as root, without a word to anybody outside; microphones are pretended."""
WITHIN_S = 20.0
LOOK_EVERY_S = 0.05

needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="needs Debian's chromium")
"""For every browser test, beside the marker `browser`."""

LONG_TALK = Scene(
    name="long_talk",
    story="A business that takes its time: there is something to listen to, and to step into.",
    customer=order(
        "Hola! Llamá al +54 11 4000-1701 y sacame turno para un corte de pelo "
        "mañana a las 5 de la tarde",
        "",
    ),
    business=(
        Speak("ana_greets"),
        ListenOut(),
        Speak("ana_offers"),
        Wait(1500),
        Speak("ana_waits"),
        Wait(1500),
        Speak("ana_confirms"),
        Wait(60_000),
    ),
    agent=(
        Hear("ana_greets"),
        Say("agent_asks_haircut"),
        Hear("ana_offers"),
        Say("agent_explains_at_length", interruptible=False),
        Hear("ana_confirms"),
    ),
    ends_as="unconfirmed",
)
"""Business and agent both speak for some seconds, then the line stays up for a minute."""


@dataclass
class Cuts:
    """Breaks the page's live connection."""

    broken: bool = False
    _open: list[WebSocketRoute] = field(default_factory=list)

    async def opened(self, socket: WebSocketRoute) -> None:
        """The page connects."""
        if self.broken:
            await socket.close()
            return
        socket.connect_to_server()
        self._open.append(socket)

    async def cut(self) -> None:
        """Now, and every new try until it is mended."""
        self.broken = True
        for socket in self._open:
            await socket.close()
        self._open.clear()

    def mend(self) -> None:
        """The next try gets through."""
        self.broken = False


@dataclass
class Desk:
    """One operator before a browser, and the world that the calls take place in."""

    rehearsal: Rehearsal
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    """Errors in the console, uncaught exceptions, requests that failed or were refused."""
    foreign: list[str] = field(default_factory=list)
    """Requests to anybody but this Vocero."""
    scripts: dict[str, int] = field(default_factory=dict)
    """Bytes of JavaScript by path."""

    @property
    def url(self) -> str:
        return self.rehearsal.url

    async def log_in(self, path: str = "/operator/", name: str = "Ana") -> None:
        await self.page.goto(f"{self.url}{path}")
        await self.page.fill("#name", name)
        await self.page.fill("#password", PASSWORD)
        await self.page.click("form.login button")
        await self.page.wait_for_url(f"**{path}")

    async def ring(self) -> None:
        """The customer asks and says yes; the phone rings."""
        steps = self.rehearsal.world.scene.customer
        await self.rehearsal.world.customer.play(steps[:-1])

    async def call_is_up(self) -> SimulatedCall:
        """The carrier's side of the one call, once people talk."""
        await until(lambda: any(one.phase == "talking" for one in self.live))
        return self.rehearsal.world.twilio.calls[-1]

    @property
    def live(self) -> tuple[LiveCall, ...]:
        """Vocero's own view of the calls that are going on."""
        return self.rehearsal.service.switchboard.live()

    async def make_cuttable(self) -> Cuts:
        """From now on the page's live connection can be cut. Before the page is loaded."""
        cuts = Cuts()
        await self.page.route_web_socket("**/operator/live?*", cuts.opened)
        return cuts

    async def shifted(self) -> float:
        """How much of the page has moved by itself since it was loaded (layout shift score)."""
        return float(await self.page.evaluate("() => window.shifted ?? 0"))


async def until(is_so: Callable[[], bool], within_s: float = WITHIN_S) -> None:
    """Wait until this is true. Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        # What is waited for shows in a browser or on a simulated line: neither rings a bell.
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(LOOK_EVERY_S)


@asynccontextmanager
async def at_the_desk(
    var_dir: Path,
    scene: Scene = LONG_TALK,
    *,
    settings: Mapping[str, str] | None = None,
    microphone: Path | None = None,
    width: int = 1280,
    height: int = 900,
    dark: bool = False,
    language: str = "en",
) -> AsyncIterator[Desk]:
    """A Vocero, its world and a browser with one empty page. `microphone`: a WAV to speak."""
    flags = list(FLAGS)
    if microphone is not None:
        flags.append(f"--use-file-for-fake-audio-capture={microphone}%noloop")
    wanted = {"OPERATOR_PASSWORD": PASSWORD, "RECORD_CALLS": "true", **(settings or {})}
    async with (
        over_sockets(scene, var_dir, settings=wanted) as rehearsal,
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=flags, headless=True
        )
        try:
            context = await browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if dark else "light",
                locale="en-US" if language == "en" else "es-AR",
                permissions=["microphone"],
            )
            await context.add_init_script(_COUNT_SHIFTS)
            page = await context.new_page()
            page.set_default_timeout(WITHIN_S * 1000)
            desk = Desk(rehearsal, context, page)
            _watch(desk)
            yield desk
        finally:
            await browser.close()


_COUNT_SHIFTS = """
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.hadRecentInput) continue;
    window.shifted = (window.shifted ?? 0) + entry.value;
  }
}).observe({ type: "layout-shift", buffered: true });
"""


def _watch(desk: Desk) -> None:
    page = desk.page

    def answered(response: Response) -> None:
        if response.status >= 400:
            desk.complaints.append(f"{response.status} {response.url}")

    def failed(request: Request) -> None:
        desk.complaints.append(f"failed: {request.url} ({request.failure})")

    def asked(request: Request) -> None:
        if not request.url.startswith((desk.url, "data:", "blob:")):
            desk.foreign.append(request.url)

    async def weigh(response: Response) -> None:
        if response.request.resource_type == "script" and response.ok:
            desk.scripts[response.url.rpartition("/")[2]] = len(await response.body())

    def said(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            desk.complaints.append(message.text)

    def raised(error: Error) -> None:
        desk.complaints.append(str(error))

    page.on("console", said)
    page.on("pageerror", raised)
    page.on("response", answered)
    page.on("response", weigh)
    page.on("requestfailed", failed)
    page.on("request", asked)

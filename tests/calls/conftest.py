"""Whole calls through a whole Vocero among simulated neighbours, in virtual time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from audio.levels import SilenceWatch
from data.call import CallReport, CallResult
from data.store import CallRecord
from simulation.agent_conversation import Conversation
from simulation.carrier_call import SimulatedCall
from simulation.clock import run_virtual
from simulation.script import Scene, Write
from simulation.world import World
from vocero.outside import Outside
from vocero.rehearsal import Rehearsal, Rehearsed, in_virtual_time

FRAME = 160
FRAME_S = 0.02
SETTLED_WITHIN_S = 900.0
SPEECH_S_PER_CHARACTER = 0.06
"""How fast the simulated carrier reads a <Say>."""

Rewire = Callable[[World, Outside], Outside]


@dataclass
class Outcome:
    """What is left when everything is over."""

    records: list[CallRecord]
    """Newest first."""
    calls: list[SimulatedCall]
    """What the carrier really dialled."""
    conversations: list[Conversation]
    texts: list[str]
    """Everything that the customer was sent, in order."""
    alerts: list[int]
    """The carrier's debugger: error codes."""
    posts: Counter[str]
    """Requests of Vocero to the carrier, by method and what they were about."""
    metrics: str

    @property
    def record(self) -> CallRecord:
        (record,) = self.records
        return record

    @property
    def report(self) -> CallReport:
        assert self.record.report is not None
        return self.record.report

    @property
    def result(self) -> CallResult:
        assert self.record.result is not None
        return self.record.result

    @property
    def call(self) -> SimulatedCall:
        (call,) = self.calls
        return call

    @property
    def result_texts(self) -> list[str]:
        """Each time that a result reached the customer."""
        promised = {message.body for record in self.records for message in record.outgoing}
        return [text for text in self.texts if text in promised]

    def told_once(self) -> bool:
        """For each attempt one promise of a result, and it was sent once."""
        promises = [len(record.outgoing) for record in self.records]
        return promises == [1] * len(self.result_texts)


def underruns(report: CallReport) -> int:
    """How often Vocero itself counted a gap in the agent's speech."""
    figures = dict(entry.text.split("=") for entry in report.timeline if entry.kind == "measured")
    return int(figures["underruns"])


def longest_silence_s(call: SimulatedCall) -> float:
    """The longest time in which an answered business heard nobody, and did not speak itself."""
    answered, ended = call.record.answered_at, call.record.ended_at
    assert answered is not None and ended is not None
    sounding: list[tuple[float, float]] = [(ended, ended)]
    heard, said = call.line.heard, bytes(call.line.said)
    for track in (heard, said):
        watch = SilenceWatch()
        for at in range(0, len(track), FRAME):
            before = watch.heard_ms
            watch.push(track[at : at + FRAME])
            if watch.heard_ms > before:
                began = answered + at / 8000
                sounding.append((began, began + FRAME_S))
    sounding += [
        (spoken.at, spoken.at + len(spoken.text) * SPEECH_S_PER_CHARACTER)
        for spoken in call.line.announcements
    ]
    longest, quiet_since = 0.0, answered
    for began, until in sorted(sounding):
        longest = max(longest, began - quiet_since)
        quiet_since = max(quiet_since, until)
    return longest


@dataclass
class Stage:
    """Plays in virtual time; whatever goes wrong is set up in `before`."""

    var_dir: Path
    posts: Counter[str] = field(default_factory=Counter)

    def run(
        self,
        scene: Scene,
        story: Callable[[Rehearsal], Awaitable[None]] | None = None,
        *,
        before: Callable[[Rehearsal], None] | None = None,
        rewire: Rewire | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> Outcome:
        """The customer asks and says yes, the call takes its course; `story` goes on beside it."""

        async def play(rehearsal: Rehearsal) -> None:
            if before is not None:
                before(rehearsal)
            async with asyncio.TaskGroup() as tasks:
                if story is not None:
                    tasks.create_task(_as_coroutine(story, rehearsal))
                await self._order(rehearsal, scene)
            await self._settle(rehearsal)

        return run_virtual(self._run(scene, play, rewire, settings=settings))

    def rehearse(
        self, scene: Scene, var_dir: Path | None = None, *, record: bool = False, voice: str = ""
    ) -> tuple[Rehearsed, Outcome]:
        """The scene as it is written; `voice` is the agent's format, both ways."""
        played: list[Rehearsed] = []

        async def play(rehearsal: Rehearsal) -> None:
            played.append(await rehearsal.play())

        formats = {"speaks_format": voice, "hears_format": voice} if voice else {}
        settings = {"RECORD_CALLS": "true"} if record else None
        outcome = run_virtual(
            self._run(scene, play, None, settings=settings, var_dir=var_dir, **formats)
        )
        return played[0], outcome

    async def _run(
        self,
        scene: Scene,
        play: Callable[[Rehearsal], Awaitable[None]],
        rewire: Rewire | None,
        *,
        settings: Mapping[str, str] | None,
        var_dir: Path | None = None,
        **formats: str,
    ) -> Outcome:
        self.posts = Counter()

        def count_and_rewire(world: World, outside: Outside) -> Outside:
            outside.dial_http.event_hooks = {"request": [self._count]}
            return outside if rewire is None else rewire(world, outside)

        async with in_virtual_time(
            scene,
            var_dir or self.var_dir,
            settings=settings,
            rewire=count_and_rewire,
            speaks_format=formats.get("speaks_format", "ulaw_8000"),
            hears_format=formats.get("hears_format", "ulaw_8000"),
        ) as rehearsal:
            await play(rehearsal)
            return await self._outcome(rehearsal)

    async def _order(self, rehearsal: Rehearsal, scene: Scene) -> None:
        # Without what the customer waits for after the yes: the outcome is looked at instead.
        yes = [n for n, step in enumerate(scene.customer) if step in (Write("sí"), Write("yes"))]
        await rehearsal.world.customer.play(scene.customer[: yes[0] + 1])

    async def _settle(self, rehearsal: Rehearsal) -> None:
        store, board = rehearsal.service.store, rehearsal.service.switchboard

        async def over() -> bool:
            still_open = board.live_calls or await store.open_attempts() or await store.next_due()
            lines_up = any(not call.record.is_over for call in rehearsal.world.twilio.calls)
            return bool(await store.calls()) and not still_open and not lines_up

        async with asyncio.timeout(SETTLED_WITHIN_S):
            # The store has no bell, and virtual time costs nothing.
            while not await over():  # noqa: ASYNC110
                await asyncio.sleep(0.5)
        # Whatever is still on its way would be one text too many.
        await asyncio.sleep(30.0)

    async def _outcome(self, rehearsal: Rehearsal) -> Outcome:
        world = rehearsal.world
        return Outcome(
            records=await rehearsal.service.store.calls(),
            calls=list(world.twilio.calls),
            conversations=list(world.elevenlabs.conversations),
            texts=[message.body for message in world.twilio.chat],
            alerts=[alert.code for alert in world.twilio.alerts],
            posts=self.posts,
            metrics=rehearsal.service.metrics.render(),
        )

    async def _count(self, request: httpx.Request) -> None:
        path = request.url.path
        if request.url.host == "api.twilio.com":
            what = "order" if path.endswith("/Calls.json") else path.split("/")[4].split(".")[0]
            self.posts[f"{request.method} {what}"] += 1


async def _as_coroutine(story: Callable[[Rehearsal], Awaitable[None]], at: Rehearsal) -> None:
    await story(at)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A Vocero in its simulated world, one call long."""
    return Stage(tmp_path)


@pytest.fixture
def silence_of() -> Callable[[SimulatedCall], float]:
    """How long an answered business was left in silence, at worst, in seconds."""
    return longest_silence_s


@pytest.fixture
def underruns_of() -> Callable[[CallReport], int]:
    """Gaps in the agent's speech that Vocero counted."""
    return underruns

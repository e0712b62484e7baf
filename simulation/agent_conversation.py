"""One conversation of the simulated agent, from the client's first message to the close frame."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import NoReturn, assert_never

from simulation import agent_wire as wire
from simulation.agent_acting import Actor
from simulation.agent_link import Link, Over
from simulation.agent_manner import Ended, Spoken, ToolUse
from simulation.agent_sound import Arrival
from simulation.channel import ChannelClosed
from simulation.script import Scene

_LONGEST_CHUNK_MS = 1000
"""Clients send 20 to 250 ms; beyond this turn-taking would not work."""


class Conversation:
    """What the client sent, what it was sent, and what it did wrong."""

    def __init__(self, conversation_id: str, link: Link, scene: Scene, today: date) -> None:
        self.conversation_id = conversation_id
        self.scene = scene
        self.told: list[str] = []
        """Contextual updates, and messages in the business's name, that the client sent."""
        self.unanswered_pings: dict[int, float] = {}
        """When each open ping was sent."""
        self.finished = asyncio.Event()
        """Set when `run` is over."""
        self._link = link
        self._actor = Actor(link, scene, today)
        self._last_sound_at = 0.0
        self._rtt_ms: int | None = None

    @property
    def violations(self) -> list[str]:
        """How the client broke the protocol; empty when it behaved."""
        return self._link.violations

    @property
    def heard(self) -> bytes:
        """All sound that the client sent, in the format that the metadata announced."""
        return bytes(self._link.ear.sound)

    @property
    def arrivals(self) -> list[Arrival]:
        """When how much of it came."""
        return self._link.ear.arrivals

    @property
    def spoken(self) -> list[Spoken]:
        """Every piece of sound that was sent, late ones included."""
        return self._link.spoken

    @property
    def tools(self) -> list[ToolUse]:
        """Every tool call and its answer."""
        return self._link.tools

    @property
    def interruptions(self) -> list[int]:
        """The ids of the interruptions by the business."""
        return self._link.interruptions

    @property
    def variables(self) -> Mapping[str, object]:
        """The dynamic variables that it was opened with."""
        return self._link.variables

    @property
    def ended(self) -> Ended | None:
        """How it ended, once it has."""
        return self._link.ended

    @property
    def steps_done(self) -> int:
        """How many of the scene's steps were performed to the end."""
        return self._actor.steps_done

    async def run(self) -> None:
        """Returns when the conversation is over, whoever ended it."""
        link = self._link
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._hold())
        except* Over:
            pass
        except* ChannelClosed as gone:
            first: BaseException = gone
            while isinstance(first, BaseExceptionGroup):
                first = first.exceptions[0]
            if link.ended is None and isinstance(first, ChannelClosed):
                link.ended = Ended(first.code, first.reason, by_agent=False)
        finally:
            self.finished.set()

    async def _hold(self) -> None:
        await self._open()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            tasks.create_task(self._ping())
            tasks.create_task(self._watch_the_time())
            tasks.create_task(self._actor.act())

    # --- opening --------------------------------------------------------------------------
    async def _open(self) -> None:
        link = self._link
        sent = await self._first_message()
        if sent.misplaced:
            link.violated(f"keys that are ignored in silence: {', '.join(sent.misplaced)}")
        field = link.profile.forbidden_override(sent.overrides)
        if field is not None:
            reason = f"Override for field '{field}' is not allowed by config."
            await link.refuse("override_error", reason)
        for where, missing in link.profile.missing_variables(sent.variables).items():
            names = ", ".join(repr(name) for name in missing)
            reason = f"Missing required dynamic variables in {where}: {{{names}}}"
            await link.refuse("missing_dynamic_variable", reason)
        link.variables = dict(sent.variables)
        if link.manner.queue:
            await link.send(wire.queue_status("waiting"))
            await asyncio.sleep(1.0)
            await link.send(wire.queue_status(link.manner.queue))
        if link.manner.queue == "timed_out":
            await link.close(3008, "Too many concurrent connections")
        hears, speaks = link.ear.format, link.speaks
        if link.probe is not None:
            both = hears.encoding == speaks.encoding == "ulaw"
            link.probe.set_formats(
                hears.bytes_for(1000) // 1000, speaks.bytes_for(1000) // 1000, mulaw=both
            )
        await link.send(wire.metadata(self.conversation_id, speaks.name, hears.name))
        self._last_sound_at = link.now()

    async def _first_message(self) -> wire.Initiated:
        link = self._link
        try:
            async with asyncio.timeout(link.manner.init_within_s):
                sent = wire.read(await link.channel.receive())
        except TimeoutError:
            link.violated("no conversation_initiation_client_data came")
            await link.fail(1002, "asyncio_timeout", "No conversation initiation data received")
        if isinstance(sent, wire.Initiated):
            return sent
        what = sent.why if isinstance(sent, wire.Broken) else type(sent).__name__
        link.violated(f"the first message is not conversation_initiation_client_data: {what}")
        await link.refuse("invalid_message", "Invalid message received")

    # --- listening ------------------------------------------------------------------------
    async def _listen(self) -> NoReturn:
        while True:
            self._take(wire.read(await self._link.channel.receive()))
            self._link.tell_news()

    def _take(self, sent: wire.Sent) -> None:
        match sent:
            case wire.SoundSent(sound):
                self._hear(sound)
            case wire.Ponged(event_id):
                self._ponged(event_id)
            case wire.ToolAnswered():
                self._tool_answered(sent)
            case wire.Told(text):
                self.told.append(text)
            case wire.Initiated():
                self._link.violated("conversation_initiation_client_data came twice")
            case wire.Broken(why):
                self._link.violated(why)
            case wire.Harmless():
                pass
            case _:
                assert_never(sent)

    def _hear(self, sound: bytes) -> None:
        link = self._link
        hears = link.ear.format
        length_ms = hears.milliseconds(len(sound))
        if len(sound) % hears.bytes_per_sample:
            link.violated(f"a chunk of {len(sound)} bytes cuts a {hears.name} sample in two")
        if length_ms > _LONGEST_CHUNK_MS:
            link.violated(f"a chunk of {length_ms:.0f} ms")
        self._last_sound_at = link.now()
        if link.probe is not None:
            link.probe.agent_got(self._last_sound_at, sound)
        link.ear.hear(sound, self._last_sound_at)

    def _ponged(self, event_id: int) -> None:
        sent_at = self.unanswered_pings.pop(event_id, None)
        if sent_at is None:
            self._link.violated(f"a pong for {event_id}, which is no open ping")
        else:
            self._rtt_ms = round((self._link.now() - sent_at) * 1000)

    def _tool_answered(self, sent: wire.ToolAnswered) -> None:
        for use in self._link.tools:
            if use.tool_call_id != sent.tool_call_id:
                continue
            if use.result is None:
                use.result, use.is_error = sent.result, sent.is_error
                use.answered_after_s = self._link.now() - use.called_at_s
            else:
                self._link.violated(f"a second answer to {sent.tool_call_id}")
            return
        self._link.violated(f"an answer to {sent.tool_call_id}, which was never called")

    # --- its own clock --------------------------------------------------------------------
    async def _ping(self) -> NoReturn:
        event_id = 0
        while True:
            event_id += 1
            if not self._link.silent:
                self.unanswered_pings[event_id] = self._link.now()
                await self._link.send(wire.ping(event_id, self._rtt_ms))
            await asyncio.sleep(self._link.manner.ping_every_s)

    async def _watch_the_time(self) -> NoReturn:
        link = self._link
        began = link.now()
        while True:
            await asyncio.sleep(0.5)
            now = link.now()
            for event_id, sent_at in list(self.unanswered_pings.items()):
                if now - sent_at > link.manner.pong_within_s:
                    link.violated(f"ping {event_id} was not answered")
                    del self.unanswered_pings[event_id]
            if now - self._last_sound_at >= link.manner.silence_within_s:
                reason = "No user input received for too long"
                await link.fail(1002, "transport_receive_timeout", reason)
            if now - began >= link.manner.max_duration_s:
                await link.fail(1000, "max_duration_exceeded", "Maximum duration exceeded")

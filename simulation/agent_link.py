"""The wire end of one conversation: sending, closing, and what all of its parts write down."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from typing import NoReturn

from audio.formats import parse_format
from simulation import agent_wire as wire
from simulation.agent_manner import Ended, Manner, Spoken, ToolUse
from simulation.agent_profile import AgentProfile
from simulation.agent_sound import Ear
from simulation.channel import Channel
from simulation.probe import Probe


class Over(Exception):
    """The conversation was ended from this side."""


class Link:
    """One conversation's channel and record. Raises ChannelClosed when the client is gone."""

    def __init__(
        self,
        channel: Channel,
        profile: AgentProfile,
        manner: Manner,
        probe: Probe | None,
        rng: random.Random,
    ) -> None:
        self.channel = channel
        self.profile = profile
        self.manner = manner
        self.rng = rng
        self.probe = probe
        self.speaks = parse_format(profile.speaks)
        self.ear = Ear(parse_format(profile.hears))
        self.variables: Mapping[str, object] = {}
        self.spoken: list[Spoken] = []
        self.tools: list[ToolUse] = []
        self.interruptions: list[int] = []
        self.violations: list[str] = []
        self.ended: Ended | None = None
        self.silent = False
        """It sends nothing more, not even pings."""
        self.event_id = 0
        """The last one used. Every piece of sound has its own; they never decrease."""
        self._news = asyncio.Event()
        self._odd = 0

    def now(self) -> float:
        """Seconds on the event loop's clock."""
        return asyncio.get_running_loop().time()

    def violated(self, why: str) -> None:
        """The client broke the protocol."""
        self.violations.append(why)

    def tell_news(self) -> None:
        """Something came in: wake whoever waits for it."""
        self._news.set()

    async def next_news(self) -> None:
        """Returns when something more has come in."""
        self._news.clear()
        await self._news.wait()

    def next_id(self) -> int:
        """A new event id."""
        self.event_id += 1
        return self.event_id

    async def send(self, message: wire.Message) -> None:
        """Send, unless the agent's settings do not ask for this type of message."""
        if self.silent or not self.profile.sends(str(message["type"])):
            return
        if self.manner.odd_messages:
            await self._send_odd()
        await self.channel.send(wire.text(message))

    async def speak(self, sound: bytes, void_id: int | None = None) -> None:
        """Send a piece of sound; `void_id` is the interrupted id of a piece that comes late."""
        event_id = self.next_id() if void_id is None else void_id
        self.spoken.append(Spoken(self.now(), event_id, sound, late=void_id is not None))
        if self.probe is not None:
            self.probe.agent_sent(self.now(), event_id, sound)
        await self.send(wire.audio(sound, event_id))

    async def interrupt(self) -> int:
        """Take back all sound so far; the id that says so."""
        self.interruptions.append(self.event_id)
        if self.probe is not None:
            self.probe.interruption_sent(self.now())
        await self.send(wire.interruption(self.event_id))
        return self.event_id

    async def close(self, code: int, reason: str) -> NoReturn:
        """End the conversation with a close frame."""
        self.ended = Ended(code, reason, by_agent=True)
        await self.channel.close(code, reason)
        raise Over

    async def drop(self) -> NoReturn:
        """End the connection without a close frame."""
        self.ended = Ended(1006, "", by_agent=True)
        self.channel.abort()
        raise Over

    async def refuse(self, name: str, reason: str) -> NoReturn:
        """The client broke the contract: client_error, then 1008."""
        await self.send(wire.client_error(1008, reason, name))
        await self.close(1008, reason)

    async def fail(self, code: int, kind: str, reason: str) -> NoReturn:
        """Something went wrong here: error, then the close frame."""
        await self.send(wire.error(code, reason, kind))
        await self.close(code, reason)

    async def _send_odd(self) -> None:
        """What a client must survive; each kind in its turn."""
        self._odd += 1
        odd: tuple[wire.Message, ...] = (
            {"type": "agent_typing", "agent_typing_event": {"since": "now"}},
            {"type": "agent_response_metadata"},
            {"type": "internal_turn_probability", "turn_probability_internal_event": {}},
            {"type": "guardrail_triggered"},
            {"type": "dtmf_request", "unheard_of": [None, {"deep": [1.5, "x"]}]},
            {"type": "client_error"},
        )
        if self._odd <= len(odd):
            await self.channel.send(wire.text(odd[self._odd - 1]))

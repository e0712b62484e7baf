"""The agent walks through its scene: hears, speaks, is interrupted, uses tools, says goodbye."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import zip_longest
from typing import NoReturn, assert_never

from audio.formats import ULAW_8000
from audio.transcode import Transcoder
from simulation import agent_wire as wire
from simulation.agent_link import Link
from simulation.agent_manner import ToolUse
from simulation.agent_sound import pieces_of, said_until
from simulation.script import AgentStep, BreakOff, EndCall, FallSilent, Hear, Say, Scene, UseTool
from simulation.speech import clips

_HUGE = 1_500_000
_LATE_MS = 200
_APOLOGY = "agent_apologises"


class Actor:
    """Performs one scene's agent over one link."""

    def __init__(self, link: Link, scene: Scene, today: date) -> None:
        self._link = link
        self._scene = scene
        self._today = today
        self._tool_sound_id = 0
        self.steps_done = 0

    async def act(self) -> NoReturn:
        """After the last step it stays on the line and waits for the client to end it."""
        if self._link.manner.huge_frame:
            await self._link.send({"type": "agent_reasoning_response_part", "text": "x" * _HUGE})
        steps = self._scene.agent
        for step, following in zip_longest(steps, steps[1:]):
            await self._perform(step, following)
            self.steps_done += 1
        await self._for_ever()

    async def _perform(self, step: AgentStep, following: AgentStep | None) -> None:
        match step:
            case Hear(clip, quiet_ms):
                await self._hear_out(self._text(clip), quiet_ms)
            case Say():
                leaves = isinstance(following, EndCall | BreakOff | FallSilent)
                await self._say(step, to_the_end=not leaves)
            case UseTool():
                await self._use_tool(step)
            case EndCall():
                await self._end_call()
            case BreakOff(0):
                await self._link.drop()
            case BreakOff(code):
                await self._link.close(code, "unknown_websocket_crash" if code == 1011 else "")
            case FallSilent():
                self._link.silent = True
                await self._for_ever()
            case _:
                assert_never(step)

    def _text(self, clip: str) -> str:
        return self._scene.words.get(clip, clips()[clip].text)

    async def _for_ever(self) -> NoReturn:
        while True:
            await self._link.next_news()

    async def _hear_out(self, text: str, quiet_ms: int) -> None:
        link = self._link
        scored_ms = link.ear.speech_ms
        while not link.ear.heard_out(quiet_ms):
            await link.next_news()
            if link.ear.speech_ms - scored_ms >= 400:
                scored_ms = link.ear.speech_ms
                await link.send(wire.vad_score(round(link.rng.uniform(0.8, 0.99), 2)))
        link.ear.take()
        event_id = link.next_id()
        await link.send(wire.tentative_transcript(text[: len(text) // 2], event_id))
        await link.send(wire.transcript(text, event_id))

    # --- speaking -------------------------------------------------------------------------
    async def _say(self, step: Say, *, to_the_end: bool) -> None:
        link, rng = self._link, self._link.rng
        await asyncio.sleep(rng.uniform(*link.manner.think_s))
        clip, text = clips()[step.clip], self._text(step.clip)
        unsent = pieces_of(clip, link.speaks, rng)
        total_s = link.speaks.milliseconds(sum(map(len, unsent))) / 1000
        barge_in_at_ms = link.ear.speech_ms + link.manner.barge_in_ms
        interruptible = step.interruptible and link.profile.sends("interruption")
        text_first = rng.random() < 0.5
        first_id = link.event_id + 1
        began = link.now()
        if text_first:
            await link.send(wire.response(text, first_id))
        while unsent:
            await link.speak(unsent.pop(0))
            if link.event_id == first_id:
                if not text_first:
                    await link.send(wire.response(text, first_id))
                await self._stop_tool_sound()
            await asyncio.sleep(rng.uniform(*link.manner.piece_every_s))
            if interruptible and link.ear.speech_ms >= barge_in_at_ms:
                break
        if not to_the_end and not unsent:
            return
        listens_until_ms = barge_in_at_ms if interruptible else None
        if await self._cut_short(began + total_s, listens_until_ms):
            share = (link.now() - began) / total_s
            await self._be_interrupted(text, share, unsent, step.late_frames)
        else:
            await link.send(wire.response_complete(link.event_id))

    async def _cut_short(self, plays_until: float, barge_in_at_ms: int | None) -> bool:
        """Waits out its own clock of the turn; True when the business spoke into it."""
        link = self._link
        try:
            async with asyncio.timeout_at(plays_until):
                while barge_in_at_ms is None or link.ear.speech_ms < barge_in_at_ms:
                    await link.next_news()
        except TimeoutError:
            return False
        return True

    async def _be_interrupted(
        self, text: str, share: float, unsent: list[bytes], late_frames: int
    ) -> None:
        link = self._link
        void_id = await link.interrupt()
        corrected = wire.correction(text, said_until(text, share), void_id)
        # A synthesis that was already under way comes through on either side of the correction.
        late = [*unsent, *self._late_sound()][:late_frames]
        for sound in late[:1]:
            await link.speak(sound, void_id)
        await link.send(corrected)
        for sound in late[1:]:
            await asyncio.sleep(link.rng.uniform(*link.manner.piece_every_s))
            await link.speak(sound, void_id)

    def _late_sound(self) -> list[bytes]:
        """Sound that is in no other turn, so that it is recognised if it is ever heard."""
        speaks = self._link.speaks
        transcoder = Transcoder(ULAW_8000, speaks)
        sound = transcoder.convert(clips()[_APOLOGY].mulaw) + transcoder.flush()
        size = speaks.bytes_for(_LATE_MS)
        return [sound[at : at + size] for at in range(0, len(sound), size)]

    # --- tools ----------------------------------------------------------------------------
    async def _use_tool(self, step: UseTool) -> None:
        link, manner = self._link, self._link.manner
        if not link.profile.has_tool(step.name):
            link.violated(f"the scene uses {step.name}, which the agent was not given")
            return
        first = not link.tools
        uses = [self._new_use(step)]
        if first and manner.parallel_tool_calls:
            uses.append(self._new_use(step))
        for use in uses:
            await self._call(use, twice=first and manner.duplicate_tool_call)
        if manner.tool_sound:
            await link.speak(self._late_sound()[0])
            self._tool_sound_id = link.event_id
        if not link.profile.waits_for(step.name):
            return
        if await self._all_answered(uses, step.within_s):
            for use in uses:
                await self._note_answer(use)
        else:
            for use in uses:
                if use.result is None:
                    link.violated(f"no answer to {use.tool_call_id} within {step.within_s} s")
                    await self._note_answer(use)
            await self._say(Say(_APOLOGY), to_the_end=True)

    def _new_use(self, step: UseTool) -> ToolUse:
        use = ToolUse(
            step.name,
            f"{step.name}_{self._link.rng.getrandbits(64):016x}",
            self._filled(step.parameters),
            self._link.now(),
        )
        self._link.tools.append(use)
        return use

    async def _call(self, use: ToolUse, *, twice: bool) -> None:
        link = self._link
        event_id = link.next_id()
        await link.send(wire.tool_request(use.name, use.tool_call_id, event_id))
        for _ in range(2 if twice else 1):
            await link.send(wire.tool_call(use.name, use.tool_call_id, use.parameters, event_id))

    async def _all_answered(self, uses: list[ToolUse], within_s: float) -> bool:
        try:
            async with asyncio.timeout(within_s):
                while any(use.result is None for use in uses):
                    await self._link.next_news()
        except TimeoutError:
            return False
        return True

    async def _note_answer(self, use: ToolUse) -> None:
        failed = use.is_error or use.result is None
        await self._link.send(
            wire.tool_response(use.name, use.tool_call_id, self._link.next_id(), is_error=failed)
        )

    async def _stop_tool_sound(self) -> None:
        """The interruption of a tool's sound carries an id that is older than the turn's."""
        if self._tool_sound_id:
            await self._link.send(wire.interruption(self._tool_sound_id))
            self._tool_sound_id = 0

    async def _end_call(self) -> None:
        link = self._link
        if not link.profile.can_end_calls():
            link.violated("the scene ends the call, but the agent was not given end_call")
        call_id = f"end_call_{link.rng.getrandbits(64):016x}"
        event_id = link.next_id()
        await link.send(wire.tool_request("end_call", call_id, event_id, kind="system"))
        await link.send(wire.tool_response("end_call", call_id, event_id, kind="system"))
        await link.close(1000, "")

    def _filled(self, parameters: Mapping[str, object]) -> dict[str, object]:
        """ "{today}" and "{tomorrow}" in text become ISO dates, so that scenes do not age."""
        days = {"{today}": self._today, "{tomorrow}": self._today + timedelta(days=1)}
        filled = dict(parameters)
        for name, value in parameters.items():
            if isinstance(value, str):
                for mark, day in days.items():
                    value = value.replace(mark, day.isoformat())
                filled[name] = value
        return filled

"""`vocero demo --interactive`: the person at the keyboard is the customer."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from rich.console import Console
from rich.text import Text

from data.store import CallRecord
from simulation.script import Scene, Write
from vocero.rehearsal import Rehearsal, Rehearsed
from vocero.typed_lines import TypedLines

PROMPT = "you ▸ "
LOOK_EVERY_S = 0.2
ANSWERED_WITHIN_S = 12.0
CALM_S = 0.4
"""Between an answer and the next line of a script."""
CALL_S = 400.0
"""Beyond the longest call that there can be."""
QUIT = frozenset({"/quit", "/exit", "/salir"})
RECENT = 5
MORE_EXAMPLES = {
    "es": ("Necesito una peluquería en Palermo para el viernes a la tarde", "ayuda"),
    "en": ("I need a hairdresser in Palermo on Friday afternoon", "help"),
}

Told = Callable[[Rehearsed], None]


class Conversation:
    """What is typed is written to Vocero; each call that comes of it is told when it is over."""

    def __init__(self, rehearsal: Rehearsal, console: Console, tell_call: Told) -> None:
        """`tell_call` shows a call that is over, with what was measured."""
        self._rehearsal = rehearsal
        self._console = console
        self._tell_call = tell_call
        self._told: set[str] = set()
        self._last = Rehearsed(rehearsal.world.scene)

    async def hold(self) -> Rehearsed:
        """Until the person ends it and no call is on. The last call, if there was one."""
        self._told = {each.attempt.attempt_id for each in await self._records()}
        print_welcome(self._console, self._rehearsal.world.scene)
        telling = asyncio.create_task(self._tell_calls())
        typed = TypedLines(self._console, PROMPT)
        try:
            async with typed.open() as lines:
                async for line in lines:
                    text = line.strip()
                    if text.casefold() in QUIT:
                        break
                    if text:
                        await self._write(text, patiently=not typed.from_keyboard)
            await self._finish()
        finally:
            telling.cancel()
        return self._last

    async def _write(self, text: str, *, patiently: bool) -> None:
        chat = self._rehearsal.world.twilio.chat
        read_to = len(chat)
        await self._rehearsal.world.customer.write(text)
        if patiently:
            # A script has its lines ready, but answers only what it was asked.
            with contextlib.suppress(TimeoutError):
                await chat.wait_for(lambda _: True, read_to, ANSWERED_WITHIN_S)
            await asyncio.sleep(CALM_S)

    async def _finish(self) -> None:
        store = self._rehearsal.service.store
        if await store.open_attempts():
            self._console.print("[dim]The call goes on to its end; Ctrl-C leaves at once.[/dim]")
        await asyncio.sleep(CALM_S)
        try:
            await self._rehearsal.settle(within_s=CALL_S)
        except TimeoutError:
            self._last.complaints.append("a call or a message did not come to an end")
        await self._tell_new_calls()

    async def _tell_calls(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            if not self._rehearsal.service.switchboard.live_calls:
                await self._tell_new_calls()

    async def _tell_new_calls(self) -> None:
        """Those whose result, and everything that belongs to it, was sent."""
        if await self._rehearsal.service.store.next_due() is not None:
            return
        # From here on nothing waits: nobody else tells the same call meanwhile.
        for record in reversed(await self._records()):
            if record.result is not None and record.attempt.attempt_id not in self._told:
                self._told.add(record.attempt.attempt_id)
                self._last = self._rehearsal.told_of(record)
                self._tell_call(self._last)

    async def _records(self) -> list[CallRecord]:
        return await self._rehearsal.service.store.calls(RECENT)


def print_welcome(console: Console, scene: Scene) -> None:
    """What one can do here, in a few lines."""
    example = next((step.text for step in scene.customer if isinstance(step, Write)), "")
    console.print("[bold]You are the customer.[/bold] Write to Vocero as on WhatsApp, for example:")
    console.print(Text(f"    {example}", style="bold"))
    for more in MORE_EXAMPLES[scene.language]:
        console.print(Text(f"    {more}"))
    console.print(
        "[dim]Nobody's phone rings: this scene's business and agent answer, whoever is called. "
        "They follow the words of the first example, whatever else you ask for. You are understood "
        "by rules, as without a model.\n"
        "Enter sends; Ctrl-D or /quit ends it after the call, Ctrl-C leaves at once.[/dim]"
    )
    console.print()

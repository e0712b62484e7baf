"""`vocero demo --keep`: stays up with the operator page, and plays scenes again for it."""

from __future__ import annotations

import asyncio
import secrets
import signal
from collections.abc import Callable
from difflib import get_close_matches

from rich.console import Console
from rich.text import Text

from simulation.scenes import SCENES
from simulation.script import Scene
from vocero.rehearsal import Rehearsal, Rehearsed
from vocero.typed_lines import TypedLines

PROMPT = "scene ▸ "
BEHIND_S = 0.5
"""After a scene: what is still on its way to the screen goes before the next one."""

TellOpens = Callable[[Scene], None]
TellCloses = Callable[[Rehearsed], None]


def one_time_password() -> str:
    """For the operator page of one demo: short enough to be typed."""
    return secrets.token_hex(5)


class Staying:
    """Whoever watches in the browser needs calls: each line that is typed plays one."""

    def __init__(
        self,
        rehearsal: Rehearsal,
        console: Console,
        password: str,
        opens: TellOpens,
        closes: TellCloses,
    ) -> None:
        """`opens` and `closes` tell of a scene that begins and of what came of it."""
        self._rehearsal = rehearsal
        self._console = console
        self._password = password
        self._opens = opens
        self._closes = closes

    async def until_interrupted(self) -> None:
        """Until Ctrl-C; a call that is on then is given up."""
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, stopped.set)
        playing = asyncio.create_task(self._play_what_is_typed())
        try:
            waiting = asyncio.create_task(stopped.wait())
            await asyncio.wait({playing, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if playing.done():
                playing.result()
            await waiting
        finally:
            loop.remove_signal_handler(signal.SIGINT)
            if not playing.done():
                playing.cancel()
                await asyncio.wait({playing})
            if self._rehearsal.service.switchboard.live_calls:
                self._console.quiet = True  # how the call falls apart is no story
                await self._rehearsal.service.drain(0.0)

    def welcome(self) -> None:
        """Where the page is and what can be typed."""
        print_ = self._console.print
        print_()
        print_("[bold]Vocero stays up.[/bold] Hear, see and steer its calls in a browser:")
        print_(Text(f"    {self._rehearsal.url}/operator/", style="bold"), soft_wrap=True)
        print_(Text(f"    password: {self._password}", style="bold"))
        print_(
            "[dim]Open it first, then press Enter here: the scene is played again, so that there "
            "is a call to listen to. The name of another scene plays that one. Ctrl-C ends "
            "it.[/dim]"
        )

    async def _play_what_is_typed(self) -> None:
        self.welcome()
        typed = TypedLines(self._console, PROMPT)
        async with typed.open() as lines:
            async for line in lines:
                await self.play(line)
                if typed.from_keyboard:
                    typed.forget()  # pressed in impatience while the call went on

    async def play(self, line: str) -> Rehearsed | None:
        """The scene of this name, or with an empty line the same as before; None for no scene."""
        name = line.strip()
        scene = SCENES.get(name) if name else self._rehearsal.world.scene
        if scene is None:
            close = get_close_matches(name, SCENES, n=1)
            meant = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(SCENES)}."
            self._console.print(Text(f"There is no scene {name!r}. {meant}", style="yellow"))
            return None
        self._opens(scene)
        played = await self._rehearsal.play(scene)
        await asyncio.sleep(BEHIND_S)
        self._closes(played)
        return played

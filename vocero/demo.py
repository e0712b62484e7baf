"""`vocero demo`: the whole story on 127.0.0.1, with nobody real at the other end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.text import Text

from simulation.carrier_chat import ChatMessage
from simulation.clock import run_virtual
from simulation.scenes import BUSY, SCENES
from simulation.script import Scene
from vocero.clips import CLIPS
from vocero.interactive import Conversation
from vocero.recordings import RECORDINGS
from vocero.rehearsal import Rehearsal, Rehearsed, in_virtual_time, over_sockets
from vocero.staying import Staying, one_time_password
from vocero.storyteller import Storyteller, own_command

LOOK_EVERY_S = 0.05
DEMO_DIR = Path("var") / "demo"


@dataclass(frozen=True, slots=True)
class DemoWish:
    """What was asked for on the command line."""

    scene: Scene
    interactive: bool = False
    keep: bool = False
    fast: bool = False


def list_scenes(console: Console) -> None:
    """The scenes with one line each."""
    for scene in SCENES.values():
        console.print(Text(f"{scene.name:18}", style="bold"), Text(scene.story))
    console.print(Text(f"\nPlay one:  {own_command()} demo --scene {BUSY.name}", style="dim"))


def run_demo(wish: DemoWish, console: Console) -> bool:
    """Play; True when the scene ended as it says it should."""
    if wish.fast:
        return run_virtual(_play(wish, console))
    return asyncio.run(_play(wish, console))


async def _play(wish: DemoWish, console: Console) -> bool:
    loop = asyncio.get_running_loop()
    teller = Storyteller(console, loop.time)
    teller.scene_opens(wish.scene, virtual=wish.fast)
    stage: Callable[..., AbstractAsyncContextManager[Rehearsal]] = (
        in_virtual_time if wish.fast else over_sockets
    )
    # Every story begins with an empty database; recordings are kept beside those of earlier ones.
    with TemporaryDirectory(prefix="vocero-demo-") as memory:
        database = f"sqlite+aiosqlite:///{memory}/vocero.db"
        settings = {"RECORD_CALLS": "true", "DATABASE_URL": database}
        if wish.keep:
            settings["OPERATOR_PASSWORD"] = one_time_password()
        if wish.interactive:
            # The simulated model knows what the scenes say; people write other things as well.
            settings["OPENAI_API_KEY"] = ""
        warnings = _WarningsTold(teller)
        logging.getLogger().addHandler(warnings)
        try:
            return await _perform(wish, console, teller, stage, settings)
        finally:
            logging.getLogger().removeHandler(warnings)


async def _perform(
    wish: DemoWish,
    console: Console,
    teller: Storyteller,
    stage: Callable[..., AbstractAsyncContextManager[Rehearsal]],
    settings: Mapping[str, str],
) -> bool:
    async with stage(wish.scene, DEMO_DIR, teller, settings=settings) as rehearsal:
        chat = _Following(rehearsal, teller)
        following = asyncio.create_task(chat.go_on())
        try:
            if wish.interactive:

                def tell_call(over: Rehearsed) -> None:
                    teller.call_closes(over, _kept_of(over))

                played = await Conversation(rehearsal, console, tell_call).hold()
            else:
                played = await rehearsal.play()
            chat.catch_up()
            if not wish.interactive:
                teller.scene_closes(played, _kept_of(played))
            elif played.record is None:
                teller.no_call()
            if wish.keep:
                password = settings["OPERATOR_PASSWORD"]
                await _staying(rehearsal, console, teller, password).until_interrupted()
        except asyncio.CancelledError:
            console.quiet = True  # left with Ctrl-C: how the call falls apart is no story
            raise
        finally:
            following.cancel()
    return played.ended_well


def _staying(rehearsal: Rehearsal, console: Console, teller: Storyteller, password: str) -> Staying:
    def opens(scene: Scene) -> None:
        teller.scene_opens(scene, virtual=False)

    def closes(played: Rehearsed) -> None:
        teller.scene_closes(played, _kept_of(played))

    return Staying(rehearsal, console, password, opens, closes)


def _kept_of(played: Rehearsed) -> str:
    if played.record is None:
        return ""
    folder = DEMO_DIR / RECORDINGS / played.record.attempt.attempt_id
    return str(folder) if folder.exists() else ""


class _Following:
    """Tells the chat in the order in which it was said."""

    def __init__(self, rehearsal: Rehearsal, teller: Storyteller) -> None:
        self._chat = rehearsal.world.twilio.chat
        self._teller = teller
        self._told = 0
        rehearsal.world.customer.sent = _Written(self._customer_wrote)
        teller.catch_up = self.catch_up

    async def go_on(self) -> None:
        """For ever."""
        while True:
            self.catch_up()
            await asyncio.sleep(LOOK_EVERY_S)

    def catch_up(self) -> None:
        """What came from Vocero meanwhile."""
        while self._told < len(self._chat):
            self._told += 1
            self._teller.vocero_wrote(_as_read(self._chat[self._told - 1]))

    def _customer_wrote(self, text: str) -> None:
        # In virtual time much is said in one moment: what stands in the chat now came before this.
        self.catch_up()
        self._teller.customer_wrote(text)


class _Written(list[tuple[float, str]]):
    """What the customer wrote, with a word to the storyteller at once."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self._tell = tell

    def append(self, written: tuple[float, str]) -> None:
        super().append(written)
        self._tell(written[1])


class _WarningsTold(logging.Handler):
    """What the service would log goes into the story, and not across the line being typed."""

    def __init__(self, teller: Storyteller) -> None:
        super().__init__(logging.WARNING)
        self._teller = teller

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._teller.warned(self.format(record))
        except Exception:
            # As every handler does: a record that cannot be told must not end the story.
            self.handleError(record)


def _as_read(message: ChatMessage) -> str:
    """A sound is shown as the file that the telephone would play."""
    sounds = [DEMO_DIR / CLIPS / f"{url.rpartition('/')[2]}.ogg" for url in message.media_urls]
    return "\n".join(filter(None, (message.body, *(f"🔊 {sound}" for sound in sounds))))

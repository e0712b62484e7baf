"""`vocero demo`: the whole story on 127.0.0.1, with nobody real at the other end."""

from __future__ import annotations

import asyncio
import math
import signal
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.text import Text

from simulation.carrier_chat import ChatMessage
from simulation.clock import run_virtual
from simulation.scenes import SCENES
from simulation.script import Scene
from vocero.interactive import Conversation
from vocero.recordings import RECORDINGS
from vocero.rehearsal import Rehearsal, Rehearsed, in_virtual_time, over_sockets
from vocero.service import CLIPS
from vocero.storyteller import Storyteller

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
        console.print(Text(f"{scene.name:18}", style="bold"), Text(scene.story), end="\n")


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
        if wish.interactive:
            # The simulated model knows what the scenes say; people write other things as well.
            settings["OPENAI_API_KEY"] = ""
        return await _perform(wish, console, teller, stage, settings)


async def _perform(
    wish: DemoWish,
    console: Console,
    teller: Storyteller,
    stage: Callable[..., AbstractAsyncContextManager[Rehearsal]],
    settings: Mapping[str, str],
) -> bool:
    async with stage(wish.scene, DEMO_DIR, teller, settings=settings) as rehearsal:
        following = asyncio.create_task(_follow_chat(rehearsal, teller))
        try:
            if wish.interactive:

                def tell_call(over: Rehearsed) -> None:
                    teller.call_closes(over, _kept_of(over))

                played = await Conversation(rehearsal, console, tell_call).hold()
            else:
                played = await rehearsal.play()
            await asyncio.sleep(LOOK_EVERY_S * 2)
        finally:
            following.cancel()
        if not wish.interactive:
            teller.scene_closes(played, _kept_of(played))
        elif played.record is None:
            teller.no_call()
        if wish.keep:
            await _stay(rehearsal, console)
    return played.ended_well


def _kept_of(played: Rehearsed) -> str:
    if played.record is None:
        return ""
    folder = DEMO_DIR / RECORDINGS / played.record.attempt.attempt_id
    return str(folder) if folder.exists() else ""


async def _follow_chat(rehearsal: Rehearsal, teller: Storyteller) -> None:
    customer, chat = rehearsal.world.customer, rehearsal.world.twilio.chat
    written, received, customer_last = 0, 0, False
    while True:
        # Both lists carry times of one clock: told in the order in which it was said. What was said
        # in the same moment, as happens in virtual time, is an answer to what came before.
        while written < len(customer.sent) or received < len(chat):
            wrote_at = customer.sent[written][0] if written < len(customer.sent) else math.inf
            came_at = chat[received].at if received < len(chat) else math.inf
            customer_last = wrote_at < came_at or (wrote_at == came_at and not customer_last)
            if customer_last:
                teller.customer_wrote(customer.sent[written][1])
                written += 1
            else:
                teller.vocero_wrote(_as_read(chat[received]))
                received += 1
        await asyncio.sleep(LOOK_EVERY_S)


def _as_read(message: ChatMessage) -> str:
    """A sound is shown as the file that the telephone would play."""
    sounds = [DEMO_DIR / CLIPS / f"{url.rpartition('/')[2]}.ogg" for url in message.media_urls]
    return "\n".join(filter(None, (message.body, *(f"🔊 {sound}" for sound in sounds))))


async def _stay(rehearsal: Rehearsal, console: Console) -> None:
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stopped.set)
    console.print(
        f"\nVocero stays up at {rehearsal.url} (/health, /ready, /metrics). Ctrl-C ends it."
    )
    await stopped.wait()

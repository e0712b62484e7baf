"""`vocero demo`: the whole story on 127.0.0.1, with nobody real at the other end."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.text import Text

from simulation.clock import run_virtual
from simulation.scenes import SCENES
from simulation.script import Scene
from vocero.rehearsal import Rehearsal, Rehearsed, in_virtual_time, over_sockets
from vocero.storyteller import Storyteller

LOOK_EVERY_S = 0.05
CALM_S = 1.0
"""Between the last line that was typed and looking whether a call came of it."""
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
                played = await _converse(rehearsal, console)
            else:
                played = await rehearsal.play()
            await asyncio.sleep(LOOK_EVERY_S * 2)
        finally:
            following.cancel()
        teller.scene_closes(played, _recording_of(played))
        if wish.keep:
            await _stay(rehearsal, console)
    return played.ended_well


def _recording_of(played: Rehearsed) -> str:
    if played.record is None:
        return ""
    folder = DEMO_DIR / "recordings" / played.record.attempt.attempt_id
    return str(folder) if folder.exists() else ""


async def _follow_chat(rehearsal: Rehearsal, teller: Storyteller) -> None:
    written, received = 0, 0
    customer, chat = rehearsal.world.customer, rehearsal.world.twilio.chat
    while True:
        # Both lists carry times of one clock: told in the order in which it was said.
        new = [(at, teller.customer_wrote, text) for at, text in customer.sent[written:]]
        new += [(each.at, teller.vocero_wrote, each.body) for each in chat[received:]]
        written, received = len(customer.sent), len(chat)
        for _, tell, text in sorted(new, key=lambda said: said[0]):
            tell(text)
        await asyncio.sleep(LOOK_EVERY_S)


async def _converse(rehearsal: Rehearsal, console: Console) -> Rehearsed:
    """The person at the keyboard is the customer; business and agent follow the scene."""
    console.print(
        "You are the customer. Write what you want arranged, for example:\n"
        "[bold]  Llamá al +54 11 4000-1701 y sacame turno para un corte mañana a las 5[/bold]\n"
        "An empty line or Ctrl-D ends it."
    )
    loop = asyncio.get_running_loop()
    calls_before = len(await rehearsal.service.store.calls())
    while True:
        line = await loop.run_in_executor(None, sys.stdin.readline)
        if not line.strip():
            break
        await rehearsal.world.customer.write(line.strip())
    await asyncio.sleep(CALM_S)
    await rehearsal.settle()
    played = Rehearsed(rehearsal.world.scene, measured=rehearsal.world.probe.report())
    records = await rehearsal.service.store.calls()
    if len(records) > calls_before:
        played.record = records[0]
    return played


async def _stay(rehearsal: Rehearsal, console: Console) -> None:
    console.print(
        f"\nVocero stays up at {rehearsal.url} (/health, /ready, /metrics). Ctrl-C ends it."
    )
    await asyncio.Event().wait()

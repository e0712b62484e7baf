"""Sound clips: unguessable, short-lived, nobody else's files, and told to the sweeper."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile
from quart import Quart

from audio.clip import NoClip
from audio.wav import write_stereo
from simulation.clock import run_virtual
from simulation.serving import in_memory
from simulation.speech import sounds
from vocero.clips import KEPT_S, SWEEP_EVERY_S, Clips, add_clip_route

BASE_URL = "https://vocero.example"
SOUND_BEGAN = 4.0
SAID_AT = 16.0
"""Twelve seconds into the sound."""


class Shop:
    """A folder of clips, a recorded call, and a clock that the test turns."""

    def __init__(self, folder: Path) -> None:
        self.now = 1_800_000_000.0
        self.folder = folder / "clips"
        self.clips = Clips(self.folder, BASE_URL, lambda: self.now)
        self.recorded = folder / "recorded"
        self.recorded.mkdir()
        speech = sounds()["ana_confirms"]
        quiet = bytes([0xFF]) * 8000
        # From the 9th second on the business speaks; before it says nothing.
        write_stereo(self.recorded / "sound.wav", quiet * 9 + speech, quiet * 15)
        self.tell_began(SOUND_BEGAN)
        self.app = Quart("clips")
        add_clip_route(self.app, self.clips)

    def tell_began(self, began: object) -> None:
        (self.recorded / "call.json").write_text(json.dumps({"sound_began": began}))

    async def cut(self) -> str:
        """The path of a new clip."""
        address = await self.clips.cut(self.recorded, SAID_AT)
        assert address.startswith(f"{BASE_URL}/clip/")
        return address.removeprefix(BASE_URL)

    def files(self) -> list[Path]:
        return sorted(self.folder.iterdir()) if self.folder.exists() else []


@pytest.fixture
def play(tmp_path: Path) -> Callable[[Callable[[Shop], Awaitable[None]]], None]:
    """Runs a story in virtual time."""

    def run(story: Callable[[Shop], Awaitable[None]]) -> None:
        async def whole() -> None:
            await story(Shop(tmp_path))

        run_virtual(whole())

    return run


Play = Callable[[Callable[[Shop], Awaitable[None]]], None]


def test_a_clip_can_be_fetched_as_what_it_is(play: Play) -> None:
    async def story(shop: Shop) -> None:
        path = await shop.cut()
        async with httpx.AsyncClient(transport=in_memory(shop.app), base_url=BASE_URL) as http:
            got, asked, posted = (
                await http.get(path),
                await http.head(path),
                await http.post(path),
            )
        body = got.content
        for answer in (got, asked):
            assert answer.status_code == 200
            assert answer.headers["Content-Type"] == "audio/ogg"
            assert answer.headers["Content-Length"] == str(len(body))
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cache-Control"] == "private"
        assert asked.content == b""
        assert posted.status_code == 405

        # Eight seconds before the words were transcribed to one second after: from 4 s to 13 s of
        # the sound, so five silent seconds come first.
        samples, rate = soundfile.read(io.BytesIO(body))
        assert len(samples) / rate == pytest.approx(9.0, abs=0.05)
        assert float(np.abs(samples[: int(4.9 * rate)]).max()) < 0.01
        assert float(np.abs(samples[int(5.0 * rate) : int(6.0 * rate)]).max()) > 0.1

    play(story)


def test_its_name_cannot_be_guessed_and_nobody_else_can_read_it(play: Play) -> None:
    async def story(shop: Shop) -> None:
        paths = {await shop.cut() for _ in range(20)}
        assert len(paths) == 20
        assert all(re.fullmatch(r"/clip/[A-Za-z0-9_-]{32}", path) for path in paths)
        assert len(shop.files()) == 20
        assert {file.stat().st_mode & 0o777 for file in shop.files()} == {0o600}
        assert shop.folder.stat().st_mode & 0o077 == 0

    play(story)


@pytest.mark.parametrize(
    "token",
    [
        "x" * 32,
        "../recorded/sound",
        "..%2Frecorded%2Fsound.wav",
        "%2e%2e/%2e%2e/secret",
        "%00" * 32,
        "a" * 31,
        "a" * 33,
        "a" * 5000,
        "é" * 32,
        "a" * 31 + "%0a",
        "b" * 32 + ".ogg",
        ".",
        "",
    ],
    ids=lambda token: token[:20],
)
def test_any_other_name_finds_nothing(token: str, play: Play) -> None:
    async def story(shop: Shop) -> None:
        await shop.cut()
        # What a name that is not checked would lead to.
        (shop.folder / ("b" * 32 + ".ogg.ogg")).write_bytes(b"secret")
        (shop.folder.parent / "secret.ogg").write_bytes(b"secret")
        answer = await shop.app.test_client().get(f"/clip/{token}")
        assert answer.status_code in (308, 404)
        assert b"secret" not in await answer.get_data(as_text=False)
        assert await shop.clips.read(token) is None

    play(story)


@pytest.mark.parametrize("passed_s", [KEPT_S, 30 * KEPT_S, -KEPT_S - 1])
def test_after_a_day_it_is_gone(passed_s: float, play: Play) -> None:
    async def story(shop: Shop) -> None:
        path = await shop.cut()
        http = shop.app.test_client()
        shop.now += KEPT_S - 60
        assert (await http.get(path)).status_code == 200
        shop.now += passed_s - (KEPT_S - 60)
        assert (await http.get(path)).status_code == 404
        assert shop.files() == []

    play(story)


def test_the_sweeper_removes_what_is_old_and_leaves_the_rest(play: Play) -> None:
    async def story(shop: Shop) -> None:
        await shop.cut()
        left_behind = shop.folder / ("c" * 32 + ".part")
        left_behind.write_bytes(b"")
        os.utime(left_behind, (shop.now, shop.now))
        other = shop.folder / "README"
        other.write_text("somebody's")
        os.utime(other, (0, 0))
        shop.now += KEPT_S - 600
        young = (await shop.cut()).rpartition("/")[2]
        assert len(shop.files()) == 4
        sweeping = asyncio.create_task(shop.clips.sweep_for_ever())
        await asyncio.sleep(1)
        assert len(shop.files()) == 4
        shop.now += SWEEP_EVERY_S
        await asyncio.sleep(SWEEP_EVERY_S)
        await asyncio.sleep(1)
        assert [file.name for file in shop.files()] == sorted([f"{young}.ogg", "README"])
        sweeping.cancel()

    play(story)


def test_sweeping_where_there_never_was_a_clip(play: Play) -> None:
    async def story(shop: Shop) -> None:
        sweeping = asyncio.create_task(shop.clips.sweep_for_ever())
        await asyncio.sleep(3 * SWEEP_EVERY_S)
        assert not sweeping.done()
        sweeping.cancel()
        assert not shop.folder.exists()

    play(story)


@pytest.mark.parametrize("began", [None, "soon", [1], 1e9, -1e9, float("nan")])
def test_without_sound_of_that_moment_there_is_no_clip(began: object, play: Play) -> None:
    async def story(shop: Shop) -> None:
        shop.tell_began(began)
        with pytest.raises(NoClip):
            await shop.cut()
        assert shop.files() == []

    play(story)


def test_a_recording_that_is_gone_or_damaged(play: Play) -> None:
    async def story(shop: Shop) -> None:
        (shop.recorded / "call.json").write_text("{")
        with pytest.raises(NoClip):
            await shop.cut()
        (shop.recorded / "call.json").unlink()
        with pytest.raises(FileNotFoundError):
            await shop.cut()
        assert shop.files() == []

    play(story)


def test_a_clip_that_nobody_was_told_of_is_dropped(play: Play) -> None:
    async def story(shop: Shop) -> None:
        address = await shop.clips.cut(shop.recorded, SAID_AT)
        await shop.clips.drop(f"{BASE_URL}/clip/../recorded/sound.wav")
        assert len(shop.files()) == 1
        await shop.clips.drop(address)
        assert shop.files() == []
        assert (shop.recorded / "sound.wav").exists()

    play(story)

"""Sound clips: the moment at which a business agreed, for the customer to listen to.

A clip is a file of its own behind an unguessable link, so that the carrier can fetch it, and it is
gone after a day. It is an extra: when it fails the result stands as it was told.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path

from quart import Quart, Response, request

from audio.clip import NoClip, cut_clip
from bridge.recording import CALL, SOUND

log = logging.getLogger(__name__)

CLIPS = "clips"
"""The folder below VAR_DIR."""
KEPT_S = 24 * 3600.0
"""How long a link works."""
SWEEP_EVERY_S = 3600.0
BEFORE_S, AFTER_S = 8.0, 1.0
"""Around the moment at which the words were transcribed, which is up to 1.5 s after they ended."""
CONTENT_TYPE = "audio/ogg"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)
_SUFFIX = ".ogg"


class Clips:
    """The clips of one Vocero, as files in one folder."""

    def __init__(self, folder: Path, base_url: str, now: Callable[[], float]) -> None:
        """`now` in seconds since the epoch."""
        self._folder = folder
        self._base_url = base_url
        self._now = now

    async def cut(self, recorded: Path, said_at_s: float) -> str:
        """Cuts the moment out of a recorded call and returns the clip's public address.

        `said_at_s`: when the words were transcribed, in seconds since the call was ordered.
        Raises NoClip and OSError.
        """
        token = secrets.token_urlsafe(24)
        await asyncio.to_thread(self._cut, recorded, said_at_s, self._file(token))
        return f"{self._base_url}/clip/{token}"

    async def read(self, token: str) -> bytes | None:
        """The clip as OGG/Opus; None when there is none by this name, or no more."""
        if _TOKEN.fullmatch(token) is None:
            return None
        return await asyncio.to_thread(self._read, self._file(token))

    async def drop(self, address: str) -> None:
        """Forget a clip: nobody was told of it, or nobody may hear it any more. Raises OSError."""
        token = address.rpartition("/")[2]
        if _TOKEN.fullmatch(token):
            await asyncio.to_thread(self._file(token).unlink, missing_ok=True)

    def exists(self, address: str) -> bool:
        """Whether this clip is still there. Blocks."""
        token = address.rpartition("/")[2]
        return _TOKEN.fullmatch(token) is not None and self._file(token).is_file()

    async def sweep_for_ever(self) -> None:
        """Removes what is too old: now and from time to time. Ends by being cancelled."""
        while True:
            try:
                await asyncio.to_thread(self._sweep)
            except OSError as error:
                log.error("old sound clips could not be removed: %s", type(error).__name__)
            await asyncio.sleep(SWEEP_EVERY_S)

    # --- in a thread --------------------------------------------------------------------------
    def _file(self, token: str) -> Path:
        return self._folder / f"{token}{_SUFFIX}"

    def _cut(self, recorded: Path, said_at_s: float, target: Path) -> None:
        at = said_at_s - _sound_began(recorded)
        sound = cut_clip(recorded / SOUND, at - BEFORE_S, at + AFTER_S)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = target.with_suffix(".part")
        try:
            with open(part, "xb", opener=_private) as file:
                file.write(sound)
            # Our clock, which is not always the machine's, says how old it is.
            os.utime(part, (self._now(), self._now()))
            part.rename(target)
        finally:
            part.unlink(missing_ok=True)

    def _read(self, file: Path) -> bytes | None:
        try:
            if self._is_over(file):
                file.unlink(missing_ok=True)
                return None
            return file.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            log.error("a sound clip cannot be read: %s", type(error).__name__)
            return None

    def _sweep(self) -> None:
        if not self._folder.is_dir():
            return
        for file in self._folder.iterdir():
            with contextlib.suppress(FileNotFoundError):  # fetched for the last time meanwhile
                if file.suffix in (_SUFFIX, ".part") and self._is_over(file):
                    file.unlink()

    def _is_over(self, file: Path) -> bool:
        # Either way: a clock that was wrong for a while must not keep a clip for ever.
        return abs(self._now() - file.stat().st_mtime) >= KEPT_S


def _sound_began(recorded: Path) -> float:
    """When sound.wav begins, in seconds since the call was ordered. Raises NoClip, OSError."""
    try:
        began = json.loads((recorded / CALL).read_text(encoding="utf-8"))["sound_began"]
    except (ValueError, KeyError, TypeError):
        began = None
    if not isinstance(began, int | float):
        raise NoClip("the recording holds no sound")
    return float(began)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def add_clip_route(app: Quart, clips: Clips) -> None:
    """GET and HEAD /clip/{token}: open to whoever was given the address."""

    @app.get("/clip/<token>")
    async def clip(token: str) -> Response:
        sound = await clips.read(token)
        if sound is None:
            return Response("no such clip\n", status=404, content_type="text/plain")
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private"}
        shown = b"" if request.method == "HEAD" else sound
        response = Response(shown, content_type=CONTENT_TYPE, headers=headers)
        response.content_length = len(sound)
        return response

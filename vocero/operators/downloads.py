"""The sound of a past call, in ranges for a player, and the whole recording as a zip."""

from __future__ import annotations

import asyncio
from typing import IO

from quart import Blueprint, Response, request, send_file

from vocero.operators.answers import Refused
from vocero.operators.audit import Act
from vocero.operators.guard import logged_in
from vocero.operators.past_calls import kept_call, must_note
from vocero.operators.recorded import PIECE
from vocero.operators.room import Room

SENT_S = 600
"""How long a download may take."""
AT_ONCE = 2
"""Zips that are made at the same time: each fills a file on the disk."""
TURN_S = 60.0


def add_downloads(blueprint: Blueprint, room: Room) -> None:
    """GET sound.wav and recording.zip."""
    turns = asyncio.Semaphore(AT_ONCE)

    @blueprint.get("/calls/<attempt_id>/sound.wav")
    async def sound(attempt_id: str) -> Response:
        record = await kept_call(room, attempt_id)
        path = await asyncio.to_thread(room.recorded.sound, record.attempt.attempt_id)
        if path is None:
            raise Refused("not_found")
        if _from_the_beginning():
            await must_note(room.audit.opened(logged_in(), attempt_id))
        answer = await send_file(path, mimetype="audio/wav", conditional=True)
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Accept-Ranges"] = "bytes"
        answer.headers.pop("Expires", None)
        answer.timeout = SENT_S
        return answer

    @blueprint.get("/calls/<attempt_id>/recording.zip")
    async def recording(attempt_id: str) -> Response:
        record = await kept_call(room, attempt_id)
        if not await asyncio.to_thread(room.recorded.exists, record.attempt.attempt_id):
            raise Refused("not_found")
        await must_note(room.audit.note(logged_in().name, Act.DOWNLOADED, attempt_id))
        async with asyncio.timeout(TURN_S), turns:
            packed = await asyncio.to_thread(room.recorded.zipped, record.attempt.attempt_id)
        headers = {"Content-Disposition": f'attachment; filename="vocero-{attempt_id[:12]}.zip"'}
        answer = Response(_Pieces(packed), content_type="application/zip", headers=headers)
        answer.timeout = SENT_S
        return answer


def _from_the_beginning() -> bool:
    return request.headers.get("Range", "bytes=0-").startswith("bytes=0-")


class _Pieces:
    """A file piece by piece, read in a thread; closed at its end, or when nobody wants more."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def __aiter__(self) -> _Pieces:
        return self

    async def __anext__(self) -> bytes:
        piece = await asyncio.to_thread(self._file.read, PIECE)
        if not piece:
            self._file.close()
            raise StopAsyncIteration
        return piece

    async def aclose(self) -> None:
        self._file.close()

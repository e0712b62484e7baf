"""The sound of a past call, in ranges for a player, and the whole recording as a zip."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from quart import Blueprint, Response, request
from quart.wrappers.response import ResponseBody
from werkzeug.http import parse_range_header

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
        return await _ranged(path, "audio/wav")

    @blueprint.get("/calls/<attempt_id>/recording.zip")
    async def recording(attempt_id: str) -> Response:
        record = await kept_call(room, attempt_id)
        if not await asyncio.to_thread(room.recorded.exists, record.attempt.attempt_id):
            raise Refused("not_found")
        await must_note(room.audit.note(logged_in().name, Act.DOWNLOADED, attempt_id))
        async with asyncio.timeout(TURN_S), turns:
            packed, size = await asyncio.to_thread(room.recorded.zipped, record.attempt.attempt_id)
        headers = {"Content-Disposition": f'attachment; filename="vocero-{attempt_id[:12]}.zip"'}
        pieces = _Pieces(lambda: packed, 0, size)
        answer = Response(pieces, content_type="application/zip", headers=headers)
        answer.content_length = size
        answer.timeout = SENT_S
        return answer


def _from_the_beginning() -> bool:
    return request.headers.get("Range", "bytes=0-").startswith("bytes=0-")


async def _ranged(path: Path, content_type: str) -> Response:
    """The file, or the one range of it that was asked for (several at once: the file)."""
    size = await asyncio.to_thread(lambda: path.stat().st_size)
    headers = {"Accept-Ranges": "bytes"}
    begin, end, status = 0, size, 200
    asked = parse_range_header(request.headers.get("Range"))
    if asked is not None and asked.units == "bytes" and len(asked.ranges) == 1:
        found = asked.range_for_length(size)
        if found is None:
            return Response("", status=416, headers={"Content-Range": f"bytes */{size}"})
        begin, end, status = *found, 206
        headers["Content-Range"] = f"bytes {begin}-{end - 1}/{size}"
    pieces = _Pieces(lambda: open(path, "rb"), begin, end - begin)
    answer = Response(pieces, status=status, content_type=content_type, headers=headers)
    answer.content_length = end - begin
    answer.timeout = SENT_S
    return answer


class _Pieces(ResponseBody):
    """A file piece by piece, read in a thread. Open only while it is sent: closed at its end, and
    when the browser goes away in the middle.
    """

    def __init__(self, opened: Callable[[], IO[bytes]], begin: int, size: int) -> None:
        self._opened = opened
        self._begin = begin
        self._left = size
        self._file: IO[bytes] | None = None

    async def __aenter__(self) -> Self:
        self._file = await asyncio.to_thread(self._opened)
        self._file.seek(self._begin)
        return self

    async def __aexit__(
        self, kind: type | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        piece = b""
        if self._left and self._file is not None:
            piece = await asyncio.to_thread(self._file.read, min(PIECE, self._left))
        if not piece:
            raise StopAsyncIteration
        self._left -= len(piece)
        return piece

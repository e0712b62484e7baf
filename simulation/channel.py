"""One end of a websocket as the simulated neighbours use it: over a socket or in memory."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Protocol

from websockets.asyncio.client import connect
from websockets.asyncio.connection import Connection
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

OPEN_TIMEOUT_S = 10.0
CLOSE_TIMEOUT_S = 5.0
MESSAGE_LIMIT = 16 * 2**20
"""Bytes; real agents send seconds of sound in one message."""
MEMORY_LIMIT = 256
"""Messages that one in-memory end holds unread before the other one has to wait."""


class ChannelClosed(Exception):
    """The websocket is gone; `code` and `reason` as the far end gave them, 1006 when it did not."""

    def __init__(self, code: int = 1006, reason: str = "") -> None:
        super().__init__(f"websocket closed: {code} {reason}".rstrip())
        self.code = code
        self.reason = reason


class ChannelRefused(Exception):
    """The websocket could not be opened.

    `status` is the HTTP status that came instead of 101, or 0 when no answer came at all; then
    `timed_out` tells a deadline from a refused or broken connection.
    """

    def __init__(self, status: int, reason: str = "", *, timed_out: bool = False) -> None:
        super().__init__(f"websocket refused: {status} {reason}".rstrip())
        self.status = status
        self.reason = reason
        self.timed_out = timed_out


class Channel(Protocol):
    """One end of an open websocket."""

    async def send(self, text: str) -> None:
        """Sends a text message. Raises ChannelClosed when the connection is gone."""

    async def send_bytes(self, data: bytes) -> None:
        """Sends a binary message. Raises ChannelClosed when the connection is gone."""

    async def receive(self) -> str | bytes:
        """The next message. Raises ChannelClosed once all are read and the connection is gone."""

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """The closing handshake; nothing happens when it is closed already."""

    def abort(self) -> None:
        """Drops the connection without a close frame: the far end sees 1006."""


class Connector(Protocol):
    """Opens a websocket as a client."""

    async def __call__(self, url: str, headers: Mapping[str, str]) -> Channel:
        """Raises ChannelRefused."""


class SocketChannel:
    """A connection of the `websockets` library, either side."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def send(self, text: str) -> None:
        try:
            await self._connection.send(text)
        except ConnectionClosed as gone:
            raise _closed(gone) from gone

    async def send_bytes(self, data: bytes) -> None:
        try:
            await self._connection.send(data)
        except ConnectionClosed as gone:
            raise _closed(gone) from gone

    async def receive(self) -> str | bytes:
        try:
            return await self._connection.recv()
        except ConnectionClosed as gone:
            raise _closed(gone) from gone

    async def close(self, code: int = 1000, reason: str = "") -> None:
        await self._connection.close(code, reason)

    def abort(self) -> None:
        self._connection.transport.abort()


class ServerChannel(SocketChannel):
    """The accepting end of a connection."""

    def __init__(self, connection: ServerConnection) -> None:
        super().__init__(connection)


def _closed(gone: ConnectionClosed) -> ChannelClosed:
    frame = gone.rcvd or gone.sent
    return ChannelClosed(frame.code, frame.reason) if frame else ChannelClosed()


def real_connector() -> Connector:
    """Opens real sockets: no compression (Twilio offers none), no proxy, every wait bounded."""

    async def open_socket(url: str, headers: Mapping[str, str]) -> Channel:
        try:
            connection = await connect(
                url,
                additional_headers=dict(headers),
                compression=None,
                proxy=None,
                open_timeout=OPEN_TIMEOUT_S,
                close_timeout=CLOSE_TIMEOUT_S,
                ping_interval=None,
                max_size=MESSAGE_LIMIT,
                user_agent_header=None,
            )
        except InvalidStatus as refused:
            raise ChannelRefused(refused.response.status_code) from refused
        except TimeoutError as late:
            raise ChannelRefused(0, "timed out", timed_out=True) from late
        except (OSError, InvalidHandshake, InvalidURI) as failed:
            raise ChannelRefused(0, str(failed)) from failed
        return SocketChannel(connection)

    return open_socket


class MemoryChannel:
    """One of two ends joined in memory; made by `memory_pair`.

    Messages arrive in order in a later step of the event loop, as over a socket, and at most
    `limit` wait unread: then `send` waits. What was sent before a close or an abort can still be
    read.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._far = self
        self._unread: deque[str | bytes] = deque()
        self._held = 0
        self._closed: ChannelClosed | None = None
        self._readable = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    async def send(self, text: str) -> None:
        await self._send(text)

    async def send_bytes(self, data: bytes) -> None:
        await self._send(data)

    async def receive(self) -> str | bytes:
        while not self._unread:
            if self._closed is not None:
                raise ChannelClosed(self._closed.code, self._closed.reason)
            self._readable.clear()
            await self._readable.wait()
        self._held -= 1
        self._room.set()
        return self._unread.popleft()

    async def close(self, code: int = 1000, reason: str = "") -> None:
        self._part(code, reason)

    def abort(self) -> None:
        self._part(1006, "")

    async def _send(self, data: str | bytes) -> None:
        while self._closed is None and self._far._held >= self._far._limit:
            self._far._room.clear()
            await self._far._room.wait()
        if self._closed is not None:
            raise ChannelClosed(self._closed.code, self._closed.reason)
        self._far._held += 1
        asyncio.get_running_loop().call_soon(self._far._deliver, data)

    def _deliver(self, data: str | bytes) -> None:
        if self._closed is None:
            self._unread.append(data)
            self._readable.set()

    def _part(self, code: int, reason: str) -> None:
        if self._closed is None:
            self._end(code, reason)
            asyncio.get_running_loop().call_soon(self._far._end, code, reason)

    def _end(self, code: int, reason: str) -> None:
        if self._closed is None:
            self._closed = ChannelClosed(code, reason)
        self._readable.set()
        self._far._room.set()
        self._room.set()


def memory_pair(limit: int = MEMORY_LIMIT) -> tuple[MemoryChannel, MemoryChannel]:
    """Two ends of one connection without a socket."""
    one, other = MemoryChannel(limit), MemoryChannel(limit)
    one._far, other._far = other, one
    return one, other

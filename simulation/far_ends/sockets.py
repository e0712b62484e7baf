"""Websockets with as little around them as possible (RFC 6455): whole text messages, no extensions.

What is sent as client is masked with a key of zeros, which is lawful on the wire and costs nothing.
"""

from __future__ import annotations

import asyncio
import os
import time
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha1
from typing import cast

try:
    from websockets.speedups import apply_mask
except ImportError:
    from websockets.utils import apply_mask

clock = time.perf_counter
"""Seconds; the same for every process of this machine."""

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
_MOST_HEADERS = 16 * 1024
_NO_MASK = b"\0\0\0\0"


class FarSocket(asyncio.Protocol):
    """One websocket; `path` makes it a client, without it is a server."""

    def __init__(self, path: str = "") -> None:
        self.got: Callable[[bytes, float], None] = lambda message, at: None
        """A text message came in, and when (on `clock`)."""
        self.opened: Callable[[str], None] = lambda path: None
        """The handshake is over; a server is told the path."""
        self.gone: Callable[[], None] = lambda: None
        self._path = path
        self._masked = 0x80 if path else 0
        self._transport: asyncio.Transport | None = None
        self._rest = b""
        self._is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        if self._path:
            key = b64encode(os.urandom(16)).decode("ascii")
            self._write(
                f"GET {self._path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                f"Sec-WebSocket-Key: {key}\r\n\r\n".encode("ascii")
            )

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_open = False
        self.gone()

    def data_received(self, data: bytes) -> None:
        at = clock()
        if self._rest:
            data = self._rest + data
        if self._is_open:
            self._rest = data[self._frames(data, at) :]
            return
        self._rest = data
        if b"\r\n\r\n" in data:
            head, _, self._rest = data.partition(b"\r\n\r\n")
            self._shake_hands(head)
        elif len(data) > _MOST_HEADERS:
            self.close()

    def send(self, message: bytes) -> None:
        """One text message; nothing happens once the socket is closed."""
        if self._is_open:
            self._send(_TEXT, message)

    def close(self) -> None:
        """Say that this is the end, and end."""
        if self._transport is not None and not self._transport.is_closing():
            if self._is_open:
                self._send(_CLOSE, b"\x03\xe8")
            self._is_open = False
            self._transport.close()

    def _shake_hands(self, head: bytes) -> None:
        lines = head.split(b"\r\n")
        path = ""
        if self._path:
            if b" 101 " not in lines[0]:
                self.close()  # whoever waits for it is told that it is gone
                return
        else:
            path = lines[0].split(b" ")[1].decode("ascii")
            named = (line.partition(b":") for line in lines[1:])
            key = next(value for name, _, value in named if name.lower() == b"sec-websocket-key")
            accept = b64encode(sha1(key.strip() + _GUID, usedforsecurity=False).digest())
            self._write(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n"
            )
        self._is_open = True
        self.opened(path)
        rest, self._rest = self._rest, b""
        if rest:
            self.data_received(rest)

    def _frames(self, data: bytes, at: float) -> int:
        """Handle every whole frame; how many bytes those were."""
        begin, size = 0, len(data)
        while size - begin >= 2:
            first, length = data[begin], data[begin + 1]
            head = begin + 2
            masked = length & 0x80
            length &= 0x7F
            if length == 126:
                head += 2
                length = int.from_bytes(data[head - 2 : head])
            elif length == 127:
                head += 8
                length = int.from_bytes(data[head - 8 : head])
            if masked:
                head += 4
            end = head + length
            if end > size:  # also when the header itself is not all there
                break
            message = data[head:end]
            if masked:
                message = apply_mask(message, data[head - 4 : head])
            begin = end
            self._frame(first, message, at)
        return begin

    def _frame(self, first: int, message: bytes, at: float) -> None:
        if first == 0x80 | _TEXT:
            self.got(message, at)
        elif first == 0x80 | _PING:
            self._send(_PONG, message)
        elif first == 0x80 | _CLOSE:
            self.close()
        elif first != 0x80 | _PONG:
            raise ValueError(f"a frame that is not foreseen: {first:#x}")

    def _send(self, opcode: int, message: bytes) -> None:
        size, masked = len(message), self._masked
        if size < 126:
            head = bytes((0x80 | opcode, masked | size))
        elif size < 65536:
            head = bytes((0x80 | opcode, masked | 126, size >> 8, size & 0xFF))
        else:
            head = bytes((0x80 | opcode, masked | 127)) + size.to_bytes(8)
        self._write(head + _NO_MASK + message if masked else head + message)

    def _write(self, data: bytes) -> None:
        assert self._transport is not None
        self._transport.write(data)

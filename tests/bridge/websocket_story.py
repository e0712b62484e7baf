"""What a lean socket makes of any bytes, told as a story that can be compared: no kernel, no clock.

Frames are written here bit by bit, not by the library whose core the socket uses.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from websockets.client import ClientProtocol
from websockets.datastructures import Headers
from websockets.uri import parse_uri
from websockets.utils import accept_key

from bridge.lean_socket import LeanSocket
from bridge.lean_websocket import SERVER_MAX_SIZE, LeanClientSocket, LeanServerSocket
from bridge.ports import TextSocket

CONT, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
KEY = b"\x37\xfa\x21\x3d"
UPGRADE = (
    b"GET /media/a1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
SIDES = ("server", "client")


def frame(
    side: str,
    opcode: int,
    payload: bytes = b"",
    *,
    fin: bool = True,
    reserved: int = 0,
    mask: bool | None = None,
    length: int | None = None,
) -> bytes:
    """A frame for the socket of this side; `mask` and `length` can be made to lie."""
    masked = side == "server" if mask is None else mask
    size = len(payload) if length is None else length
    flag = 0x80 if masked else 0
    head = bytes([fin << 7 | reserved << 4 | opcode])
    if size < 126:
        head += bytes([flag | size])
    elif size < 1 << 16:
        head += bytes([flag | 126]) + size.to_bytes(2, "big")
    else:
        head += bytes([flag | 127]) + size.to_bytes(8, "big")
    return head + KEY + masked_with(KEY, payload) if masked else head + payload


def masked_with(key: bytes, payload: bytes) -> bytes:
    """RFC 6455, 5.3: octet i is XORed with octet i modulo 4 of the key."""
    return bytes(octet ^ key[place % 4] for place, octet in enumerate(payload))


def close_payload(code: int, reason: bytes = b"") -> bytes:
    """What a close frame holds."""
    return code.to_bytes(2, "big") + reason


@dataclass(frozen=True, slots=True)
class Sent:
    """A frame that our socket wrote."""

    fin: bool
    opcode: int
    payload: bytes

    @property
    def code(self) -> int:
        """Of a close frame."""
        assert self.opcode == CLOSE
        return int.from_bytes(self.payload[:2], "big")


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that can be seen of one socket, up to the end of its connection."""

    told: tuple[object, ...]
    """To the listener; of a 1006 only the code."""
    sent: tuple[Sent, ...]
    ended: bool
    """Whether we ended the connection, and not the far end."""


class FarEnd(asyncio.Transport):
    """Keeps what it is given."""

    def __init__(self, unsent: int = 0) -> None:
        super().__init__()
        self.written = bytearray()
        self.unsent = unsent
        self.ended = self.aborted = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.aborted and not self.ended, "nothing may follow our end"
        self.written += data

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.ended = True

    def close(self) -> None:
        self.ended = True

    def abort(self) -> None:
        self.aborted = True

    def is_closing(self) -> bool:
        return self.aborted

    def get_write_buffer_size(self) -> int:
        return self.unsent


class Listener:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[object] = []
        self.then: Callable[[str], None] = lambda _: None
        """Done after each text."""

    def text_received(self, text: str) -> None:
        self.told.append(text)
        self.then(text)

    def binary_received(self, data: bytes) -> None:
        self.told.append(data)

    def socket_closed(self, code: int, reason: str) -> None:
        self.told.append((code, "" if code == 1006 else reason))


class Hall:
    """Lets the one listener in."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def refuse_upgrade(self, path: str, signature: str | None) -> int | None:
        return None

    def media_connected(self, path: str, socket: TextSocket) -> Listener:
        return self._listener


class Held:
    """One socket after its handshake, held in the hand."""

    def __init__(self, side: str, *, core_only: bool = False, max_size: int = 1 << 20) -> None:
        self.side = side
        self.listener = Listener()
        self.far = FarEnd()
        self.socket: LeanSocket
        if side == "server":
            self.socket = LeanServerSocket(Hall(self.listener), lambda _: None, lambda _: None)
            greeting = UPGRADE
        else:
            protocol = ClientProtocol(parse_uri("ws://x/"), max_size=max_size)
            self.socket = LeanClientSocket(protocol, lambda _: self.listener, Headers())
            greeting = (
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                f"Connection: Upgrade\r\nSec-WebSocket-Accept: {accept_key(protocol.key)}\r\n\r\n"
            ).encode()
        if core_only:
            self.socket._may_pass = False
        self.socket.connection_made(self.far)
        self.socket.data_received(greeting)
        self.far.written.clear()

    def hear(self, *pieces: bytes) -> Held:
        """The far end's bytes, read by read."""
        for piece in pieces:
            if not self.far.aborted:
                self.socket.data_received(piece)
        return self

    def sent(self) -> tuple[Sent, ...]:
        """The frames that were written so far; checks their masks and lengths."""
        rest, found = bytes(self.far.written), []
        while rest:
            first, second = rest[0], rest[1]
            assert first & 0x70 == 0, "reserved bits"
            assert second >> 7 == (self.side == "client"), "a client masks, a server does not"
            size, at = second & 0x7F, 2
            if size >= 126:
                at = 4 if size == 126 else 10
                size = int.from_bytes(rest[2:at], "big")
                assert size >= (126 if at == 4 else 1 << 16), "not the shortest length"
            key = rest[at : at + 4] if self.side == "client" else bytes(4)
            at += 4 * (self.side == "client")
            payload = masked_with(key, rest[at : at + size])
            assert len(payload) == size, "a frame that is not whole"
            found.append(Sent(bool(first >> 7), first & 0xF, payload))
            rest = rest[at + size :]
        return tuple(found)

    def end(self) -> Story:
        """The connection is over."""
        ended = self.far.ended or self.far.aborted
        self.socket.connection_lost(None)
        return Story(tuple(self.listener.told), self.sent(), ended)


def story(
    side: str, pieces: Iterable[bytes], *, core_only: bool = False, max_size: int = 1 << 20
) -> Story:
    """What a fresh socket makes of these reads."""
    return Held(side, core_only=core_only, max_size=max_size).hear(*pieces).end()


def limit(side: str) -> int:
    """The longest message, in bytes, of `Held(side)`."""
    return SERVER_MAX_SIZE if side == "server" else 1 << 20


def cuts(stream: bytes, places: Sequence[int]) -> list[bytes]:
    """The stream in pieces, cut at these places."""
    edges = [0, *sorted(places), len(stream)]
    return [stream[a:b] for a, b in itertools.pairwise(edges) if a < b]

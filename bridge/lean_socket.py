"""A websocket without queues and tasks: the sans-I/O core of `websockets` as an asyncio protocol.

What arrives is handed over within `data_received`, what is sent goes straight to the transport.
Whole text messages of the usual size, nearly all there is, pass by the core in both directions
(`text_frames`); the handshake, control frames, fragments, the end and every breach are its own.
"""

from __future__ import annotations

import asyncio
from typing import Final, cast

from websockets.client import ClientProtocol
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol

from bridge.ports import SocketListener
from bridge.text_frames import (
    LONGEST_HEAD,
    LONGEST_READ,
    frame_size,
    masked_text_frame,
    read_masked_text,
    read_text,
    text_frame,
)

CLOSE_S = 2.0
"""How long a far end may take to finish the closing handshake before the socket is cut."""
MAX_UNSENT = 4 * 2**20
"""A far end that makes us answer but reads nothing is cut at this many bytes."""

_OPEN: Final = State.OPEN
_END_OF_HEADERS: Final = b"\r\n\r\n"


class LeanSocket:
    """What server and client have in common. A TextSocket once the handshake is over.

    It has all that an asyncio.Protocol has and is none by descent: compiled classes (`setup.py`)
    descend from compiled ones only.
    """

    def __init__(self, protocol: ServerProtocol | ClientProtocol, *, is_server: bool) -> None:
        """A server hears masked frames and sends plain ones, a client the other way round."""
        self._protocol = protocol
        self._is_server = is_server
        self._mask_bytes = 4 if is_server else 0
        """In the head of each frame that arrives."""
        self._transport: asyncio.Transport | None = None
        self._way_out: asyncio.Transport | None = None
        """The transport while messages may be sent; asking the core each time costs a call."""
        self.under_tls: asyncio.Transport | None = None
        """The transport that carries the TLS of `_transport`, if it has any."""
        self._listener: SocketListener | None = None
        self._told = False
        self._partial: bytearray | None = None
        self._partial_is_text = True
        self._piling_up = False
        self._headers_tail = b""
        self._direct = False
        """Whether the next byte begins a frame that the core need not see."""
        most = protocol.max_message_size
        self._may_pass = most is None or most >= LONGEST_READ
        self._head = b""
        """What the core has of a frame of which too little came to know its size."""
        self._left = 0
        """Bytes that the frame in the core still needs."""
        self._close_timer: asyncio.TimerHandle | None = None

    @property
    def protocol(self) -> asyncio.Protocol:
        """The same, for who asks for an asyncio.Protocol."""
        return cast(asyncio.Protocol, self)

    @property
    def unsent_bytes(self) -> int:
        """Bytes that wait in our process; the kernel's own buffer is not counted."""
        if self._transport is None:
            return 0
        if self.under_tls is None:
            return self._transport.get_write_buffer_size()
        return self._transport.get_write_buffer_size() + self.under_tls.get_write_buffer_size()

    def send(self, text: str) -> None:
        """Send one text message; does nothing once the socket is closing."""
        transport = self._way_out
        if transport is not None and not transport.is_closing():
            transport.write(text_frame(text) if self._is_server else masked_text_frame(text))

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Start the closing handshake; the socket is cut after CLOSE_S."""
        if self._protocol.state is State.OPEN:
            self._direct = False
            # A close frame holds 123 bytes of reason.
            short = reason.encode("utf-8", "replace")[:123].decode("utf-8", "ignore")
            self._protocol.send_close(code, short)
            self._flush()
            self._expect_close()
        elif self._protocol.state is State.CONNECTING:
            self.abort()

    def abort(self) -> None:
        """Cut the socket at once."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports fit asyncio.Transport without descending from it.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Everything that follows from these bytes happens before this returns."""
        if not self._direct and self._protocol.state is State.CONNECTING:
            data = self._handshake_bytes(data)
        at, size = 0, len(data)
        while at < size:
            found = None
            if self._direct:
                found = read_masked_text(data, at) if self._is_server else read_text(data, at)
            if found is None or self._listener is None:
                at = self._core_frame(data, at)
            else:
                text, at = found
                self._listener.text_received(text)
        if self._piling_up and self.unsent_bytes > MAX_UNSENT:
            self.abort()

    def pause_writing(self) -> None:
        """More waits in the transport than it likes."""
        self._piling_up = True

    def resume_writing(self) -> None:
        """It has caught up."""
        self._piling_up = False

    def eof_received(self) -> None:
        self._direct = False
        self._protocol.receive_eof()
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._close_timer is not None:
            self._close_timer.cancel()
            self._close_timer = None  # a timer that has fired still knows the socket
        self._direct = False
        self._way_out = None
        self._protocol.receive_eof()
        self._tell(CloseCode.ABNORMAL_CLOSURE, "connection lost")
        # The listener knows this socket, and so does an error, by who was on the stack.
        self._listener = None
        for error in (self._protocol.handshake_exc, self._protocol.parser_exc):
            if error is not None:
                error.__traceback__ = None
        self._protocol.handshake_exc = self._protocol.parser_exc = None

    def _handshake_bytes(self, data: bytes) -> bytes:
        """Feeds the core up to the end of the headers; what follows them."""
        # The core would answer frames behind a request before the upgrade is accepted.
        seen = self._headers_tail + data
        self._headers_tail = seen[-3:]
        end = seen.find(_END_OF_HEADERS)
        if end < 0:
            self._core_received(data)
            return b""
        cut = end + len(_END_OF_HEADERS) - (len(seen) - len(data))
        self._core_received(data[:cut])
        return data[cut:]

    def _core_frame(self, data: bytes, at: int) -> int:
        """Feeds the core up to the end of the frame it is in; where the next one begins.

        Never more at once: what follows from a frame comes before the next, however they arrive.
        """
        if self._told:
            self._core_received(data[at:])  # it only waits for the end, whatever this is
            return len(data)
        if not self._left:
            head = self._head + data[at : at + LONGEST_HEAD]
            size = frame_size(head, self._mask_bytes)
            if size is None:
                self._head = head
                self._core_received(data[at:])
                return len(data)
            self._left = size - len(self._head)
            self._head = b""
        end = min(at + self._left, len(data))
        self._left -= end - at
        self._core_received(data[at:end])
        return end

    def _core_received(self, data: bytes) -> None:
        protocol = self._protocol
        self._direct = False
        protocol.receive_data(data)
        self._flush()
        for event in protocol.events_received():
            if self._told:
                break  # nothing is said after the end
            if isinstance(event, Frame):
                self._frame_received(event)
            else:
                self._handshake_received(event)
        if protocol.close_expected():
            self._expect_close()
            if protocol.parser_exc is not None:
                self._tell(CloseCode.ABNORMAL_CLOSURE, f"we closed: {protocol.parser_exc}")
        between_messages = not self._left and not self._head and self._partial is None
        self._direct = self._may_pass and between_messages and protocol.state is _OPEN

    def _handshake_received(self, message: Request | Response) -> None:
        raise NotImplementedError

    def _frame_received(self, frame: Frame) -> None:
        opcode = frame.opcode
        if opcode is Opcode.TEXT or opcode is Opcode.BINARY:
            if frame.fin:
                self._deliver(frame.data, opcode is Opcode.TEXT)
            else:
                self._partial_is_text = opcode is Opcode.TEXT
                self._partial = bytearray(frame.data)
        elif opcode is Opcode.CONT:
            # The core has already checked that the whole stays below the maximum size.
            assert self._partial is not None, "the core refuses what continues nothing"
            self._partial += frame.data
            if frame.fin:
                whole, self._partial = self._partial, None
                self._deliver(whole, self._partial_is_text)
        elif opcode is Opcode.CLOSE and (received := self._protocol.close_rcvd) is not None:
            self._tell(received.code, received.reason)

    def _deliver(self, data: bytes | bytearray | memoryview, is_text: bool) -> None:
        if self._listener is None:
            return  # nobody wanted it open after all
        if not is_text:
            self._listener.binary_received(bytes(data))
            return
        try:
            text = str(data, "utf-8")
        except UnicodeDecodeError:
            self._protocol.fail(CloseCode.INVALID_DATA, "not UTF-8")
            self._flush()
            self._tell(CloseCode.ABNORMAL_CLOSURE, "we closed: a text message was not UTF-8")
        else:
            self._listener.text_received(text)

    def _flush(self) -> None:
        """Whatever changed the core's state comes here before anybody else can send."""
        transport = self._transport
        assert transport is not None
        self._way_out = transport if self._protocol.state is _OPEN else None
        for data in self._protocol.data_to_send():
            if transport.is_closing():
                return
            if data:
                transport.write(data)
            elif transport.can_write_eof():
                transport.write_eof()
            else:
                transport.close()

    def _expect_close(self) -> None:
        if self._close_timer is None:
            self._close_timer = asyncio.get_running_loop().call_later(CLOSE_S, self.abort)

    def _tell(self, code: int, reason: str) -> None:
        if not self._told:
            self._told = True
            if self._listener is not None:
                self._listener.socket_closed(code, reason)

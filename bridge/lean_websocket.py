"""Websockets without queues and tasks: the sans-I/O core of `websockets` in one asyncio.Protocol.

What arrives is handed over within `data_received`, what is sent goes straight to the transport. No
compression (base64 hardly shrinks), no redirects, no proxies.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import ssl
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import cast

from websockets.client import ClientProtocol
from websockets.datastructures import Headers
from websockets.exceptions import InvalidStatus, InvalidURI
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.uri import WebSocketURI, parse_uri

from bridge.ports import MediaEntrance, SocketListener, TextSocket

CLOSE_S = 2.0
"""How long a far end may take to finish the closing handshake before the socket is cut."""
HANDSHAKE_S = 5.0
"""How long a client may take to send its whole upgrade request."""
SERVER_MAX_SIZE = 64 * 2**10
MAX_UNSENT = 4 * 2**20
"""A far end that makes us answer (pings) but reads nothing is cut at this many bytes."""

ListenerFactory = Callable[[TextSocket], SocketListener]

# Never lower: the library's debug lines hold whole addresses, and a signed one is a secret.
_log = logging.getLogger("vocero.websocket")
_log.setLevel(logging.WARNING)


class WebSocketRefused(Exception):
    """A websocket could not be opened. Never shows more of the address than the host."""

    def __init__(self, status: int | None, detail: str) -> None:
        """`status` is the HTTP status that came instead of 101, or None when there was none."""
        super().__init__(detail)
        self.status, self.detail = status, detail


class LeanSocket(asyncio.Protocol):
    """What server and client have in common once the handshake is over. A TextSocket."""

    def __init__(self, protocol: ServerProtocol | ClientProtocol) -> None:
        self._protocol = protocol
        self._transport: asyncio.Transport | None = None
        self.under_tls: asyncio.Transport | None = None
        """The transport that carries the TLS of `_transport`, if it has any."""
        self._listener: SocketListener | None = None
        self._told = False
        self._partial = bytearray()
        self._partial_is_text = True
        self._close_timer: asyncio.TimerHandle | None = None

    @property
    def unsent_bytes(self) -> int:
        """Bytes that wait in our process; the kernel's own buffer is not counted."""
        if self._transport is None:
            return 0
        below = self.under_tls.get_write_buffer_size() if self.under_tls is not None else 0
        return self._transport.get_write_buffer_size() + below

    def send(self, text: str) -> None:
        """Send one text message; does nothing once the socket is closing."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_text(text.encode())
            self._flush()

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Start the closing handshake; the socket is cut after CLOSE_S."""
        if self._protocol.state is State.OPEN:
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
        protocol = self._protocol
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
        if self.unsent_bytes > MAX_UNSENT:
            self.abort()

    def eof_received(self) -> None:
        self._protocol.receive_eof()
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._close_timer is not None:
            self._close_timer.cancel()
        self._protocol.receive_eof()
        self._tell(CloseCode.ABNORMAL_CLOSURE, "connection lost")

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
            self._partial += frame.data
            if frame.fin:
                self._deliver(self._partial, self._partial_is_text)
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
        transport = self._transport
        assert transport is not None
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


class LeanServerSocket(LeanSocket):
    """The carrier's side: a connection whose request begins with our media path."""

    def __init__(
        self,
        entrance: MediaEntrance,
        settled: Callable[[LeanServerSocket], None],
        gone: Callable[[LeanServerSocket], None],
    ) -> None:
        """`settled` is called once the upgrade was accepted, `gone` once the connection is over."""
        self._server = ServerProtocol(max_size=SERVER_MAX_SIZE, logger=_log)
        super().__init__(self._server)
        self._entrance = entrance
        self._settled = settled
        self._gone = gone
        self._tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._deadline = asyncio.get_running_loop().call_later(HANDSHAKE_S, self.abort)

    def data_received(self, data: bytes) -> None:
        if self._server.state is State.CONNECTING:
            # The core would answer frames behind the request before the upgrade is accepted.
            seen = self._tail + data
            end = seen.find(b"\r\n\r\n") + 4
            if end >= 4:
                cut = end - len(self._tail)
                super().data_received(data[:cut])
                data = data[cut:]
            self._tail = seen[-3:]
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._deadline.cancel()
        super().connection_lost(exc)
        self._gone(self)

    def _handshake_received(self, message: Request | Response) -> None:
        assert isinstance(message, Request)
        self._deadline.cancel()
        response = self._server.accept(message)
        if response.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
            signed = message.headers.get_all("X-Twilio-Signature")
            signature = signed[0] if len(signed) == 1 else None
            refusal = self._entrance.refuse_upgrade(message.path, signature)
            if refusal is not None:
                response = self._server.reject(refusal, f"{HTTPStatus(refusal).phrase}\n")
        self._server.send_response(response)
        self._flush()
        if self._server.state is State.OPEN:
            self._listener = self._entrance.media_connected(message.path, self)
            self._settled(self)


class _ClientSocket(LeanSocket):
    def __init__(self, client: ClientProtocol, listen: ListenerFactory, headers: Headers) -> None:
        super().__init__(client)
        self._client = client
        self._listen = listen
        self._headers = headers
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # The opener may have failed before it waits for this.
        self.opened.add_done_callback(lambda done: done.cancelled() or done.exception())

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        request = self._client.connect()
        request.headers.update(self._headers)
        self._client.send_request(request)
        self._flush()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._client.handshake_exc is not None:
            self._refuse("did not answer like a websocket server")

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._refuse("closed the connection during the handshake")

    def _handshake_received(self, message: Request | Response) -> None:
        if isinstance(self._client.handshake_exc, InvalidStatus):
            status = self._client.handshake_exc.response.status_code
            self._refuse(f"answered HTTP {status} instead of a websocket", status)
        elif self._client.handshake_exc is None and not self.opened.done():
            try:
                self._listener = self._listen(self)
            except Exception as error:
                # Whoever asked for the socket gets it raised; here it would end in the loop.
                self.opened.set_exception(error)
                self.abort()
            else:
                self.opened.set_result(None)

    def _refuse(self, why: str, status: int | None = None) -> None:
        if not self.opened.done():
            self.opened.set_exception(WebSocketRefused(status, f"{self._client.uri.host} {why}"))


@functools.cache
def default_tls() -> ssl.SSLContext:
    """Verified TLS with the system's certificates. Reads files: call it off the event loop."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


async def open_websocket(
    url: str,
    listener_factory: ListenerFactory,
    *,
    open_timeout_s: float = 10.0,
    max_size: int = 16 * 2**20,
    headers: Sequence[tuple[str, str]] = (),
    tls: ssl.SSLContext | None = None,
) -> TextSocket:
    """Open a ws:// or wss:// address. Raises WebSocketRefused.

    The listener is made the moment the handshake is complete: it may send at once, misses nothing.
    """
    try:
        uri = parse_uri(url)
    except (InvalidURI, ValueError):
        raise WebSocketRefused(None, "not a websocket address") from None
    client = ClientProtocol(uri, max_size=max_size, logger=_log)
    socket = _ClientSocket(client, listener_factory, Headers(headers))
    try:
        async with asyncio.timeout(open_timeout_s):
            await _connect(uri, socket, tls)
            await socket.opened
    except TimeoutError:
        socket.abort()
        late = f"{uri.host} did not open a websocket within {open_timeout_s:g} s"
        raise WebSocketRefused(None, late) from None
    except (OSError, UnicodeError) as error:  # a host name with an empty label is the latter
        reason = getattr(error, "strerror", None) or type(error).__name__
        if isinstance(error, ssl.SSLCertVerificationError):
            reason = f"certificate not accepted ({error.verify_message})"
        raise WebSocketRefused(None, f"{uri.host} cannot be reached: {reason}") from None
    except BaseException:
        socket.abort()
        raise
    return socket


async def _connect(uri: WebSocketURI, socket: _ClientSocket, tls: ssl.SSLContext | None) -> None:
    loop = asyncio.get_running_loop()
    if not uri.secure:
        await loop.create_connection(lambda: socket, uri.host, uri.port)
        return
    # TLS in a second step keeps the transport below it at hand, where most of what is unsent waits.
    if tls is None:
        tls = await asyncio.to_thread(default_tls)
    under, _ = await loop.create_connection(asyncio.Protocol, uri.host, uri.port)
    try:
        transport = await loop.start_tls(under, socket, tls, server_hostname=uri.host)
    except BaseException:
        under.abort()
        raise
    if transport is None:
        raise ConnectionResetError("closed during the TLS handshake")
    socket.under_tls = under
    socket.connection_made(transport)

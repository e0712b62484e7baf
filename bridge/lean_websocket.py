"""Lean websockets: the carrier's media socket as a server, the agent's as a client.

No compression (base64 hardly shrinks), no redirects, no proxies. What both do once they are open
is in `lean_socket`.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import ssl
from collections.abc import Callable, Sequence
from http import HTTPStatus

from websockets.client import ClientProtocol
from websockets.datastructures import Headers
from websockets.exceptions import InvalidStatus, InvalidURI
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.uri import WebSocketURI, parse_uri

from bridge.lean_socket import LeanSocket
from bridge.ports import REFUSED_HERE, MediaEntrance, SocketListener, TextSocket
from bridge.text_frames import masked_text_frame, read_masked_text, read_text, text_frame

HANDSHAKE_S = 5.0
"""How long a client may take to send its whole upgrade request."""
SERVER_MAX_SIZE = 64 * 2**10

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


class LeanServerSocket(LeanSocket):
    """The carrier's side: a connection whose request begins with our media path."""

    MASK_BYTES = 4
    _read_text = staticmethod(read_masked_text)
    _text_frame = staticmethod(text_frame)

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

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._deadline = asyncio.get_running_loop().call_later(HANDSHAKE_S, self.abort)

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
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            name, value = REFUSED_HERE
            response.headers[name] = value
        self._server.send_response(response)
        self._flush()
        if self._server.state is State.OPEN:
            self._listener = self._entrance.media_connected(message.path, self)
            self._settled(self)


class LeanClientSocket(LeanSocket):
    """Our side of the agent's conversation."""

    MASK_BYTES = 0
    _read_text = staticmethod(read_text)
    _text_frame = staticmethod(masked_text_frame)

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

    def _core_received(self, data: bytes) -> None:
        super()._core_received(data)
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
    socket = LeanClientSocket(client, listener_factory, Headers(headers))
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


async def _connect(uri: WebSocketURI, socket: LeanClientSocket, tls: ssl.SSLContext | None) -> None:
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

"""Opens a websocket as a client, with or without TLS."""

from __future__ import annotations

import asyncio
import functools
import ssl
from collections.abc import Sequence

from websockets.client import ClientProtocol
from websockets.datastructures import Headers
from websockets.exceptions import InvalidURI
from websockets.uri import WebSocketURI, parse_uri

from bridge.lean_websocket import LeanClientSocket, ListenerFactory, WebSocketRefused, quiet_log
from bridge.ports import TextSocket


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
    client = ClientProtocol(uri, max_size=max_size, logger=quiet_log)
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
        del socket  # it knows what is raised here, which knows this function's names
        raise
    return socket


async def _connect(uri: WebSocketURI, socket: LeanClientSocket, tls: ssl.SSLContext | None) -> None:
    loop = asyncio.get_running_loop()
    if not uri.secure:
        await loop.create_connection(lambda: socket.protocol, uri.host, uri.port)
        return
    # TLS in a second step keeps the transport below it at hand, where most of what is unsent waits.
    if tls is None:
        tls = await asyncio.to_thread(default_tls)
    under, _ = await loop.create_connection(asyncio.Protocol, uri.host, uri.port)
    try:
        transport = await loop.start_tls(under, socket.protocol, tls, server_hostname=uri.host)
    except BaseException:
        under.abort()
        raise
    if transport is None:
        raise ConnectionResetError("closed during the TLS handshake")
    socket.under_tls = under
    socket.connection_made(transport)

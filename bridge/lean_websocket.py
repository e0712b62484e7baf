"""Lean websockets: the carrier's media socket as a server, the agent's as a client.

No compression (base64 hardly shrinks), no redirects, no proxies. What both do once they are open
is in `lean_socket`, how the agent's is opened in `open_websocket`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from websockets.client import ClientProtocol
from websockets.datastructures import Headers
from websockets.exceptions import InvalidStatus
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol

from bridge.lean_socket import LeanSocket
from bridge.ports import REFUSED_HERE, MediaEntrance, SocketListener, TextSocket

HANDSHAKE_S = 5.0
"""How long a client may take to send its whole upgrade request."""
SERVER_MAX_SIZE: Final = 64 * 2**10

ListenerFactory = Callable[[TextSocket], SocketListener]

# Never lower: the library's debug lines hold whole addresses, and a signed one is a secret.
quiet_log: Final = logging.getLogger("vocero.websocket")
quiet_log.setLevel(logging.WARNING)


class WebSocketRefused(Exception):
    """A websocket could not be opened. Never shows more of the address than the host."""

    def __init__(self, status: int | None, detail: str) -> None:
        """`status` is the HTTP status that came instead of 101, or None when there was none."""
        super().__init__(detail)
        self.status, self.detail = status, detail


class LeanServerSocket(LeanSocket):
    """The carrier's side: a connection whose request begins with our media path."""

    def __init__(
        self,
        entrance: MediaEntrance,
        settled: Callable[[LeanServerSocket], None],
        gone: Callable[[LeanServerSocket], None],
    ) -> None:
        """`settled` is called once the upgrade was accepted, `gone` once the connection is over."""
        self._server = ServerProtocol(max_size=SERVER_MAX_SIZE, logger=quiet_log)
        super().__init__(self._server, is_server=True)
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

    def __init__(self, client: ClientProtocol, listen: ListenerFactory, headers: Headers) -> None:
        super().__init__(client, is_server=False)
        self._client = client
        self._listen: ListenerFactory | None = listen
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
        elif self._client.handshake_exc is None and not self.opened.done() and self._listen:
            listen, self._listen = self._listen, None
            try:
                self._listener = listen(self)
            except Exception as error:
                # Whoever asked for the socket gets it raised; here it would end in the loop.
                self.opened.set_exception(error)
                self.abort()
            else:
                self.opened.set_result(None)

    def _refuse(self, why: str, status: int | None = None) -> None:
        if not self.opened.done():
            self.opened.set_exception(WebSocketRefused(status, f"{self._client.uri.host} {why}"))

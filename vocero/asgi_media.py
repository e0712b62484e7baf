"""Media sockets that arrive on a connection which the web server already owns.

A proxy may pool connections and send an upgrade over one that has carried plain requests. Such a
socket goes to the same MediaEntrance as all others, by way of bare ASGI: unlike a framework's
websocket handler it is not cancelled at disconnect and so sees every frame, the last `stop` too.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from http import HTTPStatus
from typing import Any

from bridge.ports import REFUSED_HERE, MediaEntrance, SocketListener

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Any, Any, Any], Awaitable[None]]
"""(scope, receive, send): every framework types these in its own way."""

MEDIA_PATH = b"/media/"
CLOSE_S = 2.0
"""How long a far end may take to finish the closing handshake."""
MAX_UNSENT = 4 * 2**20
"""A far end that reads nothing is cut at this many bytes."""
ABNORMAL = 1006


class AsgiMedia:
    """An ASGI app that takes the media sockets and passes everything else on."""

    def __init__(self, app: Asgi, entrance: MediaEntrance) -> None:
        self._app = app
        self._entrance = entrance

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one ASGI connection."""
        if scope["type"] == "websocket" and _raw_path(scope).startswith(MEDIA_PATH):
            await self._serve(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (await receive())["type"] != "websocket.connect":
            return
        path = _raw_path(scope).decode("latin-1")
        if scope.get("query_string"):
            path += "?" + scope["query_string"].decode("latin-1")
        refusal = self._entrance.refuse_upgrade(path, _signature(scope["headers"]))
        if refusal is not None:
            await _refuse(refusal, scope, send)
            return
        await send({"type": "websocket.accept"})
        socket = AsgiSocket(send)
        listener = self._entrance.media_connected(path, socket)
        code, reason = ABNORMAL, "connection lost"
        try:
            async with asyncio.TaskGroup() as tasks:
                helpers = [
                    tasks.create_task(socket.write_all()),
                    tasks.create_task(socket.limit_closing()),
                ]
                code, reason = await _read_all(receive, listener), ""
                for helper in helpers:
                    helper.cancel()
        except* _NotClosing:
            pass  # returning cuts the connection
        finally:
            socket.closed = True
            listener.socket_closed(code, reason)


class _NotClosing(Exception):
    """The far end did not finish the closing handshake in time."""


class AsgiSocket:
    """A TextSocket over ASGI's `send`: what is sent waits here until it can be written."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._waiting: deque[Message] = deque()
        self._wake = asyncio.Event()
        self._closing = asyncio.Event()
        self.unsent_bytes = 0
        self.closed = False
        """No more is taken; what waits is still written."""

    def send(self, text: str) -> None:
        """Send one text message; does nothing once the socket is closing."""
        if self.closed:
            return
        self.unsent_bytes += len(text)
        self._waiting.append({"type": "websocket.send", "text": text})
        self._wake.set()
        if self.unsent_bytes > MAX_UNSENT:
            self._waiting.clear()
            self.close(1013, "not reading")

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Start the closing handshake once all that was sent before is written."""
        if self.closed:
            return
        self.closed = True
        self._waiting.append({"type": "websocket.close", "code": code, "reason": reason})
        self._wake.set()
        self._closing.set()

    async def write_all(self) -> None:
        """Write what waits, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                message = self._waiting.popleft()
                await self._send(message)
                self.unsent_bytes = max(0, self.unsent_bytes - len(message.get("text") or ""))

    async def limit_closing(self) -> None:
        """Raise some time after our close was ordered, written or not, until cancelled."""
        await self._closing.wait()
        await asyncio.sleep(CLOSE_S)
        raise _NotClosing


async def _read_all(receive: Receive, listener: SocketListener) -> int:
    """Hand over every message; returns the code that the server gives for the end."""
    while (message := await receive())["type"] != "websocket.disconnect":
        text = message.get("text")
        if text is not None:
            listener.text_received(text)
        else:
            listener.binary_received(message.get("bytes") or b"")
    return int(message.get("code", ABNORMAL))


async def _refuse(status: int, scope: Scope, send: Send) -> None:
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close"})  # the server then answers 403
        return
    body = f"{HTTPStatus(status).phrase}\n".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
        (REFUSED_HERE[0].lower().encode(), REFUSED_HERE[1].encode()),
    ]
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})


def _raw_path(scope: Scope) -> bytes:
    raw = scope.get("raw_path")
    return raw if isinstance(raw, bytes) else str(scope["path"]).encode()


def _signature(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    found = [value for name, value in headers if name.lower() == b"x-twilio-signature"]
    return found[0].decode("latin-1") if len(found) == 1 else None

"""One operator's websocket, straight on ASGI: every wait bounded, what comes in counted.

Not a framework's websocket: those read ahead without bound, and are cut short in the middle of a
clean-up when the browser goes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from http import HTTPStatus
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

SEND_S = 10.0
"""A browser that takes nothing for so long is given up."""
CLOSE_S = 2.0
"""How long it may take to finish the closing handshake."""
OVER, GOING_AWAY, ABUSE, DEFECT, TRY_LATER, LOGGED_OUT = 1000, 1001, 1008, 1011, 1013, 4401
"""Close codes."""


class PeerGone(Exception):
    """The browser went, or takes nothing any more."""


class PeerAbuses(Exception):
    """It sends more than anybody needs to, or what nobody understands."""


class PeerMustGo(Exception):
    """We end it, with this close code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Peer:
    """An accepted or still unaccepted websocket."""

    def __init__(self, receive: Receive, send: Send, *, per_s: int, longest: int) -> None:
        """At most `per_s` messages a second (as many at once), each at most `longest` bytes or
        characters.
        """
        self._receive = receive
        self._send = send
        self._per_s = per_s
        self._longest = longest
        self._allowed = float(per_s)
        self._counted_at = asyncio.get_running_loop().time()
        self._one_at_a_time = asyncio.Lock()
        self._gone = False

    async def accept(self) -> None:
        """Raises PeerGone, as everything here does."""
        await self._pass_on({"type": "websocket.accept", "subprotocol": None, "headers": []})

    async def send(self, message: str | bytes) -> None:
        """One whole message."""
        if isinstance(message, str):
            await self._pass_on({"type": "websocket.send", "text": message, "bytes": None})
        else:
            await self._pass_on({"type": "websocket.send", "bytes": message, "text": None})

    async def send_json(self, message: object) -> None:
        """One message as JSON text."""
        await self.send(json.dumps(message, separators=(",", ":")))

    async def receive(self) -> str | bytes:
        """The next message. Raises PeerAbuses when it is too long or one too many."""
        while True:
            event = await self._receive()
            if event["type"] == "websocket.disconnect":
                self._gone = True
                raise PeerGone
            if event["type"] != "websocket.receive":
                continue
            text, data = event.get("text"), event.get("bytes")
            message: str | bytes = text if isinstance(text, str) else bytes(data or b"")
            self._count(len(message))
            return message

    async def close(self, code: int) -> None:
        """Close in order, or give up soon; then the server cuts the connection. Never raises."""
        with contextlib.suppress(PeerGone, TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await self._pass_on({"type": "websocket.close", "code": code, "reason": ""})
                while not self._gone:
                    self._gone = (await self._receive())["type"] == "websocket.disconnect"

    async def _pass_on(self, message: Message) -> None:
        if self._gone:
            raise PeerGone
        try:
            async with asyncio.timeout(SEND_S), self._one_at_a_time:
                await self._send(message)
        except OSError:  # TimeoutError is one of them
            self._gone = True
            raise PeerGone from None

    def _count(self, length: int) -> None:
        now = asyncio.get_running_loop().time()
        more = (now - self._counted_at) * self._per_s
        self._allowed = min(float(self._per_s), self._allowed + more) - 1
        self._counted_at = now
        if self._allowed < 0 or length > self._longest:
            raise PeerAbuses


def read_json(message: str | bytes) -> dict[str, Any] | None:
    """The object in a text message, or None when it is none."""
    if not isinstance(message, str):
        return None
    try:
        value = json.loads(message)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


async def refuse(scope: Any, send: Send, status: int) -> None:
    """Say no instead of accepting."""
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": OVER})  # the server then answers 403
        return
    body = f"{HTTPStatus(status).phrase}\n".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body, "more_body": False})


async def until_first(*works: Coroutine[Any, Any, None]) -> None:
    """Do these at the same time until one is done; the others are cancelled.

    Raises what the first of them raised.
    """
    try:
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(work) for work in works]
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in running:
                task.cancel()
    except ExceptionGroup as group:
        first: Exception = group
        while isinstance(first, ExceptionGroup):
            first = first.exceptions[0]
        raise first from None

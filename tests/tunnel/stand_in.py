"""The `ngrok` package's interface as far as we use it, without its native code.

The package cannot be led to a neighbour on this machine without speaking ngrok's own protocol to
it. That these names are there is checked against the real package, where it is installed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

TOKEN = "2abcSecretToken_nobodyMaySee"
GIVEN = "https://given.ngrok-free.app"


class StandIn:
    """The module."""

    def __init__(self, url: str = GIVEN) -> None:
        self.url = url
        """What is given to whoever wishes no name."""
        self.refuse: list[Exception] = []
        """Raised by the next attempts to log in."""
        self.refuse_names: list[Exception] = []
        """Raised by the next attempts to get an address."""
        self.logins = 0
        self.hangs = False
        self.opened: list[Listener] = []
        self.SessionBuilder = lambda: Builder(self)

    async def disconnect(self, why: str) -> None:
        """The connection is lost, and told of from a thread. Unless it is told to give up there,
        the package connects again by itself and says no more of it.
        """
        listener = self.opened[-1]
        try:
            await asyncio.to_thread(listener.builder.disconnected, "connect.ngrok:443", why)
        except Exception:
            listener.ended.set()

    async def heartbeat(self, latency_ms: int | None) -> None:
        """An answer to a heartbeat, or none within its time; a call without arguments then."""
        told = () if latency_ms is None else (latency_ms,)
        await asyncio.to_thread(self.opened[-1].builder.heartbeat, *told)

    def end(self) -> None:
        """ngrok closes the tunnel."""
        self.opened[-1].ended.set()


@dataclass
class Builder:
    """Of a session."""

    ngrok: StandIn
    token: str = ""
    disconnected: Callable[..., Any] = lambda *_: None
    heartbeat: Callable[..., Any] = lambda *_: None

    def authtoken(self, token: str) -> Builder:
        self.token = token
        return self

    def handle_disconnection(self, handler: Callable[..., Any]) -> Builder:
        self.disconnected = handler
        return self

    def handle_heartbeat(self, handler: Callable[..., Any]) -> Builder:
        self.heartbeat = handler
        return self

    async def connect(self) -> Session:
        if self.ngrok.hangs:
            await asyncio.Event().wait()
        if self.ngrok.refuse:
            raise self.ngrok.refuse.pop(0)
        self.ngrok.logins += 1
        return Session(self)


@dataclass
class Session:
    """Logged in."""

    builder: Builder

    def http_endpoint(self) -> HttpListenerBuilder:
        return HttpListenerBuilder(self.builder)

    async def close(self) -> None:
        """Ends it."""


@dataclass
class HttpListenerBuilder:
    """Of a tunnel."""

    builder: Builder
    name: str = ""

    def domain(self, name: str) -> HttpListenerBuilder:
        self.name = name
        return self

    async def listen_and_forward(self, to: str) -> Listener:
        if self.builder.ngrok.refuse_names:
            raise self.builder.ngrok.refuse_names.pop(0)
        url = f"https://{self.name}" if self.name else self.builder.ngrok.url
        listener = Listener(self.builder, url, to)
        self.builder.ngrok.opened.append(listener)
        return listener


@dataclass
class Listener:
    """A tunnel."""

    builder: Builder
    address: str
    to: str
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    closed: bool = False

    def url(self) -> str:
        return self.address

    async def join(self) -> None:
        await self.ended.wait()

    async def close(self) -> None:
        self.closed = True

"""The ways out of this process: HTTP, websockets, the store, the clock.

`real_outside` is what a served Vocero uses. The rehearsal replaces all of it by in-memory
transports, and then whole calls run in virtual time through the same code.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

from bridge.chores import OpenSocket
from bridge.errors import AgentError
from bridge.lean_websocket import WebSocketRefused
from bridge.open_websocket import default_tls, open_websocket
from bridge.ports import SocketListener, TextSocket
from data.presence import Presence
from data.shared_store import SharedStore
from data.sql_store import SqlStore
from vocero.bus.bus import Bus, NoOthers
from vocero.bus.opening import make_bus
from vocero.settings import Settings

HTTP_TIMEOUT_S = 10.0
"""For requests that state none; every adapter states its own."""
AGENT_OPEN_S = 5.0
KEPT_ALIVE = 20


class ServedStore(SharedStore, Presence, Protocol):
    """Everything that is asked of a store that a Vocero serves from."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What a Vocero reaches the world with."""

    http: httpx.AsyncClient
    """For WhatsApp, ElevenLabs and Places."""
    dial_http: httpx.AsyncClient
    """For dialling: it never reuses a connection. One that turned out to be dead while the order
    to call was sent would leave us not knowing whether somebody is being called."""
    open_socket: OpenSocket
    store: ServedStore
    now: Callable[[], float] = time.time
    """Seconds since the epoch."""
    openai_http: Any = None
    """A client for the OpenAI SDK, which brings its own; None: the SDK's."""
    bus: Bus = field(default_factory=NoOthers)
    """The way to the other workers; it is entered by the service."""

    async def close(self) -> None:
        """Close the clients; the store is closed by the service that opened it."""
        await self.http.aclose()
        await self.dial_http.aclose()


async def real_outside(settings: Settings, now: Callable[[], float] = time.time) -> Outside:
    """Real sockets, the configured database, the machine's clock."""
    tls = await asyncio.to_thread(default_tls)

    async def open_socket(url: str, listen: Callable[[TextSocket], SocketListener]) -> TextSocket:
        try:
            return await open_websocket(url, listen, open_timeout_s=AGENT_OPEN_S, tls=tls)
        except WebSocketRefused as refused:
            status = f" (HTTP {refused.status})" if refused.status else ""
            what = f"the agent's websocket was refused{status}: {refused}"
            raise AgentError(what, status=refused.status) from None

    def client(kept_alive: int) -> httpx.AsyncClient:
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=kept_alive)
        return httpx.AsyncClient(timeout=HTTP_TIMEOUT_S, limits=limits, verify=tls, trust_env=False)

    return Outside(
        http=client(KEPT_ALIVE),
        dial_http=client(0),
        open_socket=open_socket,
        store=SqlStore(settings.database_url.get_secret_value()),
        now=now,
        bus=make_bus(settings),
    )

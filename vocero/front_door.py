"""One listening port for both worlds: the carrier's media sockets and the web.

A connection whose first bytes ask for /media/ becomes a lean websocket at once; every other one is
given, with the bytes read so far, to Hypercorn's server for a single connection. Owning the
listener also means that stopping is ours: Hypercorn itself does not end while a websocket is open.

The seam to Hypercorn is `_Web` and `_Connection`. They lean on classes that Hypercorn does not
document, hence the pin to 0.18 in pyproject.toml.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import cast

from hypercorn.asyncio.lifespan import Lifespan
from hypercorn.asyncio.tcp_server import TCPServer
from hypercorn.asyncio.worker_context import WorkerContext
from hypercorn.config import Config
from hypercorn.typing import LifespanState
from hypercorn.utils import wrap_app

from bridge.lean_websocket import SERVER_MAX_SIZE, LeanServerSocket
from bridge.ports import MediaEntrance
from vocero.asgi_media import Asgi, AsgiMedia

log = logging.getLogger(__name__)

MEDIA_REQUEST = b"GET /media/"
UNDECIDED_S = 5.0
"""How long a connection may take to say its first eleven bytes."""
MAX_UNDECIDED = 1024
"""Connections that have not shown what they are; the oldest makes room for the newest. A thousand
calls that end in one moment have a thousand callbacks, and all of them may be here at once."""
MAX_WEB = 1024
"""Connections at the web server, idle ones included."""
KEEP_ALIVE_S = 15.0
"""For an idle connection, and for all headers of a request. Bodies are bounded by the app."""
SHUTDOWN_S = 10.0
UNREAD_MS = 30_000
"""A far end that acknowledges nothing for so long is gone (where the system can tell)."""
GOING_AWAY = 1001
BACKLOG = 1024


class FrontDoor:
    """Owns the listening socket and every connection that comes through it."""

    def __init__(self, app: Asgi, entrance: MediaEntrance) -> None:
        self._entrance = entrance
        self._web = _Web(AsgiMedia(app, entrance))
        self._server: asyncio.Server | None = None
        self._undecided: dict[_Undecided | LeanServerSocket, None] = {}
        self._media: set[LeanServerSocket] = set()
        self._media_gone = asyncio.Event()

    async def start(self, host: str, port: int) -> int:
        """`bind`, then `open`."""
        bound = await self.bind(host, port)
        try:
            await self.open()
        except BaseException:
            await self.stop(0.0)
            raise
        return bound

    async def bind(self, host: str, port: int) -> int:
        """Take the address, answering nobody yet; returns the port (the real one for 0).

        Raises OSError when the address cannot be had.
        """
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Undecided(self), host, port, backlog=BACKLOG, start_serving=False
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def open(self) -> None:
        """Start the app, then listen where it was bound. Raises whatever the app's startup does."""
        assert self._server is not None, "bound before it is opened"
        await self._web.start()
        await self._server.start_serving()

    async def stop(self, grace_s: float) -> None:
        """Stop listening, end what is open within `grace_s`, then stop the app. Never hangs.

        Whoever holds calls has ended them before: a media socket still open is closed here.
        """
        if self._server is not None:
            # Not wait_closed(): it waits for every connection, however long.
            self._server.close()
        for undecided in tuple(self._undecided):
            undecided.abort()
        for media in tuple(self._media):
            media.close(GOING_AWAY, "shutting down")
        await asyncio.gather(self._media_ended(grace_s), self._web.stop(grace_s))

    async def _media_ended(self, grace_s: float) -> None:
        try:
            async with asyncio.timeout(grace_s):
                while self._media:
                    self._media_gone.clear()
                    await self._media_gone.wait()
        except TimeoutError:
            for media in tuple(self._media):
                media.abort()

    # --- told by the connections -------------------------------------------------------------
    def arrived(self, connection: _Undecided) -> None:
        """A new connection. At the limit the oldest undecided one has had its chance."""
        if len(self._undecided) >= MAX_UNDECIDED:
            oldest = next(iter(self._undecided))
            del self._undecided[oldest]
            oldest.abort()
        self._undecided[connection] = None

    def left(self, connection: _Undecided) -> None:
        """An undecided connection is decided or gone."""
        self._undecided.pop(connection, None)

    def to_media(self, transport: asyncio.Transport, first: bytes) -> None:
        """Make a lean websocket of this connection."""
        media = LeanServerSocket(self._entrance, self._media_settled, self._media_left)
        # Until its upgrade is accepted it counts like any other stranger.
        self._undecided[media] = None
        _change_protocol(transport, media.protocol, first)

    def to_web(self, transport: asyncio.Transport, first: bytes) -> None:
        """Give this connection to the web server."""
        self._web.serve(transport, first)

    def _media_settled(self, media: LeanServerSocket) -> None:
        self._undecided.pop(media, None)
        self._media.add(media)

    def _media_left(self, media: LeanServerSocket) -> None:
        self._undecided.pop(media, None)
        self._media.discard(media)
        self._media_gone.set()


class _Undecided(asyncio.Protocol):
    """A connection that has not said enough to know whose it is."""

    def __init__(self, door: FrontDoor) -> None:
        self._door = door
        self._first = b""
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        _notice_dead_peers(self._transport)
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(UNDECIDED_S, self.abort)
        self._door.arrived(self)

    def data_received(self, data: bytes) -> None:
        self._first += data
        start = self._first[: len(MEDIA_REQUEST)]
        if start == MEDIA_REQUEST:
            self._decide(self._door.to_media)
        elif not MEDIA_REQUEST.startswith(start):
            self._decide(self._door.to_web)

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()

    def abort(self) -> None:
        """Cut the connection."""
        if self._transport is not None:
            self._transport.abort()

    def _decide(self, whose: Callable[[asyncio.Transport, bytes], None]) -> None:
        self._leave()
        if self._transport is not None:
            whose(self._transport, self._first)

    def _leave(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._door.left(self)


class _Web:
    """Hypercorn, one connection at a time: the parts of its `worker_serve` behind the listener."""

    def __init__(self, app: Asgi) -> None:
        self._config = _hypercorn_config()
        self._app = wrap_app(app, self._config.wsgi_max_body_size, "asgi")
        self._context = WorkerContext(None)
        self._state: LifespanState = {}
        self._lifespan: Lifespan | None = None
        self._lifespan_task: asyncio.Task[None] | None = None
        self._serving: dict[asyncio.Task[None], asyncio.Transport] = {}

    async def start(self) -> None:
        """Run the app's startup; raises what it raises."""
        loop = asyncio.get_running_loop()
        self._lifespan = Lifespan(self._app, self._config, loop, self._state)
        self._lifespan_task = loop.create_task(self._lifespan.handle_lifespan())
        try:
            await self._lifespan.wait_for_startup()
        except BaseException:
            self._lifespan_task.cancel()
            raise
        if self._lifespan_task.done():
            self._lifespan_task.result()

    def serve(self, transport: asyncio.Transport, first: bytes) -> None:
        """Serve this connection in a task of its own."""
        if len(self._serving) >= MAX_WEB:
            transport.abort()
            return
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        _change_protocol(transport, protocol, first)
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        task = loop.create_task(self._serve(reader, writer))
        self._serving[task] = transport
        task.add_done_callback(self._serving.pop)

    async def stop(self, grace_s: float) -> None:
        """End idle connections now, busy ones within `grace_s`, then run the app's shutdown."""
        await self._context.terminated.set()
        if self._serving:
            _, late = await asyncio.wait(self._serving, timeout=grace_s)
            for task in late:
                # The transport first: Hypercorn waits for unsent bytes even when cancelled.
                self._serving[task].abort()
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=SHUTDOWN_S)
        if self._lifespan is None or self._lifespan_task is None:
            return
        if not self._lifespan_task.done():
            await self._lifespan.wait_for_shutdown()
        self._lifespan_task.cancel()
        await asyncio.gather(self._lifespan_task, return_exceptions=True)
        self._lifespan = self._lifespan_task = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        server = _Connection(
            self._app, loop, self._config, self._context, self._state, reader, writer
        )
        try:
            await server
        except Exception:
            # A connection that fails must not touch the others; its own end is to be cut off.
            log.exception("a web connection failed")
        finally:
            writer.transport.abort()
            # It and its protocol know each other: see `vocero.garbage`.
            vars(server).pop("protocol", None)


class _Connection(TCPServer):
    """Over when the far end has left: Hypercorn's own would wait for KEEP_ALIVE_S, and hundreds of
    short visits at once would fill MAX_WEB."""

    async def _read_data(self) -> None:
        await super()._read_data()
        await self.idle_task.stop()


def _hypercorn_config() -> Config:
    config = Config()
    config.accesslog = None
    config.errorlog = logging.getLogger("hypercorn.error")
    config.include_server_header = False
    config.keep_alive_timeout = KEEP_ALIVE_S
    # No websocket_ping_interval: its task outlives the connection by one interval. No read_timeout:
    # it would cut an operator's websocket, which listens more than it speaks.
    config.websocket_max_message_size = SERVER_MAX_SIZE
    config.startup_timeout = config.shutdown_timeout = SHUTDOWN_S
    return config


def _change_protocol(
    transport: asyncio.Transport, protocol: asyncio.Protocol, first: bytes
) -> None:
    transport.set_protocol(protocol)
    protocol.connection_made(transport)
    protocol.data_received(first)


def _notice_dead_peers(transport: asyncio.Transport) -> None:
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is not None:
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, option, UNREAD_MS)

"""Websockets without sockets: joins the bridge to simulated neighbours on one event loop.

With it a whole call runs in virtual time. The bridge sees the same TextSocket and SocketListener
as over the network; the neighbours see the same Channel.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import urlsplit

from bridge.errors import AgentError
from bridge.ports import MediaEntrance, SocketListener, TextSocket
from simulation.channel import Channel, ChannelClosed, ChannelRefused, Connector, memory_pair


class Converser(Protocol):
    """A simulated agent that can talk on any channel."""

    async def converse(self, channel: Channel, url: str) -> None: ...


class ChannelSocket:
    """Our end of an in-memory websocket: a TextSocket for the bridge, fed from a Channel."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._outgoing: deque[str] = deque()
        self._unsent_bytes = 0
        self._close_with: tuple[int, str] | None = None
        self._something = asyncio.Event()

    @property
    def unsent_bytes(self) -> int:
        """Bytes that the far end has not taken yet."""
        return self._unsent_bytes

    def send(self, text: str) -> None:
        """Queue one message."""
        if self._close_with is None:
            self._outgoing.append(text)
            self._unsent_bytes += len(text)
            self._something.set()

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close after what was queued."""
        if self._close_with is None:
            self._close_with = (code, reason)
            self._something.set()

    async def carry(self, listener: SocketListener) -> None:
        """Carry messages both ways until either side closes; tells the listener last."""
        async with asyncio.TaskGroup() as tasks:
            sending = tasks.create_task(self._carry_out())
            try:
                while True:
                    message = await self._channel.receive()
                    if isinstance(message, str):
                        listener.text_received(message)
                    else:
                        listener.binary_received(message)
            except ChannelClosed as closed:
                listener.socket_closed(closed.code, closed.reason)
            finally:
                sending.cancel()

    async def _carry_out(self) -> None:
        try:
            while True:
                while self._outgoing:
                    text = self._outgoing.popleft()
                    await self._channel.send(text)
                    self._unsent_bytes -= len(text)
                if self._close_with is not None:
                    await self._channel.close(*self._close_with)
                    return
                self._something.clear()
                await self._something.wait()
        except ChannelClosed:
            return


class MemoryRoads:
    """Opens in-memory websockets between the bridge and its simulated neighbours."""

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks

    def to_entrance(self, entrance: Callable[[], MediaEntrance]) -> Connector:
        """How the simulated carrier reaches our media entrance."""

        async def connect(url: str, headers: Mapping[str, str]) -> Channel:
            path = urlsplit(url).path
            signature = {name.lower(): value for name, value in headers.items()}.get(
                "x-twilio-signature"
            )
            status = entrance().refuse_upgrade(path, signature)
            if status is not None:
                raise ChannelRefused(status)
            ours, theirs = memory_pair()
            socket = ChannelSocket(ours)
            listener = entrance().media_connected(path, socket)
            self._tasks.create_task(socket.carry(listener), name="media in memory")
            return theirs

        return connect

    async def to_agent(
        self,
        agent: Converser,
        url: str,
        listen: Callable[[TextSocket], SocketListener],
    ) -> TextSocket:
        """How the bridge reaches the simulated agent."""
        if not url:
            raise AgentError("the agent gave no address")
        ours, theirs = memory_pair()
        socket = ChannelSocket(ours)
        listener = listen(socket)
        self._tasks.create_task(agent.converse(theirs, url), name="agent in memory")
        self._tasks.create_task(socket.carry(listener), name="agent socket in memory")
        return socket

"""An ElevenLabs that can be trusted: REST and the conversation websocket, on 127.0.0.1.

It keeps to the published protocol, checks that the client does, and plays the agent of a scene
with recorded speech. Conversations run on real sockets (`start`) or on any Channel (`converse`),
in real or in virtual time.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import date, datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request
from websockets.http11 import Response as HandshakeResponse

from audio.formats import parse_format
from simulation.agent_accounts import Account, build_app
from simulation.agent_conversation import Conversation
from simulation.agent_link import Link
from simulation.agent_manner import Manner
from simulation.agent_profile import settings_for
from simulation.channel import Channel, ServerChannel
from simulation.probe import Probe
from simulation.script import Scene
from simulation.serving import Served, serve_app

_MEMORY_ORIGIN = "ws://agent.simulation"
_MESSAGE_LIMIT = 16 * 2**20


def _today_in_buenos_aires() -> date:
    return datetime.now(ZoneInfo("America/Argentina/Buenos_Aires")).date()


class SimulatedElevenLabs:
    """One ElevenLabs account with one agent; more can be made over REST.

    `scene`, `manner` and `probe` may be changed between conversations; each takes them when it
    begins. `today` is the day that "{tomorrow}" in a scene's tool parameters counts from.
    """

    def __init__(
        self,
        api_key: str,
        agent_id: str,
        scene: Scene,
        speaks_format: str = "ulaw_8000",
        hears_format: str = "ulaw_8000",
        probe: Probe | None = None,
        seed: int = 1,
        manner: Manner | None = None,
        today: Callable[[], date] = _today_in_buenos_aires,
    ) -> None:
        for name in (speaks_format, hears_format):
            parse_format(name)
        self.scene = scene
        self.next_scenes: list[Scene] = []
        """What the next conversations play, one each, before `scene` is played."""
        self.manner = manner or Manner()
        self.probe = probe
        self.conversations: list[Conversation] = []
        """All of them, in the order in which they were opened; refused ones are not among them."""
        self.refused = 0
        """Websockets that came without a good signature."""
        self._rng = random.Random(seed)
        self._today = today
        settings = settings_for(agent_id, speaks_format, hears_format)
        self.account = Account(api_key, {agent_id: settings}, self._rng)
        self._socket_origin = _MEMORY_ORIGIN
        self.app = build_app(self.account, lambda: self._socket_origin, self._now)
        """The REST interface, an ASGI application."""
        self._rest: Served | None = None
        self._sockets: Server | None = None

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Serve both on real ports and return the REST base URL, the one to configure.

        `port` is REST's; signed URLs lead to the websocket's own.
        """
        self._sockets = await serve(
            self._serve_socket,
            host,
            0,
            process_request=self._check_upgrade,
            compression=None,
            max_size=_MESSAGE_LIMIT,
            ping_interval=20,
            close_timeout=2,
        )
        socket_port: int = next(iter(self._sockets.sockets)).getsockname()[1]
        self._socket_origin = f"ws://{host}:{socket_port}"
        self._rest = await serve_app(self.app, host, port)
        return self._rest.base_url

    async def stop(self) -> None:
        """Close every conversation and free both ports."""
        if self._rest is not None:
            await self._rest.stop()
        if self._sockets is not None:
            self._sockets.close()
            await self._sockets.wait_closed()
        self._socket_origin = _MEMORY_ORIGIN

    async def converse(self, channel: Channel, url: str) -> None:
        """Hold one conversation on an open channel; returns when it is over."""
        agent_id = self.account.opens(url, self._now())
        if agent_id is None:
            self.refused += 1
            await channel.close(1008, "Invalid or expired conversation signature")
            return
        self.account.use_up(url)
        # Each its own dice: one conversation never changes the course of another.
        rng = random.Random(self._rng.getrandbits(64))
        profile = self.account.profile(agent_id)
        link = Link(channel, profile, self.manner, self.probe, rng)
        scene = self.next_scenes.pop(0) if self.next_scenes else self.scene
        conversation = Conversation(self.account.new_id("conv"), link, scene, self._today())
        self.conversations.append(conversation)
        await conversation.run()

    def _check_upgrade(
        self, connection: ServerConnection, request: Request
    ) -> HandshakeResponse | None:
        if self.manner.refuses == "http" and self.account.opens(request.path, self._now()) is None:
            self.refused += 1
            return connection.respond(HTTPStatus.FORBIDDEN, "Invalid conversation signature\n")
        return None

    async def _serve_socket(self, connection: ServerConnection) -> None:
        request = connection.request
        if request is not None:
            await self.converse(ServerChannel(connection), request.path)

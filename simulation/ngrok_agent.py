"""An ngrok agent: its local interface, and tunnels that really lead somewhere, on 127.0.0.1.

Source: https://ngrok.com/docs/agent/api. What arrives at a tunnel's public address is passed on to
the port that it leads to, byte for byte.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field

from quart import Quart, Response

from simulation.carrier_answers import as_json
from simulation.serving import Served, serve_app


@dataclass
class SimulatedTunnel:
    """One tunnel."""

    public_url: str
    addr: str
    """Where it leads, as it was typed: "http://localhost:8000", "8000"."""
    name: str = "command_line"
    listed: bool = True
    """Whether the agent tells of it."""
    _road: Road | None = field(default=None, repr=False)


class Road:
    """Passes bytes on from a free port to another one."""

    def __init__(self, to_port: int) -> None:
        self._to = to_port
        self._server: asyncio.Server | None = None
        self._travellers: set[asyncio.Task[None]] = set()

    async def open(self) -> str:
        """Its address."""
        self._server = await asyncio.start_server(self._arrived, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Ends everything that is on it."""
        if self._server is not None:
            self._server.close()
        travellers = tuple(self._travellers)
        for traveller in travellers:
            traveller.cancel()
        await asyncio.gather(*travellers, return_exceptions=True)

    def _arrived(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        traveller = asyncio.get_running_loop().create_task(self._travel(reader, writer))
        self._travellers.add(traveller)
        traveller.add_done_callback(self._travellers.discard)

    async def _travel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nngrok-error-code: ERR_NGROK_8012\r\n")
            writer.write(b"content-length: 0\r\nconnection: close\r\n\r\n")
            writer.close()
            return
        try:
            async with asyncio.TaskGroup() as ways:
                ways.create_task(_pass_on(reader, far_writer))
                ways.create_task(_pass_on(far_reader, writer))
        finally:
            for end in (writer, far_writer):
                end.transport.abort()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


class SimulatedNgrokAgent:
    """One agent. `start` and `stop` may alternate: its tunnels stay, its interface does not."""

    def __init__(self, *, version: int = 2) -> None:
        """`version` of its configuration: 3 tells of `/api/endpoints` and lists no tunnels."""
        self.tunnels: list[SimulatedTunnel] = []
        self.asked = 0
        """How often its interface was asked."""
        self._version = version
        self._port = 0
        self._served: Served | None = None
        self.app = self._interface()
        """Its interface, an ASGI application."""

    async def start(self) -> str:
        """The address of its interface; the same each time. Raises OSError."""
        self._served = await serve_app(self.app, port=self._port)
        self._port = int(self._served.base_url.rpartition(":")[2])
        return self._served.base_url

    async def stop(self) -> None:
        """Its interface is gone."""
        if self._served is not None:
            served, self._served = self._served, None
            await served.stop()

    async def open(self, port: int, addr: str = "", public_url: str = "") -> SimulatedTunnel:
        """A tunnel to 127.0.0.1:`port`; with a `public_url` of its own nothing comes through."""
        road = None
        if not public_url:
            road = Road(port)
            public_url = await road.open()
        tunnel = SimulatedTunnel(public_url, addr or f"http://localhost:{port}", _road=road)
        self.tunnels.append(tunnel)
        return tunnel

    async def close(self) -> None:
        """Everything ends."""
        await self.stop()
        for tunnel in self.tunnels:
            if tunnel._road is not None:
                await tunnel._road.close()

    def _interface(self) -> Quart:
        app = Quart("simulated_ngrok", static_folder=None)

        @app.get("/api/tunnels")
        async def tunnels() -> Response:
            self.asked += 1
            listed = [_as_tunnel(each) for each in self._listed()] if self._version == 2 else []
            return as_json({"tunnels": listed, "uri": "/api/tunnels"})

        @app.get("/api/endpoints")
        async def endpoints() -> Response:
            if self._version == 2:
                return as_json({"error_code": 100, "status_code": 404, "msg": "not found"}, 404)
            listed = [_as_endpoint(each) for each in self._listed()]
            return as_json({"endpoints": listed, "uri": "/api/endpoints"})

        return app

    def _listed(self) -> list[SimulatedTunnel]:
        return [each for each in self.tunnels if each.listed]


def _as_tunnel(tunnel: SimulatedTunnel) -> dict[str, object]:
    return {
        "name": tunnel.name,
        "ID": f"{abs(hash(tunnel.public_url)):032x}",
        "uri": f"/api/tunnels/{tunnel.name}",
        "public_url": tunnel.public_url,
        "proto": tunnel.public_url.partition(":")[0],
        "config": {"addr": tunnel.addr, "inspect": True},
        "metrics": {"conns": {"count": 0}, "http": {"count": 0}},
    }


def _as_endpoint(tunnel: SimulatedTunnel) -> dict[str, object]:
    return {
        "name": tunnel.name,
        "url": tunnel.public_url,
        "upstream": {"url": tunnel.addr, "protocol": "http1"},
    }

"""The three websockets of the operators: who may open one, and what it then is."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from quart import Quart
from werkzeug.http import parse_cookie

from vocero.bus.bus import OutOfReach
from vocero.operators import listen_socket, live_socket, speak_socket
from vocero.operators.access import Session, session_cookie
from vocero.operators.answers import Refused
from vocero.operators.audit import Act
from vocero.operators.peer import (
    ABUSE,
    DEFECT,
    GOING_AWAY,
    LOGGED_OUT,
    OVER,
    Peer,
    PeerAbuses,
    PeerGone,
    PeerMustGo,
    Receive,
    Send,
    refuse,
    until_first,
)
from vocero.operators.room import Room
from vocero.operators.tickets import Purpose

log = logging.getLogger(__name__)

MOST_SOCKETS = 400
"""Of all three kinds together."""
LOOK_EVERY_S = 1.0
LIMITS = {Purpose.LIVE: (20, 1024), Purpose.LISTEN: (20, 1024), Purpose.SPEAK: (120, 64 * 1024)}
"""Messages a second, and how long each may be."""
_OF_A_CALL = re.compile(r"/operator/calls/([^/]{1,100})/(listen|speak)")
_LIVE = "/operator/live"


@dataclass(frozen=True, slots=True)
class _Admitted:
    session: Session
    purpose: Purpose
    attempt_id: str


def add_sockets(app: Quart, room: Room) -> None:
    """Every websocket that this app gets is an operator's: the carrier's go elsewhere."""
    app.asgi_websocket_class = _connection_class(Sockets(room).serve)


def add_no_sockets(app: Quart) -> None:
    """This app has no websocket for anybody."""

    async def refuse_it(scope: Any, receive: Receive, send: Send) -> None:
        await refuse(scope, send, 404)

    app.asgi_websocket_class = _connection_class(refuse_it)


def _connection_class(serve: Callable[[Any, Receive, Send], Awaitable[None]]) -> type[Any]:
    class Connection:
        """One websocket, as Quart wants to be given it."""

        def __init__(self, app: Quart, scope: Any) -> None:
            self._scope = scope

        async def __call__(self, receive: Any, send: Any) -> None:
            await serve(self._scope, receive, send)

    return Connection


class Sockets:
    """Lets operators' websockets in, one method call per socket."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._open = 0

    async def serve(self, scope: Any, receive: Receive, send: Send) -> None:
        """One websocket from its request to its end."""
        admitted = await self._admit(scope)
        if isinstance(admitted, int):
            await refuse(scope, send, admitted)
            return
        self._open += 1
        try:
            await self._hold(admitted, scope, receive, send)
        finally:
            self._open -= 1

    async def _admit(self, scope: Any) -> _Admitted | int:
        """Who this is, or the status to refuse with. Looks at nothing but the request."""
        room, headers = self._room, _headers(scope)
        found = _OF_A_CALL.fullmatch(scope["path"])
        if found is None and scope["path"] != _LIVE:
            return 404
        purpose = Purpose.LIVE if found is None else Purpose(found[2])
        attempt_id = "" if found is None else found[1]
        cookies = parse_cookie("; ".join(headers.get("cookie", [])))
        session = room.access.session(session_cookie(cookies))
        if session is None:
            return 401
        origins, hosts = headers.get("origin", []), headers.get("host", [])
        if len(origins) != 1 or len(hosts) != 1:
            return 403
        if not room.site.origin_is_ours(origins[0], hosts[0]):
            return 403
        try:
            if not await room.tickets.spend(_ticket(scope), session, purpose, attempt_id):
                return 403
        except OutOfReach:
            log.warning("a ticket of another worker was refused: Redis is away")
            return 503
        if room.feed.closed.is_set() or self._open >= MOST_SOCKETS:
            return 503
        if purpose is Purpose.LIVE:
            return 503 if room.feed.is_full else _Admitted(session, purpose, "")
        try:
            await room.calls.must_be_on(attempt_id)
        except Refused as why:
            return 404 if why.code == "over" else 503
        return _Admitted(session, purpose, attempt_id)

    async def _hold(self, who: _Admitted, scope: Any, receive: Receive, send: Send) -> None:
        session, attempt_id = who.session, who.attempt_id
        per_s, longest = LIMITS[who.purpose]
        peer = Peer(receive, send, per_s=per_s, longest=longest)
        # The log comes first: nobody listens unseen.
        if who.purpose is Purpose.LISTEN and not await self._room.audit.note(
            session.name, Act.LISTENED, attempt_id
        ):
            await refuse(scope, send, 503)
            return
        code = OVER
        try:
            await peer.accept()
            await until_first(self._work(who, peer), self._while_allowed(session))
        except PeerGone:
            return
        except PeerMustGo as must:
            code = must.code
        except PeerAbuses:
            code = ABUSE
        except Exception:
            log.exception("an operator's socket failed")
            code = DEFECT
        await peer.close(code)

    async def _work(self, who: _Admitted, peer: Peer) -> None:
        match who.purpose:
            case Purpose.LIVE:
                await live_socket.serve(self._room, peer, who.session)
            case Purpose.LISTEN:
                await listen_socket.serve(self._room, peer, who.session, who.attempt_id)
            case Purpose.SPEAK:
                await speak_socket.serve(self._room, peer, who.session, who.attempt_id)

    async def _while_allowed(self, session: Session) -> None:
        """Raises PeerMustGo once the session is over or the service about to stop."""
        room = self._room
        while room.access.goes_on(session):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await room.feed.closed.wait()
                    raise PeerMustGo(GOING_AWAY)
        raise PeerMustGo(LOGGED_OUT)


def _headers(scope: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return found


def _ticket(scope: Any) -> str:
    try:
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"), max_num_fields=5)
    except ValueError:
        return ""
    return str(query.get("ticket", [""])[0])

"""Stands before every route of the operators: who comes in, and with which headers one leaves.

Closed unless named here: a route that is added later is guarded too.
"""

from __future__ import annotations

import logging
import secrets
from urllib.parse import quote

from quart import Blueprint, Quart, Response, g, redirect, request
from quart.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from data.store import StoreError
from vocero.operators.access import Session, session_cookie
from vocero.operators.answers import Refused, json_answer, refused
from vocero.operators.origins import socket_sources
from vocero.operators.page_files import BASE_PATH
from vocero.operators.room import Room

log = logging.getLogger(__name__)

READING = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN = frozenset({"operators.login_page", "operators.login", "operators.static_file"})
"""Endpoints for whoever has not logged in."""
FOR_PROGRAMS = (f"{BASE_PATH}/api/",)
FILES = ("/sound.wav", "/recording.zip")


def add_guard(blueprint: Blueprint, room: Room) -> None:
    """Nobody gets past without a session; nothing is done without its token and our Origin."""

    @blueprint.before_request
    async def check() -> ResponseReturnValue | None:
        is_open = request.endpoint in OPEN
        session = room.access.session(session_cookie(request.cookies))
        if session is None and not is_open:
            return _to_login()
        g.session = session
        if request.method in READING:
            return None
        origins, hosts = request.headers.getlist("Origin"), request.headers.getlist("Host")
        if len(origins) != 1 or len(hosts) != 1:
            return _forged()
        if not room.site.origin_is_ours(origins[0], hosts[0]):
            return _forged()
        if is_open or session is None:
            return None
        offered = request.headers.get("X-CSRF-Token")
        if offered is None and not _for_programs():
            offered = (await request.form).get("csrf")
        return None if room.access.csrf_is_right(session, offered) else _forged()

    @blueprint.errorhandler(Exception)
    async def failed(error: Exception) -> ResponseReturnValue:
        if isinstance(error, Refused):
            return refused(error.code)
        if isinstance(error, HTTPException):
            status = error.code or 500
            return _plain("not_found" if status == 404 else "bad_request", status)
        if isinstance(error, StoreError | TimeoutError):
            log.error("an operator's request failed: %s", error or "the store took too long")
        else:
            log.error("an operator's request failed", exc_info=error)
        return _plain("trouble", 503)


def add_headers(app: Quart) -> None:
    """What every answer below the operators' path tells the browser."""

    @app.after_request
    async def tell(response: Response) -> Response:
        if request.path == BASE_PATH or request.path.startswith(f"{BASE_PATH}/"):
            headers = response.headers
            headers["Content-Security-Policy"] = _policy()
            headers["X-Content-Type-Options"] = "nosniff"
            # "no-referrer" would make browsers send "Origin: null" with a form, and no such form is
            # let in. This tells other sites just as little.
            headers["Referrer-Policy"] = "same-origin"
            headers["Permissions-Policy"] = "microphone=(self)"
            headers["Cross-Origin-Opener-Policy"] = "same-origin"
            headers["Cross-Origin-Resource-Policy"] = "same-origin"
            headers.setdefault("Cache-Control", "no-store")
        return response


def logged_in() -> Session:
    """Whose request this is, behind the guard."""
    session = g.session
    assert isinstance(session, Session), "the guard lets nobody else in"
    return session


def nonce() -> str:
    """That of this answer, for styles."""
    known = g.get("nonce")
    if known is None:
        known = g.nonce = secrets.token_urlsafe(16)
    return str(known)


def _policy() -> str:
    sockets = socket_sources(request.headers.get("Host"))
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'self' 'nonce-{nonce()}'",
            "img-src 'self' data:",
            "font-src 'self'",
            f"connect-src 'self' {sockets}".rstrip(),
            "media-src 'self' blob:",
            "worker-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


def _for_programs() -> bool:
    return request.path.startswith(FOR_PROGRAMS) or request.path.endswith(FILES)


def _to_login() -> ResponseReturnValue:
    if _for_programs() or request.method not in READING:
        return refused("login")
    wanted = request.full_path.rstrip("?")
    return redirect(f"{BASE_PATH}/login?next={quote(wanted, safe='/')}", 303)


def _forged() -> Response:
    return _plain("forged", 403)


def _plain(code: str, status: int) -> Response:
    if _for_programs():
        return json_answer({"error": code}, status)
    return Response(f"{code}\n", status=status, content_type="text/plain; charset=utf-8")

"""The pages themselves, logging in and out, and the page's files."""

from __future__ import annotations

import re

from quart import Blueprint, Response, redirect, request
from quart.typing import ResponseReturnValue

from vocero.operators.access import COOKIE, SESSION_S, readable_name
from vocero.operators.audit import Act
from vocero.operators.guard import logged_in, nonce
from vocero.operators.page_files import BASE_PATH, PageFiles
from vocero.operators.room import Room

HTML = "text/html; charset=utf-8"
LANGUAGES = ("es", "en")
LANGUAGE_COOKIE = "vocero_lang"
YEAR_S = 365 * 24 * 3600
HOME = f"{BASE_PATH}/"
LONGEST_PASSWORD = 1000
LONGEST_ID = 100
_PATH = re.compile(r"/operator(/[A-Za-z0-9._~%/-]*)?(\?[A-Za-z0-9._~%/=&+:-]*)?", re.ASCII)
_LOGIN = f"{BASE_PATH}/log"


def add_pages(blueprint: Blueprint, room: Room) -> None:
    """Every HTML route."""

    @blueprint.get("/")
    async def live_page() -> Response:
        return _page(room, "live")

    @blueprint.get("/calls")
    async def calls_page() -> Response:
        return _page(room, "calls")

    @blueprint.get("/calls/<attempt_id>")
    async def call_page(attempt_id: str) -> Response:
        # Whether there is one is told by what the page asks for next.
        return _page(room, "call", call=attempt_id[:LONGEST_ID])

    @blueprint.get("/day")
    async def day_page() -> Response:
        return _page(room, "day")

    @blueprint.get("/acts")
    async def acts_page() -> Response:
        return _page(room, "acts")

    @blueprint.get("/static/<version>/<path:path>")
    async def static_file(version: str, path: str) -> Response:
        return static_answer(room.files, version, path)

    _add_login(blueprint, room)


def static_answer(files: PageFiles, version: str, path: str) -> Response:
    """A static file, for ever; the next release has another address for it."""
    asset = files.asset(version, path)
    if asset is None:
        return Response("not_found\n", status=404, content_type="text/plain")
    headers = {"Cache-Control": f"public, max-age={YEAR_S}, immutable"}
    return Response(asset.content, content_type=asset.content_type, headers=headers)


def _add_login(blueprint: Blueprint, room: Room) -> None:
    @blueprint.get("/login")
    async def login_page() -> Response:
        return _login(room, 200)

    @blueprint.post("/login")
    async def login() -> ResponseReturnValue:
        form = await request.form
        address, now = request.remote_addr or "", room.needs.now()
        wait_s = room.limit.wait_s(address, now)
        if wait_s:
            return _login(room, 429, error="wait", wait_s=wait_s)
        name, password = readable_name(form.get("name", "")), form.get("password", "")
        if not name:
            return _login(room, 400, error="name")
        if len(password) > LONGEST_PASSWORD or not room.access.password_is_right(password):
            # Counted before anything is awaited: many at once are no way around the limit.
            room.limit.failed(address, now)
            room.told.login_failed(address)
            await room.audit.note(name, Act.LOGIN_FAILED, detail=address)
            return _login(room, 401, error="wrong", wait_s=room.limit.wait_s(address, now))
        session, cookie = room.access.begin(name)
        await room.audit.note(session.name, Act.LOGIN, detail=address)
        answer = Response("", status=303, headers={"Location": local_path(form.get("next", ""))})
        answer.set_cookie(
            COOKIE,
            cookie,
            max_age=SESSION_S,
            path=BASE_PATH,
            secure=room.site.is_https(request.headers.get("Host")),
            httponly=True,
            samesite="Strict",
        )
        return answer

    @blueprint.post("/logout")
    async def logout() -> ResponseReturnValue:
        session = logged_in()
        room.access.end(session)
        room.told.logged_out(session)
        await room.audit.note(session.name, Act.LOGOUT)
        answer = redirect(f"{BASE_PATH}/login", 303)
        answer.delete_cookie(COOKIE, path=BASE_PATH, httponly=True, samesite="Strict")
        return answer


def local_path(wanted: str) -> str:
    """Where a login leads: a page of ours and never another site's."""
    known = _PATH.fullmatch(wanted) is not None and "//" not in wanted
    return wanted if known and not wanted.startswith(_LOGIN) else HOME


def _page(room: Room, name: str, call: str = "") -> Response:
    session = logged_in()
    values: dict[str, object] = {
        "csrf": room.access.csrf(session),
        "name": session.name,
        "call": call,
    }
    return _rendered(room, name, 200, values)


def _login(room: Room, status: int, *, error: str = "", wait_s: int = 0) -> Response:
    values: dict[str, object] = {"error": error, "wait_s": wait_s}
    values["next"] = local_path(request.args.get("next", ""))
    answer = _rendered(room, "login", status, values)
    if wait_s:
        answer.headers["Retry-After"] = str(wait_s)
    return answer


def _rendered(room: Room, name: str, status: int, values: dict[str, object]) -> Response:
    secure = room.site.is_secure(request.headers.get("Host"))
    return rendered(room.files, name, status, {"secure": secure, **values})


def rendered(files: PageFiles, name: str, status: int, values: dict[str, object]) -> Response:
    """A page in the reader's language; what a template may name is always there."""
    language, chosen = _language()
    known: dict[str, object] = {
        "page": name,
        "lang": language,
        "nonce": nonce(),
        "secure": False,
        "csrf": "",
        "name": "",
        "call": "",
        "next": "",
        "error": "",
        "wait_s": 0,
        **values,
    }
    text = files.render(f"{name}.html", {**known, "call_id": known["call"]})
    answer = Response(text, status=status, content_type=HTML)
    if chosen:
        answer.set_cookie(
            LANGUAGE_COOKIE, language, max_age=YEAR_S, path=BASE_PATH, samesite="Strict"
        )
    return answer


def _language() -> tuple[str, bool]:
    """The language, and whether it was just chosen."""
    asked = request.args.get("lang", "")
    if asked in LANGUAGES:
        return asked, True
    kept = request.cookies.get(LANGUAGE_COOKIE, "")
    if kept in LANGUAGES:
        return kept, False
    return request.accept_languages.best_match(LANGUAGES) or "es", False

"""Puts the listening room into a Vocero's web side, or a page that says why there is none."""

from __future__ import annotations

from quart import Blueprint, Quart, Response

from vocero.operators.acts import add_acts
from vocero.operators.downloads import add_downloads
from vocero.operators.guard import add_guard, add_headers
from vocero.operators.needs import OperatorsNeeds
from vocero.operators.page_files import BASE_PATH, PageFiles
from vocero.operators.pages import add_pages, rendered, static_answer
from vocero.operators.past_calls import add_past_calls
from vocero.operators.room import Room, open_room
from vocero.operators.sockets import add_no_sockets, add_sockets

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def add_operators(app: Quart, needs: OperatorsNeeds) -> Room:
    """Every route and socket of the operators; its feed is still to be run."""
    room = open_room(needs, PageFiles())
    blueprint = Blueprint("operators", __name__, url_prefix=BASE_PATH)
    add_guard(blueprint, room)
    add_pages(blueprint, room)
    add_acts(blueprint, room)
    add_past_calls(blueprint, room)
    add_downloads(blueprint, room)
    app.register_blueprint(blueprint)
    add_headers(app)
    add_sockets(app, room)
    return room


def add_no_operators(app: Quart) -> None:
    """Nobody can log in without a password: say so wherever somebody looks (404)."""
    files = PageFiles()

    async def off(rest: str = "") -> Response:
        return rendered(files, "off", 404, {})

    async def static_file(version: str, path: str) -> Response:
        return static_answer(files, version, path)

    app.add_url_rule(f"{BASE_PATH}/static/<version>/<path:path>", view_func=static_file)
    for rule in (BASE_PATH, f"{BASE_PATH}/", f"{BASE_PATH}/<path:rest>"):
        app.add_url_rule(rule, f"operators_off {rule}", off, methods=METHODS, strict_slashes=True)
    add_no_sockets(app)
    add_headers(app)

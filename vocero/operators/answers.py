"""JSON answers, and the codes in which the pages are told why something was not done."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from quart import Response, request

STATUS: Mapping[str, int] = {
    "login": 401,
    "forged": 403,
    "not_found": 404,
    "over": 409,
    "not_talking": 409,
    "busy": 409,
    "still_live": 409,
    "bad_keys": 400,
    "bad_request": 400,
    "too_long": 400,
    "trouble": 503,
    "unreachable": 503,
    "unanswered": 503,
}
"""HTTP status by code. The page has words for each."""


class Refused(Exception):
    """Not done; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def json_answer(value: object, status: int = 200) -> Response:
    """Any JSON value."""
    # In ASCII: half a surrogate pair, which an agent's JSON can hold, has no other form.
    text = json.dumps(value, separators=(",", ":"))
    return Response(text, status=status, content_type="application/json")


def done(**more: object) -> Response:
    """It was done."""
    return json_answer({"ok": True, **more})


def refused(code: str) -> Response:
    """It was not."""
    return json_answer({"error": code}, STATUS[code])


async def asked() -> dict[str, Any]:
    """The object in a request's body; nothing at all counts as an empty one. Raises Refused."""
    body = await request.get_data(as_text=False)
    if not body:
        return {}
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Refused("bad_request")
    return value


def text_of(fields: Mapping[str, Any], name: str, longest: int, *, least: int = 1) -> str:
    """A text among what was asked. Raises Refused."""
    value = fields.get(name, "")
    if not isinstance(value, str) or len(value.strip()) < least:
        raise Refused("bad_request")
    if len(value) > longest:
        raise Refused("too_long")
    return value

"""The agent's tools over HTTP, for agents set up with server tools (the original plan's way).

Who has the secret may answer for any live call, so it is compared in constant time, before
anything else is looked at; it is never logged and never repeated. Every answer of a tool, and every
refusal, has that tool's shape: a model reads it.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import Awaitable, Mapping
from typing import Protocol

from quart import Quart, Response, request
from werkzeug.exceptions import HTTPException

from data.call_context import rest_is_for_call
from vocero.bus.bus import Bus, Json, NoAnswer, OutOfReach
from vocero.operators.words import is_id

log = logging.getLogger(__name__)

VERDICTS = {"validate_slot": "valid", "report_result": "success"}
"""The tools that there are, and the word that tells whether it went well."""
WINDOW_S = 60.0
MOST_WRONG = 30
"""Wrong secrets in a window that are answered 401; what is over it is told to wait (429). The
right secret always passes: whoever guesses must not be able to keep the agent out."""


TOOL = "tool"
TOOL_S = 15.0
"""How long another worker may take to answer for its call."""
LONGEST_ANSWER = 50_000
AWAY = (
    "this could not be passed on to whoever keeps the call; try once more, and if it fails again "
    "say that it will be checked later"
)


class LiveTools(Protocol):
    """Answers tool calls of live calls."""

    def is_live(self, attempt_id: str) -> bool: ...

    async def answer_json(
        self, attempt_id: str, name: str, parameters: Mapping[str, object]
    ) -> str: ...


class WrongSecrets:
    """How many wrong secrets came lately; one line in the log per window. Time is an argument."""

    def __init__(self) -> None:
        self._began = 0.0
        self._count = 0

    def wait_s(self, now: float) -> int:
        """Another one came: how long whoever sent it should wait, in seconds; 0 for not at all."""
        if not 0 <= now - self._began < WINDOW_S:
            self._began, self._count = now, 0
        self._count += 1
        if self._count == 1:
            log.warning("/api/tools was asked with a missing or wrong TOOLS_SECRET")
        elif self._count == MOST_WRONG + 1:
            log.warning("/api/tools: more than %d wrong secrets in a minute", MOST_WRONG)
        if self._count <= MOST_WRONG:
            return 0
        return int(self._began + WINDOW_S - now) + 1


def add_tools_api(app: Quart, secret: str, tools: LiveTools, bus: Bus) -> None:
    """Adds /api/tools/validate_slot and /api/tools/report_result; call it only with a secret.

    A request that lands on a worker that has not the call is passed on to the one that has.
    """
    wrong = WrongSecrets()
    bus.answer(TOOL, lambda worker, call_id, fields: _for_another(tools, call_id, fields))

    async def answer(name: str) -> Response:
        if not _is_right(request.headers.get("Authorization", ""), secret):
            wait_s = wrong.wait_s(asyncio.get_running_loop().time())
            refusal = _refused(name, "the bearer secret is missing or wrong", 401)
            refusal.headers["WWW-Authenticate"] = "Bearer"
            if wait_s:
                refusal = _refused(name, "too many wrong secrets, try again later", 429)
                refusal.headers["Retry-After"] = str(wait_s)
            return refusal
        try:
            body = json.loads(await request.get_data(as_text=False))
        except HTTPException as error:  # too long, or too slow: `vocero.web` sets the limits
            return _refused(name, f"the body was not taken: {error.name.lower()}", error.code)
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            return _refused(name, "the body must be a JSON object", 400)
        call_id = body.pop("call_id", None)
        if not isinstance(call_id, str) or not call_id:
            return _refused(name, "call_id is missing: send the dynamic variable call_id", 404)
        if tools.is_live(call_id):
            rest_is_for_call(call_id)
            answered: str | None = await tools.answer_json(call_id, name, body)
        else:
            try:
                answered = await _asked_elsewhere(bus, call_id, name, body)
            except (OutOfReach, NoAnswer):
                return _refused(name, AWAY, 503)
        if answered is None:
            return _refused(name, "call_id names no live call", 404)
        return Response(answered, content_type="application/json")

    @app.post("/api/tools/validate_slot")
    async def validate_slot() -> Response:
        return await answer("validate_slot")

    @app.post("/api/tools/report_result")
    async def report_result() -> Response:
        return await answer("report_result")


async def _asked_elsewhere(bus: Bus, call_id: str, name: str, body: Json) -> str | None:
    """What the worker answers that has this call; None: nobody has. Raises as `Bus.ask`."""
    if not is_id(call_id):
        return None
    told = await bus.ask(TOOL, call_id, {"name": name, "body": body}, longest_s=TOOL_S)
    if told is None:
        return None
    answer = told.get("answer")
    if not isinstance(answer, str) or len(answer) > LONGEST_ANSWER:
        raise NoAnswer
    return answer


def _for_another(tools: LiveTools, call_id: str, fields: Json) -> Awaitable[Json] | None:
    """Another worker was asked about this call."""
    name, body = fields.get("name"), fields.get("body")
    if not isinstance(name, str) or name not in VERDICTS or not isinstance(body, dict):
        return None
    if not tools.is_live(call_id):
        return None

    async def answered() -> Json:
        rest_is_for_call(call_id)
        return {"answer": await tools.answer_json(call_id, name, body)}

    return answered()


def _is_right(offered: str, secret: str) -> bool:
    # The scheme's case does not matter (RFC 9110, 11.1), and it is no secret.
    scheme, _, token = offered.partition(" ")
    same = hmac.compare_digest(token.strip().encode(), secret.encode())
    return same and scheme.lower() == "bearer"


def _refused(name: str, message: str, status: int | None) -> Response:
    body = json.dumps({VERDICTS[name]: False, "message": message})
    return Response(body, status=status or 400, content_type="application/json")

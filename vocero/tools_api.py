"""The agent's tools over HTTP, for agents set up with server tools (the original plan's way)."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from typing import Protocol

from quart import Quart, Response, request


class LiveTools(Protocol):
    """Answers tool calls of live calls."""

    def is_live(self, attempt_id: str) -> bool: ...

    async def answer_json(
        self, attempt_id: str, name: str, parameters: Mapping[str, object]
    ) -> str: ...


def add_tools_api(app: Quart, secret: str, tools: LiveTools) -> None:
    """Adds /api/tools/validate_slot and /api/tools/report_result; call it only with a secret."""

    async def answer(name: str) -> Response:
        offered = request.headers.get("Authorization", "")
        if not hmac.compare_digest(offered.encode(), f"Bearer {secret}".encode()):
            return _json({"message": "the bearer secret is missing or wrong"}, 401)
        try:
            body = json.loads(await request.get_data(as_text=False))
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            return _json({"message": "the body must be a JSON object"}, 400)
        call_id = body.pop("call_id", None)
        if not isinstance(call_id, str) or not tools.is_live(call_id):
            return _json({"message": "call_id names no live call"}, 404)
        return Response(
            await tools.answer_json(call_id, name, body), content_type="application/json"
        )

    @app.post("/api/tools/validate_slot")
    async def validate_slot() -> Response:
        return await answer("validate_slot")

    @app.post("/api/tools/report_result")
    async def report_result() -> Response:
        return await answer("report_result")


def _json(body: Mapping[str, object], status: int) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json")

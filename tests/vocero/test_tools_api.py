"""The agent's tools over HTTP: only with the secret, only for live calls."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from simulation.clock import run_virtual
from simulation.scenes import BOOKED
from vocero.rehearsal import Rehearsal, in_virtual_time

SECRET = "a-long-secret-for-tools"
ROUTES = ("/api/tools/validate_slot", "/api/tools/report_result")


async def _post(
    rehearsal: Rehearsal, path: str, body: object, secret: str | None = SECRET
) -> tuple[int, Any]:
    headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = await rehearsal.service.app.test_client().post(path, data=data, headers=headers)
    text = await response.get_data(as_text=True)
    is_json = response.content_type.startswith("application/json")
    return response.status_code, json.loads(text) if is_json else text


def _during_a_call(tmp_path: Path, settings: dict[str, str], story: Any) -> None:
    async def whole() -> None:
        async with in_virtual_time(BOOKED, tmp_path, settings=settings) as rehearsal:
            await rehearsal.world.customer.play(BOOKED.customer[:3])
            await rehearsal.world.twilio.call_reaches("ringing")
            (record,) = await rehearsal.service.store.calls()
            await story(rehearsal, record.attempt.attempt_id)

    run_virtual(whole())


def test_a_slot_is_checked_and_a_result_taken(tmp_path: Path) -> None:
    async def story(rehearsal: Rehearsal, attempt_id: str) -> None:
        slot = {"call_id": attempt_id, "date": "mañana", "time": "17:00"}
        status, answer = await _post(rehearsal, ROUTES[0], slot)
        assert status == 200
        assert answer["valid"] is True and isinstance(answer["message"], str)
        status, answer = await _post(rehearsal, ROUTES[0], {**slot, "time": "09:00"})
        assert status == 200 and answer["valid"] is False
        result = {"call_id": attempt_id, "status": "no_availability", "notes": "lleno"}
        status, answer = await _post(rehearsal, ROUTES[1], result)
        assert (status, answer["success"]) == (200, True)

    _during_a_call(tmp_path, {"TOOLS_SECRET": SECRET}, story)


def test_who_does_not_know_the_secret_learns_nothing(tmp_path: Path) -> None:
    async def story(rehearsal: Rehearsal, attempt_id: str) -> None:
        for path in ROUTES:
            for secret in (None, "", "wrong", SECRET[:-1], "ñ"):
                status, answer = await _post(rehearsal, path, {"call_id": attempt_id}, secret)
                assert status == 401 and SECRET not in str(answer)

    _during_a_call(tmp_path, {"TOOLS_SECRET": SECRET}, story)


def test_calls_that_are_not_live_and_odd_bodies_are_refused(tmp_path: Path) -> None:
    async def story(rehearsal: Rehearsal, attempt_id: str) -> None:
        for path in ROUTES:
            for body in ({}, {"call_id": "f" * 32}, {"call_id": 7}, {"call_id": None}):
                assert (await _post(rehearsal, path, body))[0] == 404
            for raw in (b"", b"[]", b"{", b"null", b'"x"', b"\xff", b"[" * 50_000):
                assert (await _post(rehearsal, path, raw))[0] == 400
            odd = {"call_id": attempt_id, "date": ["x"], "status": {}, "time": 5}
            status, answer = await _post(rehearsal, path, odd)
            assert status == 200
            assert answer.get("valid", answer.get("success")) is False
            assert (await _post(rehearsal, path, b" " * 70_000))[0] in (400, 413)

    _during_a_call(tmp_path, {"TOOLS_SECRET": SECRET}, story)


def test_without_a_secret_there_are_no_such_routes(tmp_path: Path) -> None:
    async def story(rehearsal: Rehearsal, attempt_id: str) -> None:
        for path in ROUTES:
            assert (await _post(rehearsal, path, {"call_id": attempt_id}, ""))[0] == 404

    _during_a_call(tmp_path, {}, story)

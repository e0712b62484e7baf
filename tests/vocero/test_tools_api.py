"""The agent's tools over HTTP: only with the secret, only for live calls."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simulation.clock import run_virtual
from simulation.scenes import BOOKED
from vocero.rehearsal import Rehearsal, in_virtual_time
from vocero.tools_api import MOST_WRONG, WINDOW_S, WrongSecrets

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


def test_every_refusal_has_the_shape_of_the_tools_answers(tmp_path: Path) -> None:
    async def story(rehearsal: Rehearsal, attempt_id: str) -> None:
        for path, verdict in zip(ROUTES, ("valid", "success"), strict=True):
            for body, secret, status in (
                ({"call_id": attempt_id}, "wrong", 401),
                ({"call_id": "f" * 32}, SECRET, 404),
                ({}, SECRET, 404),
                (b"[]", SECRET, 400),
                (b" " * 70_000, SECRET, 413),
            ):
                got, answer = await _post(rehearsal, path, body, secret)
                assert got == status
                assert set(answer) == {verdict, "message"} and answer[verdict] is False
                assert answer["message"]

    _during_a_call(tmp_path, {"TOOLS_SECRET": SECRET}, story)


def test_a_call_that_is_over_is_refused(tmp_path: Path) -> None:
    async def whole() -> None:
        settings = {"TOOLS_SECRET": SECRET}
        async with in_virtual_time(BOOKED, tmp_path, settings=settings) as rehearsal:
            played = await rehearsal.play()
            assert played.record is not None
            call = {"call_id": played.record.attempt.attempt_id}
            status, answer = await _post(rehearsal, ROUTES[1], {**call, "status": "failed"})
            assert (status, answer["success"]) == (404, False)
            record = await rehearsal.service.store.call(call["call_id"])
            assert record is not None and record.result == played.result

    run_virtual(whole())


def test_the_scheme_may_be_written_in_any_case_and_must_be_bearer(tmp_path: Path) -> None:
    async def story(rehearsal: Rehearsal, attempt_id: str) -> None:
        slot = {"call_id": attempt_id, "date": "mañana", "time": "17:00"}
        client = rehearsal.service.app.test_client()
        for header, status in {
            f"Bearer {SECRET}": 200,
            f"bearer {SECRET}": 200,
            f"BEARER  {SECRET} ": 200,
            f"Basic {SECRET}": 401,
            SECRET: 401,
            f"Bearer {SECRET}x": 401,
            "Bearer ": 401,
            "Bearer": 401,
        }.items():
            answer = await client.post(ROUTES[0], json=slot, headers={"Authorization": header})
            assert answer.status_code == status, header
            assert ("WWW-Authenticate" in answer.headers) == (status == 401)

    _during_a_call(tmp_path, {"TOOLS_SECRET": SECRET}, story)


def test_who_guesses_is_told_to_wait_and_keeps_nobody_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(rehearsal: Rehearsal, attempt_id: str) -> None:
        slot = {"call_id": attempt_id, "date": "mañana", "time": "17:00"}
        statuses = [
            (await _post(rehearsal, ROUTES[0], slot, f"guess-{number}"))[0] for number in range(200)
        ]
        assert statuses == [401] * MOST_WRONG + [429] * (200 - MOST_WRONG)
        assert (await _post(rehearsal, ROUTES[0], slot))[0] == 200

    _during_a_call(tmp_path, {"TOOLS_SECRET": SECRET}, story)
    told = [each.getMessage() for each in caplog.records if each.name == "vocero.tools_api"]
    assert len(told) == 2
    assert SECRET not in caplog.text and "guess-" not in caplog.text


def test_after_a_minute_guesses_are_counted_anew() -> None:
    wrong = WrongSecrets()
    assert [wrong.wait_s(100.0) for _ in range(MOST_WRONG)] == [0] * MOST_WRONG
    assert wrong.wait_s(100.0) == WINDOW_S + 1
    assert wrong.wait_s(130.5) == 30
    assert wrong.wait_s(100.0 + WINDOW_S) == 0
    # Whatever clock it is.
    assert wrong.wait_s(5.0) == 0


def test_report_result_answers_as_planned_whatever_is_sent(tmp_path: Path) -> None:
    async def story(rehearsal: Rehearsal, attempt_id: str) -> None:
        call = {"call_id": attempt_id}
        for wrong in (
            {"status": "busy"},
            {"status": "booked"},
            {"status": "booked", "date": "x" * 81},
            {"status": "failed", "notes": float("nan")},
            {},
        ):
            status, answer = await _post(rehearsal, ROUTES[1], {**call, **wrong})
            assert (status, answer["success"]) == (200, False)
            assert set(answer) == {"success", "message"} and "x" * 81 not in answer["message"]
        first = {**call, "status": "no_availability", "an": {"extra": ["field"]}}
        for sent, stands in ((first, True), (first, True), ({**call, "status": "failed"}, False)):
            status, answer = await _post(rehearsal, ROUTES[1], sent)
            assert (status, answer["success"]) == (200, stands), answer

    _during_a_call(tmp_path, {"TOOLS_SECRET": SECRET}, story)

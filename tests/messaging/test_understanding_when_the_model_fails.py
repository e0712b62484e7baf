"""A model that fails in every way: the rules answer, at once, and nothing private is logged."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import httpx2
import openai
import pytest

from messaging.understanding import Understanding
from orchestration.ports import ReadingContext

Situation = Callable[..., ReadingContext]
Model = Any  # the fixture's class: an OpenAI-compatible server in memory


def odd(model: Model, name: str) -> None:
    match name:
        case "not json":
            model.replies("sure, here you go")
        case "deep":
            model.replies("[" * 7000)
        case "wrong enum":
            model.replies(json.dumps({"intent": "dial_now"}))
        case "wrong types":
            model.replies(json.dumps({"intent": "help", "service_type": {"a": 1}}))
        case "empty":
            model.replies("")
        case "null":
            model.replies(None)
        case "huge":
            model.replies(json.dumps({"intent": "help", "service_type": "x" * 100_000}))
        case "refusal":
            model.replies(None, refusal="I cannot help with that")
        case "truncated":
            model.replies('{"intent": "confirm"', finish="length")
        case "filtered":
            model.replies('{"intent": "confirm"}', finish="content_filter")
        case "no choices":
            model.answers_with(200, json={"choices": []})
        case "choices of null":
            model.answers_with(200, json={"choices": None})
        case "a list":
            model.answers_with(200, json=[1, 2])
        case "html":
            model.answers_with(200, text="<html>", headers={"content-type": "text/html"})
        case "broken json":
            model.answers_with(200, text="{", headers={"content-type": "application/json"})
        case "unauthorized":
            model.answers_with(401, json={"error": {"message": "bad key sk-canary"}})
        case "no quota":
            model.answers_with(429, json={"error": {"code": "insufficient_quota"}})
        case "come back in a minute":
            model.answers_with(429, headers={"retry-after": "60"})
        case "come back at a date":
            model.answers_with(429, headers={"retry-after": "Wed, 12 Aug 2026 13:30:00 GMT"})


ODD = (
    *("not json", "deep", "wrong enum", "wrong types", "empty", "null", "huge", "refusal"),
    *("truncated", "filtered", "no choices", "choices of null", "a list", "html", "broken json"),
    *("unauthorized", "no quota", "come back in a minute", "come back at a date"),
)


@pytest.mark.parametrize("name", ODD)
async def test_odd_answers_leave_it_to_the_rules_at_once(
    model: Model,
    reader: Understanding,
    situation: Situation,
    caplog: pytest.LogCaptureFixture,
    name: str,
) -> None:
    odd(model, name)
    with caplog.at_level(logging.DEBUG, logger="messaging"):
        parsed = await reader.understand("necesito un plomero en Palermo", situation())
    assert (parsed.service_type, parsed.location) == ("plomero", "Palermo")
    assert len(model.requests) == 1
    assert "read by rules" in caplog.text
    assert "canary" not in caplog.text and "Palermo" not in caplog.text


@pytest.mark.parametrize("status", [500, 502, 503, 429])
async def test_a_passing_failure_is_tried_once_more(
    model: Model, reader: Understanding, situation: Situation, status: int
) -> None:
    model.answers_with(status)
    model.says("search_and_call", service_type="podólogo")
    parsed = await reader.understand("ando buscando podólogo", situation())
    assert parsed.service_type == "podólogo" and len(model.requests) == 2


async def test_a_lasting_failure_is_not_tried_for_ever(
    model: Model, reader: Understanding, situation: Situation
) -> None:
    model.breaks_off()
    model.breaks_off()
    parsed = await reader.understand("necesito un plomero", situation())
    assert parsed.service_type == "plomero" and len(model.requests) == 2


async def test_a_model_that_never_answers(model: Model, situation: Situation) -> None:
    model.hangs = True
    async with openai.DefaultAsyncHttpxClient(
        transport=httpx2.MockTransport(model.handle)
    ) as client:
        reader = Understanding("sk", "http://model.test/v1", http_client=client, budget_s=0.05)
        parsed = await reader.understand("necesito un plomero", situation())
    assert parsed.service_type == "plomero"


async def test_a_model_without_temperature_is_learnt(
    model: Model, reader: Understanding, situation: Situation
) -> None:
    error = {"message": "unsupported", "param": "temperature", "code": "unsupported_value"}
    model.answers_with(400, json={"error": error})
    model.says("help")
    model.says("help")
    await reader.understand("che, una pregunta rara", situation())
    await reader.understand("che, otra pregunta rara", situation())
    assert ["temperature" in model.sent(number) for number in range(3)] == [True, False, False]


async def test_another_bad_request_is_final(
    model: Model, reader: Understanding, situation: Situation
) -> None:
    model.answers_with(400, json={"error": {"message": "no", "param": "model"}})
    await reader.understand("che, una pregunta rara", situation())
    assert len(model.requests) == 1


FIRST_CALL = """
import asyncio, datetime, json, sys
from messaging.understanding import Understanding
from data.errand import ConversationStatus
from orchestration.ports import ReadingContext

ANSWER = json.dumps({"choices": [{"index": 0, "finish_reason": "stop", "message":
    {"role": "assistant", "content": json.dumps({"intent": "help", "service_type": "seen"})}}]})

async def serve(reader, writer):
    head = await reader.readuntil(b"\\r\\n\\r\\n")
    length = next(line for line in head.split(b"\\r\\n") if line.lower().startswith(b"content-len"))
    await reader.readexactly(int(length.split(b":")[1]))
    writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: "
                 + str(len(ANSWER)).encode() + b"\\r\\n\\r\\n" + ANSWER.encode())
    await writer.drain()
    writer.close()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reading = Understanding("k", f"http://localhost:{port}/v1")
    before = set(sys.modules)
    context = ReadingContext(datetime.datetime.now(datetime.timezone.utc), "AR",
                             ConversationStatus.IDLE)
    parsed = await reading.understand("una pregunta rara", context)
    assert parsed.service_type == "seen", parsed
    print(sorted(set(sys.modules) - before))
    await reading.close()
    server.close()

asyncio.run(main())
"""


@pytest.mark.sockets
def test_the_first_question_loads_no_module() -> None:
    # In a fresh interpreter: loading code during a call would hold up its sound.
    ran = subprocess.run(
        [sys.executable, "-c", FIRST_CALL], capture_output=True, text=True, timeout=50, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == "[]"

"""What the tests of this room share."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import openai
import pytest

from data.errand import ConversationStatus
from messaging.model_client import ModelClient
from messaging.understanding import Understanding
from orchestration.ports import ReadingContext


@pytest.fixture
def situation() -> Callable[..., ReadingContext]:
    """Makes the context of a message: an idle customer in Argentina unless told otherwise."""

    def make(
        status: str = "idle",
        options: tuple[str, ...] = (),
        country: str = "AR",
        asked: str = "",
    ) -> ReadingContext:
        return ReadingContext(
            now=datetime(2026, 8, 12, 10, 30, tzinfo=ZoneInfo("America/Argentina/Buenos_Aires")),
            country=country,
            status=ConversationStatus(status),
            options=options,
            asked=asked,
        )

    return make


FIELDS = {
    "phone_number": None,
    "service_type": None,
    "location": None,
    "date_preference": None,
    "time_preference": None,
    "specific_request": None,
    "selected_option": None,
}


class Model:
    """An OpenAI-compatible server in memory: answers what it is told to, remembers what it got."""

    def __init__(self) -> None:
        self.requests: list[httpx2.Request] = []
        self.answers: list[Callable[[httpx2.Request], httpx2.Response]] = []
        self.hangs = False

    def says(self, intent: str, **fields: Any) -> None:
        self.replies(json.dumps({"intent": intent, **FIELDS, **fields}))

    def replies(self, content: object, *, finish: str = "stop", refusal: str | None = None) -> None:
        message = {"role": "assistant", "content": content, "refusal": refusal}
        choice = {"index": 0, "finish_reason": finish, "message": message}
        self.answers_with(200, json={"id": "c", "object": "chat.completion", "choices": [choice]})

    def answers_with(self, status: int, **response: Any) -> None:
        self.answers.append(lambda request: httpx2.Response(status, **response))

    def breaks_off(self) -> None:
        def lost(request: httpx2.Request) -> httpx2.Response:
            raise httpx2.ConnectError("refused", request=request)

        self.answers.append(lost)

    async def handle(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        if self.hangs:
            await asyncio.Event().wait()
        return self.answers.pop(0)(request)

    def sent(self, number: int = -1) -> dict[str, Any]:
        sent: dict[str, Any] = json.loads(self.requests[number].content)
        return sent


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
async def client(model: Model) -> AsyncIterator[ModelClient]:
    """What asks that server."""
    async with openai.DefaultAsyncHttpxClient(transport=httpx2.MockTransport(model.handle)) as http:
        yield ModelClient("sk-canary", "http://model.test/v1", http, pause_s=0.0)


@pytest.fixture
async def reader(model: Model) -> AsyncIterator[Understanding]:
    async with openai.DefaultAsyncHttpxClient(
        transport=httpx2.MockTransport(model.handle)
    ) as client:
        yield Understanding(
            "sk-canary", "http://model.test/v1", "small", http_client=client, pause_s=0.0
        )

"""An OpenAI for what Vocero asks of one: chat completions with a strict schema, transcriptions."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from quart import Quart, Response, jsonify, request
from quart.datastructures import FileStorage
from quart.typing import ResponseReturnValue

from simulation.meanings import Meaning, meaning_of
from simulation.readings import booking_evidence_of, invented_evidence
from simulation.serving import Served, serve_app

_HANGS_S = 300.0
HEARD_IN_SILENCE = "Subtítulos realizados por la comunidad de Amara.org"
_WISHED: Mapping[str, Meaning] = {
    "ParsedMessage": {
        "intent": "confirm",
        "phone_number": "+541140009999",
        "selected_option": 1,
    },
    "BookingEvidence": invented_evidence(),
}


class Mode(StrEnum):
    """How the model servers fare."""

    OK = "ok"
    RATE_LIMITED = "429"
    BROKEN = "500"
    TIMEOUT = "timeout"
    """The answer does not come."""
    GARBAGE = "garbage"
    """A completion whose content is not JSON."""
    REFUSAL = "refusal"
    LIES = "lies"
    """It says what an attacker wishes: yes, another number, bookings with invented quotes; and it
    hears words in silence."""


@dataclass(frozen=True, slots=True)
class ChatAsked:
    """One request for a completion."""

    model: str
    schema_name: str
    words: str
    """The last message, which must be the customer's."""
    system: tuple[str, ...]
    """The system messages."""


@dataclass(frozen=True, slots=True)
class TranscriptAsked:
    """One request for a transcription."""

    model: str
    filename: str
    size: int
    language: str


class SimulatedOpenAI:
    """Reads messages as a small honest model would: known ones by heart, others by rules.

    `answers` adds readers for other schemas, by name: words -> the fields of the answer. A schema
    that nothing is known of is refused in the vendor's way (a message with `refusal`).
    """

    def __init__(
        self,
        api_key: str,
        answers: Mapping[str, Callable[[str], Meaning]] | None = None,
    ) -> None:
        self.chats: list[ChatAsked] = []
        self.transcripts: list[TranscriptAsked] = []
        self.mode = Mode.OK
        self.app = Quart("simulated-openai")
        self._api_key = api_key
        self._answers = {"ParsedMessage": meaning_of, **(answers or {})}
        self._reads_calls = "BookingEvidence" not in self._answers
        self._voice_notes: dict[str, str] = {}
        self._failures_left: int | None = None
        self._served: Served | None = None
        self.app.before_request(self._check_key)
        self.app.post("/v1/chat/completions")(self._complete)
        self.app.post("/v1/audio/transcriptions")(self._transcribe)
        self.models = ["gpt-4o-mini", "whisper-1"]
        """What is listed."""
        self.unknown_models: set[str] = set()
        """Names that are refused; any other answers."""
        self.app.get("/v1/models")(self._list)

    def fail(self, mode: Mode, times: int | None = None) -> None:
        """From now on, or for so many requests only."""
        self.mode, self._failures_left = mode, times

    def learn_voice_note(self, sound: bytes, words: str) -> None:
        """Makes a file's words known; other files are heard as silence."""
        self._voice_notes[hashlib.sha256(sound).hexdigest()] = words

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Serve; returns the base URL as OPENAI_BASE_URL wants it, with /v1."""
        self._served = await serve_app(self.app, host, port)
        return f"{self._served.base_url}/v1"

    async def stop(self) -> None:
        """Free the port."""
        if self._served is not None:
            await self._served.stop()

    def _next_mode(self) -> Mode:
        mode = self.mode
        if self._failures_left is not None and mode is not Mode.OK:
            self._failures_left -= 1
            if self._failures_left <= 0:
                self.mode, self._failures_left = Mode.OK, None
        return mode

    async def _check_key(self) -> ResponseReturnValue | None:
        given = request.headers.get("Authorization", "").encode()
        if hmac.compare_digest(given, f"Bearer {self._api_key}".encode()):
            return None
        return _problem(401, "invalid_request_error", "Incorrect API key.", "invalid_api_key")

    async def _trouble(self, mode: Mode) -> ResponseReturnValue | None:
        if mode is Mode.RATE_LIMITED:
            answer, status = _problem(429, "requests", "Rate limit reached.", "rate_limit_exceeded")
            answer.headers["Retry-After"] = "1"
            return answer, status
        if mode is Mode.BROKEN:
            return _problem(500, "server_error", "The server had an error.")
        if mode is Mode.TIMEOUT:
            await asyncio.sleep(_HANGS_S)
        return None

    async def _complete(self) -> ResponseReturnValue:
        body = await request.get_json(force=True, silent=True)
        try:
            asked, schema = _read_chat(body)
        except ValueError as wrong:
            return _problem(400, "invalid_request_error", str(wrong))
        if asked.model in self.unknown_models:
            said = f"The model `{asked.model}` does not exist or you do not have access to it."
            return _problem(404, "invalid_request_error", said, "model_not_found")
        self.chats.append(asked)
        mode = self._next_mode()
        trouble = await self._trouble(mode)
        if trouble is not None:
            return trouble
        answer = self._answer(asked, mode)
        message: dict[str, object] = {"role": "assistant", "content": None, "refusal": None}
        if mode is Mode.GARBAGE:
            message["content"] = '{"intent": "call_number", "phone_number": '
        elif mode is Mode.REFUSAL or answer is None:
            message["refusal"] = "I'm sorry, I can't help with that."
        else:
            properties = schema.get("properties")
            names = properties if isinstance(properties, dict) else answer
            fitted = {name: answer.get(name) for name in names}
            message["content"] = json.dumps(fitted, ensure_ascii=False)
        return jsonify(_completion(asked.model, message, len(self.chats)))

    def _answer(self, asked: ChatAsked, mode: Mode) -> Meaning | None:
        """The fields of the answer; None for a schema that it does not know."""
        if mode is Mode.LIES and asked.schema_name in _WISHED:
            return _WISHED[asked.schema_name]
        if asked.schema_name == "BookingEvidence" and self._reads_calls:
            return booking_evidence_of(asked.words, asked.system)
        reader = self._answers.get(asked.schema_name)
        return reader(asked.words) if reader is not None else None

    async def _list(self) -> ResponseReturnValue:
        listed = [{"id": name, "object": "model", "owned_by": "system"} for name in self.models]
        return jsonify({"object": "list", "data": listed})

    async def _transcribe(self) -> ResponseReturnValue:
        form, files = await request.form, await request.files
        sound = files.get("file")
        model = form.get("model", "")
        if not isinstance(sound, FileStorage) or not model:
            return _problem(400, "invalid_request_error", "file and model are required.")
        data = sound.read()
        language = form.get("language", "")
        self.transcripts.append(TranscriptAsked(model, sound.filename or "", len(data), language))
        mode = self._next_mode()
        trouble = await self._trouble(mode)
        if trouble is not None:
            return trouble
        if mode is Mode.GARBAGE:
            return Response("<html>", content_type="text/html")
        silence = HEARD_IN_SILENCE if mode is Mode.LIES else ""
        words = self._voice_notes.get(hashlib.sha256(data).hexdigest(), silence)
        if form.get("response_format") == "text":
            return Response(f"{words}\n", content_type="text/plain")
        return jsonify({"text": words})


def _read_chat(body: object) -> tuple[ChatAsked, Mapping[str, object]]:
    """Raises ValueError with the vendor's complaint."""
    if not isinstance(body, dict) or not isinstance(body.get("model"), str):
        raise ValueError("you must provide a model parameter")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise ValueError("'messages' must be a non-empty array")
    for each in messages:
        if not isinstance(each, dict) or not isinstance(each.get("content"), str):
            raise ValueError("every message needs a role and content")
    if messages[-1].get("role") != "user":
        raise ValueError("the last message is expected to be the user's")
    wanted = body.get("response_format")
    if not isinstance(wanted, dict) or wanted.get("type") != "json_schema":
        raise ValueError("response_format of type json_schema is expected")
    described = wanted.get("json_schema")
    schema = described.get("schema") if isinstance(described, dict) else None
    name = described.get("name") if isinstance(described, dict) else None
    if not isinstance(described, dict) or not isinstance(schema, dict) or not isinstance(name, str):
        raise ValueError("Missing required parameter: 'response_format.json_schema'.")
    if described.get("strict") is not True:
        raise ValueError("the schema is expected to be strict")
    _check_strict(schema, name)
    system = tuple(each["content"] for each in messages if each.get("role") == "system")
    return ChatAsked(body["model"], name, messages[-1]["content"], system), schema


def _check_strict(schema: object, name: str) -> None:
    """The vendor's rules for strict schemas: closed objects, every property required."""
    if isinstance(schema, list):
        for each in schema:
            _check_strict(each, name)
    if not isinstance(schema, dict):
        return
    properties = schema.get("properties")
    if isinstance(properties, dict):
        complaint = f"Invalid schema for response_format '{name}': "
        if schema.get("additionalProperties") is not False:
            raise ValueError(complaint + "'additionalProperties' is required to be false.")
        missing = sorted(set(properties) - set(schema.get("required", ())))
        if missing:
            raise ValueError(complaint + f"'required' lacks {', '.join(missing)}.")
    for each in schema.values():
        _check_strict(each, name)


def _completion(model: str, message: Mapping[str, object], number: int) -> dict[str, object]:
    return {
        "id": f"chatcmpl-simulated{number}",
        "object": "chat.completion",
        "created": 1_700_000_000 + number,
        "model": model,
        "choices": [
            {"index": 0, "message": dict(message), "logprobs": None, "finish_reason": "stop"}
        ],
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
    }


def _problem(status: int, kind: str, message: str, code: str | None = None) -> tuple[Response, int]:
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    return jsonify(body), status

"""One client for everything that is asked of OpenAI, or of a server that speaks like it.

Questions with a strict JSON schema, and transcriptions. Whatever such a server answers, the caller
gets a checked answer or NoAnswer with a short cause, within the time it allows.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import openai
from pydantic import BaseModel, ValidationError

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionMessageParam
    from openai.types.chat.completion_create_params import ResponseFormat

_TRY_S = 7.0
"""For one try at a question; a transcription may use all the time that it is given."""
_TRIES = 2
_PAUSE_S = 0.5
_LONGEST_RETRY_AFTER_S = 2.0
_LONGEST_ANSWER = 8000

# What the SDK, its HTTP client, its event loop adapter and the cleaning of an answer import on a
# first request: loading them then would hold up every call that is being talked on.
_LOADED_LATE: Sequence[str] = (
    "concurrent.futures.thread",
    "queue",
    "stringprep",
    "encodings.idna",
    "encodings.utf_16_le",
    "anyio._backends._asyncio",
    "anyio.streams.tls",
    "httpcore._backends.anyio",
    "httpcore._backends.auto",
    "httpcore2._backends.anyio",
    "httpcore2._backends.auto",
)

# The SDK trusts the shape of what a compatible server answers; we do not.
_ODD_SHAPE = (ValueError, TypeError, AttributeError, LookupError, RecursionError)

Answer = TypeVar("Answer")
Shape = TypeVar("Shape", bound=BaseModel)


class NoAnswer(Exception):
    """The model gave nothing that can be used.

    str() says why, without anybody's words, numbers or the key.
    """

    def __init__(self, why: str, *, status: int = 0, code: str = "", param: str = "") -> None:
        super().__init__(why)
        self.status = status
        """The HTTP status of a refusal, else 0."""
        self.code = code
        """OpenAI's error code, or ""."""
        self.param = param
        """Which parameter was refused, or ""."""


class ModelClient:
    """Asks a model and validates what it says.

    Without `api_key` there is no model: `available` is False and nothing may be asked. `base_url`
    is any server that speaks OpenAI's API. `http_client` is for tests and rehearsals: what
    openai.DefaultAsyncHttpxClient returns. Before a second try it waits `pause_s`.
    """

    def __init__(
        self,
        api_key: str = "",
        base_url: str = "https://api.openai.com/v1",
        http_client: Any = None,
        *,
        pause_s: float = _PAUSE_S,
    ) -> None:
        self._pause_s = pause_s
        self._no_temperature: set[str] = set()
        """Models that turned out to take none (those that reason)."""
        self._sdk: openai.AsyncOpenAI | None = None
        if api_key:
            self._sdk = openai.AsyncOpenAI(
                api_key=api_key,
                base_url=base_url,
                timeout=_TRY_S,
                max_retries=0,  # retried here, where Retry-After cannot outlast the time allowed
                http_client=http_client,
            )
            _load_now(self._sdk)

    @property
    def available(self) -> bool:
        """Whether there is a model to ask."""
        return self._sdk is not None

    async def ask(
        self,
        model: str,
        messages: list[ChatCompletionMessageParam],
        response_format: ResponseFormat,
        shape: type[Shape],
        within_s: float,
    ) -> Shape:
        """The answer as a `shape`, within so many seconds, a retry included. Raises NoAnswer."""
        sdk = self._client()

        async def ask_once(left_s: float) -> Shape:
            return await self._ask_once(
                sdk, model, messages, response_format, shape, min(_TRY_S, left_s)
            )

        return await self._tried(ask_once, within_s, model)

    async def transcribe(
        self,
        model: str,
        sound: bytes,
        filename: str,
        content_type: str,
        language: str,
        within_s: float,
    ) -> str:
        """What is said in a sound file, as the model wrote it, within so many seconds.

        The ending of `filename` tells the format. `language` is ISO 639-1, or "". Raises NoAnswer.
        """
        sdk = self._client()

        async def transcribe_once(left_s: float) -> str:
            answer: object = await sdk.audio.transcriptions.create(
                model=model,
                file=(filename, sound, content_type),
                response_format="json",
                language=language or openai.omit,
                timeout=left_s,
            )
            words = getattr(answer, "text", None)
            if not isinstance(words, str):
                raise NoAnswer("answer of an odd shape")
            return words

        return await self._tried(transcribe_once, within_s, model)

    async def close(self) -> None:
        """Closes the connections."""
        if self._sdk is not None:
            await self._sdk.close()

    def _client(self) -> openai.AsyncOpenAI:
        if self._sdk is None:
            raise NoAnswer("no key")
        return self._sdk

    async def _tried(
        self, attempt: Callable[[float], Awaitable[Answer]], within_s: float, model: str
    ) -> Answer:
        now = asyncio.get_running_loop().time
        ends_at = now() + within_s
        try:
            async with asyncio.timeout(within_s):
                for left in range(_TRIES - 1, -1, -1):
                    try:
                        return await attempt(max(0.0, ends_at - now()))
                    except openai.APIError as failure:
                        if not left or not self._worth_retrying(failure, model):
                            raise
                    await asyncio.sleep(self._pause_s)
        except TimeoutError:
            raise NoAnswer("no answer in time") from None
        except openai.OpenAIError as failure:
            raise _no_answer(failure) from None
        except _ODD_SHAPE as odd:
            raise NoAnswer(f"answer of an odd shape: {type(odd).__name__}") from None
        raise AssertionError("unreachable: the last try returns or raises")

    def _worth_retrying(self, failure: openai.APIError, model: str) -> bool:
        if isinstance(failure, openai.APITimeoutError):
            return False  # the time is spent
        if isinstance(failure, openai.BadRequestError):
            # Learnt once, then left out.
            learnt = failure.param == "temperature" and model not in self._no_temperature
            if learnt:
                self._no_temperature.add(model)
            return learnt
        if isinstance(failure, openai.APIConnectionError | openai.InternalServerError):
            return not isinstance(failure, openai.APIStatusError) or _soon(failure)
        if isinstance(failure, openai.RateLimitError):
            return failure.code != "insufficient_quota" and _soon(failure)
        return False

    async def _ask_once(
        self,
        sdk: openai.AsyncOpenAI,
        model: str,
        messages: list[ChatCompletionMessageParam],
        response_format: ResponseFormat,
        shape: type[Shape],
        timeout_s: float,
    ) -> Shape:
        answer = await sdk.chat.completions.create(
            model=model,
            messages=messages,
            response_format=response_format,
            temperature=openai.omit if model in self._no_temperature else 0.0,
            timeout=timeout_s,
        )
        choice = answer.choices[0]
        content, reason = choice.message.content, choice.finish_reason
        if getattr(choice.message, "refusal", None):
            raise NoAnswer("refused")
        if reason not in ("stop", None):
            raise NoAnswer("cut short")
        if not isinstance(content, str) or not 0 < len(content) <= _LONGEST_ANSWER:
            raise NoAnswer("empty or huge answer")
        try:
            return shape.model_validate_json(content)
        except (ValidationError, RecursionError):
            raise NoAnswer("answer does not fit the schema") from None


def _soon(failure: openai.APIStatusError) -> bool:
    """Whether the server does not ask to be left alone for long."""
    try:
        wait_s = float(failure.response.headers.get("retry-after", "0"))
    except ValueError:
        return False
    return wait_s <= _LONGEST_RETRY_AFTER_S


def _no_answer(failure: openai.OpenAIError) -> NoAnswer:
    """Only the kind of the failure: an error's own text may quote the customer or the key."""
    name = type(failure).__name__
    if not isinstance(failure, openai.APIStatusError):
        return NoAnswer(name)
    return NoAnswer(
        f"{name} {failure.status_code}",
        status=failure.status_code,
        code=str(failure.code or ""),
        param=str(failure.param or ""),
    )


def _load_now(sdk: openai.AsyncOpenAI) -> None:
    for name in _LOADED_LATE:
        try:
            importlib.import_module(name)
        except ModuleNotFoundError:
            continue  # which of them exist depends on the SDK's version
    # Lazy properties of the SDK.
    assert sdk.chat.completions.create is not None
    assert sdk.audio.transcriptions.create is not None

"""What a customer's message means: asked of a model, checked by code, by rules when it fails."""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import openai
from pydantic import ValidationError

from data.errand import ParsedMessage
from messaging import language as languages
from messaging import rules
from messaging.context import Context
from messaging.model_check import checked
from messaging.model_question import RESPONSE_FORMAT, question
from messaging.text import composed, fold

if TYPE_CHECKING:
    from openai import AsyncOpenAI

log = logging.getLogger(__name__)

_BUDGET_S = 8.0
"""For an answer, retries included (the contract)."""
_TRY_S = 7.0
_TRIES = 2
_PAUSE_S = 0.5
_LONGEST_RETRY_AFTER_S = 2.0
_LONGEST_ANSWER = 8000

# What the SDK, its HTTP client and its event loop adapter import on a first request: loading them
# then would hold up every call that is being talked on.
_LOADED_LATE: Sequence[str] = (
    "concurrent.futures.thread",
    "queue",
    "stringprep",
    "encodings.idna",
    "anyio._backends._asyncio",
    "anyio.streams.tls",
    "httpcore._backends.anyio",
    "httpcore._backends.auto",
    "httpcore2._backends.anyio",
    "httpcore2._backends.auto",
)


class NoAnswer(Exception):
    """The model gave nothing that can be used; str() says why, without the customer's words."""


class Understanding:
    """Reads messages (fits orchestration.ports.Reader).

    Without `api_key` it reads by rules alone. `base_url` is any server that speaks OpenAI's chat
    completions. `http_client` is for tests: what openai.DefaultAsyncHttpxClient returns.
    An answer takes at most `budget_s`; before a second try it waits `pause_s`.
    """

    def __init__(
        self,
        api_key: str = "",
        base_url: str = "https://api.openai.com/v1",
        model: str = "gpt-4o-mini",
        *,
        http_client: Any = None,
        budget_s: float = _BUDGET_S,
        pause_s: float = _PAUSE_S,
    ) -> None:
        self._model = model
        self._budget_s = budget_s
        self._pause_s = pause_s
        self._temperature: float | openai.Omit = 0.0
        self._client: AsyncOpenAI | None = None
        if api_key:
            self._client = openai.AsyncOpenAI(
                api_key=api_key,
                base_url=base_url,
                timeout=min(_TRY_S, budget_s),
                max_retries=0,  # retried here, where Retry-After cannot outlast the budget
                http_client=http_client,
            )
            _load_now(self._client)

    async def understand(self, text: str, context: Context) -> ParsedMessage:
        """What `text` means. Never raises for what a customer writes or a model answers.

        A plain yes, no or choice is read by rules: what starts or stops a call neither waits for
        nor depends on a model.
        """
        by_rules = rules.read(text, context)
        plain = composed(text).strip()
        settled = by_rules.selected_option is not None or (
            rules.read_answer(plain, fold(plain), context) is not None
        )
        if self._client is None or settled or not plain:
            return by_rules
        try:
            async with asyncio.timeout(self._budget_s):
                claim = await self._ask(self._client, text, context)
        except (NoAnswer, TimeoutError, openai.OpenAIError) as failure:
            log.warning("the model did not help (%s); read by rules", _why(failure))
            return by_rules
        return checked(claim, text, by_rules, context)

    def language(self, text: str, before: str) -> str:
        """ "es" or "en"; `before` when the text does not tell."""
        return languages.language(text, before)

    async def close(self) -> None:
        """Closes the connections."""
        if self._client is not None:
            await self._client.close()

    async def _ask(self, client: AsyncOpenAI, text: str, context: Context) -> ParsedMessage:
        for left in range(_TRIES - 1, -1, -1):
            try:
                return await self._ask_once(client, text, context)
            except (
                openai.APIConnectionError,
                openai.InternalServerError,
                openai.RateLimitError,
                openai.BadRequestError,
            ) as failure:
                if not left or not self._worth_retrying(failure):
                    raise
            await asyncio.sleep(self._pause_s)
        raise AssertionError("unreachable: the last try returns or raises")

    def _worth_retrying(self, failure: openai.APIError) -> bool:
        if isinstance(failure, openai.APITimeoutError):
            return False  # the budget is spent
        if not isinstance(failure, openai.APIStatusError):
            return True
        if isinstance(failure, openai.BadRequestError):
            # Reasoning models take no temperature: learnt once, then left out.
            learnt = failure.param == "temperature" and self._temperature == 0.0
            self._temperature = openai.omit if learnt else self._temperature
            return learnt
        if failure.code == "insufficient_quota":
            return False
        try:
            wait_s = float(failure.response.headers.get("retry-after", "0"))
        except ValueError:
            return False
        return wait_s <= _LONGEST_RETRY_AFTER_S

    async def _ask_once(self, client: AsyncOpenAI, text: str, context: Context) -> ParsedMessage:
        try:
            answer = await client.chat.completions.create(
                model=self._model,
                messages=question(text, context),
                response_format=RESPONSE_FORMAT,
                temperature=self._temperature,
            )
            choice = answer.choices[0]
            content, reason = choice.message.content, choice.finish_reason
            refused = getattr(choice.message, "refusal", None)
        except (
            ValueError,
            TypeError,
            AttributeError,
            LookupError,
            RecursionError,
        ) as odd:
            # The SDK trusts the shape of what a compatible server answers; we do not.
            raise NoAnswer(f"answer of an odd shape: {type(odd).__name__}") from None
        if refused:
            raise NoAnswer("refused")
        if reason not in ("stop", None):
            raise NoAnswer("cut short")
        if not isinstance(content, str) or not 0 < len(content) <= _LONGEST_ANSWER:
            raise NoAnswer("empty or huge answer")
        try:
            return ParsedMessage.model_validate_json(content)
        except (ValidationError, RecursionError):
            raise NoAnswer("answer does not fit the schema") from None


def _why(failure: Exception) -> str:
    """A short cause for the log: an error's own text may quote the customer or the key."""
    if isinstance(failure, NoAnswer):
        return str(failure)
    status = getattr(failure, "status_code", None)
    return f"{type(failure).__name__} {status}" if status else type(failure).__name__


def _load_now(client: AsyncOpenAI) -> None:
    for name in _LOADED_LATE:
        try:
            importlib.import_module(name)
        except ModuleNotFoundError:
            continue  # which of them exist depends on the SDK's version
    assert client.chat.completions.create is not None  # a lazy property of the SDK

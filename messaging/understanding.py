"""What a customer's message means: asked of a model, checked by code, by rules when it fails."""

from __future__ import annotations

import logging
from typing import Any

from data.errand import CallPlan, ConversationStatus, ParsedMessage
from messaging import language as languages
from messaging import rules
from messaging.context import Context
from messaging.model_check import checked
from messaging.model_client import ModelClient, NoAnswer
from messaging.model_question import RESPONSE_FORMAT, question
from messaging.rules_plan import plan_in
from messaging.text import composed, fold

log = logging.getLogger(__name__)

_BUDGET_S = 8.0
"""For an answer, retries included (the contract)."""


class Understanding:
    """Reads messages (fits orchestration.ports.Reader).

    Without `api_key` it reads by rules alone. `base_url` is any server that speaks OpenAI's chat
    completions. `http_client` is for tests: what openai.DefaultAsyncHttpxClient returns.
    An answer takes at most `budget_s`; before a second try it waits `pause_s`. With `client` that
    one is asked, and closed by whoever made it.
    """

    def __init__(
        self,
        api_key: str = "",
        base_url: str = "https://api.openai.com/v1",
        model: str = "gpt-4o-mini",
        *,
        client: ModelClient | None = None,
        http_client: Any = None,
        budget_s: float = _BUDGET_S,
        pause_s: float = 0.5,
    ) -> None:
        self._model = model
        self._budget_s = budget_s
        self._is_shared = client is not None
        self._client = client or ModelClient(api_key, base_url, http_client, pause_s=pause_s)

    async def understand(self, text: str, context: Context) -> ParsedMessage:
        """What `text` means. Never raises for what a customer writes or a model answers.

        A plain yes, no or choice is read by rules: what starts or stops a call neither waits for
        nor depends on a model. So is the answer to a question of the business that is on the line.
        """
        by_rules = rules.read(text, context)
        plain = composed(text).strip()
        settled = (
            by_rules.selected_option is not None
            or (context.status is ConversationStatus.CALLING and bool(context.asked))
            or rules.read_answer(plain, fold(plain), context) is not None
        )
        if not self._client.available or settled or not plain:
            return by_rules
        try:
            claim = await self._client.ask(
                self._model,
                question(text, context),
                RESPONSE_FORMAT,
                ParsedMessage,
                self._budget_s,
            )
        except NoAnswer as failure:
            log.warning("the model did not help (%s); read by rules", failure)
            return by_rules
        return checked(claim, text, by_rules, context)

    def plan(self, text: str, context: Context) -> CallPlan:
        """Which of the list are to be called in which order, and whether the next may be called
        without asking: by rules alone, for it allows calls.
        """
        return plan_in(text, context.options)

    def stands_alone(self, text: str, context: Context) -> bool:
        """Whether a message is an answer as a whole: a yes, a no, a choice. By rules alone."""
        return rules.is_an_answer(text, context)

    def language(self, text: str, before: str) -> str:
        """ "es" or "en"; `before` when the text does not tell."""
        return languages.language(text, before)

    async def close(self) -> None:
        """Closes the connections, unless they are shared."""
        if not self._is_shared:
            await self._client.close()

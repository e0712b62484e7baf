"""Takes a customer's waiting messages through the conversation and does what it orders.

Several waiting messages are heard in order and answered together. A call that they order is only
noted here: it is placed after everything was committed, unless a later message takes it back.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from data.errand import ConversationStatus
from data.reply import (
    Cancelled,
    ChoiceNeeded,
    ChoicesOffered,
    ConfirmationAsked,
    HelpGiven,
    NextStep,
    NothingFound,
    NotUnderstood,
    Reply,
    SearchFailed,
    TextPlease,
    WhatToSearch,
)
from data.store import IncomingMessage, StoreError
from orchestration import conversation
from orchestration.conversation_state import (
    CancelCall,
    Conversation,
    OrderCall,
    Say,
    Search,
    Step,
    TellAgent,
    TurnContext,
)
from orchestration.local_time import local_now
from orchestration.needs import Needs, country_of, masked, zone_of_customer
from orchestration.ports import Found, ReadingContext, SearchError
from orchestration.questions import choices, question

log = logging.getLogger(__name__)

_SETTLES = (
    Cancelled
    | ChoiceNeeded
    | ChoicesOffered
    | ConfirmationAsked
    | NothingFound
    | SearchFailed
    | WhatToSearch
)
"""Of several of these in one answer only the last still holds."""
_ASKS = ChoiceNeeded | ChoicesOffered | ConfirmationAsked


@dataclass(slots=True)
class Batch:
    """What came of a customer's waiting messages, not yet committed."""

    customer: str
    state: Conversation
    heard: list[str] = field(default_factory=list)
    """message_sids."""
    replies: list[Reply] = field(default_factory=list)
    order: OrderCall | None = None
    failed: bool = False

    def coherent_replies(self) -> list[Reply]:
        """One answer to all of it: what a later reply made void is left out."""
        if len(self.heard) < 2:
            return self.replies
        last = max(
            (at for at, reply in enumerate(self.replies) if isinstance(reply, _SETTLES)),
            default=-1,
        )
        kept: list[Reply] = []
        for at, reply in enumerate(self.replies):
            void = isinstance(reply, _SETTLES) and at != last
            filler = isinstance(reply, HelpGiven | NotUnderstood) and last >= 0
            if not (void or filler or reply in kept):
                kept.append(reply)
        return kept


class Turns:
    """Hears messages."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def hear(self, batch: Batch, message: IncomingMessage) -> None:
        """One message. Raises StoreError only: what else goes wrong is said to the customer."""
        batch.heard.append(message.message_sid)
        try:
            await self._hear(batch, message)
        except StoreError:
            raise
        except Exception as error:
            # Whatever one message sets off must not harm other messages or customers.
            log.exception(
                "message %s of %s could not be handled (%s)",
                message.message_sid,
                masked(batch.customer),
                type(error).__name__,
            )
            if not batch.failed:
                batch.failed = True
                batch.replies.append(NotUnderstood())

    async def _hear(self, batch: Batch, message: IncomingMessage) -> None:
        text = message.body.strip() or message.button_payload.strip()
        if not text:
            batch.replies.append(TextPlease())
            return
        needs, state = self._needs, batch.state
        language = needs.reader.language(text, state.language)
        parsed = await needs.reader.understand(text, self._reading(batch))
        asked_just_now = any(isinstance(reply, _ASKS) for reply in batch.replies)
        context = TurnContext(
            customer=batch.customer,
            customer_name=message.profile_name,
            text=text,
            # A question in the same answer was not seen when this was written.
            received_at=float("-inf") if asked_just_now else message.received_at,
            now=needs.now(),
            language=language,
            default_zone=needs.settings.default_zone,
            check_number=lambda number: needs.policy.check_number(number, batch.customer),
            errand_id=needs.new_id(),
            attempt_id=needs.new_id(),
        )
        state, steps = conversation.heard(state, parsed, context)
        await self._perform(batch, state, steps, context)

    async def _perform(
        self, batch: Batch, state: Conversation, steps: tuple[Step, ...], context: TurnContext
    ) -> None:
        batch.state = state
        for step in steps:
            match step:
                case Say(reply):
                    batch.replies.append(reply)
                case OrderCall():
                    batch.order = step
                case Search():
                    found = await self._search(step, batch)
                    await self._perform(
                        batch, *conversation.search_done(batch.state, found, context), context
                    )
                case CancelCall(attempt_id):
                    if batch.order is not None:
                        batch.order = None
                        await self._perform(batch, *conversation.dial_dropped(batch.state), context)
                        return
                    if not self._needs.phone.cancel(attempt_id):
                        log.info("call %s had ended before its cancellation", attempt_id[:8])
                case TellAgent(attempt_id, text):
                    delivered = batch.order is None and self._needs.phone.tell_agent(
                        attempt_id, text
                    )
                    await self._perform(batch, *conversation.told(batch.state, delivered), context)

    async def _search(self, step: Search, batch: Batch) -> Found | None:
        try:
            return await self._needs.places.search(
                step.service,
                step.location,
                language=batch.state.language,
                country=country_of(batch.customer, self._needs.settings.default_country),
            )
        except SearchError as error:
            log.warning("the search for places failed: %s", error)
            return None

    def _reading(self, batch: Batch) -> ReadingContext:
        settings, state = self._needs.settings, batch.state
        proposed = state.status is ConversationStatus.IDLE and state.proposal is not NextStep.NONE
        zone_name = zone_of_customer(batch.customer, settings.default_zone)
        return ReadingContext(
            now=local_now(self._needs.now(), zone_name),
            country=country_of(batch.customer, settings.default_country),
            # A proposal awaits a yes as a confirmation does; that yes leads to the question only.
            status=ConversationStatus.AWAITING_CONFIRMATION if proposed else state.status,
            options=tuple(place.name for place in choices(state)),
            asked=question(state),
        )

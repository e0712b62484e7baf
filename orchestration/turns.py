"""Takes a customer's waiting messages through the conversation and does what it orders.

Several waiting messages are heard in order and answered together. A call that they order is only
noted here: it is placed after everything was committed, unless a later message takes it back.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from data.call_context import call_context
from data.errand import ConversationStatus
from data.place import PlaceInfo
from data.record_json import errand_to_json
from data.reply import (
    CallPlanned,
    Cancelled,
    ChoiceNeeded,
    ChoicesOffered,
    ConfirmationAsked,
    HelpGiven,
    NothingFound,
    NothingToCancel,
    NotUnderstood,
    Reply,
    SearchFailed,
    TextPlease,
    Thanked,
    VoiceHeard,
    VoiceNotHeard,
    VoiceTrouble,
    WhatToSearch,
)
from data.store import IncomingMessage, PlannedCall, StoreError
from orchestration import conversation
from orchestration.calling_hours import call_moment
from orchestration.conversation_state import (
    AnswerBusiness,
    CancelCall,
    Conversation,
    DropPlan,
    KeepPlan,
    Moment,
    OpenQuestion,
    OrderCall,
    Say,
    Search,
    Step,
    TellAgent,
    TurnContext,
)
from orchestration.live_calls import LiveCalls
from orchestration.local_time import business_zone_name, local_now
from orchestration.needs import Needs, country_of, masked, zone_of_customer
from orchestration.policy import Policy
from orchestration.ports import Found, ReadingContext, SearchError
from orchestration.questions import choices, question

log = logging.getLogger(__name__)

_SETTLES = (
    CallPlanned
    | Cancelled
    | ChoiceNeeded
    | ChoicesOffered
    | ConfirmationAsked
    | NothingFound
    | SearchFailed
    | WhatToSearch
)
"""Of several of these in one answer only the last still holds."""
_FILLERS = HelpGiven | NotUnderstood | NothingToCancel | Thanked
"""Worth saying only where nothing else is said."""
_LONGEST_TEXT = 1500
"""Characters of a text that is put together from pieces."""
_SOUNDS = ("audio/", "application/ogg", "video/ogg")
"""How the content type of a voice note begins."""
_ASKS = ChoiceNeeded | ChoicesOffered | ConfirmationAsked


@dataclass(slots=True)
class Batch:
    """What came of a customer's waiting messages, not yet committed."""

    customer: str
    state: Conversation
    within: str = ""
    """attempt_id of their call that is on here, or "": what is done may reach into it."""
    heard: list[str] = field(default_factory=list)
    """message_sids."""
    replies: list[Reply] = field(default_factory=list)
    order: OrderCall | None = None
    plan: PlannedCall | None = None
    """A call to keep for later."""
    done_plans: tuple[str, ...] = ()
    """plan_ids of planned calls that are not wanted any more."""
    blocked: frozenset[str] | None = None
    """Businesses that asked not to be called; None: not looked up yet."""
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
            filler = isinstance(reply, _FILLERS) and last >= 0
            if not (void or filler or reply in kept):
                kept.append(reply)
        return kept


class Turns:
    """Hears messages."""

    def __init__(self, needs: Needs, live: LiveCalls) -> None:
        """`live` knows what the business is asking in a call that is on."""
        self._needs = needs
        self._live = live

    async def hear_all(self, batch: Batch, messages: Sequence[IncomingMessage]) -> None:
        """Several messages in order; a text that was sent in pieces is heard as one. Raises
        StoreError only.
        """
        reading = self._reading(batch, None)
        pieces: list[IncomingMessage] = []
        for message in messages:
            text = message.body.strip()
            piece = bool(text) and message.latitude is None
            piece = piece and not self._needs.reader.stands_alone(text, reading)
            room = _LONGEST_TEXT - sum(len(each.body) + 1 for each in pieces)
            if pieces and not (piece and len(text) < room):
                await self._hear_pieces(batch, pieces)
                pieces = []
            if piece:
                pieces.append(message)
            else:
                await self.hear(batch, message)
        if pieces:
            await self._hear_pieces(batch, pieces)

    async def _hear_pieces(self, batch: Batch, pieces: list[IncomingMessage]) -> None:
        batch.heard += [each.message_sid for each in pieces[:-1]]
        whole = "\n".join(each.body.strip() for each in pieces)
        # As old as its oldest piece: it cannot answer what was asked after that.
        await self.hear(batch, replace(pieces[-1], body=whole, received_at=pieces[0].received_at))

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
                batch.replies.append(NotUnderstood(by_our_fault=True))

    async def _hear(self, batch: Batch, message: IncomingMessage) -> None:
        if message.latitude is not None and message.longitude is not None:
            context = await self._context(batch, message, message.body.strip(), spoken=False)
            center = (message.latitude, message.longitude)
            await self._perform(batch, *conversation.located(batch.state, center, context), context)
            return
        text = message.body.strip() or message.button_payload.strip()
        spoken = not text and message.media_type.startswith(_SOUNDS)
        if spoken:
            heard = await self._needs.ears.hear(message, batch.state.language)
            if isinstance(heard, VoiceTrouble):
                batch.replies.append(VoiceNotHeard(heard))
                return
            text = heard
            batch.replies.append(VoiceHeard(text))
        if not text:
            batch.replies.append(TextPlease())
            return
        context = await self._context(batch, message, text, spoken=spoken)
        parsed = await self._needs.reader.understand(text, self._reading(batch, context.question))
        # Understanding takes its time, and what is asked now was not asked before it.
        context = replace(context, now=self._needs.now())
        state, steps = conversation.heard(batch.state, parsed, context)
        await self._perform(batch, state, steps, context)

    async def _context(
        self, batch: Batch, message: IncomingMessage, text: str, *, spoken: bool
    ) -> TurnContext:
        needs, customer = self._needs, batch.customer
        if batch.blocked is None:
            batch.blocked = await needs.store.blocked_numbers()
        policy = replace(needs.policy, blocked_numbers=needs.policy.blocked_numbers | batch.blocked)
        question = self._live.open_question(batch.state.attempt_id, message.received_at)
        asked_just_now = any(isinstance(reply, _ASKS) for reply in batch.replies)
        now, zone_name = needs.now(), needs.settings.default_zone
        return TurnContext(
            customer=customer,
            customer_name=message.profile_name,
            text=text,
            spoken=spoken,
            plan=needs.reader.plan(text, self._reading(batch, question)),
            question=question,
            # A question in the same answer was not seen when this was written.
            received_at=float("-inf") if asked_just_now else message.received_at,
            now=now,
            language=needs.reader.language(text, batch.state.language),
            default_zone=zone_name,
            check_number=lambda number: policy.check_number(number, customer),
            call_moment=lambda place: call_moment(policy, place, now, zone_name),
            delayed=lambda place, delay_s: _delayed(policy, place, now, delay_s, zone_name),
            errand_id=needs.new_id(),
            attempt_id=needs.new_id(),
        )

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
                case KeepPlan(plan):
                    batch.plan = PlannedCall(
                        plan.plan_id, batch.customer, errand_to_json(plan.errand), plan.moment.at
                    )
                case DropPlan(plan_id):
                    batch.done_plans += (plan_id,)
                    if batch.plan is not None and batch.plan.plan_id == plan_id:
                        batch.plan = None
                case Search():
                    found = await self._search(step, batch)
                    context = replace(context, now=self._needs.now())
                    await self._perform(
                        batch, *conversation.search_done(batch.state, found, context), context
                    )
                case CancelCall(attempt_id):
                    if batch.order is not None:
                        batch.order = None
                        await self._perform(batch, *conversation.dial_dropped(batch.state), context)
                        return
                    self._needs.tools.cancel(attempt_id)
                    self._live.over(attempt_id)
                    if not self._needs.phone.cancel(attempt_id):
                        with call_context(attempt_id):
                            log.info("a call had ended before its cancellation")
                case AnswerBusiness(attempt_id, question_id, answer):
                    in_time = self._live.answer(attempt_id, question_id, answer)
                    if not in_time:
                        asked = context.question.question if context.question else ""
                        self._needs.phone.tell_agent(attempt_id, f"{answer} (asked: {asked})")
                    await self._perform(
                        batch, *conversation.answered(batch.state, in_time, answer), context
                    )
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
                center=step.center,
            )
        except SearchError as error:
            log.warning("the search for places failed: %s", error)
            return None

    def _reading(self, batch: Batch, asked: OpenQuestion | None) -> ReadingContext:
        settings, state = self._needs.settings, batch.state
        zone_name = zone_of_customer(batch.customer, settings.default_zone)
        names = tuple(place.name for place in choices(state))
        return ReadingContext(
            now=local_now(self._needs.now(), zone_name),
            country=country_of(batch.customer, settings.default_country),
            # After a refusal for now a yes is awaited too; it leads to the question only.
            status=ConversationStatus.AWAITING_CONFIRMATION if state.postponed else state.status,
            options=asked.options if asked else names,
            asked=asked.question if asked else question(state),
        )


def _delayed(
    policy: Policy, place: PlaceInfo, now: float, delay_s: float, default_zone: str
) -> Moment | None:
    """When a business may be called, so many seconds from now at the earliest."""
    moment = call_moment(policy, place, now + delay_s, default_zone)
    if moment is None or moment.shown:
        return moment
    there = business_zone_name(place, default_zone)
    at, today = local_now(moment.at, there), local_now(now, there).date()
    return replace(moment, shown=f"{at:%H:%M}" if at.date() == today else f"{at:%Y-%m-%d %H:%M}")

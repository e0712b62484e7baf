"""What is said and done next in a conversation with one customer. Pure.

`heard` takes what a message was understood as; the other functions take what came of the steps that
were ordered. Each returns the new state and the steps, in order. Two rules hold everywhere:

1. `OrderCall` comes only from `_answer_confirmation`: a yes to the question that showed exactly
   that number, written after it was asked.
2. A yes, a number or a word means only what was just asked; when nothing was asked, nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, assert_never

from data.call import CallResult, OutcomeStatus
from data.errand import ConversationStatus, Errand, IntentType, ParsedMessage
from data.place import PlaceInfo
from data.reply import (
    AlreadyCalling,
    Cancelled,
    CancelUnderway,
    ChoiceNeeded,
    HelpGiven,
    NextStep,
    NothingFound,
    NothingToCancel,
    NotUnderstood,
    NumberRefused,
    OverLimit,
    PassedOn,
    Refusal,
    ResultTold,
    SearchFailed,
    WhatToSearch,
)
from orchestration.conversation_state import (
    CancelCall,
    Conversation,
    OrderCall,
    Say,
    Search,
    Step,
    TellAgent,
    TurnContext,
    Wish,
    alike,
)
from orchestration.errands import amended, called_name, new_errand, wish_of
from orchestration.ports import Found
from orchestration.questions import choices, next_step, open_question
from orchestration.spoken_times import fold

Status = ConversationStatus
Outcome = tuple[Conversation, tuple[Step, ...]]

_BARE_YES = frozenset({"si", "dale", "ok", "okay", "vale", "bueno", "claro", "listo", "yes"})
_HELP_WORDS = frozenset({"ayuda", "help", "?", "menu", "ayuda por favor"})


def heard(state: Conversation, parsed: ParsedMessage, context: TurnContext) -> Outcome:
    """A message of the customer's."""
    state = _with(state, language=context.language)
    if state.status is Status.CALLING:
        return _during_call(state, parsed, context)
    intent = parsed.intent
    if intent is IntentType.CONFIRM and _names_another_number(state, parsed):
        intent = IntentType.CALL_NUMBER
    match intent:
        case IntentType.CONFIRM:
            return _affirmed(state, parsed, context)
        case IntentType.CANCEL:
            return _dropped(state)
        case IntentType.HELP:
            reply = HelpGiven() if _asks_for_help(state, context) else NotUnderstood()
            return state, (Say(reply), *open_question(state))
        case IntentType.CALL_NUMBER if parsed.phone_number:
            return _number_given(state, parsed, parsed.phone_number, context)
        case IntentType.CALL_NUMBER | IntentType.SEARCH_AND_CALL | IntentType.SEARCH_ONLY:
            return _wished(state, parsed, context)
        case _:
            assert_never(intent)


def search_done(state: Conversation, found: Found | None, context: TurnContext) -> Outcome:
    """The answer to `Search`; None when the search did not work."""
    wish = state.wish or Wish()
    if found is None:
        return _with(state, status=Status.IDLE), (Say(SearchFailed()),)
    if not found.places:
        nothing = NothingFound(wish.service, wish.location, found.from_demo_data)
        return _with(state, status=Status.IDLE), (Say(nothing),)
    state = _with(
        state,
        status=Status.AWAITING_SELECTION,
        options=found.places,
        tried=(),
        from_demo_data=found.from_demo_data,
        asked_at=context.now,
    )
    return state, open_question(state)


def dial_refused(state: Conversation, reply: OverLimit | NumberRefused) -> Outcome:
    """`OrderCall` is not carried out. A later yes leads to the question again, not to a dial."""
    again = NextStep.CALL_AGAIN if isinstance(reply, OverLimit) else NextStep.NONE
    return _with(state, status=Status.IDLE, attempt_id="", proposal=again), (Say(reply),)


def dial_dropped(state: Conversation) -> Outcome:
    """The customer cancelled before the ordered call was placed."""
    return _idle(state), (Say(Cancelled()),)


def told(state: Conversation, delivered: bool) -> Outcome:
    """The answer to `TellAgent`."""
    name = called_name(state.errand)
    return state, (Say(PassedOn(name) if delivered else AlreadyCalling(name)),)


def call_ended(
    state: Conversation,
    attempt_id: str,
    errand: Errand,
    result: CallResult,
    quote: str,
    detail: str,
) -> Outcome:
    """The call is over and judged: its one result is told."""
    ours = state.attempt_id == attempt_id
    tried = (*state.tried, errand.business.phone or "")
    others = tuple(place for place in state.options if place.phone not in tried) if ours else ()
    step = next_step(result.status, bool(others))
    business = errand.business
    reply = ResultTold(business.name, business.phone or "", result, quote, detail, step)
    if ours:
        booked = called_name(errand) if result.status is OutcomeStatus.BOOKED else ""
        state = _with(_idle(state), errand=errand, proposal=step, tried=tried, booked_with=booked)
    return state, (Say(reply),)


# --- while a call is on -----------------------------------------------------------------------
def _during_call(state: Conversation, parsed: ParsedMessage, context: TurnContext) -> Outcome:
    name = called_name(state.errand)
    if parsed.intent is IntentType.CANCEL:
        return state, (CancelCall(state.attempt_id), Say(CancelUnderway(name)))
    if parsed.intent is IntentType.CONFIRM or fold(context.text).strip(" .!") in _BARE_YES:
        # Nothing was asked; an agent that is told "yes" might take it for consent.
        return state, (Say(AlreadyCalling(name)),)
    wish = (
        parsed.service_type
        and state.errand
        and not alike(parsed.service_type, state.errand.service)
    )
    if parsed.phone_number or (wish and parsed.intent is not IntentType.HELP):
        return state, (Say(AlreadyCalling(name)),)
    return state, (TellAgent(state.attempt_id, context.text),)


# --- answers ----------------------------------------------------------------------------------
def _affirmed(state: Conversation, parsed: ParsedMessage, context: TurnContext) -> Outcome:
    if parsed.selected_option is not None and choices(state):
        return _chosen(state, parsed, parsed.selected_option, context)
    if state.status is Status.AWAITING_CONFIRMATION and state.errand:
        return _answer_confirmation(state, state.errand, parsed, context)
    if state.status is Status.AWAITING_SELECTION:
        if len(state.options) == 1 and not _too_early(state, context):
            return _chosen(state, parsed, 1, context)
        return state, open_question(state, short=True)
    if state.proposal is NextStep.CALL_AGAIN and state.errand:
        return _ask(state, replace(state.errand, errand_id=context.errand_id), context)
    if state.proposal is NextStep.OTHER_PLACE and state.untried:
        state = _with(
            state,
            status=Status.AWAITING_SELECTION,
            options=state.untried,
            tried=(),
            wish=wish_of(state.errand),
            asked_at=context.now,
        )
        return state, open_question(state)
    return state, (Say(NotUnderstood()),)


def _answer_confirmation(
    state: Conversation, errand: Errand, parsed: ParsedMessage, context: TurnContext
) -> Outcome:
    changed = amended(errand, parsed, context)
    unclear = parsed.selected_option is not None or _too_early(state, context)
    if unclear or changed != errand:
        return _ask(state, changed, context)
    state = _with(
        state,
        status=Status.CALLING,
        attempt_id=context.attempt_id,
        wish=None,
        proposal=NextStep.NONE,
        booked_with="",
    )
    return state, (OrderCall(context.attempt_id, errand),)


def _chosen(
    state: Conversation, parsed: ParsedMessage, option: int, context: TurnContext
) -> Outcome:
    if not 1 <= option <= len(state.options):
        if state.status is Status.AWAITING_SELECTION:
            return state, (Say(ChoiceNeeded(len(state.options))),)
        return state, open_question(state) or (Say(NotUnderstood()),)
    wish = (state.wish or wish_of(state.errand)).with_message(parsed)
    return _choose_place(_with(state, wish=wish), state.options[option - 1], wish, context)


def _dropped(state: Conversation) -> Outcome:
    if state.status is Status.IDLE and state.wish is None and state.proposal is NextStep.NONE:
        return state, (Say(NothingToCancel(state.booked_with)),)
    return _idle(state), (Say(Cancelled()),)


# --- wishes -----------------------------------------------------------------------------------
def _number_given(
    state: Conversation, parsed: ParsedMessage, number: str, context: TurnContext
) -> Outcome:
    wish = (state.wish or Wish()).with_message(parsed)
    known = [place for place in state.options if place.phone == number]
    place = known[0] if known else PlaceInfo(id=f"number:{number}", name="", phone=number)
    options = state.options if known else ()
    return _choose_place(_with(state, wish=wish, options=options), place, wish, context)


def _wished(state: Conversation, parsed: ParsedMessage, context: TurnContext) -> Outcome:
    changes = parsed.date_preference or parsed.time_preference or parsed.specific_request
    pending = state.status is Status.AWAITING_CONFIRMATION
    proposed = state.status is Status.IDLE and state.proposal is not NextStep.NONE
    if (pending or proposed) and state.errand and not parsed.location:
        same = not parsed.service_type or alike(parsed.service_type, state.errand.service)
        if same and changes:
            again = state.errand if pending else replace(state.errand, errand_id=context.errand_id)
            return _ask(state, amended(again, parsed, context), context)
        if pending and not parsed.service_type:
            return state, open_question(state)
    before = state.wish or (wish_of(state.errand) if proposed else Wish())
    wish = before.with_message(parsed)
    searchable = wish.service or (wish.location if parsed.location else "")
    if state.status is Status.AWAITING_SELECTION and state.options:
        if not (parsed.service_type or parsed.location):
            return _with(state, wish=wish), open_question(state, short=not changes)
    state = _with(_idle(state), wish=wish)
    if not searchable:
        return state, (Say(WhatToSearch()),)
    return state, (Search(wish.service or wish.location, wish.location if wish.service else ""),)


def _choose_place(
    state: Conversation, place: PlaceInfo, wish: Wish, context: TurnContext
) -> Outcome:
    return _ask(state, new_errand(place, wish, context), context)


def _ask(state: Conversation, errand: Errand, context: TurnContext) -> Outcome:
    """The one question before dialling, about exactly the number that will be dialled."""
    number = context.check_number(errand.business.phone or "")
    if isinstance(number, Refusal):
        refused = NumberRefused(errand.business.phone or "", number)
        if state.status is Status.AWAITING_SELECTION and len(state.options) > 1:
            return state, (Say(refused), *open_question(state, short=True))
        return _with(_idle(state), wish=state.wish), (Say(refused),)
    errand = replace(errand, business=errand.business.model_copy(update={"phone": number}))
    state = _with(
        state,
        status=Status.AWAITING_CONFIRMATION,
        errand=errand,
        attempt_id="",
        asked_at=context.now,
        proposal=NextStep.NONE,
    )
    return state, open_question(state)


# --- small things -----------------------------------------------------------------------------
def _with(state: Conversation, **changes: Any) -> Conversation:
    return state.model_copy(update=changes)


def _idle(state: Conversation) -> Conversation:
    return _with(state, status=Status.IDLE, wish=None, attempt_id="", proposal=NextStep.NONE)


def _too_early(state: Conversation, context: TurnContext) -> bool:
    """Written before the question was asked: it cannot be an answer to it."""
    return context.received_at < state.asked_at


def _names_another_number(state: Conversation, parsed: ParsedMessage) -> bool:
    shown = state.errand.business.phone if state.errand else None
    return parsed.phone_number is not None and parsed.phone_number != shown


def _asks_for_help(state: Conversation, context: TurnContext) -> bool:
    return state.status is Status.IDLE or fold(context.text) in _HELP_WORDS

"""What is said and done next in a conversation with one customer. Pure.

`heard` takes what a message was understood as; the other functions take what came of the steps that
were ordered. Each returns the new state and the steps, in order. What follows from what is decided
in `on_answers`, `on_wishes` and `on_calls`. Two rules hold everywhere:

1. `OrderCall` comes only after a yes to a question that showed exactly that number, written (not
   spoken) after it was asked: at once, at the time that was shown with it (`plan_due`), or, where
   the question showed several numbers, when those before it did not do (`call_ended`).
2. A yes, a number or a word means only what was just asked; when nothing was asked, nothing.
"""

from __future__ import annotations

import re
from typing import assert_never

from data.errand import IntentType, ParsedMessage
from data.reply import HelpGiven, NotUnderstood, NumberRefused, Refusal, Thanked
from orchestration.conversation_state import Conversation, Say, TurnContext
from orchestration.moves import Outcome, Status, asked_again, asked_to_call, idle, moved
from orchestration.on_answers import (
    affirmed,
    answered,
    chosen_place,
    dropped,
    during_call,
    list_again,
    place_meant,
    plans_told,
    told,
    wanted_later,
    wants_list,
)
from orchestration.on_calls import call_ended, dial_dropped, dial_refused, plan_due
from orchestration.on_wishes import located, number_given, search_done, wished
from orchestration.small_talk import (
    asks_about_us,
    digits_in,
    is_content,
    says_thanks,
    short_numbers,
    wants_emergency_services,
    wonders,
)

__all__ = [
    "Outcome",
    "answered",
    "call_ended",
    "dial_dropped",
    "dial_refused",
    "heard",
    "located",
    "plan_due",
    "search_done",
    "told",
]

_THANKS = re.compile(r"\b(?:gra[cs]ias|thanks|thank you|thx|cheers)\b", re.IGNORECASE)
_A_NUMBER = 5
"""Digits from which on a number was meant, even if it is none."""


def heard(state: Conversation, parsed: ParsedMessage, context: TurnContext) -> Outcome:
    """A message of the customer's."""
    state = moved(state, language=context.language)
    intent = parsed.intent
    if intent is not IntentType.CANCEL and wants_emergency_services(context.text):
        return state, (Say(NumberRefused("", Refusal.EMERGENCY)),)
    if state.status is Status.CALLING:
        return during_call(state, parsed, context)
    if intent is IntentType.CONFIRM and _names_another_number(state, parsed):
        intent = IntentType.CALL_NUMBER
    if intent is IntentType.CONFIRM and state.proposed and _THANKS.search(context.text):
        # "Ok, gracias" to a result: whether that is a yes to the proposal is not certain.
        intent = IntentType.HELP
    if intent not in (IntentType.CANCEL, IntentType.CALL_NUMBER):
        if wants_list(state, context):
            return list_again(state, context)
        later = wanted_later(state, context)
        if later is not None and state.errand is not None:
            return asked_to_call(state, state.errand, context, later)
    if intent is IntentType.CALL_NUMBER and not parsed.phone_number:
        refused = _no_such_number(state, context)
        if refused is not None:
            return refused
    match intent:
        case IntentType.CONFIRM:
            return affirmed(state, parsed, context)
        case IntentType.CANCEL:
            return dropped(state, context)
        case IntentType.HELP:
            return _helped(state, context)
        case IntentType.CALL_NUMBER if parsed.phone_number:
            return number_given(state, parsed, parsed.phone_number, context)
        case IntentType.CALL_NUMBER | IntentType.SEARCH_AND_CALL | IntentType.SEARCH_ONLY:
            return wished(state, parsed, context)
        case _:
            assert_never(intent)


def _helped(state: Conversation, context: TurnContext) -> Outcome:
    if says_thanks(context.text):
        # After a result they end the matter: an "ok" that follows must not call anybody.
        return (idle(state) if state.proposed else state), (Say(Thanked()),)
    if state.status is Status.IDLE and is_content(context.text):
        return state, (Say(Thanked()),)
    if state.status is Status.IDLE and state.plans and wonders(context.text):
        return state, plans_told(state)
    if asks_about_us(context.text):
        return state, (Say(HelpGiven()), *asked_again(state, context)[1])
    if state.status is Status.AWAITING_SELECTION:
        place = place_meant(context.text, state.options)
        if place is not None:
            return chosen_place(state, place, context)
    if state.status is Status.IDLE:
        return state, (Say(NotUnderstood() if _has_history(state) else HelpGiven()),)
    return asked_again(state, context, not_understood=True)


def _has_history(state: Conversation) -> bool:
    """Whether there was anything before: who writes for the first time is told what this is."""
    return bool(state.errand or state.options or state.wish)


def _no_such_number(state: Conversation, context: TurnContext) -> Outcome | None:
    """An emergency, or a number that cannot be read: said, never passed over in silence."""
    for number in short_numbers(context.text):
        refused = context.check_number(number)
        if refused is Refusal.EMERGENCY:
            return state, (Say(NumberRefused(number, refused)),)
    if digits_in(context.text) < _A_NUMBER:
        return None
    return state, (Say(NumberRefused("", Refusal.INVALID)), *asked_again(state, context)[1])


def _names_another_number(state: Conversation, parsed: ParsedMessage) -> bool:
    shown = state.errand.business.phone if state.errand else None
    return parsed.phone_number is not None and parsed.phone_number != shown

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
from data.reply import HelpGiven, NotUnderstood, Thanked
from orchestration.conversation_state import Conversation, Say, TurnContext
from orchestration.moves import Outcome, Status, asked_again, asked_to_call, moved
from orchestration.on_answers import (
    affirmed,
    answered,
    dropped,
    during_call,
    list_again,
    told,
    wanted_later,
    wants_list,
)
from orchestration.on_calls import call_ended, dial_dropped, dial_refused, plan_due
from orchestration.on_wishes import located, number_given, search_done, wished
from orchestration.spoken_times import fold

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

_HELP_WORDS = frozenset({"ayuda", "help", "?", "menu", "ayuda por favor"})
_THANKS = re.compile(
    r"(?:(?:ok|okay|dale|listo|perfecto|genial|bueno|buenisimo|barbaro|excelente|great|perfect"
    r"|muchas|muchisimas|mil|many|a lot|very much|so much|thanks|thank you|thx|ty|gracias|graciass"
    r"|che|vocero|te agradezco|muy amable|joya|cheers|de verdad|por todo|for everything) ?)+"
)
_ACKNOWLEDGED = frozenset(
    "ok okay oka okey dale listo perfecto genial buenisimo barbaro excelente joya great perfect"
    " cool nice vale bueno bien entendido orale sale".split()
) | {"muy bien", "todo bien", "de acuerdo", "got it", "sounds good", "ok perfecto", "ok listo"}
"""Said when nothing was asked: the customer is content, and wants nothing."""
_THANK_WORDS = re.compile(r"gracias|thank|thx|\bty\b|agradezco|muy amable|cheers")


def heard(state: Conversation, parsed: ParsedMessage, context: TurnContext) -> Outcome:
    """A message of the customer's."""
    state = moved(state, language=context.language)
    if state.status is Status.CALLING:
        return during_call(state, parsed, context)
    intent = parsed.intent
    if intent is IntentType.CONFIRM and _names_another_number(state, parsed):
        intent = IntentType.CALL_NUMBER
    if intent not in (IntentType.CANCEL, IntentType.CALL_NUMBER):
        if wants_list(state, context):
            return list_again(state, context)
        later = wanted_later(state, context)
        if later is not None and state.errand is not None:
            return asked_to_call(state, state.errand, context, later)
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
    content = state.status is Status.IDLE and _words(context.text) in _ACKNOWLEDGED
    if content or says_thanks(context.text):
        return state, (Say(Thanked()),)
    reply = HelpGiven() if _asks_for_help(state, context) else NotUnderstood()
    return state, (Say(reply), *asked_again(state, context)[1])


def says_thanks(text: str) -> bool:
    """Whether somebody says thanks, and nothing that wants an answer."""
    flat = _words(text)
    return _THANK_WORDS.search(flat) is not None and _THANKS.fullmatch(flat) is not None


def _words(text: str) -> str:
    return " ".join(re.sub(r"[^a-z ]+", " ", fold(text)).split())


def _names_another_number(state: Conversation, parsed: ParsedMessage) -> bool:
    shown = state.errand.business.phone if state.errand else None
    return parsed.phone_number is not None and parsed.phone_number != shown


def _asks_for_help(state: Conversation, context: TurnContext) -> bool:
    return state.status is Status.IDLE or fold(context.text) in _HELP_WORDS

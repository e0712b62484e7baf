"""What a model says of a message, held against the message itself. Pure.

A model may err, lie or obey an attacker: the worst that may come of it is a wrong text. So the code
has the last word on what can dial (numbers, choices and yes), on what drops an errand (cancel), and
on whether what is said to a business comes from the customer.
"""

from __future__ import annotations

import re

from data.errand import ConversationStatus, IntentType, ParsedMessage
from messaging.context import Context
from messaging.rules_numbers import (
    NumberHeard,
    number_to_call,
    numbers_in,
    read_number,
    stands_in,
)
from messaging.rules_plan import mentioned
from messaging.rules_refusals import could_be_cancel, says_no
from messaging.rules_words import has_no, words_of
from messaging.rules_yes import could_be_yes
from messaging.text import clean, composed, fold


def checked(
    claim: ParsedMessage, text: str, by_rules: ParsedMessage, context: Context
) -> ParsedMessage:
    """The model's `claim` where the text bears it out, what the rules read where it does not.

    `by_rules` is messaging.rules.read(text, context).
    """
    plain = composed(text[:1600]).strip()
    folded = fold(plain)
    if by_rules.intent in (IntentType.CONFIRM, IntentType.CANCEL) or says_no(folded):
        return by_rules
    if claim.intent is IntentType.CONFIRM:
        return _confirmed(claim, folded, by_rules, context)
    if claim.intent is IntentType.CANCEL:
        return _cancelled(folded, by_rules, context)
    if _for_the_call(by_rules, context) or _denied(claim, by_rules):
        return by_rules
    number = _number(claim.phone_number, plain, folded, context.country)
    intent = claim.intent
    if number and intent is not IntentType.HELP:
        intent = IntentType.CALL_NUMBER
    elif intent is IntentType.CALL_NUMBER and not number:
        # No number in the text: never one that only the model knows.
        if by_rules.intent is IntentType.CALL_NUMBER:
            return by_rules
        intent = IntentType.SEARCH_AND_CALL if claim.service_type else by_rules.intent
    return ParsedMessage(
        intent=intent,
        phone_number=number or None,
        service_type=_service(claim.service_type, by_rules.service_type, folded),
        location=_mostly(claim.location, by_rules.location, folded, 80),
        date_preference=_heard(claim.date_preference, by_rules.date_preference, folded),
        time_preference=_heard(claim.time_preference, by_rules.time_preference, folded),
        specific_request=_mostly(claim.specific_request, by_rules.specific_request, folded, 300),
    )


def _cancelled(folded: str, by_rules: ParsedMessage, context: Context) -> ParsedMessage:
    """A model that cries cancel would drop the errand, or end a call that is being talked on."""
    live = context.status is ConversationStatus.CALLING
    wishes = (
        by_rules.phone_number is not None
        or by_rules.service_type is not None
        or by_rules.intent is IntentType.SEARCH_ONLY
        or (live and by_rules.specific_request is not None)
    )
    details = by_rules.intent is not IntentType.HELP or bool(mentioned(folded, context.options))
    idle = context.status is ConversationStatus.IDLE
    fits = could_be_cancel(folded, plainly=details or live or idle)
    return ParsedMessage(intent=IntentType.CANCEL) if fits and not wishes else by_rules


def _for_the_call(by_rules: ParsedMessage, context: Context) -> bool:
    """What is to be said to the business stays that."""
    live = context.status is ConversationStatus.CALLING
    return live and by_rules.intent is IntentType.HELP and by_rules.specific_request is not None


def _denied(claim: ParsedMessage, by_rules: ParsedMessage) -> bool:
    """The model understands nothing where the rules found a number or a service."""
    plain = by_rules.phone_number is not None or by_rules.service_type is not None
    return claim.intent is IntentType.HELP and by_rules.intent is not IntentType.HELP and plain


def _confirmed(
    claim: ParsedMessage, folded: str, by_rules: ParsedMessage, context: Context
) -> ParsedMessage:
    option = claim.selected_option
    if option is not None and context.options:
        clear = "?" not in folded and not has_no(folded)
        if clear and mentioned(folded, context.options) == {option}:
            return ParsedMessage(
                intent=IntentType.CONFIRM,
                selected_option=option,
                date_preference=_heard(claim.date_preference, by_rules.date_preference, folded),
                time_preference=_heard(claim.time_preference, by_rules.time_preference, folded),
            )
        return by_rules
    says_more = (
        by_rules.date_preference
        or by_rules.time_preference
        or by_rules.phone_number
        or by_rules.location
        or by_rules.specific_request
        or by_rules.intent is not IntentType.HELP
    )
    # Without an awaited confirmation a yes is left to the rules.
    awaited = context.status is ConversationStatus.AWAITING_CONFIRMATION
    if awaited and could_be_yes(folded, fold(composed(context.asked))) and not says_more:
        return ParsedMessage(intent=IntentType.CONFIRM)
    return by_rules


def _number(claimed: str | None, plain: str, folded: str, country: str) -> str:
    """The claimed number as the text itself writes it, in E.164 by our own reading; else ours."""
    heard = numbers_in(plain, folded, country)
    wanted = _digits(claimed or "")
    if len(wanted) >= 6:
        for number in heard:
            if number.e164 and wanted in (_digits(number.raw), _digits(number.e164)):
                return number.e164
        if wanted in _digits(plain) and not _touches(heard, wanted):
            read = read_number(claimed or "", country)
            if read and stands_in(wanted, folded):
                return read
    return number_to_call(heard)


def _touches(heard: tuple[NumberHeard, ...], digits: str) -> bool:
    """Whether these digits are only a part of a number in the text."""
    return any(digits in _digits(number.raw) for number in heard)


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)


def _heard(claimed: str | None, by_rules: str | None, folded: str) -> str | None:
    """Words for day or time only count when the customer used them."""
    words = words_of(fold(composed(claimed or "")))
    if words and set(words) <= set(words_of(folded)):
        return _words(claimed, 60)
    return by_rules


def _service(claimed: str | None, by_rules: str | None, folded: str) -> str | None:
    """A model may name a service that the words only imply ("me duele una muela"), not replace
    one that they name.
    """
    stems = {word[:4] for word in words_of(folded) if len(word) > 3}
    words = words_of(fold(composed(claimed or "")))
    if by_rules and not any(word[:4] in stems for word in words):
        return by_rules
    return _words(claimed, 80)


def _mostly(claimed: str | None, by_rules: str | None, folded: str, limit: int) -> str | None:
    """Where to look and what to say comes from the customer: half of its words at least.

    The small words that every text holds ("you", "que") are no proof.
    """
    every = words_of(fold(composed(claimed or "")))
    words = [word for word in every if len(word) > 3] or [word for word in every if len(word) > 2]
    said = set(words_of(folded))
    return (
        _words(claimed, limit)
        if 2 * sum(word in said for word in words) >= len(words)
        else by_rules
    )


def _words(claimed: str | None, limit: int) -> str | None:
    return clean(claimed or "", limit) or None

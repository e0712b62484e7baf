"""What a model says of a message, held against the message itself. Pure.

A model may err, lie or obey an attacker: the worst that may come of it is a wrong text. So the code
has the last word on what can dial: numbers, choices and yes.
"""

from __future__ import annotations

import re

from data.errand import ConversationStatus, IntentType, ParsedMessage
from messaging.context import Context
from messaging.rules_numbers import NumberHeard, number_to_call, numbers_in, read_number
from messaging.rules_words import could_be_yes, could_mean, says_no, words_of
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
        return ParsedMessage(intent=IntentType.CANCEL)
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
        service_type=_words(claim.service_type, 80),
        location=_words(claim.location, 80),
        date_preference=_heard(claim.date_preference, by_rules.date_preference, folded),
        time_preference=_heard(claim.time_preference, by_rules.time_preference, folded),
        specific_request=_words(claim.specific_request, 300),
    )


def _confirmed(
    claim: ParsedMessage, folded: str, by_rules: ParsedMessage, context: Context
) -> ParsedMessage:
    options = tuple(fold(composed(name)) for name in context.options)
    option = claim.selected_option
    if option is not None and options:
        if 1 <= option <= len(options) and could_mean(folded, option, options):
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
            if read and _written_whole(wanted, plain):
                return read
    return number_to_call(heard)


def _touches(heard: tuple[NumberHeard, ...], digits: str) -> bool:
    """Whether these digits are only a part of a number in the text."""
    return any(digits in _digits(number.raw) for number in heard)


def _written_whole(digits: str, plain: str) -> bool:
    """Whether the digits stand in the text in one piece, not as a part of more of them."""
    separated = r"[^0-9a-zA-Z]{0,3}".join(digits)
    return re.search(rf"(?<![0-9]){separated}(?![0-9])", plain) is not None


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)


def _heard(claimed: str | None, by_rules: str | None, folded: str) -> str | None:
    """Words for day or time only count when the customer used them."""
    words = words_of(fold(composed(claimed or "")))
    if words and set(words) <= set(words_of(folded)):
        return _words(claimed, 60)
    return by_rules


def _words(claimed: str | None, limit: int) -> str | None:
    return clean(claimed or "", limit) or None

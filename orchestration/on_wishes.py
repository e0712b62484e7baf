"""A conversation when the customer wants something: a number, a search, a change. Pure."""

from __future__ import annotations

import re

from data.errand import ParsedMessage
from data.place import PlaceInfo
from data.reply import LocationNoted, NothingFound, SearchFailed, WhatToSearch
from orchestration.conversation_state import (
    Conversation,
    Say,
    Search,
    TurnContext,
    Wish,
    alike,
)
from orchestration.errands import amended, wish_of
from orchestration.leanings import leanings_in
from orchestration.moves import Outcome, Status, asked_again, asked_to_call, idle, moved
from orchestration.near_me import is_near_me
from orchestration.ports import Found


def number_given(
    state: Conversation, parsed: ParsedMessage, number: str, context: TurnContext
) -> Outcome:
    """A number to call."""
    wish = _grown(state.wish or Wish(), parsed, context)
    known = [place for place in state.options if place.phone == number]
    place = known[0] if known else PlaceInfo(id=f"number:{number}", name="", phone=number)
    options = state.options if known else ()
    state = moved(state, wish=wish, options=options, tried=state.tried if known else ())
    others = tuple(each for each in options if each.phone not in (number, *state.tried))
    return asked_to_call(state, place, context, wish=wish, others=others)


def wished(state: Conversation, parsed: ParsedMessage, context: TurnContext) -> Outcome:
    """A wish, or a change to the one that is being prepared."""
    if _only_adds(state, parsed, context):
        service = parsed.service_type if _has_no_service(state) else None
        more = parsed.specific_request or (None if service else _without_and(context.text))
        update = {"location": None, "service_type": service, "specific_request": more}
        parsed = parsed.model_copy(update=update)
    planned = state.status is Status.IDLE and state.wish is None and bool(state.plans)
    if planned and not (parsed.service_type or parsed.location):
        plan = state.plans[-1]
        changed = amended(plan.errand, parsed, context)
        if changed != plan.errand:
            return asked_to_call(state, changed, context, plan.moment)
    changes = (
        parsed.date_preference
        or parsed.time_preference
        or parsed.specific_request
        or context.plan.go_on
        or (parsed.service_type and _has_no_service(state))
    )
    pending = state.status is Status.AWAITING_CONFIRMATION
    if (pending or state.postponed) and state.errand and not parsed.location:
        same = not parsed.service_type or alike(parsed.service_type, state.errand.service)
        if same and changes:
            return asked_to_call(state, amended(state.errand, parsed, context), context)
        if pending and not parsed.service_type:
            return asked_again(state, context)
    before = state.wish or (wish_of(state.errand) if pending or state.postponed else Wish())
    wish = _grown(before, parsed, context)
    if state.status is Status.AWAITING_SELECTION and state.options:
        if not (parsed.service_type or parsed.location):
            return asked_again(moved(state, wish=wish), context, short=not changes)
    return _searched(moved(idle(state), wish=wish), wish, located=bool(parsed.location))


_AND = re.compile(
    r"^\W*(?:y|e|que|adem[aá]s|tambi[eé]n|and|also|plus|es para|ser[ií]a para)\b\W*", re.I
)


def _has_no_service(state: Conversation) -> bool:
    return state.errand is not None and not state.errand.service


def _only_adds(state: Conversation, parsed: ParsedMessage, context: TurnContext) -> bool:
    """ "Y que sea en la terraza": said to the question, it adds to what is asked for there."""
    pending = state.status is Status.AWAITING_CONFIRMATION and state.errand is not None
    adds = _AND.match(context.text) is not None
    return pending and adds and bool(parsed.location or (parsed.service_type and state.errand))


def _without_and(text: str) -> str:
    return _AND.sub("", " ".join(text.split()))[:200]


def located(state: Conversation, center: tuple[float, float], context: TurnContext) -> Outcome:
    """The customer shared where they are: what is looked for is looked for there."""
    state = moved(state, center=center)
    if state.status in (Status.CALLING, Status.AWAITING_CONFIRMATION):
        steps = asked_again(state, context)[1]
        return state, steps or (Say(LocationNoted()),)
    if state.wish is None or not state.wish.service:
        return state, (Say(LocationNoted()),)
    wish = state.wish.model_copy(update={"location": ""})
    return _searched(moved(idle(state), wish=wish), wish, located=True)


def search_done(state: Conversation, found: Found | None, context: TurnContext) -> Outcome:
    """The answer to `Search`; None when the search did not work."""
    wish = state.wish or Wish()
    if found is None:
        return moved(state, status=Status.IDLE), (Say(SearchFailed()),)
    if not found.places:
        nothing = NothingFound(wish.service, wish.location, found.from_demo_data)
        return moved(state, status=Status.IDLE), (Say(nothing),)
    state = moved(
        state,
        status=Status.AWAITING_SELECTION,
        options=found.places,
        tried=(),
        from_demo_data=found.from_demo_data,
        asked_at=context.now,
    )
    return asked_again(state, context)


def _grown(before: Wish, parsed: ParsedMessage, context: TurnContext) -> Wish:
    return before.with_message(parsed, leanings_in(context.text), go_on=context.plan.go_on)


def _searched(state: Conversation, wish: Wish, *, located: bool) -> Outcome:
    if not (wish.service or (wish.location and located)):
        return state, (Say(WhatToSearch()),)
    around = state.center if not wish.location or is_near_me(wish.location) else None
    where = "" if around else wish.location
    if not wish.service:
        return state, (Search(wish.location, "", around),)
    return state, (Search(wish.service, where, around),)

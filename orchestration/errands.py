"""From a wish and a business to an errand, and what changes it afterwards. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from data.errand import CallPlan, Errand, ParsedMessage, Preferences
from data.place import PlaceInfo
from data.reply import Refusal
from orchestration.conversation_state import TurnContext, Wish, joined
from orchestration.leanings import NO_LEANINGS, Leanings, leanings_in
from orchestration.local_time import business_zone_name, local_now
from orchestration.slots import resolve
from orchestration.spoken_times import fold


def new_errand(
    place: PlaceInfo, wish: Wish, context: TurnContext, others: Sequence[PlaceInfo] = ()
) -> Errand:
    """The wish at this business; day and time are resolved on the business's clock. `others` are
    the businesses to try next.
    """
    zone_name = business_zone_name(place, context.default_zone)
    return Errand(
        errand_id=context.errand_id,
        customer=context.customer,
        customer_name=context.customer_name,
        language=context.language,
        business=place,
        service=wish.service,
        request=wish.request,
        preferences=resolve(
            wish.date_heard,
            wish.time_heard,
            local_now(context.now, zone_name),
            place.opening_hours,
            leanings=wish.leanings,
        ),
        others=tuple(others),
        go_on=wish.go_on and bool(others),
    )


def amended(errand: Errand, parsed: ParsedMessage, context: TurnContext) -> Errand:
    """The errand after a message that may change day, time, particulars or how to go on. Equal to
    what it was when the message only says the same again.
    """
    if context.plan.go_on and errand.others:
        errand = replace(errand, go_on=True)
    # "Mejor a las 6" as a change of mind means six instead, not six if possible.
    leanings = leanings_in(_INSTEAD.sub("", context.text, count=1))
    says = parsed.date_preference or parsed.time_preference or parsed.specific_request
    if not errand.service and parsed.service_type:
        errand = replace(errand, service=parsed.service_type)
    if not says and leanings == NO_LEANINGS:
        return errand
    before = errand.preferences
    zone_name = business_zone_name(errand.business, context.default_zone)
    new = resolve(
        parsed.date_preference or "",
        parsed.time_preference or "",
        local_now(context.now, zone_name),
        errand.business.opening_hours,
        before=before,
        leanings=leanings_of(before).then(leanings),
    )
    if _meaning(new) == _meaning(before) and any(
        (before.date, before.time_from, before.time_until)
    ):
        new = before
    request = joined(errand.request, _beside(parsed.specific_request or "", new.professional))
    return replace(
        errand,
        request=request,
        preferences=new,
    )


def _beside(request: str, professional: str) -> str:
    """The request without what only names the professional, who is kept apart."""
    if not professional:
        return request
    alone = {f"con {fold(professional)}", f"with {fold(professional)}"}
    return "" if fold(request) in alone else request


_INSTEAD = re.compile(
    r"^\W*(?:(?:no|ay|uy|perd[oó]n|sorry|che|bueno|ok|ah)\W+)*"
    r"(?:mejor|m[aá]s bien|prefiero|preferir[ií]a|rather|actually|better|i'?d prefer)\b\W*",
    re.IGNORECASE,
)
_CALLS_OFF = re.compile(r"\b(?:anul\w*|cancel\w*|dar de baja|call off)\b")


def calls_off(errand: Errand) -> bool:
    """Whether something that is booked is to be cancelled: then nothing can come of it that is
    booked.
    """
    return _CALLS_OFF.search(fold(f"{errand.service} {errand.request}")) is not None


def leanings_of(preferences: Preferences) -> Leanings:
    """How firm the preferences are."""
    return Leanings(
        preferences.date_is_wish or None,
        preferences.time_is_wish or None,
        preferences.professional,
        preferences.professional_is_must or None,
    )


def _meaning(preferences: Preferences) -> Preferences:
    return replace(preferences, date_heard="", time_heard="")


def wish_of(errand: Errand | None) -> Wish:
    """The wish behind an errand, for another business."""
    if errand is None:
        return Wish()
    wanted = errand.preferences
    return Wish(
        service=errand.service,
        request=errand.request,
        # A range has no single day to say: it is resolved again from the customer's words.
        date_heard=wanted.date_heard if wanted.date_until else wanted.date or wanted.date_heard,
        time_heard=wanted.time_heard,
        leanings=leanings_of(wanted),
        go_on=errand.go_on,
    )


def moved_to(errand: Errand, place: PlaceInfo) -> Errand:
    """The same errand at one of its other businesses; those before it are left behind."""
    at = errand.others.index(place)
    return replace(errand, business=place, others=errand.others[at + 1 :])


def dated_before(errand: Errand, today: date) -> bool:
    """Whether the last day that it was wanted for has passed."""
    wanted = errand.preferences
    last = wanted.date_until or wanted.date
    return bool(last) and last < today.isoformat()


def undated(errand: Errand) -> Errand:
    """The errand for any day, once its own has passed."""
    preferences = replace(errand.preferences, date="", date_until="", date_heard="")
    return replace(errand, preferences=preferences)


def callable_ones(places: Sequence[PlaceInfo], context: TurnContext) -> tuple[PlaceInfo, ...]:
    """Those whose number may be called, with the number as it will be dialled."""
    kept = []
    for place in places:
        number = context.check_number(place.phone or "")
        if not isinstance(number, Refusal):
            kept.append(place.model_copy(update={"phone": number}))
    return tuple(kept)


def ladder(
    places: Sequence[PlaceInfo], option: int, plan: CallPlan
) -> tuple[PlaceInfo, tuple[PlaceInfo, ...]]:
    """Whom to call first, and who may be next: as the customer said it, else in the list's order.

    `option` is 1-based and on the list.
    """
    order = [each for each in plan.order if 1 <= each <= len(places)]
    if len(order) > 1 and order[0] == option:
        return places[option - 1], tuple(places[each - 1] for each in order[1:])
    rest = tuple(place for at, place in enumerate(places, 1) if at != option)
    return places[option - 1], rest


def called_name(errand: Errand | None) -> str:
    """What a business is called towards the customer: its name, else its number."""
    return (errand.business.name or errand.business.phone or "") if errand else ""

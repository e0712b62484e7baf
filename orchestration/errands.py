"""From a wish and a business to an errand, and what changes it afterwards. Pure."""

from __future__ import annotations

from dataclasses import replace

from data.errand import Errand, ParsedMessage
from data.place import PlaceInfo
from orchestration.conversation_state import TurnContext, Wish, joined
from orchestration.local_time import business_zone_name, local_now
from orchestration.slots import resolve


def new_errand(place: PlaceInfo, wish: Wish, context: TurnContext) -> Errand:
    """The wish at this business; day and time are resolved on the business's clock."""
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
        ),
    )


def amended(errand: Errand, parsed: ParsedMessage, context: TurnContext) -> Errand:
    """The errand after a message that may change day, time or particulars. Equal to what it was
    when the message only says the same again.
    """
    if not (parsed.date_preference or parsed.time_preference or parsed.specific_request):
        return errand
    zone_name = business_zone_name(errand.business, context.default_zone)
    new = resolve(
        parsed.date_preference or "",
        parsed.time_preference or "",
        local_now(context.now, zone_name),
        errand.business.opening_hours,
        before=errand.preferences,
    )
    before = errand.preferences
    if (new.date, new.time_from, new.time_until) == (
        before.date,
        before.time_from,
        before.time_until,
    ) and (before.date or before.time_from or before.time_until):
        new = before
    return replace(
        errand,
        service=errand.service or parsed.service_type or "",
        request=joined(errand.request, parsed.specific_request or ""),
        preferences=new,
    )


def wish_of(errand: Errand | None) -> Wish:
    """The wish behind an errand, for another business."""
    if errand is None:
        return Wish()
    return Wish(
        service=errand.service,
        request=errand.request,
        date_heard=errand.preferences.date or errand.preferences.date_heard,
        time_heard=errand.preferences.time_heard,
    )


def called_name(errand: Errand | None) -> str:
    """What a business is called towards the customer: its name, else its number."""
    return (errand.business.name or errand.business.phone or "") if errand else ""

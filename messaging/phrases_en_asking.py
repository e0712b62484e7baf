"""English for what the customer is asked: which business, whether to call, and what it asks."""

from __future__ import annotations

from data import reply as r
from data.errand import Preferences
from data.place import Opening, PlaceInfo
from messaging.phrases_en_parts import TIMES, in_area
from messaging.showing import (
    MOST_OPTIONS,
    MOST_PLACES,
    NAME,
    OPTION,
    QUESTION,
    REQUEST,
    SERVICE,
    SIZES,
    fits,
    has_name,
    shown_address,
    shown_called,
    shown_rating,
    shown_votes,
    shown_who,
)
from messaging.text import harmless

NOT_UNDERSTOOD = "Sorry, I didn't get that."
_DEMO = "_These are demo examples, not real businesses._"
_LOCATION_HELPS = (
    "📍 To search near you, share your location: tap 📎 (or +) in this chat, choose *Location* "
    "and send your current one."
)


def choices(offered: r.ChoicesOffered) -> str:
    """A numbered list, and which one to call."""
    places = offered.places[:MOST_PLACES]
    service = harmless(offered.service, SERVICE)
    count = len(places)
    ask = (
        "Reply *1* if you want me to call, or *no* to leave it."
        if count == 1
        else f"Which one should I call? Reply with the number (1 to {count}) or *none*."
    )
    around = [
        *([_DEMO] if offered.from_demo_data else []),
        *([_LOCATION_HELPS] if offered.location_helps else []),
    ]
    openings = dict(enumerate(offered.openings, 1))
    what = f" for “{service}”" if service else ""
    head = f"Here is what I found{what}{in_area(offered.location)}:"
    text = ""
    for name, details in SIZES:
        entries = (
            _entry(number, place, openings.get(number), name, details)
            for number, place in enumerate(places, 1)
        )
        text = "\n\n".join([head, "\n".join(entries), *around, ask])
        if fits(text):
            break
    return text


def _entry(number: int, place: PlaceInfo, opening: Opening | None, name: int, details: int) -> str:
    facts = [shown_address(place.address, details)]
    if rating := shown_rating(place):
        votes = shown_votes(place)
        facts.append(f"★ {rating}{f' ({votes} reviews)' if votes else ''}")
    if opening is not None:
        facts.append(TIMES.opening(opening))
    rest = " · ".join(fact for fact in facts if fact)
    called = harmless(place.name, name) or "No name"
    return f"{number}. *{called}*" + (f"\n    {rest}" if rest else "")


def confirmation(asked: r.ConfirmationAsked) -> str:
    """The question before dialling, with everything that a yes allows."""
    who = shown_who(asked.business_name, asked.phone)
    sorry = f"{NOT_UNDERSTOOD} " if asked.not_understood else ""
    moment = TIMES.moment(asked.call_at)
    lines = [f"{sorry}Shall I call {who}{f' {moment}' if moment else ''}?"]
    if moment:
        lines.append("They are closed now." if asked.closed else "I won't call before then.")
    lines.append("")
    service = harmless(asked.service, SERVICE)
    if service:
        lines.append(f"• For: {service}")
    lines.append(f"• When: {TIMES.wished(asked.preferences)}")
    if by_whom := _by_whom(asked.preferences):
        lines.append(f"• With: {by_whom}")
    if request := harmless(asked.request, REQUEST):
        lines.append(f"• Also: {request}")
    lines.append("")
    answer = "and I'll call then," if moment else "to call"
    answer = f"Reply *yes* {answer} or *no* to leave it. To change something, just write it."
    if asked.in_writing:
        answer = f"I heard you, but before I call I need the *yes* in writing. {answer}"
    text = ""
    for name, _ in SIZES:
        text = "\n".join([*lines, *_others(asked.others, name), answer])
        if fits(text):
            break
    return text


def _by_whom(preferences: Preferences) -> str:
    name = harmless(preferences.professional, NAME)
    if not name:
        return ""
    return f"{name} (nobody else)" if preferences.professional_is_must else f"{name}, if possible"


def _others(others: tuple[PlaceInfo, ...], name: int) -> list[str]:
    if not others:
        return []
    return [
        "If they can't, your *yes* lets me go on in this order, until there is one booking:",
        *(
            f"{number}. {shown_who(place.name, place.phone or '', name)}"
            for number, place in enumerate(others, 2)
        ),
        "",
    ]


def business_question(asks: r.BusinessAsks) -> str:
    """What the business wants to know while it is on the line."""
    name = shown_called(asks.business_name)
    question = harmless(asks.question, QUESTION)
    options = [harmless(option, OPTION) for option in asks.options[:MOST_OPTIONS]]
    who = f"*{name}*" if has_name(asks.business_name) else "The business"
    lines = [f"❓ {who} is on the line and asks: “{question}”"]
    if options:
        lines += ["", *(f"{number}. {option}" for number, option in enumerate(options, 1))]
    how = "with the number or in your own words" if options else "in your own words"
    time = f"You have about {asks.within_s} seconds: reply" if asks.within_s > 0 else "Reply"
    return "\n".join([*lines, "", f"{time} {how}. Never send passwords or card details."])

"""English, plain and short."""

from __future__ import annotations

from typing import assert_never

from data import reply as r
from data.call import OutcomeStatus
from data.place import PlaceInfo
from messaging.showing import (
    LISTED_ADDRESS,
    LISTED_NAME,
    MOST_PLACES,
    NAME,
    REQUEST,
    SERVICE,
    WORDS,
    Calendar,
    TimeWords,
    shown_called,
    shown_day,
    shown_moment,
    shown_number,
    shown_time,
    when_agreed,
)
from messaging.text import harmless

_CALENDAR = Calendar(
    ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    (
        *("January", "February", "March", "April", "May", "June", "July", "August"),
        *("September", "October", "November", "December"),
    ),
    "{weekday}, {month} {day}",
)
_TIMES = TimeWords("at {a}", "between {a} and {b}", "from {a} on", "before {b}")

APOLOGY = (
    "Sorry, we have a technical problem and cannot go on with this call. "
    "Thank you for answering. Goodbye."
)
CALLBACK_EXPLANATION = (
    "Hello. This is the number of Vocero, an artificial intelligence assistant that makes phone "
    "calls on behalf of other people. We cannot take calls here. If we called you recently, it "
    "was to ask for an appointment or a reservation. Thank you, and goodbye."
)

_DEMO = "_These are demo examples, not real businesses._"

_HELP = """\
Hi! I'm *Vocero*: I phone businesses for you and tell you what they said.

Write to me like this:
• “A haircut tomorrow at five in Palermo”
• “Call +54 11 5555-0100 and book a table for four”
• “Find dentists near Sol”

I always ask before I call. *Cancel* stops everything."""


def words(reply: r.Reply) -> str:
    """The reply in English; it may still be longer than a message."""
    match reply:
        case r.HelpGiven():
            return _HELP
        case r.NotUnderstood():
            return (
                "Sorry, I didn't get that. Tell me what you need and where (“dentist downtown, "
                "Thursday afternoon”), or send me the number to call."
            )
        case r.TextPlease():
            return "I can only read text for now. Could you write it to me, please?"
        case r.WhatToSearch():
            return (
                "Sure! What kind of business should I look for, and where? For example: “hair "
                "salon downtown”. You can also send me a number."
            )
        case r.ChoicesOffered():
            return _choices(reply)
        case r.NothingFound():
            return _nothing(reply)
        case r.SearchFailed():
            return (
                "The search isn't working right now. Try again in a few minutes, or send me the "
                "business's number and I'll call it directly."
            )
        case r.ChoiceNeeded(count):
            if count == 1:
                return "Reply *1* to choose it, or *no* to leave it."
            return f"Which one on the list? Reply with a number from 1 to {count}, or *none*."
        case r.ConfirmationAsked():
            return _confirmation(reply)
        case r.NumberRefused(number, refusal):
            return _refused(number, refusal)
        case r.OverLimit(limit, name, until):
            return _over(limit, shown_called(name), until)
        case r.CallStarted(name, phone):
            return f"📞 Calling {_who(name, phone)}…"
        case r.CallAnswered(name):
            return f"They picked up{_at(name)}. I'm talking; I'll tell you as soon as I'm done."
        case r.AlreadyCalling(name):
            return (
                f"I'm on a call{_with(name)} right now. When it ends we'll go on with the rest. "
                "To end it, write *cancel*."
            )
        case r.PassedOn(name):
            return f"Okay, I'm telling {shown_called(name) or 'them'} on the call."
        case r.Cancelled():
            return "Okay, I won't call anyone. Write to me whenever you need something."
        case r.CancelUnderway(name):
            return f"I'm ending the call{_with(name)}. I'll tell you how it ended in a moment."
        case r.NothingToCancel(name):
            if name:
                return (
                    f"There is no call going on. The booking{_with(name)} still stands: if you "
                    "want it cancelled, tell me and I'll call them."
                )
            return "There is nothing going on to cancel."
        case r.ResultTold():
            return _result(reply)
        case _:
            assert_never(reply)


def _who(name: str, phone: str) -> str:
    shown = harmless(name, NAME)
    return f"*{shown}* ({shown_number(phone)})" if shown else shown_number(phone)


def _at(name: str) -> str:
    return f" at {shown_called(name)}" if shown_called(name) else ""


def _with(name: str) -> str:
    return f" with {shown_called(name)}" if shown_called(name) else ""


def _choices(offered: r.ChoicesOffered) -> str:
    service = harmless(offered.service, SERVICE)
    head = f"Here is what I found for “{service}”:" if service else "Here is what I found:"
    places = offered.places[:MOST_PLACES]
    entries = [_entry(number, place) for number, place in enumerate(places, 1)]
    count = len(places)
    ask = (
        "Reply *1* if you want me to call, or *no* to leave it."
        if count == 1
        else f"Which one should I call? Reply with the number (1 to {count}) or *none*."
    )
    demo = [_DEMO] if offered.from_demo_data else []
    return "\n\n".join([head, "\n".join(entries), *demo, ask])


def _entry(number: int, place: PlaceInfo) -> str:
    details = [harmless(place.address, LISTED_ADDRESS)]
    if place.rating is not None:
        votes = f" ({place.rating_count} reviews)" if place.rating_count else ""
        details.append(f"★ {place.rating:.1f}{votes}")
    rest = " · ".join(detail for detail in details if detail)
    name = harmless(place.name, LISTED_NAME) or "No name"
    return f"{number}. *{name}*" + (f"\n    {rest}" if rest else "")


def _nothing(nothing: r.NothingFound) -> str:
    service, location = harmless(nothing.service, SERVICE), harmless(nothing.location, NAME)
    what = f" for “{service}”" if service else ""
    where = f" in {location}" if location else ""
    demo = " (I only searched the demo examples)" if nothing.from_demo_data else ""
    return (
        f"I found no business with a phone{what}{where}{demo}. Try other words or another area, "
        "or send me the number and I'll call it."
    )


def _confirmation(asked: r.ConfirmationAsked) -> str:
    day = shown_day(asked.preferences.date or asked.preferences.date_heard, _CALENDAR)
    time = shown_time(asked.preferences, _TIMES)
    if day and not time:
        when = f"{day}, any time"
    elif time and not day:
        when = f"as soon as possible, {time}"
    else:
        when = ", ".join(part for part in (day, time) if part) or "as soon as possible"
    lines = [f"Shall I call {_who(asked.business_name, asked.phone)}?", ""]
    service, request = harmless(asked.service, SERVICE), harmless(asked.request, REQUEST)
    if service:
        lines.append(f"• For: {service}")
    lines.append(f"• When: {when}")
    if request:
        lines.append(f"• Also: {request}")
    lines += ["", "Reply *yes* to call or *no* to leave it. To change something, just write it."]
    return "\n".join(lines)


def _refused(number: str, refusal: r.Refusal) -> str:
    shown = shown_number(number) if number else "That number"
    match refusal:
        case r.Refusal.INVALID:
            why = "this doesn't look like a complete phone number. Could you check and resend it?"
        case r.Refusal.COUNTRY:
            why = "this is in a country that I cannot call."
        case r.Refusal.PREMIUM:
            why = "this is a special-rate number, and I don't call those."
        case r.Refusal.EMERGENCY:
            why = (
                "this is an emergency or short number: I cannot call it. If this is an "
                "emergency, please call it yourself, right now."
            )
        case r.Refusal.OWN:
            why = "this is your number or ours, so I won't call it. Send me the business's number."
        case r.Refusal.BLOCKED:
            why = "they asked us not to call again. I can look for another place."
        case _:
            assert_never(refusal)
    return f"{shown}: {why}"


def _over(limit: r.Limit, name: str, until: str) -> str:
    there = name or "this business"
    moment = shown_moment(until, _CALENDAR, "from {a} on")
    again = f" I can call{' on' if ' ' in until else ''} {moment}." if moment else ""
    match limit:
        case r.Limit.CUSTOMER_DAY:
            return f"You have reached today's maximum of calls. Let's go on tomorrow.{again}"
        case r.Limit.BUSINESS_DAY:
            return (
                f"We have called {there} several times today. Let's try tomorrow, or another "
                f"place.{again}"
            )
        case r.Limit.BUSINESS_BUSY:
            return f"We are on the line with {there} already. Write to me in a few minutes.{again}"
        case r.Limit.CALLS:
            return f"All our lines are in use. Write to me in a few minutes.{again}"
        case r.Limit.DRAINING:
            return "I'm about to restart. Write to me in a minute and I'll call."
        case r.Limit.HOURS:
            return (
                f"I don't call {there} at this hour: it is outside calling hours."
                f"{again or ' Write to me later.'}"
            )
        case _:
            assert_never(limit)


def _result(told: r.ResultTold) -> str:
    result = told.result
    who = _who(told.business_name, told.phone)
    when = when_agreed(result, _CALENDAR, _TIMES)
    on = f": *{when}*" if when else ""
    match result.status:
        case OutcomeStatus.BOOKED:
            head = f"✅ *Booked* at {who}{on}."
        case OutcomeStatus.UNCONFIRMED:
            thought = f" We spoke about {when}." if when else ""
            head = (
                f"⚠️ *Not confirmed*: I spoke with {who}, but it was not clearly confirmed."
                f"{thought} Please don't count on it yet."
            )
        case OutcomeStatus.NO_AVAILABILITY:
            head = f"{who} has nothing free {f'for {when}' if when else 'for what you asked'}."
        case OutcomeStatus.CALLBACK_NEEDED:
            head = f"{who} asks to be called again{f': {when}' if when else ''}."
        case OutcomeStatus.WRONG_NUMBER:
            head = f"{who}: they said it is a wrong number. Nothing was booked."
        case OutcomeStatus.NO_ANSWER:
            head = f"{who} does not answer. Nothing was booked."
        case OutcomeStatus.BUSY:
            head = f"{who}: the line is busy. Nothing was booked."
        case OutcomeStatus.VOICEMAIL:
            head = f"{who}: voicemail picked up. I left no message and nothing was booked."
        case OutcomeStatus.CANCELLED:
            head = f"The call to {who} was cancelled, as you asked. Nothing is confirmed."
        case OutcomeStatus.INTERRUPTED:
            head = f"The call with {who} broke off before it was done. Nothing is confirmed."
        case OutcomeStatus.FAILED:
            head = f"I could not complete the call to {who}. Nothing is confirmed."
        case _:
            assert_never(result.status)
    lines = [head]
    if professional := harmless(result.professional_name or "", NAME):
        lines.append(f"• With: {professional}")
    if instructions := harmless(result.instructions or "", WORDS):
        lines.append(f"• Instructions: {instructions}")
    if notes := harmless(result.notes or "", WORDS):
        lines.append(f"• Note: {notes}")
    if quote := harmless(told.quote, WORDS):
        lines.append(f"• The business said: “{quote}”")
    if detail := harmless(told.detail, WORDS):
        lines.append(f"• Reason: {detail}")
    if step := _next_step(told):
        lines += ["", step]
    return "\n".join(lines)


def _next_step(told: r.ResultTold) -> str:
    match told.next_step:
        case r.NextStep.NONE:
            return ""
        case r.NextStep.CALL_AGAIN:
            if told.result.status is OutcomeStatus.UNCONFIRMED:
                return "Shall I call again to confirm it? Reply *yes* or *no*."
            return "Shall I call again? Reply *yes* or *no*."
        case r.NextStep.OTHER_PLACE:
            return "Shall I show you the others on the list? Reply *yes* or *no*."
        case _:
            assert_never(told.next_step)

"""English for how a call ended: everything in one text, with what to do next."""

from __future__ import annotations

from typing import assert_never

from data import reply as r
from data.call import CallResult, OutcomeStatus
from data.errand import Preferences
from messaging.phrases_en_parts import TIMES, who_there
from messaging.showing import NAME, WORDS, fitted, has_name, shown_link, shown_number, shown_who
from messaging.text import harmless


def result(told: r.ResultTold) -> str:
    """The one result of a dialled call."""
    outcome = told.result
    lines = []
    if told.cancelled_late:
        lines.append(
            "• You cancelled when it was done already: the booking stands. If you don't want it, "
            "please tell them yourself."
        )
    if professional := harmless(outcome.professional_name or "", NAME):
        lines.append(f"• With: {professional}")
    if instructions := harmless(outcome.instructions or "", WORDS):
        lines.append(f"• Instructions, from the call: “{instructions}”")
    if quote := harmless(told.quote, WORDS):
        lines.append(f"• The business said: “{quote}”")
    if notes := harmless(outcome.notes or "", WORDS):
        lines.append(f"• Note from the call: “{notes}”")
    if detail := harmless(told.detail, WORDS):
        lines.append(f"• Reason: {detail}")
    tail = []
    if link := shown_link(told.calendar_url):
        tail += ["", f"Add to your calendar: {link}"]
    if step := _next_step(told):
        tail += ["", step]
    return fitted(_head(told), lines, tail)


def _head(told: r.ResultTold) -> str:
    who = shown_who(told.business_name, told.phone)
    there = who_there(told.business_name, told.phone)
    when = TIMES.agreed(told.result)
    match told.result.status:
        case OutcomeStatus.BOOKED:
            if told.asked is not None:
                return _not_as_asked(told, told.asked, when)
            how = f"at {who}" if has_name(told.business_name) else f"by phone ({who})"
            return f"✅ *Booked* {how}{f': *{when}*' if when else ''}."
        case OutcomeStatus.UNCONFIRMED:
            thought = f" We spoke about {when}." if when else ""
            return (
                f"⚠️ *Not confirmed*: I spoke with {there}, but it was not clearly confirmed."
                f"{thought} Please don't count on it yet."
            )
        case OutcomeStatus.NO_AVAILABILITY:
            return f"{_first_upper(there)} has nothing free {_for(told.result)}."
        case OutcomeStatus.CALLBACK_NEEDED:
            return f"{_first_upper(there)} asks to be called again{f': {when}' if when else ''}."
        case OutcomeStatus.WRONG_NUMBER:
            return f"{who}: they said this is a wrong number. Nothing was booked."
        case OutcomeStatus.NO_ANSWER:
            return f"{who} does not answer. Nothing was booked."
        case OutcomeStatus.BUSY:
            return f"{who}: the line is busy. Nothing was booked."
        case OutcomeStatus.VOICEMAIL:
            return f"{who}: I got their voicemail. I left no message and nothing was booked."
        case OutcomeStatus.CANCELLED:
            return f"The call to {who} was cancelled, as you asked. Nothing is confirmed."
        case OutcomeStatus.INTERRUPTED:
            return f"The call with {who} was cut off before it was finished. Nothing is confirmed."
        case OutcomeStatus.FAILED:
            return f"I could not complete the call to {who}. Nothing is confirmed."
        case _:
            assert_never(told.result.status)


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _not_as_asked(told: r.ResultTold, asked: Preferences, when: str) -> str:
    where = f"at {shown_who(told.business_name, told.phone)}"
    booked = ", ".join(
        part for part in (when, where if has_name(told.business_name) else "") if part
    )
    by_whom = harmless(asked.professional, NAME)
    wanted = ", ".join(
        part for part in (TIMES.asked(asked), f"with {by_whom}" if by_whom else "") if part
    )
    return (
        f"⚠️ *Booked, but not as you asked*{f': {booked}' if booked else ''}"
        f"{f' (you had asked for {wanted})' if wanted else ''}.\n"
        "If it doesn't suit you, it has to be cancelled: their number is "
        f"{shown_number(told.phone)}."
    )


def _for(result: CallResult) -> str:
    when = TIMES.agreed(result)
    if not when:
        return "for what you asked for"
    return f"for {when}" if result.date else when


def _next_step(told: r.ResultTold) -> str:
    step = told.next_step
    again = step is r.NextStep.CALL_AGAIN
    name, phone = told.next_name, told.next_phone
    if again:
        name, phone = name or told.business_name, phone or told.phone
    if not phone:
        return ""  # nobody may agree to a number that they do not see
    moment = TIMES.moment(told.next_at)
    who, at = shown_who(name, phone), f" {moment}" if moment else ""
    match step:
        case r.NextStep.NONE:
            return ""
        case r.NextStep.CALL_AGAIN:
            unsure = told.result.status is OutcomeStatus.UNCONFIRMED
            why = " to confirm it" if unsure else ""
            return f"Shall I call {who} again{at}{why}? Reply *yes* or *no*."
        case r.NextStep.NEXT_PLACE:
            return f"Shall I call {who}{at}? Reply *yes* or *no*."
        case r.NextStep.GOING_ON:
            calling = "I'll call" if at else "I'm calling"
            return f"I'm going on to the next one, as we agreed: {calling} {who}{at}."
        case _:
            assert_never(step)

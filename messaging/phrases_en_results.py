"""English for how a call ended: everything in one text, with what to do next."""

from __future__ import annotations

from typing import assert_never

from data import reply as r
from data.call import CallResult, OutcomeStatus
from messaging.phrases_en_parts import TIMES
from messaging.showing import NAME, WORDS, fitted, shown_link, shown_who
from messaging.text import harmless


def result(told: r.ResultTold) -> str:
    """The one result of a dialled call."""
    outcome = told.result
    lines = []
    if professional := harmless(outcome.professional_name or "", NAME):
        lines.append(f"• With: {professional}")
    if instructions := harmless(outcome.instructions or "", WORDS):
        lines.append(f"• Instructions: {instructions}")
    if quote := harmless(told.quote, WORDS):
        lines.append(f"• The business said: “{quote}”")
    if notes := harmless(outcome.notes or "", WORDS):
        lines.append(f"• Note: {notes}")
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
    when = TIMES.agreed(told.result)
    match told.result.status:
        case OutcomeStatus.BOOKED:
            return f"✅ *Booked* at {who}{f': *{when}*' if when else ''}."
        case OutcomeStatus.UNCONFIRMED:
            thought = f" We spoke about {when}." if when else ""
            return (
                f"⚠️ *Not confirmed*: I spoke with {who}, but it was not clearly confirmed."
                f"{thought} Please don't count on it yet."
            )
        case OutcomeStatus.NO_AVAILABILITY:
            return f"{who} has nothing free {_for(told.result)}."
        case OutcomeStatus.CALLBACK_NEEDED:
            return f"{who} asks to be called again{f': {when}' if when else ''}."
        case OutcomeStatus.WRONG_NUMBER:
            return f"{who}: they said it is a wrong number. Nothing was booked."
        case OutcomeStatus.NO_ANSWER:
            return f"{who} does not answer. Nothing was booked."
        case OutcomeStatus.BUSY:
            return f"{who}: the line is busy. Nothing was booked."
        case OutcomeStatus.VOICEMAIL:
            return f"{who}: voicemail picked up. I left no message and nothing was booked."
        case OutcomeStatus.CANCELLED:
            return f"The call to {who} was cancelled, as you asked. Nothing is confirmed."
        case OutcomeStatus.INTERRUPTED:
            return f"The call with {who} broke off before it was done. Nothing is confirmed."
        case OutcomeStatus.FAILED:
            return f"I could not complete the call to {who}. Nothing is confirmed."
        case _:
            assert_never(told.result.status)


def _for(result: CallResult) -> str:
    when = TIMES.agreed(result)
    if not when:
        return "for what you asked"
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

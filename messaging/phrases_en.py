"""English, plain and short."""

from __future__ import annotations

from typing import assert_never

from data import reply as r
from messaging.call_replies import CallReply
from messaging.phrases_en_asking import NOT_UNDERSTOOD, business_question, choices, confirmation
from messaging.phrases_en_parts import TIMES, at_place, in_area, of_place, them, with_place
from messaging.phrases_en_results import result
from messaging.showing import REQUEST, SERVICE, SPOKEN, shown_called, shown_number, shown_who
from messaging.text import harmless

APOLOGY = (
    "Sorry, we have a technical problem and cannot go on with this call. "
    "Thank you for answering. Goodbye."
)
CALLBACK_EXPLANATION = (
    "Hello. This is the number of Vocero, an artificial intelligence assistant that makes phone "
    "calls on behalf of other people. We cannot take calls here. If we called you recently, it "
    "was to ask for an appointment or a reservation. Thank you, and goodbye."
)

_HELP = """\
Hi! I'm *Vocero*: I phone businesses for you and tell you what they said.

Write to me, for example:
• “A haircut tomorrow at five, downtown”
• “Find dentists near the station”
• or the number of a business and what to call it for

You can also send me a voice note or share your location.

I always ask before I call. *Cancel* stops everything."""

_NOT_UNDERSTOOD = (
    f"{NOT_UNDERSTOOD} Tell me what you need and where (“dentist downtown, Thursday "
    "afternoon”), or send me the number to call."
)
_OUR_FAULT = (
    "Sorry, something went wrong on my side and I couldn't handle that message. Please write it "
    "again."
)
_TEXT_PLEASE = (
    "I can't look at pictures, documents or other files. Could you write it to me, or send me a "
    "voice note?"
)
_LOCATION_NOTED = (
    "📍 I have your location. What should I look for near it? For example: “hair salon” or "
    "“dentist”."
)
_WHAT_TO_SEARCH = (
    "Sure! What kind of business should I look for, and where? For example: “hair salon "
    "downtown”. You can also send me a number."
)
_SEARCH_FAILED = (
    "The search isn't working right now. Try again in a few minutes, or send me the business's "
    "number and I'll call it directly."
)

_WITH_ITS_CODE = "if it's in another country, with its code, for example +44 …"
_ANOTHER = "Send me another number, or tell me what you're looking for."


def words(reply: r.Reply) -> str:
    """The reply in English; it may still be longer than a message."""
    match reply:
        case r.HelpGiven():
            return _HELP
        case r.NotUnderstood(by_our_fault):
            return _OUR_FAULT if by_our_fault else _NOT_UNDERSTOOD
        case r.Thanked():
            return "You're welcome! Write to me whenever you need something else."
        case r.TextPlease():
            return _TEXT_PLEASE
        case r.VoiceHeard(text):
            return f"🎤 I heard: “{harmless(text, SPOKEN)}”"
        case r.VoiceNotHeard(trouble):
            return _not_heard(trouble)
        case r.LocationNoted():
            return _LOCATION_NOTED
        case r.WhatToSearch():
            return _WHAT_TO_SEARCH
        case r.ChoicesOffered():
            return choices(reply)
        case r.NothingFound():
            return _nothing(reply)
        case r.SearchFailed():
            return _SEARCH_FAILED
        case r.ChoiceNeeded(count, not_understood):
            sorry = f"{NOT_UNDERSTOOD} " if not_understood else ""
            if count == 1:
                return f"{sorry}Reply *1* to choose it, or *no* to leave it."
            return (
                f"{sorry}Which one on the list? Reply with a number from 1 to {count}, or *none*."
            )
        case r.ConfirmationAsked():
            return confirmation(reply)
        case r.NumberRefused(number, refusal):
            return _refused(number, refusal)
        case r.OverLimit(limit, name, until):
            return _over(limit, shown_called(name), until)
        case r.Cancelled():
            return "Okay, I won't call anyone. Write to me whenever you need something."
        case r.NothingToCancel(name):
            return _nothing_to_cancel(name)
        case r.ResultTold():
            return result(reply)
        case _:
            return _about_a_call(reply)


def _about_a_call(reply: CallReply) -> str:
    match reply:
        case r.CallPlanned(name, phone, call_at):
            moment = TIMES.moment(call_at) or "as soon as I can"
            return (
                f"🗓️ Noted: I'll call {shown_who(name, phone)} {moment} and tell you. If you don't "
                "need it any more, write *cancel*."
            )
        case r.AlreadyBooked(name):
            return (
                f"You already have your booking{of_place(name)}, so I won't call anyone else for "
                "it. If you need something else, tell me."
            )
        case r.CallStarted(name, phone):
            return f"📞 Calling {shown_who(name, phone)}…"
        case r.CallAnswered(name):
            return (
                f"They picked up{at_place(name)}. I'm talking; I'll tell you as soon as I'm done."
            )
        case r.AlreadyCalling(name):
            return (
                f"I'm on a call{with_place(name)} right now. If you need something else, "
                "write it to me when it ends. To end it, write *cancel*."
            )
        case r.PassedOn(name):
            return f"Okay, I'm telling {them(name)} on the call."
        case r.BusinessAsks():
            return business_question(reply)
        case r.AnswerGiven(name, answer):
            return f"Okay, I told {them(name)}: “{harmless(answer, REQUEST)}”."
        case r.AnswerLate(name):
            return (
                "Your answer came when the conversation had already moved on. I passed it on to "
                f"the call{with_place(name)} all the same, in case it still helps."
            )
        case r.CancelUnderway(name):
            return f"I'm ending the call{with_place(name)}. I'll tell you how it ended in a moment."
        case _:
            assert_never(reply)


def _not_heard(trouble: r.VoiceTrouble) -> str:
    match trouble:
        case r.VoiceTrouble.EMPTY:
            return (
                "I can't make out anything in that voice note. Please record it again, closer to "
                "the microphone, or write it to me."
            )
        case r.VoiceTrouble.TOO_LONG:
            return "That voice note is too long. Please send a shorter one, or write it to me."
        case r.VoiceTrouble.GONE:
            return "I couldn't download that voice note. Please send it again, or write it to me."
        case r.VoiceTrouble.NOT_SOUND:
            return (
                "I can't listen to that file. Please record a voice note here in WhatsApp, or "
                "write it to me."
            )
        case r.VoiceTrouble.OFF:
            return "I can't listen to voice notes here. Could you write it to me, please?"
        case r.VoiceTrouble.FAILED:
            return (
                "I can't listen to voice notes right now. Please write it to me, or try again in a "
                "few minutes."
            )
        case _:
            assert_never(trouble)


def _nothing_to_cancel(name: str) -> str:
    if not name:
        return "There is nothing to cancel right now."
    return (
        f"There is no call going on. Your booking{of_place(name)} still stands; if you want to "
        "cancel it, please tell them yourself."
    )


def _nothing(nothing: r.NothingFound) -> str:
    service = harmless(nothing.service, SERVICE)
    what = f" for “{service}”" if service else ""
    where = in_area(nothing.location)
    demo = " (I only searched the demo examples)" if nothing.from_demo_data else ""
    return (
        f"I found no business with a phone{what}{where}{demo}. Try other words or another area, "
        "or send me the number and I'll call it."
    )


def _refused(number: str, refusal: r.Refusal) -> str:
    known = shown_number(number)
    shown = known or "That number"
    match refusal:
        case r.Refusal.INVALID:
            if not known:
                return (
                    "I can't use that number as it is. Please check it and send one, complete; "
                    f"{_WITH_ITS_CODE}"
                )
            return (
                f"{shown} doesn't look like a complete phone number. Please check it and send all "
                f"of it; {_WITH_ITS_CODE}"
            )
        case r.Refusal.COUNTRY:
            return f"{shown} is in a country that I can't call. {_ANOTHER}"
        case r.Refusal.PREMIUM:
            return f"{shown} is a premium-rate number, and I don't call those. {_ANOTHER}"
        case r.Refusal.EMERGENCY:
            return (
                f"{shown} is an emergency or short number: I can't call it. If this is an "
                "emergency, please call it yourself, right now."
            )
        case r.Refusal.OWN:
            return (
                f"{shown} is your number or ours, so I won't call it. Send me the business's "
                "number."
            )
        case r.Refusal.BLOCKED:
            there = f"The business at {known}" if known else "That business"
            return f"{there} asked us not to call again. I can look for another place."
        case _:
            assert_never(refusal)


def _over(limit: r.Limit, name: str, until: str) -> str:
    there = name or "this business"
    moment = TIMES.from_moment(until)
    again = f" I can call {moment}." if moment else ""
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
        case r.Limit.SPEND:
            return f"Today's budget for calls is used up. Let's go on tomorrow.{again}"
        case r.Limit.HOURS:
            return (
                f"I don't call {there} at this hour: it is outside calling hours."
                f"{again or ' Write to me later.'}"
            )
        case _:
            assert_never(limit)

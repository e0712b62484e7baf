"""The number that calls are made from, and the countries that it may call."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from vocero.doctor.case import Case
from vocero.doctor.finding import Finding, failed, needs_setting, not_checked, ok, warning
from vocero.doctor.rest import Answer, NoReply, Reply
from vocero.doctor.twilio_api import TwilioApi, no_use, rows
from vocero.twilio_addresses import CALLED_BACK, NUMBERS_PAGE

NUMBER = "phone number"
CALLBACK = "phone number webhook"
COUNTRIES = "countries"
MOST_COUNTRIES = 20
"""So many are asked for; who allows more sees to the rest in the console."""

_NUMBERS = f"see {NUMBERS_PAGE}"
_PERMISSIONS = "tick them in https://console.twilio.com, Voice > Settings > Geo permissions"
_AGAIN = "try again; https://status.twilio.com"


async def number(case: Case, api: TwilioApi) -> Sequence[Finding]:
    """Two lines: the number, and where calls to it lead."""
    lacking = case.lacks("TWILIO_PHONE_NUMBER")
    if lacking:
        return [needs_setting(name, lacking) for name in (NUMBER, CALLBACK)]
    ours = case.settings.twilio_phone_number
    owned, verified = await asyncio.gather(api.own_number(ours), api.caller_id(ours))
    if why := no_use(owned):
        return [failed(NUMBER, why, _AGAIN), not_checked(CALLBACK, why, _AGAIN)]
    assert isinstance(owned, Reply)
    found = [
        row for row in rows(owned, "incoming_phone_numbers") if row.get("phone_number") == ours
    ]
    if not found:
        return _not_owned(ours, verified)
    capable = found[0].get("capabilities")
    if not (isinstance(capable, dict) and capable.get("voice") is True):
        mend = f"take a number with voice and set TWILIO_PHONE_NUMBER to it; {_NUMBERS}"
        first = failed(NUMBER, f"{ours} cannot make calls", mend)
    else:
        first = ok(NUMBER, f"{ours} is the account's and can make calls")
    return [first, _callback(case, found[0])]


def _not_owned(ours: str, verified: Answer) -> Sequence[Finding]:
    listed = [] if isinstance(verified, NoReply) else rows(verified, "outgoing_caller_ids")
    if any(row.get("phone_number") == ours for row in listed):
        found = ok(NUMBER, f"{ours} is verified and may be called from")
        why = "calls back to a number of another provider never come here"
        return [found, not_checked(CALLBACK, why, "nothing has to be done for calls out")]
    mend = f"set TWILIO_PHONE_NUMBER to a number of this account; {_NUMBERS}"
    return [
        failed(NUMBER, f"{ours} is not this account's", mend),
        not_checked(CALLBACK, f"see {NUMBER}", f"mend {NUMBER} first"),
    ]


def _callback(case: Case, owned: dict[str, Any]) -> Finding:
    if lacking := case.lacks("BASE_URL"):
        return needs_setting(CALLBACK, lacking)
    wanted = f"{case.settings.base_url}{CALLED_BACK}"
    mend = f"set its 'a call comes in' to {wanted} (POST); {_NUMBERS}"
    if goes_elsewhere(owned):
        detail = "who calls back reaches a TwiML application or trunk, not Vocero"
        return warning(CALLBACK, detail, mend)
    if leads_to(owned.get("voice_url"), owned.get("voice_method"), wanted):
        return ok(CALLBACK, "who calls back hears what Vocero is")
    detail = "who calls back does not reach Vocero"
    return warning(CALLBACK, detail, f"run `vocero doctor --fix`, or {mend}")


def goes_elsewhere(owned: dict[str, Any]) -> str:
    """The TwiML application or trunk that a number's calls go to, or ""."""
    return str(owned.get("voice_application_sid") or owned.get("trunk_sid") or "")


def leads_to(url: object, method: object, wanted: str) -> bool:
    """Whether a webhook is this address; what follows "#" only tells Twilio how to deliver."""
    if not isinstance(url, str) or method not in (None, "", "POST"):
        return False
    return url.partition("#")[0].rstrip("/") == wanted


# --- countries -----------------------------------------------------------------------------------
async def countries(case: Case, api: TwilioApi) -> Finding:
    """Whether every country of ALLOWED_COUNTRIES may be dialled."""
    if lacking := case.lacks("ALLOWED_COUNTRIES", "DEFAULT_COUNTRY"):
        return needs_setting(COUNTRIES, lacking)
    codes = case.settings.allowed_countries[:MOST_COUNTRIES]
    answers = await asyncio.gather(*map(api.country, codes))
    off, unknown = [], []
    for code, answer in zip(codes, answers, strict=True):
        if no_use(answer) or isinstance(answer, NoReply):
            unknown.append(code)
        elif answer.fields().get("low_risk_numbers_enabled") is not True:
            off.append(code)
    if off:
        return failed(COUNTRIES, f"calls to {', '.join(off)} are off in the account", _PERMISSIONS)
    if unknown:
        why = f"Twilio did not tell about {', '.join(unknown)}"
        return not_checked(COUNTRIES, why, _PERMISSIONS)
    more = len(case.settings.allowed_countries) - len(codes)
    rest = f"; {more} more were not asked for" if more else ""
    return ok(COUNTRIES, f"calls to {', '.join(codes)} are permitted{rest}")

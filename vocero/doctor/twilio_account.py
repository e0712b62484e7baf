"""The Twilio account: credentials, kind, clock, number, countries, WhatsApp sender."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from email.utils import parsedate_to_datetime

from vocero.doctor.case import Case
from vocero.doctor.finding import Finding, failed, needs_setting, not_checked, ok, warning
from vocero.doctor.rest import Answer, NoReply, Reply
from vocero.doctor.twilio_api import TwilioApi, no_use
from vocero.doctor.twilio_number import CALLBACK, COUNTRIES, NUMBER, countries, number
from vocero.doctor.twilio_sender import INBOX, SENDER, sender
from vocero.setting_values import TWILIO_CONSOLE

CREDENTIALS = "Twilio credentials"
KIND = "Twilio account"
CLOCK = "clock"
NAMES = (CREDENTIALS, KIND, CLOCK, NUMBER, CALLBACK, COUNTRIES, SENDER, INBOX)
WORTH_A_WORD_S = 30.0
TOO_FAR_S = 300.0

_CONSOLE = f"copy TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN from {TWILIO_CONSOLE}"
_REACH = "see that this machine reaches TWILIO_API_BASE_URL; https://status.twilio.com"
_SYNCHRONISE = "let the system set its clock: timedatectl set-ntp true"
_INACTIVE = frozenset({10001, 20005})


async def look(case: Case) -> Sequence[Finding]:
    """A line for each of NAMES."""
    lacking = case.lacks("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_BASE_URL")
    if lacking:
        return [needs_setting(name, lacking) for name in NAMES]
    api = TwilioApi(case)
    # All at once, although nothing is said of the rest when the account cannot be read.
    account, about_number, where, about_sender = await asyncio.gather(
        api.account(), number(case, api), countries(case, api), sender(case, api)
    )
    credentials = _credentials(account)
    if isinstance(account, NoReply) or account.status != 200:
        why, mend = f"see {CREDENTIALS}", f"mend {CREDENTIALS} first"
        return [credentials, *(not_checked(name, why, mend) for name in NAMES[1:])]
    return [
        credentials,
        _kind(account),
        _clock(account),
        *about_number,
        where,
        *about_sender,
    ]


def _credentials(account: Answer) -> Finding:
    if isinstance(account, NoReply):
        return failed(CREDENTIALS, account.why, _REACH)
    if account.status == 200:
        return ok(CREDENTIALS, "they open the account")
    if account.status == 401:
        return failed(CREDENTIALS, "Twilio does not accept them", _CONSOLE)
    if account.fields().get("code") in _INACTIVE:
        return failed(CREDENTIALS, "the account is not active", "see https://console.twilio.com")
    if account.status == 404:
        mend = "check TWILIO_ACCOUNT_SID, and TWILIO_API_BASE_URL when it is a regional host"
        return failed(CREDENTIALS, "Twilio knows no such account there", mend)
    return failed(CREDENTIALS, no_use(account), _REACH)


def _kind(account: Reply) -> Finding:
    fields = account.fields()
    status = fields.get("status")
    if status != "active":
        state = status if status in ("suspended", "closed") else "not active"
        mend = "see https://console.twilio.com: it says why, and what has to be paid or answered"
        return failed(KIND, f"it is {state}: nobody can be called", mend)
    if fields.get("type") == "Trial":
        detail = (
            "it is a trial account: it plays a notice in place of the agent's sound, calls only"
            " numbers that you verified, and only in your own country"
        )
        return warning(KIND, detail, "upgrade it in https://console.twilio.com, Billing")
    return ok(KIND, "it is active and upgraded")


def _clock(account: Reply) -> Finding:
    try:
        told = parsedate_to_datetime(account.headers.get("date", "")).timestamp()
    except (ValueError, TypeError, IndexError):
        return not_checked(CLOCK, "Twilio's answer shows no time", _SYNCHRONISE)
    off = account.at - told
    how = f"{abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} Twilio's"
    if abs(off) > TOO_FAR_S:
        return failed(CLOCK, f"this machine's clock is {how}", _SYNCHRONISE)
    if abs(off) > WORTH_A_WORD_S:
        return warning(CLOCK, f"this machine's clock is {how}", _SYNCHRONISE)
    return ok(CLOCK, "this machine's clock agrees with Twilio's")

"""The WhatsApp sender, and where what customers write to it goes."""

from __future__ import annotations

from collections.abc import Sequence

from vocero.doctor.case import Case
from vocero.doctor.finding import Finding, failed, needs_setting, not_checked, ok, warning
from vocero.doctor.rest import Reply
from vocero.doctor.twilio_api import TwilioApi, has_more, no_use, rows
from vocero.doctor.twilio_number import leads_to
from vocero.twilio_addresses import MESSAGES, SANDBOX, SANDBOX_PAGE, SENDERS_PAGE

SENDER = "WhatsApp sender"
INBOX = "WhatsApp webhook"

_SENDERS = f"see {SENDERS_PAGE}"


async def sender(case: Case, api: TwilioApi) -> Sequence[Finding]:
    """Two lines."""
    if lacking := case.lacks("TWILIO_WHATSAPP_NUMBER"):
        return [needs_setting(name, lacking) for name in (SENDER, INBOX)]
    ours = case.settings.twilio_whatsapp_number
    if ours == SANDBOX:
        return _sandbox(case)
    answer = await api.senders()
    if why := no_use(answer):
        return [failed(SENDER, why, _SENDERS), not_checked(INBOX, why, _SENDERS)]
    assert isinstance(answer, Reply)
    found = [row for row in rows(answer, "senders") if row.get("sender_id") == f"whatsapp:{ours}"]
    later = not_checked(INBOX, f"see {SENDER}", f"mend {SENDER} first")
    if not found and has_more(answer):
        return [not_checked(SENDER, "the account has very many senders", _SENDERS), later]
    if not found:
        mend = f"set TWILIO_WHATSAPP_NUMBER to one of the account's senders; {_SENDERS}"
        return [failed(SENDER, f"{ours} is no WhatsApp sender of this account", mend), later]
    state = str(found[0].get("status", ""))
    if state.startswith("ONLINE"):
        first = ok(SENDER, f"{ours} is online")
    else:
        first = failed(SENDER, f"{ours} is not online (it is {state[:40] or 'unknown'})", _SENDERS)
    return [first, _inbox(case, found[0].get("webhook"))]


def _inbox(case: Case, webhook: object) -> Finding:
    if lacking := case.lacks("BASE_URL"):
        return needs_setting(INBOX, lacking)
    wanted = f"{case.settings.base_url}{MESSAGES}"
    if comes_here(webhook, wanted):
        return ok(INBOX, "what customers write comes here")
    mend = (
        "run `vocero doctor --fix`, or set the sender's webhook for incoming messages to"
        f" {wanted} (POST); {_SENDERS}"
    )
    return failed(INBOX, "what customers write does not come here", mend)


def comes_here(webhook: object, wanted: str) -> bool:
    """Whether what is written to a sender with this "webhook" is posted to this address."""
    told = webhook if isinstance(webhook, dict) else {}
    return leads_to(told.get("callback_url"), told.get("callback_method"), wanted)


def _sandbox(case: Case) -> Sequence[Finding]:
    detail = "this is Twilio's sandbox: for a first try, and every customer has to join it"
    first = warning(SENDER, detail, f"let people send its join code; {SANDBOX_PAGE}")
    if lacking := case.lacks("BASE_URL"):
        return [first, needs_setting(INBOX, lacking)]
    wanted = f"{case.settings.base_url}{MESSAGES}"
    mend = (
        f"see that 'when a message comes in' is {wanted} (POST); {SANDBOX_PAGE} > Sandbox settings"
    )
    return [first, not_checked(INBOX, "the sandbox does not tell its webhook", mend)]

"""What `vocero doctor --fix` can set: where Twilio's number and WhatsApp sender lead.

First looked up, then asked for, then set one by one. What is right already is not touched.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from vocero.doctor.case import Case
from vocero.doctor.rest import Answer, NoReply, Reply
from vocero.doctor.twilio_api import TwilioApi, no_use, rows
from vocero.doctor.twilio_number import CALLBACK, goes_elsewhere, leads_to
from vocero.doctor.twilio_sender import INBOX, comes_here
from vocero.setting_values import TWILIO_CONSOLE, is_loopback
from vocero.twilio_addresses import (
    CALLED_BACK,
    MESSAGES,
    NUMBERS_PAGE,
    SANDBOX,
    sandbox_by_hand,
)

NEEDED = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_BASE_URL")
MOST_SHOWN = 300
"""Characters of an address that somebody else set."""
LOOKS, LOOK_EVERY_S = 6, 0.5
"""How often it is looked whether a sender has taken its new address: that may take a moment."""

_ADDRESSES = (
    *("callback_url", "callback_method", "fallback_url", "fallback_method"),
    *("status_callback_url", "status_callback_method"),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One webhook that leads elsewhere."""

    line: str
    """The doctor's line about it."""
    about: str
    """ "calls to +14155550100"."""
    before: str
    """What it is now, or ""; not a secret."""
    after: str
    kind: Literal["number", "sender"]
    sid: str
    webhook: Mapping[str, str]
    """For a sender: all its addresses, as they are to be."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done."""

    changes: tuple[Change, ...] = ()
    by_hand: tuple[str, ...] = ()
    """Lines for what no interface can set."""
    obstacles: tuple[str, ...] = ()
    """Why something could not even be looked at, one line each."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a change."""

    change: Change
    done: bool
    why: str = ""
    """When it was not done, or not seen to be done: a clause."""


# --- looking -------------------------------------------------------------------------------------
async def plan(case: Case) -> Plan:
    """What leads elsewhere."""
    if case.lacks("BASE_URL"):
        way = "put it into .env, or before the command as `vocero serve --tunnel` prints it"
        return Plan(obstacles=(f"BASE_URL is missing or wrong: {way}",))
    if lacking := case.lacks(*NEEDED):
        return Plan(obstacles=(f"{lacking} is missing or wrong: put it into .env",))
    base, twilio = case.settings.base_url, case.settings.twilio_api_base_url
    if _is_here(base) and not _is_here(twilio):
        return Plan(obstacles=(f"BASE_URL is {base}: Twilio cannot reach this machine by that",))
    api = TwilioApi(case)
    about_number, about_sender = await asyncio.gather(_number(case, api), _sender(case, api))
    parts = (about_number, about_sender)
    return Plan(
        tuple(change for part in parts for change in part.changes),
        tuple(line for part in parts for line in part.by_hand),
        tuple(dict.fromkeys(why for part in parts for why in part.obstacles)),
    )


async def _number(case: Case, api: TwilioApi) -> Plan:
    if case.lacks("TWILIO_PHONE_NUMBER"):
        return Plan(obstacles=("TWILIO_PHONE_NUMBER is missing or wrong: put it into .env",))
    ours = case.settings.twilio_phone_number
    answer = await api.own_number(ours)
    if why := _obstacle(answer):
        return Plan(obstacles=(why,))
    owned = _row(answer, "incoming_phone_numbers", "phone_number", ours)
    if owned is None:
        # Another provider's, or nobody's: the doctor's line about it says what to do.
        return Plan()
    wanted = f"{case.settings.base_url}{CALLED_BACK}"
    if application := goes_elsewhere(owned):
        return Plan(
            by_hand=(
                f"Calls to {ours} go to {shown(application)}: that is left alone. To change it:",
                f"  {NUMBERS_PAGE} > {ours}",
                f"  A call comes in   {wanted}   POST",
            )
        )
    if leads_to(owned.get("voice_url"), owned.get("voice_method"), wanted):
        return Plan()
    before = _with_method(owned.get("voice_url"), owned.get("voice_method"))
    sid = str(owned.get("sid", ""))
    return Plan((Change(CALLBACK, f"calls to {ours}", before, wanted, "number", sid, {}),))


async def _sender(case: Case, api: TwilioApi) -> Plan:
    if case.lacks("TWILIO_WHATSAPP_NUMBER"):
        return Plan(obstacles=("TWILIO_WHATSAPP_NUMBER is missing or wrong: put it into .env",))
    ours = case.settings.twilio_whatsapp_number
    if ours == SANDBOX:
        return Plan(by_hand=tuple(sandbox_by_hand(case.settings.base_url)))
    answer = await api.senders()
    if why := _obstacle(answer):
        return Plan(obstacles=(why,))
    found = _row(answer, "senders", "sender_id", f"whatsapp:{ours}")
    wanted = f"{case.settings.base_url}{MESSAGES}"
    webhook = found.get("webhook") if found is not None else None
    if found is None or comes_here(webhook, wanted):
        return Plan()
    told = webhook if isinstance(webhook, dict) else {}
    # Whether Twilio keeps what is left out is not documented: all of it goes along.
    kept = {name: told[name] for name in _ADDRESSES if isinstance(told.get(name), str)}
    kept = {name: value for name, value in kept.items() if value}
    change = Change(
        INBOX,
        f"WhatsApp messages to {ours}",
        _with_method(told.get("callback_url"), told.get("callback_method")),
        wanted,
        "sender",
        str(found.get("sid", "")),
        {**kept, "callback_url": wanted, "callback_method": "POST"},
    )
    return Plan((change,))


def _row(answer: Answer, key: str, name: str, value: str) -> dict[str, Any] | None:
    assert isinstance(answer, Reply)
    return next((row for row in rows(answer, key) if row.get(name) == value), None)


def _is_here(url: str) -> bool:
    return is_loopback(urlsplit(url).hostname or "")


def _obstacle(answer: Answer) -> str:
    if isinstance(answer, Reply) and answer.status == 401:
        mend = f"copy TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN from {TWILIO_CONSOLE}"
        return f"Twilio does not accept the credentials: {mend}"
    return no_use(answer)


def _with_method(url: object, method: object) -> str:
    address = shown(url) if isinstance(url, str) else ""
    return (
        f"{address} ({shown(method)})" if address and method not in (None, "", "POST") else address
    )


def shown(text: object) -> str:
    """What somebody else set, on one line, without a password that may stand in it."""
    line = "".join(each if each.isprintable() else " " for each in str(text)[:MOST_SHOWN])
    scheme, separator, rest = line.partition("://")
    host, slash, path = rest.partition("/")
    if not separator or "@" not in host:
        return line
    return f"{scheme}://***@{host.rpartition('@')[2]}{slash}{path}"


# --- setting -------------------------------------------------------------------------------------
async def carry_out(case: Case, changes: Sequence[Change]) -> list[Outcome]:
    """Set them, one after the other."""
    api = TwilioApi(case)
    return [await _set(case, api, change) for change in changes]


async def _set(case: Case, api: TwilioApi, change: Change) -> Outcome:
    if change.kind == "number":
        answer = await api.set_voice_webhook(change.sid, change.after)
        return Outcome(change, not (why := _refused(answer)), why)
    answer = await api.set_sender_webhook(change.sid, change.webhook)
    if why := _refused(answer):
        return Outcome(change, False, why)
    if await _is_taken(case, api, change):
        return Outcome(change, True)
    later = "Twilio took it and does not show it yet: run `vocero doctor` again in a minute"
    return Outcome(change, True, later)


def _refused(answer: Answer) -> str:
    if isinstance(answer, NoReply):
        return f"{answer.why}; whether it was taken, the lines below say"
    if 200 <= answer.status < 300:
        return ""
    code = answer.fields().get("code")
    named = f", code {code}" if isinstance(code, int) else ""
    if answer.status in (401, 403):
        return f"these credentials may not change it (HTTP {answer.status}{named})"
    said = f": {answer.said()}" if answer.said() else ""
    return f"Twilio refused (HTTP {answer.status}{named}){said}"


async def _is_taken(case: Case, api: TwilioApi, change: Change) -> bool:
    for look in range(LOOKS):
        if look:
            await asyncio.sleep(LOOK_EVERY_S)
        plan_now = await _sender(case, api)
        if not plan_now.changes and not plan_now.obstacles:
            return True
    return False

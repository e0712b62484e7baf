"""What an account can be asked about itself: kind, numbers, countries, WhatsApp senders; and where
numbers and senders lead, which can be changed.

Source: Twilio's OpenAPI documents twilio_api_v2010, twilio_voice_v1 and twilio_messaging_v2.
"""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import replace
from email.utils import formatdate
from typing import Any
from urllib.parse import urlsplit

from quart import Quart, Response, request

from simulation.carrier_answers import as_json, page_of, sent_form
from simulation.carrier_faults import RestError
from simulation.carrier_holdings import OwnNumber, Sender
from simulation.carrier_office import Office
from simulation.carrier_record import API_VERSION

_COUNTRY = re.compile(r"[A-Z]{2}")
_WEBHOOK = {
    *("callback_url", "callback_method", "fallback_url", "fallback_method"),
    *("status_callback_url", "status_callback_method"),
}


def add_account_routes(app: Quart, office: Office) -> None:
    """Adds them to the REST API, which has checked the credentials."""
    holdings = office.holdings
    account = f"/{API_VERSION}/Accounts/<account>"
    before: dict[str, Sender] = {}

    @app.after_request
    async def date(response: Response) -> Response:
        response.headers["Date"] = formatdate(time.time() + holdings.clock_ahead_s, usegmt=True)
        return response

    @app.get(f"/{API_VERSION}/Accounts/<account>.json")
    async def show_account(account: str) -> Response:
        kind = "Trial" if office.settings.trial else "Full"
        return as_json({"sid": office.account_sid, "status": holdings.status, "type": kind})

    @app.get(f"{account}/IncomingPhoneNumbers.json")
    async def list_numbers(account: str) -> Response:
        wanted = _wanted_number()
        return page_of(
            "incoming_phone_numbers",
            [
                _number(office, number, owned)
                for number, owned in holdings.numbers.items()
                if wanted in ("", number)
            ],
        )

    @app.get(f"{account}/OutgoingCallerIds.json")
    async def list_caller_ids(account: str) -> Response:
        wanted = _wanted_number()
        return page_of(
            "outgoing_caller_ids",
            [
                {"sid": _sid("PN", each), "phone_number": each, "friendly_name": each}
                for each in sorted(holdings.verified)
                if wanted in ("", each)
            ],
        )

    @app.get("/v1/DialingPermissions/Countries/<code>")
    async def show_country(code: str) -> Response:
        if not _COUNTRY.fullmatch(code):
            raise RestError(20404, f"The requested resource {request.path} was not found")
        return as_json(
            {
                "iso_code": code,
                "low_risk_numbers_enabled": code not in holdings.countries_off,
                "high_risk_special_numbers_enabled": False,
                "high_risk_tollfraud_numbers_enabled": False,
            }
        )

    @app.get("/v2/Channels/Senders")
    async def list_senders() -> Response:
        if request.args.get("Channel") != "whatsapp":
            raise RestError(20001, "Channel is required")
        known = dict(holdings.senders)
        if before and holdings.stale_lists > 0:
            holdings.stale_lists -= 1
            known |= before
        senders = [_sender(number, each) for number, each in known.items()]
        # The newer products' way of listing.
        return as_json({"senders": senders, "meta": {"key": "senders", "next_page_url": None}})

    _add_changes(app, office, before)


def _add_changes(app: Quart, office: Office, before: dict[str, Sender]) -> None:
    """`before`: senders as they were before their last change."""
    holdings = office.holdings
    account = f"/{API_VERSION}/Accounts/<account>"

    def find(sid: str, prefix: str, known: dict[str, Any]) -> str:
        for number in known:
            if _sid(prefix, number) == sid:
                return number
        raise RestError(20404, f"The requested resource {request.path} was not found")

    def may_change() -> None:
        if holdings.read_only:
            raise RestError(20403)

    @app.post(f"{account}/IncomingPhoneNumbers/<sid>.json")
    async def change_number(account: str, sid: str) -> Response:
        may_change()
        number = find(sid, "PN", holdings.numbers)
        form = {name: values[-1] for name, values in (await sent_form()).items()}
        owned = holdings.numbers[number]
        if "VoiceUrl" in form:
            if form["VoiceUrl"] and not _is_address(form["VoiceUrl"]):
                raise RestError(21502)
            owned = replace(owned, voice_url=form["VoiceUrl"])
        if "VoiceMethod" in form:
            if form["VoiceMethod"] not in ("GET", "POST"):
                raise RestError(20001, "VoiceMethod is not valid")
            owned = replace(owned, voice_method=form["VoiceMethod"])
        holdings.numbers[number] = owned
        holdings.changes.append(number)
        return as_json(_number(office, number, owned))

    @app.post("/v2/Channels/Senders/<sid>")
    async def change_sender(sid: str) -> Response:
        may_change()
        number = find(sid, "XE", holdings.senders)
        if request.mimetype != "application/json":
            raise RestError(20001, "the body must be JSON")
        given = await request.get_json(silent=True)
        webhook = given.get("webhook") if isinstance(given, dict) else None
        sender = holdings.senders[number]
        if webhook is not None:
            if not isinstance(webhook, dict) or not set(webhook) <= _WEBHOOK:
                raise RestError(20001, "webhook is not valid")
            for name, value in webhook.items():
                if name.endswith("_url") and value and not _is_address(str(value)):
                    raise RestError(20001, f"webhook.{name} is not valid")
            # Whether what is left out would stay is not documented: here it does not.
            before[number] = sender
            sender = replace(
                sender,
                callback_url=webhook.get("callback_url") or "",
                callback_method=webhook.get("callback_method") or "POST",
                fallback_url=webhook.get("fallback_url") or "",
                status_callback_url=webhook.get("status_callback_url") or "",
            )
        holdings.senders[number] = sender
        holdings.changes.append(f"whatsapp:{number}")
        return as_json(_sender(number, sender), 202)

    @app.get("/v2/Channels/Senders/<sid>")
    async def show_sender(sid: str) -> Response:
        number = find(sid, "XE", holdings.senders)
        return as_json(_sender(number, holdings.senders[number]))


def _wanted_number() -> str:
    # A plus that was not encoded arrives as a space, and finds nothing at Twilio either.
    return request.args.get("PhoneNumber", "")


def _is_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _sid(prefix: str, name: str) -> str:
    return prefix + hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()


def _number(office: Office, number: str, owned: OwnNumber) -> dict[str, object]:
    return {
        "sid": _sid("PN", number),
        "account_sid": office.account_sid,
        "phone_number": number,
        "friendly_name": number,
        "capabilities": {"voice": owned.voice, "sms": True, "mms": False, "fax": False},
        "voice_url": owned.voice_url,
        "voice_method": owned.voice_method,
        "voice_application_sid": owned.voice_application_sid,
        "trunk_sid": owned.trunk_sid,
    }


def _sender(number: str, sender: Sender) -> dict[str, object]:
    return {
        "sid": _sid("XE", number),
        "sender_id": f"whatsapp:{number}",
        "status": sender.status,
        "webhook": {
            "callback_url": sender.callback_url or None,
            "callback_method": sender.callback_method,
            "fallback_url": sender.fallback_url or None,
            "fallback_method": "POST" if sender.fallback_url else None,
            "status_callback_url": sender.status_callback_url or None,
            "status_callback_method": "POST",
        },
    }

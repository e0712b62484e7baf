"""What an account can be asked about itself: kind, numbers, countries, WhatsApp senders.

Source: Twilio's OpenAPI documents twilio_api_v2010, twilio_voice_v1 and twilio_messaging_v2.
"""

from __future__ import annotations

import hashlib
import re
import time
from email.utils import formatdate

from quart import Quart, Response, request

from simulation.carrier_answers import as_json, page_of
from simulation.carrier_faults import RestError
from simulation.carrier_holdings import OwnNumber, Sender
from simulation.carrier_office import Office
from simulation.carrier_record import API_VERSION

_COUNTRY = re.compile(r"[A-Z]{2}")


def add_account_routes(app: Quart, office: Office) -> None:
    """Adds them to the REST API, which has checked the credentials."""
    holdings = office.holdings
    account = f"/{API_VERSION}/Accounts/<account>"

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
        senders = [_sender(number, each) for number, each in holdings.senders.items()]
        # The newer products' way of listing.
        return as_json({"senders": senders, "meta": {"key": "senders", "next_page_url": None}})


def _wanted_number() -> str:
    # A plus that was not encoded arrives as a space, and finds nothing at Twilio either.
    return request.args.get("PhoneNumber", "")


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
        "voice_method": "POST",
        "voice_application_sid": None,
        "trunk_sid": None,
    }


def _sender(number: str, sender: Sender) -> dict[str, object]:
    return {
        "sid": _sid("XE", number),
        "sender_id": f"whatsapp:{number}",
        "status": sender.status,
        "webhook": {"callback_url": sender.callback_url, "callback_method": "POST"},
    }

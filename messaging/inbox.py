"""The WhatsApp webhook's form: parsed or refused by name, whatever it holds. Pure.

Twilio joins names and values without separators before it signs, so a signed form can
be re-split so that a field vanishes and still verifies: ids must have exactly their shape.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from data.store import IncomingMessage
from messaging.buttons import said_by_button
from messaging.text import MESSAGE_LIMIT, clean, shorten

_SID = re.compile(r"(?:SM|MM)[0-9a-f]{32}", re.ASCII)
_ADDRESS = re.compile(r"whatsapp:[\x21-\x7e]{1,120}", re.ASCII)
_NUMBER = re.compile(r"whatsapp:\+([1-9][0-9]{5,14})", re.ASCII)
_DEGREES = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,20})?", re.ASCII)
_COUNT = re.compile(r"[0-9]{1,2}", re.ASCII)
_CONTENT_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,80}(?:;[ -~]{0,80})?", re.ASCII)
_ERROR_CODE = re.compile(r"[0-9]{1,6}", re.ASCII)
_STATUS = re.compile(r"[a-z]{2,20}", re.ASCII)
_PRINTABLE_URL = re.compile(r"https?://[\x21-\x7e]{1,2000}", re.ASCII)


class Form(Protocol):
    """A form in which a name may occur many times (Quart's `await request.form` fits)."""

    def getlist(self, key: str) -> list[str]: ...


class Fault(StrEnum):
    """Why a form is not a message for us."""

    MESSAGE_SID = "message_sid"
    ACCOUNT = "account"
    SENDER = "sender"
    RECIPIENT = "recipient"
    STATUS_CALLBACK = "status_callback"
    """A delivery report came to the address for messages."""
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Refused:
    """Not taken. `detail` is for the log: it quotes nothing from the form."""

    fault: Fault
    detail: str


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What became of a message that we sent."""

    message_sid: str
    status: str
    """queued, sending, sent, delivered, read, undelivered, failed …: reports come in any order."""
    error_code: str
    """Twilio's number as text ("63016"), or ""."""


def read_message(
    form: Form, *, account_sid: str, our_number: str, received_at: float
) -> IncomingMessage | Refused:
    """A customer's message. `our_number` is E.164; `received_at` in seconds since the epoch."""
    if _only(form, "MessageStatus"):
        return Refused(Fault.STATUS_CALLBACK, "a delivery report, not a message")
    faulty = _check_ids(form, account_sid)
    if faulty is not None:
        return faulty
    to = _NUMBER.fullmatch(_only(form, "To"))
    if to is None or to[1] != our_number.lstrip("+"):
        return Refused(Fault.RECIPIENT, "To is not our WhatsApp number")
    customer = _only(form, "From")
    if _ADDRESS.fullmatch(customer) is None or customer == f"whatsapp:+{to[1]}":
        return Refused(Fault.SENDER, "From is not the WhatsApp address of a customer")
    latitude, longitude = _place(form)
    media_type, media_url = _media(form)
    return IncomingMessage(
        message_sid=_only(form, "MessageSid"),
        customer=customer,
        body=_body(form),
        received_at=received_at,
        profile_name=clean(_first(form, "ProfileName"), 80),
        button_payload=_payload(form),
        latitude=latitude,
        longitude=longitude,
        media_type=media_type,
        media_url=media_url,
    )


def read_status(form: Form, *, account_sid: str) -> DeliveryReport | Refused:
    """A delivery callback."""
    faulty = _check_ids(form, account_sid)
    if faulty is not None:
        return faulty
    status = _only(form, "MessageStatus").lower()
    if _STATUS.fullmatch(status) is None:
        return Refused(Fault.STATUS, "MessageStatus is missing or odd")
    code = _only(form, "ErrorCode")
    return DeliveryReport(
        _only(form, "MessageSid"), status, code if _ERROR_CODE.fullmatch(code) else ""
    )


def _check_ids(form: Form, account_sid: str) -> Refused | None:
    if _SID.fullmatch(_only(form, "MessageSid")) is None:
        return Refused(Fault.MESSAGE_SID, "MessageSid is missing, repeated or malformed")
    if not account_sid or _only(form, "AccountSid") != account_sid:
        return Refused(Fault.ACCOUNT, "AccountSid is not ours")
    return None


def _values(form: Form, name: str) -> list[str]:
    return [value for value in form.getlist(name) if isinstance(value, str)]


def _only(form: Form, name: str) -> str:
    """The field's value, or "" when it is missing or given more than once in different ways."""
    values = set(_values(form, name))
    return values.pop() if len(values) == 1 else ""


def _first(form: Form, name: str) -> str:
    return next((value for value in _values(form, name) if value), "")


def _payload(form: Form) -> str:
    """What the tapped button or list entry carries; "" when there are two that differ."""
    carried = {value for name in ("ButtonPayload", "ListId") for value in _values(form, name)}
    carried.discard("")
    return clean(carried.pop(), 256) if len(carried) == 1 else ""


def _body(form: Form) -> str:
    """What the customer wrote, or what a tap says (see messaging.buttons)."""
    return said_by_button(_payload(form), _visible(form))


def _visible(form: Form) -> str:
    text = _first(form, "Body") or _first(form, "ButtonText") or _first(form, "ListTitle")
    # Line breaks are part of what people write; other control characters are not.
    lines = (clean(line, MESSAGE_LIMIT) for line in text[: MESSAGE_LIMIT * 4].splitlines())
    return shorten("\n".join(lines).strip(), MESSAGE_LIMIT)


def _place(form: Form) -> tuple[float | None, float | None]:
    latitude = _degrees(_only(form, "Latitude"), 90.0)
    longitude = _degrees(_only(form, "Longitude"), 180.0)
    if latitude is None or longitude is None:
        return None, None
    return latitude, longitude


def _degrees(text: str, most: float) -> float | None:
    if _DEGREES.fullmatch(text) is None:
        return None
    value = float(text)
    return value if math.isfinite(value) and abs(value) <= most else None


def _media(form: Form) -> tuple[str, str]:
    count = _only(form, "NumMedia")
    if _COUNT.fullmatch(count) is None or int(count) == 0:
        return "", ""
    kind = _only(form, "MediaContentType0").strip().lower()
    url = _only(form, "MediaUrl0")
    # An attachment of unknown type is still an attachment: the customer must be told.
    kind = kind if _CONTENT_TYPE.fullmatch(kind) else "application/octet-stream"
    return kind, url if _PRINTABLE_URL.fullmatch(url) else ""

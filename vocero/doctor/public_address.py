"""The public address, tried for real: is it us, do signatures hold, do websockets pass?

What is sent changes nothing: a delivery report without a state, which the service leaves aside, and
an upgrade for a call that does not exist.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from twilio.request_validator import RequestValidator

from bridge.ports import REFUSED_HERE
from bridge.twilio_signature import TwilioSignature
from vocero.doctor.case import Case
from vocero.doctor.finding import Finding, failed, needs_setting, not_checked, ok
from vocero.doctor.rest import Answer, NoReply, Reply

ADDRESS = "public address"
WEBHOOKS = "signed webhooks"
SOCKETS = "media websockets"
NAMES = (ADDRESS, WEBHOOKS, SOCKETS)
HARMLESS = "/webhook/whatsapp/status"

_START = "start `vocero serve` first; if it runs, BASE_URL or the proxy leads elsewhere"
_LEAD = "let BASE_URL and the proxy lead to the port that `vocero serve` listens at"
_SAME = (
    "restart `vocero serve` if BASE_URL or TWILIO_AUTH_TOKEN was changed since it started; else a"
    " proxy changes the path: let it pass on path and query as they are"
)
_UPGRADE = (
    "let the proxy pass websockets under /media/ (nginx: proxy_http_version 1.1, and"
    " proxy_set_header Upgrade $http_upgrade and Connection upgrade)"
)
_PASS = "let the proxy pass every request under /webhook/ and /media/ on to `vocero serve`"
_NOTHING_BEHIND = frozenset({502, 503, 504})


async def look(case: Case) -> Sequence[Finding]:
    """Three lines."""
    lacking = case.lacks("BASE_URL")
    if lacking:
        return [needs_setting(name, lacking) for name in NAMES]
    base = case.settings.base_url
    health = await case.asker.ask("GET", f"{base}/health")
    address = _address(base, health)
    if address.mend:
        mend = _START if address.mend == _START else f"mend {ADDRESS} first"
        why = f"no Vocero answers at {base}"
        return [address, *(not_checked(name, why, mend) for name in (WEBHOOKS, SOCKETS))]
    lacking = case.lacks("TWILIO_AUTH_TOKEN", "TWILIO_ACCOUNT_SID")
    if lacking:
        return [address, *(needs_setting(name, lacking) for name in (WEBHOOKS, SOCKETS))]
    return [address, *await asyncio.gather(_webhooks(case), _sockets(case))]


def _address(base: str, health: Answer) -> Finding:
    if isinstance(health, NoReply):
        return failed(ADDRESS, health.why, _START)
    if health.fields().get("service") == "vocero" and health.status == 200:
        return ok(ADDRESS, f"a Vocero answers at {base}")
    status = health.status
    tunnel = health.headers.get("ngrok-error-code", "")
    if tunnel and status not in _NOTHING_BEHIND:
        return failed(ADDRESS, f"the tunnel is closed ({tunnel[:40]})", "start ngrok again")
    if status in _NOTHING_BEHIND:
        return failed(ADDRESS, f"a proxy answers, but nothing behind it (HTTP {status})", _START)
    if 300 <= status < 400:
        lead = urlsplit(health.headers.get("location", ""))
        elsewhere = f" to {lead.scheme}://{lead.netloc}" if lead.netloc else ""
        mend = "set BASE_URL to the address that answers without a redirect"
        return failed(ADDRESS, f"it redirects{elsewhere}; Twilio's signatures would not fit", mend)
    return failed(ADDRESS, f"something else answers there (HTTP {status})", _LEAD)


# --- signatures ----------------------------------------------------------------------------------
async def _webhooks(case: Case) -> Finding:
    url = f"{case.settings.base_url}{HARMLESS}"
    form = {"AccountSid": case.settings.twilio_account_sid, "MessageSid": "SM" + 32 * "0"}
    genuine, forged = await asyncio.gather(
        case.asker.ask("POST", url, form=form, headers=_signed(case, url, form)),
        case.asker.ask("POST", url, form=form, headers={"X-Twilio-Signature": _no_signature()}),
    )
    if isinstance(genuine, NoReply):
        return failed(WEBHOOKS, genuine.why, _PASS)
    if isinstance(forged, NoReply):
        return failed(WEBHOOKS, forged.why, _PASS)
    if genuine.status == 403 and genuine.content == b"forbidden\n":
        return failed(WEBHOOKS, "the service refuses what is signed for BASE_URL", _SAME)
    if not 200 <= genuine.status < 300:
        return failed(WEBHOOKS, f"a proxy answers webhooks with HTTP {genuine.status}", _PASS)
    if forged.status != 403:
        detail = f"a wrong signature was answered with HTTP {forged.status} instead of 403"
        return failed(WEBHOOKS, detail, _LEAD)
    return ok(WEBHOOKS, "a right signature is accepted, a wrong one refused")


def _signed(case: Case, url: str, form: Mapping[str, str]) -> dict[str, str]:
    token = case.settings.twilio_auth_token.get_secret_value()
    return {"X-Twilio-Signature": RequestValidator(token).compute_signature(url, form)}


def _no_signature() -> str:
    return base64.b64encode(secrets.token_bytes(20)).decode("ascii")


# --- websockets ----------------------------------------------------------------------------------
async def _sockets(case: Case) -> Finding:
    settings = case.settings
    path = f"/media/doctor-{secrets.token_hex(8)}"
    token = settings.twilio_auth_token.get_secret_value()
    signed_for = TwilioSignature(token, settings.base_url).websocket_url(path)
    reply = await case.asker.ask(
        "GET",
        f"{settings.base_url}{path}",
        headers={
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(secrets.token_bytes(16)).decode("ascii"),
            **_signed(case, signed_for, {}),
        },
    )
    return _socket_finding(reply)


def _socket_finding(reply: Answer) -> Finding:
    if isinstance(reply, NoReply):
        return failed(SOCKETS, reply.why, _UPGRADE)
    if not _by_our_door(reply):
        detail = f"a proxy answers a websocket with HTTP {reply.status} in Vocero's place"
        return failed(SOCKETS, detail, _UPGRADE)
    if reply.status == 404:
        return ok(SOCKETS, "a signed upgrade reaches the service")
    if reply.status == 403:
        return failed(SOCKETS, "the service refuses an upgrade that is signed for BASE_URL", _SAME)
    if reply.status == 503:
        return ok(SOCKETS, "a signed upgrade reaches the service, which is busy")
    return failed(SOCKETS, "what reaches the service is no websocket any more", _UPGRADE)


def _by_our_door(reply: Reply) -> bool:
    name, value = REFUSED_HERE
    return reply.headers.get(name) == value

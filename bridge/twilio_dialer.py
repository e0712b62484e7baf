"""The carrier's REST side: dial, hang up, ask, look up.

Creating a call knows no idempotency key, so an order is sent once: only what surely was not carried
out (no connection, or 429) is repeated. Source: Twilio's Calls resource and its error dictionary.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Protocol
from urllib.parse import quote

import httpx

from bridge.errors import CarrierError
from bridge.events import PhoneStatus
from data.call import Blame, CallOrder

DIAL_S = 30.0
"""Twilio has been seen to take 26 s for a call that was placed."""
ASK_S = 5.0
CONNECT_S = 5.0
TRIES = 3
PAUSE_S = 0.5
"""Before the first repetition; doubled for the next."""
MAX_PAUSE_S = 3.0
CLOCK_SLACK_S = 5.0
PAGE_SIZE = 50
MAX_SAID = 160
"""Characters of Twilio's own words in an error."""

_SID = re.compile(r"CA[0-9A-Za-z]{1,62}")
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


_UPGRADE = "it is a trial account: upgrade it in the Twilio Console"
_SETTINGS = {
    10001: "the account is not active: see the Twilio Console",
    10002: _UPGRADE,
    20003: "account SID or auth token are wrong: check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN",
    20005: "the account is not active: see the Twilio Console",
    20404: "account SID or API address are wrong: check TWILIO_ACCOUNT_SID, TWILIO_API_BASE_URL",
    21205: "it cannot use our callback address: BASE_URL must be a public https address",
    21208: "the ring time is out of range",
    21210: "the number to call from is not this account's: check TWILIO_PHONE_NUMBER",
    21212: "the number to call from is not valid: check TWILIO_PHONE_NUMBER",
    21213: "the number to call from is missing: set TWILIO_PHONE_NUMBER",
    21215: "calls to this country are off: enable it under Voice geographic permissions",
    21219: _UPGRADE + ", or verify the number",
    21609: "it cannot use our status address: BASE_URL must be a public https address",
}
_NUMBER = {
    21201: "there is no number to call",
    21211: "it is not a valid phone number",
    21214: "the number cannot be reached",
    21216: "calls to this number are blocked",
    21217: "it does not look like a phone number",
}
_CARRIER = {
    10004: "too many calls at once for this account: try again later",
    20429: "too many requests at once: try again later",
    20500: "it has an internal failure",
    20503: "it is out of service for the moment",
    21220: "the call is not in progress",
}
_NUMBERS = re.compile(r"\+?\d[\d ().-]{4,}\d")
_IDS = re.compile(r"\b[A-Z]{2}[0-9a-f]{32}\b")
_ADDRESSES = re.compile(r"\bhttps?://\S+")


class RefusedForSettings(CarrierError):
    """Twilio refused because of how Vocero or its account is set up."""

    blame = Blame.OURS


class RefusedForNumber(CarrierError):
    """Twilio refused because of the number that the customer confirmed."""

    blame = Blame.CUSTOMER


class Addresses(Protocol):
    """Where Twilio calls back (twilio_webhooks.CallbackAddresses fits)."""

    def answer(self, attempt_id: str) -> str: ...
    def status(self, attempt_id: str) -> str: ...
    def amd(self, attempt_id: str) -> str: ...


class TwilioDialer:
    """One account and one number to call from."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        account_sid: str,
        auth_token: str,
        base_url: str,
        from_number: str,
        addresses: Addresses,
        ring_s: int = 30,
        max_call_s: int = 300,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`base_url` is the REST API's, e.g. https://api.twilio.com; `pause` waits seconds."""
        self._http = http
        self._auth = httpx.BasicAuth(account_sid, auth_token)
        self._calls = f"{base_url.rstrip('/')}/2010-04-01/Accounts/{quote(account_sid)}/Calls"
        self._from_number = from_number
        self._addresses = addresses
        self._ring_s = ring_s
        self._max_call_s = max_call_s
        self._pause = pause

    async def dial(self, order: CallOrder) -> str:
        """Order the call; returns its sid. Raises CarrierError.

        With `indefinite` set the call may have been placed although no usable answer came: look it
        up, never order again.
        """
        form = {
            "To": order.to_number,
            "From": self._from_number,
            "Url": self._addresses.answer(order.attempt_id),
            "Method": "POST",
            "StatusCallback": self._addresses.status(order.attempt_id),
            "StatusCallbackMethod": "POST",
            "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
            "Timeout": str(self._ring_s),
            "TimeLimit": str(self._max_call_s),
            "MachineDetection": "DetectMessageEnd",
            "AsyncAmd": "true",
            "AsyncAmdStatusCallback": self._addresses.amd(order.attempt_id),
            "AsyncAmdStatusCallbackMethod": "POST",
        }
        for attempt in range(TRIES):
            last = attempt == TRIES - 1
            try:
                answer = await self._request("POST", ".json", DIAL_S, form=form)
            except _NOT_SENT as error:
                if last:
                    raise _unreachable(error) from None
                await self._pause(PAUSE_S * 2**attempt)
                continue
            except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
                raise _unreachable(error) from None
            except (httpx.HTTPError, TimeoutError) as error:
                what = f"Twilio did not answer the order to call ({type(error).__name__})"
                raise CarrierError(what, indefinite=True) from None
            if answer.status_code == 429 and not last:
                await self._pause(_asked_pause(answer, attempt))
                continue
            return self._dialed(answer)
        raise AssertionError("the last try returns or raises")

    async def hang_up(self, call_sid: str) -> None:
        """End the call, whatever its state; a call that is already over counts as done.

        Raises CarrierError when Twilio could not be told.
        """
        answer = await self._persist("POST", f"/{_safe(call_sid)}.json", {"Status": "completed"})
        if answer.is_success or answer.status_code == 404:
            return
        error = _refusal(answer.status_code, _body(answer))
        if error.code not in (21220, 20404):
            raise error

    async def status(self, call_sid: str) -> PhoneStatus:
        """The call's present state. Raises CarrierError."""
        answer = await self._persist("GET", f"/{_safe(call_sid)}.json")
        if not answer.is_success:
            raise _refusal(answer.status_code, _body(answer))
        status = _status(_body(answer))
        if status is None:
            raise CarrierError("Twilio told a call state that is not known")
        return status

    async def find(self, to_number: str, since: float) -> tuple[str, PhoneStatus] | None:
        """The newest call to this number made since then (epoch seconds): sid and state.

        None when Twilio lists none, which is no proof: its list lags behind. Raises CarrierError.
        """
        query = {"To": to_number, "From": self._from_number, "PageSize": str(PAGE_SIZE)}
        answer = await self._persist("GET", ".json", query=query)
        if not answer.is_success:
            raise _refusal(answer.status_code, _body(answer))
        listed = _body(answer).get("calls")
        if not isinstance(listed, list):
            raise CarrierError("Twilio answered with no list of calls")
        earliest = since - CLOCK_SLACK_S
        found: list[tuple[float, str, PhoneStatus]] = []
        for call in listed:
            if not isinstance(call, dict):
                continue
            sid, created, status = call.get("sid"), _epoch(call.get("date_created")), _status(call)
            if call.get("to", to_number) != to_number or not isinstance(sid, str):
                continue
            if created is None or created < earliest or status is None or not _SID.fullmatch(sid):
                continue
            found.append((created, sid, status))
        if not found:
            return None
        _, sid, status = max(found, key=lambda each: each[0])
        return sid, status

    def _dialed(self, answer: httpx.Response) -> str:
        if answer.is_success:
            sid = _body(answer).get("sid")
            if isinstance(sid, str) and _SID.fullmatch(sid):
                return sid
            raise CarrierError(
                "Twilio took the order to call but named no call",
                status=answer.status_code,
                indefinite=True,
            )
        if answer.status_code >= 500 or answer.status_code == 408:
            raise CarrierError(
                f"Twilio failed while taking the order to call (HTTP {answer.status_code})",
                status=answer.status_code,
                indefinite=True,
            )
        raise _refusal(answer.status_code, _body(answer))

    async def _persist(
        self,
        method: str,
        path: str,
        form: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """A request that may be repeated, because repeating it changes nothing."""
        for attempt in range(TRIES):
            last = attempt == TRIES - 1
            try:
                answer = await self._request(method, path, ASK_S, form=form, query=query)
            except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
                if last:
                    raise _unreachable(error) from None
                await self._pause(PAUSE_S * 2**attempt)
                continue
            if last or (answer.status_code < 500 and answer.status_code != 429):
                return answer
            await self._pause(_asked_pause(answer, attempt))
        raise AssertionError("the last try returns or raises")

    async def _request(
        self,
        method: str,
        path: str,
        within_s: float,
        form: Mapping[str, str | Sequence[str]] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        # httpx's timeouts bound each read; the outer one bounds an answer that trickles.
        timeout = httpx.Timeout(within_s, connect=CONNECT_S, pool=CONNECT_S)
        async with asyncio.timeout(within_s + 2 * CONNECT_S):
            return await self._http.request(
                method,
                self._calls + path,
                data=form,
                params=query,
                auth=self._auth,
                timeout=timeout,
                follow_redirects=False,
            )


def _unreachable(error: Exception) -> CarrierError:
    return CarrierError(f"Twilio's API cannot be reached ({type(error).__name__})")


def _asked_pause(answer: httpx.Response, attempt: int) -> float:
    asked: str = answer.headers.get("retry-after", "")
    seconds = float(asked[:6]) if asked.isascii() and asked.isdigit() else PAUSE_S * 2**attempt
    return min(seconds, MAX_PAUSE_S)


def _body(answer: httpx.Response) -> dict[str, object]:
    try:
        body = answer.json()
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _status(call: Mapping[str, object]) -> PhoneStatus | None:
    try:
        return PhoneStatus(str(call.get("status")))
    except ValueError:
        return None


def _epoch(date: object) -> float | None:
    try:
        moment = parsedate_to_datetime(str(date))
    except ValueError:
        return None
    # "-0000" gives a naive date; Twilio's are all UTC.
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()


def _safe(call_sid: str) -> str:
    if not _SID.fullmatch(call_sid):
        raise CarrierError("not a call sid")
    return call_sid


def _refusal(status: int, body: Mapping[str, object]) -> CarrierError:
    """The error for an answer that is no success; {} is a body that was no JSON object."""
    code = body.get("code")
    if isinstance(code, bool) or not isinstance(code, int) or not 0 < code < 10**6:
        code = {401: 20003, 404: 20404, 429: 20429}.get(status)
    kind: type[CarrierError] = CarrierError
    if code in _SETTINGS:
        kind, why = RefusedForSettings, _SETTINGS[code]
    elif code in _NUMBER:
        kind, why = RefusedForNumber, _NUMBER[code]
    elif code in _CARRIER:
        why = _CARRIER[code]
    else:
        why = _harmless(body.get("message") or body.get("detail")) or f"HTTP {status}"
    number = f" (error {code})" if code is not None else ""
    return kind(f"Twilio refused{number}: {why}", code=code, status=status)


def _harmless(said: object) -> str:
    """Twilio's own words without numbers, ids and addresses."""
    if not isinstance(said, str):
        return ""
    line = "".join(c for c in " ".join(said[:1000].split()) if c.isprintable())
    for pattern, instead in ((_ADDRESSES, "[address]"), (_IDS, "[id]"), (_NUMBERS, "[number]")):
        line = pattern.sub(instead, line)
    return line[:MAX_SAID]

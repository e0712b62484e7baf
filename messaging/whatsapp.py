"""WhatsApp through Twilio's REST interface: texts, sounds, templates, and the typing indicator.

Facts: POST /2010-04-01/Accounts/{sid}/Messages.json (Twilio API reference); what its error codes
mean is in messaging.sending_codes. There is no idempotency key: a POST that timed out may have
worked, so such a failure says `unclear` and `find_sent` looks for the message before it is sent
again.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from messaging.sending_codes import CODES, Fate
from messaging.text import MESSAGE_LIMIT, shorten
from messaging.twilio_hosts import product_base

log = logging.getLogger(__name__)

_TIMEOUT = httpx.Timeout(15.0, connect=5.0)
_TYPING_TIMEOUT = httpx.Timeout(5.0)
_SID = re.compile(r"(?:SM|MM)[0-9a-f]{32}", re.ASCII)
_CLOCKS_APART_S = 5.0
_LONGEST_WAIT_S = 3600.0
_TEMPLATE_TEXT = 900
"""WhatsApp takes 1,024 characters in a template's whole body; the operator's words need room."""
_TELLING_TEXT = 40
"""A text of this length is not found in another message by chance."""
_NOT_DELIVERED = frozenset({"failed", "undelivered", "canceled"})


class SendFailed(Exception):
    """A message was not sent, or may not have been.

    str() is one plain sentence without credentials, numbers or the message's words.
    """

    def __init__(
        self,
        sentence: str,
        *,
        retry: bool,
        code: int | None = None,
        unclear: bool = False,
        wait_s: float = 0.0,
    ) -> None:
        super().__init__(sentence)
        self.retry = retry
        """Whether trying again later can help."""
        self.code = code
        """Twilio's error code, or None."""
        self.unclear = unclear
        """Whether the message may have been taken all the same."""
        self.wait_s = wait_s
        """How long Twilio asks us to wait, or 0."""


class WhatsApp:
    """Our WhatsApp sender. One `http` client may serve many; it is not closed here."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        account_sid: str,
        auth_token: str,
        base_url: str,
        from_number: str,
        status_callback_url: str = "",
        template_sid: str = "",
    ) -> None:
        """`from_number` is E.164; `base_url` is TWILIO_API_BASE_URL; `template_sid` (HX…) names an
        approved template that says the text of its one variable.
        """
        self._http = http
        self._auth = httpx.BasicAuth(account_sid, auth_token)
        self._messages = f"{base_url.rstrip('/')}/2010-04-01/Accounts/{account_sid}/Messages.json"
        self._typing = f"{product_base(base_url, 'messaging')}/v2/Indicators/Typing.json"
        self._from = f"whatsapp:{from_number}"
        self._status_callback_url = status_callback_url
        self._template_sid = template_sid

    @property
    def has_template(self) -> bool:
        """Whether customers can be written to after the 24 hours."""
        return bool(self._template_sid)

    async def send(self, to: str, body: str, media_url: str = "") -> str:
        """Sends one text to a WhatsApp address, or a sound without a text; the message's sid.

        Raises SendFailed. `media_url` is fetched by Twilio, before it answers or soon after.
        """
        # A body beside a sound is not delivered (Twilio API reference, WhatsApp media).
        if media_url:
            return await self._post(to, {"MediaUrl": media_url})
        return await self._post(to, {"Body": shorten(body, MESSAGE_LIMIT)})

    async def send_template(self, to: str, body: str) -> str:
        """Sends the text as the template's variable, on one line; the sid. Raises SendFailed."""
        variables = json.dumps({"1": _template_text(body)}, ensure_ascii=False)
        content = {"ContentSid": self._template_sid, "ContentVariables": variables}
        return await self._post(to, content)

    async def _post(self, to: str, content: dict[str, str]) -> str:
        form = {"To": to, "From": self._from, **content}
        if self._status_callback_url:
            form["StatusCallback"] = self._status_callback_url
        try:
            response = await self._http.post(
                self._messages,
                data=form,
                auth=self._auth,
                timeout=_TIMEOUT,
                follow_redirects=False,
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            raise SendFailed("Twilio cannot be reached", retry=True) from None
        except httpx.RequestError:
            raise SendFailed("Twilio did not answer in time", retry=True, unclear=True) from None
        answer = _json(response)
        if response.status_code not in (200, 201):
            raise _failure(response, answer)
        sid = answer.get("sid")
        if not isinstance(sid, str) or _SID.fullmatch(sid) is None:
            raise SendFailed("Twilio's answer names no message", retry=True, unclear=True)
        return sid

    async def find_sent(self, to: str, body: str, since: float, known: frozenset[str]) -> str:
        """The sid of a message with this text that Twilio took after `since` (epoch), or "".

        `known` are sids of other messages. What is known to have failed does not count. A sound
        cannot be found: it has no text. Raises SendFailed when Twilio cannot tell.
        """
        if not body:
            return ""
        try:
            response = await self._http.get(
                self._messages,
                params={"To": to, "From": self._from, "PageSize": "20"},
                auth=self._auth,
                timeout=_TIMEOUT,
                follow_redirects=False,
            )
        except httpx.RequestError:
            raise SendFailed("Twilio cannot be reached", retry=True) from None
        answer = _json(response)
        if response.status_code != 200:
            raise _failure(response, answer)
        listed = answer.get("messages")
        for message in listed if isinstance(listed, list) else []:
            if not isinstance(message, dict):
                continue
            sid = message.get("sid")
            if (
                isinstance(sid, str)
                and _SID.fullmatch(sid)
                and sid not in known
                and message.get("to") == to
                and self._says(message.get("body"), body)
                and message.get("status") not in _NOT_DELIVERED
                and _created(message.get("date_created")) >= since - _CLOCKS_APART_S
            ):
                return sid
        return ""

    def _says(self, listed: object, body: str) -> bool:
        if not isinstance(listed, str):
            return False
        if listed == shorten(body, MESSAGE_LIMIT):
            return True
        # Sent as a template, the text stands between the template's own words.
        within = _template_text(body) if self._template_sid else ""
        return len(within) >= _TELLING_TEXT and within in listed

    async def typing(self, message_sid: str) -> None:
        """Shows "typing…" for up to 25 s and marks the message read. Best effort.

        Public beta; the v2 form (v3 takes JSON) is what Twilio's changelog documents.
        """
        if _SID.fullmatch(message_sid) is None:
            return
        try:
            response = await self._http.post(
                self._typing,
                data={"channel": "whatsapp", "messageId": message_sid},
                auth=self._auth,
                timeout=_TYPING_TIMEOUT,
                follow_redirects=False,
            )
        except httpx.RequestError as failure:
            log.debug("no typing indicator: %s", type(failure).__name__)
            return
        if response.status_code >= 300:
            log.debug("no typing indicator: Twilio answered %d", response.status_code)


def _template_text(body: str) -> str:
    """A template's variable: no line breaks, no tabs, no more than four spaces in a row."""
    lines = (" ".join(line.split()) for line in body.splitlines())
    return shorten(" ".join(line for line in lines if line), _TEMPLATE_TEXT)


def _json(response: httpx.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _failure(response: httpx.Response, answer: dict[str, Any]) -> SendFailed:
    status = response.status_code
    raw = answer.get("code")
    code = raw if isinstance(raw, int) and not isinstance(raw, bool) else None
    wait_s = _wait_s(response)
    known = CODES.get(code) if code is not None else None
    if known is not None and known.fate is Fate.AGAIN:
        return SendFailed(
            known.sentence,
            retry=True,
            code=code,
            unclear=status >= 500,
            wait_s=max(wait_s, known.wait_s),
        )
    if known is not None:
        return SendFailed(known.sentence, retry=False, code=code)
    if status == 429:
        return SendFailed("too many requests to Twilio", retry=True, code=code, wait_s=wait_s)
    if status in (401, 403):
        return SendFailed("Twilio does not accept our credentials", retry=True, code=code)
    if status >= 500 or status == 408:
        sentence = f"Twilio failed with status {status}"
        return SendFailed(sentence, retry=True, code=code, unclear=True, wait_s=wait_s)
    named = f" (code {code})" if code is not None else ""
    return SendFailed(
        f"Twilio refused the message with status {status}{named}", retry=False, code=code
    )


def _wait_s(response: httpx.Response) -> float:
    text = response.headers.get("retry-after", "")
    if re.fullmatch(r"[0-9]{1,5}", text) is None:
        return 0.0
    return min(float(text), _LONGEST_WAIT_S)


def _created(date: object) -> float:
    """Seconds since the epoch of an RFC 2822 date; long ago when it is none."""
    if not isinstance(date, str):
        return float("-inf")
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, TypeError, IndexError):
        return float("-inf")
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()

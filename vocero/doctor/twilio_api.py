"""Twilio's REST interface as the doctor uses it, every answer bounded. Only the two `set_…` change
something, and only `vocero doctor --fix` calls them.

Source: Twilio's OpenAPI documents twilio_api_v2010, twilio_voice_v1 and twilio_messaging_v2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from messaging.twilio_hosts import product_base
from vocero.doctor.case import Case
from vocero.doctor.rest import Answer, NoReply, Reply

MOST_LISTED = "100"


class TwilioApi:
    """One account's resources."""

    def __init__(self, case: Case) -> None:
        settings = case.settings
        base = settings.twilio_api_base_url
        self._asker = case.asker
        self._auth = httpx.BasicAuth(
            settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value()
        )
        self._account = f"{base}/2010-04-01/Accounts/{quote(settings.twilio_account_sid)}"
        self._voice = product_base(base, "voice")
        self._messaging = product_base(base, "messaging")

    async def account(self) -> Answer:
        """The account itself."""
        return await self._get(f"{self._account}.json")

    async def own_number(self, number: str) -> Answer:
        """The numbers of the account that are this one: none or one."""
        return await self._get(
            f"{self._account}/IncomingPhoneNumbers.json", {"PhoneNumber": number}
        )

    async def caller_id(self, number: str) -> Answer:
        """Verified numbers of other providers that are this one: none or one."""
        return await self._get(f"{self._account}/OutgoingCallerIds.json", {"PhoneNumber": number})

    async def country(self, code: str) -> Answer:
        """What may be dialled in a country (ISO code)."""
        return await self._get(f"{self._voice}/v1/DialingPermissions/Countries/{quote(code)}")

    async def senders(self) -> Answer:
        """The WhatsApp senders, the first hundred of them."""
        query = {"Channel": "whatsapp", "PageSize": MOST_LISTED}
        return await self._get(f"{self._messaging}/v2/Channels/Senders", query)

    async def set_voice_webhook(self, number_sid: str, url: str) -> Answer:
        """Where calls to a number (PN…) lead. What else is set for it stays."""
        where = f"{self._account}/IncomingPhoneNumbers/{quote(number_sid)}.json"
        form = {"VoiceUrl": url, "VoiceMethod": "POST"}
        return await self._asker.ask("POST", where, auth=self._auth, form=form)

    async def set_sender_webhook(self, sender_sid: str, webhook: Mapping[str, str]) -> Answer:
        """All the addresses of a WhatsApp sender (XE…), by Twilio's names for them."""
        where = f"{self._messaging}/v2/Channels/Senders/{quote(sender_sid)}"
        return await self._asker.ask(
            "POST", where, auth=self._auth, body={"webhook": dict(webhook)}
        )

    async def _get(self, url: str, query: Mapping[str, str] | None = None) -> Answer:
        return await self._asker.ask("GET", url, auth=self._auth, query=query)


def rows(reply: Reply, key: str) -> list[dict[str, Any]]:
    """The entries of a list."""
    listed = reply.fields().get(key)
    return [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []


def has_more(reply: Reply) -> bool:
    """Whether a list of the newer products goes on on another page."""
    meta = reply.fields().get("meta")
    return isinstance(meta, dict) and bool(meta.get("next_page_url"))


def no_use(answer: Answer) -> str:
    """Why nothing can be read from an answer, as a clause; "" when it can."""
    if isinstance(answer, NoReply):
        return answer.why
    if answer.status == 200:
        return ""
    code = answer.fields().get("code")
    named = f", code {code}" if isinstance(code, int) else ""
    return f"Twilio answered HTTP {answer.status}{named}"

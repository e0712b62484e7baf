"""WhatsApp at the carrier: what the application sends to customers.

Source: https://www.twilio.com/docs/whatsapp/api, .../messaging/api/message-resource
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import overload

from simulation.carrier_faults import MESSAGES, RestError
from simulation.carrier_office import Notice, Office, rfc2822
from simulation.carrier_record import API_VERSION, is_url

BODY_LIMIT = 1600
"""Characters (21617)."""
_UNDELIVERED = frozenset({63016, 63003, 63024, 63049})


@dataclass(slots=True)
class ChatMessage:
    """A message between the application and a customer, either way."""

    sid: str
    account_sid: str
    to: str
    """As sent: "whatsapp:+549…"."""
    from_: str
    body: str
    at: float
    """Clock time in seconds."""
    created: datetime
    status: str = "queued"
    media_urls: tuple[str, ...] = ()
    error_code: int | None = None
    direction: str = "outbound-api"
    history: list[str] = field(default_factory=list)

    @property
    def to_number(self) -> str:
        """Without the channel's prefix."""
        return self.to.removeprefix("whatsapp:")

    def resource(self) -> dict[str, object]:
        """The JSON of GET Messages/{sid}."""
        base = f"/{API_VERSION}/Accounts/{self.account_sid}/Messages/{self.sid}"
        return {
            "body": self.body,
            "num_segments": "1",
            "direction": self.direction,
            "from": self.from_,
            "to": self.to,
            "date_updated": rfc2822(self.created),
            "date_created": rfc2822(self.created),
            "date_sent": rfc2822(self.created),
            "price": None,
            "price_unit": "USD",
            "error_message": _words(self.error_code) if self.error_code else None,
            "error_code": self.error_code,
            "uri": f"{base}.json",
            "account_sid": self.account_sid,
            "num_media": str(len(self.media_urls)),
            "status": self.status,
            "messaging_service_sid": None,
            "sid": self.sid,
            "api_version": API_VERSION,
            "subresource_uris": {"media": f"{base}/Media.json"},
        }


class Chat(Sequence[ChatMessage]):
    """What the application sent, in order."""

    def __init__(self, changed: Notice) -> None:
        self._messages: list[ChatMessage] = []
        self._changed = changed

    @overload
    def __getitem__(self, index: int) -> ChatMessage: ...
    @overload
    def __getitem__(self, index: slice) -> list[ChatMessage]: ...
    def __getitem__(self, index: int | slice) -> ChatMessage | list[ChatMessage]:
        return self._messages[index]

    def __len__(self) -> int:
        return len(self._messages)

    def __iter__(self) -> Iterator[ChatMessage]:
        return iter(self._messages)

    def append(self, message: ChatMessage) -> None:
        """A message that was accepted."""
        self._messages.append(message)
        self._changed.tell()

    def find(self, wanted: Callable[[ChatMessage], bool], start: int = 0) -> int | None:
        """Index of the first such message from `start` on."""
        for index in range(start, len(self._messages)):
            if wanted(self._messages[index]):
                return index
        return None

    async def wait_for(
        self, wanted: Callable[[ChatMessage], bool], start: int = 0, within_s: float = 60.0
    ) -> int:
        """Index of the first such message, now or later. Raises TimeoutError."""
        await self._changed.until(lambda: self.find(wanted, start) is not None, within_s)
        found = self.find(wanted, start)
        assert found is not None
        return found


class Messages:
    """POST and GET Messages, and what becomes of a message."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self.chat = Chat(office.changed)
        self.contents: dict[str, str] = {}
        """Body of each piece of content, by its HX… identifier."""
        self.typing: list[str] = []
        """Messages for which the application showed that it is typing."""

    def send(self, form: dict[str, list[str]]) -> ChatMessage:
        """Accepts a message; it is delivered a little later. Raises RestError."""

        def one(name: str) -> str:
            return form.get(name, [""])[-1]

        if self._office.faults.refuse_messages:
            raise RestError(self._office.faults.refuse_messages.pop(0))
        to, from_, body = one("To"), one("From"), one("Body")
        media = tuple(form.get("MediaUrl", []))
        if not to:
            raise RestError(21604)
        if not from_:
            raise RestError(21603)
        if to.startswith("whatsapp:") != from_.startswith("whatsapp:"):
            raise RestError(21910)
        if content := one("ContentSid"):
            body = self._filled(content, one("ContentVariables"))
        if not body and not media:
            raise RestError(21619)
        if len(body) > BODY_LIMIT:
            raise RestError(21617)
        if one("StatusCallback") and not is_url(one("StatusCallback")):
            raise RestError(21609)
        return self.accept(to, from_, body, media, one("StatusCallback"))

    def accept(
        self, to: str, from_: str, body: str, media: tuple[str, ...] = (), callback: str = ""
    ) -> ChatMessage:
        """A checked message, also one that came as TwiML."""
        message = ChatMessage(
            sid=self._office.sid("MM" if media else "SM"),
            account_sid=self._office.account_sid,
            to=to,
            from_=from_,
            body=body,
            at=asyncio.get_running_loop().time(),
            created=self._office.date(),
            media_urls=media,
        )
        failing = self._office.faults.fail_messages
        error = failing.pop(0) if failing else None
        self.chat.append(message)
        self._office.household.spawn(self._deliver(message, callback, error), message.sid)
        return message

    def _filled(self, content: str, variables: str) -> str:
        if content not in self.contents:
            raise RestError(20404, f"Content {content[:40]} was not found")
        text = self.contents[content]
        for name, value in json.loads(variables or "{}").items():
            text = text.replace("{{" + str(name) + "}}", str(value))
        return text

    async def _deliver(self, message: ChatMessage, callback: str, error: int | None) -> None:
        pause = self._office.settings.delivery_ms / 1000
        ahead: tuple[str, ...]
        if error is None:
            ahead = ("sent", "delivered")
        elif error in _UNDELIVERED:
            ahead = ("sent", "undelivered")
        else:
            ahead = ("failed",)
        for status in ahead:
            await asyncio.sleep(pause)
            message.status = status
            message.history.append(status)
            if error is not None and status in ("undelivered", "failed"):
                message.error_code = error
                self._office.alert(error, _words(error), message.sid)
            self._office.changed.tell()
            if callback:
                await self._office.post(callback, _status_form(message), message.sid)


def _words(code: int) -> str:
    return MESSAGES[code][1] if code in MESSAGES else f"Error {code}"


def _status_form(message: ChatMessage) -> list[tuple[str, str]]:
    form = [
        ("AccountSid", message.account_sid),
        ("ApiVersion", API_VERSION),
        ("ChannelPrefix", "whatsapp"),
        ("ChannelToAddress", message.to),
        ("From", message.from_),
        ("MessageSid", message.sid),
        ("MessageStatus", message.status),
        ("SmsSid", message.sid),
        ("SmsStatus", message.status),
        ("To", message.to),
    ]
    if message.status == "delivered":
        form.append(("EventType", "DELIVERED"))
    if message.error_code is not None:
        form.append(("ErrorCode", str(message.error_code)))
        form.append(("ErrorMessage", _words(message.error_code)))
    return form

"""A customer on WhatsApp, as the carrier passes them on to the application's webhook.

The forms are those of real payloads (twilio.com/docs/messaging/guides/webhook-request and reported
ones), with the fields that the documentation leaves out.
"""

from __future__ import annotations

import asyncio
import json
import unicodedata
import xml.etree.ElementTree as ElementTree
from typing import assert_never

from simulation.carrier import SimulatedTwilio
from simulation.carrier_chat import ChatMessage
from simulation.carrier_record import API_VERSION
from simulation.carrier_webhooks import Delivery, Form
from simulation.script import AwaitPhone, AwaitReply, CustomerStep, Write


class WaitedInVain(Exception):
    """What the customer waited for did not come; the message says what came instead."""


class SimulatedCustomer:
    """One person. `number` and `to` are E.164; `webhook_url` is where the application listens.

    With `identity` ("whatsapp:AR.…") the person hides the number: that is what From says, and
    there is no WaId.
    """

    def __init__(
        self,
        twilio: SimulatedTwilio,
        number: str,
        name: str,
        webhook_url: str,
        to: str = "+14155238886",
        identity: str = "",
    ) -> None:
        self._twilio = twilio
        self.name = name
        self._address = identity or f"whatsapp:{number}"
        self._wa_id = [] if identity else [("WaId", number.removeprefix("+"))]
        self._webhook_url = webhook_url
        self._to = to
        self._own_id = f"whatsapp:ID.{twilio.office.random.getrandbits(50)}"
        self.sent: list[tuple[float, str]] = []
        """What the customer wrote: clock time, text."""

    # --- writing ----------------------------------------------------------------------------
    async def write(self, text: str, *, sid: str | None = None) -> Delivery:
        """A text message. With `sid` it is a repetition of an earlier one."""
        return await self._deliver(text, [("MessageType", "text")], sid)

    async def tap(self, text: str, payload: str, replied_sid: str = "") -> Delivery:
        """A quick-reply button of one of our messages."""
        fields = [
            ("MessageType", "interactive"),
            ("ButtonText", text),
            ("ButtonPayload", payload),
        ]
        if replied_sid:
            fields += [
                ("OriginalRepliedMessageSender", f"whatsapp:{self._to}"),
                ("OriginalRepliedMessageSid", replied_sid),
            ]
        return await self._deliver(text, fields)

    async def share_location(
        self, latitude: float, longitude: float, label: str = "", address: str = ""
    ) -> Delivery:
        """A pin on the map; the body is empty."""
        fields = [
            ("MessageType", "location"),
            ("Latitude", str(latitude)),
            ("Longitude", str(longitude)),
        ]
        fields += [("Label", label)] if label else []
        fields += [("Address", address)] if address else []
        return await self._deliver("", fields)

    async def speak(self, recording: bytes, content_type: str = "audio/ogg") -> Delivery:
        """A voice note; the body is empty and nothing says that it is one."""
        sid = self._twilio.office.sid("MM")
        url = self._twilio.media.keep(sid, recording, content_type)
        fields = [
            ("MessageType", "audio"),
            ("MediaContentType0", content_type),
            ("MediaUrl0", url),
        ]
        return await self._deliver("", fields, sid)

    async def _deliver(self, body: str, extra: Form, sid: str | None = None) -> Delivery:
        form = self.form(body, extra, sid)
        self.sent.append((asyncio.get_running_loop().time(), body))
        message_sid = dict(form)["MessageSid"]
        delivery = await self._twilio.office.post(self._webhook_url, form, message_sid)
        if not delivery.failure:
            self._take_answer(delivery, message_sid)
        return delivery

    def form(self, body: str, extra: Form = (), sid: str | None = None) -> list[tuple[str, str]]:
        """The parameters of one incoming message, for those who post them in their own way."""
        sid = sid or self._twilio.office.sid("SM")
        media = sum(1 for name, _ in extra if name.startswith("MediaUrl"))
        return [
            ("SmsMessageSid", sid),
            ("NumMedia", str(media)),
            ("ProfileName", self.name),
            ("ExternalUserId", self._own_id),
            *extra,
            ("SmsSid", sid),
            *self._wa_id,
            ("SmsStatus", "received"),
            ("Body", body),
            ("Forwarded", "false"),
            ("FrequentlyForwarded", "false"),
            ("To", f"whatsapp:{self._to}"),
            ("NumSegments", "1"),
            ("ReferralNumMedia", "0"),
            ("MessageSid", sid),
            ("AccountSid", self._twilio.office.account_sid),
            ("ChannelMetadata", json.dumps({"type": "whatsapp", "data": {"context": {}}})),
            ("From", self._address),
            ("ApiVersion", API_VERSION),
        ]

    def _take_answer(self, delivery: Delivery, sid: str) -> None:
        """<Message> in the webhook's own answer is sent as well."""
        if not delivery.body.strip():
            return
        try:
            root = ElementTree.fromstring(delivery.body)
        except ElementTree.ParseError:
            self._twilio.office.alert(12100, "document parse failure", sid)
            return
        for message in root.iter("Message"):
            body = message.find("Body")
            text = "".join((message if body is None else body).itertext()).strip()
            self._twilio.messages.accept(self._address, f"whatsapp:{self._to}", text)

    # --- a scene's steps --------------------------------------------------------------------
    async def play(self, steps: tuple[CustomerStep, ...]) -> None:
        """Walks through the steps. Raises WaitedInVain.

        A reply counts when it came after the last thing that the customer wrote or was waiting
        for; a state of the phone counts when a call of this play is or was in it.
        """
        read_to = len(self._twilio.chat)
        first_call = len(self._twilio.calls)
        for step in steps:
            match step:
                case Write(text):
                    read_to = len(self._twilio.chat)
                    await self.write(text)
                case AwaitReply():
                    read_to = 1 + await self._await_reply(step, read_to)
                case AwaitPhone(status, within_s):
                    try:
                        await self._twilio.call_reaches(status, within_s, first_call)
                    except TimeoutError as late:
                        states = [call.record.history for call in self._twilio.calls[first_call:]]
                        raise WaitedInVain(
                            f"no phone was {status!r} within {within_s} s; calls: {states}"
                        ) from late
                case _:
                    assert_never(step)

    async def _await_reply(self, step: AwaitReply, read_to: int) -> int:
        wanted = _plain(step.containing)

        def fits(message: ChatMessage) -> bool:
            return message.to == self._address and wanted in _plain(message.body)

        try:
            return await self._twilio.chat.wait_for(fits, read_to, step.within_s)
        except TimeoutError as late:
            came = [message.body for message in self._twilio.chat[read_to:]]
            raise WaitedInVain(
                f"no reply with {step.containing!r} within {step.within_s} s; what came: {came}"
            ) from late


def _plain(text: str) -> str:
    """Without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in decomposed if not unicodedata.combining(each))

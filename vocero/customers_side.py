"""The customers' side of a Vocero: hearing, reading, answering, and the conversation behind it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from data.reply import Reply
from messaging import phrases
from messaging.booking_reading import BookingReader
from messaging.model_client import ModelClient
from messaging.transcription import Transcriber
from messaging.understanding import Understanding
from messaging.voice_notes import VoiceNotes
from messaging.whatsapp import WhatsApp
from orchestration.agent_tools import AgentTools
from orchestration.concierge import Concierge
from orchestration.needs import Needs
from orchestration.needs import Settings as CustomerSettings
from orchestration.places import PlaceFinder
from orchestration.policy import Policy
from orchestration.ports import Lookup, Outbox, Phone
from orchestration.sharing import Sharing
from vocero.outside import Outside
from vocero.settings import Settings
from vocero.typing_signs import TypingSigns


class Phrases:
    """messaging.phrases as the orchestration wants it (orchestration.ports.Phrasing)."""

    def words(self, reply: Reply, language: str) -> str:
        """The reply in words."""
        return phrases.words(reply, language)


@dataclass(frozen=True, slots=True)
class OtherSide:
    """What the conversation reaches beyond the customers."""

    phone: Phone
    lookup: Lookup
    tools: AgentTools
    outbox: Outbox
    sharing: Sharing


class CustomersSide:
    """Everything that deals with customers. `start`, then the concierge as a context manager."""

    def __init__(
        self, settings: Settings, outside: Outside, whatsapp: WhatsApp, other: OtherSide
    ) -> None:
        self._outbox = other.outbox
        self._model = ModelClient(
            settings.openai_api_key.get_secret_value(),
            settings.openai_base_url,
            outside.openai_http,
        )
        self._signs = TypingSigns(whatsapp.typing)
        self.concierge = Concierge(
            Needs(
                store=outside.store,
                reader=Understanding(model=settings.openai_model, client=self._model),
                ears=VoiceNotes(
                    outside.http,
                    settings.twilio_account_sid,
                    settings.twilio_auth_token.get_secret_value(),
                    settings.twilio_api_base_url,
                    settings.twilio_media_redirect_hosts,
                    Transcriber(self._model, settings.openai_transcription_model),
                ),
                second_reader=BookingReader(self._model, settings.openai_model),
                phrasing=Phrases(),
                places=PlaceFinder(
                    outside.http,
                    api_key=settings.google_places_api_key.get_secret_value(),
                    base_url=settings.google_places_base_url,
                    now=outside.now,
                ),
                phone=other.phone,
                outbox=other.outbox,
                lookup=other.lookup,
                tools=other.tools,
                policy=_policy(settings),
                now=outside.now,
                settings=_customer_settings(settings),
                show_typing=self._signs.show,
                sharing=other.sharing,
            )
        )

    def message_arrived(self, customer: str) -> None:
        """A message of this customer is in the store. Quick, never waits."""
        self.concierge.message_arrived(customer)
        # What was parked for them may be sent again, now that they have written.
        self._outbox.wake()

    def show_typing_in(self, tasks: asyncio.TaskGroup) -> None:
        """From now on customers see that an answer is being written."""
        self._signs.start(tasks)

    def stop_typing(self) -> None:
        """No answer is being written any more."""
        self._signs.stop()

    async def close(self) -> None:
        """Closes the connections to the model."""
        await self._model.close()


def _policy(settings: Settings) -> Policy:
    return Policy(
        allowed_countries=frozenset(settings.allowed_countries),
        own_numbers=frozenset({settings.twilio_phone_number, settings.twilio_whatsapp_number}),
        calling_hours=(settings.calling_hours.opens, settings.calling_hours.closes),
        calls_per_customer_per_day=settings.max_calls_per_customer_per_day,
        calls_per_business_per_day=settings.max_calls_per_business_per_day,
        spend_per_day=settings.max_spend_per_day,
        price_per_minute=settings.price_per_minute,
    )


def _customer_settings(settings: Settings) -> CustomerSettings:
    everybody = "*" in settings.allowed_customers
    return CustomerSettings(
        default_country=settings.default_country,
        default_zone=settings.default_timezone,
        callback_number=settings.twilio_phone_number,
        allowed_customers=None if everybody else frozenset(settings.allowed_customers),
        calls_are_recorded=settings.record_calls,
        longest_call_s=settings.max_call_seconds,
    )

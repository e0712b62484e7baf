"""The vendors' doors as the settings have them: the carrier's, the agent's, WhatsApp's."""

from __future__ import annotations

from bridge.elevenlabs_agent import AgentDoor
from bridge.twilio_dialer import TwilioDialer
from bridge.twilio_webhooks import CallbackAddresses
from messaging.whatsapp import WhatsApp
from vocero.outside import Outside
from vocero.settings import Settings

RING_S = 30
CARRIER_LIMIT_MARGIN_S = 30
"""The carrier's own limit on a call lies this far behind ours: it is for when we are gone."""


def dialer(settings: Settings, outside: Outside, addresses: CallbackAddresses) -> TwilioDialer:
    """Who dials."""
    return TwilioDialer(
        outside.dial_http,
        settings.twilio_account_sid,
        settings.twilio_auth_token.get_secret_value(),
        settings.twilio_api_base_url,
        settings.twilio_phone_number,
        addresses,
        ring_s=RING_S,
        max_call_s=int(settings.max_call_seconds) + CARRIER_LIMIT_MARGIN_S,
    )


def agent_door(settings: Settings, outside: Outside) -> AgentDoor:
    """Where the agent's conversations are opened."""
    return AgentDoor(
        settings.elevenlabs_api_key.get_secret_value(),
        settings.elevenlabs_agent_id,
        settings.elevenlabs_base_url,
        outside.http,
    )


def whatsapp(settings: Settings, outside: Outside) -> WhatsApp:
    """Who takes messages to customers."""
    return WhatsApp(
        outside.http,
        settings.twilio_account_sid,
        settings.twilio_auth_token.get_secret_value(),
        settings.twilio_api_base_url,
        settings.twilio_whatsapp_number,
        f"{settings.base_url}/webhook/whatsapp/status",
        template_sid=settings.whatsapp_template_sid,
    )

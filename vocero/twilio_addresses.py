"""The addresses that Twilio is told, and where in its console they are set by hand. Pure.

Names of pages and fields: Twilio's documentation; consoles move.
"""

from __future__ import annotations

MESSAGES = "/webhook/whatsapp"
"""What customers write."""
DELIVERY = "/webhook/whatsapp/status"
"""What became of our messages."""
CALLED_BACK = "/webhook/voice/outbound"
"""Somebody calls our number: a short explanation."""

SANDBOX = "+14155238886"
"""Twilio's own WhatsApp number for first tries."""
SANDBOX_PAGE = "https://console.twilio.com, Messaging > Try it out > WhatsApp sandbox"
SENDERS_PAGE = "https://console.twilio.com, Messaging > Senders > WhatsApp senders"
NUMBERS_PAGE = "https://console.twilio.com, Phone Numbers > Active numbers"


def sandbox_by_hand(base_url: str) -> list[str]:
    """What somebody has to do in the console: no interface of Twilio's sets the sandbox."""
    return [
        "The WhatsApp sandbox can only be set by hand:",
        f"  {SANDBOX_PAGE} > Sandbox settings",
        f"  When a message comes in   {base_url}{MESSAGES}   POST",
        f"  Status callback URL       {base_url}{DELIVERY}   POST",
        "  Everybody who writes sends its join code first, and again after three days.",
    ]

"""Where Twilio's products are: each has a host of its own beside api.twilio.com."""

from __future__ import annotations

from urllib.parse import urlsplit


def product_base(base_url: str, product: str) -> str:
    """("https://api.twilio.com", "voice") -> "https://voice.twilio.com", regional hosts likewise.

    An address that is not a twilio.com name (a simulated carrier) serves every product itself.
    """
    base = base_url.rstrip("/")
    host = urlsplit(base).hostname or ""
    if host.startswith("api.") and host.endswith(".twilio.com"):
        return f"https://{product}.{host.removeprefix('api.')}"
    return base

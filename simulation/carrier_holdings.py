"""What a simulated account has besides calls and messages. May be changed while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class OwnNumber:
    """A phone number of the account."""

    voice: bool = True
    voice_url: str = ""
    """Where calls to it lead."""
    voice_method: str = "POST"
    voice_application_sid: str | None = None
    """A TwiML application that its calls go to, whatever `voice_url` is."""
    trunk_sid: str | None = None
    """A SIP trunk, likewise."""


@dataclass(slots=True)
class Sender:
    """A WhatsApp sender of the account."""

    callback_url: str = ""
    """Where messages to it are posted."""
    status: str = "ONLINE"
    callback_method: str = "POST"
    fallback_url: str = ""
    status_callback_url: str = ""


@dataclass(slots=True)
class Holdings:
    """Numbers are E.164."""

    status: str = "active"
    """Or "suspended", "closed"."""
    numbers: dict[str, OwnNumber] = field(default_factory=dict)
    verified: set[str] = field(default_factory=set)
    """Numbers of other providers that may be called from."""
    senders: dict[str, Sender] = field(default_factory=dict)
    """WhatsApp senders; the sandbox is none of them."""
    countries_off: set[str] = field(default_factory=set)
    """ISO codes that may not be dialled."""
    read_only: bool = False
    """Whether the credentials may look at numbers and senders, and not change them."""
    stale_lists: int = 0
    """So many of the next lists of senders still show them as they were before the last change."""
    changes: list[str] = field(default_factory=list)
    """Numbers and senders ("whatsapp:+…") that were changed by request, in order."""
    clock_ahead_s: float = 0.0
    """How far the Date of every answer is ahead of this machine's clock."""

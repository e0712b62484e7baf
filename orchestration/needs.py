"""What the performers of the conversation work with, and the settings that matter to them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

import phonenumbers

from data.store import Store
from orchestration.agent_tools import AgentTools
from orchestration.local_time import zone_names_of_number
from orchestration.policy import Policy
from orchestration.ports import (
    Ears,
    Lookup,
    Outbox,
    Phone,
    Phrasing,
    Places,
    Reader,
    SecondReader,
)
from orchestration.sharing import Alone, Sharing


def fresh_id() -> str:
    """Unguessable: it is part of callback addresses."""
    return secrets.token_hex(16)


def _shows_nothing(message_sid: str) -> None:
    """Where nobody looks at a telephone."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The operator's choices."""

    default_country: str = "AR"
    """ISO code that national numbers are read in when the customer's number does not tell."""
    default_zone: str = "America/Argentina/Buenos_Aires"
    """IANA name."""
    callback_number: str = ""
    """E.164 of our own line, for the agent to leave, or ""."""
    allowed_customers: frozenset[str] | None = None
    """E.164 numbers or addresses of those who may write; None: everybody."""
    progress_after_s: float = 3.0
    """No progress note before that long after the order."""
    look_up_for_s: float = 15.0
    """How long an attempt of a dead process is looked for at the carrier."""
    answer_within_s: float = 20.0
    """How long the business is kept waiting for the customer's answer to its question."""
    calls_are_recorded: bool = False
    """Then the business is told so."""
    longest_call_s: float = 300.0
    """What a call may cost at most is reckoned with it."""


@dataclass(frozen=True, slots=True)
class Needs:
    """Everything that the concierge works with. All of it is lent."""

    store: Store
    reader: Reader
    ears: Ears
    second_reader: SecondReader
    phrasing: Phrasing
    places: Places
    phone: Phone
    outbox: Outbox
    lookup: Lookup
    tools: AgentTools
    policy: Policy
    now: Callable[[], float]
    """Seconds since the epoch."""
    settings: Settings
    new_id: Callable[[], str] = fresh_id
    show_typing: Callable[[str], None] = _shows_nothing
    """An answer to this message (by sid) is being prepared. Quick, never waits."""
    sharing: Sharing = field(default_factory=Alone)
    """With other workers on the same store, `shared_work.SharedWork`."""


def country_of(customer: str, default: str) -> str:
    """The ISO code of a WhatsApp address's country; the default for an address without a number."""
    try:
        parsed = phonenumbers.parse(customer.removeprefix("whatsapp:"))
    except phonenumbers.NumberParseException:
        return default
    region = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    return phonenumbers.region_code_for_number(parsed) or (
        region if region not in {"ZZ", "001"} else default
    )


def zone_of_customer(customer: str, default: str) -> str:
    """The IANA name of a WhatsApp address's time zone, where its number leaves no doubt."""
    names = zone_names_of_number(customer.removeprefix("whatsapp:"))
    return names[0] if len(names) == 1 else default


def masked(address: str) -> str:
    """For logs: enough to recognise, not enough to call."""
    return f"{address[:-5]}***{address[-2:]}" if len(address) > 9 else "***"

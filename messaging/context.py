"""What helps to understand a message, as this room sees it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from data.errand import ConversationStatus


class Context(Protocol):
    """The state of the customer's conversation (orchestration.ports.ReadingContext fits)."""

    @property
    def now(self) -> datetime:
        """Aware, in the customer's time zone."""

    @property
    def country(self) -> str:
        """ISO code that national phone numbers are read in."""

    @property
    def status(self) -> ConversationStatus: ...

    @property
    def options(self) -> tuple[str, ...]:
        """Names on the list that the customer is looking at. While CALLING: the answers that the
        business offered to its own question."""

    @property
    def asked(self) -> str:
        """The question that the customer was asked last, in words, or "". While CALLING: the
        business's."""

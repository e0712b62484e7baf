"""What the orchestration needs from others. The wiring hands it in; nobody is imported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from data.call import CallOrder
from data.errand import ConversationStatus, ParsedMessage
from data.reply import Reply


@dataclass(frozen=True, slots=True)
class ReadingContext:
    """What helps to understand a message."""

    now: datetime
    """Aware, in the customer's time zone."""
    country: str
    """ISO code that national phone numbers are read in."""
    status: ConversationStatus
    options: tuple[str, ...] = ()
    """Names on the list that the customer is looking at."""
    asked: str = ""
    """The question that the customer was asked last, in words, or ""."""


class Reader(Protocol):
    """Understands messages (messaging.understanding fits)."""

    async def understand(self, text: str, context: ReadingContext) -> ParsedMessage:
        """Never raises for what a customer may write or a model may answer."""

    def language(self, text: str, before: str) -> str:
        """ "es" or "en"; `before` when the text does not tell."""


class Phrasing(Protocol):
    """Puts replies into words (messaging.phrases fits)."""

    def words(self, reply: Reply, language: str) -> str:
        """At most 1,600 characters, in "es" or "en"."""


class PhoneFull(Exception):
    """No room for another call right now; str() says which limit."""


class Phone(Protocol):
    """Places calls (bridge.switchboard fits)."""

    def place(self, order: CallOrder) -> None:
        """Start the call; its course is reported to the observer.

        Only after the attempt was committed. Raises PhoneFull.
        """

    def cancel(self, attempt_id: str) -> bool:
        """End this call politely (or at once while it rings). False: it is not live."""

    def tell_agent(self, attempt_id: str, text: str) -> bool:
        """Give the agent what the customer wrote. False: there is no live agent."""

    def has_room(self) -> bool:
        """Whether another call may be placed now."""


class Outbox(Protocol):
    """Sends what was promised (messaging.outbox fits)."""

    def wake(self) -> None:
        """There may be something new to send."""

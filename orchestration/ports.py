"""What the orchestration needs from others. The wiring hands it in; nobody is imported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from data.call import BookingReading, CallOrder, CallResult, TimelineEntry
from data.errand import CallPlan, ConversationStatus, ParsedMessage
from data.place import PlaceInfo
from data.reply import Reply, VoiceTrouble
from data.store import IncomingMessage


@dataclass(frozen=True, slots=True)
class ReadingContext:
    """What helps to understand a message."""

    now: datetime
    """Aware, in the customer's time zone."""
    country: str
    """ISO code that national phone numbers are read in."""
    status: ConversationStatus
    options: tuple[str, ...] = ()
    """Names on the list that the customer is looking at. While CALLING: the answers that the
    business offered to its own question."""
    asked: str = ""
    """The question that the customer was asked last, in words, or "". While CALLING: the
    business's."""


class Reader(Protocol):
    """Understands messages (messaging.understanding fits)."""

    async def understand(self, text: str, context: ReadingContext) -> ParsedMessage:
        """Never raises for what a customer may write or a model may answer."""

    def plan(self, text: str, context: ReadingContext) -> CallPlan:
        """Which of the list are to be called in which order, and whether the next may be called
        without asking. By rules alone: what allows a call is never left to a model.
        """

    def stands_alone(self, text: str, context: ReadingContext) -> bool:
        """Whether a message is an answer as a whole (yes, no, a choice) and no part of a longer
        text that was sent in pieces. By rules alone.
        """

    def language(self, text: str, before: str) -> str:
        """ "es" or "en"; `before` when the text does not tell."""


class Ears(Protocol):
    """Listens to voice notes (messaging.voice_notes fits)."""

    async def hear(self, message: IncomingMessage, language: str) -> str | VoiceTrouble:
        """What was said, or why it is not known. `language` is a hint. Never raises for what a
        carrier or a model may answer; takes half a minute at most.
        """


class SecondReader(Protocol):
    """Reads the transcript of a claimed booking once more (messaging.booking_reading fits)."""

    async def read_booking(
        self, said: Sequence[TimelineEntry], claim: CallResult, business_name: str, today: str
    ) -> BookingReading | None:
        """`said`: what business and agent said. `claim`: the booking, its date ISO where it could
        be resolved. `today`: ISO, at the business. None when there is no model or it did not help.
        """


class Phrasing(Protocol):
    """Puts replies into words (messaging.phrases fits)."""

    def words(self, reply: Reply, language: str) -> str:
        """At most 1,600 characters, in "es" or "en"."""


class CustomerLine(Protocol):
    """Reaches the customer while their call is on (orchestration.concierge fits)."""

    async def ask(self, attempt_id: str, question: str, options: tuple[str, ...]) -> str | None:
        """The customer's answer to the business's question, or None when none came in time (the
        time is Settings.answer_within_s), the call is over, or too much was asked already.
        """

    async def keep_words(self, attempt_id: str) -> None:
        """Make what was said in this call so far durable now."""


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

    @property
    def draining(self) -> bool:
        """This process is about to stop: no call is placed any more."""


class Outbox(Protocol):
    """Sends what was promised (messaging.outbox fits)."""

    def wake(self) -> None:
        """There may be something new to send."""


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a search."""

    places: tuple[PlaceInfo, ...]
    """Best first, each with a phone."""
    from_demo_data: bool


class SearchError(Exception):
    """The search did not work. str() says why, for the log; never a key."""


class Places(Protocol):
    """Finds businesses (orchestration.places fits)."""

    async def search(
        self,
        service: str,
        location: str,
        *,
        language: str,
        country: str,
        center: tuple[float, float] | None = None,
    ) -> Found:
        """`language` "es" or "en"; `country` an ISO code, to prefer; `center` latitude and
        longitude in degrees to search around. Raises SearchError.
        """


@dataclass(frozen=True, slots=True)
class CarrierCall:
    """A call as the carrier knows it."""

    call_sid: str
    status: str
    """As the carrier spells it: queued, ringing, in-progress, completed, busy, no-answer …"""


class LookupFailed(Exception):
    """The carrier gave no usable answer."""


class Lookup(Protocol):
    """Asks the carrier about calls of a process that died (bridge.twilio_dialer, adapted)."""

    async def by_sid(self, call_sid: str) -> CarrierCall | None:
        """This call, or None when the carrier does not know it. Raises LookupFailed."""

    async def by_number(self, to_number: str, since: float) -> CarrierCall | None:
        """Our latest call to this number since then, or None. Raises LookupFailed."""

    async def end(self, call_sid: str) -> None:
        """Hang up. Raises LookupFailed."""

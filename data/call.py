"""A phone call as it is ordered, as it is remembered, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

Variable = str | int | float | bool


class OutcomeStatus(StrEnum):
    """How a call ended for the customer. The first six are the original plan's."""

    BOOKED = "booked"
    NO_AVAILABILITY = "no_availability"
    CALLBACK_NEEDED = "callback_needed"
    WRONG_NUMBER = "wrong_number"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    BUSY = "busy"
    VOICEMAIL = "voicemail"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    UNCONFIRMED = "unconfirmed"


class CallResult(BaseModel):
    """The one result of a call that was dialled."""

    model_config = ConfigDict(frozen=True)

    status: OutcomeStatus
    date: str | None = None
    time: str | None = None
    professional_name: str | None = None
    notes: str | None = None
    instructions: str | None = None


class Blame(StrEnum):
    """Whose fault a failure was."""

    CARRIER = "carrier"
    AGENT = "agent"
    CUSTOMER = "customer"
    BUSINESS = "business"
    OURS = "ours"


class EndCause(StrEnum):
    """Why a call is over, as the bridge saw it. What it means for the errand is decided above."""

    AGENT_FINISHED = "agent_finished"
    """The agent said goodbye and it was heard."""
    BUSINESS_HUNG_UP = "business_hung_up"
    CANCELLED = "cancelled"
    """The customer or an operator ended it."""
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    VOICEMAIL = "voicemail"
    DIAL_FAILED = "dial_failed"
    """The carrier refused or could not place the call; `blame` and `detail` say why."""
    AGENT_LOST = "agent_lost"
    CARRIER_LOST = "carrier_lost"
    """The media stream never came, or broke off."""
    TOO_LONG = "too_long"
    SHUTDOWN = "shutdown"
    """We had to stop: drained by force, or the process died."""


@dataclass(frozen=True, slots=True)
class CallEnding:
    """Why a call is over and, where something failed, whose fault it was."""

    cause: EndCause
    blame: Blame | None = None
    detail: str = ""
    """For a person to read; never a secret, never a full number."""


class EntryKind(StrEnum):
    """What a line of a call's timeline is about."""

    PHASE = "phase"
    """The call moved on; text is the new phase."""
    SAID = "said"
    """Somebody's words; `speaker` tells whose."""
    CORRECTED = "corrected"
    """The agent's last words were cut short; text is what was said before the cut."""
    INTERRUPTED = "interrupted"
    """The business spoke over the agent."""
    TOOL_CALLED = "tool_called"
    TOOL_ANSWERED = "tool_answered"
    KEYS = "keys"
    """Keypad tones, either way."""
    MACHINE = "machine"
    """The answering machine verdict."""
    TOLD_AGENT = "told_agent"
    """Context that was given to the agent during the call."""
    TROUBLE = "trouble"
    """Something failed; text says what and whose fault it was."""
    MEASURED = "measured"
    """A figure of the call's health; text is "name=value"."""
    TAKEN_OVER = "taken_over"
    """An operator speaks instead of the agent; text is the operator's name."""
    HANDED_BACK = "handed_back"
    """The agent speaks again; text is the operator's summary."""


class Speaker(StrEnum):
    """Who said it."""

    BUSINESS = "business"
    AGENT = "agent"
    CUSTOMER = "customer"
    VOCERO = "vocero"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of what happened in a call."""

    at_s: float
    """Seconds since the call was ordered."""
    kind: EntryKind
    text: str
    speaker: Speaker | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """The business's own words behind a result."""

    text: str
    at_s: float
    """When they were transcribed, in seconds since the call was ordered: said just before."""


@dataclass(frozen=True, slots=True)
class BookingReading:
    """What a second reader makes of a transcript in which a booking is claimed."""

    agreed: bool
    """Whether the business agreed to this booking and did not take it back."""
    quotes: tuple[str, ...]
    """The business's sentences that show it, word for word."""


@dataclass(frozen=True, slots=True)
class CallOrder:
    """Everything the bridge needs to place one attempt at a call."""

    attempt_id: str
    """Unguessable; part of every callback address."""
    to_number: str
    """E.164: exactly the number that the customer confirmed."""
    variables: Mapping[str, Variable] = field(default_factory=dict)
    """The agent's dynamic variables, all of them, empty when unknown."""
    secret_numbers: tuple[str, ...] = ()
    """Numbers to mask in whatever is recorded, besides `to_number`."""


@dataclass(frozen=True, slots=True)
class CallReport:
    """What is known of an attempt once it is over."""

    attempt_id: str
    ending: CallEnding
    call_sid: str = ""
    conversation_id: str = ""
    answered: bool = False
    talked_s: float = 0.0
    """Seconds between the media stream's start and its end."""
    timeline: tuple[TimelineEntry, ...] = ()

    @property
    def paid_s(self) -> float:
        """Seconds that have to be paid for: whoever answers costs something, heard or not."""
        return max(self.talked_s, 1.0) if self.answered else self.talked_s

    def said(self) -> tuple[TimelineEntry, ...]:
        """The transcript: only what business and agent said, corrections applied.

        A CORRECTED entry replaces the agent's last SAID entry before it.
        """
        lines: list[TimelineEntry] = []
        for entry in self.timeline:
            if entry.kind is EntryKind.SAID:
                lines.append(entry)
            elif entry.kind is EntryKind.CORRECTED:
                for index in range(len(lines) - 1, -1, -1):
                    if lines[index].speaker is Speaker.AGENT:
                        lines[index] = TimelineEntry(
                            lines[index].at_s, EntryKind.SAID, entry.text, Speaker.AGENT
                        )
                        break
        return tuple(lines)

"""What can happen to a call. Frozen, so that events can be kept, compared and replayed.

Sound is raw bytes in the format that its side announced; the business's is decoded on demand.
Here "business" is what Twilio calls the inbound track and ElevenLabs calls the user.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bridge.carried_sound import BusinessAudio as BusinessAudio
from data.call import Blame, CallEnding


# --- the carrier's media stream ---------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class StreamStarted:
    """The carrier's media stream is bound to this call; sound may flow."""

    stream_sid: str
    call_sid: str


@dataclass(frozen=True, slots=True)
class MarkReached:
    """Everything sent before this mark has been played, or was flushed by a clear."""

    name: str


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """The business pressed a key."""

    digit: str


@dataclass(frozen=True, slots=True)
class StreamStopped:
    """The carrier ended the stream in order: the call is over or was redirected."""


@dataclass(frozen=True, slots=True)
class CarrierLost:
    """The media socket is gone without a stop, or was closed by us for its bad frames."""

    detail: str


# --- the phone itself, as the carrier's callbacks and answers tell it --------------------------
class PhoneStatus(StrEnum):
    """The carrier's call states, spelled as the carrier spells them."""

    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class Dialed:
    """The carrier took the order to call."""

    call_sid: str


@dataclass(frozen=True, slots=True)
class DialFailed:
    """The carrier did not take the order. `ending` says whose fault it was."""

    ending: CallEnding


@dataclass(frozen=True, slots=True)
class DialUnanswered:
    """The carrier may or may not have taken the order: no answer came. Never order again."""

    detail: str


@dataclass(frozen=True, slots=True)
class PhoneProgress:
    """A status callback, or the answer when we asked. May come late, twice or out of order."""

    status: PhoneStatus
    sip_code: int | None = None


@dataclass(frozen=True, slots=True)
class PhoneUnknown:
    """We asked the carrier for the call's state and got no usable answer."""

    detail: str


@dataclass(frozen=True, slots=True)
class AnswerAsked:
    """The answered call asks what to do (its TwiML): the agent may be opened."""


@dataclass(frozen=True, slots=True)
class MachineDetected:
    """The answering machine verdict."""

    verdict: str
    """As the carrier says it: human, machine_end_beep, fax, unknown …"""


# --- the agent --------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class AgentReady:
    """The agent announced itself and both of its formats ("ulaw_8000", "pcm_16000" …)."""

    conversation_id: str
    hears_format: str
    """What it wants to be sent."""
    speaks_format: str
    """What it will send."""


@dataclass(frozen=True, slots=True)
class AgentAudio:
    """Sound from the agent; comes in bursts, far faster than real time."""

    event_id: int
    sound: bytes
    """In the announced `speaks_format`; an odd byte of PCM is carried to the next piece."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The business spoke over the agent: sound up to this id must not be heard any more."""

    event_id: int


@dataclass(frozen=True, slots=True)
class BusinessSaid:
    """The agent's final transcript of the business's words."""

    text: str


@dataclass(frozen=True, slots=True)
class AgentSaid:
    """The agent's whole text of a turn; may come before or after its sound."""

    text: str


@dataclass(frozen=True, slots=True)
class AgentCorrected:
    """After an interruption: what the agent believes was heard of its last turn."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCalled:
    """The agent wants one of our tools. Exactly one answer per id."""

    tool_call_id: str
    name: str
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AgentUsedOwnTool:
    """A tool inside the agent ran: end_call, voicemail_detection, skip_turn …"""

    name: str


@dataclass(frozen=True, slots=True)
class AgentPinged:
    """Must be answered at once with the same id."""

    event_id: int


@dataclass(frozen=True, slots=True)
class AgentErred:
    """The agent reports an error; the close that follows decides."""

    detail: str


@dataclass(frozen=True, slots=True)
class AgentStirred:
    """Any other message of the agent, known or not: a sign of life and nothing more."""

    kind: str


@dataclass(frozen=True, slots=True)
class AgentClosed:
    """The agent closed in order (code 1000): it is done, its last words may be unheard."""


@dataclass(frozen=True, slots=True)
class AgentLost:
    """The agent could not be reached, refused, broke off or broke the protocol."""

    detail: str
    blame: Blame = Blame.AGENT
    """OURS when it refused because of how Vocero or the account is set up."""


# --- our own side -----------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class ToolAnswered:
    """One of our tools has an answer for the agent."""

    tool_call_id: str
    result: str
    """Always a string; JSON for our tools, and `false` stays false."""
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class CustomerSaid:
    """The customer wrote something during the call that the agent should know."""

    text: str


@dataclass(frozen=True, slots=True)
class CancelAsked:
    """The customer wants the call to end."""


@dataclass(frozen=True, slots=True)
class ShutdownAsked:
    """This process must stop now: the drain's time is up."""


# --- an operator who listens ------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class OperatorSaid:
    """An operator whispers a hint to the agent."""

    text: str


@dataclass(frozen=True, slots=True)
class OperatorKeys:
    """An operator presses keys; spelled as for the agent's own tool."""

    digits: str


@dataclass(frozen=True, slots=True)
class OperatorEnds:
    """An operator ends the call: with a goodbye, or at once."""

    at_once: bool


@dataclass(frozen=True, slots=True)
class OperatorTookOver:
    """An operator speaks from now on and the agent is not heard."""

    operator: str


@dataclass(frozen=True, slots=True)
class OperatorAudio:
    """Sound from the operator's microphone; means nothing unless that operator has the call."""

    sound: bytes
    """µ-law, 8 kHz, of any length."""


@dataclass(frozen=True, slots=True)
class OperatorHandsBack:
    """The agent speaks again; the summary is for it and may be empty."""

    summary: str


@dataclass(frozen=True, slots=True)
class OperatorGone:
    """The connection of the operator who has the call broke off."""


CarrierEvent = (
    StreamStarted | BusinessAudio | MarkReached | KeyPressed | StreamStopped | CarrierLost
)
PhoneEvent = (
    Dialed
    | DialFailed
    | DialUnanswered
    | PhoneProgress
    | PhoneUnknown
    | AnswerAsked
    | MachineDetected
)
AgentEvent = (
    AgentReady
    | AgentAudio
    | Interrupted
    | BusinessSaid
    | AgentSaid
    | AgentCorrected
    | ToolCalled
    | AgentUsedOwnTool
    | AgentPinged
    | AgentErred
    | AgentStirred
    | AgentClosed
    | AgentLost
)
OperatorEvent = (
    OperatorSaid
    | OperatorKeys
    | OperatorEnds
    | OperatorTookOver
    | OperatorAudio
    | OperatorHandsBack
    | OperatorGone
)
OwnEvent = ToolAnswered | CustomerSaid | CancelAsked | ShutdownAsked
Event = CarrierEvent | PhoneEvent | AgentEvent | OwnEvent | OperatorEvent

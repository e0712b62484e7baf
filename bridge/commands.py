"""What a call can order. Whoever performs them decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.carried_sound import SendToAgent as SendToAgent
from data.call import CallEnding, TimelineEntry


# --- to the carrier's media stream ------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Play:
    """Send this sound to the business now."""

    sound: bytes
    """µ-law, 8 kHz."""


@dataclass(frozen=True, slots=True)
class MarkPlayback:
    """Ask to be told when everything sent so far has been heard."""

    name: str


@dataclass(frozen=True, slots=True)
class ClearPlayback:
    """Forget what was sent and not yet heard."""


@dataclass(frozen=True, slots=True)
class CloseStream:
    """Close the media socket. The carrier then speaks the apology of our TwiML and hangs up."""


# --- to the carrier by REST -------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class HangUp:
    """End the phone call in silence, whatever its state; the media stream ends with it."""


@dataclass(frozen=True, slots=True)
class AskCarrier:
    """Ask what became of the call; answered by PhoneProgress or PhoneUnknown."""


# --- to the agent -----------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class OpenAgent:
    """Open the agent's conversation. Ordered at most once per attempt."""


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to the agent's ping."""

    event_id: int


@dataclass(frozen=True, slots=True)
class AnswerTool:
    """The one answer to a tool call."""

    tool_call_id: str
    result: str
    is_error: bool


@dataclass(frozen=True, slots=True)
class TellAgent:
    """Background information for the agent; does not interrupt it."""

    text: str


@dataclass(frozen=True, slots=True)
class CloseAgent:
    """Close the agent's conversation."""


# --- to our own side --------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class RunTool:
    """Run a tool in a task of its own, under a deadline; answered by ToolAnswered."""

    tool_call_id: str
    name: str
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Note:
    """Something for the timeline."""

    entry: TimelineEntry


@dataclass(frozen=True, slots=True)
class Finish:
    """The call is over. Ordered exactly once, always last."""

    ending: CallEnding


CarrierCommand = Play | MarkPlayback | ClearPlayback | CloseStream
PhoneCommand = HangUp | AskCarrier
AgentCommand = OpenAgent | SendToAgent | Pong | AnswerTool | TellAgent | CloseAgent
OwnCommand = RunTool | Note | Finish
Command = CarrierCommand | PhoneCommand | AgentCommand | OwnCommand

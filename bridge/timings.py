"""How long a call waits for whom, and the names of its timers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum, auto
from typing import Final


@dataclass(frozen=True, slots=True)
class CallTimings:
    """Every patience of a call, in seconds unless the name says otherwise; all must be positive."""

    lead_ms: int = 200
    """Milliseconds of sound that the carrier should hold ahead of what is being heard."""
    stream_wait_s: float = 15.0
    """Seconds from the answer to the media stream's start."""
    agent_ready_s: float = 3.0
    """Seconds from the media stream's start to the agent's announcement."""
    agent_stall_s: float = 10.0
    """Seconds without any message of a ready agent, pings included, until it counts as lost."""
    goodbye_s: float = 10.0
    """Seconds to wait for the last mark beyond the time that the agent's last words take."""
    settle_s: float = 10.0
    """Seconds from our hanging up, or from a broken stream, to the carrier's last word on it."""
    apology_s: float = 15.0
    """Seconds that the carrier gets to speak the apology and hang up."""
    report_grace_s: float = 2.0
    """Seconds that the agent gets to report its result once the line is gone."""
    tool_s: float = 12.0
    """Seconds that the call's end waits for a tool that was started."""
    cancel_s: float = 10.0
    """Seconds that the agent gets to say goodbye after a cancellation."""
    operator_gone_s: float = 5.0
    """Seconds without the operator who has the call until the agent gets it back."""
    operator_cancel_s: float = 30.0
    """Seconds that an operator who has the call gets to say goodbye after a cancellation."""
    max_call_s: float = 300.0
    """Seconds from the media stream's start to the hang-up in any case."""
    wrap_up_s: float = 20.0
    """Seconds before `max_call_s` at which the agent is told to come to an end."""
    silence_after_s: float = 10.0
    """Seconds without sound from the business until the agent is fed silence."""
    silence_piece_s: float = 0.1
    """Seconds of silence per piece, and between pieces."""
    sound_lost_s: float = 30.0
    """Seconds without sound from the business until the carrier is asked about the call."""
    keep_sound_s: float = 5.0
    """Seconds of the business's sound that are kept for an agent that is not ready."""
    reap_after_s: float = 60.0
    """Seconds without news of an unanswered call until the carrier is asked."""
    reap_every_s: float = 30.0
    """Seconds between such questions."""
    reap_give_up_s: float = 180.0
    """Seconds without news in all until an unanswered call is given up."""
    lookup_every_s: float = 3.0
    """Seconds between questions whether a call exists whose order was never confirmed."""
    lookup_s: float = 15.0
    """Seconds in all of such questions."""
    straggler_s: float = 2.0
    """Seconds to wait for earlier news that may still come in after "completed"."""
    shutdown_s: float = 2.0
    """Seconds that a call may still take when this process must stop."""

    def __post_init__(self) -> None:
        """Raises ValueError for a patience that is not positive: its timer would never rest."""
        for field in fields(self):
            if not getattr(self, field.name) > 0:
                raise ValueError(f"{field.name} must be positive")


class Timer(Enum):
    """What a call may be waiting for. At most one deadline each."""

    REAP = auto()
    LOOKUP = auto()
    STREAM = auto()
    AGENT_READY = auto()
    AGENT_STALL = auto()
    WRAP_UP = auto()
    TOO_LONG = auto()
    CANCEL = auto()
    OPERATOR_GONE = auto()
    """The operator who has the call is away."""
    OPERATOR_SOUND = auto()
    """Sound of the operator is due."""
    SILENCE = auto()
    SOUND_LOST = auto()
    CARRIER_ANSWER = auto()
    WORDS = auto()
    """Closing: the agent's last words are being heard."""
    LINE = auto()
    """Closing: the carrier has not confirmed the line's end."""
    APOLOGY = auto()
    """Closing: the carrier speaks the apology."""
    REPORT = auto()
    """Closing: the agent may still report its result."""
    TOOLS = auto()
    """Closing: tools that were started may still answer."""


CLOSING_WAITS: Final = frozenset({Timer.WORDS, Timer.LINE, Timer.APOLOGY, Timer.REPORT})
"""A closing call ends when none of these runs and no tool is awaited."""

"""The phases of a call and the table of legal moves between them.

The call has two legs that live and die on their own: the carrier's media stream and the agent's
conversation. The phase is what their joint state amounts to; it only ever moves forward.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum, auto
from types import MappingProxyType
from typing import Final


class Phase(StrEnum):
    """Where a call stands."""

    DIALING = "dialing"
    """The carrier has been asked to call and the phone does not ring yet."""
    RINGING = "ringing"
    """The business's phone rings."""
    CONNECTING = "connecting"
    """The call was answered; its sound, its agent or both are still missing."""
    TALKING = "talking"
    """Sound flows both ways between the business and the agent."""
    CLOSING = "closing"
    """It is settled that the call ends; last words, statuses or tool results are awaited."""
    ENDED = "ended"
    """Finish was ordered; nothing happens any more."""


LEGAL_MOVES: Mapping[Phase, frozenset[Phase]] = MappingProxyType(
    {
        Phase.DIALING: frozenset({Phase.RINGING, Phase.CONNECTING, Phase.CLOSING}),
        Phase.RINGING: frozenset({Phase.CONNECTING, Phase.CLOSING}),
        Phase.CONNECTING: frozenset({Phase.TALKING, Phase.CLOSING}),
        Phase.TALKING: frozenset({Phase.CLOSING}),
        Phase.CLOSING: frozenset({Phase.ENDED}),
        Phase.ENDED: frozenset(),
    }
)
"""From each phase, where the call may go. Callbacks come out of order, so phases can be skipped."""

DIAL_PHASES: Final = frozenset({Phase.DIALING, Phase.RINGING})
"""Nobody has answered yet, as far as we know."""
LIVE_PHASES: Final = frozenset({Phase.CONNECTING, Phase.TALKING})
"""Answered, and no end in sight."""


class StreamState(Enum):
    """The carrier's leg."""

    AWAITED = auto()
    """No media stream yet."""
    OPEN = auto()
    """Sound can be sent and comes in."""
    GONE = auto()
    """Stopped by the carrier, or broken off."""
    CLOSED = auto()
    """Closed by us, so that the carrier speaks the apology."""


class AgentState(Enum):
    """The agent's leg."""

    UNOPENED = auto()
    """Its conversation has not been ordered."""
    OPENING = auto()
    """Ordered; it has not announced its formats."""
    READY = auto()
    """It announced its formats: sound may flow."""
    GONE = auto()
    """Closed by either side, or lost."""

"""What can be seen of a call from outside."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.phases import Phase
from bridge.playback_figures import PlaybackFigures
from data.call import CallEnding


@dataclass(frozen=True, slots=True)
class CallSnapshot:
    """What can be seen of a call from outside, at one moment."""

    phase: Phase
    call_sid: str
    stream_sid: str
    conversation_id: str
    hears_format: str
    """What the agent is sent; empty until it said so."""
    speaks_format: str
    """What the agent sends; empty until it said so."""
    answered: bool
    stream_started_at: float | None
    """Seconds since the call was ordered."""
    pending_tools: tuple[str, ...]
    """Ids of tool calls that wait for an answer."""
    reported: bool
    """Whether the agent has reported its result."""
    ending: CallEnding | None
    """Decided, though the call may still be closing."""
    playback: PlaybackFigures
    media_skipped: int
    """Pieces of the business's sound that came twice or too late."""
    media_missing: int
    """Pieces of the business's sound that never came, by the carrier's numbering."""
    early_sound_dropped: int
    """Pieces of the business's sound that an agent late in coming never heard."""
    tool_calls_ignored: int
    """Repeated tool call ids, and calls over the limit."""

    taken_over_by: str
    """The operator who speaks instead of the agent; empty: nobody."""
    takeovers: int
    """How often an operator took the call from the agent."""
    muted_pieces: int
    """Pieces of the agent's sound that were dropped because an operator spoke."""
    operator_dropped_ms: float
    """Sound of an operator that came too fast or too late to be heard."""

    def figures(self) -> tuple[tuple[str, int], ...]:
        """What is worth a line in the timeline once the call is over."""
        of_takeovers = (
            ("muted_pieces", self.muted_pieces),
            ("operator_dropped_ms", round(self.operator_dropped_ms)),
        )
        return (
            ("underruns", self.playback.underruns),
            ("refused_pieces", self.playback.refused_pieces),
            ("dropped_pieces", self.playback.dropped_pieces),
            ("media_skipped", self.media_skipped),
            ("media_missing", self.media_missing),
            *(of_takeovers if self.takeovers else ()),
        )

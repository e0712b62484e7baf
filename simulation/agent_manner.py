"""How the simulated agent behaves beside its scene, and the records that it keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Manner:
    """The server's own times (seconds) and the oddities that the real one has been seen with."""

    init_within_s: float = 10.0
    ping_every_s: float = 2.0
    pong_within_s: float = 4.0
    """A ping unanswered for longer is a violation."""
    silence_within_s: float = 60.0
    """Without any sound from the client for that long: 1002 transport_receive_timeout."""
    max_duration_s: float = 600.0
    think_s: tuple[float, float] = (0.25, 0.45)
    """Between having heard somebody out and the first piece of the answer."""
    piece_every_s: tuple[float, float] = (0.0, 0.08)
    """Between two pieces of one turn: far faster than they play."""
    barge_in_ms: int = 120
    """Speech over its own turn that it takes for an interruption."""
    refuses: Literal["http", "close"] = "close"
    """How a bad signature is refused; the real way is not known."""
    queue: Literal["", "admitted", "timed_out"] = ""
    odd_messages: bool = False
    """Unknown types, a missing payload, null ping_ms and extra fields, between all others."""
    huge_frame: bool = False
    """One message of 1.5 MB, which the real one has sent."""
    duplicate_tool_call: bool = False
    """The first tool call is sent twice; it wants one answer."""
    parallel_tool_calls: bool = False
    """The first tool is called twice at once; each wants its answer."""
    tool_sound: bool = False
    """A sound plays during tools and is stopped by an interruption with an OLDER id."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One piece of sound that the agent sent."""

    at_s: float
    event_id: int
    sound: bytes
    late: bool = False
    """Sent after the interruption that voids it: must never be heard."""


@dataclass(slots=True)
class ToolUse:
    """One tool call and what became of it."""

    name: str
    tool_call_id: str
    parameters: Mapping[str, object]
    called_at_s: float
    """On the event loop's clock."""
    result: str | None = None
    """None: not answered."""
    is_error: bool = False
    answered_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a conversation ended."""

    code: int
    reason: str
    by_agent: bool

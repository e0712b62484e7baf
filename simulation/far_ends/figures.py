"""What the far ends measured. Times are whole microseconds once they leave this process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields


@dataclass(slots=True)
class Window:
    """What happened between two moments; times in seconds."""

    up: list[float] = field(default_factory=list)
    """Business to agent, every frame."""
    down: list[float] = field(default_factory=list)
    """Agent to business, every piece that was spoken in real time."""
    first_audio: list[float] = field(default_factory=list)
    """From the agent's first sound of an utterance to the first that the carrier gets of it."""
    barge_in: list[float] = field(default_factory=list)
    """From the interruption to the carrier's `clear`."""
    tools: list[float] = field(default_factory=list)
    """From the agent's tool call to the answer."""
    lag: list[float] = field(default_factory=list)
    """How late these far ends themselves were with their frames."""

    def to_json(self) -> dict[str, list[int]]:
        """Microseconds."""
        return {
            each.name: [round(seconds * 1e6) for seconds in getattr(self, each.name)]
            for each in fields(self)
        }


@dataclass(slots=True)
class Bytes:
    """Sound of one direction, in the bytes of the side that hears it."""

    sent: int = 0
    arrived: int = 0
    lost: int = 0
    """Never came."""
    late: int = 0
    """Came out of order, too late to be of use, or after it was told to be forgotten."""
    duplicated: int = 0
    foreign: int = 0
    """Nobody sent this to this call."""

    def to_json(self) -> Mapping[str, int]:
        """By name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


@dataclass(slots=True)
class Figures:
    """Shared by all calls of one process."""

    window: Window = field(default_factory=Window)
    """Where the present goes; what nobody wants to know is thrown away with its window."""
    up: Bytes = field(default_factory=Bytes)
    down: Bytes = field(default_factory=Bytes)
    underruns: int = 0
    """Times that the carrier ran dry in the middle of an utterance that it could have had."""
    interruptions: int = 0
    clears: int = 0
    tool_calls: int = 0
    tool_answers: int = 0

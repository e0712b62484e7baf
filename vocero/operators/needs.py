"""What the listening room needs from the rest of Vocero."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from bridge.phases import Phase
from bridge.playback_figures import PlaybackFigures
from data.call import CallOrder, TimelineEntry
from data.store import Attempt, AuditEntry, CallFigures, CallFilter, CallRecord
from vocero.bus.bus import Bus, NoOthers


class Piece(Protocol):
    """100 ms of both legs as heard (bridge.listening.SoundPiece fits)."""

    @property
    def from_ms(self) -> int: ...
    def packed(self) -> bytes: ...
    def levels(self) -> tuple[int, int]: ...


HearPiece = Callable[[str, Piece], None]
"""Told of every piece of every call: (attempt_id, piece)."""


class Ear(Protocol):
    """Gives the pieces of one call until it is over."""

    def __aiter__(self) -> AsyncIterator[Piece]: ...


class Listening(Protocol):
    """A listener's place at a call (bridge.listening.Listening fits)."""

    async def __aenter__(self) -> Ear: ...
    async def __aexit__(self, *error: object) -> None: ...


class Snapshot(Protocol):
    """What is looked at of bridge.call_state.CallSnapshot."""

    @property
    def playback(self) -> PlaybackFigures: ...
    @property
    def taken_over_by(self) -> str: ...


class LiveCall(Protocol):
    """A call that is on (bridge.switchboard.LiveCall fits)."""

    @property
    def order(self) -> CallOrder: ...
    @property
    def phase(self) -> Phase: ...
    @property
    def at_s(self) -> float:
        """Seconds since it was ordered."""

    @property
    def snapshot(self) -> Snapshot: ...
    @property
    def timeline(self) -> tuple[TimelineEntry, ...]: ...
    @property
    def listeners(self) -> int: ...


class Board(Protocol):
    """The calls, and what can be done with them (bridge.switchboard.Switchboard fits)."""

    def live(self) -> Sequence[LiveCall]: ...
    def live_call(self, attempt_id: str) -> LiveCall | None:
        """None also once it is over, though its end is still being written down."""

    def whisper(self, attempt_id: str, text: str) -> bool: ...
    def press_keys(self, attempt_id: str, digits: str) -> bool: ...
    def end(self, attempt_id: str, *, at_once: bool) -> bool: ...
    def take_over(self, attempt_id: str, operator: str) -> bool: ...
    def operator_audio(self, attempt_id: str, operator: str, sound: bytes) -> bool: ...
    def hand_back(self, attempt_id: str, operator: str, summary: str) -> bool: ...
    def operator_gone(self, attempt_id: str, operator: str) -> None: ...
    def listen(self, attempt_id: str) -> Listening | None: ...


class Records(Protocol):
    """What is read of and written to `data.store.Store`. Everything raises StoreError."""

    async def attempt(self, attempt_id: str) -> Attempt | None: ...
    async def call(self, attempt_id: str) -> CallRecord | None: ...
    async def lines(self, attempt_id: str) -> tuple[TimelineEntry, ...]: ...
    async def find_calls(
        self, wanted: CallFilter, *, before: str | None = None, limit: int = 50
    ) -> list[CallRecord]: ...
    async def call_figures(self, since: float, until: float) -> list[CallFigures]: ...
    async def erase_call(self, attempt_id: str) -> bool: ...
    async def note_act(self, entry: AuditEntry) -> AuditEntry: ...
    async def acts(
        self, *, attempt_id: str | None = None, before: int | None = None, limit: int = 100
    ) -> list[AuditEntry]: ...


AskCustomer = Callable[[str, str, Mapping[str, object]], Awaitable[str]]
"""(attempt_id, tool, parameters): a tool's answer as JSON text, as the agent would get it."""


@dataclass(frozen=True, slots=True)
class OperatorsNeeds:
    """What the operators' pages and sockets work with."""

    password: str
    """Not empty."""
    secret: str
    """Signs sessions; "" for one that lasts as long as this process."""
    base_url: str
    recordings: Path
    """The folder of recorded calls."""
    zone: str
    """IANA name: in which days begin and end."""
    now: Callable[[], float]
    """Seconds since the epoch."""
    board: Board
    hear_pieces: Callable[[HearPiece | None], None]
    """From now on every call's pieces are told to this; None: to nobody."""
    being_recorded: Callable[[str], bool]
    """Whether the recording of this call is still to be written."""
    store: Records
    answer_tool: AskCustomer
    tasks: Callable[[], asyncio.TaskGroup]
    """The group that what goes on behind a page belongs to; there is one while the service runs."""
    bus: Bus = field(default_factory=NoOthers)
    """The way to the other workers, who answer the same operators."""

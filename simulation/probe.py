"""What the bridge adds, measured from outside: latency, lost sound, reaction to an interruption.

Both neighbours stamp the same probe of one call with times of one clock: the carrier when a frame
leaves and when sound arrives, the agent likewise. The probe only stores; `report` does the sums
afterwards.

When both sides speak mu-law the sound itself says which byte is which (a line's silence is random,
so every frame is its own), and losses are counted to the byte. When the bridge transcodes, sound
is matched by how much of it there was; the part that was dropped before the agent was ready is
found as the largest one with which nothing arrives before it was sent.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

CARRIER_BYTES_PER_MS = 8


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds, over `count` samples; zeros when there are none."""

    count: int = 0
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    worst_ms: float = 0.0

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Spread:
        """Nearest-rank percentiles."""
        if not seconds:
            return cls()
        ordered = sorted(seconds)
        half, most = (ordered[math.ceil(len(ordered) * share) - 1] for share in (0.5, 0.99))
        return cls(len(ordered), half * 1000, most * 1000, ordered[-1] * 1000)


@dataclass(frozen=True, slots=True)
class Report:
    """One call, as its neighbours saw it."""

    up: Spread
    """Business -> agent: a frame's way through the bridge."""
    first_frame: Spread
    """Agent -> business: from an utterance's first sound to its first frame."""
    clear: Spread
    """From an interruption to the `clear`."""
    same_format: bool
    """True when losses could be counted to the byte; the four counts are 0 otherwise."""
    up_lost: int = 0
    """Bytes that the agent never got, after the first one that it got."""
    up_foreign: int = 0
    """Bytes that the agent got and the business did not send (filled in or repeated)."""
    down_lost: int = 0
    """Bytes that the business never got, without those that an interruption took back."""
    down_foreign: int = 0
    """Bytes that the business got and the agent did not send, or that were already taken back."""


@dataclass(slots=True)
class _Track:
    """Sound passing one point: what, and when its last byte of each piece passed."""

    bytes_per_ms: int = CARRIER_BYTES_PER_MS
    sound: bytearray = field(default_factory=bytearray)
    ends: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def add(self, t: float, sound: bytes) -> None:
        if sound:
            self.sound += sound
            self.ends.append(len(self.sound))
            self.times.append(t)

    def time_of(self, offset: int) -> float:
        """When the byte at `offset` passed."""
        return self.times[min(bisect_right(self.ends, offset), len(self.times) - 1)]

    def pieces(self) -> list[tuple[float, int, int]]:
        """(time, first byte, byte after the last) of each piece."""
        return [
            (t, start, end)
            for t, start, end in zip(self.times, [0, *self.ends], self.ends, strict=False)
        ]


class Probe:
    """The stamps of one call. Times in seconds of the event loop's clock.

    `to_agent` and `from_agent` are the agent's formats in bytes per millisecond (ulaw_8000: 8,
    pcm_16000: 32).
    """

    def __init__(self, to_agent: int = 8, from_agent: int = 8, *, mulaw: bool = True) -> None:
        self._mulaw = mulaw
        self._business_sent = _Track()
        self._agent_got = _Track(to_agent)
        self._agent_sent = _Track(from_agent)
        self._business_got = _Track()
        self._event_ids: list[int] = []
        self._interruptions: list[tuple[float, int, int]] = []
        self._clears: list[float] = []

    def set_formats(self, to_agent: int, from_agent: int, *, mulaw: bool) -> None:
        """The agent's formats, when they are known only after the probe was made."""
        self._agent_got.bytes_per_ms = to_agent
        self._agent_sent.bytes_per_ms = from_agent
        self._mulaw = mulaw

    def business_sent(self, t: float, payload: bytes) -> None:
        """The carrier is about to send this media frame."""
        self._business_sent.add(t, payload)

    def agent_got(self, t: float, sound: bytes) -> None:
        """The agent read this sound from its socket."""
        self._agent_got.add(t, sound)

    def agent_sent(self, t: float, event_id: int, sound: bytes) -> None:
        """The agent is about to send this sound."""
        if sound:
            self._agent_sent.add(t, sound)
            self._event_ids.append(event_id)

    def business_got(self, t: float, sound: bytes) -> None:
        """The carrier read this sound from its socket."""
        self._business_got.add(t, sound)

    def interruption_sent(self, t: float) -> None:
        """The agent is about to send an interruption of all that it has said so far."""
        newest = max(self._event_ids, default=0)
        self._interruptions.append((t, newest, len(self._event_ids)))

    def clear_got(self, t: float) -> None:
        """The carrier read a `clear`."""
        self._clears.append(t)

    def report(self) -> Report:
        """The sums of what was stamped so far."""
        up_lost = up_foreign = down_lost = down_foreign = 0
        if self._mulaw:
            up, up_lost, up_foreign = self._match_up()
            down_lost, down_foreign = self._match_down()
        else:
            up = self._match_up_by_amount()
        return Report(
            up=Spread.of(up),
            first_frame=Spread.of(self._first_frames()),
            clear=Spread.of(self._clear_reactions()),
            same_format=self._mulaw,
            up_lost=up_lost,
            up_foreign=up_foreign,
            down_lost=down_lost,
            down_foreign=down_foreign,
        )

    def _match_up(self) -> tuple[list[float], int, int]:
        sent, got = self._business_sent, self._agent_got
        delays: list[float] = []
        lost = foreign = 0
        cursor: int | None = None
        for t, start, end in got.pieces():
            piece = got.sound[start:end]
            if cursor is not None and sent.sound.startswith(piece, cursor):
                found = cursor
            else:
                found = sent.sound.find(piece, cursor or 0)
            if found < 0:
                foreign += len(piece)
                continue
            lost += found - cursor if cursor is not None else 0
            cursor = found + len(piece)
            delays.append(t - sent.time_of(cursor - 1))
        return delays, lost, foreign

    def _match_up_by_amount(self) -> list[float]:
        sent, got = self._business_sent, self._agent_got
        if not sent.times:
            return []
        arrivals = [(t, end / got.bytes_per_ms) for t, _, end in got.pieces()]
        total_ms = len(sent.sound) / sent.bytes_per_ms
        delays: list[float] = []
        skipped_ms = 0.0
        while arrivals and skipped_ms + arrivals[-1][1] <= total_ms:
            tried = [
                t - sent.time_of(math.ceil((skipped_ms + ms) * sent.bytes_per_ms) - 1)
                for t, ms in arrivals
            ]
            if min(tried) < 0:
                break
            delays = tried
            skipped_ms += 20
        return delays

    def _taken_back(self) -> list[tuple[int, int, float]]:
        """Bytes that the agent took back (first, after the last) and when it said so."""
        return [
            (start, end, said_at)
            for said_at, newest, sent_before in self._interruptions
            for index, (_, start, end) in enumerate(self._agent_sent.pieces())
            if index < sent_before or self._event_ids[index] <= newest
        ]

    def _match_down(self) -> tuple[int, int]:
        sent, got = self._agent_sent, self._business_got
        excused = bytearray(len(sent.sound))
        taken_back = self._taken_back()
        for start, end, _ in taken_back:
            excused[start:end] = b"\x01" * (end - start)
        lost = foreign = cursor = 0
        for t, start, end in got.pieces():
            piece = got.sound[start:end]
            found = (
                cursor if sent.sound.startswith(piece, cursor) else sent.sound.find(piece, cursor)
            )
            if found < 0:
                foreign += len(piece)
                continue
            lost += excused.count(0, cursor, found)
            cursor = found + len(piece)
            if any(
                first < cursor and found < last and t > when + _IN_FLIGHT_S
                for first, last, when in taken_back
            ):
                foreign += len(piece)
        return lost + excused.count(0, cursor), foreign

    def _first_frames(self) -> list[float]:
        """An utterance starts when the agent speaks and all before was heard or taken back."""
        delays = []
        heard_until = -math.inf
        interruptions = [*self._interruptions, (math.inf, 0, 0)]
        for index, (t, start, end) in enumerate(self._agent_sent.pieces()):
            while interruptions[0][0] <= t:
                heard_until = min(heard_until, interruptions.pop(0)[0])
            if self._is_taken_back(index):
                continue
            if t >= heard_until:
                times = self._business_got.times
                arrived = bisect_left(times, t)
                if arrived < len(times):
                    delays.append(times[arrived] - t)
            seconds = (end - start) / self._agent_sent.bytes_per_ms / 1000
            heard_until = max(heard_until, t) + seconds
        return delays

    def _is_taken_back(self, index: int) -> bool:
        """Whether this piece was late: sent after an interruption of what it belongs to."""
        return any(
            index >= sent_before and self._event_ids[index] <= newest
            for _, newest, sent_before in self._interruptions
        )

    def _clear_reactions(self) -> list[float]:
        reactions = []
        for said_at, _, _ in self._interruptions:
            at = bisect_left(self._clears, said_at)
            if at < len(self._clears):
                reactions.append(self._clears[at] - said_at)
        return reactions


_IN_FLIGHT_S = 0.05
"""What was on its way when the agent took it back is not held against the bridge."""

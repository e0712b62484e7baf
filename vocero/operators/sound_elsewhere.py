"""The sound of a call from the worker that has it to those that have listeners.

Which calls are listened to is announced again and again: as long as it is, the worker that has the
call publishes its pieces, each once however many listen. Sound waits for nobody here either.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self

from bridge.sound_piece import OPERATOR_SPEAKS, PIECE_SAMPLES
from vocero.bus.bus import Bus, Json
from vocero.operators import checked
from vocero.operators.answers import Refused
from vocero.operators.calls import Seen
from vocero.operators.checked import Odd
from vocero.operators.needs import Board, Listening

KEPT_PIECES = 10
"""One second: a listener further behind than that has lost sound."""
LOOK_EVERY_S = 3.0
MISSED_LOOKS = 2
"""After so many in a row that find no such call it is over: one may find it between two workers."""
MOST_LISTENED = 400
MOST_LISTENERS = 1000
OVER = b""
HEAD = struct.Struct("<IIHBB")

Look = Callable[[str], Awaitable[Seen | None]]
ListenersChanged = Callable[[str], None]


def channel_of(attempt_id: str) -> str:
    """Where its pieces are published."""
    return f"sound.{attempt_id}"


class SoundForOthers:
    """Gives the sound of our calls to those who listen elsewhere."""

    def __init__(self, bus: Bus, board: Board, changed: ListenersChanged) -> None:
        """`changed`: of this call more or fewer listen elsewhere."""
        self._bus = bus
        self._board = board
        self._changed = changed
        self._wanted: dict[str, dict[str, int]] = {}
        self._giving: dict[str, asyncio.Task[None]] = {}
        self._heard_by_us: set[str] = set()
        bus.watch(self)

    def listeners(self, attempt_id: str) -> int:
        """How many more listen to a call of ours than its switchboard knows."""
        theirs = sum(wanted.get(attempt_id, 0) for wanted in self._wanted.values())
        return theirs - (attempt_id in self._heard_by_us)

    def link_changed(self) -> None:
        """Nothing to be done: who listens announces it again."""

    def worker_here(self, worker: str, news: Json) -> None:
        """It announces how many listen there, by call."""
        try:
            wanted = checked.by_call(
                news.get("listening", {}),
                lambda one: checked.whole(one, 1, MOST_LISTENERS),
                MOST_LISTENED,
            )
        except Odd:
            return
        if wanted or worker in self._wanted:
            self._want(worker, wanted)

    def worker_gone(self, worker: str) -> None:
        """So are its listeners."""
        if worker in self._wanted:
            self._want(worker, {})

    def _want(self, worker: str, wanted: dict[str, int]) -> None:
        before = self._wanted.pop(worker, {})
        if wanted:
            self._wanted[worker] = wanted
        everywhere = {name for each in self._wanted.values() for name in each}
        for attempt_id in self._giving.keys() - everywhere:
            self._giving.pop(attempt_id).cancel()
        for attempt_id in everywhere - self._giving.keys():
            listening = self._board.listen(attempt_id)
            if listening is not None:
                giving = self._bus.start(self._give(attempt_id, listening), "giving sound")
                self._giving[attempt_id] = giving
        for attempt_id in before.keys() | wanted.keys():
            if before.get(attempt_id) != wanted.get(attempt_id):
                self._changed(attempt_id)

    async def _give(self, attempt_id: str, listening: Listening) -> None:
        channel = channel_of(attempt_id)
        try:
            async with listening as ear:
                self._heard_by_us.add(attempt_id)
                async for piece in ear:
                    self._bus.publish(channel, piece.packed())
            self._bus.publish(channel, OVER)
        finally:
            self._heard_by_us.discard(attempt_id)
            if self._giving.get(attempt_id) is asyncio.current_task():
                del self._giving[attempt_id]
            self._changed(attempt_id)


@dataclass(frozen=True, slots=True)
class PieceFromElsewhere:
    """See bridge.sound_piece."""

    from_ms: int
    message: bytes

    def packed(self) -> bytes:
        """As the browser gets it."""
        return self.message

    def levels(self) -> tuple[int, int]:
        """They come another way."""
        raise NotImplementedError


def read_piece(message: bytes) -> PieceFromElsewhere | None:
    """A piece as `SoundPiece.packed` makes them, or None."""
    if len(message) <= HEAD.size:
        return None
    _, from_ms, samples, flags, zero = HEAD.unpack_from(message)
    whole = 0 < samples <= PIECE_SAMPLES and len(message) == HEAD.size + 2 * samples
    known = not flags & ~OPERATOR_SPEAKS and zero == 0
    return PieceFromElsewhere(from_ms, message) if whole and known else None


class SoundFromOthers:
    """Brings the sound of others' calls to our listeners."""

    def __init__(self, bus: Bus, look: Look) -> None:
        """`look` raises Refused while it cannot be known."""
        self._bus = bus
        self._look = look
        self._calls: dict[str, _Heard] = {}

    def listen(self, attempt_id: str, seen: Seen) -> EarElsewhere:
        """A place at a call of another worker (vocero.operators.needs.Listening)."""
        return EarElsewhere(self, attempt_id, seen)

    def join(self, ear: EarElsewhere) -> _Heard:
        """It hears from now on."""
        attempt_id = ear.attempt_id
        heard = self._calls.get(attempt_id)
        if heard is None:
            heard = self._calls[attempt_id] = _Heard(ear.seen)
            heard.end_hearing = self._bus.hear(channel_of(attempt_id), heard.hear)
            heard.looking = self._bus.start(
                self._look_after(attempt_id, heard), "looking at a call"
            )
        heard.ears.add(ear)
        self._announce()
        return heard

    def leave(self, ear: EarElsewhere) -> None:
        """It hears no more."""
        heard = self._calls.get(ear.attempt_id)
        if heard is None:
            return
        heard.ears.discard(ear)
        if not heard.ears:
            del self._calls[ear.attempt_id]
            heard.end_hearing()
            if heard.looking is not None:
                heard.looking.cancel()
        self._announce()

    def _announce(self) -> None:
        self._bus.announce(
            listening={
                name: len(heard.ears) for name, heard in self._calls.items() if not heard.over
            }
        )

    async def _look_after(self, attempt_id: str, heard: _Heard) -> None:
        missed = 0
        while missed < MISSED_LOOKS:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await heard.told_over.wait()
            try:
                seen = await self._look(attempt_id)
            except Refused:
                heard.told_over.clear()
                continue  # it may come back, and so may its sound
            if seen is not None:
                missed = 0
                heard.looked_at(seen)
            else:
                missed += MISSED_LOOKS if heard.told_over.is_set() else 1
            heard.told_over.clear()
        heard.end()


class _Heard:
    """A call of another worker with listeners here."""

    def __init__(self, seen: Seen) -> None:
        self.ears: set[EarElsewhere] = set()
        self.over = False
        self.told_over = asyncio.Event()
        """By the worker that had it; another one may have it now."""
        self.end_hearing: Callable[[], None] = lambda: None
        self.looking: asyncio.Task[None] | None = None
        self._clock = asyncio.get_running_loop().time
        self.looked_at(seen)

    def looked_at(self, seen: Seen) -> None:
        """Where it stands now."""
        self._began = self._clock() - seen.at_s

    def now_ms(self) -> int:
        """Since it was ordered, to within the way from there."""
        return round((self._clock() - self._began) * 1000)

    def hear(self, message: bytes) -> None:
        """A piece of sound, or that it is over."""
        if message == OVER:
            self.told_over.set()
            return
        piece = read_piece(message)
        if piece is not None:
            for ear in self.ears:
                ear.hear(piece)

    def end(self) -> None:
        """No more sound comes."""
        self.over = True
        for ear in self.ears:
            ear.wake()


class EarElsewhere:
    """One listener here. Ends when the call does. For one task at a time."""

    def __init__(self, sound: SoundFromOthers, attempt_id: str, seen: Seen) -> None:
        self.attempt_id = attempt_id
        self.seen = seen
        self._sound = sound
        self._heard: _Heard | None = None
        self._pieces: deque[PieceFromElsewhere] = deque(maxlen=KEPT_PIECES)
        self._wake = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._heard = self._sound.join(self)
        return self

    async def __aexit__(self, *error: object) -> None:
        self._sound.leave(self)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> PieceFromElsewhere:
        while not self._pieces:
            if self._heard is None or self._heard.over:
                raise StopAsyncIteration
            self._wake.clear()
            await self._wake.wait()
        return self._pieces.popleft()

    def now_ms(self) -> int | None:
        """Of the call, since it was ordered."""
        return None if self._heard is None else self._heard.now_ms()

    def hear(self, piece: PieceFromElsewhere) -> None:
        """One more; the oldest gives way."""
        self._pieces.append(piece)
        self._wake.set()

    def wake(self) -> None:
        """There is news."""
        self._wake.set()

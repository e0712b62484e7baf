"""Those who listen to a live call: its sound is cut and packed once, whoever hears it.

A listener can do nothing to the call: sound waits for nobody, and whoever is slow skips ahead.
While nobody listens and no meter is shown there is no mix, and a frame costs one `is None`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import ParamSpec, Self, TypeVar

from bridge.commands import ClearPlayback, MarkPlayback, Play
from bridge.live_mix import LiveMix
from bridge.sound_piece import PIECE_MS, SoundPiece
from data.call_context import call_context

__all__ = ["Listening", "ListeningPost", "LiveMix", "OnPiece", "SoundPiece"]

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

KEPT_PIECES = 1000 // PIECE_MS
"""One second: a listener further behind than that has lost sound."""
WAKE_STEPS = 7
WAKE_STEP_S = 0.01
"""Listeners are woken one group after another, so that many sends are not one burst."""

OnPiece = Callable[[str, SoundPiece], None]
"""Gets (attempt id, piece) of every piece; must not wait."""


class ListeningPost:
    """All listeners of one call, and its level meter. Owned by the call, and ends with it."""

    def __init__(
        self,
        attempt_id: str,
        began: float,
        tap: Callable[[ListeningPost | None], None],
        held: Callable[[float], bytes],
        operator_speaks: Callable[[], bool],
    ) -> None:
        """`began`: the loop's time of the order. `tap` is told whom to tell of sound from now on.
        `held`: what the carrier holds at a moment."""
        self._attempt_id = attempt_id
        self._loop = asyncio.get_running_loop()
        self._began = began
        self._tap = tap
        self._held = held
        self._operator_speaks = operator_speaks
        self._on_piece: OnPiece | None = None
        self._mix: LiveMix | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._stream_open = False
        self._over = False
        self._groups: tuple[set[Listening], ...] = tuple(set() for _ in range(WAKE_STEPS))
        self._wakes: list[asyncio.TimerHandle] = []
        self._ring: deque[SoundPiece] = deque(maxlen=KEPT_PIECES)
        self._count = 0
        """Pieces there ever were; the ring holds the newest of them."""

    @property
    def listeners(self) -> int:
        """How many listen."""
        return sum(len(group) for group in self._groups)

    def measure(self, on_piece: OnPiece | None) -> None:
        """Also give every piece to this; None: no more."""
        self._on_piece = on_piece
        self._arrange()

    # --- what the call tells --------------------------------------------------------------------
    def stream_began(self) -> None:
        """Sound may come from now on."""
        self._stream_open = True
        self._arrange()

    def stream_over(self) -> None:
        """No more sound comes; the last is cut."""
        if self._mix is not None:
            self._mix.operator_speaks = self._operator_speaks()
            self._publish(self._safely(self._mix.finish, self._now) or ())
        self._stream_open = False
        self._arrange()

    def close(self) -> None:
        """The call is over, and so is listening; the call is forgotten."""
        self.stream_over()
        self._over = True
        self._tap = _tell_nobody
        self._operator_speaks = _nobody_speaks
        for handle in self._wakes:
            handle.cancel()
        for group in self._groups:
            self._wake(group)

    def business(self, sound: bytes, at_ms: int) -> None:
        """A frame of the business."""
        if self._mix is not None:
            self._safely(self._mix.business, sound, at_ms, self._now)

    def playback(self, command: Play | MarkPlayback | ClearPlayback) -> None:
        """What the carrier was sent: sound, or that it forgets what was not heard yet."""
        if self._mix is None:
            return
        if isinstance(command, Play):
            self._safely(self._mix.play, command.sound, self._now)
        elif isinstance(command, ClearPlayback):
            self._safely(self._mix.clear, self._now)

    # --- what listeners do ----------------------------------------------------------------------
    def join(self, listener: Listening) -> int:
        """Somebody listens from the next piece on; its number in the row of all pieces."""
        min(self._groups, key=len).add(listener)
        self._arrange()
        return self._count

    def leave(self, listener: Listening) -> None:
        """Somebody listens no more."""
        for group in self._groups:
            group.discard(listener)
        self._arrange()

    def piece(self, wanted: int) -> tuple[int, SoundPiece | None]:
        """The piece with this number in the row, or the oldest that is kept, with its number."""
        oldest = self._count - len(self._ring)
        number = max(wanted, oldest)
        return number, self._ring[number - oldest] if number < self._count else None

    @property
    def over(self) -> bool:
        """Whether nothing will come any more."""
        return self._over

    # --- inside ---------------------------------------------------------------------------------
    @property
    def _now(self) -> float:
        return self._loop.time() - self._began

    def _arrange(self) -> None:
        """Begin or end the mix, whichever is wanted now."""
        wanted = self._stream_open and (self._on_piece is not None or self.listeners > 0)
        if wanted and self._mix is None:
            self._mix = self._safely(self._begin, self._now)
            if self._mix is not None:
                self._schedule(self._mix)
                self._tap(self)
        elif not wanted and self._mix is not None:
            self._mix = None
            if self._timer is not None:
                self._timer.cancel()
            self._tap(None)

    def _begin(self, now: float) -> LiveMix:
        return LiveMix(now, self._held(now))

    def _schedule(self, mix: LiveMix) -> None:
        self._timer = self._loop.call_at(self._began + mix.next_cut(), self._cut, mix)

    def _cut(self, mix: LiveMix) -> None:
        mix.operator_speaks = self._operator_speaks()
        self._publish(self._safely(mix.cut, self._now) or ())
        self._arrange()
        if self._mix is mix:
            self._schedule(mix)

    def _publish(self, pieces: tuple[SoundPiece, ...]) -> None:
        for piece in pieces:
            self._ring.append(piece)
            self._count += 1
            if self._on_piece is not None:
                self._show(self._on_piece, piece)
        if not pieces:
            return
        self._wakes.clear()
        self._wake(self._groups[0])
        for step, group in enumerate(self._groups[1:], start=1):
            if group:
                later = self._loop.call_later(step * WAKE_STEP_S, self._wake, group)
                self._wakes.append(later)

    def _safely(self, act: Callable[P, T], *args: P.args, **more: P.kwargs) -> T | None:
        try:
            return act(*args, **more)
        except Exception:
            # A defect of ours costs the listeners their sound; the call must not notice.
            with call_context(self._attempt_id):
                log.exception("mixing a call's sound failed")
            self._stream_open = False
            self._arrange()
            return None

    def _show(self, on_piece: OnPiece, piece: SoundPiece) -> None:
        try:
            on_piece(self._attempt_id, piece)
        except Exception:
            # A defect of a meter costs this call's meter and nothing else.
            with call_context(self._attempt_id):
                log.exception("showing a call's levels failed")
            self._on_piece = None

    @staticmethod
    def _wake(group: set[Listening]) -> None:
        for listener in tuple(group):
            listener.wake()


def _tell_nobody(post: ListeningPost | None) -> None:
    pass


def _nobody_speaks() -> bool:
    return False


class Listening:
    """One listener: `async with board.listen(id) as ear: async for piece in ear: …`

    Ends when the call does. For one task at a time.
    """

    def __init__(self, post: ListeningPost) -> None:
        self.lost = 0
        """Pieces that were over before this listener asked for them."""
        self._post = post
        self._joined = False
        self._next = 0
        self._waiter: asyncio.Future[None] | None = None

    async def __aenter__(self) -> Self:
        self._joined = True
        self._next = self._post.join(self)
        return self

    async def __aexit__(self, *error: object) -> None:
        self._joined = False
        self._post.leave(self)
        self.wake()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SoundPiece:
        """The next piece, as soon as there is one."""
        while self._joined:
            number, piece = self._post.piece(self._next)
            self.lost += number - self._next
            self._next = number
            if piece is not None:
                self._next += 1
                return piece
            if self._post.over:
                break
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        raise StopAsyncIteration

    def wake(self) -> None:
        """There is something to hear, or nothing will come any more."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

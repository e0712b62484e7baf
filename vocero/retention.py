"""What has grown old goes by itself: recordings after KEEP_AUDIO_DAYS, words after
KEEP_TRANSCRIPT_DAYS.

Once after the start and then every hour, in small pieces with pauses, so that live calls do not
notice: files are removed in a thread, one recording at a time, and the store writes a few rows at a
time. What is left over when the process ends is found at the next start. With more than one worker
each may sweep: what is gone is gone.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from bridge.recorder import folder_name
from bridge.recording import CALL
from data.forgetting import Forgetting
from data.store import StoreError
from vocero.operators.recorded import Recorded

log = logging.getLogger(__name__)

DAY_S = 86_400.0
FIRST_AFTER_S = 30.0
"""After the start: those who were cut off by a restart come first."""
EVERY_S = 3600.0
PAUSE_S = 0.05
"""Between two pieces."""
MESSAGES_AT_LEAST_S = 7 * DAY_S
"""Messages and conversations are kept that long at least: a conversation goes on over days, what
could not be delivered waits for the customer, and the carrier still reports."""
LEFT_OVER_S = DAY_S
"""A folder that was being written or removed so long ago never will be: its process died."""
AT_ONCE = 100
"""Recordings that the store is asked about at a time."""
CALLS_AT_ONCE, ROWS_AT_ONCE = 20, 100


@dataclass(slots=True)
class Swept:
    """How much was removed."""

    recordings: int = 0
    transcripts: int = 0
    messages: int = 0
    conversations: int = 0

    def __bool__(self) -> bool:
        return bool(self.recordings or self.transcripts or self.messages or self.conversations)

    def __str__(self) -> str:
        return (
            f"{self.recordings} recordings, the words of {self.transcripts} calls, "
            f"{self.messages} messages, {self.conversations} conversations"
        )


@dataclass(frozen=True, slots=True)
class Retention:
    """Sweeps one store and one folder of recordings."""

    store: Forgetting
    recordings: Path
    keep_audio_s: float
    keep_words_s: float
    now: Callable[[], float]
    """Seconds since the epoch."""
    being_recorded: Callable[[str], bool] = lambda attempt_id: False
    """Whether the recording of this attempt is still being written."""
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def run(self) -> None:
        """Ends by being cancelled. Never raises for what is in the way: it is tried again."""
        await asyncio.sleep(FIRST_AFTER_S)
        while True:
            try:
                swept = await self.sweep(self.now())
            except StoreError as error:
                log.error("retention: old words have to wait: %s", error)
            except OSError as error:
                log.error("retention: old recordings have to wait: %s", type(error).__name__)
            except Exception as error:
                # A defect here must not end the service, in whose task group this runs.
                log.exception("retention failed (%s)", type(error).__name__)
            else:
                if swept:
                    log.info("retention: erased %s", swept)
            await asyncio.sleep(EVERY_S)

    async def sweep(self, now: float) -> Swept:
        """Removes what is too old at this time (seconds since the epoch). Raises StoreError,
        OSError; what was removed until then stays removed.
        """
        swept = Swept()
        await self._sweep_recordings(now, swept)
        before = now - self.keep_words_s
        swept.transcripts = await self._all(self.store.drop_transcripts, before, CALLS_AT_ONCE)
        before = now - max(self.keep_words_s, MESSAGES_AT_LEAST_S)
        swept.messages = await self._all(self.store.drop_messages, before, ROWS_AT_ONCE)
        swept.conversations = await self._all(self.store.drop_conversations, before, ROWS_AT_ONCE)
        if swept:
            # When somebody is in the way the journal is written over in time.
            await self.store.scrub(whole=False)
        return swept

    async def _all(
        self, drop: Callable[[float, int], Awaitable[int]], before: float, at_once: int
    ) -> int:
        total = 0
        while True:
            dropped = await drop(before, at_once)
            total += dropped
            if dropped < at_once:
                return total
            await self.pause(PAUSE_S)

    # --- recordings ---------------------------------------------------------------------------
    async def _sweep_recordings(self, now: float, swept: Swept) -> None:
        if not self.recordings.is_dir():
            return
        recorded = Recorded(self.recordings)
        names = await asyncio.to_thread(_folders, self.recordings)
        for at in range(0, len(names), AT_ONCE):
            piece = names[at : at + AT_ONCE]
            over = await self.store.calls_over(piece)
            for name in piece:
                if self.being_recorded(name):
                    continue
                ended_at = over.get(name)
                if ended_at is None:  # the store knows nothing of it, or it was moved here
                    ended_at = await asyncio.to_thread(_changed_at, self.recordings / name)
                if ended_at <= now - self.keep_audio_s:
                    await asyncio.to_thread(recorded.remove, name)
                    swept.recordings += 1
                    await self.pause(PAUSE_S)
        await asyncio.to_thread(_remove_left_over, self.recordings)


def _folders(root: Path) -> list[str]:
    """Names of the recordings, in order; what else lies there is nobody's business."""
    names = (each.name for each in root.iterdir())
    return sorted(
        name for name in names if folder_name(name) == name and (root / name / CALL).is_file()
    )


def _changed_at(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:
        return float("inf")  # gone meanwhile


def _remove_left_over(root: Path) -> None:
    for each in root.glob(".*"):
        # The machine's clock wrote these times.
        if each.suffix in (".part", ".gone") and time.time() - _changed_at(each) >= LEFT_OVER_S:
            shutil.rmtree(each, ignore_errors=True)
